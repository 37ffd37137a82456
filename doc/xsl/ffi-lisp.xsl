<?xml version="1.0"?>
<!-- lisp-bindings/ffi/bindings.lisp: POSIX as its users know it, over posix-shm/shim. -->
<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform" xmlns:str="http://exslt.org/strings"
                xmlns:p="urn:posix-shm" extension-element-prefixes="str">
<xsl:import href="common.xsl"/>
<xsl:output method="text"/>

<xsl:template match="/abi">
  <xsl:text>;;;; </xsl:text><xsl:value-of select="$generated"/><xsl:text>
;;;;
;;;; The bitfields, and the functions with the POSIX convention: -1 on failure, and the reason in *ERRNO*.

(in-package #:posix-shm/ffi)

;;; Bitfields: a list of keywords, one keyword, or an integer
</xsl:text>
  <xsl:for-each select="stratum[@id = 'ffi']//enum[@lisp]">
    <xsl:text>
(cffi:defbitfield (</xsl:text><xsl:value-of select="@lisp"/><xsl:text> :int)
  "</xsl:text>
    <xsl:call-template name="wrap"><xsl:with-param name="text" select="p:escaped(brief)"/><xsl:with-param name="column" select="3"/></xsl:call-template>
    <xsl:text>"</xsl:text>
    <!-- Of two keywords for a bit, CFFI gives the last. -->
    <xsl:for-each select="constant/also"><xsl:value-of select="concat($line-end, '  (:', @keyword, ' ', ../@value, ')')"/></xsl:for-each>
    <xsl:for-each select="constant"><xsl:value-of select="concat($line-end, '  (:', @keyword, ' ', @value, ')')"/></xsl:for-each>
    <xsl:text>)

(define-type </xsl:text><xsl:value-of select="@lisp"/><xsl:text>
  "</xsl:text>
    <xsl:call-template name="wrap"><xsl:with-param name="text" select="p:escaped(brief)"/><xsl:with-param name="column" select="3"/></xsl:call-template>
    <xsl:text>"
  '(or list keyword integer))
</xsl:text>
  </xsl:for-each>
  <xsl:text>
;;; From the shim's results to POSIX's, and from pointers to the shim's addresses

(declaim (inline failed-or-0 failed-or-value failed-or-pointer pointer-to-int64))

(defun failed-or-0 (result)
  (if (minusp result) -1 0))

(defun failed-or-value (result)
  (if (minusp result) -1 result))

(defun failed-or-pointer (address)
  (cffi:make-pointer (ldb (byte #.(* 8 (cffi:foreign-type-size :pointer)) 0)
                          (if (&lt;= -4095 address -1) -1 address))))

(defun pointer-to-int64 (pointer)
  (let ((address (cffi:pointer-address pointer)))
    (if (logbitp 63 address) (- address (ash 1 64)) address)))

;;; Functions. CLISP drops the docstring of one that is inline.
</xsl:text>
  <xsl:for-each select="stratum[@id = 'ffi']//function/lisp">
    <xsl:text>
#-clisp (declaim (inline </xsl:text><xsl:value-of select="@name"/><xsl:text>))
(defun </xsl:text><xsl:value-of select="concat(@name, ' (', @lambda, ')', $line-end, '  ')"/>
    <xsl:for-each select=".."><xsl:call-template name="docstring"/></xsl:for-each>
    <xsl:value-of select="$line-end"/>
    <xsl:choose>
      <xsl:when test="@values = 'result'">  (failed-or-0 </xsl:when>
      <xsl:when test="@values = 'pointer'">  (failed-or-pointer </xsl:when>
      <xsl:when test="../@code = 'string-in'">  (identity </xsl:when>
      <xsl:otherwise>  (failed-or-value </xsl:otherwise>
    </xsl:choose>
    <xsl:text>(posix-shm/shim:</xsl:text><xsl:value-of select="p:lisp(../@name)"/>
    <xsl:variable name="names" select="str:tokenize(@lambda)"/>
    <xsl:for-each select="../argument">
      <xsl:variable name="position" select="position()"/>
      <xsl:apply-templates select=".">
        <xsl:with-param name="name" select="string($names[$position])"/>
      </xsl:apply-templates>
    </xsl:for-each>
    <xsl:text>)))
</xsl:text>
  </xsl:for-each>
</xsl:template>

<!-- NAME (`type`) in the Lisp text says that an argument is of a CFFI type. -->
<xsl:template match="argument">
  <xsl:param name="name"/>
  <xsl:variable name="mention" select="concat(translate($name, $lower, $upper), ' (')"/>
  <xsl:variable name="type" select="../section[@title = 'In Lisp']//code[substring-after(preceding-sibling::text()[1], $mention) = '' and contains(preceding-sibling::text()[1], $mention)]"/>
  <xsl:text> </xsl:text>
  <xsl:choose>
    <xsl:when test="$type">(cffi:convert-to-foreign <xsl:value-of select="concat($name, &quot; '&quot;, $type)"/>)</xsl:when>
    <xsl:when test="@name = 'name'">(one-slash <xsl:value-of select="$name"/>)</xsl:when>
    <xsl:when test="@name = 'owner' or @name = 'group'">(id-or-leave <xsl:value-of select="$name"/>)</xsl:when>
    <xsl:when test="@name = 'address'">(pointer-to-int64 <xsl:value-of select="$name"/>)</xsl:when>
    <xsl:when test="$name = ''">posix-shm/shim:+stat-fields+</xsl:when>
    <xsl:otherwise><xsl:value-of select="$name"/></xsl:otherwise>
  </xsl:choose>
</xsl:template>
</xsl:stylesheet>

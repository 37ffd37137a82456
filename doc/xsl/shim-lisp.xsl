<?xml version="1.0"?>
<!-- lisp-bindings/shim/bindings.lisp: every constant and function through CFFI, results as the shim gives them. -->
<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform" xmlns:p="urn:posix-shm">
<xsl:import href="common.xsl"/>
<xsl:output method="text"/>

<xsl:template match="/abi">
  <xsl:text>;;;; </xsl:text><xsl:value-of select="$generated"/><xsl:text>
;;;;
;;;; The version that these bindings were made for, the constants, and the functions. A function's arguments are checked
;;;; here, before the call: integers must fit, names must be strings that C can see the whole of. CHECK-INT, CHECK-INT64
;;;; and CHECK-NAME take the value and the argument's name, and return the value.

(in-package #:posix-shm/shim)

(defconstant +version+ </xsl:text>
  <xsl:value-of select="1000000 * substring-before(@version, '.') + 1000 * substring-before(substring-after(@version, '.'), '.')
                        + substring-after(substring-after(@version, '.'), '.')"/>
  <xsl:text>
  "The version of the headers that these bindings were made from, as `pshm-version` gives it.")

(defconstant +stat-fields+ </xsl:text><xsl:value-of select="count(//enum[@name = 'pshm_stat_field']/constant)"/><xsl:text>
  "How many fields `pshm-fstat` writes.")

;;; Constants

</xsl:text>
  <xsl:for-each select="//constant">
    <xsl:value-of select="concat('(defconstant ', p:lisp-constant(@name), ' ', @value, $line-end)"/>
    <xsl:text>  "</xsl:text>
    <xsl:call-template name="wrap"><xsl:with-param name="text" select="p:escaped(text)"/></xsl:call-template>
    <xsl:text>")
</xsl:text>
  </xsl:for-each>
  <xsl:text>
;;; Functions
</xsl:text>
  <xsl:apply-templates select="//function"/>
</xsl:template>

<xsl:template match="function">
  <xsl:variable name="lisp" select="p:lisp(@name)"/>
  <xsl:text>
(declaim (inline %</xsl:text><xsl:value-of select="concat($lisp, ' ', $lisp)"/><xsl:text>))
(cffi:defcfun ("</xsl:text><xsl:value-of select="concat(@name, '&quot; %', $lisp, ') ')"/><xsl:apply-templates select="@code"/>
  <xsl:for-each select="argument">
    <xsl:value-of select="concat($line-end, '  (', p:lisp(@name), ' ')"/><xsl:apply-templates select="@code"/><xsl:text>)</xsl:text>
  </xsl:for-each>
  <xsl:text>)

(defun </xsl:text><xsl:value-of select="$lisp"/><xsl:text> (</xsl:text>
  <xsl:for-each select="argument">
    <xsl:call-template name="between"><xsl:with-param name="separator" select="' '"/></xsl:call-template>
    <xsl:value-of select="p:lisp(@name)"/>
  </xsl:for-each>
  <xsl:text>)
  "</xsl:text>
  <xsl:call-template name="wrap"><xsl:with-param name="text" select="p:escaped(brief)"/></xsl:call-template>
  <xsl:if test="returns">
    <xsl:value-of select="concat($line-end, 'Return: ')"/>
    <xsl:call-template name="wrap"><xsl:with-param name="text" select="p:escaped(returns)"/></xsl:call-template>
  </xsl:if>
  <xsl:text>"
  (%</xsl:text><xsl:value-of select="$lisp"/>
  <xsl:for-each select="argument"><xsl:text> </xsl:text><xsl:apply-templates select="." mode="checked"/></xsl:for-each>
  <xsl:text>))
</xsl:text>
</xsl:template>

<xsl:template match="argument" mode="checked">
  <xsl:variable name="name" select="p:lisp(@name)"/>
  <xsl:choose>
    <xsl:when test="@code = 'int'">(check-int <xsl:value-of select="concat($name, &quot; '&quot;, $name)"/>)</xsl:when>
    <xsl:when test="@code = 'int64'">(check-int64 <xsl:value-of select="concat($name, &quot; '&quot;, $name)"/>)</xsl:when>
    <xsl:when test="@code = 'string-in'">(check-name <xsl:value-of select="concat($name, &quot; '&quot;, $name)"/>)</xsl:when>
    <xsl:otherwise><xsl:value-of select="$name"/></xsl:otherwise>
  </xsl:choose>
</xsl:template>

<xsl:template match="@code">
  <xsl:choose>
    <xsl:when test=". = 'int'">:int</xsl:when>
    <xsl:when test=". = 'int64'">:int64</xsl:when>
    <xsl:when test=". = 'string-in'">(:string :encoding :utf-8)</xsl:when>
    <xsl:otherwise>:pointer</xsl:otherwise>
  </xsl:choose>
</xsl:template>
</xsl:stylesheet>

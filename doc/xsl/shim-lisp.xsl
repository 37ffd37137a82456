<?xml version="1.0"?>
<!-- lisp-bindings/shim/bindings.lisp: every constant and function through CFFI, results as the shim gives them. -->
<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform" xmlns:p="urn:posix-shm">
<xsl:import href="common.xsl"/>
<xsl:output method="text"/>

<xsl:template match="/abi">
  <xsl:text>;;;; </xsl:text><xsl:value-of select="$generated"/><xsl:text>
;;;;
;;;; The version that these bindings were made for, the constants, and the functions. A function's arguments are checked
;;;; here, before the call: integers must fit, names must be strings that C can see the whole of. CHECK-INT and CHECK-INT64
;;;; take the value and the argument's name, and return the value; WITH-C-STRING makes of a string what C takes for one.

(in-package #:posix-shm/shim)

(defconstant +version+ </xsl:text>
  <xsl:value-of select="p:version-number(@version)"/>
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
(defparameter *keywords*
  '(</xsl:text>
  <xsl:for-each select="//enum[@kind]">
    <xsl:call-template name="between"><xsl:with-param name="separator" select="concat($line-end, '    ')"/></xsl:call-template>
    <xsl:value-of select="concat('(:', p:lisp(substring-after(@kind, 'PSHM_KIND_')))"/>
    <xsl:for-each select="constant"><xsl:value-of select="concat($line-end, '     (:', @keyword, ' . ', @value, ')')"/></xsl:for-each>
    <xsl:for-each select="constant/also"><xsl:value-of select="concat($line-end, '     (:', @keyword, ' . ', ../@value, ')')"/></xsl:for-each>
    <xsl:text>)</xsl:text>
  </xsl:for-each>
  <xsl:text>)
  "The keywords of every kind with their values: the long names, then the short aliases.")

;;; Functions
</xsl:text>
  <xsl:apply-templates select="//function"/>
</xsl:template>

<xsl:template match="function">
  <xsl:variable name="lisp" select="p:lisp(@name)"/>
  <xsl:text>
#-clisp (declaim (inline %</xsl:text><xsl:value-of select="concat($lisp, ' ', $lisp)"/><xsl:text>))
(define-c-function ("</xsl:text><xsl:value-of select="concat(@name, '&quot; %', $lisp, ') ')"/><xsl:apply-templates select="@code"/>
  <xsl:for-each select="argument">
    <xsl:value-of select="concat($line-end, '  (', p:lisp(@name), ' ')"/><xsl:apply-templates select="@code"/><xsl:text>)</xsl:text>
  </xsl:for-each>
  <xsl:value-of select="concat(')', $line-end)"/>
  <xsl:call-template name="checked-function"/>
</xsl:template>

<xsl:template match="function[argument/@code = 'string-in']" mode="call">
  <xsl:value-of select="concat('(with-c-string (', p:lisp(argument[@code = 'string-in']/@name), ')', $line-end, '    ')"/>
  <xsl:apply-imports/>
  <xsl:text>)</xsl:text>
</xsl:template>

<xsl:template match="argument[@code = 'string-in']" mode="checked">
  <xsl:value-of select="p:lisp(@name)"/>
</xsl:template>

<xsl:template match="@code">
  <xsl:choose>
    <xsl:when test=". = 'int'">:int</xsl:when>
    <xsl:when test=". = 'int64'">:int64</xsl:when>
    <xsl:when test=". = 'string-in' and parent::function">(:string :encoding :utf-8)</xsl:when>
    <xsl:otherwise>:pointer</xsl:otherwise>
  </xsl:choose>
</xsl:template>
</xsl:stylesheet>

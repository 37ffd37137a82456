<?xml version="1.0"?>
<!-- lisp-bindings/alien/bindings.lisp: every constant and function through SB-ALIEN. -->
<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform" xmlns:p="urn:posix-shm">
<xsl:import href="common.xsl"/>
<xsl:output method="text"/>

<xsl:template match="/abi">
  <xsl:text>;;;; </xsl:text><xsl:value-of select="$generated"/><xsl:text>
;;;;
;;;; For SBCL alone: alien/load.lisp loads it into a bare one, without ASDF and CFFI, after finding the library.
;;;; Pointers are system area pointers. Arguments are checked before the call, as in posix-shm/shim.

(defpackage #:posix-shm/alien
  (:use #:cl #:sb-alien)
  (:export #:+version+
           #:+stat-fields+</xsl:text>
  <xsl:for-each select="//constant"><xsl:value-of select="concat($line-end, '           #:', p:lisp-constant(@name))"/></xsl:for-each>
  <xsl:for-each select="//function"><xsl:value-of select="concat($line-end, '           #:', p:lisp(@name))"/></xsl:for-each>
  <xsl:text>))

(in-package #:posix-shm/alien)

(defconstant +version+ </xsl:text><xsl:value-of select="p:version-number(@version)"/><xsl:text>
  "The version of the headers that these bindings were made from, as `pshm-version` gives it.")

(defconstant +stat-fields+ </xsl:text><xsl:value-of select="count(//enum[@name = 'pshm_stat_field']/constant)"/><xsl:text>
  "How many fields `pshm-fstat` writes.")

;;; Checks before a call

(defun refuse (value expected name)
  (error 'simple-type-error :datum value :expected-type expected
         :format-control "The argument ~A is ~S, not of type ~S." :format-arguments (list name value expected)))

(declaim (inline check-int check-int64))

(defun check-int (value name)
  (if (typep value '(signed-byte 32)) value (refuse value '(signed-byte 32) name)))

(defun check-int64 (value name)
  (if (typep value '(signed-byte 64)) value (refuse value '(signed-byte 64) name)))

(defun plain-string-p (value)
  "Is VALUE a string that reaches C whole: no NUL, and no surrogate, which has no encoding?"
  (and (stringp value)
       (notany (lambda (character)
                 (let ((code (char-code character)))
                   (or (zerop code) (&lt;= #xD800 code #xDFFF))))
               value)))

(defun check-name (value name)
  (if (plain-string-p value) value (refuse value '(and string (satisfies plain-string-p)) name)))

;;; Constants

</xsl:text>
  <xsl:for-each select="//constant">
    <xsl:value-of select="concat('(defconstant ', p:lisp-constant(@name), ' ', @value, ')', $line-end)"/>
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
(define-alien-routine ("</xsl:text><xsl:value-of select="concat(@name, '&quot; %', $lisp, ') ')"/><xsl:apply-templates select="@code"/>
  <xsl:for-each select="argument">
    <xsl:value-of select="concat($line-end, '  (', p:lisp(@name), ' ')"/><xsl:apply-templates select="@code"/><xsl:text>)</xsl:text>
  </xsl:for-each>
  <xsl:value-of select="concat(')', $line-end)"/>
  <xsl:call-template name="checked-function"/>
</xsl:template>

<xsl:template match="@code">
  <xsl:choose>
    <xsl:when test=". = 'int'">int</xsl:when>
    <xsl:when test=". = 'int64'">(signed 64)</xsl:when>
    <xsl:when test=". = 'string-in'">(c-string :external-format :utf-8)</xsl:when>
    <xsl:otherwise>system-area-pointer</xsl:otherwise>
  </xsl:choose>
</xsl:template>
</xsl:stylesheet>

<?xml version="1.0"?>
<!-- lisp-bindings/shim/exports.sexp: what bindings.lisp defines, for the package definition to splice. -->
<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform" xmlns:p="urn:posix-shm">
<xsl:import href="common.xsl"/>
<xsl:output method="text"/>

<xsl:template match="/abi">
  <xsl:text>;;;; </xsl:text><xsl:value-of select="$generated"/><xsl:text>
;;;; The symbols that shim/bindings.lisp defines. The package definition splices them at read time.
(#:+version+
 #:+stat-fields+
 #:*keywords*</xsl:text>
  <xsl:for-each select="//constant"><xsl:value-of select="concat($line-end, ' #:', p:lisp-constant(@name))"/></xsl:for-each>
  <xsl:for-each select="//function"><xsl:value-of select="concat($line-end, ' #:', p:lisp(@name))"/></xsl:for-each>
  <xsl:text>)
</xsl:text>
</xsl:template>
</xsl:stylesheet>

<?xml version="1.0"?>
<!-- lisp-bindings/docstrings.sexp: what hand-written definitions splice at read time. -->
<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform" xmlns:p="urn:posix-shm">
<xsl:import href="common.xsl"/>
<xsl:output method="text"/>

<xsl:template match="/abi">
  <xsl:text>;;;; </xsl:text><xsl:value-of select="$generated"/><xsl:text>
;;;; (package name kind docstring lambda-list), one for each symbol and kind of definition.
(</xsl:text>
  <xsl:apply-templates select="//function[lisp]"/>
  <xsl:apply-templates select="//entry[not(@kind = 'Slot' or @kind = 'Restart')]"/>
  <xsl:text>)
</xsl:text>
</xsl:template>

<xsl:template match="function | entry">
  <xsl:variable name="entry" select="."/>
  <xsl:for-each select="lisp">
    <xsl:value-of select="concat($line-end, '(&quot;', p:package($entry), '&quot; &quot;', @name, '&quot; &quot;')"/>
    <xsl:value-of select="concat($entry/@kind, substring('Function', 1, 8 * not($entry/@kind)), '&quot;', $line-end)"/>
    <xsl:for-each select="$entry"><xsl:call-template name="docstring"/></xsl:for-each>
    <xsl:value-of select="concat($line-end, '&quot;', p:escaped(@lambda), '&quot;)')"/>
  </xsl:for-each>
</xsl:template>
</xsl:stylesheet>

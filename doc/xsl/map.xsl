<?xml version="1.0"?>
<!-- shim/abi/posix-shm.map: the exported symbols, a version node per @since, each after the one before it. -->
<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform">
<xsl:import href="common.xsl"/>
<xsl:output method="text"/>
<xsl:key name="since" match="function" use="@since"/>

<xsl:template match="/abi">
  <xsl:text># </xsl:text><xsl:value-of select="$generated"/><xsl:value-of select="$line-end"/>
  <xsl:variable name="nodes" select="//function[generate-id() = generate-id(key('since', @since)[1])]"/>
  <xsl:for-each select="$nodes">
    <xsl:sort select="substring-before(@since, '.')" data-type="number"/>
    <xsl:sort select="substring-after(@since, '.')" data-type="number"/>
    <xsl:variable name="since" select="@since"/>
    <xsl:variable name="minor" select="number(substring-after($since, '.'))"/>
    <xsl:variable name="major" select="number(substring-before($since, '.'))"/>
    <xsl:text>
POSIX_SHM_</xsl:text><xsl:value-of select="$since"/><xsl:text> {
global:
</xsl:text>
    <xsl:for-each select="key('since', $since)"><xsl:text>&#9;</xsl:text><xsl:value-of select="@name"/>;<xsl:value-of select="$line-end"/></xsl:for-each>
    <xsl:if test="position() = 1">local:
&#9;*;
</xsl:if>
    <xsl:text>}</xsl:text>
    <xsl:for-each select="$nodes[number(substring-before(@since, '.')) &lt; $major or (number(substring-before(@since, '.')) = $major and number(substring-after(@since, '.')) &lt; $minor)]">
      <xsl:sort select="substring-before(@since, '.')" data-type="number"/>
      <xsl:sort select="substring-after(@since, '.')" data-type="number"/>
      <xsl:if test="position() = last()"> POSIX_SHM_<xsl:value-of select="@since"/></xsl:if>
    </xsl:for-each>
    <xsl:text>;
</xsl:text>
  </xsl:for-each>
</xsl:template>
</xsl:stylesheet>

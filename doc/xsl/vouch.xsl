<?xml version="1.0"?>
<!-- tests/abi/vouch.c: the compiler vouches for what the generator read. -->
<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform" xmlns:str="http://exslt.org/strings"
                extension-element-prefixes="str">
<xsl:import href="common.xsl"/>
<xsl:output method="text"/>

<xsl:template match="/abi">
  <xsl:text>/* </xsl:text><xsl:value-of select="$generated"/><xsl:text> */
/* The compiler vouches here for what the generator read in the headers: every value, every signature. It is compiled, with
   warnings as errors, as C and as C++, and never run. */
#include &lt;posix-shm/api.h&gt;

#ifndef __cplusplus
#include &lt;assert.h&gt;
#endif

void vouch(void);

</xsl:text>
  <xsl:for-each select="str:tokenize(@version, '.')">
    <xsl:variable name="position" select="position()"/>
    <xsl:call-template name="value">
      <xsl:with-param name="name" select="concat('PSHM_VERSION_', str:tokenize('MAJOR MINOR PATCH')[$position])"/>
      <xsl:with-param name="value" select="."/>
    </xsl:call-template>
  </xsl:for-each>
  <xsl:for-each select="//constant">
    <xsl:call-template name="value">
      <xsl:with-param name="name" select="@name"/>
      <xsl:with-param name="value" select="@value"/>
    </xsl:call-template>
  </xsl:for-each>
  <xsl:text>
void
vouch(void)
{
</xsl:text>
  <xsl:for-each select="//function">
    <xsl:value-of select="concat('&#9;', @type, substring(' ', 1, not(contains(@type, '*'))), '(*', @name, '_)(')"/>
    <xsl:for-each select="argument"><xsl:call-template name="between"/><xsl:value-of select="@type"/></xsl:for-each>
    <xsl:if test="not(argument)">void</xsl:if>
    <xsl:value-of select="concat(') = ', @name, ';', $line-end)"/>
  </xsl:for-each>
  <xsl:for-each select="//function"><xsl:value-of select="concat('&#9;(void)', @name, '_;', $line-end)"/></xsl:for-each>
  <xsl:text>}
</xsl:text>
</xsl:template>

<xsl:template name="value">
  <xsl:param name="name"/>
  <xsl:param name="value"/>
  <xsl:value-of select="concat('static_assert(', $name, ' == ', $value, ', &quot;', $name, '&quot;);', $line-end)"/>
</xsl:template>
</xsl:stylesheet>

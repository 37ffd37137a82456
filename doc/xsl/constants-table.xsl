<?xml version="1.0"?>
<!-- shim/src/constants-table.h: every constant, and every keyword with what it stands for. -->
<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform">
<xsl:import href="common.xsl"/>
<xsl:output method="text"/>

<xsl:template match="/abi">
  <xsl:text>/* </xsl:text><xsl:value-of select="$generated"/><xsl:text> */
/* Rows for whoever defines the macro, includes this file, and undefines the macro. Header order throughout. */

/* PSHM_CONSTANT(name) */
#ifdef PSHM_CONSTANT
</xsl:text>
  <xsl:for-each select="//constant">PSHM_CONSTANT(<xsl:value-of select="@name"/>)<xsl:value-of select="$line-end"/></xsl:for-each>
  <xsl:text>#endif

/* PSHM_KEYWORD(kind, keyword, value): of each kind first the long names, then the short aliases. */
#ifdef PSHM_KEYWORD
</xsl:text>
  <xsl:for-each select="//enum[@kind]">
    <xsl:for-each select="constant">PSHM_KEYWORD(<xsl:value-of select="concat(../@kind, ', &quot;', @keyword, '&quot;, ', @name)"/>)<xsl:value-of select="$line-end"/></xsl:for-each>
    <xsl:for-each select="constant/also">PSHM_KEYWORD(<xsl:value-of select="concat(../../@kind, ', &quot;', @keyword, '&quot;, ', ../@name)"/>)<xsl:value-of select="$line-end"/></xsl:for-each>
  </xsl:for-each>
  <xsl:text>#endif

/* PSHM_CHOICE(kind): the kinds of which only one keyword may be given. */
#ifdef PSHM_CHOICE
</xsl:text>
  <xsl:for-each select="//enum[@choice = 'yes']">PSHM_CHOICE(<xsl:value-of select="@kind"/>)<xsl:value-of select="$line-end"/></xsl:for-each>
  <xsl:text>#endif
</xsl:text>
</xsl:template>
</xsl:stylesheet>

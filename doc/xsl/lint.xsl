<?xml version="1.0"?>
<!-- What Doxygen does not find in the annotations: members outside every group, enumerators without a word, functions and
     Lisp entries that lack a part. Any finding stops the run, after all are shown. -->
<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform">
<xsl:output method="text"/>

<xsl:template match="/">
  <xsl:variable name="findings">
    <xsl:apply-templates select="//compounddef[@kind='file']//memberdef[@kind='function' or @kind='enum'][not(starts-with(@id, 'group__'))]" mode="ungrouped"/>
    <xsl:apply-templates select="//compounddef[@kind='group']//memberdef | //compounddef[@kind='page'][compoundname != 'lisp_glossary']"/>
    <xsl:for-each select="//compounddef[@kind='page'][compoundname != 'lisp_glossary'][not(@id = //innerpage/@refid)]">
      <xsl:value-of select="concat('&#10;', title, ': in no group')"/>
    </xsl:for-each>
  </xsl:variable>
  <xsl:if test="string($findings)">
    <xsl:message terminate="yes">The annotations lack something.<xsl:value-of select="$findings"/></xsl:message>
  </xsl:if>
</xsl:template>

<xsl:template match="memberdef" mode="ungrouped">
  <xsl:value-of select="concat('&#10;', location/@file, ':', location/@line, ': ', name, ' is in no group')"/>
</xsl:template>

<xsl:template match="memberdef[@kind='function']">
  <xsl:call-template name="lacks"><xsl:with-param name="part" select="'a brief description'"/><xsl:with-param name="found" select="briefdescription/para"/></xsl:call-template>
  <xsl:call-template name="lacks"><xsl:with-param name="part" select="'an example'"/><xsl:with-param name="found" select=".//simplesect[title='Example']//codeline"/></xsl:call-template>
  <xsl:call-template name="common"/>
  <xsl:if test=".//simplesect[title='Lisp']">
    <xsl:call-template name="lacks"><xsl:with-param name="part" select="'its text in Lisp'"/><xsl:with-param name="found" select=".//simplesect[title='In Lisp']/para"/></xsl:call-template>
  </xsl:if>
  <xsl:if test=".//simplesect[title='Lisp'] and starts-with(@id, 'group__api')">
    <xsl:call-template name="lacks"><xsl:with-param name="part" select="'a Lisp example'"/><xsl:with-param name="found" select=".//simplesect[title='Lisp example']//codeline"/></xsl:call-template>
  </xsl:if>
</xsl:template>

<xsl:template match="memberdef[@kind='enum']">
  <xsl:for-each select="enumvalue[not(briefdescription/para | detaileddescription/para)]">
    <xsl:value-of select="concat('&#10;', ../location/@file, ': ', name, ' is not documented')"/>
  </xsl:for-each>
  <xsl:for-each select="enumvalue[not(initializer)]">
    <xsl:value-of select="concat('&#10;', ../location/@file, ': ', name, ' has no value')"/>
  </xsl:for-each>
</xsl:template>

<xsl:template match="compounddef">
  <xsl:if test="count(.//simplesect[title='Kind']) &gt; 1"><xsl:value-of select="concat('&#10;', compoundname, ' is written twice')"/></xsl:if>
  <xsl:call-template name="lacks"><xsl:with-param name="part" select="'its text in Lisp'"/><xsl:with-param name="found" select=".//simplesect[title='In Lisp']/para"/></xsl:call-template>
  <xsl:call-template name="lacks"><xsl:with-param name="part" select="'a Lisp example'"/><xsl:with-param name="found" select=".//simplesect[title='Lisp example']//codeline"/></xsl:call-template>
  <xsl:if test=".//simplesect[title='Kind']/para[normalize-space() = 'Class' or normalize-space() = 'Structure' or normalize-space() = 'Condition']">
    <xsl:call-template name="lacks"><xsl:with-param name="part" select="'its class precedence list'"/><xsl:with-param name="found" select=".//simplesect[title='Class precedence list']/para"/></xsl:call-template>
  </xsl:if>
  <xsl:call-template name="common"/>
</xsl:template>

<xsl:template name="common">
  <xsl:call-template name="lacks"><xsl:with-param name="part" select="'@since'"/><xsl:with-param name="found" select=".//simplesect[@kind='since']"/></xsl:call-template>
  <xsl:call-template name="lacks"><xsl:with-param name="part" select="'@see'"/><xsl:with-param name="found" select=".//simplesect[@kind='see']"/></xsl:call-template>
</xsl:template>

<xsl:template name="lacks">
  <xsl:param name="part"/>
  <xsl:param name="found"/>
  <xsl:if test="not($found)"><xsl:value-of select="concat('&#10;', name | compoundname, ' lacks ', $part)"/></xsl:if>
</xsl:template>
</xsl:stylesheet>

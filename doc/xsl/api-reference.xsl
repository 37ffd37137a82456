<?xml version="1.0"?>
<!-- The generated parts of doc/api-reference.md. The parameter says which. -->
<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform" xmlns:str="http://exslt.org/strings"
                xmlns:p="urn:posix-shm" extension-element-prefixes="str">
<xsl:import href="markdown.xsl"/>
<xsl:output method="text"/>
<xsl:param name="part"/>
<xsl:variable name="document" select="'api'"/>
<xsl:key name="meaning" match="meaning" use="@name"/>

<xsl:template match="/abi">
  <xsl:choose>
    <xsl:when test="$part = 'source'"><xsl:value-of select="concat('&lt;!-- ', $generated, ' --&gt;', $line-end)"/></xsl:when>
    <xsl:when test="$part = 'dictionary'"><xsl:apply-templates select="stratum[@id = 'api']/group"/></xsl:when>
    <xsl:otherwise><xsl:message terminate="yes">There is no part '<xsl:value-of select="$part"/>'.</xsl:message></xsl:otherwise>
  </xsl:choose>
</xsl:template>

<xsl:template match="group[function/lisp | entry]">
  <xsl:value-of select="concat('&lt;a id=&quot;', @id, '&quot;&gt;&lt;/a&gt;', $line-end, '### ', @title, $line-end, $line-end, p:text(brief), $line-end, $line-end)"/>
  <xsl:apply-templates select="description/*" mode="md"/>
  <xsl:apply-templates select="function[lisp] | entry"/>
</xsl:template>
<xsl:template match="group"/>

<xsl:template match="function | entry">
  <xsl:variable name="kind" select="concat(@kind, substring('Function', 1, 8 * not(@kind)))"/>
  <xsl:for-each select="lisp"><xsl:value-of select="concat('&lt;a id=&quot;', p:anchor(.), '&quot;&gt;&lt;/a&gt;')"/></xsl:for-each>
  <xsl:value-of select="concat($line-end, '#### ')"/>
  <xsl:for-each select="lisp"><xsl:call-template name="between"/><xsl:value-of select="str:replace(@name, '*', '\*')"/></xsl:for-each>
  <xsl:if test="generate-id(lisp[1]) != generate-id(key('lisp-name', lisp[1]/@name)[1])">
    <xsl:value-of select="concat(' (', translate($kind, $upper, $lower), ')')"/>
  </xsl:if>
  <xsl:value-of select="concat($line-end, $line-end, '*', $kind, '*', $line-end, $line-end)"/>
  <xsl:if test="not($kind = 'Class' or $kind = 'Condition' or $kind = 'Structure')">
    <xsl:value-of select="concat('```text', $line-end)"/>
    <xsl:for-each select="lisp">
      <xsl:value-of select="concat(@form, substring(' =&gt; ', 1, 4 * (@values != '')), @values, $line-end)"/>
    </xsl:for-each>
    <xsl:value-of select="concat('```', $line-end, $line-end)"/>
  </xsl:if>
  <xsl:for-each select="self::function | key('c-name', normalize-space(section[@title = 'In C']))">
    <xsl:value-of select="concat('In C: `', declaration, '`; ', p:c-link(@name), ' has the errors of the system, and their causes.', $line-end, $line-end)"/>
  </xsl:for-each>
  <xsl:call-template name="titled"><xsl:with-param name="title" select="'Class precedence list'"/></xsl:call-template>
  <xsl:call-template name="arguments"><xsl:with-param name="kind" select="$kind"/></xsl:call-template>
  <xsl:call-template name="titled">
    <xsl:with-param name="title" select="'Description'"/>
    <xsl:with-param name="section" select="section[@title = 'In Lisp']"/>
  </xsl:call-template>
  <xsl:call-template name="titled">
    <xsl:with-param name="title" select="'Examples'"/>
    <xsl:with-param name="section" select="section[@title = 'Lisp example']"/>
  </xsl:call-template>
  <xsl:call-template name="titled"><xsl:with-param name="title" select="'Affected by'"/></xsl:call-template>
  <xsl:call-template name="titled"><xsl:with-param name="title" select="'Exceptional situations'"/></xsl:call-template>
  <xsl:call-template name="tail"/>
</xsl:template>

<!-- Every word of the signatures that is no lambda list keyword, once, with its meaning from the glossary: that of this
     entry, or of its kind, or the general one. -->
<xsl:template name="arguments">
  <xsl:param name="kind"/>
  <xsl:variable name="words">
    <xsl:for-each select="lisp"><xsl:value-of select="concat(' ', translate(concat(@lambda, ' ', @values), '(),', '   '))"/></xsl:for-each>
  </xsl:variable>
  <xsl:variable name="tokens" select="str:tokenize($words)"/>
  <xsl:variable name="entry" select="."/>
  <xsl:if test="normalize-space($words)">
    <xsl:value-of select="concat('**Arguments and values**', $line-end, $line-end)"/>
    <xsl:for-each select="$tokens[not(starts-with(., '&amp;'))]">
      <xsl:if test="not(preceding-sibling::*[. = current()])">
        <xsl:variable name="word" select="string(.)"/>
        <xsl:for-each select="$entry">
          <xsl:variable name="all" select="key('meaning', $word)"/>
          <xsl:variable name="own" select="$all[@of = $entry/lisp/@name]"/>
          <xsl:variable name="kin" select="$all[@of = $kind and not($own)]"/>
          <xsl:variable name="meaning" select="$own | $kin | $all[@of = '' and not($own | $kin)]"/>
          <xsl:if test="not($meaning)">
            <xsl:message terminate="yes">The glossary in lisp.h lacks '<xsl:value-of select="$word"/>' of <xsl:value-of select="$entry/lisp/@name"/>.</xsl:message>
          </xsl:if>
          <xsl:value-of select="concat('- *', str:replace($word, '*', '\*'), '*: ', p:text($meaning/node()), $line-end)"/>
        </xsl:for-each>
      </xsl:if>
    </xsl:for-each>
    <xsl:value-of select="$line-end"/>
  </xsl:if>
</xsl:template>
</xsl:stylesheet>

<?xml version="1.0"?>
<!-- Text as GitHub's Markdown, and what both references share. -->
<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform" xmlns:str="http://exslt.org/strings"
                xmlns:func="http://exslt.org/functions" xmlns:p="urn:posix-shm" extension-element-prefixes="str func p">
<xsl:import href="common.xsl"/>

<!-- Which document the text stands in: 'ffi' or 'api'. A link leaves it where its target is in the other one. -->
<xsl:variable name="document"/>
<xsl:key name="c-name" match="function | enum | constant" use="@name"/>
<xsl:key name="lisp-name" match="stratum[@id = 'api']//lisp" use="@name"/>
<xsl:key name="ffi-lisp-name" match="stratum[@id = 'ffi']//lisp" use="@name"/>
<!-- The entries of lisp.h that wrap a function of C by themselves -->
<xsl:key name="in-c" match="entry" use="normalize-space(section[@title = 'In C'])"/>

<!-- Blocks, each with a blank line after it -->

<xsl:template match="p" mode="md">
  <xsl:variable name="text"><xsl:apply-templates mode="md"/></xsl:variable>
  <xsl:value-of select="concat(normalize-space($text), $line-end, $line-end)"/>
</xsl:template>

<xsl:template match="list" mode="md">
  <xsl:for-each select="item">
    <xsl:variable name="text"><xsl:apply-templates mode="md"/></xsl:variable>
    <xsl:value-of select="concat('- ', normalize-space($text), $line-end)"/>
  </xsl:for-each>
  <xsl:value-of select="$line-end"/>
</xsl:template>

<xsl:template match="table" mode="md">
  <xsl:for-each select="row">
    <xsl:value-of select="p:row(p:cell(cell[1]), p:cell(cell[2]), '')"/>
    <xsl:if test="position() = 1"><xsl:value-of select="p:row('---', '---', '')"/></xsl:if>
  </xsl:for-each>
  <xsl:value-of select="$line-end"/>
</xsl:template>

<xsl:template match="listing" mode="md">
  <xsl:value-of select="concat('```', str:replace(@language, 'py', 'python'), $line-end)"/>
  <xsl:for-each select="line"><xsl:value-of select="concat(., $line-end)"/></xsl:for-each>
  <xsl:value-of select="concat('```', $line-end, $line-end)"/>
</xsl:template>

<!-- Words -->

<xsl:template match="text()" mode="md">
  <xsl:value-of select="str:replace(str:replace(str:replace(., '\', '\\'), '*', '\*'), '&lt;', '\&lt;')"/>
</xsl:template>
<!-- In the text of a Lisp entry: an argument, which a docstring has in upper case, is in italics here. -->
<xsl:template match="function/section[@title != 'Example']//text() | entry/section//text()" mode="md" priority="1">
  <xsl:variable name="signatures" select="ancestor::*[self::function or self::entry]/lisp"/>
  <xsl:variable name="words">
    <xsl:text> </xsl:text>
    <xsl:for-each select="$signatures"><xsl:value-of select="translate(concat(@lambda, ' '), concat($lower, '()'), concat($upper, '  '))"/></xsl:for-each>
  </xsl:variable>
  <xsl:variable name="names" select="concat(' ', translate($words, '_', '-'), ' ')"/>
  <xsl:if test="starts-with(., ' ')"><xsl:text> </xsl:text></xsl:if>
  <xsl:for-each select="str:split(., ' ')">
    <xsl:variable name="bare" select="substring-before(concat(translate(., '.,;:()', ''), &quot;'s&quot;), &quot;'s&quot;)"/>
    <xsl:if test="position() &gt; 1"><xsl:text> </xsl:text></xsl:if>
    <xsl:choose>
      <xsl:when test="$bare != '' and contains($names, concat(' ', $bare, ' '))">
        <xsl:value-of select="str:replace(., $bare, concat('*', translate($bare, $upper, $lower), '*'))"/>
      </xsl:when>
      <xsl:otherwise><xsl:value-of select="str:replace(str:replace(., '*', '\*'), '&lt;', '\&lt;')"/></xsl:otherwise>
    </xsl:choose>
  </xsl:for-each>
  <xsl:if test="substring(., string-length()) = ' '"><xsl:text> </xsl:text></xsl:if>
</xsl:template>

<xsl:template match="em" mode="md">*<xsl:apply-templates mode="md"/>*</xsl:template>
<xsl:template match="strong" mode="md">**<xsl:apply-templates mode="md"/>**</xsl:template>
<xsl:template match="link" mode="md">[<xsl:apply-templates mode="md"/>](<xsl:value-of select="@url"/>)</xsl:template>
<xsl:template match="ref" mode="md"><xsl:value-of select="p:c-link(@name)"/></xsl:template>

<!-- Code that is a name of the Lisp packages becomes a link, but not within its own entry. -->
<xsl:template match="code" mode="md">
  <xsl:variable name="lisp" select="key('lisp-name', .)"/>
  <xsl:variable name="ffi" select="key('ffi-lisp-name', .)"/>
  <xsl:choose>
    <xsl:when test="$document = 'api' and $lisp and not(ancestor::*[lisp/@name = current()])"><xsl:value-of select="p:lisp-link($lisp[1])"/></xsl:when>
    <xsl:when test="$document = 'api' and $ffi and contains(., '*')"><xsl:value-of select="p:lisp-link($ffi[1])"/></xsl:when>
    <xsl:when test="$document = 'ffi' and ancestor::section and $ffi and not(ancestor::*[lisp/@name = current()])"><xsl:value-of select="p:lisp-link($ffi[1])"/></xsl:when>
    <xsl:otherwise><xsl:value-of select="p:quoted(.)"/></xsl:otherwise>
  </xsl:choose>
</xsl:template>

<func:function name="p:quoted">
  <xsl:param name="code"/>
  <func:result select="concat('`', $code, '`')"/>
</func:function>

<func:function name="p:c-link">
  <xsl:param name="name"/>
  <xsl:variable name="lisp" select="key('c-name', $name)[ancestor::stratum/@id = 'api']/lisp"/>
  <func:result select="concat('[', p:quoted($name), '](', substring('ffi-reference.md', 1, 16 * ($document = 'api')), '#', substring('enum-', 1, 5 * (key('c-name', $name)/self::enum and not(key('c-name', $name)/self::function))), $name, ')')"/>
</func:function>

<func:function name="p:lisp-link">
  <xsl:param name="lisp"/>
  <xsl:variable name="home" select="$lisp/ancestor::stratum/@id"/>
  <func:result select="concat('[', p:quoted($lisp/@name), '](', substring(concat($home, '-reference.md'), 1, 16 * ($document != $home)), '#', p:anchor($lisp), ')')"/>
</func:function>

<!-- open-shm* => open-shm-star; the second thing of a name: open-shm-class -->
<func:function name="p:anchor">
  <xsl:param name="lisp"/>
  <xsl:variable name="name" select="$lisp/@name"/>
  <xsl:variable name="first" select="($lisp/ancestor::stratum//lisp[@name = $name])[1]"/>
  <xsl:variable name="plain">
    <xsl:choose>
      <xsl:when test="starts-with($name, '*') or starts-with($name, '+')"><xsl:value-of select="translate($name, '*+', '')"/></xsl:when>
      <xsl:otherwise><xsl:value-of select="str:replace($name, '*', '-star')"/></xsl:otherwise>
    </xsl:choose>
  </xsl:variable>
  <xsl:choose>
    <xsl:when test="generate-id($first) = generate-id($lisp)"><func:result select="string($plain)"/></xsl:when>
    <xsl:otherwise><func:result select="concat($plain, '-', translate($lisp/../@kind, concat($upper, ' '), concat($lower, '-')))"/></xsl:otherwise>
  </xsl:choose>
</func:function>

<!-- Tables -->

<func:function name="p:text">
  <xsl:param name="nodes"/>
  <xsl:variable name="text"><xsl:apply-templates select="$nodes" mode="md"/></xsl:variable>
  <func:result select="normalize-space($text)"/>
</func:function>

<func:function name="p:cell">
  <xsl:param name="nodes"/>
  <func:result select="str:replace(p:text($nodes/node()), '|', '\|')"/>
</func:function>

<func:function name="p:row">
  <xsl:param name="first"/>
  <xsl:param name="second"/>
  <xsl:param name="third"/>
  <func:result select="concat('| ', $first, ' | ', $second, substring(' | ', 1, 3 * ($third != '')), $third, ' |', $line-end)"/>
</func:function>

<!-- See also: names become links, whatever language they are of; the rest is text. -->
<xsl:template match="see" mode="md">
  <xsl:for-each select="str:tokenize(str:replace(., ';', ','), ',')">
    <xsl:variable name="name" select="normalize-space(.)"/>
    <xsl:call-template name="between"/>
    <xsl:call-template name="see-name"><xsl:with-param name="name" select="$name"/></xsl:call-template>
  </xsl:for-each>
</xsl:template>

<xsl:template name="see-name">
  <xsl:param name="name"/>
  <xsl:for-each select="$abi">
    <xsl:variable name="c" select="key('c-name', $name)"/>
    <xsl:variable name="api" select="key('lisp-name', $name) | ($c/lisp | key('in-c', $name)/lisp)[$document = 'api'][ancestor::stratum/@id = 'api']"/>
    <xsl:variable name="ffi" select="key('ffi-lisp-name', $name)"/>
    <xsl:choose>
      <xsl:when test="$document = 'api' and $api"><xsl:value-of select="p:lisp-link($api[1])"/></xsl:when>
      <xsl:when test="$c"><xsl:value-of select="p:c-link($name)"/></xsl:when>
      <xsl:when test="$ffi"><xsl:value-of select="p:lisp-link($ffi[1])"/></xsl:when>
      <xsl:when test="$api"><xsl:value-of select="p:lisp-link($api[1])"/></xsl:when>
      <xsl:when test="contains($name, '(') or contains($name, ' ')"><xsl:value-of select="$name"/></xsl:when>
      <xsl:otherwise><xsl:message terminate="yes">See also '<xsl:value-of select="$name"/>': there is no such entry.</xsl:message></xsl:otherwise>
    </xsl:choose>
  </xsl:for-each>
</xsl:template>
<xsl:variable name="abi" select="/"/>

<!-- The tail of every entry -->
<xsl:template name="tail">
  <xsl:if test="see">
    <xsl:text>**See also** </xsl:text><xsl:apply-templates select="see" mode="md"/><xsl:value-of select="concat('.', $line-end, $line-end)"/>
  </xsl:if>
  <xsl:value-of select="concat('*Since ', @since, '.*', $line-end, $line-end)"/>
</xsl:template>

<xsl:template name="titled">
  <xsl:param name="title"/>
  <xsl:param name="section" select="section[@title = $title]"/>
  <xsl:if test="$section">
    <xsl:value-of select="concat('**', $title, '**', $line-end, $line-end)"/>
    <xsl:apply-templates select="$section/*" mode="md"/>
  </xsl:if>
</xsl:template>
</xsl:stylesheet>

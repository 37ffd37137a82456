<?xml version="1.0"?>
<!-- doc/man/*.3: a manual page for every function, and one for the library. The parameter says where. -->
<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform" xmlns:str="http://exslt.org/strings"
                xmlns:exsl="http://exslt.org/common" xmlns:func="http://exslt.org/functions" xmlns:p="urn:posix-shm"
                extension-element-prefixes="str exsl func p">
<xsl:import href="common.xsl"/>
<xsl:output method="text"/>
<xsl:param name="directory"/>
<xsl:key name="function" match="function" use="@name"/>

<xsl:template match="/abi">
  <xsl:for-each select="//function">
    <exsl:document href="{$directory}/{@name}.3" method="text"><xsl:apply-templates select="."/></exsl:document>
  </xsl:for-each>
  <exsl:document href="{$directory}/posix-shm.3" method="text"><xsl:call-template name="library"/></exsl:document>
</xsl:template>

<xsl:template match="function">
  <xsl:call-template name="head"><xsl:with-param name="name" select="@name"/></xsl:call-template>
  <xsl:value-of select="concat('.SH NAME', $line-end, @name, ' \- ')"/>
  <xsl:apply-templates select="brief"/>
  <xsl:value-of select="concat($line-end, '.SH SYNOPSIS', $line-end, '.nf', $line-end, '.B #include &lt;', ../../@header, '&gt;', $line-end, '.PP', $line-end)"/>
  <xsl:text>\fB</xsl:text>
  <xsl:call-template name="prototype"><xsl:with-param name="width" select="70"/></xsl:call-template>
  <xsl:value-of select="concat('\fR', $line-end, '.fi', $line-end)"/>
  <xsl:if test="argument">
    <xsl:value-of select="concat('.SH ARGUMENTS', $line-end)"/>
    <xsl:for-each select="argument">
      <xsl:value-of select="concat('.TP', $line-end, '.I ', @name, $line-end)"/>
      <xsl:call-template name="paragraph"/>
    </xsl:for-each>
  </xsl:if>
  <xsl:if test="description/*">
    <xsl:value-of select="concat('.SH DESCRIPTION', $line-end)"/>
    <xsl:apply-templates select="description/*"/>
  </xsl:if>
  <xsl:value-of select="concat('.SH RETURN VALUE', $line-end)"/>
  <xsl:for-each select="returns"><xsl:call-template name="paragraph"/></xsl:for-each>
  <xsl:for-each select="result">
    <xsl:value-of select="concat('.TP', $line-end, '.B ', @value, $line-end)"/>
    <xsl:call-template name="paragraph"/>
  </xsl:for-each>
  <xsl:if test="error">
    <xsl:value-of select="concat('.SH ERRORS', $line-end, 'The result is the negated errno.', $line-end)"/>
    <xsl:for-each select="error">
      <xsl:value-of select="concat('.TP', $line-end, '.B ', @name, $line-end)"/>
      <xsl:call-template name="paragraph"/>
    </xsl:for-each>
  </xsl:if>
  <xsl:if test="section[@title = 'Example']">
    <xsl:value-of select="concat('.SH EXAMPLE', $line-end, 'In Python, with posix_shm.py:', $line-end)"/>
    <xsl:apply-templates select="section[@title = 'Example']/listing"/>
  </xsl:if>
  <xsl:value-of select="concat('.SH HISTORY', $line-end, 'Since version ', @since, '.', $line-end, '.SH SEE ALSO', $line-end)"/>
  <xsl:for-each select="str:tokenize(translate(see, ';', ','), ',')">
    <xsl:value-of select="concat(p:see(normalize-space(.)), ',', $line-end)"/>
  </xsl:for-each>
  <xsl:value-of select="concat('.BR posix-shm (3)', $line-end)"/>
</xsl:template>

<!-- .BR name (3), for a function of ours and for what has its section; the rest is text. -->
<func:function name="p:see">
  <xsl:param name="name"/>
  <xsl:variable name="section" select="concat('(', substring-after($name, '('))"/>
  <xsl:choose>
    <xsl:when test="contains($name, ' ')"><func:result select="p:roff($name)"/></xsl:when>
    <xsl:when test="$section = '('"><func:result select="concat('.BR ', $name, ' (3)')"/></xsl:when>
    <xsl:otherwise><func:result select="concat('.BR ', substring-before($name, '('), ' ', $section)"/></xsl:otherwise>
  </xsl:choose>
</func:function>

<xsl:template name="library">
  <xsl:call-template name="head"><xsl:with-param name="name" select="'posix-shm'"/></xsl:call-template>
  <xsl:text>.SH NAME
posix-shm \- POSIX shared memory for foreign function interfaces
.SH SYNOPSIS
.nf
.B #include &lt;posix-shm/api.h&gt;
.PP
.B cc ... $(pkg-config --cflags --libs posix-shm)
.fi
.SH DESCRIPTION
POSIX shared memory for every language that can pass integers, pointers and C strings.
</xsl:text>
  <xsl:apply-templates select="stratum[@id = 'ffi']/rules/*"/>
  <xsl:for-each select="//group[function | enum]">
    <xsl:value-of select="concat('.SS ', @title, $line-end)"/>
    <xsl:for-each select="brief"><xsl:call-template name="paragraph"/></xsl:for-each>
    <xsl:for-each select="function">
      <xsl:value-of select="concat('.TP', $line-end, '.BR ', @name, ' (3)', $line-end)"/>
      <xsl:for-each select="brief"><xsl:call-template name="paragraph"/></xsl:for-each>
    </xsl:for-each>
    <xsl:for-each select="enum">
      <xsl:value-of select="concat('.PP', $line-end)"/>
      <xsl:for-each select="brief"><xsl:call-template name="paragraph"/></xsl:for-each>
      <xsl:for-each select="constant">
        <xsl:value-of select="concat('.TP', $line-end, '.BR ', @name, ' &quot; = ', @written, '&quot;', $line-end)"/>
        <xsl:for-each select="text"><xsl:call-template name="paragraph"/></xsl:for-each>
      </xsl:for-each>
    </xsl:for-each>
  </xsl:for-each>
  <xsl:value-of select="concat('.SH SEE ALSO', $line-end, '.BR shm_overview (7)', $line-end)"/>
</xsl:template>

<xsl:template name="head">
  <xsl:param name="name"/>
  <xsl:value-of select="concat('.\&quot; ', $generated, $line-end, '.TH ', $name, ' 3 &quot;&quot; &quot;posix-shm ', /abi/@version, '&quot; &quot;posix-shm&quot;', $line-end)"/>
</xsl:template>

<!-- Text -->

<xsl:template name="paragraph">
  <xsl:variable name="text"><xsl:apply-templates/></xsl:variable>
  <xsl:call-template name="wrap"><xsl:with-param name="text" select="$text"/></xsl:call-template>
  <xsl:value-of select="$line-end"/>
</xsl:template>

<xsl:template match="p"><xsl:value-of select="concat('.PP', $line-end)"/><xsl:call-template name="paragraph"/></xsl:template>
<xsl:template match="item"><xsl:value-of select="concat('.IP \(bu 2', $line-end)"/><xsl:call-template name="paragraph"/></xsl:template>
<xsl:template match="table">
  <xsl:for-each select="row[position() &gt; 1]">
    <xsl:value-of select="concat('.TP', $line-end)"/>
    <xsl:for-each select="cell"><xsl:call-template name="paragraph"/></xsl:for-each>
  </xsl:for-each>
</xsl:template>
<xsl:template match="listing">
  <xsl:value-of select="concat('.PP', $line-end, '.nf', $line-end)"/>
  <xsl:for-each select="line"><xsl:value-of select="concat(p:roff(.), $line-end)"/></xsl:for-each>
  <xsl:value-of select="concat('.fi', $line-end)"/>
</xsl:template>
<xsl:template match="code">\fB<xsl:value-of select="p:roff(.)"/>\fR</xsl:template>
<xsl:template match="ref">
  <xsl:value-of select="concat('\fB', p:roff(.), '\fR', substring('(3)', 1, 3 * boolean(key('function', @name))))"/>
</xsl:template>
<xsl:template match="brief"><xsl:variable name="text"><xsl:apply-templates/></xsl:variable><xsl:value-of select="normalize-space($text)"/></xsl:template>
<xsl:template match="text()"><xsl:value-of select="p:roff(.)"/></xsl:template>

<!-- A zero-width character guards a line from being read as a request. -->
<func:function name="p:roff">
  <xsl:param name="text"/>
  <xsl:variable name="escaped" select="str:replace(str:replace(string($text), '\', '\e'), '-', '\-')"/>
  <func:result select="concat(substring('\&amp;', 1, 2 * (starts-with($text, '.') or starts-with($text, &quot;'&quot;))), $escaped)"/>
</func:function>
</xsl:stylesheet>

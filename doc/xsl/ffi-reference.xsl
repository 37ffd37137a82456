<?xml version="1.0"?>
<!-- The generated parts of doc/ffi-reference.md. The parameter says which. -->
<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform" xmlns:p="urn:posix-shm">
<xsl:import href="markdown.xsl"/>
<xsl:output method="text"/>
<xsl:param name="part"/>
<xsl:variable name="document" select="'ffi'"/>
<xsl:key name="error" match="error" use="@name"/>

<xsl:template match="/abi">
  <xsl:choose>
    <xsl:when test="$part = 'source'"><xsl:value-of select="concat('&lt;!-- ', $generated, ' --&gt;', $line-end)"/></xsl:when>
    <xsl:when test="$part = 'rules'"><xsl:apply-templates select="stratum[@id = 'ffi']/rules/*" mode="md"/></xsl:when>
    <xsl:when test="$part = 'errors'"><xsl:call-template name="errors"/></xsl:when>
    <xsl:when test="stratum[@id = $part]"><xsl:apply-templates select="stratum[@id = $part]/group[function | enum | entry]"/></xsl:when>
    <xsl:otherwise><xsl:message terminate="yes">There is no part '<xsl:value-of select="$part"/>'.</xsl:message></xsl:otherwise>
  </xsl:choose>
</xsl:template>

<xsl:template match="group">
  <xsl:if test="$part = 'ffi' or function">
    <xsl:value-of select="concat('&lt;a id=&quot;', @id, '&quot;&gt;&lt;/a&gt;', $line-end, '### ', @title, $line-end, $line-end, p:text(brief), $line-end, $line-end)"/>
    <xsl:apply-templates select="description/*" mode="md"/>
    <xsl:apply-templates select="enum | function | entry[$part = 'ffi']"/>
  </xsl:if>
</xsl:template>

<xsl:template match="function">
  <xsl:value-of select="concat('&lt;a id=&quot;', @name, '&quot;&gt;&lt;/a&gt;')"/>
  <xsl:for-each select="lisp[$part = 'ffi']"><xsl:value-of select="concat('&lt;a id=&quot;', p:anchor(.), '&quot;&gt;&lt;/a&gt;')"/></xsl:for-each>
  <xsl:value-of select="concat($line-end, '#### ', @name, $line-end, $line-end)"/>
  <xsl:value-of select="concat('```c', $line-end)"/>
  <xsl:call-template name="prototype"/>
  <xsl:value-of select="concat($line-end, '```', $line-end, $line-end)"/>
  <xsl:value-of select="concat(p:text(brief), $line-end, $line-end)"/>
  <xsl:apply-templates select="description/*" mode="md"/>
  <xsl:if test="argument">
    <xsl:value-of select="concat(p:row('argument', 'type', 'meaning'), p:row('---', '---', '---'))"/>
    <xsl:for-each select="argument">
      <xsl:value-of select="p:row(p:quoted(@name), p:quoted(@type), p:cell(.))"/>
    </xsl:for-each>
    <xsl:value-of select="$line-end"/>
  </xsl:if>
  <xsl:if test="returns">
    <xsl:value-of select="concat('**Returns** ', p:text(returns/node()), $line-end, $line-end)"/>
  </xsl:if>
  <xsl:if test="result | error">
    <xsl:value-of select="concat(p:row('result', 'meaning', ''), p:row('---', '---', ''))"/>
    <xsl:for-each select="result"><xsl:value-of select="p:row(p:quoted(@value), p:cell(.), '')"/></xsl:for-each>
    <xsl:for-each select="error"><xsl:value-of select="p:row(p:quoted(concat('-', @name)), p:cell(.), '')"/></xsl:for-each>
    <xsl:value-of select="$line-end"/>
  </xsl:if>
  <xsl:apply-templates select="lisp | key('in-c', @name)/lisp"/>
  <xsl:call-template name="titled"><xsl:with-param name="title" select="'Example'"/></xsl:call-template>
  <xsl:call-template name="tail"/>
</xsl:template>

<!-- A function of posix-shm/ffi is described here; one of posix-shm in the other reference. -->
<xsl:template match="lisp">
  <xsl:choose>
    <xsl:when test="ancestor::stratum/@id = 'ffi'">
      <xsl:value-of select="concat('**Lisp** `', @form, '` =&gt; *', @values, '* (package `posix-shm/ffi`)', $line-end, $line-end)"/>
      <xsl:apply-templates select="../section[@title = 'In Lisp']/*" mode="md"/>
    </xsl:when>
    <xsl:otherwise>
      <xsl:value-of select="concat('**Lisp** ', p:lisp-link(.), ' (package `posix-shm`)', $line-end, $line-end)"/>
    </xsl:otherwise>
  </xsl:choose>
</xsl:template>

<xsl:template match="enum">
  <xsl:value-of select="concat('&lt;a id=&quot;enum-', @name, '&quot;&gt;&lt;/a&gt;', $line-end, '#### enum ', @name, $line-end, $line-end, p:text(brief), $line-end, $line-end)"/>
  <xsl:apply-templates select="description/*" mode="md"/>
  <xsl:if test="@kind">
    <xsl:value-of select="concat('Keywords of the kind ', p:c-link(@kind))"/>
    <xsl:if test="@choice = 'yes'">: one at a time</xsl:if>
    <xsl:if test="@lisp and $part = 'ffi'"><xsl:value-of select="concat(', and of the Lisp bitfield &lt;a id=&quot;', @lisp, '&quot;&gt;&lt;/a&gt;`', @lisp, '` (package `posix-shm/ffi`)')"/></xsl:if>
    <xsl:value-of select="concat('.', $line-end, $line-end)"/>
  </xsl:if>
  <xsl:variable name="keyword" select="boolean(@kind)"/>
  <xsl:value-of select="concat('| constant | value | ', substring('keyword | ', 1, 10 * $keyword), 'meaning |', $line-end, '|---|---|', substring('---|', 1, 4 * $keyword), '---|', $line-end)"/>
  <xsl:for-each select="constant">
    <xsl:value-of select="concat('| &lt;a id=&quot;', @name, '&quot;&gt;&lt;/a&gt;`', @name, '` | ', @written, substring(concat(' (', @value, ')'), 1, 99 * (@written != @value)), ' | ')"/>
    <xsl:if test="$keyword">
      <xsl:value-of select="p:quoted(@keyword)"/>
      <xsl:for-each select="also"><xsl:value-of select="concat(', ', p:quoted(@keyword))"/></xsl:for-each>
      <xsl:text> | </xsl:text>
    </xsl:if>
    <xsl:value-of select="concat(p:cell(text), ' |', $line-end)"/>
  </xsl:for-each>
  <xsl:value-of select="$line-end"/>
</xsl:template>

<!-- What posix-shm/ffi has and C has not -->
<xsl:template match="entry">
  <xsl:for-each select="lisp"><xsl:value-of select="concat('&lt;a id=&quot;', p:anchor(.), '&quot;&gt;&lt;/a&gt;')"/></xsl:for-each>
  <xsl:value-of select="concat($line-end, '#### ')"/>
  <xsl:for-each select="lisp"><xsl:call-template name="between"/><xsl:value-of select="p:text(@name)"/></xsl:for-each>
  <xsl:value-of select="concat($line-end, $line-end, '*', @kind, '* of the Lisp package `posix-shm/ffi`.', $line-end, $line-end)"/>
  <xsl:for-each select="lisp[@values != '']">
    <xsl:value-of select="concat('**Lisp** `', @form, '` =&gt; *', @values, '* (package `posix-shm/ffi`)', $line-end, $line-end)"/>
  </xsl:for-each>
  <xsl:apply-templates select="section[@title = 'In Lisp']/*" mode="md"/>
  <xsl:call-template name="titled">
    <xsl:with-param name="title" select="'Example'"/>
    <xsl:with-param name="section" select="section[@title = 'Lisp example']"/>
  </xsl:call-template>
  <xsl:call-template name="tail"/>
</xsl:template>

<xsl:template match="@name" mode="md"><xsl:value-of select="p:quoted(.)"/></xsl:template>

<xsl:template name="errors">
  <xsl:value-of select="concat(p:row('error', 'returned by', ''), p:row('---', '---', ''))"/>
  <xsl:for-each select="//error[generate-id() = generate-id(key('error', @name)[1])]">
    <xsl:sort select="@name"/>
    <xsl:value-of select="concat('| `', @name, '` | ')"/>
    <xsl:for-each select="key('error', @name)"><xsl:call-template name="between"/><xsl:value-of select="p:c-link(../@name)"/></xsl:for-each>
    <xsl:value-of select="concat(' |', $line-end)"/>
  </xsl:for-each>
  <xsl:value-of select="$line-end"/>
</xsl:template>
</xsl:stylesheet>

<?xml version="1.0"?>
<!-- shim/abi/posix-shm.json: the whole ABI, for authors of other bindings. -->
<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform" xmlns:func="http://exslt.org/functions"
                xmlns:p="urn:posix-shm" extension-element-prefixes="func p">
<xsl:import href="common.xsl"/>
<xsl:output method="text"/>
<xsl:key name="error" match="error" use="@name"/>

<func:function name="p:string">
  <xsl:param name="text"/>
  <func:result select="concat('&quot;', p:escaped($text), '&quot;')"/>
</func:function>

<func:function name="p:member">
  <xsl:param name="name"/>
  <xsl:param name="text"/>
  <func:result select="concat(p:string($name), ': ', p:string($text))"/>
</func:function>

<xsl:template match="/abi">
  <xsl:text>{
</xsl:text>
  <xsl:value-of select="concat('&quot;generated&quot;: ', p:string($generated), ',', $line-end)"/>
  <xsl:value-of select="concat('&quot;version&quot;: ', p:string(@version), ',', $line-end)"/>
  <xsl:text>"library": "libposix-shm",
"soname": "libposix-shm.so.0",
"types": {
  "int": {"c": "int", "meaning": "a 32-bit signed integer"},
  "int64": {"c": "int64_t", "meaning": "a 64-bit signed integer; an address where the argument or the result is one"},
  "string-in": {"c": "const char *", "meaning": "bytes that end in NUL; as a result, a constant of the library"},
  "bytes-in": {"c": "const void *", "meaning": "bytes that the call reads"},
  "string-out": {"c": "char *", "meaning": "the caller's buffer for bytes that end in NUL"},
  "bytes-out": {"c": "void *", "meaning": "the caller's buffer for bytes"},
  "int64-out": {"c": "int64_t *", "meaning": "the caller's buffer for one or more 64-bit signed integers"},
  "int-out": {"c": "int *", "meaning": "the caller's buffer for one 32-bit signed integer"}
},
"groups": [</xsl:text>
  <xsl:for-each select="//group">
    <xsl:call-template name="between"><xsl:with-param name="separator" select="','"/></xsl:call-template>
    <xsl:value-of select="concat($line-end, '  {', p:member('id', @id), ', ', p:member('header', ../@header), ', ', p:member('title', @title), ', ', p:member('doc', p:plain(brief)), '}')"/>
  </xsl:for-each>
  <xsl:text>
],
"functions": [</xsl:text>
  <xsl:apply-templates select="//function"/>
  <xsl:text>
],
"enums": [</xsl:text>
  <xsl:for-each select="//enum">
    <xsl:call-template name="between"><xsl:with-param name="separator" select="','"/></xsl:call-template>
    <xsl:value-of select="concat($line-end, '  {', p:member('name', @name), ', ', p:member('group', ../@id))"/>
    <xsl:if test="@kind">
      <xsl:value-of select="concat(', ', p:member('kind', @kind), ', &quot;one_keyword&quot;: ')"/>
      <xsl:choose><xsl:when test="@choice = 'yes'">true</xsl:when><xsl:otherwise>false</xsl:otherwise></xsl:choose>
    </xsl:if>
    <xsl:value-of select="concat(', ', p:member('doc', p:plain(brief | description)), '}')"/>
  </xsl:for-each>
  <xsl:text>
],
"constants": [</xsl:text>
  <xsl:for-each select="//constant">
    <xsl:call-template name="between"><xsl:with-param name="separator" select="','"/></xsl:call-template>
    <xsl:value-of select="concat($line-end, '  {', p:member('name', @name), ', &quot;value&quot;: ', @value, ', ', p:member('enum', ../@name))"/>
    <xsl:if test="@keyword">
      <xsl:value-of select="concat(', ', p:member('kind', ../@kind), ', ', p:member('keyword', @keyword), ', &quot;aliases&quot;: [')"/>
      <xsl:for-each select="also"><xsl:call-template name="between"/><xsl:value-of select="p:string(@keyword)"/></xsl:for-each>
      <xsl:text>]</xsl:text>
    </xsl:if>
    <xsl:value-of select="concat(', ', p:member('doc', p:plain(text)), '}')"/>
  </xsl:for-each>
  <xsl:text>
],
"errors": {</xsl:text>
  <xsl:for-each select="//error[generate-id() = generate-id(key('error', @name)[1])]">
    <xsl:sort select="@name"/>
    <xsl:call-template name="between"><xsl:with-param name="separator" select="','"/></xsl:call-template>
    <xsl:value-of select="concat($line-end, '  ', p:string(@name), ': [')"/>
    <xsl:for-each select="key('error', @name)"><xsl:call-template name="between"/><xsl:value-of select="p:string(../@name)"/></xsl:for-each>
    <xsl:text>]</xsl:text>
  </xsl:for-each>
  <xsl:text>
},
"features": {</xsl:text>
  <xsl:for-each select="//function[@name = 'pshm_has']/description/table/row[position() &gt; 1]">
    <xsl:call-template name="between"><xsl:with-param name="separator" select="','"/></xsl:call-template>
    <xsl:value-of select="concat($line-end, '  ', p:member(cell[1], p:plain(cell[2])))"/>
  </xsl:for-each>
  <xsl:text>
}
}
</xsl:text>
</xsl:template>

<xsl:template match="function">
  <xsl:call-template name="between"><xsl:with-param name="separator" select="','"/></xsl:call-template>
  <xsl:value-of select="concat($line-end, '  {', p:member('name', @name), ', ', p:member('group', ../@id), ', ', p:member('since', @since), ',', $line-end,
                        '   ', p:member('declaration', declaration), ',', $line-end,
                        '   &quot;result&quot;: {', p:member('type', @code), ', ', p:member('doc', p:plain(returns)), ', &quot;values&quot;: {')"/>
  <xsl:for-each select="result"><xsl:call-template name="between"/><xsl:value-of select="p:member(@value, p:plain(.))"/></xsl:for-each>
  <xsl:text>}},
   "arguments": [</xsl:text>
  <xsl:for-each select="argument">
    <xsl:call-template name="between"><xsl:with-param name="separator" select="','"/></xsl:call-template>
    <xsl:value-of select="concat($line-end, '     {', p:member('name', @name), ', ', p:member('type', @code), ', ', p:member('doc', p:plain(.)), '}')"/>
  </xsl:for-each>
  <xsl:text>],
   "errors": {</xsl:text>
  <xsl:for-each select="error">
    <xsl:call-template name="between"><xsl:with-param name="separator" select="','"/></xsl:call-template>
    <xsl:value-of select="concat($line-end, '     ', p:member(@name, p:plain(.)))"/>
  </xsl:for-each>
  <xsl:text>},
</xsl:text>
  <xsl:if test="lisp">
    <xsl:value-of select="concat('   &quot;lisp&quot;: {', p:member('package', p:package(.)), ', ', p:member('signature', lisp/@form), ', ', p:member('values', lisp/@values), '},', $line-end)"/>
  </xsl:if>
  <xsl:value-of select="concat('   ', p:member('doc', p:plain(brief | description)), '}')"/>
</xsl:template>
</xsl:stylesheet>

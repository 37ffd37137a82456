<?xml version="1.0"?>
<!-- From Doxygen's XML to a small document of our own, in header order, which every other stylesheet reads.
     Whatever is peculiar to Doxygen is dealt with here. -->
<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform" xmlns:str="http://exslt.org/strings"
                xmlns:func="http://exslt.org/functions" xmlns:p="urn:posix-shm" extension-element-prefixes="str func p">
<xsl:output method="xml" indent="no"/>
<xsl:param name="version"/>

<xsl:key name="by-id" match="compounddef[@kind='group']//memberdef | compounddef[@kind='group']//enumvalue | compounddef[@kind='page']" use="@id"/>
<xsl:key name="error" match="compounddef[@kind='group']//parameterlist[@kind='exception']/parameteritem"
         use="concat(ancestor::memberdef[1]/@id, ' ', parameternamelist/parametername)"/>
<xsl:variable name="upper" select="'ABCDEFGHIJKLMNOPQRSTUVWXYZ_'"/>
<xsl:variable name="lower" select="'abcdefghijklmnopqrstuvwxyz-'"/>

<xsl:template match="/">
  <xsl:variable name="groups" select="//compounddef[@kind='group']"/>
  <xsl:variable name="files" select="//compounddef[@kind='file']"/>
  <abi version="{$version}">
    <glossary>
      <xsl:apply-templates select="//compounddef[compoundname = 'lisp_glossary']//row[entry/@thead = 'no']" mode="glossary"/>
    </glossary>
    <xsl:for-each select="str:tokenize('ffi api')">
      <xsl:variable name="stratum" select="."/>
      <stratum id="{.}" header="posix-shm/{.}.h">
        <rules><xsl:apply-templates select="$files[compoundname = concat($stratum, '.h')]/detaileddescription/para"/></rules>
        <xsl:for-each select="$groups[starts-with(compoundname, concat($stratum, '_'))]">
          <xsl:sort select="number(not(.//memberdef))" data-type="number"/>
          <xsl:sort select="(.//memberdef)[1]/location/@line" data-type="number"/>
          <xsl:apply-templates select="."/>
        </xsl:for-each>
      </stratum>
    </xsl:for-each>
  </abi>
</xsl:template>

<xsl:template match="row" mode="glossary">
  <meaning name="{normalize-space(entry[1])}" of="{normalize-space(entry[2])}"><xsl:apply-templates select="entry[3]/para/node()"/></meaning>
</xsl:template>

<xsl:template match="compounddef[@kind='group']">
  <group id="{compoundname}" title="{title}">
    <brief><xsl:apply-templates select="briefdescription/para/node()"/></brief>
    <description><xsl:apply-templates select="detaileddescription/para"/></description>
    <xsl:for-each select=".//memberdef">
      <xsl:sort select="location/@line" data-type="number"/>
      <xsl:apply-templates select="."/>
    </xsl:for-each>
    <xsl:apply-templates select="innerpage"/>
  </group>
</xsl:template>

<!-- Functions -->

<xsl:template match="memberdef[@kind='function']">
  <xsl:variable name="here" select="."/>
  <xsl:variable name="documented" select="detaileddescription//parameterlist[@kind='param']/parameteritem"/>
  <function name="{name}" type="{type}" code="{p:code(type, name)}" since="{normalize-space(.//simplesect[@kind='since'])}">
    <declaration>
      <xsl:value-of select="concat(type, substring(' ', 1, not(contains(type, '*'))), name, '(')"/>
      <xsl:for-each select="param[declname]">
        <xsl:value-of select="concat(substring(', ', 1, 2 * (position() &gt; 1)), p:declare(.))"/>
      </xsl:for-each>
      <xsl:if test="not(param/declname)">void</xsl:if>
      <xsl:text>)</xsl:text>
    </declaration>
    <xsl:for-each select="param[declname]">
      <argument name="{declname}" type="{type}" code="{p:code(type, declname)}" declaration="{p:declare(.)}">
        <xsl:apply-templates select="$documented[parameternamelist/parametername = current()/declname]/parameterdescription/para/node()"/>
      </argument>
    </xsl:for-each>
    <xsl:call-template name="prose"/>
    <xsl:for-each select=".//parameterlist[@kind='retval']/parameteritem">
      <result value="{parameternamelist/parametername}"><xsl:apply-templates select="parameterdescription/para/node()"/></result>
    </xsl:for-each>
    <xsl:for-each select=".//parameterlist[@kind='exception']/parameteritem">
      <xsl:sort select="parameternamelist/parametername"/>
      <xsl:variable name="same" select="key('error', concat($here/@id, ' ', parameternamelist/parametername))"/>
      <xsl:if test="generate-id() = generate-id($same[1])">
        <error name="{parameternamelist/parametername}">
          <xsl:for-each select="$same/parameterdescription"><xsl:apply-templates select="para/node()"/><xsl:text> </xsl:text></xsl:for-each>
        </error>
      </xsl:if>
    </xsl:for-each>
  </function>
</xsl:template>

<func:function name="p:declare">
  <xsl:param name="parameter"/>
  <func:result select="concat($parameter/type, substring(' ', 1, not(contains($parameter/type, '*'))), $parameter/declname)"/>
</func:function>

<!-- The closed vocabulary of types: whatever is not in it stops the run. -->
<func:function name="p:code">
  <xsl:param name="type"/>
  <xsl:param name="name"/>
  <xsl:variable name="code">
    <xsl:choose>
      <xsl:when test="$type = 'int'">int</xsl:when>
      <xsl:when test="$type = 'int64_t'">int64</xsl:when>
      <xsl:when test="$type = 'const char *'">string-in</xsl:when>
      <xsl:when test="$type = 'const void *'">bytes-in</xsl:when>
      <xsl:when test="not(starts-with($name, 'ret_'))"/>
      <xsl:when test="$type = 'char *'">string-out</xsl:when>
      <xsl:when test="$type = 'void *'">bytes-out</xsl:when>
      <xsl:when test="$type = 'int64_t *'">int64-out</xsl:when>
      <xsl:when test="$type = 'int *'">int-out</xsl:when>
    </xsl:choose>
  </xsl:variable>
  <xsl:if test="$code = ''">
    <xsl:message terminate="yes">'<xsl:value-of select="concat($type, ' ', $name)"/>' is not in the vocabulary of types.</xsl:message>
  </xsl:if>
  <func:result select="string($code)"/>
</func:function>

<!-- Constants -->

<xsl:template match="memberdef[@kind='enum']">
  <xsl:variable name="keywords" select=".//keywords"/>
  <enum name="{name}">
    <xsl:if test="$keywords">
      <xsl:attribute name="kind">PSHM_KIND_<xsl:value-of select="translate(substring-after(name, 'pshm_'), $lower, $upper)"/></xsl:attribute>
      <xsl:attribute name="lisp"><xsl:value-of select="$keywords/@lisp"/></xsl:attribute>
      <xsl:attribute name="choice"><xsl:value-of select="$keywords/@choice"/></xsl:attribute>
    </xsl:if>
    <xsl:call-template name="prose"/>
    <xsl:for-each select="enumvalue">
      <xsl:variable name="written" select="normalize-space(substring-after(initializer, '='))"/>
      <constant name="{name}" written="{$written}" value="{p:decimal($written)}">
        <xsl:if test="$keywords">
          <xsl:attribute name="keyword"><xsl:value-of select="translate(substring-after(name, $keywords/@prefix), $upper, $lower)"/></xsl:attribute>
        </xsl:if>
        <xsl:for-each select=".//also"><also keyword="{@keyword}"/></xsl:for-each>
        <text><xsl:apply-templates select="briefdescription/para/node() | detaileddescription/para/node()"/></text>
      </constant>
    </xsl:for-each>
  </enum>
</xsl:template>

<func:function name="p:decimal">
  <xsl:param name="written"/>
  <xsl:choose>
    <xsl:when test="starts-with($written, '0x')"><func:result select="p:digits(substring($written, 3), 16, 0)"/></xsl:when>
    <xsl:when test="starts-with($written, '0')"><func:result select="p:digits($written, 8, 0)"/></xsl:when>
    <xsl:when test="string(number($written)) = $written"><func:result select="$written"/></xsl:when>
    <xsl:otherwise><xsl:message terminate="yes">'<xsl:value-of select="$written"/>' is not a literal number.</xsl:message></xsl:otherwise>
  </xsl:choose>
</func:function>

<func:function name="p:digits">
  <xsl:param name="digits"/>
  <xsl:param name="base"/>
  <xsl:param name="so-far"/>
  <xsl:variable name="digit" select="string-length(substring-before('0123456789abcdef', substring($digits, 1, 1)))"/>
  <xsl:choose>
    <xsl:when test="$digits = ''"><func:result select="$so-far"/></xsl:when>
    <xsl:otherwise><func:result select="p:digits(substring($digits, 2), $base, $so-far * $base + $digit)"/></xsl:otherwise>
  </xsl:choose>
</func:function>

<!-- Entries of lisp.h: pages -->

<xsl:template match="innerpage">
  <xsl:apply-templates select="key('by-id', @refid)"/>
</xsl:template>

<!-- Its names are those of its Lisp signatures; the title is for Doxygen alone. -->
<xsl:template match="compounddef[@kind='page']">
  <xsl:if test="not(.//simplesect[title='Kind'] and .//simplesect[title='Lisp']//codeline)">
    <xsl:message terminate="yes">The page <xsl:value-of select="compoundname"/> lacks its kind or its Lisp signature.</xsl:message>
  </xsl:if>
  <entry id="{compoundname}" kind="{normalize-space(.//simplesect[title='Kind']/para)}"
         since="{normalize-space(.//simplesect[@kind='since'])}">
    <xsl:call-template name="prose"/>
  </entry>
</xsl:template>

<!-- What every annotation has: description, Lisp signatures, titled sections, examples, see also -->

<xsl:template name="prose">
  <brief><xsl:apply-templates select="briefdescription/para/node()"/></brief>
  <description><xsl:apply-templates select="detaileddescription/para | detaileddescription/sect1"/></description>
  <xsl:for-each select=".//simplesect[@kind='return']">
    <returns><xsl:apply-templates select="para/node()"/></returns>
  </xsl:for-each>
  <xsl:for-each select=".//simplesect[title='Lisp']//codeline">
    <xsl:variable name="line"><xsl:apply-templates select="."/></xsl:variable>
    <xsl:variable name="form" select="normalize-space(concat(substring-before(concat($line, ' =>'), ' =>'), ' '))"/>
    <lisp form="{$form}" name="{substring-before(concat($form, ' '), ' ')}" lambda="{substring-after($form, ' ')}"
          values="{normalize-space(substring-after($line, '=>'))}"/>
  </xsl:for-each>
  <xsl:for-each select=".//simplesect[@kind='par'][not(title='Lisp' or title='Kind')]">
    <section title="{title}"><xsl:apply-templates select="para"/></section>
  </xsl:for-each>
  <xsl:for-each select=".//simplesect[@kind='see']">
    <see><xsl:apply-templates select="para/node()"/></see>
  </xsl:for-each>
</xsl:template>

<!-- Text: p, list, table, listing; in it code, em, strong, ref, link -->

<xsl:template match="para">
  <xsl:variable name="block" select="itemizedlist | table | programlisting"/>
  <xsl:variable name="inline" select="node()[not(self::itemizedlist | self::table | self::programlisting | self::simplesect | self::parameterlist)]"/>
  <xsl:if test="$block and $inline[normalize-space()][preceding-sibling::*[self::itemizedlist | self::table | self::programlisting]]">
    <xsl:message terminate="yes">A blank line is missing after a list, a table or a listing: <xsl:value-of select="."/></xsl:message>
  </xsl:if>
  <xsl:if test="normalize-space($inline) or $inline[normalize-space()]">
    <p><xsl:apply-templates select="$inline"/></p>
  </xsl:if>
  <xsl:apply-templates select="$block"/>
</xsl:template>

<xsl:template match="itemizedlist">
  <list><xsl:for-each select="listitem"><item><xsl:apply-templates select="para/node()"/></item></xsl:for-each></list>
</xsl:template>

<xsl:template match="table">
  <table>
    <xsl:for-each select="row">
      <row><xsl:for-each select="entry"><cell><xsl:apply-templates select="para/node()"/></cell></xsl:for-each></row>
    </xsl:for-each>
  </table>
</xsl:template>

<xsl:template match="programlisting">
  <listing language="{substring-after(@filename, '.')}">
    <xsl:for-each select="codeline"><line><xsl:apply-templates/></line></xsl:for-each>
  </listing>
</xsl:template>

<xsl:template match="codeline//ref" priority="1"><xsl:apply-templates/></xsl:template>
<xsl:template match="highlight | codeline"><xsl:apply-templates/></xsl:template>
<xsl:template match="sp"><xsl:text> </xsl:text></xsl:template>
<xsl:template match="ndash">--</xsl:template>
<xsl:template match="mdash">---</xsl:template>
<xsl:template match="computeroutput"><code><xsl:apply-templates/></code></xsl:template>
<xsl:template match="emphasis"><em><xsl:apply-templates/></em></xsl:template>
<xsl:template match="bold"><strong><xsl:apply-templates/></strong></xsl:template>
<xsl:template match="ulink"><link url="{@url}"><xsl:apply-templates/></link></xsl:template>
<!-- Doxygen leaves Markdown's code alone after an alias. -->
<xsl:template match="text()[contains(., '`')][not(ancestor::programlisting)]">
  <xsl:for-each select="str:split(concat(' ', ., ' '), '`')">
    <xsl:variable name="piece" select="substring(., 1 + (position() = 1), string-length() - (position() = 1) - (position() = last()))"/>
    <xsl:choose>
      <xsl:when test="position() mod 2 = 0"><code><xsl:value-of select="$piece"/></code></xsl:when>
      <xsl:otherwise><xsl:value-of select="$piece"/></xsl:otherwise>
    </xsl:choose>
  </xsl:for-each>
</xsl:template>
<xsl:template match="computeroutput/ref"><xsl:apply-templates/></xsl:template>

<xsl:template match="ref">
  <xsl:variable name="target" select="key('by-id', @refid)"/>
  <xsl:choose>
    <xsl:when test="$target/name"><ref name="{$target/name}"><xsl:apply-templates/></ref></xsl:when>
    <xsl:when test="$target/title"><ref entry="{$target/compoundname}"><xsl:apply-templates/></ref></xsl:when>
    <xsl:otherwise><xsl:apply-templates/></xsl:otherwise>
  </xsl:choose>
</xsl:template>

<xsl:template match="keywords | also | stratum | role | nullable | closes | result | waits | features"/>
<xsl:template match="*">
  <xsl:message terminate="yes">Don't know what to do with the element '<xsl:value-of select="name()"/>': <xsl:value-of select="."/></xsl:message>
</xsl:template>
</xsl:stylesheet>

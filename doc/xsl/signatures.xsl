<?xml version="1.0"?>
<!-- tests/abi/signatures.h: what a libffi harness needs to call every function. -->
<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform">
<xsl:import href="common.xsl"/>
<xsl:output method="text"/>

<xsl:template match="/abi">
  <xsl:text>/* </xsl:text><xsl:value-of select="$generated"/><xsl:text> */
#ifndef PSHM_SIGNATURES_H
#define PSHM_SIGNATURES_H

/* The whole vocabulary of types. IN: read by the call. OUT: the caller's buffer. */
enum signature_type {
	SIGNATURE_INT,        /* int */
	SIGNATURE_INT64,      /* int64_t */
	SIGNATURE_STRING_IN,  /* const char * */
	SIGNATURE_BYTES_IN,   /* const void * */
	SIGNATURE_STRING_OUT, /* char * */
	SIGNATURE_BYTES_OUT,  /* void * */
	SIGNATURE_INT64_OUT,  /* int64_t * */
	SIGNATURE_INT_OUT     /* int * */
};

enum { SIGNATURE_ARGUMENTS_MAX = 6 };

struct signature {
	const char *name;
	enum signature_type result; /* int, int64_t, or a constant string */
	int argument_count;
	struct {
		enum signature_type type;
		const char *name;
	} arguments[SIGNATURE_ARGUMENTS_MAX];
};

static const struct signature signatures[] = {
</xsl:text>
  <xsl:for-each select="//function">
    <xsl:if test="count(argument) &gt; 6"><xsl:message terminate="yes">More than 6 arguments: <xsl:value-of select="@name"/></xsl:message></xsl:if>
    <xsl:text>&#9;{ "</xsl:text><xsl:value-of select="@name"/>", <xsl:apply-templates select="@code"/>, <xsl:value-of select="count(argument)"/>
    <xsl:text>, {</xsl:text>
    <xsl:for-each select="argument">
      <xsl:call-template name="between"><xsl:with-param name="separator" select="','"/></xsl:call-template>
      <xsl:text>
&#9;&#9;{ </xsl:text><xsl:apply-templates select="@code"/>, "<xsl:value-of select="@name"/>" }<xsl:text/>
    </xsl:for-each>
    <xsl:if test="not(argument)">{ SIGNATURE_INT, 0 }</xsl:if>
    <xsl:text>} },
</xsl:text>
  </xsl:for-each>
  <xsl:text>};

enum { SIGNATURE_COUNT = sizeof signatures / sizeof signatures[0] };

#endif
</xsl:text>
</xsl:template>

<xsl:template match="@code">SIGNATURE_<xsl:value-of select="translate(., $lower, $upper)"/></xsl:template>
</xsl:stylesheet>

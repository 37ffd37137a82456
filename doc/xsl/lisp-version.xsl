<?xml version="1.0"?>
<!-- lisp-bindings/version.sexp: the version for posix-shm.asd, which may be packaged without the headers. -->
<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform">
<xsl:import href="common.xsl"/>
<xsl:output method="text"/>

<xsl:template match="/abi">
  <xsl:text>;;;; </xsl:text><xsl:value-of select="concat($generated, $line-end, $line-end, '&quot;', @version, '&quot;', $line-end)"/>
</xsl:template>
</xsl:stylesheet>

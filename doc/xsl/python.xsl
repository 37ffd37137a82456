<?xml version="1.0"?>
<!-- shim/abi/posix_shm.py: constants and functions through ctypes. -->
<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform" xmlns:p="urn:posix-shm">
<xsl:import href="common.xsl"/>
<xsl:output method="text"/>

<xsl:template match="/abi">
  <xsl:text># </xsl:text><xsl:value-of select="$generated"/><xsl:text>
"""libposix-shm through ctypes: every constant and every function under its own name.

The library is the file that the environment variable POSIX_SHM_LIBRARY names, else the one that the system
finds. Names and keywords are bytes. An output takes a ctypes object: a c_int, an array of c_int64, a buffer.
"""
import ctypes
import os

library = ctypes.CDLL(os.environ.get("POSIX_SHM_LIBRARY") or "libposix-shm.so.0")
</xsl:text>
  <xsl:for-each select="//enum">
    <xsl:text>
# </xsl:text>
    <xsl:call-template name="wrap"><xsl:with-param name="text" select="brief"/><xsl:with-param name="indent" select="'# '"/></xsl:call-template>
    <xsl:value-of select="$line-end"/>
    <xsl:for-each select="constant"><xsl:value-of select="concat(@name, ' = ', @value, $line-end)"/></xsl:for-each>
  </xsl:for-each>
  <xsl:text>

def _function(name, result, *arguments):
    function = getattr(library, name)
    function.restype, function.argtypes = result, arguments
    return function


_int, _int64, _string, _pointer = ctypes.c_int, ctypes.c_int64, ctypes.c_char_p, ctypes.c_void_p
_ints, _int64s = ctypes.POINTER(_int), ctypes.POINTER(_int64)
</xsl:text>
  <xsl:for-each select="//function">
    <xsl:text>
# </xsl:text><xsl:value-of select="concat(declaration, $line-end, @name, ' = _function(&quot;', @name, '&quot;, ')"/>
    <xsl:apply-templates select="@code"/>
    <xsl:for-each select="argument">, <xsl:apply-templates select="@code"/></xsl:for-each>
    <xsl:text>)</xsl:text>
  </xsl:for-each>
  <xsl:value-of select="$line-end"/>
</xsl:template>

<xsl:template match="@code">
  <xsl:choose>
    <xsl:when test=". = 'int'">_int</xsl:when>
    <xsl:when test=". = 'int64'">_int64</xsl:when>
    <xsl:when test=". = 'int-out'">_ints</xsl:when>
    <xsl:when test=". = 'int64-out'">_int64s</xsl:when>
    <xsl:when test="starts-with(., 'string')">_string</xsl:when>
    <xsl:otherwise>_pointer</xsl:otherwise>
  </xsl:choose>
</xsl:template>
</xsl:stylesheet>

<?xml version="1.0"?>
<!-- shim/abi/posix_shm.lua: the declarations for LuaJIT, and the library with them. -->
<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform">
<xsl:import href="common.xsl"/>
<xsl:output method="text"/>

<xsl:template match="/abi">
  <xsl:text>-- </xsl:text><xsl:value-of select="$generated"/><xsl:text>
-- local shm = require "posix_shm"; then shm.pshm_open, shm.PSHM_DIRECTION_IO and so on.
-- The library is the file that the environment variable POSIX_SHM_LIBRARY names, else the one that the system finds.
local ffi = require "ffi"

ffi.cdef[[
</xsl:text>
  <xsl:for-each select="//enum">
    <xsl:value-of select="concat('enum ', @name, ' {', $line-end)"/>
    <xsl:for-each select="constant">
      <xsl:value-of select="concat('&#9;', @name, ' = ', @value, substring(',', 1, position() != last()), $line-end)"/>
    </xsl:for-each>
    <xsl:value-of select="concat('};', $line-end)"/>
  </xsl:for-each>
  <xsl:for-each select="//function"><xsl:value-of select="concat(declaration, ';', $line-end)"/></xsl:for-each>
  <xsl:text>]]

return ffi.load(os.getenv "POSIX_SHM_LIBRARY" or "libposix-shm.so.0")
</xsl:text>
</xsl:template>
</xsl:stylesheet>

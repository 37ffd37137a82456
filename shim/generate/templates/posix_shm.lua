-- {{ generated }}
-- local shm = require "posix_shm"; then shm.pshm_open, shm.PSHM_DIRECTION_IO and so on.
-- The library is the file that the environment variable POSIX_SHM_LIBRARY names, else the one that the system finds.
local ffi = require "ffi"

ffi.cdef[[
{% for enum in model.enums %}
enum {{ enum.name }} {
{% for constant in enum.constants %}
	{{ constant.name }} = {{ constant.value }}{{ "," if not loop.last }}
{% endfor %}
};
{% endfor %}
{% for function in model.functions %}
{{ function.declaration }};
{% endfor %}
]]

return ffi.load(os.getenv "POSIX_SHM_LIBRARY" or "libposix-shm.so.0")

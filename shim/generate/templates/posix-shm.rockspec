-- {{ generated }}
-- shim/bindings/make-package luajit packs it, under the name with the version that LuaRocks wants.
rockspec_format = "3.0"
package = "posix-shm"
version = "{{ model.version }}-1"
source = {
   url = "git+{{ project.repository }}",
   tag = "v{{ model.version }}"
}
description = {
   summary = "POSIX shared memory: objects, mappings, locks and atomic operations between processes",
   detailed = "A binding of the C library libposix-shm, which must be installed, for LuaJIT.",
   homepage = "{{ project.homepage }}",
   issues_url = "{{ project.bugs }}",
   maintainer = "The posix-shm authors",
   license = "BSD-3-Clause"
}
dependencies = {
   "lua >= 5.1, < 5.2"
}
build = {
   type = "builtin",
   modules = {
      posix_shm = "posix_shm.lua"
   },
   copy_directories = {}
}

# SPDX-License-Identifier: BSD-3-Clause
# The shared object.

shim_headers = \
	shim/include/posix-shm/ffi.h \
	shim/include/posix-shm/api.h \
	shim/include/posix-shm/sync.h

shim_sources = \
	shim/src/anonymous.c \
	shim/src/anonymous.h \
	shim/src/api_anonymous.c \
	shim/src/api_arrays.c \
	shim/src/api_bytes.c \
	shim/src/api_delete.c \
	shim/src/api_list.c \
	shim/src/api_map.c \
	shim/src/api_open.c \
	shim/src/api_passing.c \
	shim/src/api_reopen.c \
	shim/src/api_seals.c \
	shim/src/api_size.c \
	shim/src/constants-table.h \
	shim/src/deadline.c \
	shim/src/deadline.h \
	shim/src/error.c \
	shim/src/error.h \
	shim/src/ffi_constants.c \
	shim/src/ffi_descriptors.c \
	shim/src/ffi_errors.c \
	shim/src/ffi_features.c \
	shim/src/ffi_flags.c \
	shim/src/ffi_library.c \
	shim/src/ffi_mappings.c \
	shim/src/ffi_objects.c \
	shim/src/mapping.c \
	shim/src/mapping.h \
	shim/src/memory-cgroup.c \
	shim/src/memory-linux.c \
	shim/src/memory.c \
	shim/src/memory.h \
	shim/src/name.c \
	shim/src/name.h \
	shim/src/native-bsd.c \
	shim/src/native-linux.c \
	shim/src/native-linux.h \
	shim/src/native-none.c \
	shim/src/native-process.c \
	shim/src/native-waiting.c \
	shim/src/native.h \
	shim/src/object.c \
	shim/src/object.h \
	shim/src/platform.c \
	shim/src/platform.h \
	shim/src/process.c \
	shim/src/process.h \
	shim/src/publish.c \
	shim/src/ring.c \
	shim/src/ring.h \
	shim/src/supersede.c \
	shim/src/sync_atomic.c \
	shim/src/sync_lock.c \
	shim/src/sync_open_wait.c \
	shim/src/sync_process.c \
	shim/src/sync_publish.c \
	shim/src/sync_ring.c \
	shim/src/sync_ring_receive.c \
	shim/src/sync_ring_send.c \
	shim/src/sync_wait.c \
	shim/src/system.c \
	shim/src/system.h \
	shim/src/waiting.c \
	shim/src/waiting.h \
	shim/src/word.h

lib_LTLIBRARIES += shim/libposix-shm.la
shim_libposix_shm_la_SOURCES = $(shim_headers) $(shim_sources)
shim_libposix_shm_la_CFLAGS = $(AM_CFLAGS) $(VISIBILITY) $(NO_PLT)
shim_libposix_shm_la_LIBADD = $(RT_LIBS)
shim_libposix_shm_la_LDFLAGS = $(AM_LDFLAGS) $(COMPACT) -no-undefined -version-info $(INTERFACE)

if VERSION_SCRIPT
shim_libposix_shm_la_LDFLAGS += -Wl,--version-script=$(srcdir)/shim/abi/posix-shm.map
EXTRA_shim_libposix_shm_la_DEPENDENCIES = shim/abi/posix-shm.map
endif

pkginclude_HEADERS = $(shim_headers)
pkgconfigdir = $(libdir)/pkgconfig
pkgconfig_DATA = shim/posix-shm.pc
cmakedir = $(libdir)/cmake/posix-shm
cmake_DATA = shim/posix-shm-config.cmake shim/posix-shm-config-version.cmake

# What a binding of another language is made from.
dist_pkgdata_DATA = shim/abi/posix-shm.json shim/abi/posix-shm.schema.json

# lisp.h holds annotations only: it is read by the generator and not installed.
EXTRA_DIST += shim/abi/posix-shm.map shim/include/posix-shm/lisp.h shim/generate
EXTRA_DIST += shim/.clang-format shim/.editorconfig

# The library of the tests: it can be told to behave as another platform (pshm_test_platform). Not fortified, so that
# an interposer sees the calls under their own names. `-rpath' makes libtool build a shared library that is not installed.
check_LTLIBRARIES += shim/libposix-shm-test.la
shim_libposix_shm_test_la_SOURCES = $(shim_libposix_shm_la_SOURCES)
shim_libposix_shm_test_la_CPPFLAGS = $(AM_CPPFLAGS) -DPSHM_TEST_PLATFORM -U_FORTIFY_SOURCE
shim_libposix_shm_test_la_CFLAGS = $(AM_CFLAGS) $(VISIBILITY)
shim_libposix_shm_test_la_LIBADD = $(RT_LIBS)
shim_libposix_shm_test_la_LDFLAGS = $(AM_LDFLAGS) -no-undefined -avoid-version -rpath /nowhere

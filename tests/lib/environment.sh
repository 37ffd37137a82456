# SPDX-License-Identifier: BSD-3-Clause
# shellcheck shell=sh
# Sourced in the top build directory, by `make check' and `make demo': what every test finds in its environment.
# A script that is run by hand, in the build directory, sources it itself: ../tests/build/exports.test

LC_ALL=C # in a Turkish locale the ranges of sed and awk do not match i
top_srcdir=$(cd "${top_srcdir:-.}" && pwd)
top_builddir=$PWD

# The file that libtool built for a library: what its .la file calls dlname.
built_library() {
	# shellcheck disable=SC1090
	(. "./shim/$1.la" && echo "$PWD/shim/.libs/$dlname")
}

[ ! -e shim/libposix-shm.la ] || POSIX_SHM_LIBRARY=$(built_library libposix-shm)
if [ -e shim/libposix-shm-test.la ]; then
	POSIX_SHM_TEST_LIBRARY=$(built_library libposix-shm-test)
	export POSIX_SHM_TEST_LIBRARY
fi

# Lisp: our systems first. A cl-asdf that is installed is hidden, since it makes ECL 21.2.1 fail. Compiled files stay here.
CL_SOURCE_REGISTRY='(:source-registry (:also-exclude "cl-asdf") (:directory "'$top_srcdir'/lisp-bindings/") :inherit-configuration)'
XDG_CACHE_HOME=$top_builddir/tests/cache

# What compiles fast, and starts fast, is what most tests want: `make check-lisps' has the implementations' own options.
: "${ECL_CC_FLAGS=-O0 -U_FORTIFY_SOURCE}" "${ABCL_JAVA_OPTIONS=-XX:TieredStopAtLevel=1 -XX:+UseSerialGC}"

# Python: the generated module, and nothing written beside it.
PYTHONPATH=$top_srcdir/shim/bindings/python
PYTHONDONTWRITEBYTECODE=1

POSIX_SHM_CASES=$top_srcdir/tests/cases

# Check: its results as TAP, and nothing else.
CK_VERBOSITY=silent
CK_TAP_LOG_FILE_NAME=-

export LC_ALL top_srcdir top_builddir POSIX_SHM_LIBRARY POSIX_SHM_CASES CL_SOURCE_REGISTRY XDG_CACHE_HOME PYTHONPATH PYTHONDONTWRITEBYTECODE
export ECL_CC_FLAGS ABCL_JAVA_OPTIONS
export CK_VERBOSITY CK_TAP_LOG_FILE_NAME

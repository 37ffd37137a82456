# SPDX-License-Identifier: BSD-3-Clause
# The tests. Everything prints TAP: the suites in C through Check, scripts by themselves. A new script is one more
# line of a list below; a new suite is a line of c_suites, and its sources if it has more than one.

AM_TESTS_ENVIRONMENT = top_srcdir='$(top_srcdir)'; . $(top_srcdir)/tests/environment.sh; MAKE='$(MAKE)'; CC='$(CC)'; export MAKE CC;
tap_driver = env AM_TAP_AWK='$(AWK)' $(SHELL) $(top_srcdir)/build-aux/tap-driver.sh
TEST_EXTENSIONS = .test
TEST_LOG_DRIVER = $(tap_driver)
LOG_DRIVER = $(tap_driver)

# The suites in C. They call the library through libffi; Check runs them.
if HAVE_CHECK
TESTS += $(c_suites)
check_PROGRAMS += $(c_suites)
else
TESTS += tests/suite/missing.test
endif

# Of the build itself.
build_tests = \
	tests/build/bootstrap.test \
	tests/build/compile.test \
	tests/build/exports.test \
	tests/build/install.test \
	tests/build/tarball.test

# Other languages call the library; the last one compares what each of them wrote, so it comes after them.
consumers = \
	tests/consumers/luajit.test \
	tests/consumers/python-cffi.test \
	tests/consumers/python-ctypes.test
consumer_matrix = tests/consumers/matrix.test
tests/consumers/matrix.log: $(consumers:.test=.log)

# Of Lisp, of other languages and of the documents.
language_tests = \
	$(consumers) \
	$(consumer_matrix)

if LANGUAGE_TESTS
TESTS += $(build_tests) $(language_tests)
endif

EXTRA_DIST += \
	$(build_tests) \
	tests/abi \
	tests/cases \
	tests/consumers \
	tests/environment.sh \
	tests/suite/missing.test \
	tests/tap.sh

clean-local:
	rm -rf tests/cache tests/consumers/cache tests/consumers/results tests/consumers/work tests/consumers/matrix.txt

# SPDX-License-Identifier: BSD-3-Clause
# The tests. Everything prints TAP: the suites in C through Check, scripts by themselves. A new script is one more
# line of a list below.

AM_TESTS_ENVIRONMENT = top_srcdir='$(top_srcdir)'; . $(top_srcdir)/tests/lib/environment.sh; MAKE='$(MAKE)'; CC='$(CC)'; library_CFLAGS='$(CFLAGS)'; export MAKE CC library_CFLAGS;
tap_driver = env AM_TAP_AWK='$(AWK)' $(SHELL) $(top_srcdir)/tests/lib/driver
TEST_EXTENSIONS = .test
TEST_LOG_DRIVER = $(tap_driver)
LOG_DRIVER = $(tap_driver)

# The suites in C. They call the library through libffi; Check runs them. A new one is a line of suite_sources, and one
# of tests/c/main.c. What the library imports is defined by the program, which is why it exports its symbols.
suite_sources = \
	tests/c/api_anonymous.c \
	tests/c/api_arrays.c \
	tests/c/api_bytes.c \
	tests/c/api_delete.c \
	tests/c/api_passing.c \
	tests/c/api_mappings.c \
	tests/c/api_list.c \
	tests/c/api_objects.c \
	tests/c/api_seals.c \
	tests/c/api_size.c \
	tests/c/api_waiting.c \
	tests/c/bad_passing.c \
	tests/c/bad_input.c \
	tests/c/bad_input.h \
	tests/c/bad_mappings.c \
	tests/c/bad_names.c \
	tests/c/bad_objects.c \
	tests/c/bad_rings.c \
	tests/c/bad_sync.c \
	tests/c/bad_texts.c \
	tests/c/cancellation.c \
	tests/c/costs.c \
	tests/c/description.c \
	tests/c/error_order.c \
	tests/c/faults.c \
	tests/c/ffi_constants.c \
	tests/c/ffi_descriptors.c \
	tests/c/ffi_errors.c \
	tests/c/ffi_library.c \
	tests/c/ffi_mappings.c \
	tests/c/ffi_objects.c \
	tests/c/main.c \
	tests/c/memory.c \
	tests/c/limits.c \
	tests/c/surroundings.c \
	tests/c/races.c \
	tests/c/rings.c \
	tests/c/rings.h \
	tests/c/suites.h \
	tests/c/sync_atomics.c \
	tests/c/sync_hostile.c \
	tests/c/sync_locks.c \
	tests/c/sync_messages.c \
	tests/c/sync_open_wait.c \
	tests/c/sync_peers.c \
	tests/c/sync_processes.c \
	tests/c/sync_publishing.c \
	tests/c/sync_waiting.c

if SHARED
if HAVE_CHECK
TESTS += tests/c/suites.test
check_PROGRAMS += tests/c/suites
else
TESTS += tests/c/missing.test
endif
else
TESTS += tests/build/static.test
endif

tests_c_suites_SOURCES = \
	$(suite_sources) \
	tests/c/faults/errors.c \
	tests/c/faults/expectations.c \
	tests/c/faults/faults.h \
	tests/c/faults/scenarios.c \
	tests/c/faults/world.c \
	tests/c/harness/abilities.c \
	tests/c/harness/abilities.h \
	tests/c/harness/assertions.c \
	tests/c/harness/assertions.h \
	tests/c/harness/expect.c \
	tests/c/harness/expect.h \
	tests/c/harness/fixture.c \
	tests/c/harness/fixture.h \
	tests/c/harness/invoke.c \
	tests/c/harness/invoke.h \
	tests/c/harness/kernel.c \
	tests/c/harness/kernel.h \
	tests/c/harness/library.c \
	tests/c/harness/library.h \
	tests/c/harness/message.c \
	tests/c/harness/message.h \
	tests/c/harness/process.c \
	tests/c/harness/process.h \
	tests/c/harness/sandbox.c \
	tests/c/harness/sweep.c \
	tests/c/harness/sweep.h \
	tests/c/harness/table.c \
	tests/c/harness/table.h \
	tests/c/harness/timing.c \
	tests/c/harness/timing.h \
	tests/c/interpose/calls-descriptors.c \
	tests/c/interpose/calls-memory.c \
	tests/c/interpose/calls-objects.c \
	tests/c/interpose/calls-processes.c \
	tests/c/interpose/calls.h \
	tests/c/interpose/interpose.c \
	tests/c/interpose/interpose.h \
	tests/c/interpose/platforms.c
tests_c_suites_CPPFLAGS = $(AM_CPPFLAGS) -I$(srcdir)/tests/c/harness -I$(srcdir)/tests/c/interpose -I$(srcdir)/tests/c/faults -I$(srcdir)/tests/c/abi \
	-D_GNU_SOURCE -D_FILE_OFFSET_BITS=64 -U_FORTIFY_SOURCE
# Check compares in intmax_t; threads return texts as void *.
tests_c_suites_CFLAGS = $(AM_CFLAGS) -Wno-sign-conversion -Wno-cast-qual -Wno-write-strings $(CHECK_CFLAGS)
tests_c_suites_LDFLAGS = $(AM_LDFLAGS) -export-dynamic
tests_c_suites_LDADD = $(CHECK_LIBS) $(RT_LIBS)

# Of the build itself.
build_tests = \
	tests/build/bootstrap.test \
	tests/build/driver.test \
	tests/build/exports.test \
	tests/build/install.test \
	tests/build/locale.test \
	tests/build/natives.test \
	tests/build/tarball.test

# Other languages call the library; the last ones exchange data between all of them, so they come after them.
consumers = \
	tests/languages/abcl.test \
	tests/languages/ada.test \
	tests/languages/bun.test \
	tests/languages/chez.test \
	tests/languages/chicken.test \
	tests/languages/clisp.test \
	tests/languages/csharp.test \
	tests/languages/d.test \
	tests/languages/deno.test \
	tests/languages/ecl.test \
	tests/languages/fortran.test \
	tests/languages/gcl.test \
	tests/languages/go.test \
	tests/languages/guile.test \
	tests/languages/haskell.test \
	tests/languages/java.test \
	tests/languages/luajit.test \
	tests/languages/newlisp.test \
	tests/languages/nim.test \
	tests/languages/node.test \
	tests/languages/ocaml.test \
	tests/languages/pascal.test \
	tests/languages/perl.test \
	tests/languages/php.test \
	tests/languages/picolisp.test \
	tests/languages/prolog.test \
	tests/languages/python-cffi.test \
	tests/languages/python-ctypes.test \
	tests/languages/r.test \
	tests/languages/racket.test \
	tests/languages/ruby-ffi.test \
	tests/languages/ruby-fiddle.test \
	tests/languages/rust.test \
	tests/languages/sbcl-alien.test \
	tests/languages/sbcl.test \
	tests/languages/tcl.test
consumer_matrix = tests/languages/interrupts.test tests/languages/matrix.test tests/languages/messages.test
# They load the bindings that are installed, under a prefix that nothing has been told of.
$(consumers:.test=.log): tests/languages/prefix.stamp
consumer_prefix = $(abs_top_builddir)/tests/languages/prefix
tests/languages/prefix.stamp: $(bindings) $(shim_headers) shim/abi/posix-shm.json shim/libposix-shm.la shim/posix-shm.pc
	@rm -rf $(consumer_prefix)
	@$(MKDIR_P) $(consumer_prefix)
	@$(MAKE) install DESTDIR= prefix=$(consumer_prefix) exec_prefix=$(consumer_prefix) libdir=$(consumer_prefix)/lib \
		includedir=$(consumer_prefix)/include datarootdir=$(consumer_prefix)/share datadir=$(consumer_prefix)/share \
		>$(consumer_prefix)/install.log 2>&1 || { cat $(consumer_prefix)/install.log; exit 1; }
	@sed 's|^prefix=.*|prefix=$(consumer_prefix)|' shim/posix-shm.pc >$(consumer_prefix)/lib/pkgconfig/posix-shm.pc
	@touch $@
# Both may install koffi. These start all programs, one after the other: some compile them.
tests/languages/interrupts.log: tests/languages/node.log $(patsubst %.test,%.log,$(filter $(consumers),$(TESTS)))
tests/languages/matrix.log: $(consumers:.test=.log) $(patsubst %.test,%.log,$(filter %/interrupts.test,$(TESTS)))
tests/languages/messages.log: tests/languages/matrix.log
# It prints the matrix.
tests/languages/matrix.log: private TEST_LOG_DRIVER_FLAGS = --comments

# The Lisp systems, on the two Lisps that compile and start fast.
lisp_tests = \
	tests/lisp/sbcl.test \
	tests/lisp/clisp.test \
	tests/lisp/alien.test \
	tests/lisp/elsewhere.test \
	tests/lisp/examples.test \
	tests/lisp/layouts.test \
	tests/lisp/limits.test \
	tests/lisp/portable.test \
	tests/lisp/races.test \
	tests/lisp/streams.test

# The suite on the others, and how each Lisp finds, compiles, loads and delivers the systems: many starts of every Lisp, which take longer
# than all the others together.
every_lisp_tests = \
	tests/lisp/compiled.test \
	tests/lisp/alone.test \
	tests/documents/readme.test \
	tests/lisp/takes.test \
	tests/lisp/abcl.test \
	tests/lisp/ecl.test \
	tests/lisp/streams.test \
	tests/documents/tutorial.test \
	tests/lisp/library.test \
	tests/lisp/images.test \
	tests/documents/lisp-examples.test \
	tests/documents/packages.test \
	tests/lisp/races.test

# What they load is compiled before, once for all of them: two processes of ECL that compile the same files spoil them.
every_lisp = sbcl ecl clisp abcl
lisp_sources = $(wildcard $(addprefix $(srcdir)/lisp-bindings/,*.asd *.sexp */*.lisp */*/*.lisp))
lisp_stamps = $(every_lisp:%=tests/cache/%.stamp)
$(lisp_stamps): $(lisp_sources) shim/libposix-shm.la
	@$(MKDIR_P) tests/cache
	@top_srcdir='$(top_srcdir)'; . $(top_srcdir)/tests/lib/environment.sh; $(SHELL) $(top_srcdir)/tests/lib/compile-lisp $(basename $(@F)) >$@
sbcl_tests = tests/lisp/elsewhere tests/lisp/examples tests/lisp/images tests/lisp/layouts tests/lisp/library tests/lisp/limits \
	tests/lisp/portable tests/lisp/races tests/lisp/sbcl tests/documents/tables tests/demo/cooperate tests/demo/demo tests/demo/vectors
$(addsuffix .log,$(sbcl_tests)): tests/cache/sbcl.stamp
tests/lisp/clisp.log tests/lisp/images.log: tests/cache/clisp.stamp
tests/lisp/ecl.log: tests/cache/ecl.stamp
tests/lisp/abcl.log: tests/cache/abcl.stamp
# These try each Lisp of TEST_LISPS.
several_lisps_tests = tests/lisp/streams tests/documents/lisp-examples tests/documents/packages tests/documents/readme tests/documents/tutorial
$(addsuffix .log,$(several_lisps_tests)): $(patsubst %,tests/cache/%.stamp,$(or $(TEST_LISPS),sbcl clisp))
every_lisp_logs = tests/lisp/alone.log tests/lisp/compiled.log tests/lisp/takes.log tests/lisp/together.log
$(every_lisp_logs): $(lisp_stamps)
$(every_lisp:%=tests/languages/%.log): tests/languages/%.log: tests/cache/%.stamp

# Lisps and other languages with one lock.
lisp_exchange_tests = tests/lisp/together.test

# The sources with every compiler that is installed, and with every standard of C.
compiler_tests = tests/build/compile.test

# Of what is generated from the headers, and of every example and link in the documents.
document_tests = \
	tests/documents/administration.test \
	tests/documents/architecture.test \
	tests/documents/benchmarks.test \
	tests/documents/c-examples.test \
	tests/documents/c-guide.test \
	tests/documents/commands.test \
	tests/documents/errors.test \
	tests/documents/freshness.test \
	tests/documents/interface.test \
	tests/documents/links.test \
	tests/documents/lisp-examples.test \
	tests/documents/manual-pages.test \
	tests/documents/messages.test \
	tests/documents/packages.test \
	tests/documents/python-examples.test \
	tests/documents/python-module.test \
	tests/documents/recipes.test \
	tests/documents/readme.test \
	tests/documents/symbols.test \
	tests/documents/tables.test \
	tests/documents/tutorial.test \
	tests/documents/abi-assertions.test

# Of the generator itself: what it rejects, and what each change of a header or a template changes.
generator_tests = \
	tests/documents/annotations.test \
	tests/documents/generator.test

# What the library costs. `make bench' measures everything, and writes doc/benchmarks.md.
bench_tests = \
	tests/bench/instructions.test

# What needs other programs than a C compiler and Check. What takes longest comes first, so that two at a time end together.
language_tests = \
	$(lisp_tests) \
	$(document_tests) \
	$(build_tests) \
	tests/demo/cooperate.test \
	tests/demo/demo.test \
	tests/demo/vectors.test \
	$(bench_tests)

if SHARED
if LANGUAGE_TESTS
TESTS += $(language_tests)
endif
endif

# Automake's check-TESTS does not say at its end what was skipped.
#: check  run the suites in C, the Lisp library, the documents and the build's own tests; TESTS=FILE runs one of them
# `CK_RUN_CASE=the_errors_can_be_enumerated make check TESTS=tests/c/suites.test' runs one case in C.
check_stamp = tests/check.stamp
check-TESTS: $(check_PROGRAMS) $(check_LTLIBRARIES)
	@$(MKDIR_P) tests && : >$(check_stamp)
	@rm -f $(TEST_LOGS) $(TEST_LOGS:.log=.trs) $(TEST_SUITE_LOG)
	@$(MAKE) $(AM_MAKEFLAGS) --keep-going $(TEST_SUITE_LOG); status=$$?; \
		$(SHELL) $(top_srcdir)/tests/lib/skipped $(check_stamp); exit $$status

#: check-lisps  test the Lisp library on every installed Lisp: its suite compiled, with every round, and how it is found and delivered
.PHONY: check-lisps
check-lisps:
	@RACES=300 TEST_LISPS='$(every_lisp)' $(MAKE) $(AM_MAKEFLAGS) check TESTS='$(every_lisp_tests)'

#: check-compilers  compile the sources with every installed compiler, and by every standard of C
.PHONY: check-compilers
check-compilers:
	@$(MAKE) $(AM_MAKEFLAGS) check TESTS='$(compiler_tests)'

#: check-generator  test the generator: which faults of a header it rejects, and which output each change affects
.PHONY: check-generator
check-generator:
	@$(MAKE) $(AM_MAKEFLAGS) check TESTS='$(generator_tests)'

#: check-languages  run one scenario in every other installed language, and exchange data between them
.PHONY: check-languages
check-languages:
	@$(MAKE) $(AM_MAKEFLAGS) check TESTS='$(lisp_exchange_tests) $(consumers) $(consumer_matrix)'

#: bench  measure the overhead of the library, and write doc/benchmarks.md
.PHONY: bench
bench: all
	@top_srcdir='$(top_srcdir)'; . $(top_srcdir)/tests/lib/environment.sh; CC='$(CC)'; export CC; python3 $(top_srcdir)/tests/bench/run.py

#: demo  show the session of README.md in Lisp, then a Lisp and a Python process with one object
# The demo: the README's session in Lisp, then two processes of two languages with one object.
.PHONY: demo
demo: all
	@top_srcdir='$(top_srcdir)'; . $(top_srcdir)/tests/lib/environment.sh; $(SHELL) $(top_srcdir)/tests/demo/run

#: demo-cooperate  show processes in four languages that share a counter in one object, and survive the death of one of them
.PHONY: demo-cooperate
demo-cooperate: all
	@top_srcdir='$(top_srcdir)'; . $(top_srcdir)/tests/lib/environment.sh; CC='$(CC)' $(SHELL) $(top_srcdir)/tests/demo/cooperate/run

#: demo-vectors  show two Lisp processes and a Python process with numpy on one array
# Two Lisp processes and one of Python with numpy, on one array.
.PHONY: demo-vectors
demo-vectors: all
	@top_srcdir='$(top_srcdir)'; . $(top_srcdir)/tests/lib/environment.sh; $(SHELL) $(top_srcdir)/tests/demo/vectors/run

# The verification: each of these targets prints what it found, and keeps it in tests/verify-results. They need no make before, but
# the packages of `./bootstrap --deps=verify', and a private mount namespace (root, or user namespaces).
#   checkers       clang-tidy, cppcheck and gcc -fanalyzer
#   compatibility  the binary interface against its baseline, with abidiff
#   coverage       all lines and branches of shim/src, with gcovr
#   cross          the suites on i686, aarch64, armhf and s390x; the two tables also on riscv64 and musl
#   fuzz           libFuzzer, for FUZZ_SECONDS
#   models         the algorithms whose steps other processes come between, with spin
#   mutants        defects that have to make a test fail; MUTANTS are rows of the table, `rest', or a part such as `every:4:1'
#   proofs         every public function for every argument and every answer of the system, with CBMC of Debian 13; PROOFS is their names
#   sanitizers     the suites and the stress under ASan with UBSan, and under TSan, of gcc and of clang; SANITIZERS is a part,
#                  such as `address gcc'
#   packages       packages of Debian, Python, Ruby, Node.js and LuaRocks from one tarball: made, installed elsewhere, used; PACKAGES
#                  is parts of tests/verify/packages/run, such as `short', which takes two minutes
#   platforms      the suites on every system that can be simulated; SYSTEMS is their names, see tests/c/interpose/platforms.c
#   style          clang-format, the width of lines, shellcheck and codespell, over what is written by hand
#   stress         many processes; STRESS is seconds, processes, and how many of them are killed
#   valgrind       memory and descriptors
#   distributions  README's two commands in fresh roots of releases of Debian: DISTRIBUTIONS is their names or numbers
#   kernels        the suites in machines with other kernels and page sizes; KERNELS is their names, see tests/verify/kernels/machines.tsv
# `make verify' is all of them but distributions, and of the kernels those that take little time.
# `make report' writes tests/report.html about what has run.
#: verify  run all of the following except distributions: ./bootstrap --deps=verify installs what it needs
#: checkers compatibility coverage cross fuzz models mutants packages platforms proofs sanitizers stress style valgrind  run one part of the verification
#: distributions  test the two commands of README in fresh installations of Debian 13 and 11, or of those in DISTRIBUTIONS
#: kernels  run the suites in virtual machines with other kernels and page sizes: those in KERNELS; `all' runs every one
#: report  write a report of the results to tests/report.html
DISTRIBUTIONS = 13 11
KERNELS =
PACKAGES =
distributions_arguments = $(DISTRIBUTIONS)
kernels_arguments = $(KERNELS)
FUZZ_SECONDS = 120
PROOFS =
proofs_folder = models/proofs
proofs_arguments = $(PROOFS)
SANITIZERS =
STRESS = 60 8 3000
fuzz_arguments = $(FUZZ_SECONDS)
mutants_arguments = $(MUTANTS)
packages_arguments = $(PACKAGES)
sanitizers_arguments = $(SANITIZERS)
stress_arguments = $(STRESS)
verify_parts = checkers compatibility coverage cross fuzz kernels models mutants packages platforms proofs sanitizers stress style valgrind

.PHONY: $(verify_parts) distributions verify report
$(verify_parts) distributions:
	@$(MKDIR_P) tests/verify-results && cd tests/verify-results && date +%s >$@.began && \
		{ $(abs_top_srcdir)/tests/verify/$(or $($@_folder),$@)/run $($@_arguments) 2>&1; echo $$? >$@.status; } | tee $@.txt; \
		echo $$((`date +%s` - `cat $@.began`)) >$@.seconds; rm $@.began; \
		test "`cat $@.status`" = 0

verify:
	@$(MAKE) --no-print-directory -k $(verify_parts)

report:
	@$(top_srcdir)/tests/verify/report/run . tests/verify-results tests/report.html

# The whole folder, less what is built or written in it when the tree is built in its own place.
EXTRA_DIST += tests
tests_leavings = tests/bench/work tests/cache tests/check.stamp tests/verify-results tests/report.html tests/c/suites $(addprefix tests/languages/,matrix.txt prefix prefix.stamp results work)

clean-local:
	rm -rf $(tests_leavings)

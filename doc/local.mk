# SPDX-License-Identifier: BSD-3-Clause
# The references, the man pages and the generator.

dist_man3_MANS = $(wildcard $(srcdir)/doc/man/*.3)
dist_doc_DATA = $(wildcard $(srcdir)/doc/*.md)
# The plots that one of them shows.
benchmarksdir = $(docdir)/benchmarks
dist_benchmarks_DATA = $(wildcard $(srcdir)/doc/benchmarks/*.svg)

EXTRA_DIST += \
	doc/contents.awk \
	doc/regen \
	doc/xsl \
	$(wildcard $(srcdir)/doc/pages)

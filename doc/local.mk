# SPDX-License-Identifier: BSD-3-Clause
# The references and the man pages.

dist_man3_MANS = $(wildcard $(srcdir)/doc/man/*.3)
dist_doc_DATA = $(wildcard $(srcdir)/doc/*.md)
# The plots that one of them shows.
benchmarksdir = $(docdir)/benchmarks
dist_benchmarks_DATA = $(wildcard $(srcdir)/doc/benchmarks/*.svg)

# What the references are made of, beside the headers.
EXTRA_DIST += $(wildcard $(srcdir)/doc/pages)

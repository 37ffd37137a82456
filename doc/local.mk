# SPDX-License-Identifier: BSD-3-Clause
# The references, the man pages and the other documents.

dist_man3_MANS = $(wildcard $(srcdir)/doc/man/*.3)

# The sources of the references, beside the headers.
EXTRA_DIST += $(wildcard $(srcdir)/doc/pages $(srcdir)/doc/examples)

# README.md and NEWS.md are installed with them, and their links lead to installed files.
EXTRA_DIST += doc/.editorconfig doc/examples doc/packaging $(wildcard $(srcdir)/doc/*.md $(srcdir)/doc/languages/*.md $(srcdir)/doc/*/*.svg $(srcdir)/doc/*/*.png)

install-data-hook:
	$(AM_V_at)$(SHELL) $(srcdir)/shim/generate/install-documents "$(srcdir)" "$(DESTDIR)" "$(docdir)" "$(pkgdatadir)" "$(pkgincludedir)"

uninstall-hook:
	@$(SHELL) $(srcdir)/shim/generate/install-documents "$(srcdir)" --list | while read -r file; do rm -f "$(DESTDIR)$(docdir)/$$file"; done
	@rmdir "$(DESTDIR)$(docdir)"/* "$(DESTDIR)$(docdir)" 2>/dev/null || :

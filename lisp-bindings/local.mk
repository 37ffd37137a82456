# SPDX-License-Identifier: BSD-3-Clause
# The Lisp systems are loaded from their sources: nothing is built here.

EXTRA_DIST += lisp-bindings

lispdir = $(datarootdir)/common-lisp/source
lisp_files = cd $(srcdir)/lisp-bindings && find . -type f \( -name '*.asd' -o -name '*.lisp' -o -name '*.sexp' -o -name '*.tsv' \)

#: install-lisp uninstall-lisp  install the Lisp systems where ASDF finds them, or remove them
.PHONY: install-lisp uninstall-lisp
install-lisp:
	@$(lisp_files) | while read -r file; do \
		target="$(DESTDIR)$(lispdir)/posix-shm/$$file"; \
		$(MKDIR_P) "`dirname "$$target"`" && $(INSTALL_DATA) "$$file" "$$target" || exit; \
	done

uninstall-lisp:
	@$(lisp_files) | while read -r file; do rm -f "$(DESTDIR)$(lispdir)/posix-shm/$$file"; done
	@test ! -d "$(DESTDIR)$(lispdir)/posix-shm" || find "$(DESTDIR)$(lispdir)/posix-shm" -depth -type d -exec rmdir {} \; 2>/dev/null

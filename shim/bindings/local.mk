# SPDX-License-Identifier: BSD-3-Clause
# The bindings for other languages, each installed in a folder of its language. They find the JSON one folder above, in ../../abi
# of this tree, or through pkg-config.

bindings = \
	shim/bindings/bun/posix_shm.js \
	shim/bindings/chez/posix-shm.ss \
	shim/bindings/chicken/posix-shm.scm \
	shim/bindings/deno/posix_shm.js \
	shim/bindings/gcl/posix-shm.lisp \
	shim/bindings/guile/posix-shm.scm \
	shim/bindings/java/PosixShm.java \
	shim/bindings/luajit/posix_shm.lua \
	shim/bindings/newlisp/posix-shm.lsp \
	shim/bindings/node/posix_shm.js \
	shim/bindings/ocaml/posix_shm.ml \
	shim/bindings/perl/PosixShm.pm \
	shim/bindings/php/posix_shm.php \
	shim/bindings/picolisp/posix-shm.l \
	shim/bindings/python-cffi/posix_shm.py \
	shim/bindings/python/posix_shm.py \
	shim/bindings/python/posix_shm.pyi \
	shim/bindings/racket/posix-shm.rkt \
	shim/bindings/ruby-ffi/posix_shm.rb \
	shim/bindings/ruby-fiddle/posix_shm.rb \
	shim/bindings/tcl/posix_shm.tcl

EXTRA_DIST += $(bindings)

# What the packages of languages are made of.
EXTRA_DIST += \
	shim/bindings/luajit/posix-shm.rockspec \
	shim/bindings/make-package \
	shim/bindings/node/package.json \
	shim/bindings/python/LICENSE \
	shim/bindings/python/pyproject.toml \
	shim/bindings/python/setup.py \
	shim/bindings/ruby-ffi/posix-shm.gemspec

install-data-local:
	@for file in $(bindings); do \
		language=`basename \`dirname $$file\``; \
		$(MKDIR_P) "$(DESTDIR)$(pkgdatadir)/$$language" && \
		$(INSTALL_DATA) $(srcdir)/$$file "$(DESTDIR)$(pkgdatadir)/$$language" || exit; \
	done

uninstall-local:
	@for file in $(bindings); do \
		language=`basename \`dirname $$file\``; \
		rm -f "$(DESTDIR)$(pkgdatadir)/$$language"/`basename $$file`; \
		rmdir "$(DESTDIR)$(pkgdatadir)/$$language" 2>/dev/null || :; \
	done

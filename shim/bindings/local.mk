# SPDX-License-Identifier: BSD-3-Clause
# The bindings for other languages, each installed in a folder of its language. Those that read the JSON find it one folder above, in
# ../../abi of this tree, or through pkg-config.

bindings = \
	shim/bindings/ada/posix_shm-thin.ads \
	shim/bindings/ada/posix_shm.adb \
	shim/bindings/ada/posix_shm.ads \
	shim/bindings/bun/posix_shm.js \
	shim/bindings/chez/posix-shm.ss \
	shim/bindings/chicken/posix-shm.scm \
	shim/bindings/csharp/PosixShm.cs \
	shim/bindings/d/dub.json \
	shim/bindings/d/posix_shm.d \
	shim/bindings/fortran/posix_shm.f90 \
	shim/bindings/deno/posix_shm.js \
	shim/bindings/gcl/posix-shm.lisp \
	shim/bindings/go/go.mod \
	shim/bindings/go/posixshm.go \
	shim/bindings/guile/posix-shm.scm \
	shim/bindings/haskell/LICENSE \
	shim/bindings/haskell/PosixShm.hs \
	shim/bindings/haskell/PosixShm/Foreign.hs \
	shim/bindings/haskell/posix-shm.cabal \
	shim/bindings/java/PosixShm.java \
	shim/bindings/luajit/posix_shm.lua \
	shim/bindings/newlisp/posix-shm.lsp \
	shim/bindings/nim/posix_shm.nim \
	shim/bindings/nim/posix_shm.nimble \
	shim/bindings/node/posix_shm.js \
	shim/bindings/ocaml/posix_shm.ml \
	shim/bindings/pascal/posix_shm.pas \
	shim/bindings/perl/PosixShm.pm \
	shim/bindings/php/posix_shm.php \
	shim/bindings/picolisp/posix-shm.l \
	shim/bindings/prolog/c/posix_shm.c \
	shim/bindings/prolog/pack.pl \
	shim/bindings/prolog/prolog/posix_shm.pl \
	shim/bindings/python-cffi/posix_shm.py \
	shim/bindings/python/posix_shm.py \
	shim/bindings/r/DESCRIPTION \
	shim/bindings/r/LICENSE \
	shim/bindings/r/NAMESPACE \
	shim/bindings/r/R/posixshm.R \
	shim/bindings/r/man/posixshm.Rd \
	shim/bindings/r/src/Makevars \
	shim/bindings/r/src/posixshm.c \
	shim/bindings/python/posix_shm.pyi \
	shim/bindings/racket/posix-shm.rkt \
	shim/bindings/ruby-ffi/posix_shm.rb \
	shim/bindings/ruby-fiddle/posix_shm.rb \
	shim/bindings/rust/Cargo.toml \
	shim/bindings/rust/build.rs \
	shim/bindings/rust/src/lib.rs \
	shim/bindings/rust/src/sys.rs \
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
		folder="$(DESTDIR)$(pkgdatadir)/"`dirname $$file | sed 's,^shim/bindings/,,'`; \
		$(MKDIR_P) "$$folder" && $(INSTALL_DATA) $(srcdir)/$$file "$$folder" || exit; \
	done

uninstall-local:
	@for file in $(bindings); do \
		file=`echo $$file | sed 's,^shim/bindings/,,'`; \
		rm -f "$(DESTDIR)$(pkgdatadir)/$$file"; \
		(cd "$(DESTDIR)$(pkgdatadir)" && rmdir -p `dirname $$file`) 2>/dev/null || :; \
	done

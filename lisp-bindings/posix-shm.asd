;;;; SPDX-License-Identifier: BSD-3-Clause

(defsystem "posix-shm"
  :description "POSIX shared memory: open, size, map and share memory objects."
  :long-description "Objects that open like files, mappings, vectors whose elements are shared memory, and macros that close and unmap."
  :author "The posix-shm authors"
  :maintainer "The posix-shm authors"
  :license "BSD-3-Clause"
  :homepage "https://sr.ht/~shunter/posix-shm/"
  :bug-tracker "https://todo.sr.ht/~shunter/posix-shm"
  :source-control (:git "https://git.sr.ht/~shunter/posix-shm")
  :version (:read-file-form "version.sexp")
  :depends-on ("posix-shm/ffi" "posix-shm/shim")
  :pathname "src/"
  :serial t
  :components ((:file "package")
               (:file "library")
               (:file "conditions")
               (:file "hints")
               (:file "keywords")
               (:file "arguments")
               (:file "objects")
               (:file "leaks")
               (:file "open")
               (:file "anonymous")
               (:file "size")
               (:file "permissions")
               (:file "stats")
               (:file "mappings")
               (:file "passing")
               (:file "seals")
               (:file "delete")
               (:file "list")
               (:file "macros")
               (:file "describe")
               (:module "sync"
                :serial t
                :components ((:file "publish")
                             (:file "wait-for")
                             (:file "ensure")))
               (:module "vectors"
                :serial t
                :components ((:file "elements")
                             (:file "regions")
                             (:file "tombstones")
                             #+sbcl (:file "sbcl")
                             #+sbcl (:file "images")
                             #+ecl (:file "ecl")
                             #+abcl (:file "abcl")
                             #-(or sbcl ecl abcl) (:file "none")
                             #+clisp (:file "clisp")
                             #-(or sbcl ecl) (:file "no-arrays")
                             (:file "array-headers")
                             (:file "access")
                             (:file "memory")
                             (:file "vectors")
                             (:file "arrays")))
               (:file "bytes")
               (:file "vectors/copies")
               (:file "surrogates")
               (:file "strings")
               (:file "layouts")
               ;; In the same folder, over vectors.
               (:module "synchronization"
                :pathname "sync/"
                :serial t
                :components ((:file "words")
                             (:file "machine")
                             (:file "atomics")
                             (:file "waiting")
                             (:file "processes")
                             #+ecl (:file "ecl")
                             (:file "locks")
                             (:file "conditions")))
               (:module "messages"
                :serial t
                :components ((:file "channels")
                             (:file "conditions")
                             (:file "awaiting")
                             (:file "in-place")
                             (:file "messages")
                             (:file "buffers")
                             (:file "named"))))
  :in-order-to ((test-op (test-op "posix-shm/test"))))

(defsystem "posix-shm/streams"
  :description "Streams of characters and octets between processes, over channels."
  :long-description "Gray streams: loading trivial-gray-streams changes the streams of some implementations, so this is a system of its own."
  :author "The posix-shm authors"
  :maintainer "The posix-shm authors"
  :license "BSD-3-Clause"
  :homepage "https://sr.ht/~shunter/posix-shm/"
  :bug-tracker "https://todo.sr.ht/~shunter/posix-shm"
  :source-control (:git "https://git.sr.ht/~shunter/posix-shm")
  :version (:read-file-form "version.sexp")
  :depends-on ("posix-shm" "babel" "trivial-gray-streams")
  :pathname "streams/"
  :serial t
  :components ((:file "package")
               (:file "encodings")
               (:file "conditions")
               (:file "streams")
               (:file "output")
               (:file "input"))
  :in-order-to ((test-op (test-op "posix-shm/streams/test"))))

(defsystem "posix-shm/library"
  :description "Finding the shared object, or compiling it."
  :long-description "The file that POSIX_SHM_LIBRARY names, that of a build tree, or the installed one; otherwise it is compiled once from its sources."
  :author "The posix-shm authors"
  :maintainer "The posix-shm authors"
  :license "BSD-3-Clause"
  :homepage "https://sr.ht/~shunter/posix-shm/"
  :bug-tracker "https://todo.sr.ht/~shunter/posix-shm"
  :source-control (:git "https://git.sr.ht/~shunter/posix-shm")
  :version (:read-file-form "version.sexp")
  :depends-on ((:feature (:not :sbcl) "cffi")
               ;; For a lock, where nothing better is known.
               (:feature (:not (:or :sbcl :ecl :abcl :clisp :ccl :lispworks :allegro :clasp :cmucl)) "bordeaux-threads"))
  :pathname "library/"
  :serial t
  :components ((:static-file "version" :pathname "../version.sexp")
               (:file "host")
               (:file "dlopen")
               (:file "interrupts")
               (:file "threads")
               (:file "classes")
               (:file "finalizers")
               (:file "compile")
               (:file "library")
               (:file "load")))

(defsystem "posix-shm/shim"
  :description "The functions of the C library, with its results."
  :long-description "Generated CFFI bindings. A negative result is a negated errno."
  :author "The posix-shm authors"
  :maintainer "The posix-shm authors"
  :license "BSD-3-Clause"
  :homepage "https://sr.ht/~shunter/posix-shm/"
  :bug-tracker "https://todo.sr.ht/~shunter/posix-shm"
  :source-control (:git "https://git.sr.ht/~shunter/posix-shm")
  :version (:read-file-form "version.sexp")
  :depends-on ("cffi" "babel" "posix-shm/library")
  :pathname "shim/"
  :serial t
  :components ((:static-file "docstrings" :pathname "../docstrings.sexp")
               (:static-file "exports.sexp")
               (:file "package")
               (:file "results")
               (:file "strings")
               (:file "functions")
               (:file "bindings")
               (:file "documentation")
               (:file "listed")))

(defsystem "posix-shm/ffi"
  :description "The POSIX calls of shared memory: -1 and *errno*."
  :long-description "Generated over posix-shm/shim, with the convention of POSIX."
  :author "The posix-shm authors"
  :maintainer "The posix-shm authors"
  :license "BSD-3-Clause"
  :homepage "https://sr.ht/~shunter/posix-shm/"
  :bug-tracker "https://todo.sr.ht/~shunter/posix-shm"
  :source-control (:git "https://git.sr.ht/~shunter/posix-shm")
  :version (:read-file-form "version.sexp")
  :depends-on ("cffi" "posix-shm/shim")
  :pathname "ffi/"
  :serial t
  :components ((:file "package")
               (:file "errors")
               (:file "types")
               (:file "arguments")
               (:file "bindings")
               (:file "structures")))

(defsystem "posix-shm/alien"
  :description "The functions of the C library on SBCL only, without CFFI."
  :long-description "Generated SB-ALIEN bindings, which depend on nothing. Without ASDF, load alien/load.lisp."
  :author "The posix-shm authors"
  :maintainer "The posix-shm authors"
  :license "BSD-3-Clause"
  :homepage "https://sr.ht/~shunter/posix-shm/"
  :bug-tracker "https://todo.sr.ht/~shunter/posix-shm"
  :source-control (:git "https://git.sr.ht/~shunter/posix-shm")
  :version (:read-file-form "version.sexp")
  :depends-on ("posix-shm/library")
  :pathname "alien/"
  :serial t
  :components ((:file "implementation")
               (:file "bindings")))

(defsystem "posix-shm/test"
  :description "The tests of posix-shm."
  :long-description "Run by (asdf:test-system \"posix-shm\"), which signals an error if a test fails."
  :author "The posix-shm authors"
  :maintainer "The posix-shm authors"
  :license "BSD-3-Clause"
  :homepage "https://sr.ht/~shunter/posix-shm/"
  :bug-tracker "https://todo.sr.ht/~shunter/posix-shm"
  :source-control (:git "https://git.sr.ht/~shunter/posix-shm")
  :version (:read-file-form "version.sexp")
  :depends-on ("posix-shm" "fiveam" (:feature :sbcl "sb-posix"))
  :pathname "test/"
  :serial t
  :components ((:file "package")
               (:file "runner")
               (:file "world")
               (:file "session")
               (:file "objects")
               (:file "options")
               (:file "restarts")
               (:file "arguments")
               (:file "conditions")
               (:file "mappings")
               (:file "bytes")
               (:file "passing")
               (:file "library")
               (:file "macros")
               (:file "ffi")
               (:file "folding")
               (:file "documentation")
               (:file "threads")
               (:file "publishing")
               (:file "ensuring")
               (:file "vectors")
               (:file "vectors-copies")
               (:file "vectors-extending")
               (:file "vectors-processes")
               (:file "arrays")
               #+sbcl (:file "vectors-sbcl")
               (:file "describe")
               (:file "structures")
               (:file "layouts")
               (:file "allocation")
               (:file "strings")
               #+sbcl (:file "arrays-sbcl")
               (:file "sync-words")
               (:file "sync-waiting")
               (:file "sync-locks")
               (:file "sync-storms")
               (:file "sync-collector")
               (:file "sync-bt2")
               #+sbcl (:file "sync-sbcl")
               (:file "messages")
               (:file "messages-peers")
               (:file "messages-claims")
               (:file "messages-storms")
               (:file "leaks")
               ;; Defines a subclass, with which SBCL's accessors allocate more.
               (:file "dropin"))
  :perform (test-op (operation system)
             (declare (ignore operation system))
             (unless (uiop:symbol-call '#:posix-shm/test '#:run-tests)
               (error "A test of posix-shm failed."))))

(defsystem "posix-shm/streams/test"
  :description "The tests of posix-shm/streams."
  :long-description "Run by (asdf:test-system \"posix-shm/streams\"), which signals an error if a test fails."
  :author "The posix-shm authors"
  :maintainer "The posix-shm authors"
  :license "BSD-3-Clause"
  :homepage "https://sr.ht/~shunter/posix-shm/"
  :bug-tracker "https://todo.sr.ht/~shunter/posix-shm"
  :source-control (:git "https://git.sr.ht/~shunter/posix-shm")
  :version (:read-file-form "version.sexp")
  :depends-on ("posix-shm/test" "posix-shm/streams")
  :pathname "test/"
  :components ((:file "streams")
               (:file "streams-interrupted"))
  :perform (test-op (operation system)
             (declare (ignore operation system))
             (unless (uiop:symbol-call '#:posix-shm/test '#:run-stream-tests)
               (error "A test of posix-shm/streams failed."))))

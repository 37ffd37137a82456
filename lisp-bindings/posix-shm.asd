;;;; SPDX-License-Identifier: BSD-3-Clause

(defsystem "posix-shm"
  :description "POSIX shared memory: open, size, map and share memory objects."
  :author "The posix-shm authors"
  :license "BSD-3-Clause"
  ;; The version is written once, in ffi.h.
  :version #.(let ((header (merge-pathnames "../shim/include/posix-shm/ffi.h" *load-truename*)))
               (if (probe-file header)
                   (with-open-file (stream header)
                     (flet ((number-after (prefix)
                              (loop for line = (read-line stream)
                                    when (eql 0 (search prefix line))
                                      return (parse-integer line :start (length prefix)))))
                       (format nil "~D.~D.~D"
                               (number-after "#define PSHM_VERSION_MAJOR ")
                               (number-after "#define PSHM_VERSION_MINOR ")
                               (number-after "#define PSHM_VERSION_PATCH "))))
                   "0"))
  :depends-on ("posix-shm/ffi" "posix-shm/shim")
  :pathname "src/"
  :serial t
  :components ((:file "package")
               (:file "conditions")
               (:file "cures")
               (:file "keywords")
               (:file "arguments")
               (:file "objects")
               (:file "open")
               (:file "anonymous")
               (:file "operations")
               (:file "stats")
               (:file "mappings")
               (:file "passing")
               (:file "names")
               (:file "macros")
               (:file "vectors-elements")
               (:file "vectors-places")
               #+sbcl (:file "vectors-sbcl")
               #+ecl (:file "vectors-ecl")
               #+abcl (:file "vectors-abcl")
               #-(or sbcl ecl abcl) (:file "vectors-none")
               (:file "vectors-access")
               (:file "vectors-memory")
               (:file "vectors")
               (:file "bytes")
               (:file "vectors-bytes"))
  :in-order-to ((test-op (test-op "posix-shm/test"))))

(defsystem "posix-shm/library"
  :description "Finding the shared object, or compiling it."
  :depends-on ((:feature (:not :sbcl) "cffi"))
  :pathname "shim/"
  :serial t
  :components ((:file "host")
               (:file "compile")
               (:file "library")
               (:file "load")))

(defsystem "posix-shm/shim"
  :description "The library's functions with the results as it gives them."
  :depends-on ("cffi" "babel" "posix-shm/library")
  :pathname "shim/"
  :serial t
  :components ((:static-file "exports.sexp")
               (:file "package")
               (:file "results")
               (:file "strings")
               (:file "bindings")
               (:file "documentation")))

(defsystem "posix-shm/ffi"
  :description "The POSIX calls of shared memory: -1 and *errno*."
  :depends-on ("cffi" "posix-shm/shim")
  :pathname "ffi/"
  :serial t
  :components ((:file "package")
               (:file "errors")
               (:file "types")
               (:file "bindings")
               (:file "structures")))

(defsystem "posix-shm/alien"
  :description "The library's functions on SBCL alone, without CFFI. Without ASDF, load alien/load.lisp."
  :depends-on ("posix-shm/library")
  :pathname "alien/"
  :serial t
  :components ((:file "implementation")
               (:file "bindings")))

(defsystem "posix-shm/test"
  :description "The tests of posix-shm."
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
               (:file "macros")
               (:file "ffi")
               (:file "folding")
               (:file "documentation")
               (:file "threads")
               (:file "vectors")
               (:file "vectors-copies")
               (:file "vectors-processes")
               #+sbcl (:file "vectors-sbcl")
               (:file "allocation"))
  :perform (test-op (operation system)
             (declare (ignore operation system))
             (unless (uiop:symbol-call '#:posix-shm/test '#:run-tests)
               (error "A test of posix-shm failed."))))

;;;; SPDX-License-Identifier: BSD-3-Clause
;;;; Test the library. The exit code is 0 when every test passes:
;;;;
;;;;   sbcl --noinform --non-interactive --load lisp-bindings/test/run.lisp
;;;;   ecl --norc --shell lisp-bindings/test/run.lisp </dev/null
;;;;   clisp -norc -q -q -on-error exit lisp-bindings/test/run.lisp
;;;;   abcl --noinform --noinit --batch --load lisp-bindings/test/run.lisp </dev/null
;;;;
;;;; ASDF must know where lisp-bindings is (CL_SOURCE_REGISTRY), and must not find a package of its own on ECL (cl-asdf).

(require "asdf")

(handler-case (asdf:test-system "posix-shm")
  (error (condition)
    (format t "~&~A~%" condition)
    (finish-output)
    (uiop:quit 1)))

(uiop:quit 0)

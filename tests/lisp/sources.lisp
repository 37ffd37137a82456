;;;; SPDX-License-Identifier: BSD-3-Clause
;;;; Run the suite over the compiled library, with the suite's own files loaded as sources. As with lisp-bindings/test/run.lisp, the
;;;; exit code is 0 when every test passes.

(require "asdf")

(handler-case
    (progn
      (asdf:operate 'asdf:prepare-op "posix-shm/test") ; loads all that it depends on
      (dolist (file (asdf:component-children (asdf:find-system "posix-shm/test")))
        (load (asdf:component-pathname file) :external-format #+clisp charset:utf-8 #-clisp :utf-8)))
  (error (condition)
    (format t "~&~A~%" condition)
    (finish-output)
    (uiop:quit 1)))

(uiop:quit (if (uiop:symbol-call '#:posix-shm/test '#:run-tests) 0 1))

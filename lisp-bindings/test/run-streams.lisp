;;;; SPDX-License-Identifier: BSD-3-Clause
;;;; Test posix-shm/streams, as run.lisp tests posix-shm.

(require "asdf")

(handler-case (asdf:test-system "posix-shm/streams")
  (error (condition)
    (format t "~&~A~%" condition)
    (finish-output)
    (uiop:quit 1)))

(uiop:quit 0)

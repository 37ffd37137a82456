;;;; SPDX-License-Identifier: BSD-3-Clause
;;;; Load posix-shm, from this clone, without a word unless it fails. The first time, it is compiled, and CFFI with it.

(require "asdf")

(let ((output (make-string-output-stream)))
  (handler-bind ((error (lambda (condition)
                          (format *error-output* "~A~%posix-shm cannot be loaded: ~A~%~
                                                  The demo needs CFFI: ./bootstrap --deps installs it.~%"
                                  (get-output-stream-string output) condition)
                          (uiop:quit 1))))
    (let ((*standard-output* output)
          (*error-output* (make-broadcast-stream output)))
      (asdf:load-system "posix-shm"))))

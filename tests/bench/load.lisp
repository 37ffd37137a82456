;;;; SPDX-License-Identifier: BSD-3-Clause
;;;; Load the system that the environment names in BENCH_SYSTEM, and the file in BENCH_FILE, compiled.

(require "asdf")
#+sbcl (require "sb-posix")
(let ((*standard-output* (make-broadcast-stream))
      (*error-output* (make-broadcast-stream))
      (system (asdf::getenv "BENCH_SYSTEM")))
  (when system
    (asdf:load-system system)))
(let ((file (asdf::getenv "BENCH_FILE")))
  (when file
    (load (let ((*standard-output* (make-broadcast-stream))
                (*error-output* (make-broadcast-stream)))
            (compile-file file :output-file (asdf::getenv "BENCH_COMPILED"))))))

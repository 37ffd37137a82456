;;;; SPDX-License-Identifier: BSD-3-Clause
;;;; Load the library as a user does, print where it was found, and use it.

(require "asdf")
(handler-case
    (progn
      (asdf:load-system :posix-shm)
      (format t "~&LIBRARY ~A ~D~%" (uiop:symbol-call '#:posix-shm/library '#:library)
              (eval (read-from-string
                     "(posix-shm:with-open-shm-and-mmap* (shm pointer (:direction :io) (100))
                        (setf (cffi:mem-ref pointer :int) 42)
                        (cffi:mem-ref pointer :int))")))
      (finish-output))
  (error (condition)
    (format t "~&~A~%" condition)
    (finish-output)
    (uiop:quit 1)))
(uiop:quit 0)

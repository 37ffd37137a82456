;;;; SPDX-License-Identifier: BSD-3-Clause
;;;; Load the library alone, on any implementation, and print where it was found and its version.

(require "asdf")
(handler-case
    (progn
      (asdf:load-system "posix-shm/library")
      (format t "~&LIBRARY ~{~A ~A~}~%" (multiple-value-list (uiop:symbol-call '#:posix-shm/library '#:library)))
      (finish-output))
  (error (condition)
    (format t "~&ERROR ~A~%" condition)
    (finish-output)
    (uiop:quit 1)))
(uiop:quit 0)

;;;; SPDX-License-Identifier: BSD-3-Clause
;;;; Load the library alone, on any implementation, and print where it was found and its version; then what it would take for
;;;; each value of POSIX_SHM_LIBRARY in NAMES, between bars.

(require "asdf")
(handler-case
    (progn
      (asdf:load-system "posix-shm/library")
      (format t "~&LIBRARY ~{~A ~A~}~%" (multiple-value-list (uiop:symbol-call '#:posix-shm/library '#:library)))
      (let ((names (uiop:symbol-call '#:posix-shm/host '#:environment-variable "NAMES"))
            (version (symbol-value (uiop:find-symbol* '#:*version* '#:posix-shm/library))))
        (dolist (name (and names (uiop:split-string names :separator "|")))
          (handler-case (format t "~&NAMED ~A~%" (uiop:symbol-call '#:posix-shm/library '#:find-named name version))
            (error (condition) (format t "~&ERROR ~A~%" condition)))))
      (finish-output))
  (error (condition)
    (format t "~&ERROR ~A~%" condition)
    (finish-output)
    (uiop:quit 1)))
(uiop:quit 0)

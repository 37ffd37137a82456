;;;; SPDX-License-Identifier: BSD-3-Clause
;;;; Loaded first into every CLISP that a test starts.
;;;;
;;;; POSIX:FILE-STAT of CLISP 2.49.93+ keeps the address of a cons while it allocates. Where the collector runs at that moment, it
;;;; stores through the old address, and the process ends with a segmentation fault: some 1 in 200 collections of a program that
;;;; calls nothing else. ASDF asks it for every file. Here the collector runs before, whenever it could run within.

(ext:without-package-lock ("POSIX")
  (let ((file-stat #'posix:file-stat)
        (enough 65536)
        (*error-output* (make-broadcast-stream))) ; it warns that a function in C is redefined
    (defun posix:file-stat (&rest arguments)
      (when (< (nth-value 1 (sys::%room)) enough)
        (ext:gc))
      (apply file-stat arguments))))

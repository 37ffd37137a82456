;;;; SPDX-License-Identifier: BSD-3-Clause
;;;; Type in what README.md shows after each "* ", and print what a Lisp prints.

(in-package #:cl-user)

;;; A clone needs no Quicklisp: ASDF finds the system.
(unless (find-package '#:ql)
  (let ((quickload (intern "QUICKLOAD" (make-package '#:ql :use '()))))
    (export quickload '#:ql)
    (setf (fdefinition quickload)
          (lambda (system)
            (asdf:load-system system)
            (list system)))))

(defun session-of-readme ()
  "The README's session: from the prompt that loads the system to the end of its code block."
  (let* ((text (uiop:read-file-string (uiop:parse-native-namestring (format nil "~A/README.md" (uiop:getenv "top_srcdir")))
                                     :external-format :utf-8))
         (start (search "* (ql:quickload" text)))
    (subseq text start (search "```" text :start2 start))))

(defun type-in (source)
  "Print SOURCE behind a prompt; evaluate it, and print its values as a listener does."
  (format t "* ~A~%" source)
  (format t "~{~&~S~%~}" (multiple-value-list (eval (read-from-string source))))
  (fresh-line)
  (finish-output))

(let ((session (session-of-readme))
      (prompt (format nil "~%* ")))
  (loop for start = 2 then (+ next (length prompt))
        for end = (nth-value 1 (read-from-string session t nil :start start :preserve-whitespace t))
        for next = (search prompt session :start2 end)
        do (type-in (subseq session start end))
        while next))

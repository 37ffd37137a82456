;;;; SPDX-License-Identifier: BSD-3-Clause
;;;; For tutorial.py: evaluate what it types, and print what a REPL would. It writes a file NUMBER.typed into the folder that the
;;;; environment variable TYPED names, renamed when it is complete; the answer goes to NUMBER.printed. An empty file is the end.

(require "asdf")

(defpackage #:terminal (:use #:cl))
(in-package #:terminal)

(defvar *folder* (uiop:getenv "TYPED"))

(defun file (number kind)
  (format nil "~A/~D.~A" *folder* number kind))

(defun evaluate (stream)
  "Evaluate the forms of STREAM, and return the values of the last one."
  (let ((values '()))
    (loop for form = (read stream nil stream)
          until (eq form stream)
          do (setf values (multiple-value-list (eval form))))
    values))

(defun answer (stream)
  "What is printed, and the values, as texts."
  (let* ((values '())
         (printed (with-output-to-string (*standard-output*)
                    (handler-case (setf values (mapcar #'prin1-to-string (evaluate stream)))
                      (error (condition) (setf values (list (format nil "~A: ~A" (type-of condition) condition))))))))
    (values printed values)))

(defun write-answer (number printed values)
  (with-open-file (stream (file number "part") :direction :output :external-format #+clisp charset:utf-8 #-clisp :utf-8)
    (format stream "~A~C~{~A~^, ~}" printed (code-char 1) values))
  (rename-file (file number "part") (file number "printed")))

(let ((*package* (find-package '#:cl-user))
      (*print-pretty* nil))
  (loop for number from 0
        for typed = (file number "typed")
        do (loop until (probe-file typed) do (sleep 0.02))
           (with-open-file (stream typed :external-format #+clisp charset:utf-8 #-clisp :utf-8)
             (when (zerop (file-length stream))
               (return))
             (multiple-value-call #'write-answer number (answer stream)))))
(uiop:quit 0)

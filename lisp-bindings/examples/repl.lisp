;;;; SPDX-License-Identifier: BSD-3-Clause
;;;; A REPL on a ring: one process evaluates what another one writes to it, as to a stream. Anybody who may open the object may
;;;; evaluate anything in the server: the object is for its owner alone.
;;;;
;;;;   sbcl --load repl.lisp &  FORMS=forms.lisp ROLE=client sbcl --load repl.lisp        (or any other implementation, also mixed)

(require "asdf")
(asdf:load-system "posix-shm/streams")

(defpackage #:ring-repl
  (:use #:cl #:posix-shm #:posix-shm/streams))

(in-package #:ring-repl)

(defvar *name* (or (uiop:getenv "REPL") "/posix-shm-repl"))

(defun evaluate (form stream)
  "Print to STREAM what FORM prints, and its values or its error."
  (let ((*standard-output* stream))
    (handler-case (format stream "~&~{~S~^ ; ~}" (multiple-value-list (eval form)))
      (error (condition)
        (format stream "~&~A: ~A" (type-of condition) condition)))))

;;; An answer ends with a line of its own, since it may have several.
(defun answer (stream)
  "Evaluate forms until the client leaves."
  (loop for form = (read stream nil stream)
        until (eq form stream)
        do (evaluate form stream)
           (format stream "~%.~%")
           (finish-output stream)))

;;; Each client has an object of its own: in an old one the last server has left, which is the end of what a client reads.
(defun serve ()
  "Evaluate the forms of one client."
  (with-open-shm-stream (stream *name* :server :timeout 60)
    (handler-case (answer stream)
      (shm-peer-died (condition)
        (format t "~&~A~%" condition))))
  (delete-shm *name*))

(defun ask (form stream)
  (format stream "~S~%" form)
  (finish-output stream)
  (loop for line = (read-line stream)
        until (string= line ".")
        do (format t "~&~A~%" line)))

(defun crash (form)
  (when (equal form '(crash))
    (cffi:foreign-funcall "kill" :int (cffi:foreign-funcall "getpid" :int) :int 9 :int)))

(if (equal (uiop:getenv "ROLE") "client")
    (with-open-shm-stream (stream *name* :client :timeout 60)
      (with-open-file (forms (uiop:getenv "FORMS"))
        (loop for form = (read forms nil forms)
              until (eq form forms)
              do (crash form)
                 (ask form stream))))
    (serve))
(finish-output)
(uiop:quit 0)

;;;; SPDX-License-Identifier: BSD-3-Clause
;;;; Run the Lisp examples of the Markdown pages that the environment variable EXAMPLES names, as TAP, and compare what they
;;;; show. Two forms of them:
;;;;   a listing of forms, each followed by `=> value, ...', or by nothing where nothing is shown;
;;;;   a session, whose forms stand behind a prompt `* ', each followed by what the REPL prints.
;;;; EXAMPLES_LEAVE names the objects that the examples leave for others.

(require "asdf")
(let ((*standard-output* (make-broadcast-stream)))
  (asdf:load-system "posix-shm/streams"))

(load (merge-pathnames "../lib/tap.lisp" *load-truename*))

;;; The session of README.md loads the library with Quicklisp.
(defpackage #:ql (:use #:cl) (:export #:quickload))
(defun ql:quickload (system)
  (asdf:load-system system)
  (list system))

(defpackage #:examples (:use #:cl #:posix-shm #:posix-shm/streams))
(in-package #:examples)

;;; Pages

(defun file-lines (path)
  (uiop:read-file-lines path :external-format #+clisp charset:utf-8 #-clisp :utf-8))

(defparameter *not-here*
  '(#-sbcl "## Vectors in shared memory")
  "Where the examples of a page end: those about vectors need real ones, of every type, and SBCL's operations on them.")

(defun lisp-listings (path)
  "A list of (number of the first line . lines)."
  (loop with listings = '() and listing = nil
        for line in (file-lines path)
        for number from 1
        until (member line *not-here* :test #'string=)
        do (cond ((string= line "```lisp") (setf listing (list (1+ number))))
                 ((and listing (string= line "```"))
                  (push (reverse listing) listings)
                  (setf listing nil))
                 (listing (push line listing)))
        finally (return (nreverse listings))))

(defun starts-with (prefix line)
  (and (<= (length prefix) (length line)) (string= prefix line :end2 (length prefix))))

(defun split-lines (text)
  (with-input-from-string (stream text)
    (loop for line = (read-line stream nil)
          while line collect (string-right-trim " " line))))

(defun join (lines)
  (format nil "~{~A~^~%~}" lines))

;;; Steps: a text with one or more forms, and what is shown for the last one, nil for nothing

(defun session-p (lines)
  (some (lambda (line) (starts-with "* " line)) lines))

(defun split-session-step (lines)
  "The form is as long as the reader says; the rest is what was printed."
  (let ((text (join lines)))
    (multiple-value-bind (form end) (read-from-string text)
      (declare (ignore form))
      (let ((shown (remove "" (split-lines (subseq text (min end (length text)))) :test #'string=)))
        (cons (subseq text 0 (min end (length text))) (and shown (join shown)))))))

(defun session-steps (lines)
  (let ((steps '()))
    (dolist (line lines (mapcar #'split-session-step (nreverse steps)))
      (if (starts-with "* " line)
          (push (list (subseq line 2)) steps)
          (setf (first steps) (append (first steps) (list line)))))))

(defun listing-steps (lines)
  (loop with steps = '() and text = '()
        for line in lines
        do (if (starts-with "=>" line)
               (progn (push (cons (join (reverse text)) (string-trim " " (subseq line 2))) steps)
                      (setf text '()))
               (push line text))
        finally (when text (push (cons (join (reverse text)) nil) steps))
                (return (nreverse steps))))

;;; Running

(defun evaluate (text)
  "Evaluate the forms of TEXT. Return a list of the values of the last one, and what was printed."
  (let* ((values '())
         (output (with-output-to-string (*standard-output*)
                   (with-input-from-string (stream text)
                     (loop for form = (read stream nil stream)
                           until (eq form stream)
                           do (setf values (multiple-value-list (eval form))))))))
    (values values output)))

(defun shown-by-listing (values output)
  (declare (ignore output))
  (format nil "~{~S~^, ~}" values))

(defun shown-by-session (values output)
  (join (append (remove "" (split-lines output) :test #'string=)
                (mapcar #'prin1-to-string values))))

(defun without-addresses (text)
  "TEXT, with what differs from run to run taken out: addresses, and lines that say so."
  (with-output-to-string (out)
    (loop with inside = nil
          for character across text
          do (cond ((char= character #\{) (setf inside t))
                   ((char= character #\}) (setf inside nil))
                   ((not inside) (write-char character out))))))

(defun agree-p (expected actual)
  (let ((expected (split-lines expected)) (actual (split-lines actual)))
    (if (find-if (lambda (line) (search "Runtime-dependent" line)) expected)
        (and actual (every #'digit-char-p (first actual)))
        (equal (mapcar #'without-addresses expected) (mapcar #'without-addresses actual)))))

(defun fault (step show)
  "What is wrong with the STEP, or nil."
  (handler-case
      (multiple-value-bind (values output) (evaluate (car step))
        (let ((actual (funcall show values output)))
          (unless (or (null (cdr step)) (agree-p (cdr step) actual))
            (format nil "~A~%shown:~%~A~%got:~%~A" (car step) (cdr step) actual))))
    (error (condition)
      (format nil "~A~%~A: ~A" (car step) (type-of condition) condition))))

(defun faults (steps show)
  (loop for step in steps
        for fault = (fault step show)
        when fault collect fault))

(defun listing-faults (lines)
  (if (session-p lines)
      (faults (session-steps lines) #'shown-by-session)
      (faults (listing-steps lines) #'shown-by-listing)))

(defun run-page (path)
  (loop for (number . lines) in (lisp-listings path)
        for faults = (listing-faults lines)
        do (tap:ok (null faults) (format nil "~A, the listing at line ~D" (file-namestring path) number) (join faults))))

(let ((*package* (find-package '#:examples))
      (*print-pretty* nil)
      (pages (uiop:split-string (uiop:getenv "EXAMPLES")))
      (wanted (remove "" (uiop:split-string (or (uiop:getenv "EXAMPLES_LEAVE") "")) :test #'string=)))
  (dolist (page pages)
    (run-page page))
  (tap:ok (null (set-exclusive-or wanted (list-shm) :test #'string=))
          (format nil "the examples leave ~:[no object~;~:*~{~A~^ ~}~]" wanted) (list-shm))
  (tap:finish))

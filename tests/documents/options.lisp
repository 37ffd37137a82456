;;;; SPDX-License-Identifier: BSD-3-Clause
;;;; Usage: sbcl ... --load options.lisp --end-toplevel-options -- doc/api-reference.md
;;;;
;;;; The tables of `From flags to keywords' are true: each row is tried, with an object of five octets and without one. As TAP.

(require "asdf")
(let ((*standard-output* (make-broadcast-stream)))
  (asdf:load-system "posix-shm"))

(load (merge-pathnames "../lib/tap.lisp" *load-truename*))

(defpackage #:options (:use #:cl #:posix-shm))
(in-package #:options)

(defparameter *name* "/foobar-shm")

;;; The page

(defun section-lines (path)
  (let ((lines (member "## From flags to keywords" (uiop:read-file-lines path) :test #'string=)))
    (subseq lines 0 (position-if (lambda (line) (uiop:string-prefix-p "## " line)) lines :start 1))))

(defun cells (line)
  "The cells of a row. A bar within a cell is escaped."
  (let ((bars (loop for i from 0 below (length line)
                    when (and (char= (char line i) #\|) (or (zerop i) (char/= (char line (1- i)) #\\))) collect i)))
    (loop for (start end) on bars
          while end collect (string-trim " " (remove #\\ (subseq line (1+ start) end))))))

(defun tables (lines)
  "Each table as a list of rows, the heading first."
  (let ((tables '()) (rows '()))
    (dolist (line (append lines '("")) (nreverse tables))
      (cond ((and (plusp (length line)) (char= (char line 0) #\|))
             (unless (uiop:string-prefix-p "|---" line)
               (push (cells line) rows)))
            (rows (push (nreverse rows) tables)
                  (setf rows '()))))))

(defun code (cell)
  "What stands between backquotes, read as Lisp; nil stands without them."
  (let* ((start (position #\` cell)) (end (and start (position #\` cell :start (1+ start)))))
    (and start (read-from-string (format nil "(~A)" (subseq cell (1+ start) end))))))

;;; The world

(defun remove-object ()
  (handler-case (delete-shm *name*)
    (shm-does-not-exist ())))

(defun inode ()
  (handler-case (with-open-shm (shm *name*) (stat-ino (shm-stats shm)))
    (shm-does-not-exist () nil)))

(defun call-with-state (exists function)
  "Call FUNCTION in a world where the object exists with five octets, or does not. It returns a descriptor or an errno's keyword."
  (remove-object)
  (when exists
    (with-open-shm (shm *name* :direction :io :if-exists :error)
      (truncate-shm shm 5)))
  (let* ((before (inode))
         (result (funcall function)))
    (unwind-protect
         (if (integerp result)
             (let ((size (stat-size (shm-stats (make-shm result)))))
               (list :size size
                     :writable (zerop (posix-shm/ffi:ftruncate result size))
                     :same (eql before (inode))))
             result)
      (when (integerp result) (posix-shm/ffi:close result))
      (remove-object))))

(defun by-options (&rest options)
  (handler-case (let ((shm (apply #'open-shm *name* options)))
                  (and shm (shm-fd shm)))
    (posix-shm-error (condition) (posix-shm-error-keyword condition))))

(defun by-flags (flags unlink)
  (when unlink (posix-shm/ffi:shm-unlink *name*))
  (let ((fd (posix-shm/ffi:shm-open *name* flags '(:user-read :user-write))))
    (if (minusp fd) posix-shm/ffi:*errno* fd)))

;;; The tables

(defun flag-keywords (cell)
  (loop for flag in (remove '\| (code (substitute #\Space #\| cell)))
        collect (intern (subseq (symbol-name flag) 2) :keyword)))

(defun try-row-of-flags (row)
  (destructuring-bind (flags options) row
    (dolist (exists '(nil t))
      (let ((wanted (call-with-state exists (lambda () (by-flags (flag-keywords flags) (search "shm_unlink" flags)))))
            (got (call-with-state exists (lambda () (apply #'by-options (code options))))))
        (tap:ok (equal wanted got) (format nil "~A is ~A where the object ~:[does not exist~;exists~]" flags options exists)
                wanted got)))))

(defun outcome (cell)
  "The promised result for an existing object."
  (cond ((search "shm-exists" cell) :eexist)
        ((search "shm-does-not-exist" cell) :enoent)
        ((string= cell "nil is returned") nil)
        ((string= cell "opened") '(:size 5 :writable t :same t))
        ((string= cell "opened and emptied") '(:size 0 :writable t :same t))
        ((string= cell "a new object replaces it") '(:size 0 :writable t :same nil))
        ((string= cell "created, with size 0") '(:size 0 :writable t :same nil))
        (t (error "the cell '~A' is new to this test" cell))))

(defun try-outcome (cell exists &rest options)
  (let ((got (call-with-state exists (lambda () (apply #'by-options :direction :io options)))))
    (tap:ok (equal got (outcome cell)) (format nil "~:[without~;with~] an object,~{ ~S~}: ~A" exists options cell) got)))

(defun try-row-of-if-exists (row)
  (destructuring-bind (option creating opening) row
    (let ((if-exists (first (code option))))
      (try-outcome creating t :if-exists if-exists :if-does-not-exist :create)
      (try-outcome opening t :if-exists if-exists :if-does-not-exist :error)
      (try-outcome opening t :if-exists if-exists :if-does-not-exist nil))))

(defun try-row-of-if-does-not-exist (row)
  (destructuring-bind (option missing) row
    (if (string= option "not given")
        (dolist (direction '(:input :io))
          (dolist (if-exists '(:error :overwrite :truncate :supersede nil))
            (let ((got (call-with-state nil (lambda () (by-options :direction direction :if-exists if-exists))))
                  (errs (or (eq direction :input) (member if-exists '(:overwrite :truncate)))))
              (tap:ok (eq (eq got :enoent) (and errs t))
                      (format nil "by default, ~S ~S: ~:[create~;error~]" direction if-exists errs) got))))
        (dolist (if-exists '(:error :overwrite :truncate :supersede nil))
          (try-outcome missing nil :if-does-not-exist (first (code option)) :if-exists if-exists)))))

(destructuring-bind (flags if-exists if-does-not-exist)
    (mapcar #'rest (tables (section-lines (first (last sb-ext:*posix-argv*)))))
  (mapc #'try-row-of-flags flags)
  (mapc #'try-row-of-if-exists if-exists)
  (mapc #'try-row-of-if-does-not-exist if-does-not-exist))

(tap:finish)

;;;; SPDX-License-Identifier: BSD-3-Clause
;;;; Docstrings are written in the headers, and spliced into the definitions at read time: ECL loses what is set later.

(defpackage #:posix-shm/documentation
  (:use #:cl)
  (:documentation "Docstrings from the headers.")
  (:export #:doc #:define-type))

(in-package #:posix-shm/documentation)

(defparameter *docstrings* nil "Rows of package, name, kind, docstring and lambda list.")

(defun read-docstrings ()
  (with-open-file (stream (merge-pathnames "../docstrings.sexp" #.(or *compile-file-truename* *load-truename*))
                          :external-format #+clisp charset:utf-8 #-clisp :utf-8)
    (with-standard-io-syntax (read stream))))

(defun doc (name &optional (kind "Function"))
  "The docstring of NAME, a KIND of the current package."
  (let ((row (find-if (lambda (row)
                        (and (string-equal (first row) (package-name *package*))
                             (string-equal (second row) name)
                             (string-equal (third row) kind)))
                      (or *docstrings* (setf *docstrings* (read-docstrings))))))
    (if row (fourth row) (error "The headers do not document the ~A ~A of ~A." kind name (package-name *package*)))))

(defmacro define-type (name docstring expansion)
  "Define the type NAME, which keeps its docstring on ABCL, too."
  `(progn
     (deftype ,name () ,docstring ,expansion)
     #+abcl (setf (documentation ',name 'type) ,docstring)
     ',name))

;;;; SPDX-License-Identifier: BSD-3-Clause
;;;; Every external symbol of the packages has a docstring. Slots of foreign structures have no place for one.

(in-package #:posix-shm/test)

(defvar *slots* '("ST-" "TV-") "What the names of slots begin with.")

(defun slot-name-p (symbol)
  (some (lambda (prefix) (eql 0 (search prefix (symbol-name symbol)))) *slots*))

(defun docstring (symbol)
  (some (lambda (kind) (documentation symbol kind)) '(function variable type structure)))

(defun undocumented (package)
  (loop for symbol being the external-symbols of package
        unless (or (slot-name-p symbol) (docstring symbol))
          collect symbol))

(deftest docstrings
  (is (null (undocumented '#:posix-shm)))
  (is (null (undocumented '#:posix-shm/ffi)))
  (is (< 60 (loop for symbol being the external-symbols of '#:posix-shm count symbol))))

(deftest functions-and-classes-of-one-name
  (is (stringp (documentation 'open-shm 'function)))
  (is (stringp (documentation 'open-shm 'type))))

;;; Where two files define a function of one name, the later one replaces the other, and the program says so whenever it is loaded.

(defun source-files (component)
  "The files of COMPONENT, a system or a part of one, that were loaded."
  (if (typep component 'asdf:parent-component)
      (mapcan #'source-files (copy-list (asdf:component-children component)))
      (and (typep component 'asdf:cl-source-file) (list (asdf:component-pathname component)))))

(defun defined-functions (file)
  "The names that FILE defines as functions and macros, other than within other forms."
  (with-open-file (stream file :external-format #+clisp charset:utf-8 #-clisp :utf-8)
    (let ((*package* *package*))
      (loop for form = (read stream nil stream)
            until (eq form stream)
            do (when (and (consp form) (eq (first form) 'in-package))
                 (setf *package* (find-package (second form))))
            when (and (consp form) (member (first form) '(defun defmacro)))
              collect (second form)))))

(deftest no-function-is-defined-twice
  (dolist (system '("posix-shm" "posix-shm/test"))
    (let ((names (mapcan #'defined-functions (source-files (asdf:find-system system))))
          (seen (make-hash-table :test #'equal)))
      (is (< 100 (length names)))
      (dolist (name names)
        (is-false (gethash name seen) "~S has two definitions" name)
        (setf (gethash name seen) t)))))

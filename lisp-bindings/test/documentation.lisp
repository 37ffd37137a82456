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

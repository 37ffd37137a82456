;;;; SPDX-License-Identifier: BSD-3-Clause
;;;; Errors as keywords. Their numbers differ per platform, so the tables are filled when this is loaded.

(in-package #:posix-shm/ffi)

(defparameter *aliases* '("EWOULDBLOCK" "EOPNOTSUPP" "EDEADLOCK")
  "Names that the library understands and does not count, where they share a number.")

(defun error-keyword-of-name (name)
  (intern name '#:keyword))

(defun error-rows ()
  "A keyword and a number for every error of this platform, first the names that the library gives."
  (append (list '(:ok 0))
          (loop for index below (posix-shm/shim:pshm-error-count)
                for number = (posix-shm/shim:pshm-error-at index)
                collect (list (error-keyword-of-name (posix-shm/shim:pshm-error-name number)) number))))

(defun alias-rows ()
  (loop for name in *aliases*
        for number = (posix-shm/shim:pshm-error-number name)
        unless (minusp number)
          collect (list (error-keyword-of-name name) number)))

(defvar *keywords* (let ((table (make-hash-table)))
                     (loop for (keyword number) in (error-rows)
                           do (setf (gethash number table) keyword))
                     table)
  "From the number to the keyword.")

(defvar *numbers* (let ((table (make-hash-table :test #'eq)))
                    (loop for (keyword number) in (append (alias-rows) (error-rows))
                          do (setf (gethash keyword table) number))
                    table)
  "From the keyword to the number.")

;;; CFFI's own enumeration, for code that declares functions which return an errno. Defined when the numbers are known; of two
;;; keywords for a number, the last is the one that it gives.
(eval `(cffi:defcenum (c-error :int :allow-undeclared-values t)
         ,@(append (alias-rows) (error-rows))))

(define-type c-error #.(doc "c-error" "Type") '(or keyword integer))

(defun errno ()
  (let ((number (posix-shm/shim:pshm-errno)))
    (values (gethash number *keywords* number))))

(defun error-number (error)
  "The number of ERROR, a keyword or an integer."
  (cond ((integerp error) error)
        ((gethash error *numbers*))
        (t (error 'posix-shm/shim:invalid-argument :datum error :expected-type 'c-error :name 'error))))

(defun (setf errno) (error)
  (when (minusp (posix-shm/shim:pshm-set-errno (error-number error)))
    (error 'posix-shm/shim:invalid-argument :datum error :expected-type '(or keyword (integer 0 4095)) :name 'error))
  error)

(define-symbol-macro *errno* (errno))
(setf (documentation '*errno* 'variable) #.(doc "*errno*" "Symbol macro"))

(defun strerror (error)
  #.(doc "strerror")
  (posix-shm/shim:pshm-strerror (error-number error)))

;;;; SPDX-License-Identifier: BSD-3-Clause
;;;; Objects without a name.

(in-package #:posix-shm)

;;; The keywords of open-shm* and of what wraps it, written once.
(eval-when (:compile-toplevel :load-toplevel :execute)
  (defparameter *anonymous-keys*
    '(&key (direction :input) (permissions +default-permissions+) (attempts 100) huge))

  (defconstant +name-size+ 64 "Octets for the name of an object that has none."))

(defun open-anonymous (shm direction permissions attempts huge)
  "Make an object without a name and have SHM own it."
  (let ((direction (choice-value direction 'direction *directions* 'open-shm*))
        (permissions (flags-value permissions *permissions* 'open-shm*))
        (attempts (check-attempts attempts))
        (flags (if huge +pshm-anonymous-huge+ 0))
        (cell (cell-of shm))
        (result 0))
    (cffi:with-foreign-object (name :char #.+name-size+)
      (uninterrupted
        (setf result (pshm-open-anonymous direction permissions flags attempts name +name-size+))
        (unless (minusp result)
          (setf (car cell) result)))
      (when (minusp result)
        (error (named-failure 'open-shm* result nil)))
      (setf (name-of shm) (cffi:foreign-string-to-lisp name :encoding :utf-8)))
    shm))

(defun check-attempts (value)
  (if (typep value '(unsigned-byte 31))
      value
      (refuse 'open-shm* 'attempts value '(unsigned-byte 31) "it must be an integer from 0 to 2^31 - 1.")))

(defun open-shm* #.*anonymous-keys*
  #.(doc "open-shm*")
  (open-anonymous (make-instance 'open-shm) direction permissions attempts huge))

(define-folding open-shm* 0)

(defun call-with-open-shm* (function . #.*anonymous-keys*)
  "Call FUNCTION with an object without a name, and close it on every way out."
  (let ((shm (make-instance 'open-shm)))
    (call-and-release (lambda () (funcall function (open-anonymous shm direction permissions attempts huge))) shm)))

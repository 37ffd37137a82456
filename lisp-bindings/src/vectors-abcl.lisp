;;;; SPDX-License-Identifier: BSD-3-Clause
;;;; Real vectors on ABCL: an array can be made over a buffer of Java's, and a buffer over any memory. That holds for octets and
;;;; for unsigned integers of 16 and 32 bits; where ABCL has no such array it ignores the buffer, and it is tried here.

(in-package #:posix-shm)

(defconstant +vector-prefix+ 0 "No header stands before the elements.")

(defun make-real-vector (address element length)
  (let ((buffer (java:jcall "getByteBuffer" (cffi:make-pointer address) 0 (* length (element-octets element)))))
    (make-array length :element-type (element-type element) :nio-buffer buffer)))

(defun field-of (vector name)
  (let ((field (java:jcall "getDeclaredField" (java:jcall "getClass" vector) name)))
    (java:jcall "setAccessible" field java:+true+)
    field))

;;; The array looks at its own size in some functions, and leaves it to the limit of the buffer in others.
(defun set-real-length (vector length)
  (java:jcall "limit" (java:jcall "get" (field-of vector "elements") vector) length)
  (java:jcall "setInt" (field-of vector "capacity") vector length))

(defun try-real-vector (element)
  "Is a vector over a buffer the buffer's memory, and can it be emptied?"
  (cffi:with-foreign-object (memory :uint64 4)
    (setf (cffi:mem-aref memory :uint64 0) 0)
    (let ((vector (make-real-vector (cffi:pointer-address memory) element 2)))
      (setf (aref vector 0) 1)
      (and (= 1 (funcall (element-reader element) memory 0))
           (progn (set-real-length vector 0)
                  (zerop (length vector)))))))

(defvar *real-elements* (remove-if-not (lambda (element)
                                         (and (subtypep (element-type element) 'integer)
                                              (ignore-errors (try-real-vector element))))
                                       *elements*))

(defun real-element-p (element)
  (member element *real-elements*))

(defun vector-key (vector)
  vector)

(defun call-with-vector-address (function vector octets)
  "Call FUNCTION with nil: vectors of the heap move on ABCL."
  (declare (ignore vector octets))
  (funcall function nil))

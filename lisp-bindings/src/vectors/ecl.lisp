;;;; SPDX-License-Identifier: BSD-3-Clause
;;;; Real vectors on ECL: an array object holds its size, its fill pointer and a pointer to its elements. They are set to the
;;;; mapping. The collector does not follow the pointer of an array of numbers.

(in-package #:posix-shm)

(defconstant +vector-prefix+ 0 "No header stands before the elements.")
(defconstant +real-vectors-extend+ t "Can a real vector become longer? A longer header is all it takes.")

(eval-when (:compile-toplevel :load-toplevel :execute)
  (defconstant +size-word+ 2)
  (defconstant +fill-word+ 3)
  (defconstant +data-word+ 4))

(declaim (inline object-word (setf object-word)))

(defun object-word (object word)
  (cffi:mem-aref (cffi:make-pointer (si::pointer object)) :uintptr word))

(defun (setf object-word) (value object word)
  (setf (cffi:mem-aref (cffi:make-pointer (si::pointer object)) :uintptr word) value))

;;; The same word as above, without an object for the pointer where this is compiled.
(declaim (inline data-address))

(defun data-address (vector)
  "The address of the first element of VECTOR. Nothing moves on ECL."
  (ext:with-backend
    :bytecodes (object-word vector +data-word+)
    :c/c++ (ffi:c-inline (vector) (:object) :unsigned-long #.(format nil "((unsigned long *)#0)[~D]" +data-word+) :one-liner t)))

(defun known-layout-p (type)
  "Are the words of an array where this file looks for them?"
  (let ((vector (make-array 7 :element-type type)))
    (and (= (object-word vector +size-word+) 7)
         (= (object-word vector +fill-word+) 7)
         (= (data-address vector)
            (cffi:pointer-address (si:make-foreign-data-from-array vector))))))

(defun real-element-p (element)
  "Has this ECL vectors of ELEMENT, laid out as this file knows them?"
  (let ((type (element-type element)))
    (and (= 8 (cffi:foreign-type-size :uintptr))
         (same-type-p (upgraded-array-element-type type) type)
         (known-layout-p type))))

(defun make-real-vector (address element length)
  (let ((vector (make-array 0 :element-type (element-type element))))
    (setf (object-word vector +data-word+) address)
    (set-real-length vector length)
    vector))

(defun set-real-length (vector length)
  (setf (object-word vector +fill-word+) length
        (object-word vector +size-word+) length))

(defun vector-key (vector)
  vector)

(defun retired-p (vector)
  "Was VECTOR one in shared memory, which has no row any more?"
  (and (vectorp vector) (zerop (length vector)) (retired-address-p (data-address vector))))

(defun call-with-vector-address (function vector octets)
  "Call FUNCTION with the address of the first element of VECTOR."
  (declare (ignore octets))
  (funcall function (data-address vector)))

;;; Arrays of more than one dimension have the total size where vectors have their length, and the address of a table of their
;;; dimensions where vectors have the fill pointer.

(defun set-real-dimensions (array dimensions)
  (let ((table (cffi:make-pointer (object-word array +fill-word+))))
    (setf (object-word array +size-word+) (reduce #'* dimensions))
    (loop for dimension in dimensions
          for axis from 0
          do (setf (cffi:mem-aref table :uintptr axis) dimension))))

(defun make-real-array (vector element dimensions)
  (let ((array (make-array (mapcar (constantly 0) dimensions) :element-type (element-type element))))
    (setf (object-word array +data-word+) (data-address vector))
    (set-real-dimensions array dimensions)
    array))

(defun array-key (array)
  array)

(defvar *detached* (cffi:pointer-address (cffi:foreign-alloc :uint64)) "Where arrays begin whose addresses were released.")

(defun array-retired-p (array)
  (and (arrayp array)
       (zerop (array-total-size array))
       (or (= *detached* (data-address array))
           (retired-address-p (data-address array)))))

(defun detach-array (array element)
  "ARRAY, whose addresses are released, has no elements."
  (declare (ignore element))
  (setf (object-word array +data-word+) *detached*))

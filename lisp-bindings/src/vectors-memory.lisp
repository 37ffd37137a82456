;;;; SPDX-License-Identifier: BSD-3-Clause
;;;; The memory of a vector, wherever it is.

(in-package #:posix-shm)

(defun general-p (vector)
  "Is VECTOR one of the heap that holds any object?"
  (and (vectorp vector) (eq (array-element-type vector) t)))

(defun call-with-address (function vector octets)
  "Call FUNCTION with the address of the first element of VECTOR, whose elements have OCTETS each, or with nil where it has none
to keep: it is a general vector, or in the heap of an implementation that cannot hold it in place."
  (let ((place #+sbcl (and (shm-view-p vector) (shm-view-place vector)) #-sbcl (find-place vector)))
    (cond (place (funcall function (place-address place)))
          ((general-p vector) (funcall function nil))
          (t (call-with-vector-address function vector octets)))))

(defmacro with-address ((address vector octets) &body body)
  `(flet ((body (,address) ,@body))
     (declare (dynamic-extent #'body))
     (call-with-address #'body ,vector ,octets)))

;;; Elements of a vector that has no address, to foreign memory and back.

(deftype octet-vector () '(vector (unsigned-byte 8)))

(defun export-octets (vector start pointer count)
  (declare (type octet-vector vector))
  (dotimes (index count)
    (setf (cffi:mem-aref pointer :uint8 index) (aref vector (+ start index)))))

(defun import-whole-octets (vector start pointer count)
  (declare (type octet-vector vector))
  (dotimes (index count)
    (setf (aref vector (+ start index)) (cffi:mem-aref pointer :uint8 index))))

(defun export-elements (vector start element pointer count)
  (if (typep vector 'octet-vector)
      (export-octets vector start pointer count)
      (loop with writer of-type function = (element-writer element)
            for index below count
            do (funcall writer (checked-element vector (+ start index) element) pointer index))))

(defun checked-element (vector index element)
  "The element of VECTOR at INDEX. One of a general vector may be anything."
  (let ((item (shm-aref vector index)))
    (if (typep item (element-type element))
        item
        (refuse-item `(elt source ,index) item element 'replace-shm-vector))))

(defun import-elements (vector start element pointer count)
  (if (typep vector 'octet-vector)
      (import-whole-octets vector start pointer count)
      (loop with reader of-type function = (element-reader element)
            for index below count
            do (setf (shm-aref vector (+ start index)) (funcall reader pointer index)))))

(defun import-octets (vector start element pointer octets)
  "Store OCTETS octets at POINTER into VECTOR from START; of an element that is not complete, the first octets."
  (multiple-value-bind (whole rest) (floor octets (element-octets element))
    (import-elements vector start element pointer whole)
    (unless (zerop rest)
      (cffi:with-foreign-object (memory :uint8 16)
        (export-elements vector (+ start whole) element memory 1)
        (pshm-copy (address-of memory) (+ (address-of pointer) (- octets rest)) rest)
        (import-elements vector (+ start whole) element memory 1)))))

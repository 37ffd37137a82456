;;;; SPDX-License-Identifier: BSD-3-Clause
;;;; The memory of a vector, wherever it is.

(in-package #:posix-shm)

(declaim (inline general-p))

(defun general-p (vector)
  "Is VECTOR one of the heap that holds any object?"
  (typecase vector
    (simple-vector t)
    #-abcl ((simple-array * (*)) nil) ; ABCL takes vectors of every shape for simple ones.
    (vector (eq (array-element-type vector) t))))

;; No closure on SBCL: it would cost as much as a short copy.
#+sbcl
(defmacro with-address ((address vector octets) &body body)
  "Run BODY with ADDRESS as that of the first element of VECTOR, whose elements have OCTETS each, or as nil where it has none to
keep: it is a general vector."
  `(flet ((body (,address) ,@body))
     (cond ((shm-view-p ,vector) (body (region-address (shm-view-region ,vector))))
           ((general-p ,vector) (body nil))
           (t (with-vector-address (address ,vector ,octets) (body address))))))

#-sbcl
(defun call-with-address (function vector octets)
  "Call FUNCTION with the address of the first element of VECTOR, whose elements have OCTETS each, or with nil where it has none
to keep: it is a general vector, or in the heap of an implementation that cannot hold it in place."
  (let ((region (find-region vector)))
    (cond (region (funcall function (region-address region)))
          ((general-p vector) (funcall function nil))
          (t (call-with-vector-address function vector octets)))))

#-sbcl
(defmacro with-address ((address vector octets) &body body)
  `(flet ((body (,address) ,@body))
     (declare (dynamic-extent #'body))
     (call-with-address #'body ,vector ,octets)))

;;; Elements of a vector that has no address, to foreign memory and back: in blocks where the implementation copies these, or
;;; else in the loops of the element.

(defun checked-element (vector index element)
  "The element of VECTOR at INDEX. One of a general vector may be anything."
  (let ((item (aref (the vector vector) index)))
    (if (element-value-p item element)
        item
        (reject-source item (element-type element) index))))

(defun export-elements (vector start element pointer count)
  #+(or clisp abcl) (progn
                      (when (general-p vector)
                        (dotimes (index count)
                          (checked-element vector (+ start index) element)))
                      (export-block vector start element pointer count))
  #-(or clisp abcl) (funcall (the function (element-exporter element)) vector start pointer count))

(defun import-elements (vector start element pointer count)
  #+(or clisp abcl) (import-block vector start element pointer count)
  #-(or clisp abcl) (funcall (the function (element-importer element)) vector start pointer count))

(defun import-octets (vector start element pointer octets)
  "Store OCTETS octets at POINTER into VECTOR from START; of an element that is not complete, the first octets."
  (multiple-value-bind (whole rest) (floor octets (element-octets element))
    (import-elements vector start element pointer whole)
    (unless (zerop rest)
      (cffi:with-foreign-object (memory :uint8 16)
        (export-elements vector (+ start whole) element memory 1)
        (pshm-copy (address-of memory) (+ (address-of pointer) (- octets rest)) rest)
        (import-elements vector (+ start whole) element memory 1)))))

;;;; SPDX-License-Identifier: BSD-3-Clause
;;;; Elements of CLISP's vectors to foreign memory and back, in blocks: an array of C's is read and written as a whole.

(in-package #:posix-shm)

(defun block-type (element count)
  "The type of C of an array of the parts of COUNT elements."
  (let ((part (ecase (element-foreign element)
                (:uint8 'ffi:uint8) (:int8 'ffi:sint8) (:uint16 'ffi:uint16) (:int16 'ffi:sint16)
                (:uint32 'ffi:uint32) (:int32 'ffi:sint32) (:uint64 'ffi:uint64) (:int64 'ffi:sint64)
                (:float 'single-float) (:double 'double-float))))
    (ffi:parse-c-type `(ffi:c-array ,part ,(* count (element-parts element))))))

(defun split-complexes (vector)
  "The real and imaginary parts of VECTOR in turns."
  (let ((parts (make-array (* 2 (length vector)))))
    (dotimes (index (length vector) parts)
      (setf (svref parts (* 2 index)) (realpart (aref vector index))
            (svref parts (1+ (* 2 index))) (imagpart (aref vector index))))))

(defun join-complexes (parts)
  (let ((vector (make-array (floor (length parts) 2))))
    (dotimes (index (length vector) vector)
      (setf (svref vector index) (complex (aref parts (* 2 index)) (aref parts (1+ (* 2 index))))))))

(defun export-block (vector start element pointer count)
  "Store COUNT elements of VECTOR from START at POINTER."
  ;; Displaced: what it is displaced to is not copied first.
  (let ((run (make-array count :element-type (array-element-type vector)
                               :displaced-to vector :displaced-index-offset start)))
    (setf (ffi:memory-as pointer (block-type element count))
          (if (= 2 (element-parts element)) (split-complexes run) run))))

(defun import-block (vector start element pointer count)
  "Store COUNT elements at POINTER into VECTOR from START."
  (let ((run (ffi:memory-as pointer (block-type element count))))
    (replace vector (if (= 2 (element-parts element)) (join-complexes run) run) :start1 start)))

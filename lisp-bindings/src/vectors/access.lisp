;;;; SPDX-License-Identifier: BSD-3-Clause
;;;; One way to the elements of real vectors and of views.

(in-package #:posix-shm)

(defun view-length (view)
  (let ((region (shm-view-region view)))
    (if (region-mapped-p region) (region-length region) 0)))

(defun check-index (index length)
  "Return INDEX if it is one of a vector of LENGTH elements."
  (if (and (integerp index) (< -1 index length))
      index
      (reject 'shm-aref 'index index `(integer 0 (,length))
              (if (zerop length)
                  "the vector is unmapped, and has no elements."
                  (text "it must be an integer from 0 to ~D." (1- length))))))

(defun view-pointer (view index)
  "The memory of VIEW, after checking that it has an element at INDEX; and the index of that element from there."
  (check-index index (view-length view))
  (let* ((region (shm-view-region view))
         (offset (* index (element-octets (region-element region)))))
    ;; CLISP takes no offset beyond 31 bits.
    (if (and #-clisp nil (<= (ash 1 31) offset))
        (values (cffi:inc-pointer (region-pointer region) offset) 0)
        (values (region-pointer region) index))))

(defun view-ref (view index)
  (multiple-value-bind (pointer index) (view-pointer view index)
    (funcall (the function (element-reader (region-element (shm-view-region view)))) pointer index)))

(defun element-value-p (item element)
  (funcall (the function (element-test element)) item))

(defun check-item (item element operation)
  (if (element-value-p item element)
      item
      (reject-item 'item item element operation)))

(defun reject-item (argument item element operation)
  (reject operation argument item (element-type element)
          (text "it must be of the type ~S." (element-type element))))

(defun reject-source (item type index)
  "Reject ITEM, the element of a source at INDEX, which is not of TYPE."
  (reject-item `(elt source ,index) item (find-element type) 'replace-shm-vector))

(defun set-view-ref (item view index)
  (multiple-value-bind (pointer index) (view-pointer view index)
    (let ((element (region-element (shm-view-region view))))
      (funcall (the function (element-writer element)) (check-item item element 'shm-aref) pointer index)
      item)))

;; A store beyond a vector over a buffer is an exception of Java's on ABCL, which no handler of Lisp sees.
(defmacro real-index (vector index)
  #+abcl `(check-index ,index (length ,vector))
  #-abcl (progn vector index))

;; Nor does ABCL look at what it stores into arrays of these types: of 256 an octet is 0.
(defmacro real-item (item vector)
  #+abcl `(if (typep ,vector '(or (vector (unsigned-byte 8)) (vector (unsigned-byte 16)) (vector (unsigned-byte 32))))
              (check-item ,item (element-of ,vector) 'shm-aref)
              ,item)
  #-abcl (progn vector item))

;;; Elements of arrays of more than one dimension

(defun rank-of (array)
  "The number of dimensions of ARRAY, or nil where it is none."
  (typecase array
    (array (array-rank array))
    (shm-view 1)
    (shm-array-view (length (region-dimensions (shm-array-view-region array))))))

(defun reject-indices (array indices)
  "Reject INDICES, which are not as many as ARRAY has dimensions, or ARRAY, which is none."
  (let ((rank (rank-of array)))
    (if rank
        (reject 'shm-aref 'indices indices 'list (text "there must be ~D, one for each dimension." rank))
        (reject 'shm-aref 'array array '(or array shm-view shm-array-view)
                "it must be an array that map-shm-vector or map-shm-array returned."))))

(defun row-major-position (view indices)
  "The position of the element of VIEW that INDICES name among all of them."
  (let ((dimensions (view-dimensions view))
        (position 0))
    (unless (= (length dimensions) (length indices))
      (reject-indices view indices))
    (loop for index in indices
          for dimension in dimensions
          do (setf position (+ (* position dimension) (check-index index dimension))))
    position))

;; Not on CLISP, which drops the docstring of a function that is inline.
#-clisp (declaim (inline shm-aref (setf shm-aref)))

(defun shm-aref (array index &rest indices)
  #.(doc "shm-aref" "Accessor")
  (cond (indices (array-ref array (cons index indices)))
        ((shm-view-p array) (view-ref array index))
        ((vectorp array) (aref array (real-index array index)))
        (t (reject-indices array (list index)))))

(defun (setf shm-aref) (item array index &rest indices)
  (cond (indices (set-array-ref item array (cons index indices)))
        ((shm-view-p array) (set-view-ref item array index))
        ((vectorp array) (setf (aref array (real-index array index)) (real-item item array)))
        (t (reject-indices array (list index)))))

(defmacro of-rank-p (array rank)
  "Is ARRAY, a variable, an array of RANK dimensions?"
  `(and (arrayp ,array) (= ,rank (array-rank ,array))))

;;; With more than one index, the number of which is known where the call is compiled, an access to a real array is one of AREF.

(eval-when (:compile-toplevel :load-toplevel :execute)
  (defun call-with-indices (function array indices)
    "A form that binds variables to ARRAY and INDICES, each evaluated once, around what FUNCTION makes of these."
    (let ((variable (gensym "ARRAY"))
          (positions (loop for nil in indices collect (gensym "INDEX"))))
      `(let ((,variable ,array)
             ,@(mapcar #'list positions indices))
         ,(funcall function variable positions)))))

(define-compiler-macro shm-aref (&whole form array index &rest indices)
  (if indices
      (call-with-indices (lambda (array indices)
                           `(if (of-rank-p ,array ,(length indices))
                                (aref (the array ,array) ,@indices)
                                (array-ref ,array (list ,@indices))))
                         array (cons index indices))
      form))

#+sbcl
(define-compiler-macro (setf shm-aref) (&whole form item array index &rest indices)
  (if indices
      (let ((value (gensym "ITEM")))
        `(let ((,value ,item))
           ,(call-with-indices (lambda (array indices)
                                 `(if (of-rank-p ,array ,(length indices))
                                      (setf (aref (the array ,array) ,@indices) ,value)
                                      (set-array-ref ,value ,array (list ,@indices))))
                               array (cons index indices))))
      form))

(defun array-view-ref (view indices)
  (let ((position (row-major-position view indices)))
    (shm-aref (region-vector (shm-array-view-region view)) position)))

(defun set-array-view-ref (item view indices)
  (let ((position (row-major-position view indices)))
    (setf (shm-aref (region-vector (shm-array-view-region view)) position) item)))

(defun array-ref (array indices)
  (cond ((shm-array-view-p array) (array-view-ref array indices))
        ((of-rank-p array (length indices)) (apply #'aref array indices))
        (t (reject-indices array indices))))

(defun set-array-ref (item array indices)
  (cond ((shm-array-view-p array) (set-array-view-ref item array indices))
        ((of-rank-p array (length indices)) (setf (apply #'aref array indices) item))
        (t (reject-indices array indices))))

(defun shm-vector-length (vector)
  #.(doc "shm-vector-length")
  (cond ((shm-view-p vector) (view-length vector))
        ((vectorp vector) (length vector))
        (t (reject-vector vector 'vector 'shm-vector-length))))

(defun reject-vector (vector argument operation)
  (reject operation argument vector '(or shm-view vector)
          (text "it must be a vector in shared memory, or one specialised on a numeric type that can be shared.~@[ ~A~]"
                (vector-hint vector))))

(defun vector-element (vector argument operation)
  "The element of VECTOR, a view or a specialised vector of numbers."
  (cond ((simple-element-form vector))
        ((shm-view-p vector) (region-element (shm-view-region vector)))
        ((element-of vector))
        (t (reject-vector vector argument operation))))

(defun reject-bound (argument value most or-nil operation)
  (reject operation argument value `(integer 0 ,most)
          (text "it must be an integer from 0 to ~D~:[~;, or nil~]." most or-nil)))

(declaim (inline check-range))

(defun check-range (vector start end operation &optional (start-name 'start) (end-name 'end))
  "Return END, by default the length of VECTOR, after checking both."
  (let* ((length (shm-vector-length vector))
         (end (or end length)))
    (unless (and (integerp end) (<= 0 end length))
      (reject-bound end-name end length t operation))
    (unless (and (integerp start) (<= 0 start end))
      (reject-bound start-name start end nil operation))
    end))

(defun shm-vector-element-type (vector)
  #.(doc "shm-vector-element-type")
  (element-type (vector-element vector 'vector 'shm-vector-element-type)))

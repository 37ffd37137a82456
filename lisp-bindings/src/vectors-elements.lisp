;;;; SPDX-License-Identifier: BSD-3-Clause
;;;; What the elements of a shared vector can be: the numbers of which every pattern of bits is one, so that nothing that
;;;; another process stores is less than a number to this one.

(in-package #:posix-shm)

(defstruct element
  "A type of elements: its name, its size in octets, and how one is read and written where there is no real vector."
  type octets reader writer)

(defmethod make-load-form ((element element) &optional environment)
  (declare (ignore environment))
  `(find-element ',(element-type element)))

(defmacro element-rows (&rest rows)
  "Rows of a Lisp type, the foreign type of its parts, the octets of a part, and how many parts it has: a complex has two."
  `(list
    ,@(loop for (type foreign octets parts) in rows
            collect `(make-element
                      :type ',type
                      :octets ,(* octets parts)
                      :reader (lambda (pointer index)
                                ,(if (= parts 1)
                                     `(cffi:mem-aref pointer ,foreign index)
                                     `(complex (cffi:mem-aref pointer ,foreign (* 2 index))
                                               (cffi:mem-aref pointer ,foreign (1+ (* 2 index))))))
                      :writer (lambda (value pointer index)
                                ,(if (= parts 1)
                                     `(setf (cffi:mem-aref pointer ,foreign index) value)
                                     `(setf (cffi:mem-aref pointer ,foreign (* 2 index)) (realpart value)
                                            (cffi:mem-aref pointer ,foreign (1+ (* 2 index))) (imagpart value))))))))

;; A function of its own: ABCL leaves the functions in a variable's initial value uncompiled.
(defun make-elements ()
  (element-rows
   ((unsigned-byte 8) :uint8 1 1)
   ((signed-byte 8) :int8 1 1)
   ((unsigned-byte 16) :uint16 2 1)
   ((signed-byte 16) :int16 2 1)
   ((unsigned-byte 32) :uint32 4 1)
   ((signed-byte 32) :int32 4 1)
   ((unsigned-byte 64) :uint64 8 1)
   ((signed-byte 64) :int64 8 1)
   (single-float :float 4 1)
   (double-float :double 8 1)
   ((complex single-float) :float 4 2)
   ((complex double-float) :double 8 2)))

(defparameter *elements* (make-elements))

(defvar *octet* (first *elements*))

(defun same-type-p (one other)
  (and (subtypep one other) (subtypep other one)))

(defun plainly (type)
  "TYPE, or what it is short for where ABCL does not know."
  (if (typep type '(cons (eql mod) (cons (integer 1) null))) `(integer 0 ,(1- (second type))) type))

(defun find-element (type)
  "The element whose type is TYPE, however that is spelt, or nil."
  (or (find type *elements* :key #'element-type :test #'equal)
      (find-if (lambda (element) (ignore-errors (same-type-p (plainly type) (element-type element)))) *elements*)))

(defun check-element (type operation)
  (or (find-element type)
      (refuse operation 'element-type type `(member ,@(mapcar #'element-type *elements*))
              (text "it must be one of ~{~S~^ ~}: of any other type, what another process stores may be no element."
                    (mapcar #'element-type *elements*)))))

(defun element-of (vector)
  "The element of VECTOR, a specialised vector of numbers, or nil."
  (and (vectorp vector) (find-element (array-element-type vector))))

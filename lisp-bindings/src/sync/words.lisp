;;;; SPDX-License-Identifier: BSD-3-Clause
;;;; Words: the integers of 32 and 64 bits that processes change atomically, in vectors, in views, and behind pointers.

(in-package #:posix-shm)

(eval-when (:compile-toplevel :load-toplevel :execute)
  (defparameter *word-rows*
    '((:uint32 (unsigned-byte 32) 32 nil)
      (:int32 (signed-byte 32) 32 t)
      (:uint64 (unsigned-byte 64) 64 nil)
      (:int64 (signed-byte 64) 64 t))
    "The foreign type, the type of the values, the bits, and whether there is a sign: in the order of *word-types*."))

(defstruct (word (:type vector) (:copier nil)
                 (:constructor make-word (foreign type bits signed
                                          &aux (octets (floor bits 8))
                                               (least (if signed (- (ash 1 (1- bits))) 0))
                                               (most (if signed (1- (ash 1 (1- bits))) (1- (ash 1 bits))))
                                               (least-operand (- (ash 1 (1- bits))))
                                               (most-operand (1- (ash 1 bits))))))
  "A type of words. An operand is taken modulo 2^BITS, so that it may be as signed or as unsigned as one likes."
  foreign type
  (bits 32 :type (member 32 64))
  signed
  (octets 4 :type (member 4 8))
  (least 0 :type integer)
  (most 0 :type integer)
  (least-operand 0 :type integer)
  (most-operand 0 :type integer))

;;; A vector, since ECL calls a function to read a slot of a structure: that takes half as long as a call of the library.
#+ecl
(macrolet ((define-readers (&rest names)
             `(progn
                ,@(loop for name in names
                        for index from 0
                        collect `(define-compiler-macro ,name (word)
                                   (list 'svref word ,index))))))
  (define-readers word-foreign word-type word-bits word-signed word-octets word-least word-most word-least-operand
    word-most-operand))

(declaim (type simple-vector *words-of-pointers*))

(defvar *words-of-pointers* (coerce (loop for row in *word-rows* collect (apply #'make-word row)) 'simple-vector)
  "The words, in the order of their rows.")

(loop for word across *words-of-pointers*
      do (setf (element-word (find-element (word-type word))) word))

;;; Between a value and the 64 bits with a sign that the library takes. It gives words of 32 bits without one.

(declaim (inline to-int64 from-int64 from-uint32))

(defun to-int64 (integer)
  "INTEGER modulo 2^64, as an integer with a sign."
  (if (typep integer '(signed-byte 64))
      integer
      (let ((bits (ldb (byte 64 0) integer)))
        (if (logbitp 63 bits) (- bits (ash 1 64)) bits))))

(defun from-int64 (integer word)
  (if (word-signed word) integer (ldb (byte 64 0) integer)))

(defun from-uint32 (integer word)
  (if (and (word-signed word) (logbitp 31 integer)) (- integer (ash 1 32)) integer))

(define-inline check-value (value argument word operation)
  "Return VALUE if a word can have it."
  (if (and (integerp value) (<= (word-least word) value (word-most word)))
      value
      (reject operation argument value (word-type word) (text "it must be of the type ~S." (word-type word)))))

(define-inline check-operand (value argument word operation)
  "Return VALUE if it can be an operand."
  (if (and (integerp value) (<= (word-least-operand word) value (word-most-operand word)))
      value
      (reject operation argument value `(integer ,(word-least-operand word) ,(word-most-operand word))
              (text "it must be an integer of ~D bits, with or without a sign." (word-bits word)))))

;;; WHERE and INDEX

(defun reject-type-of-vector (type operation)
  (reject operation 'type type 'null "it is for pointers: a vector has a type of its own."))

(define-inline check-word (element where operation)
  "The word of ELEMENT."
  (or (element-word element)
      (reject-element element where operation)))

(defun reject-element (element where operation)
  (reject operation 'where where '(vector (or (unsigned-byte 32) (signed-byte 32) (unsigned-byte 64) (signed-byte 64)))
            (text "its elements must be integers of 32 or 64 bits, and they are of the type ~S." (element-type element))))

(defun reject-where (where operation)
  (reject operation 'where where '(or vector shm-view cffi:foreign-pointer)
          "it must be a vector in shared memory, or a foreign pointer."))

(define-inline check-word-index (index length operation)
  (if (and (integerp index) (< -1 index length))
      index
      (reject-word-index index length operation)))

(defun reject-word-index (index length operation)
  (reject operation 'index index `(integer 0 (,length))
          (if (zerop length)
              "the vector is unmapped, and has no elements."
              (text "it must be an integer from 0 to ~D." (1- length)))))

(defun check-pointer-index (pointer index octets operation)
  "The address INDEX octets behind POINTER, a multiple of OCTETS."
  (unless (typep index '(signed-byte 63))
    (reject operation 'index index '(signed-byte 63) "it must be an integer: octets from the pointer."))
  (let ((address (+ (address-of pointer) index)))
    (cond ((<= -4095 address 0)
           (reject operation 'where pointer 'cffi:foreign-pointer "it is the null pointer, or no address."))
          ((plusp (mod address octets))
           (reject operation 'index index 'integer
                   (text "the address #x~X must be a multiple of ~D." (ldb (byte 64 0) address) octets))))
    address))

(defun pointer-word (type operation)
  (svref *words-of-pointers* (if type (choice-value type 'type *word-types* operation) 0)))

(defun reject-alignment (index region octets operation)
  (reject operation 'index index 'integer
          (text "the element must begin at a multiple of ~D octets, and begins at ~D." octets
                (* index (element-octets (region-element region))))))

(defun region-index-address (region index octets operation)
  "The address of the element of REGION at INDEX, which must be a multiple of OCTETS."
  (check-word-index index (if (region-mapped-p region) (region-length region) 0) operation)
  (let ((address (+ (region-address region) (* index (element-octets (region-element region))))))
    (if (zerop (mod address octets))
        address
        (reject-alignment index region octets operation))))

;;; A vector of the heap has an address only while it is held in place, if it has one at all: on SBCL that is one in shared memory,
;;; too, which is an array as any other. So a word is used inside of the macro.

(define-inline region-word (region where operation)
  (check-word (region-element region) where operation))

(define-inline region-address-at (region index word operation)
  "The address of the WORD of REGION at INDEX."
  (+ (region-address region)
     (* (check-word-index index (if (region-mapped-p region) (region-length region) 0) operation)
        (word-octets word))))

(define-inline region-word-address (region index where operation)
  "The address of the word of REGION at INDEX, and its word."
  (let ((word (region-word region where operation)))
    (values (region-address-at region index word operation) word)))

(defun pointer-word-address (pointer index type operation)
  (let ((word (pointer-word type operation)))
    (values (check-pointer-index pointer index (word-octets word) operation) word)))

(define-inline array-word (vector operation)
  (check-word (or #+ecl (simple-element-form vector) (element-of vector) (reject-where vector operation))
              vector operation))

(define-inline array-address-at (address vector index word operation)
  "The address of the WORD of VECTOR, whose first element is at ADDRESS, at INDEX."
  (+ address (* (check-word-index index (length vector) operation) (word-octets word))))

(define-inline array-word-address (address vector index operation)
  "The address of the word of VECTOR, whose first element is at ADDRESS, at INDEX, and its word."
  (let ((word (array-word vector operation)))
    (values (array-address-at address vector index word operation) word)))

#+ecl
(defun held-array-address (vector index operation)
  "Nothing moves."
  (array-word-address (data-address vector) vector index operation))

#-(or sbcl ecl)
(defun held-array-address (vector index operation)
  (let ((region (find-region vector)))
    (if region
        (region-word-address region index vector operation)
        (reject-where vector operation))))

(defun word-address (where index type operation)
  "The address of the word that WHERE, INDEX and TYPE designate, and its word. On SBCL WHERE is no array."
  (cond #+ecl ((and (vectorp where) (null type)) (held-array-address where index operation))
        ((shm-view-p where)
         (if type
             (reject-type-of-vector type operation)
             (region-word-address (shm-view-region where) index where operation)))
        ((cffi:pointerp where) (pointer-word-address where index type operation))
        (type (reject-type-of-vector type operation))
        #-(or sbcl ecl) ((vectorp where) (held-array-address where index operation))
        (t (reject-where where operation))))

;;; What is shared memory here most often is looked up without a call: a vector on ECL, elsewhere a view.
#-sbcl
(defmacro with-word ((address word where index type operation) &body body)
  "Run BODY with ADDRESS and WORD as those of the word that WHERE, INDEX and TYPE designate."
  `(let ((,address 0)
         (,word nil))
     (cond (,type
            (multiple-value-setq (,address ,word) (word-address ,where ,index ,type ,operation)))
           #+ecl
           ((vectorp ,where)
            (setf ,word (array-word ,where ,operation)
                  ,address (array-address-at (data-address ,where) ,where ,index ,word ,operation)))
           ((shm-view-p ,where)
            (let ((region (shm-view-region ,where)))
              (setf ,word (region-word region ,where ,operation)
                    ,address (region-address-at region ,index ,word ,operation))))
           (t
            (multiple-value-setq (,address ,word) (word-address ,where ,index ,type ,operation))))
     ,@body))

#+sbcl
(defun call-with-array-word (function vector index type operation)
  (declare (type function function))
  (when type
    (reject-type-of-vector type operation))
  (let ((element (or (element-of vector) (reject-where vector operation))))
    (with-vector-address (address vector (element-octets element))
      (multiple-value-call function (array-word-address address vector index operation)))))

#+sbcl
(defmacro with-word ((address word where index type operation) &body body)
  (let ((function (gensym "FUNCTION")))
    `(flet ((,function (,address ,word)
              (declare (type (signed-byte 64) ,address))
              ,@body))
       (declare (dynamic-extent #',function))
       (if (arrayp ,where)
           (call-with-array-word #',function ,where ,index ,type ,operation)
           (multiple-value-call #',function (word-address ,where ,index ,type ,operation))))))

(declaim (inline check-done))

(defun check-done (result operation)
  "Return RESULT, which the library gave of a checked address, unless it is an error."
  (if (minusp result) (fail 'shm-error operation result nil) result))

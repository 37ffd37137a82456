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

(defstruct (word (:constructor make-word (foreign type bits signed
                                          &aux (octets (floor bits 8))
                                               (operand-type `(integer ,(- (ash 1 (1- bits))) ,(1- (ash 1 bits)))))))
  "A type of words. An operand is taken modulo 2^BITS, so that it may be as signed or as unsigned as one likes."
  foreign type
  (bits 32 :type (member 32 64))
  signed
  (octets 4 :type (member 4 8))
  operand-type)

(declaim (type simple-vector *words-of-pointers*))

(defvar *words-of-pointers* (coerce (loop for row in *word-rows* collect (apply #'make-word row)) 'simple-vector)
  "The words, in the order of their rows.")

(defvar *words-of-elements* (loop for word across *words-of-pointers* collect (cons (find-element (word-type word)) word))
  "The words, each after the element of a vector that has them.")

(defun element-word (element)
  (cdr (assoc element *words-of-elements* :test #'eq)))

;;; Between a value and the 64 bits with a sign that the library takes. It gives words of 32 bits without one.

(declaim (inline to-int64 from-int64 from-uint32))

(defun to-int64 (integer)
  "INTEGER modulo 2^64, as an integer with a sign."
  (let ((bits (ldb (byte 64 0) integer)))
    (if (logbitp 63 bits) (- bits (ash 1 64)) bits)))

(defun from-int64 (integer word)
  (if (word-signed word) integer (ldb (byte 64 0) integer)))

(defun from-uint32 (integer word)
  (if (and (word-signed word) (logbitp 31 integer)) (- integer (ash 1 32)) integer))

(defun check-value (value argument word operation)
  "Return VALUE if a word can have it."
  (if (typep value (word-type word))
      value
      (refuse operation argument value (word-type word) (text "it must be of the type ~S." (word-type word)))))

(defun check-operand (value argument word operation)
  "Return VALUE if it can be an operand."
  (if (typep value (word-operand-type word))
      value
      (refuse operation argument value (word-operand-type word)
              (text "it must be an integer of ~D bits, with or without a sign." (word-bits word)))))

;;; WHERE and INDEX

(defun refuse-type-of-vector (type operation)
  (refuse operation 'type type 'null "it is for pointers: a vector has a type of its own."))

(defun check-word (element where operation)
  (or (element-word element)
      (refuse operation 'where where '(vector (or (unsigned-byte 32) (signed-byte 32) (unsigned-byte 64) (signed-byte 64)))
              (text "its elements must be integers of 32 or 64 bits, and they are of the type ~S." (element-type element)))))

(defun refuse-where (where operation)
  (refuse operation 'where where '(or vector shm-view cffi:foreign-pointer)
          "it must be a vector in shared memory, or a foreign pointer."))

(defun check-word-index (index length operation)
  (if (and (integerp index) (< -1 index length))
      index
      (refuse operation 'index index `(integer 0 (,length))
              (if (zerop length)
                  "the vector is unmapped, and has no elements."
                  (text "it must be an integer from 0 to ~D." (1- length))))))

(defun check-pointer-index (pointer index octets operation)
  "The address INDEX octets behind POINTER, a multiple of OCTETS."
  (unless (typep index '(signed-byte 63))
    (refuse operation 'index index '(signed-byte 63) "it must be an integer: octets from the pointer."))
  (let ((address (+ (address-of pointer) index)))
    (cond ((<= -4095 address 0)
           (refuse operation 'where pointer 'cffi:foreign-pointer "it is the null pointer, or no address."))
          ((plusp (mod address octets))
           (refuse operation 'index index 'integer
                   (text "the address #x~X must be a multiple of ~D." (ldb (byte 64 0) address) octets))))
    address))

(defun pointer-word (type operation)
  (svref *words-of-pointers* (if type (choice-value type 'type *word-types* operation) 0)))

(defun place-word-address (place index octets operation)
  "The address of the element of PLACE at INDEX, which must be a multiple of OCTETS."
  (check-word-index index (if (place-mapped-p place) (place-length place) 0) operation)
  (let ((address (+ (place-address place) (* index (element-octets (place-element place))))))
    (if (zerop (mod address octets))
        address
        (refuse operation 'index index 'integer
                (text "the element must begin at a multiple of ~D octets, and begins at ~D." octets
                      (- address (place-address place)))))))

;;; A vector of the heap has an address only while it is held in place, if it has one at all. So a word is used inside of the
;;; macro.

(defun call-with-heap-word (function vector index operation)
  "Call FUNCTION with the address of the element of VECTOR at INDEX, and its word. VECTOR is an array of Lisp's: on SBCL also one
in shared memory, which the collector takes for any other."
  (declare (type function function))
  (let* ((element (or (element-of vector) (refuse-where vector operation)))
         (word (check-word element vector operation))
         (octets (word-octets word)))
    (check-word-index index (length vector) operation)
    #+sbcl (with-vector-address (address vector octets)
             (funcall function (+ address (* index octets)) word))
    #-sbcl (call-with-vector-address (lambda (address)
                                       (if address
                                           (funcall function (+ address (* index octets)) word)
                                           (refuse-where vector operation)))
                                     vector octets)))

(defun call-with-word (function where index type operation)
  "Call FUNCTION with the address of the word that WHERE, INDEX and TYPE designate, and its word."
  (declare (type function function))
  (flet ((of-place (place)
           (let ((word (check-word (place-element place) where operation)))
             (funcall function (place-word-address place index (word-octets word) operation) word))))
    (cond ((and type (not (cffi:pointerp where)))
           (refuse-type-of-vector type operation))
          ((shm-view-p where) (of-place (shm-view-place where)))
          ((cffi:pointerp where)
           (let ((word (pointer-word type operation)))
             (funcall function (check-pointer-index where index (word-octets word) operation) word)))
          #-sbcl ((and (vectorp where) (find-place where)) (of-place (find-place where)))
          ((vectorp where) (call-with-heap-word function where index operation))
          (t (refuse-where where operation)))))

(defmacro with-word ((address word where index type operation) &body body)
  "Run BODY with ADDRESS and WORD as those of the word that WHERE, INDEX and TYPE designate."
  (let ((function (gensym "FUNCTION")))
    `(flet ((,function (,address ,word)
              (declare (type (signed-byte 64) ,address))
              ,@body))
       (declare (dynamic-extent #',function))
       (call-with-word #',function ,where ,index ,type ,operation))))

(defun check-done (result operation)
  "Return RESULT, which the library gave of a checked address, unless it is an error."
  (if (minusp result) (fail 'shm-error operation result nil) result))

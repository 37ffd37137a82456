;;;; SPDX-License-Identifier: BSD-3-Clause
;;;; The element types of a shared vector: the numbers of which every pattern of bits is one, so that nothing that
;;;; another process stores is less than a number to this one.

(in-package #:posix-shm)

;;; A run is COUNT elements of a vector from START, and as many in foreign memory. EXPORTER and IMPORTER copy one for a vector
;;; that has no address; where memory is copied in blocks there is no use for them.
(defstruct element
  "A type of elements: its name, its size in octets, of how many parts of which foreign type one consists, functions that look
at, read and write one, and those that copy runs. WORD is what processes can change atomically, if one is (src/sync)."
  type octets foreign parts test reader writer exporter importer word)

(defmethod make-load-form ((element element) &optional environment)
  (declare (ignore environment))
  `(find-element ',(element-type element)))

(eval-when (:compile-toplevel :load-toplevel :execute)
  (defparameter *element-rows*
    '(((unsigned-byte 8) :uint8 1 1)
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
      ((complex double-float) :double 8 2))
    "The type, the foreign type of its parts, the octets of a part, and how many parts it has: a complex has two.")

  (defun read-form (foreign parts)
    "The element at INDEX behind POINTER."
    (if (= parts 1)
        `(cffi:mem-aref pointer ,foreign index)
        `(complex (cffi:mem-aref pointer ,foreign (* 2 index))
                  (cffi:mem-aref pointer ,foreign (1+ (* 2 index))))))

  (defun write-form (foreign parts)
    "Store VALUE as the element at INDEX behind POINTER."
    (if (= parts 1)
        `(setf (cffi:mem-aref pointer ,foreign index) value)
        `(setf (cffi:mem-aref pointer ,foreign (* 2 index)) (realpart value)
               (cffi:mem-aref pointer ,foreign (1+ (* 2 index))) (imagpart value))))

  (defun element-form (type foreign octets parts)
    `(make-element
      :type ',type
      :foreign ,foreign
      :parts ,parts
      :octets ,(* octets parts)
      :test (lambda (value) (typep value ',type))
      :reader (lambda (pointer index) ,(read-form foreign parts))
      :writer (lambda (value pointer index) ,(write-form foreign parts))
      #-(or clisp abcl) ,@`(:exporter ,(exporter-form type (write-form foreign parts))
                            :importer ,(importer-form (read-form foreign parts))))))

;;; The loops over runs are compiled for each type. On SBCL a vector is taken apart once, and not at every element.

(defmacro with-run ((vector start count) &body body)
  "Run BODY with VECTOR as a simple vector, and START as an index of that, where the implementation can look behind an array."
  #-sbcl (declare (ignore vector count))
  #+sbcl `(sb-kernel:with-array-data ((,vector ,vector) (,start ,start) (end (+ ,start ,count)))
            (declare (ignore end))
            (let ((,vector (the simple-vector ,vector)))
              ,@body))
  #-sbcl `(let ((,start ,start))
            ,@body))

(eval-when (:compile-toplevel :load-toplevel :execute)
  (defun exporter-form (type write-form)
    `(lambda (vector first pointer count)
       (declare (type vector vector) (type (unsigned-byte 58) first count))
       (let ((start first))
         (with-run (vector start count)
           (dotimes (index count)
             (let ((value (aref vector (+ start index))))
               (unless (typep value ',type)
                 (reject-source value ',type (+ first index)))
               ,write-form))))))

  (defun importer-form (read-form)
    `(lambda (vector start pointer count)
       (declare (type vector vector) (type (unsigned-byte 58) start count))
       (with-run (vector start count)
         (dotimes (index count)
           (setf (aref vector (+ start index)) ,read-form))))))

(macrolet ((define-elements ()
             `(defun make-elements ()
                (list ,@(loop for row in *element-rows* collect (apply #'element-form row))))))
  ;; A function of its own: ABCL leaves the functions in a variable's initial value uncompiled.
  (define-elements))

(defparameter *elements* (make-elements))

(declaim (type simple-vector *element-table*))

(defvar *element-table* (coerce *elements* 'simple-vector))

(eval-when (:compile-toplevel :load-toplevel :execute)
  (defun same-type-p (one other)
    (and (subtypep one other) (subtypep other one))))

(defun plainly (type)
  "TYPE, or what it is short for where ABCL does not know."
  (if (typep type '(cons (eql mod) (cons (integer 1) null))) `(integer 0 ,(1- (second type))) type))

(eval-when (:compile-toplevel :load-toplevel :execute)
  (defun table-form (type)
    "The element whose type is TYPE, a row's."
    `(svref *element-table* ,(position type *element-rows* :key #'first :test #'equal)))

  (defun plain-clauses (operator)
    "Clauses from the second word of a type that begins with OPERATOR to its element."
    (loop for (type) in *element-rows*
          when (and (consp type) (eq (first type) operator))
            collect `((eql argument ',(second type)) ,(table-form type)))))

(defmacro plain-element-form (type)
  "The element whose type is TYPE where that is spelt as the table spells it, or nil."
  (let ((operators (remove-duplicates (loop for (type) in *element-rows* when (consp type) collect (first type)))))
    `(cond ,@(loop for (row) in *element-rows*
                   when (symbolp row)
                     collect `((eq ,type ',row) ,(table-form row)))
           ((typep ,type '(cons symbol (cons t null)))
            (let ((operator (first ,type))
                  (argument (second ,type)))
              (cond ,@(loop for operator in operators
                            collect `((eq operator ',operator)
                                      (cond ,@(plain-clauses operator))))))))))

(defun find-element (type)
  "The element whose type is TYPE, however that is spelt, or nil."
  (or (plain-element-form type)
      (find-if (lambda (element) (ignore-errors (same-type-p (plainly type) (element-type element)))) *elements*)))

(defun check-element (type operation)
  (or (find-element type)
      (reject operation 'element-type type `(member ,@(mapcar #'element-type *elements*))
              (text "it must be one of ~{~S~^ ~}: a value that another process stores may be invalid for any other type."
                    (mapcar #'element-type *elements*)))))

;;; ECL looks at such a type for longer than a call of the library takes, and has one symbol for the type of each kind of array.
#+ecl
(defvar *upgraded-elements* (loop for element in *elements*
                                  for type = (upgraded-array-element-type (element-type element))
                                  when (same-type-p type (element-type element))
                                    collect (cons type element))
  "The elements that arrays are specialised on, by what ARRAY-ELEMENT-TYPE returns.")

(defmacro simple-element-form (vector)
  "The element of VECTOR if it is a simple array specialised on that, or nil. Where an implementation has no such arrays, the
type of their elements is another's."
  #+ecl `(and (vectorp ,vector) (cdr (assoc (array-element-type ,vector) *upgraded-elements* :test #'eq)))
  #-ecl `(typecase ,vector
           ,@(loop for (type) in *element-rows*
                   when (same-type-p type (upgraded-array-element-type type))
                     collect `((simple-array ,type (*)) ,(table-form type)))))

(defun element-of (vector)
  "The element of VECTOR, a specialised vector of numbers, or nil."
  (or (simple-element-form vector)
      (and (vectorp vector) (find-element (array-element-type vector)))))

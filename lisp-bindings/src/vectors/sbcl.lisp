;;;; SPDX-License-Identifier: BSD-3-Clause
;;;; Real vectors on SBCL: the header stands in the last two words of a private page, the elements are the pages behind it.
;;;; The collector leaves alone what lies outside its spaces.
;;;;
;;;;     a private page                          the pages of the object
;;;;   +---------------------+-------+--------+---------+---------+----
;;;;   | unused, zeros       | type  | length | element | element | ...
;;;;   +---------------------+-------+--------+---------+---------+----
;;;;                         ^ the vector     ^ data-address: a page begins
;;;;                           +header-octets+ before

(in-package #:posix-shm)

(defconstant +header-octets+ (* sb-vm:vector-data-offset sb-vm:n-word-bytes))
(defconstant +vector-prefix+ +header-octets+ "How many private octets a vector needs directly before its elements.")
(defconstant +real-vectors-extend+ t "Can a real vector become longer? A longer header is all it takes.")

(declaim (inline header-word (setf header-word) data-address))

(defun header-word (address word)
  (sb-sys:sap-ref-word (sb-sys:int-sap address) (- (* word sb-vm:n-word-bytes) +header-octets+)))

(defun (setf header-word) (value address word)
  (setf (sb-sys:sap-ref-word (sb-sys:int-sap address) (- (* word sb-vm:n-word-bytes) +header-octets+)) value))

(defun data-address (vector)
  "The address of the first element of VECTOR, a simple vector that is pinned or outside the heap."
  (+ (sb-kernel:get-lisp-obj-address vector) (- sb-vm:other-pointer-lowtag) +header-octets+))

(defun heap-header (type length)
  "The two header words of a fresh vector of the heap. The bits above the type belong to the collector."
  (let ((vector (make-array length :element-type type)))
    (sb-sys:with-pinned-objects (vector)
      (values (logand (header-word (data-address vector) 0) sb-vm:widetag-mask)
              (header-word (data-address vector) 1)))))

(defun real-element-p (element)
  "Has this SBCL vectors of ELEMENT, and with the header that this file writes?"
  (let ((type (element-type element)))
    (and (= sb-vm:vector-data-offset 2)
         (equal (upgraded-array-element-type type) type)
         (= (nth-value 1 (heap-header type 3)) (ash 3 sb-vm:n-fixnum-tag-bits)))))

(defun set-header (address type length)
  (setf (header-word address 0) (heap-header type 1)
        (header-word address 1) (ash length sb-vm:n-fixnum-tag-bits)))

(defun make-real-vector (address element length)
  (set-header address (element-type element) length)
  (sb-kernel:%make-lisp-obj (logior (- address +header-octets+) sb-vm:other-pointer-lowtag)))

(defun set-real-length (vector length)
  (setf (header-word (data-address vector) 1) (ash length sb-vm:n-fixnum-tag-bits)))

(defun vector-key (vector)
  "The key of VECTOR in the table of mappings: an address, so that no image holds a vector on account of the table."
  (sb-kernel:get-lisp-obj-address vector))

(defun retired-p (vector)
  "Is VECTOR one whose header is in memory that allows nothing? Nothing is read but its address."
  (and (sb-kernel:%other-pointer-p vector) (retired-address-p (vector-key vector))))

(defmacro with-vector-address ((address vector octets) &body body)
  "Run BODY with ADDRESS as that of the first element of VECTOR, whose elements have OCTETS each, while it cannot move."
  `(sb-kernel:with-array-data ((data ,vector) (start 0) (end nil))
     (declare (ignore end))
     (sb-sys:with-pinned-objects (data)
       (let ((,address (+ (data-address data) (* start ,octets))))
         ,@body))))

;;; Arrays of more than one dimension: the header is an object of the heap, and its data slot refers to a vector as above. A fresh
;;; array of the same type brings the header. Its slots are tried when the system is loaded: the accessors have had other names.
;;; Dimensions are fixnums, and have no accessor that could be called.

(eval-when (:compile-toplevel :load-toplevel :execute)
  (defun array-accessor (&rest names)
    "The first of NAMES that is a slot of the headers of this SBCL, or nil."
    (loop for name in names
          for symbol = (find-symbol name '#:sb-kernel)
          when (and symbol (fboundp symbol) (fboundp (list 'setf symbol))) return symbol))
  (defparameter *array-accessors*
    (list (array-accessor "%ARRAY-DATA" "%ARRAY-DATA-VECTOR") (array-accessor "%ARRAY-FILL-POINTER")
          (array-accessor "%ARRAY-AVAILABLE-ELEMENTS"))
    "Those of the data, and of the two counts of all elements.")
  (defparameter *dimensions-offset* (find-symbol "ARRAY-DIMENSIONS-OFFSET" '#:sb-vm)))

(defmacro array-slot (index array)
  "The slot of ARRAY at INDEX of *array-accessors*."
  `(,(or (nth index *array-accessors*) 'missing-slot) ,array))

(defun set-dimension (array axis length)
  (sb-sys:with-pinned-objects (array)
    (setf (sb-sys:sap-ref-word (sb-sys:int-sap (- (sb-kernel:get-lisp-obj-address array) sb-vm:other-pointer-lowtag))
                               (* sb-vm:n-word-bytes (+ axis (symbol-value *dimensions-offset*))))
          (ash length sb-vm:n-fixnum-tag-bits))))

(defun set-real-dimensions (array dimensions)
  (let ((total (reduce #'* dimensions)))
    (setf (array-slot 1 array) total
          (array-slot 2 array) total)
    (loop for length in dimensions
          for axis from 0
          do (set-dimension array axis length))))

(defun set-array-data (array vector)
  (setf (array-slot 0 array) vector))

(defun make-real-array (vector element dimensions)
  (let ((array (make-array (mapcar (constantly 0) dimensions) :element-type (element-type element))))
    (set-array-data array vector)
    (set-real-dimensions array dimensions)
    array))

(defun array-key (array)
  "The key of ARRAY in the table of mappings: the address of its vector, whose header may be in memory that allows nothing."
  (sb-kernel:get-lisp-obj-address (array-slot 0 array)))

;; They stay: an array that has one of them was mapped once.
(defvar *empty-vectors* (loop for element in *elements*
                              collect (cons element (make-array 0 :element-type (element-type element)))))

(defun array-retired-p (array)
  "Was ARRAY one in shared memory, which has no row any more?"
  (and (sb-kernel:array-header-p array)
       (rassoc (array-slot 0 array) *empty-vectors* :test #'eq)
       t))

(defun detach-array (array element)
  "ARRAY, whose addresses are released or retired, gets a vector of the heap, so that nothing in the heap refers to them."
  (set-array-data array (cdr (assoc element *empty-vectors*))))

;;;; SPDX-License-Identifier: BSD-3-Clause
;;;; Real vectors on ABCL: an array can be made over a buffer of Java's, and a buffer over any memory. That holds for octets and
;;;; for unsigned integers of 16 and 32 bits; where ABCL has no such array it ignores the buffer, and it is tried here.

(in-package #:posix-shm)

(defconstant +vector-prefix+ 0 "No header stands before the elements.")
(defconstant +real-vectors-extend+ nil "Can a real vector become longer? A buffer of Java's keeps the capacity that it was made with.")

(defun make-real-vector (address element length)
  (let ((buffer (java:jcall "getByteBuffer" (cffi:make-pointer address) 0 (* length (element-octets element)))))
    (make-array length :element-type (element-type element) :nio-buffer buffer)))

(defun field-of (vector name)
  (let ((field (java:jcall "getDeclaredField" (java:jcall "getClass" vector) name)))
    (java:jcall "setAccessible" field java:+true+)
    field))

;;; The array looks at its own size in some functions, and leaves it to the limit of the buffer in others.
(defun set-real-length (vector length)
  (java:jcall "limit" (java:jcall "get" (field-of vector "elements") vector) length)
  (java:jcall "setInt" (field-of vector "capacity") vector length))

(defun try-real-vector (element)
  "Is a vector over a buffer the buffer's memory, and can it be emptied?"
  (cffi:with-foreign-object (memory :uint64 4)
    (setf (cffi:mem-aref memory :uint64 0) 0)
    (let ((vector (make-real-vector (cffi:pointer-address memory) element 2)))
      (setf (aref vector 0) 1)
      (and (= 1 (funcall (element-reader element) memory 0))
           (progn (set-real-length vector 0)
                  (zerop (length vector)))))))

(defvar *real-elements* (remove-if-not (lambda (element)
                                         (and (subtypep (element-type element) 'integer)
                                              (ignore-errors (try-real-vector element))))
                                       *elements*))

(defun real-element-p (element)
  (member element *real-elements*))

(defun vector-key (vector)
  vector)

(defun retired-p (vector)
  "Was VECTOR one in shared memory, which has no row any more? The heap's have buffers of the heap."
  (and (typep vector '(or (simple-array (unsigned-byte 8) (*)) (simple-array (unsigned-byte 16) (*))
                       (simple-array (unsigned-byte 32) (*))))
       (zerop (length vector))
       (java:jcall (java:jmethod "java.nio.Buffer" "isDirect") (java:jcall "get" (field-of vector "elements") vector))))

(defun call-with-vector-address (function vector octets)
  "Call FUNCTION with nil: vectors of the heap move on ABCL."
  (declare (ignore vector octets))
  (funcall function nil))

;;; Blocks. An array of unsigned integers of 8, 16 or 32 bits is over a buffer of Java's also where it is in the heap, and one
;;; buffer takes what is in another as a whole. Elements of other types are written as such integers, their words, first.

(defun octet-buffer-method (name)
  (java:jmethod "java.nio.ByteBuffer" name))

;; Methods of the public classes: those of the classes that buffers are of in truth cannot be called.
(defstruct (words (:constructor make-words (bits class from-octets
                                            &aux (type `(unsigned-byte ,bits))
                                                 (from-octets (octet-buffer-method from-octets))
                                                 (duplicate (java:jmethod class "duplicate"))
                                                 (put (java:jmethod class "put" class)))))
  "A type of words with so many BITS, and methods of Java's class of their buffers: FROM-OCTETS makes one of a buffer of octets,
PUT copies from one to another."
  bits type from-octets duplicate put)

(defvar *words*
  (list (make-words 8 "java.nio.ByteBuffer" "duplicate")
        (make-words 16 "java.nio.CharBuffer" "asCharBuffer")
        (make-words 32 "java.nio.IntBuffer" "asIntBuffer")))

(defvar *limit* (java:jmethod "java.nio.Buffer" "limit" "int"))
(defvar *position* (java:jmethod "java.nio.Buffer" "position" "int"))

(defun part-bits (element)
  (* 8 (floor (element-octets element) (element-parts element))))

(defun words-of (element)
  (find (min 32 (part-bits element)) *words* :key #'words-bits))

(defun foreign-buffer (pointer count words)
  "A buffer of COUNT words over the memory at POINTER."
  (java:jcall (words-from-octets words)
              (java:jcall "getByteBuffer" pointer 0 (* count (floor (words-bits words) 8)))))

(defvar *buffer-fields* (make-hash-table :test #'equal) "The private fields that hold the buffers of arrays, by the arrays' types.")

(defun heap-buffer (vector start count words)
  "A buffer over COUNT elements of VECTOR, a simple array of words, from START."
  (let* ((field (or (gethash (words-type words) *buffer-fields*)
                    (setf (gethash (words-type words) *buffer-fields*) (field-of vector "elements"))))
         (buffer (java:jcall (words-duplicate words) (java:jcall "get" field vector))))
    (java:jcall *limit* buffer (+ start count))
    (java:jcall *position* buffer start)
    buffer))

(defun put-words (to from words)
  (java:jcall (words-put words) to from))

(defun split-bits (bits width block index)
  "Store BITS, an integer of WIDTH bits, into BLOCK from INDEX: as two words where they are 64, in the order of the machine."
  (cond ((< width 64)
         (setf (aref block index) (ldb (byte width 0) bits)))
        (t
         (setf (aref block index) (ldb (byte 32 #+big-endian 32 #-big-endian 0) bits)
               (aref block (1+ index)) (ldb (byte 32 #+big-endian 0 #-big-endian 32) bits)))))

(defun join-bits (width block index)
  (if (< width 64)
      (aref block index)
      (logior (ash (aref block index) #+big-endian 32 #-big-endian 0)
              (ash (aref block (1+ index)) #+big-endian 0 #-big-endian 32))))

(defun part-to-bits (part foreign)
  "The bits of PART, a number of the type FOREIGN, as an integer that may be negative."
  (case foreign
    (:float (system:single-float-bits part))
    (:double (logior (ash (system:double-float-high-bits part) 32) (system:double-float-low-bits part)))
    (t part)))

(defun bits-to-part (bits width foreign)
  (flet ((signed ()
           (if (logbitp (1- width) bits) (- bits (ash 1 width)) bits)))
    (case foreign
      (:float (system:make-single-float (signed)))
      (:double (system:make-double-float (signed)))
      ((:int8 :int16 :int32 :int64) (signed))
      (t bits))))

(defun words-of-elements (vector start element count words)
  "COUNT elements of VECTOR from START as words."
  (let* ((width (part-bits element))
         (step (ceiling width 32))
         (foreign (element-foreign element))
         (block (make-array (* count (element-parts element) step) :element-type (words-type words)))
         (index 0))
    (flet ((add (part)
             (split-bits (part-to-bits part foreign) width block index)
             (incf index step)))
      (loop for item across (subseq vector start (+ start count))
            do (add (realpart item))
               (when (= 2 (element-parts element))
                 (add (imagpart item)))))
    block))

(defun elements-of-words (block vector start element count)
  "Store the words of BLOCK into VECTOR from START, COUNT elements."
  (let* ((width (part-bits element))
         (step (ceiling width 32))
         (foreign (element-foreign element))
         (index 0))
    (flet ((next ()
             (prog1 (bits-to-part (join-bits width block index) width foreign)
               (incf index step))))
      (dotimes (done count)
        (setf (aref vector (+ start done)) (if (= 1 (element-parts element)) (next) (complex (next) (next))))))))

(defun buffered-p (vector words)
  "Is VECTOR a simple array of WORDS, over a buffer? Others are simple arrays for ABCL's TYPEP, too."
  (and (typep vector `(simple-array ,(words-type words) (*)))
       (not (adjustable-array-p vector))
       (not (array-has-fill-pointer-p vector))
       (null (array-displacement vector))))

(defun export-block (vector start element pointer count)
  "Store COUNT elements of VECTOR from START at POINTER."
  (let ((words (words-of element)))
    (if (buffered-p vector words)
        (put-words (foreign-buffer pointer count words) (heap-buffer vector start count words) words)
        (let ((block (words-of-elements vector start element count words)))
          (put-words (foreign-buffer pointer (length block) words) (heap-buffer block 0 (length block) words) words)))))

(defun import-block (vector start element pointer count)
  "Store COUNT elements at POINTER into VECTOR from START."
  (let ((words (words-of element)))
    (if (buffered-p vector words)
        (put-words (heap-buffer vector start count words) (foreign-buffer pointer count words) words)
        (let* ((length (* count (element-parts element) (ceiling (part-bits element) 32)))
               (block (make-array length :element-type (words-type words))))
          (put-words (heap-buffer block 0 length words) (foreign-buffer pointer length words) words)
          (elements-of-words block vector start element count)))))

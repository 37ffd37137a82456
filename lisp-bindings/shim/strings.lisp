;;;; SPDX-License-Identifier: BSD-3-Clause
;;;; Strings as C sees them: UTF-8 with a NUL behind it, in memory of Lisp's. Never memory of malloc's, which is what CFFI
;;;; would pass on SBCL: an interrupt that unwinds out of malloc, such as a timeout, leaves the heap of C in pieces.

(in-package #:posix-shm/shim)

(deftype octets ()
  '(simple-array (unsigned-byte 8) (*)))

(defmacro with-simple-string ((string) &body body)
  "Run BODY with the string STRING as a simple one, compiled for each of their types."
  `(etypecase ,string
     ((simple-array character (*)) ,@body)
     #+(or sbcl ecl) (simple-base-string ,@body)
     (string (let ((,string (coerce ,string '(simple-array character (*))))) ,@body))))

;;; A name of the system's is any octets. One that is no part of UTF-8 is a character here, half of a surrogate pair that UTF-8
;;; itself cannot write: U+DC80 to U+DCFF for the octets #x80 to #xFF, as in Python (PEP 383). ABCL has pairs for characters
;;; beyond #xFFFF.

(defconstant +escapes+ #xDC00 "The code of a character that stands for an octet, less that octet.")

(declaim (inline escape-p high-half-p low-half-p))

(defun escape-p (code)
  (<= (+ +escapes+ #x80) code (+ +escapes+ #xFF)))

(defun high-half-p (code)
  (<= #xD800 code #xDBFF))

(defun low-half-p (code)
  (<= #xDC00 code #xDFFF))

(defun code-at (string index)
  "The code of the character of STRING at INDEX, and how many of Lisp's characters it takes; nil where C cannot see it."
  (let ((code (char-code (char string index)))
        (next (and (< char-code-limit #x110000) (< (1+ index) (length string)) (char-code (char string (1+ index))))))
    (cond ((zerop code) nil)
          ((and next (high-half-p code) (low-half-p next))
           (values (+ #x10000 (ash (- code #xD800) 10) (- next #xDC00)) 2))
          ((escape-p code) (values code 1))
          ((<= #xD800 code #xDFFF) nil)
          (t (values code 1)))))

(defun plain-string-p (value)
  "Is VALUE a string that C sees the whole of: no NUL, and no half of a surrogate pair but those that stand for octets?"
  (and (stringp value)
       (with-simple-string (value)
         (or (loop for character across value always (< 0 (char-code character) #xD800))
             (loop with index = 0
                   while (< index (length value))
                   always (multiple-value-bind (code width) (code-at value index)
                            (and code (incf index width))))))))

(defun ascii-to-octets (string octets)
  "Fill OCTETS with STRING and a NUL behind it. Return false where a character is a NUL, or none of ASCII."
  (declare (type octets octets))
  (with-simple-string (string)
    (setf (aref octets (length string)) 0)
    (dotimes (index (length string) t)
      (let ((code (char-code (schar string index))))
        (if (< 0 code 128)
            (setf (aref octets index) code)
            (return nil))))))

(defun code-octets (code)
  "The octets of UTF-8 for the character CODE; of one that stands for an octet, that octet."
  (flet ((tail (shift)
           (logior #x80 (ldb (byte 6 shift) code))))
    (cond ((< code #x80) (list code))
          ((escape-p code) (list (- code +escapes+)))
          ((< code #x800) (list (logior #xC0 (ash code -6)) (tail 0)))
          ((< code #x10000) (list (logior #xE0 (ash code -12)) (tail 6) (tail 0)))
          (t (list (logior #xF0 (ash code -18)) (tail 12) (tail 6) (tail 0))))))

(defun string-octets (string)
  "The octets of STRING, which is a plain one."
  (coerce (loop with index = 0
                while (< index (length string))
                append (multiple-value-bind (code width) (code-at string index)
                         (incf index width)
                         (code-octets code)))
          'octets))

(defun utf-8-octets (string argument)
  "STRING with a NUL behind it, or an error that names ARGUMENT."
  (if (plain-string-p string)
      (concatenate 'octets (string-octets string) #(0))
      (reject string '(satisfies plain-string-p) argument)))

;;; And back.

(defun sequence-code (octets start end)
  "The character whose UTF-8 begins at START of OCTETS, and how many octets that takes; nil where it is none before END."
  (let* ((first (aref octets start))
         (width (cond ((< first #x80) 1) ((<= #xC2 first #xDF) 2) ((<= #xE0 first #xEF) 3) ((<= #xF0 first #xF4) 4)))
         (least (svref #(0 0 #x80 #x800 #x10000) (or width 0))))
    (when (and width (<= (+ start width) end))
      (let ((code (if (= width 1) first (ldb (byte (- 7 width) 0) first))))
        (loop for index from (1+ start) below (+ start width)
              for octet = (aref octets index)
              unless (= (ldb (byte 2 6) octet) 2)
                do (return-from sequence-code nil)
              do (setf code (logior (ash code 6) (ldb (byte 6 0) octet))))
        (and (<= least code #x10FFFF) (not (<= #xD800 code #xDFFF))
             (values code width))))))

(defun code-characters (code)
  (if (< code char-code-limit)
      (list (code-char code))
      (multiple-value-bind (high low) (floor (- code #x10000) 1024)
        (list (code-char (+ #xD800 high)) (code-char (+ #xDC00 low))))))

(defun octets-string (octets start end)
  "The string whose octets are those of OCTETS from START to END. Each one that is no part of UTF-8 has a character of its own."
  (coerce (loop with index = start
                while (< index end)
                append (multiple-value-bind (code width) (sequence-code octets index end)
                         (prog1 (code-characters (or code (+ +escapes+ (aref octets index))))
                           (incf index (or width 1)))))
          '(simple-array character (*))))

(defconstant +short+ 256 "A name's characters are fewer: so many octets need not come from the heap.")

(defun call-with-octets (function string argument)
  "Call FUNCTION with the octets of STRING, a NUL behind them."
  ;; SBCL's compiler has to know how many octets are to be on the stack; others copy all of them.
  (if (and (stringp string) (< (length string) +short+))
      (let ((octets (make-array #+sbcl +short+ #-sbcl (1+ (length string)) :element-type '(unsigned-byte 8))))
        (declare (dynamic-extent octets))
        (funcall function (if (ascii-to-octets string octets) octets (utf-8-octets string argument))))
      (funcall function (utf-8-octets string argument))))

;;; LispWorks and Allegro pass no vector of the stack, and nothing is known of others: there the octets are copied.

(defmacro with-octets-pointer ((pointer octets) &body body)
  #+(or sbcl ecl clisp abcl ccl cmucl clasp) `(cffi:with-pointer-to-vector-data (,pointer ,octets) ,@body)
  #-(or sbcl ecl clisp abcl ccl cmucl clasp)
  `(cffi:with-foreign-object (,pointer :uint8 (length ,octets))
     (dotimes (index (length ,octets))
       (setf (cffi:mem-aref ,pointer :uint8 index) (aref ,octets index)))
     ,@body))

;;; Most names are ASCII, short, and have one slash, in front. Such a one is looked at and copied in one go.

(defun plain-name-to-octets (name octets)
  "Fill OCTETS with NAME and a NUL behind it, or return false where NAME is another than most."
  (declare (type octets octets))
  (with-simple-string (name)
    (let ((length (length name)))
      (when (and (< 1 length +short+)
                 (char= (schar name 0) #\/)
                 (char/= (schar name 1) #\.))
        (setf (aref octets 0) (char-code #\/)
              (aref octets length) 0)
        (loop for index from 1 below length
              for code = (char-code (schar name index))
              always (and (< 0 code 128) (/= code #.(char-code #\/)))
              do (setf (aref octets index) code))))))

(defmacro with-plain-name ((pointer name) &body body)
  "Run BODY with POINTER to the octets of the simple string NAME. Where NAME is another than most, return nil instead."
  `(let ((octets (make-array #+sbcl +short+ #-sbcl (1+ (length ,name)) :element-type '(unsigned-byte 8))))
     (declare (dynamic-extent octets))
     (when (plain-name-to-octets ,name octets)
       (with-octets-pointer (,pointer octets) ,@body))))

;;; The octets are passed from function to function, and the pointer to them is not: it would be an object of the heap.
(defmacro with-c-string ((name) &body body)
  "Run BODY with the variable NAME, which is a string or a foreign pointer to one, as such a pointer. An error names NAME."
  `(flet ((call (,name) ,@body))
     (flet ((call-with (octets)
              (declare (type octets octets))
              (with-octets-pointer (,name octets)
                (call ,name))))
       (declare (dynamic-extent #'call-with))
       (if (cffi:pointerp ,name) (call ,name) (call-with-octets #'call-with ,name ',name)))))

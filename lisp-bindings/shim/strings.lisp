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

(defun plain-string-p (value)
  "Is VALUE a string that C sees the whole of: no NUL, and no half of a surrogate pair, which UTF-8 cannot write?"
  (and (stringp value)
       (with-simple-string (value)
         (loop for character across value
               for code = (char-code character)
               never (or (zerop code) (<= #xD800 code #xDFFF))))))

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

(defun utf-8-octets (string argument)
  "STRING with a NUL behind it, or an error that names ARGUMENT."
  (if (plain-string-p string)
      (concatenate 'octets (babel:string-to-octets string :encoding :utf-8) #(0))
      (refuse string '(satisfies plain-string-p) argument)))

(defconstant +short+ 256 "A name's characters are fewer: so many octets need not come from the heap.")

(defun call-with-octets (function string argument)
  "Call FUNCTION with the octets of STRING, a NUL behind them."
  ;; SBCL's compiler has to know how many octets are to be on the stack; others copy all of them.
  (if (and (stringp string) (< (length string) +short+))
      (let ((octets (make-array #+sbcl +short+ #-sbcl (1+ (length string)) :element-type '(unsigned-byte 8))))
        (declare (dynamic-extent octets))
        (funcall function (if (ascii-to-octets string octets) octets (utf-8-octets string argument))))
      (funcall function (utf-8-octets string argument))))

;;; The octets are passed from function to function, and the pointer to them is not: it would be an object of the heap.
(defmacro with-c-string ((name) &body body)
  "Run BODY with the variable NAME, which is a string or a foreign pointer to one, as such a pointer. An error names NAME."
  `(flet ((call (,name) ,@body))
     (flet ((call-with (octets)
              (declare (type octets octets))
              (cffi:with-pointer-to-vector-data (,name octets)
                (call ,name))))
       (declare (dynamic-extent #'call-with))
       (if (cffi:pointerp ,name) (call ,name) (call-with-octets #'call-with ,name ',name)))))

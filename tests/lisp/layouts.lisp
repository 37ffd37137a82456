;;;; SPDX-License-Identifier: BSD-3-Clause
;;;; For layouts.test: the structures of the suite as a program in C and one in Python, which print the size and the offsets as each
;;;; of them has these, and the same as CFFI has them. The environment variable OUTPUT is the folder for the three files.

(require "asdf")
;; Not the whole suite: another test may be compiling that.
(let ((*standard-output* (make-broadcast-stream)))
  (asdf:load-system "posix-shm")
  (asdf:load-system "fiveam")
  (dolist (file '("package" "structures"))
    (load (merge-pathnames (format nil "../../lisp-bindings/test/~A.lisp" file) *load-truename*))))

(in-package #:posix-shm/test)

(defparameter *structures* '(pixel-point frame-layout placed-layout odd-layout))

(defmacro with-output ((stream name) &body body)
  `(with-open-file (,stream (concatenate 'string (uiop:getenv "OUTPUT") "/" ,name) :direction :output)
     ,@body))

(defun slots (structure)
  (cffi:foreign-slot-names (list :struct structure)))

(defun c-name (symbol)
  (posix-shm::identifier symbol))

(with-output (stream "by-cffi")
  (dolist (structure *structures*)
    (format stream "~A ~D~%" (c-name structure) (cffi:foreign-type-size (list :struct structure)))
    (dolist (slot (slots structure))
      (format stream "~A.~A ~D~%" (c-name structure) (c-name slot) (cffi:foreign-slot-offset (list :struct structure) slot)))))

(with-output (stream "layouts.c")
  (format stream "#include <stddef.h>~%#include <stdint.h>~%#include <stdio.h>~%~%")
  ;; frame_layout brings pixel_point.
  (dolist (structure (rest *structures*))
    (print-shm-layout structure :c stream))
  (format stream "~%int main(void)~%{~%")
  (dolist (structure *structures*)
    (format stream "printf(\"~A %d\\n\", (int)sizeof(struct ~:*~A));~%" (c-name structure))
    (dolist (slot (slots structure))
      (format stream "printf(\"~A.~A %d\\n\", (int)offsetof(struct ~2:*~A, ~A));~%" (c-name structure) (c-name slot))))
  (format stream "return 0;~%}~%"))

(with-output (stream "layouts.py")
  (format stream "import numpy~%")
  (dolist (structure *structures*)
    (format stream "dtype = ")
    (print-shm-layout structure :numpy stream)
    (format stream "print(\"~A\", dtype.itemsize)~%" (c-name structure))
    (format stream "for name in dtype.names: print(\"~A.\" + name, dtype.fields[name][1])~%" (c-name structure)))
  ;; What C has written numpy reads: each kind of element, at its place.
  (format stream "frame = ")
  (print-shm-layout 'frame-layout :numpy stream)
  (format stream "memory = open(\"frame\", \"rb\").read()~%one = numpy.frombuffer(memory, frame)[0]~%")
  (format stream "print(one[\"width\"], one[\"time\"], one[\"frame_name\"].decode(), ~
                  one[\"corners\"][3][\"y\"], one[\"samples\"][2], one[\"frames\"], one[\"int_\"])~%"))

;;; The values, as Lisp stores them.
(cffi:with-foreign-object (frame '(:struct frame-layout))
  (let ((octets (cffi:foreign-type-size '(:struct frame-layout))))
    (dotimes (index octets)
      (setf (cffi:mem-aref frame :uint8 index) 0))
    (flet ((pointer (slot)
             (cffi:foreign-slot-pointer frame '(:struct frame-layout) slot)))
      (setf (cffi:mem-ref (pointer 'width) :uint32) 640
            (cffi:mem-ref (pointer 'time) :double) 1.5d0
            (cffi:mem-aref (pointer 'samples) :float 2) 0.25
            (cffi:mem-ref (pointer 'frames) :uint64) 12345678901234
            (cffi:mem-ref (pointer 'int) :int8) -7
            (cffi:mem-aref (pointer 'corners) :int16 7) -300)
      (write-shm-string (pointer 'frame-name) "frame 7" :end 30 :null-terminated t))
    (with-open-file (stream (concatenate 'string (uiop:getenv "OUTPUT") "/frame")
                            :direction :output :element-type '(unsigned-byte 8))
      (dotimes (index octets)
        (write-byte (cffi:mem-aref frame :uint8 index) stream)))))

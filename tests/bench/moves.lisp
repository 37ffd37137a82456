;;;; SPDX-License-Identifier: BSD-3-Clause
;;;; A call of the library, and elements of vectors in and out of an object, in Lisp: as posix-shm does it, and as it would be
;;;; done plainly. Needs BENCH_ROUNDS, and the library of lives.c in BENCH_LIVES. Prints case, variant and nanoseconds of
;;;; processor time, a line per round. Is compiled before it is loaded.
;;;;
;;;; call          pshm_errno through the bindings; and by its name through CFFI, in a process that has CFFI as users have it
;;;; read-shm ...  256 KiB of octets; and an octet at a time through CFFI (4 KiB of them, times 64)
;;;; On SBCL also what the shortest calls take: 'plain' is memset or nothing.

(defpackage #:bench
  (:use #:cl #:posix-shm))

(in-package #:bench)

(cffi:load-foreign-library (uiop:getenv "BENCH_LIVES"))
(cffi:defcfun ("lives_now" now) :int64)

(defconstant +size+ 262144)
(defconstant +part+ 4096 "Octets that are moved one at a time.")

(defvar *rounds* (parse-integer (uiop:getenv "BENCH_ROUNDS")))

(defun nanoseconds (function count)
  (declare (type function function) (type fixnum count))
  (let ((start (now)))
    (dotimes (i count)
      (funcall function))
    (/ (- (now) start) count)))

(defun show (name variant number)
  (format t "~A~C~A~C~,2F~%" name #\Tab variant #\Tab number))

(defun measure (name count &rest variants)
  "Let VARIANTS take turns: the name of each, a function, how many times it is called less often than COUNT, and how much less it
does than the first."
  (dotimes (round *rounds*)
    (loop for (variant function fewer factor) in variants
          do (show name variant (* factor (nanoseconds function (max 1 (floor count fewer))))))))

(defvar *octets* (make-array +size+ :element-type '(unsigned-byte 8) :initial-element 200))

(defun export-plainly (pointer)
  (dotimes (index +part+)
    (setf (cffi:mem-aref pointer :uint8 index) (aref *octets* index))))

(defun import-plainly (pointer)
  (dotimes (index +part+)
    (setf (aref *octets* index) (cffi:mem-aref pointer :uint8 index))))

(defun measure-call ()
  (measure "call" 2000
           (list "ours" (lambda () (dotimes (i 50) (posix-shm/shim:pshm-errno))) 1 1/50)
           (list "plain" (lambda () (cffi:foreign-funcall "pshm_errno" :int)) 1 1)))

(defun measure-octets (shm vector pointer)
  (flet ((both (name ours plain)
           (measure name 10 (list "ours" ours 1 1) (list "plain" plain 10 (/ +size+ +part+)))))
    (flet ((out () (export-plainly pointer))
           (in () (import-plainly pointer)))
      (both "write-shm" (lambda () (write-shm shm *octets*)) #'out)
      (both "read-shm" (lambda () (read-shm shm *octets*)) #'in)
      (both "replace-shm-vector, from the heap" (lambda () (replace-shm-vector vector *octets*)) #'out)
      (both "replace-shm-vector, to the heap" (lambda () (replace-shm-vector *octets* vector)) #'in))))

;;; SBCL

#+sbcl
(defun octets-per-call (function)
  (declare (type function function))
  (let ((count 20000)
        (before (sb-ext:get-bytes-consed)))
    (dotimes (i count)
      (funcall function))
    (/ (- (sb-ext:get-bytes-consed) before) count)))

#+sbcl
(defun measure-short-calls (shm)
  (let ((one (make-array 1 :element-type 'double-float))
        (general (make-array 1000 :initial-element 1d0)))
    (with-shm-vector (vector shm 'double-float 512)
      (measure "type" 100000 (list "ours" (lambda () (shm-vector-element-type vector)) 1 1))
      (measure "one double" 100000 (list "ours" (lambda () (replace-shm-vector vector one)) 1 1)))
    (with-shm-vector (vector shm 'double-float 1000)
      (measure "general vector, an element" 1000 (list "ours" (lambda () (replace-shm-vector vector general)) 1 1/1000)))
    (with-shm-vector (octets shm '(unsigned-byte 8) +size+)
      (with-shm-vector (vector shm 'double-float (/ +size+ 8))
        (loop for (name length) in `(("fill, 512 doubles" 512) ("fill, 32768 doubles" ,(/ +size+ 8)))
              do (let ((length length))
                   (measure name 1000
                            (list "ours" (lambda () (fill-shm-vector vector 1.5d0 :end length)) 1 1)
                            (list "plain" (lambda () (fill-shm-vector octets 7 :end (* 8 length))) 1 1))))))
    (show "mapping" "octets" (octets-per-call (lambda () (munmap (mmap-shm shm +size+) +size+))))
    (show "mapping" "octets of the result" (sb-ext:primitive-object-size (cffi:make-pointer 4096)))))

(with-open-shm* (shm :direction :io)
  (truncate-shm shm +size+)
  (measure-call)
  (with-mmap (pointer shm +size+ :flags '(:shared :populate))
    (with-shm-vector (vector shm '(unsigned-byte 8) +size+)
      (measure-octets shm vector pointer)))
  #+sbcl (measure-short-calls shm))

(finish-output)

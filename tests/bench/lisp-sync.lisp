;;;; SPDX-License-Identifier: BSD-3-Clause
;;;; Locks and atomics in Lisp, uncontended: on SBCL beside what the implementation has for its threads, elsewhere beside the
;;;; bare calls of the library. Needs BENCH_ROUNDS, and the library of lives.c in BENCH_LIVES. Prints case, variant and
;;;; nanoseconds of processor time, a line per round. Is compiled before it is loaded.

(defpackage #:bench
  (:use #:cl #:posix-shm))

(in-package #:bench)

(cffi:load-foreign-library (uiop:getenv "BENCH_LIVES"))
(cffi:defcfun ("lives_now" now) :int64)

(defvar *rounds* (parse-integer (uiop:getenv "BENCH_ROUNDS")))
(defconstant +turns+ #+sbcl 1000000 #+ecl 100000 #-(or sbcl ecl) 5000)

(defun show (name variant number)
  (format t "~A~C~A~C~,3F~%" name #\Tab variant #\Tab number))

(defmacro nanoseconds (form)
  "The time of FORM, many times in a loop that is compiled with it."
  `(let ((start (now)))
     (dotimes (turn +turns+)
       ,form)
     (/ (- (now) start) +turns+)))

(defmacro compare (name ours plain)
  "Let the two take turns."
  `(progn
     (show ,name "ours" (nanoseconds ,ours))
     (show ,name "plain" (nanoseconds ,plain))))

(defmacro with-words ((vector type) &body body)
  `(with-open-shm-vector* (shm ,vector (:direction :io) (',type 8))
     #+sbcl (declare (type (simple-array ,type (*)) ,vector))
     ,@body))

(defmacro measure-words (name type plain)
  `(with-words (words ,type)
     (dotimes (round *rounds*)
       (compare ,name (shm-atomic-incf words 1) ,plain))))

#+sbcl
(defun measure-atomics ()
  (let ((heap (make-array 8 :element-type '(unsigned-byte 64) :initial-element 0)))
    (measure-words "shm-atomic-incf, 64 bits" (unsigned-byte 64) (sb-ext:atomic-incf (aref heap 1)))
    (measure-words "shm-atomic-incf, 64 bits with a sign" (signed-byte 64) (sb-ext:atomic-incf (aref heap 1)))
    (measure-words "shm-atomic-incf, 32 bits" (unsigned-byte 32) (sb-ext:atomic-incf (aref heap 1)))))

#+sbcl
(defun octets-per-turn (lock)
  (let ((before (sb-ext:get-bytes-consed)))
    (dotimes (turn +turns+)
      (acquire-shm-lock lock)
      (release-shm-lock lock)
      (with-shm-lock-held (lock) nil))
    (/ (- (sb-ext:get-bytes-consed) before) +turns+)))

#+sbcl
(defun measure-locks (lock)
  (let ((mutex (sb-thread:make-mutex)))
    (dotimes (round *rounds*)
      (compare "acquire and release" (progn (acquire-shm-lock lock) (release-shm-lock lock)) (sb-thread:with-mutex (mutex) nil))
      (compare "with-shm-lock-held" (with-shm-lock-held (lock) nil) (sb-thread:with-mutex (mutex) nil)))
    (show "acquire and release" "octets" (octets-per-turn lock))))

#-sbcl
(defun measure-atomics ()
  (with-open-shm-and-mmap* (shm pointer (:direction :io) (64))
    (let ((address (cffi:pointer-address pointer)))
      (measure-words "shm-atomic-incf, 64 bits" (signed-byte 64)
                     (cffi:with-foreign-object (old :int64)
                       (posix-shm/shim:pshm-atomic-update64 address posix-shm/shim:+pshm-atomic-add+ 1 old)
                       (cffi:mem-ref old :int64)))
      (measure-words "shm-atomic-incf, 32 bits" (unsigned-byte 32)
                     (posix-shm/shim:pshm-atomic-update32 address posix-shm/shim:+pshm-atomic-add+ 1)))))

#-sbcl
(defun measure-locks (lock)
  (with-open-shm-and-mmap* (shm pointer (:direction :io) (64))
    (let ((address (cffi:pointer-address pointer)))
      (flet ((plain ()
               (posix-shm/shim:pshm-lock-acquire address -1)
               (posix-shm/shim:pshm-lock-release address)))
        (declare (inline plain))
        (dotimes (round *rounds*)
          (compare "acquire and release" (progn (acquire-shm-lock lock) (release-shm-lock lock)) (plain))
          (compare "with-shm-lock-held" (with-shm-lock-held (lock) nil) (plain)))))))

(measure-atomics)
(with-open-shm-vector* (shm words (:direction :io) ('(unsigned-byte 64) 8))
  (measure-locks (make-shm-lock words)))
(finish-output)

;;;; SPDX-License-Identifier: BSD-3-Clause
;;;; Octet vectors in and out of an object, on SBCL: write-shm and read-shm against memcpy to and from a mapping. Prints size,
;;;; way and nanoseconds, a line per round. Needs BENCH_ROUNDS and BENCH_LIVES.

(defpackage #:bench
  (:use #:cl))

(in-package #:bench)

(cffi:load-foreign-library (uiop:getenv "BENCH_LIVES"))
(cffi:defcfun ("lives_now" now) :int64)
(cffi:defcfun ("memcpy" copy) :pointer (to :pointer) (from :pointer) (count :size))

(defconstant +largest+ (ash 1 24))

(defun nanoseconds (function count)
  (declare (type function function) (type fixnum count))
  (let ((start (now)))
    (dotimes (i count)
      (funcall function))
    (/ (- (now) start) count)))

(defun rounds (shm pointer size)
  (let ((octets (make-array size :element-type '(unsigned-byte 8) :initial-element 1))
        (count (min 1000 (floor +largest+ size))))
    (dotimes (round (parse-integer (uiop:getenv "BENCH_ROUNDS")))
      (loop for (way function)
              in (list (list "memcpy" (lambda ()
                                        (cffi:with-pointer-to-vector-data (vector octets)
                                          (copy pointer vector size))))
                       (list "write-shm" (lambda () (posix-shm:write-shm shm octets)))
                       (list "read-shm" (lambda () (posix-shm:read-shm shm octets))))
            do (format t "~D~C~A~C~,1F~%" size #\Tab way #\Tab (nanoseconds function count))))))

(posix-shm:with-open-shm* (shm :direction :io)
  (posix-shm:truncate-shm shm +largest+)
  (posix-shm:with-mmap (pointer shm +largest+ :flags '(:shared :populate))
    (loop for size = 64 then (* 4 size)
          while (<= size +largest+)
          do (rounds shm pointer size))))

(finish-output)

;;;; SPDX-License-Identifier: BSD-3-Clause
;;;; A sum over an array of 1000 by 1000 doubles in shared memory, over its vector, and over an array displaced to that; and strings
;;;; of 80 characters, in shared memory and through Babel alone. On SBCL. Needs BENCH_ROUNDS. Prints case, variant and nanoseconds,
;;;; a line per round. Is compiled before it is loaded.
;;;;
;;;; By hand: BENCH_SYSTEM=posix-shm BENCH_FILE=tests/bench/lisp-arrays.lisp BENCH_COMPILED=/tmp/lisp-arrays.fasl BENCH_ROUNDS=9 \
;;;;          sbcl --noinform --non-interactive --load tests/bench/load.lisp

(defpackage #:bench-arrays
  (:use #:cl #:posix-shm))

(in-package #:bench-arrays)

(defun now ()
  "Microseconds."
  (multiple-value-bind (seconds microseconds) (sb-ext:get-time-of-day)
    (+ (* 1000000 seconds) microseconds)))

(defun measure (case variants rounds count)
  "Call each of VARIANTS, a list of names and functions, COUNT times in each round, and print the nanoseconds of a call."
  (dotimes (round rounds)
    (loop for (variant . function) in variants
          do (let ((start (now)))
               (loop repeat count do (funcall (the function function)))
               (format t "~A~C~A~C~F~%" case #\Tab variant #\Tab (/ (* 1000d0 (- (now) start)) count))))
    (setf variants (reverse variants))))

(defun sum-of-array (array)
  (declare (type (simple-array double-float (1000 1000)) array) (optimize speed))
  (let ((sum 0d0))
    (declare (double-float sum))
    (dotimes (row 1000 sum)
      (dotimes (column 1000)
        (incf sum (aref array row column))))))

(defun sum-of-vector (vector)
  (declare (type (simple-array double-float (*)) vector) (optimize speed))
  (let ((sum 0d0))
    (declare (double-float sum))
    (dotimes (index (length vector) sum)
      (incf sum (aref vector index)))))

(defun sum-of-displaced (array)
  (declare (type (array double-float (1000 1000)) array) (optimize speed (sb-ext:inhibit-warnings 3)))
  (let ((sum 0d0))
    (declare (double-float sum))
    (dotimes (row 1000 sum)
      (dotimes (column 1000)
        (incf sum (aref array row column))))))

(defun measure-sums (rounds)
  (with-open-shm-array* (shm array (:direction :io) ('double-float '(1000 1000) :allocate t :release t))
    (let* ((vector (shm-array-vector array))
           (displaced (make-array '(1000 1000) :element-type 'double-float :displaced-to vector)))
      (fill vector 1.5d0)
      (measure "sum of 1000 x 1000 doubles"
               (list (cons "array" (lambda () (sum-of-array array)))
                     (cons "vector" (lambda () (sum-of-vector vector)))
                     (cons "displaced" (lambda () (sum-of-displaced displaced))))
               rounds 10))))

(defun measure-strings (rounds)
  (with-open-shm-vector* (shm vector (:direction :io) ('(unsigned-byte 8) 4096 :allocate t :release t))
    (let* ((string (coerce (loop for index below 80 collect (code-char (+ 40 index))) '(simple-array character (*))))
           (octets (babel:string-to-octets string :encoding :utf-8)))
      (write-shm-string vector string :start 8 :end 100 :null-terminated t)
      (measure "write a string of 80 characters"
               (list (cons "ours" (lambda () (write-shm-string vector string :start 8 :end 100)))
                     (cons "babel" (lambda () (babel:string-to-octets string :encoding :utf-8))))
               rounds 10000)
      (measure "read a string of 80 characters"
               (list (cons "ours" (lambda () (read-shm-string vector :start 8 :end 88)))
                     (cons "babel" (lambda () (babel:octets-to-string octets :encoding :utf-8))))
               rounds 10000)
      (measure "read a string of 80 characters up to its NUL"
               (list (cons "ours" (lambda () (read-shm-string vector :start 8 :end 100 :null-terminated t)))
                     (cons "babel" (lambda () (babel:octets-to-string octets :encoding :utf-8))))
               rounds 10000))))

(let ((rounds (parse-integer (uiop:getenv "BENCH_ROUNDS"))))
  (measure-sums rounds)
  (measure-strings rounds))
(finish-output)

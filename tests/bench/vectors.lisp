;;;; SPDX-License-Identifier: BSD-3-Clause
;;;; Vectors in shared memory against vectors of the heap, on SBCL: the same compiled functions, on one and on the other in turns.
;;;; Needs BENCH_ROUNDS; optional BENCH_ELEMENTS. Prints case, variant and nanoseconds, a line per round. Both were written to
;;;; before, so that no page is new. Is compiled before it is loaded.
;;;;
;;;; By hand: BENCH_SYSTEM=posix-shm BENCH_FILE=tests/bench/vectors.lisp BENCH_COMPILED=/tmp/vectors.fasl BENCH_ROUNDS=9 \
;;;;          sbcl --noinform --non-interactive --load tests/bench/load.lisp

(defpackage #:bench-vectors
  (:use #:cl #:posix-shm))

(in-package #:bench-vectors)

(defparameter *count* (parse-integer (or (uiop:getenv "BENCH_ELEMENTS") "10000000")))
(defparameter *octets* (make-array *count* :element-type '(unsigned-byte 8) :initial-element 1))
(defparameter *random* (let ((state (sb-ext:seed-random-state 1))
                             (vector (make-array (floor *count* 100) :element-type 'double-float)))
                         (map-into vector (lambda () (random 1d0 state)))))

(deftype doubles () '(simple-array double-float (*)))
(deftype octets () '(simple-array (unsigned-byte 8) (*)))

(defvar *cases* '())

(defmacro define-case (name type element-type length (vector) &body body)
  "A case: a function of a VECTOR of TYPE, compiled once, for both variants."
  `(setf *cases* (append *cases* (list (list ,name ,element-type ,length
                                             (lambda (,vector)
                                               (declare (type ,type ,vector) (optimize speed))
                                               ,@body))))))

(define-case "aref, sum of doubles" doubles 'double-float *count* (vector)
  (let ((sum 0d0))
    (declare (double-float sum))
    (dotimes (index (length vector) sum)
      (incf sum (aref vector index)))))

(define-case "setf aref, doubles" doubles 'double-float *count* (vector)
  (dotimes (index (length vector))
    (setf (aref vector index) 1.5d0)))

(define-case "aref, sum of octets" octets '(unsigned-byte 8) *count* (vector)
  (let ((sum 0))
    (declare (fixnum sum))
    (dotimes (index (length vector) sum)
      (incf sum (aref vector index)))))

(define-case "map-into, doubles" doubles 'double-float *count* (vector)
  (map-into vector (lambda (x) (declare (double-float x)) (+ 1d0 (* 0.5d0 x))) vector))

(define-case "replace, octets" octets '(unsigned-byte 8) *count* (vector)
  (replace vector (the octets *octets*)))

(define-case "replace-shm-vector, octets" octets '(unsigned-byte 8) *count* (vector)
  (replace-shm-vector vector *octets*))

(define-case "fill, octets" octets '(unsigned-byte 8) *count* (vector)
  (fill vector 7))

(define-case "fill-shm-vector, octets" octets '(unsigned-byte 8) *count* (vector)
  (fill-shm-vector vector 7))

(define-case "fill-shm-vector, doubles" doubles 'double-float *count* (vector)
  (fill-shm-vector vector 0.5d0))

(define-case "sort, a hundredth of the doubles" doubles 'double-float (floor *count* 100) (vector)
  (replace vector (the doubles *random*))
  (sort vector (lambda (x y) (declare (double-float x y)) (< x y))))

;; get-internal-real-time advances in steps of 4 ms.
(defun now ()
  "Microseconds."
  (multiple-value-bind (seconds microseconds) (sb-ext:get-time-of-day)
    (+ (* 1000000 seconds) microseconds)))

(defun nanoseconds (function vector)
  (declare (function function))
  (let ((start (now)))
    (funcall function vector)
    (* 1000 (- (now) start))))

(defun measure (name element-type length function rounds)
  (let ((heap (make-array length :element-type element-type :initial-element (coerce 1 element-type))))
    (with-open-shm-vector* (shm shared (:direction :io) (element-type length :allocate t :release t))
      (replace shared heap)
      (let ((variants (list (cons "heap" heap) (cons "shared" shared))))
        (dotimes (round rounds)
          (loop for (variant . vector) in variants
                do (format t "~A~C~A~C~D~%" name #\Tab variant #\Tab (nanoseconds function vector)))
          (setf variants (reverse variants)))))))

(let ((rounds (parse-integer (uiop:getenv "BENCH_ROUNDS"))))
  (loop for (name element-type length function) in *cases*
        do (measure name element-type length function rounds)))
(finish-output)

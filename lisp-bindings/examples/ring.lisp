;;;; SPDX-License-Identifier: BSD-3-Clause
;;;; A ring of numbers in shared memory, for one producer and one consumer. Each counter has one writer. The
;;;; counters are read and written in program order, which is enough on x86-64; other processors need barriers.

(defpackage #:ring
  (:use #:cl #:posix-shm))

(in-package #:ring)

(defvar *name* (or (uiop:getenv "RING") "/posix-shm-ring"))

(defconstant +ready+ 0 "Set once the ring may be used.")
(defconstant +put+ 1 "How many were put.")
(defconstant +taken+ 2 "How many were taken.")
(defconstant +slots+ 8 "Where the numbers begin.")
(defconstant +capacity+ 56)
(defconstant +size+ (* 8 (+ +slots+ +capacity+)))
(defconstant +end+ -1 "Nothing comes after this.")

(defun field (ring index)
  (cffi:mem-aref ring :int64 index))

(defun (setf field) (value ring index)
  (setf (cffi:mem-aref ring :int64 index) value))

(defmacro wait-until (condition)
  "Look again until CONDITION is true, for ten seconds at most."
  `(loop repeat 10000
         until ,condition
         do (sleep 1/1000)
         finally (unless ,condition
                   (error "The other process does not answer."))))

(defun put (ring number)
  (wait-until (< (- (field ring +put+) (field ring +taken+)) +capacity+))
  (setf (field ring (+ +slots+ (mod (field ring +put+) +capacity+))) number)
  (incf (field ring +put+)))

(defun take (ring)
  (wait-until (< (field ring +taken+) (field ring +put+)))
  (prog1 (field ring (+ +slots+ (mod (field ring +taken+) +capacity+)))
    (incf (field ring +taken+))))

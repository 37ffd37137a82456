;;;; SPDX-License-Identifier: BSD-3-Clause
;;;; What both Lisp processes do with a part of the array: to them it is a vector like any other.

(in-package #:cl-user)
(use-package '#:posix-shm)

(defparameter *rate* 3.9d0)

(defun advance (vector start end)
  "Replace every x by rate * x * (1 - x): the logistic map, in which a wrong bit anywhere soon changes all that follows."
  (declare (optimize speed) (type (simple-array double-float (*)) vector) (fixnum start end))
  (let ((rate *rate*))
    (declare (double-float rate))
    (loop for index from start below end
          do (let ((x (aref vector index)))
               (setf (aref vector index) (* (* rate x) (- 1d0 x)))))))

(defun work (vector part round length)
  "In every round each process takes the part that another one had in the round before."
  (let ((start (* length (mod (+ part round) 3))))
    (advance vector start (+ start length))))

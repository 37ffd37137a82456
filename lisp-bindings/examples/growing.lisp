;;;; SPDX-License-Identifier: BSD-3-Clause
;;;; An object that grows while processes have it mapped. Each process maps the largest possible size, once. To append beyond the
;;;; end, it allocates first and then stores the size, under the lock; before it reads beyond the last size that it has seen, it
;;;; loads the size. No mapping moves: the vector is extended in place. Here the object is a log of numbers, to which every process
;;;; of this program appends; the first one makes it.
;;;;
;;;;   sbcl --load growing.lisp & sbcl --load growing.lisp; LAST=yes sbcl --load growing.lisp      (or any other implementation)

(require "asdf")
(asdf:load-system "posix-shm")

(defpackage #:growing
  (:use #:cl #:posix-shm))

(in-package #:growing)

(defvar *name* (or (uiop:getenv "NAME") "/growing"))
(defconstant +numbers+ 5000)
(defconstant +first-size+ 4096)
(defvar *most* (if (= 8 (cffi:foreign-type-size :pointer)) (ash 1 32) (ash 1 26))
  "Octets that are reserved: addresses, and no memory.")

;;; Where each is, as elements of 8 octets: the lock, the size of the object in octets as far as all may go, and how many numbers
;;; there are. Zero is the initial state of all. The numbers follow.
(defconstant +lock+ 0)
(defconstant +size+ 1)
(defconstant +count+ 2)
(defconstant +first-number+ 3)

(defun grow (shm vector size)
  "Allocate, then store: a process that dies between the two leaves an object that is only larger than it says."
  (allocate-shm shm size)
  (setf (shm-atomic vector +size+) size))

(defun fit (vector)
  "Let VECTOR be as long as the object says that it is."
  (let ((length (floor (shm-atomic vector +size+) 8)))
    (when (< (shm-vector-length vector) length)
      (extend-shm-vector vector length))))

(defun add-number (shm vector lock number)
  ;; The log is whole at every moment: of a dead owner there is nothing to repair.
  (with-shm-lock-held (lock :abandoned abandoned)
    (when abandoned
      (mark-shm-lock-repaired lock))
    (let* ((count (shm-atomic vector +count+))
           (index (+ +first-number+ count)))
      (when (> (* 8 (1+ index)) (shm-atomic vector +size+))
        (grow shm vector (* 2 (shm-atomic vector +size+))))
      (fit vector)
      (setf (shm-aref vector index) number)
      ;; Last, so that a number that is counted is there.
      (setf (shm-atomic vector +count+) (1+ count)))))

(defun total (vector)
  "The sum of the numbers, and their count. The count is loaded first: the size that is loaded later has space for them."
  (let ((count (shm-atomic vector +count+)))
    (fit vector)
    (values (loop repeat count
                  for index from +first-number+
                  sum (shm-aref vector index))
            count)))

(defun set-first-size (shm)
  (with-shm-vector (vector shm '(signed-byte 64) (1+ +size+))
    (setf (shm-atomic vector +size+) +first-size+)))

(with-ensured-shm (shm header (*name* +first-size+ :initialize #'set-first-size))
  (declare (ignore header))
  (with-shm-vector (vector shm '(signed-byte 64) (floor +first-size+ 8) :reserve *most*)
    (cond ((uiop:getenv "LAST")
           (multiple-value-bind (sum count) (total vector)
             (format t "~&~D numbers, their sum is ~D, in ~D octets~%" count sum (shm-atomic vector +size+)))
           (delete-shm *name*))
          (t
           (let ((lock (make-shm-lock vector +lock+)))
             (loop for number from 1 to +numbers+ do (add-number shm vector lock number)))
           (format t "~&~D numbers appended~%" +numbers+)))))
(finish-output)
(uiop:quit 0)

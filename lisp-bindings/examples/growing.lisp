;;;; SPDX-License-Identifier: BSD-3-Clause
;;;; An object that grows while processes have it mapped. Each maps the most that it may become, once; who needs more allocates
;;;; first and then stores the size, under the lock; who goes further than it knows looks at the size first. Nothing moves: the
;;;; vector becomes longer where it is. Here the object is a log of numbers, to which every process of this program appends;
;;;; whichever comes first makes it.
;;;;
;;;;   sbcl --load growing.lisp & sbcl --load growing.lisp; LAST=yes sbcl --load growing.lisp      (or any other implementation)

(require "asdf")
(asdf:load-system "posix-shm")

(defpackage #:growing
  (:use #:cl #:posix-shm #:posix-shm/shim))

(in-package #:growing)

(defvar *name* (or (uiop:getenv "NAME") "/growing"))
(defconstant +numbers+ 5000)
(defconstant +first-size+ 4096)
(defvar *most* (if (= 8 (cffi:foreign-type-size :pointer)) (ash 1 32) (ash 1 26))
  "Octets that are reserved: addresses, and no memory.")

;;; Where each is, in octets: the lock, the size of the object as far as all may go, and how many numbers there are. Zero is the
;;; initial state of all. The numbers follow, as elements of 8 octets.
(defconstant +lock+ 0)
(defconstant +size+ 8)
(defconstant +count+ 16)
(defconstant +first-element+ 3)

(defun demand (result)
  (if (minusp result)
      (error "~A" (pshm-strerror result))
      result))

(defun word (header offset)
  (+ (cffi:pointer-address header) offset))

(defun load-word (header offset)
  (cffi:with-foreign-object (value :int64)
    (demand (pshm-atomic-load64 (word header offset) value))
    (cffi:mem-ref value :int64)))

(defun store-word (header offset value)
  (demand (pshm-atomic-store64 (word header offset) value)))

(defun grow (shm header size)
  "Allocate, then store: a process that dies between the two leaves an object that is only larger than it says."
  (allocate-shm shm size)
  (store-word header +size+ size))

(defun fit (vector header)
  "Let VECTOR be as long as the object says that it is."
  (let ((length (floor (load-word header +size+) 8)))
    (when (< (shm-vector-length vector) length)
      (extend-shm-vector vector length))))

(defun call-with-lock (header function)
  "Call FUNCTION with the lock held. The log is whole at every moment: of a dead owner there is nothing to repair."
  (when (= 1 (demand (pshm-lock-acquire (word header +lock+) -1)))
    (demand (pshm-lock-mark-repaired (word header +lock+))))
  (unwind-protect (funcall function)
    (demand (pshm-lock-release (word header +lock+)))))

(defun add-number (shm header vector number)
  (call-with-lock header
                  (lambda ()
                    (let* ((count (load-word header +count+))
                           (index (+ +first-element+ count)))
                      (when (>= (* 8 (1+ index)) (load-word header +size+))
                        (grow shm header (* 2 (load-word header +size+))))
                      (fit vector header)
                      (setf (shm-aref vector index) number)
                      ;; Last, so that a number that is counted is there.
                      (store-word header +count+ (1+ count))))))

(defun total (header vector)
  (fit vector header)
  (loop repeat (load-word header +count+)
        for index from +first-element+
        sum (shm-aref vector index)))

(defun set-first-size (shm)
  (with-mmap (header shm +first-size+)
    (store-word header +size+ +first-size+)))

(with-ensured-shm (shm header (*name* +first-size+ :initialize #'set-first-size))
  (with-shm-vector (vector shm '(signed-byte 64) (floor +first-size+ 8) :reserve *most*)
    (cond ((uiop:getenv "LAST")
           (format t "~&~D numbers, their sum is ~D, in ~D octets~%"
                   (load-word header +count+) (total header vector) (load-word header +size+))
           (delete-shm *name*))
          (t
           (loop for number from 1 to +numbers+ do (add-number shm header vector number))
           (format t "~&~D numbers appended~%" +numbers+)))))
(finish-output)
(uiop:quit 0)

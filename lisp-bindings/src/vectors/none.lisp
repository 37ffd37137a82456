;;;; SPDX-License-Identifier: BSD-3-Clause
;;;; Where no vector can be made over memory of one's choice, as on CLISP: every mapping is a view.

(in-package #:posix-shm)

(defconstant +vector-prefix+ 0 "No header stands before the elements.")
(defconstant +real-vectors-extend+ nil "Can a real vector become longer? There are none.")

(defun real-element-p (element)
  (declare (ignore element))
  nil)

(defun make-real-vector (address element length)
  (declare (ignore address length))
  (error "There are no vectors of ~S over shared memory here." (element-type element)))

(defun set-real-length (vector length)
  (declare (ignore vector length)))

(defun vector-key (vector)
  vector)

(defun retired-p (vector)
  (declare (ignore vector))
  nil)

(defun call-with-vector-address (function vector octets)
  "Call FUNCTION with nil: vectors of the heap move."
  (declare (ignore vector octets))
  (funcall function nil))

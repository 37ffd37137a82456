;;;; SPDX-License-Identifier: BSD-3-Clause
;;;; Where no array of more than one dimension can be made over memory of one's choice: every one is a view.

(in-package #:posix-shm)

(defun make-real-array (vector element dimensions)
  (declare (ignore vector dimensions))
  (error "There are no arrays of ~S over shared memory here." (element-type element)))

(defun set-real-dimensions (array dimensions)
  (declare (ignore array dimensions)))

(defun array-key (array)
  array)

(defun array-retired-p (array)
  (declare (ignore array))
  nil)

(defun detach-array (array element)
  (declare (ignore array element)))

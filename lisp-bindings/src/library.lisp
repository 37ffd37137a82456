;;;; SPDX-License-Identifier: BSD-3-Clause
;;;; Queries and settings about the shared object, above all for programs that are delivered as images.

(in-package #:posix-shm)

(defun shm-library ()
  #.(doc "shm-library")
  (library))

(defun load-shm-library ()
  #.(doc "load-shm-library")
  (ensure-library))

(declaim (inline current-image))

(defun current-image ()
  "The number of this image, in which the library is loaded from now on."
  (unless (eql *loaded-image* *image*)
    (ensure-library))
  *image*)

;;;; SPDX-License-Identifier: BSD-3-Clause
;;;; Where vectors are.

(in-package #:posix-shm)

(defstruct place
  "A mapping of elements. CELL is (:mapped . image) while it is there, (nil . image) afterwards: whoever swaps it out unmaps.
POINTER is to ADDRESS, for views, which would otherwise make one at every access."
  element length vector pointer
  (address 0 :type (signed-byte 64))
  (cell (cons nil *image*)))

(defun place-octets (place)
  (* (place-length place) (element-octets (place-element place))))

(declaim (inline place-mapped-p))

(defun place-mapped-p (place)
  (let ((cell (place-cell place)))
    (declare (type cons cell))
    (and (car cell) (eql (cdr cell) *image*))))

;;; The size of a mapping is known from here and not from the header of the vector: some functions shrink vectors.
(defvar *places* (make-hash-table #+(or sbcl ecl) :synchronized #+(or sbcl ecl) t)
  "The places of real vectors, those that were unmapped included, unless they were released.")

(defstruct (shm-view (:constructor make-view (place)) (:copier nil))
  #.(doc "shm-view" "Structure")
  place)

(defmethod print-object ((view shm-view) stream)
  (print-unreadable-object (view stream :identity t)
    (format stream "SHM-VIEW of ~D ~S" (shm-vector-length view) (element-type (place-element (shm-view-place view))))))

;;;; SPDX-License-Identifier: BSD-3-Clause
;;;; Where vectors are.

(in-package #:posix-shm)

(defstruct place
  "A mapping of elements. CELL is (:mapped . image) while it is there, (nil . image) afterwards: whoever swaps it out unmaps.
POINTER is to ADDRESS, for views, which would otherwise make one at every access. PREFIX is how many private octets are mapped
before the elements, and RESERVE how many of the object's, where these are more than the elements now. SHM and OFFSET are what was
mapped."
  element length vector pointer reserve shm (offset 0)
  (address 0 :type (signed-byte 64))
  (prefix 0 :type fixnum)
  (cell (cons nil *image*)))

(defun place-octets (place)
  (or (place-reserve place)
      (* (place-length place) (element-octets (place-element place)))))

(define-inline place-mapped-p (place)
  (let ((cell (place-cell place)))
    (declare (type cons cell))
    (and (car cell) (eql (cdr cell) *image*))))

;;; The size of a mapping is known from here and not from the header of the vector: some functions shrink vectors.
(defvar *places* (make-hash-table #+sbcl :synchronized #+sbcl t)
  "The places of real vectors, those that were unmapped included, unless they were released.")

;;; The synchronized tables of ECL 21.2 are of no use: one that has to grow signals that its lock is taken, and is empty then.
#+(and ecl threads)
(defvar *places-lock* (mp:make-lock :name "posix-shm places" :recursive t))

(defmacro with-places (&body body)
  #+(and ecl threads) `(mp:with-lock (*places-lock*) ,@body)
  #-(and ecl threads) `(progn ,@body))

(defun place-at (key)
  (with-places (values (gethash key *places*))))

(defun (setf place-at) (place key)
  (with-places (setf (gethash key *places*) place)))

(defun forget-place (key)
  (with-places (remhash key *places*)))

(defstruct (shm-view (:constructor make-view (place)) (:copier nil))
  #.(doc "shm-view" "Structure")
  place)

(defmethod print-object ((view shm-view) stream)
  (print-unreadable-object (view stream :identity t)
    (format stream "SHM-VIEW of ~D ~S" (shm-vector-length view) (element-type (place-element (shm-view-place view))))))

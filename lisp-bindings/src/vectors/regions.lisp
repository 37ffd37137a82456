;;;; SPDX-License-Identifier: BSD-3-Clause
;;;; The mapped regions that hold the elements of vectors.

(in-package #:posix-shm)

(defstruct region
  "A mapping of elements. CELL is (:mapped . image) while it is mapped, (nil . image) afterwards: the thread that swaps it unmaps.
POINTER is to ADDRESS, for views, which would otherwise make one at every access. PREFIX is how many private octets are mapped
before the elements, and RESERVE how many of the object's, where these are more than the elements now. SHM and OFFSET are what was
mapped."
  element length vector pointer reserve shm (offset 0)
  (address 0 :type (signed-byte 64))
  (prefix 0 :type fixnum)
  (cell (cons nil *image*)))

(defun region-octets (region)
  (or (region-reserve region)
      (* (region-length region) (element-octets (region-element region)))))

(define-inline region-mapped-p (region)
  (let ((cell (region-cell region)))
    (declare (type cons cell))
    (and (car cell) (eql (cdr cell) *image*))))

;;; The size of a mapping is known from here and not from the header of the vector: some functions shrink vectors.
(defvar *regions* (make-hash-table #+sbcl :synchronized #+sbcl t)
  "The regions of real vectors, those that were unmapped included, unless they were released.")

;;; The synchronized tables of ECL 21.2 are of no use: one that has to grow signals that its lock is taken, and is empty then.
#+(and ecl threads)
(defvar *regions-lock* (mp:make-lock :name "posix-shm regions" :recursive t))

;;; mp:with-lock lets interrupts run in BODY, and in its cleanup while memory is allocated: one that leaves there leaves the lock held.
(defmacro with-regions (&body body)
  #+(and ecl threads) `(uninterrupted
                         (unwind-protect (progn (mp:get-lock *regions-lock*) ,@body)
                           (to-the-end (when (eq (mp:lock-owner *regions-lock*) mp:*current-process*)
                                         (mp:giveup-lock *regions-lock*))
                                       t)))
  #-(and ecl threads) `(progn ,@body))

(defun region-at (key)
  (with-regions (values (gethash key *regions*))))

(defun (setf region-at) (region key)
  (with-regions (setf (gethash key *regions*) region)))

(defun forget-region (key)
  (with-regions (remhash key *regions*)))

(defstruct (shm-view (:constructor make-view (region)) (:copier nil))
  #.(doc "shm-view" "Structure")
  region)

(defmethod print-object ((view shm-view) stream)
  (print-unreadable-object (view stream :identity t)
    (format stream "SHM-VIEW of ~D ~S" (shm-vector-length view) (element-type (region-element (shm-view-region view))))))

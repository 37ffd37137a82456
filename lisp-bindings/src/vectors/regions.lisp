;;;; SPDX-License-Identifier: BSD-3-Clause
;;;; The mapped regions that hold the elements of vectors.

(in-package #:posix-shm)

(defstruct region
  "A mapping of elements. CELL is (:mapped . image) while it is mapped, (nil . image) afterwards: the thread that swaps it unmaps.
POINTER is to ADDRESS, for views, which would otherwise make one at every access. PREFIX is how many private octets are mapped
before the elements, and RESERVE how many of the object's, where these are more than the elements now. SHM and OFFSET are what was
mapped; of SHM only the name is kept afterwards, since a tombstone must not keep an object from being garbage. Where it is an array
of more than one dimension, ARRAY is that, DIMENSIONS are its own, and VECTOR has all its elements."
  element length vector array dimensions pointer reserve shm (offset 0)
  (address 0 :type (signed-byte 64))
  (prefix 0 :type fixnum)
  (cell (cons nil *image*)))

(defun region-name (region)
  "The name of the object of REGION, as name-or-label has it."
  (let ((shm (region-shm region)))
    (if (shm-p shm) (name-or-label shm) shm)))

(defun name-of-region (region)
  "The name of the object of REGION, or nil where it is not known."
  (let ((name (and region (region-name region))))
    (if (consp name) (label-in name) name)))

(defun element-range-octets (region)
  "The octets of the elements of REGION, without those that are reserved behind them."
  (* (region-length region) (element-octets (region-element region))))

(defun region-octets (region)
  (or (region-reserve region)
      (element-range-octets region)))

(define-inline region-mapped-p (region)
  (let ((cell (region-cell region)))
    (declare (type cons cell))
    (and (car cell) (eql (cdr cell) *image*))))

;;; The size of a mapping is known from here and not from the header of the vector: some functions shrink vectors.
#-(and ecl threads)
(progn
  (defvar *regions* (make-hash-table #+sbcl :synchronized #+sbcl t)
    "The regions of real vectors, those that were unmapped included, unless they were released.")

  (defun region-at (key)
    (values (gethash key *regions*)))

  (defun (setf region-at) (region key)
    (setf (gethash key *regions*) region))

  (defun forget-region (key)
    (remhash key *regions*))

  (defun region-count ()
    (hash-table-count *regions*)))

;;; The synchronized tables of ECL 21.2 are of no use: one that has to grow signals that its lock is taken, and is empty then. And
;;; a thread that is interrupted may keep a lock for ever, since interrupts run while memory is allocated, in cleanups, too. So
;;; nothing is locked: a bucket has a list that is never changed, and is replaced in one step. Vectors do not move.
#+(and ecl threads)
(progn
  (defvar *regions* (coerce (loop repeat 1024 collect (list nil)) 'simple-vector)
    "The regions of real vectors, those that were unmapped included, unless they were released, by the vectors.")

  (defun bucket-of (vector)
    (svref *regions* (logand 1023 (ash (si:pointer vector) -5))))

  (defun region-at (key)
    (loop for (vector . region) in (car (bucket-of key))
          when (eq vector key) return region))

  (defun replace-bucket (key entries)
    "Put the list of ENTRIES before those of the others than KEY."
    (loop with bucket = (bucket-of key)
          for old = (car bucket)
          for new = (append entries (remove key old :key #'car))
          until (eq (mp:compare-and-swap (car bucket) old new) old)))

  (defun (setf region-at) (region key)
    (replace-bucket key (list (cons key region)))
    region)

  (defun forget-region (key)
    (replace-bucket key '()))

  (defun region-count ()
    (loop for bucket across *regions* sum (length (car bucket)))))

(defstruct (shm-view (:constructor make-view (region)) (:copier nil))
  #.(doc "shm-view" "Structure")
  region)

(defmethod print-object ((view shm-view) stream)
  (print-unreadable-object (view stream :identity t)
    (format stream "SHM-VIEW of ~D ~S" (shm-vector-length view) (element-type (region-element (shm-view-region view))))))

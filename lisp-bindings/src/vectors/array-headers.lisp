;;;; SPDX-License-Identifier: BSD-3-Clause
;;;; Arrays of more than one dimension over the memory of a vector: a header of their own where the implementation lets one make it,
;;;; else a view.

(in-package #:posix-shm)

(defstruct (shm-array-view (:constructor make-array-view (region)) (:copier nil))
  #.(doc "shm-array-view" "Structure")
  region)

(defun array-works-p (element)
  "Does a header over a vector make an array of ELEMENT with the elements of the vector, and can it be emptied?"
  (let* ((type (element-type element))
         (vector (make-array 6 :element-type type :initial-element (coerce 0 type)))
         (array (make-real-array vector element '(2 3))))
    (setf (aref vector 5) (coerce 1 type))
    (and (typep array `(simple-array ,type (2 3)))
         (equal '(2 3) (array-dimensions array))
         (= 6 (array-total-size array))
         (eql (aref vector 5) (aref array 1 2))
         (progn (setf (aref array 0 1) (coerce 1 type))
                (eql (aref vector 1) (coerce 1 type)))
         (progn (set-real-dimensions array '(0 0))
                (and (equal '(0 0) (array-dimensions array))
                     (handler-case (progn (aref array 0 0) nil)
                       (error () t)))))))

(defvar *real-array-elements* (remove-if-not (lambda (element)
                                               (and (real-element-p element)
                                                    (ignore-errors (array-works-p element))))
                                             *elements*))

(defun real-array-element-p (element)
  (member element *real-array-elements*))

(defun shm-array-real-p (element-type)
  #.(doc "shm-array-real-p")
  (let ((element (find-element element-type)))
    (and element (real-array-element-p element) t)))

(defun finish-array (region)
  "Make the array of REGION, whose vector is there."
  (let ((element (region-element region)))
    (setf (region-array region)
          (if (real-array-element-p element)
              (make-real-array (region-vector region) element (region-dimensions region))
              (make-array-view region)))
    (when (arrayp (region-array region))
      (setf (region-at (array-key (region-array region))) region))))

(defun empty-array (region)
  "Let the array of REGION, if it has a real one, have no elements."
  (when (arrayp (region-array region))
    (set-real-dimensions (region-array region) (mapcar (constantly 0) (region-dimensions region)))))

(defun view-dimensions (view)
  (let* ((region (shm-array-view-region view))
         (dimensions (region-dimensions region)))
    (if (region-mapped-p region) dimensions (mapcar (constantly 0) dimensions))))

(defmethod print-object ((view shm-array-view) stream)
  (print-unreadable-object (view stream :identity t)
    (format stream "SHM-ARRAY-VIEW of ~{~D~^ by ~} ~S"
            (view-dimensions view) (element-type (region-element (shm-array-view-region view))))))

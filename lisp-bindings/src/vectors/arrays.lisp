;;;; SPDX-License-Identifier: BSD-3-Clause
;;;; Arrays of more than one dimension whose elements are the shared memory, in row-major order.

(in-package #:posix-shm)

;;; Arguments

(defconstant +ranks+ (min array-rank-limit 65) "One more than an array can have dimensions, also where a list of millions would do.")

(defun reject-dimensions (dimensions operation requirement)
  (reject operation 'dimensions dimensions '(or (integer 1) (cons (integer 1))) requirement))

(defun dimensions-list (dimensions operation)
  "DIMENSIONS, a positive integer or a list of them, as a list."
  (let ((list (if (listp dimensions) dimensions (list dimensions))))
    (if (and (consp list)
             (ignore-errors (< (list-length list) +ranks+))
             (every (lambda (dimension) (typep dimension '(integer 1))) list))
        (copy-list list)
        (reject-dimensions dimensions operation
                           (text "it must be a positive integer, or a list of ~D at most." (1- +ranks+))))))

(defun check-total (dimensions element operation)
  "How many elements an array of DIMENSIONS has."
  (let ((most (min (1- (if (real-element-p element) (min array-dimension-limit array-total-size-limit) (ash 1 62)))
                   (floor (1- (ash 1 62)) (element-octets element))))
        (total (reduce #'* dimensions)))
    (if (<= total most)
        total
        (reject-dimensions dimensions operation (text "there may be at most ~D elements." most)))))

(defun parse-array-request (operation shm element-type dimensions offset prot flags)
  (let* ((element (check-element element-type operation))
         (list (dimensions-list dimensions operation))
         (total (check-total list element operation)))
    (if (rest list)
        (parse-request operation shm element-type total offset prot flags :dimensions list)
        (parse-request operation shm element-type total offset prot flags))))

;;; Mapping and unmapping

(defun map-shm-array (shm element-type dimensions &key (offset 0) (prot +read-write+) (flags +pshm-map-shared+) allocate)
  #.(doc "map-shm-array")
  (map-request (parse-array-request 'map-shm-array shm element-type dimensions offset prot flags) allocate))

(define-folding map-shm-array 3)

(defun find-array-region (array)
  "The region of ARRAY, which may be a vector, or nil."
  (cond ((shm-array-view-p array) (shm-array-view-region array))
        ((find-region array))
        ((retired-p array) nil)
        ((and (arrayp array) (not (vectorp array)))
         (let ((region (region-at (array-key array))))
           (and region (eq array (region-array region)) region)))))

(defun reject-array (array operation)
  (reject operation 'array array 'array "it must be an array that map-shm-array returned."))

(defun unmap-shm-array (array &key release)
  #.(doc "unmap-shm-array")
  (let ((region (find-array-region array)))
    (cond (region
           (check-unmapped-vector (unmap-region region release) 'unmap-shm-array))
          ((not (or (retired-p array) (array-retired-p array)))
           (reject-array array 'unmap-shm-array)))))

;;; What an array is

(defun shm-array-vector (array)
  #.(doc "shm-array-vector")
  (let ((region (find-array-region array)))
    (cond (region (region-vector region))
          ;; It cannot be printed.
          ((retired-p array) array)
          (t (reject-array array 'shm-array-vector)))))

(defun shm-array-dimensions (array)
  #.(doc "shm-array-dimensions")
  (cond ((shm-array-view-p array) (view-dimensions array))
        ((shm-view-p array) (list (view-length array)))
        ((arrayp array) (array-dimensions array))
        (t (reject-array array 'shm-array-dimensions))))

;;; Around a body

(eval-when (:compile-toplevel :load-toplevel :execute)
  (defparameter *array-keys*
    '(&key (offset 0) (prot +read-write+) (flags +pshm-map-shared+) allocate release)))

(defun call-with-shm-array (function shm element-type dimensions . #.*array-keys*)
  "Call FUNCTION with an array of SHM, and unmap it on every way out. Where SHM is nil, call it with nil."
  (if (null shm)
      (funcall function nil)
      (call-with-request function (parse-array-request 'map-shm-array shm element-type dimensions offset prot flags)
                         allocate release)))

(defun call-with-sized-array (function shm element-type dimensions . #.(append *array-keys* '(((%truncate truncate) t))))
  "Call FUNCTION with SHM and an array of it, after giving it a size that ends with the array if TRUNCATE is true. Where SHM is nil, call
FUNCTION with nil and nil."
  (if (null shm)
      (funcall function nil nil)
      (call-with-sized-request function (parse-array-request 'map-shm-array shm element-type dimensions offset prot flags)
                               allocate release truncate)))

(defmacro with-shm-array ((array shm element-type dimensions &rest array-options) &body body)
  #.(doc "with-shm-array" "Macro")
  `(call-with-shm-array (variables-lambda (,array) ,@body)
                        ,shm ,element-type ,dimensions ,@(fold-options array-options)))

(defmacro with-open-shm-array ((shm array (name &rest open-options) (element-type dimensions &rest array-options)
                                &key (truncate t))
                               &body body)
  #.(doc "with-open-shm-array" "Macro")
  (expand-sized-vector 'with-open-shm shm array (cons name open-options) (list* element-type dimensions array-options)
                       truncate body 'call-with-sized-array))

(defmacro with-open-shm-array* ((shm array (&rest open-options) (element-type dimensions &rest array-options)
                                 &key (truncate t))
                                &body body)
  #.(doc "with-open-shm-array*" "Macro")
  (expand-sized-vector 'with-open-shm* shm array open-options (list* element-type dimensions array-options) truncate body
                       'call-with-sized-array))

;;;; SPDX-License-Identifier: BSD-3-Clause
;;;; Objects that close themselves once they are garbage, and say so.

(in-package #:posix-shm)

(define-condition shm-leaked (warning)
  ((name :initarg :name :initform nil :reader condition-name)
   (descriptor :initarg :descriptor :initform nil :reader condition-descriptor))
  (:report (lambda (condition stream)
             (with-plain-printer
               (format stream "The shared memory object~@[ ~S~] became garbage while it was open~@[; its descriptor ~D is closed now~]. ~
                               Close it with close-shm, or use with-open-shm."
                       (condition-name condition) (condition-descriptor condition)))))
  (:documentation #.(doc "shm-leaked" "Condition")))

(defmethod shm-error-name ((condition shm-leaked))
  (condition-name condition))

(declaim (notinline warn-of-leak)) ; for tests

(defun warn-of-leak (name descriptor)
  (warn 'shm-leaked :name name :descriptor descriptor))

(defun report-leak (holder descriptor)
  "Say that the object whose name HOLDER has was lost."
  (let ((name (car holder)))
    (warn-of-leak (if (consp name) (label-in name) name) descriptor)))

;;; ECL calls finalizers in the middle of whatever allocates memory, such as FORMAT, which must not be entered again there. So the
;;; descriptor is closed at that moment, and the warning waits for a call of this library's.

#+ecl
(defvar *unreported* (list '()) "A cell with the leaks nobody was told of: (holder . descriptor).")

#+ecl
(defun keep-leak (leak)
  (let ((between (swap-car *unreported* (cons leak (swap-car *unreported* '())))))
    (mapc #'keep-leak between)))

;;; A handler that leaves takes none of the others with it.
#+ecl
(defun report-some (leaks)
  (unwind-protect (loop while leaks
                        do (destructuring-bind (holder . descriptor) (pop leaks)
                             (report-leak holder descriptor)))
    (mapc #'keep-leak leaks)))

(defun report-leaks ()
  #+ecl (loop while (car *unreported*)
              do (report-some (swap-car *unreported* '()))))

(defun close-leaked (cell holder)
  "Close the descriptor in CELL, unless that was done, or it is another image's, and say so. HOLDER has the name."
  (let* ((live (eql (cdr cell) *image*))
         (descriptor (and live (car cell)))
         (result (and live (uninterrupted (close-cell cell))))
         ;; Another part of the program may have closed it.
         (closed (and result (not (minusp result)) descriptor)))
    (when result
      #+ecl (keep-leak (cons holder closed))
      #-ecl (report-leak holder closed))))

(defun check-finalizers (operation)
  (declare (ignorable operation))
  (unless +finalizers+
    (reject operation 'finalize t 'null "this implementation has no finalizers.")))

;;; The finalizer is there before the object is open, and closes over its cell: an object that an interrupt keeps from its caller is
;;; closed as well.
(defun call-finalizing (function shm operation)
  "Call FUNCTION, which opens SHM, and have SHM close itself once it is garbage. Return its values."
  (check-finalizers operation)
  (report-leaks)
  (let ((holder (list nil))
        (cell (cell-of shm)))
    (setf *finalizing* t)
    (finalize shm (lambda () (close-leaked cell holder)))
    (multiple-value-prog1 (funcall function)
      (setf (car holder) (name-or-label shm)))))

;;; Classes of users

(defun reject-class (class operation)
  (reject operation 'class class '(or symbol class) "it must be a subclass of OPEN-SHM, or the name of one."))

(defun special-object (class operation)
  "An object of CLASS, before it is open."
  (let ((found (if (symbolp class) (find-class class nil) class)))
    (if (and (typep found 'class) (subtypep found 'open-shm))
        (make-instance found)
        (reject-class class operation))))

(declaim (inline make-object))

(defun make-object (class operation)
  (if (eq class 'open-shm)
      (make-instance 'open-shm)
      (special-object class operation)))

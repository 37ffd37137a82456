;;;; SPDX-License-Identifier: BSD-3-Clause
;;;; Objects, and closing them exactly once.

(in-package #:posix-shm)

(declaim (inline fresh-cell))

(defun fresh-cell (&optional descriptor)
  "The descriptor, or nil, and the image that it belongs to. The cell is made before the object is opened, so that the descriptor
has an owner from the moment it exists; the thread that swaps it out closes it."
  (cons descriptor (current-image)))

(defclass shm ()
  ((name :initarg :name :initform nil :accessor name-or-label)
   (cell :initarg :cell :initform (fresh-cell) :reader cell-of))
  (:documentation #.(doc "shm" "Class")))

(defclass open-shm (shm)
  ()
  (:documentation #.(doc "open-shm" "Class")))

(defclass closed-shm (shm)
  ()
  (:documentation #.(doc "closed-shm" "Class")))

;;; On ECL the slots are unbound for a moment while an object changes its class. One thread at a time may change it, and a
;;; thread that finds the name unbound waits for that one.

#+(and ecl threads)
(defvar *class-changes* (list nil) "The thread that changes a class, or nil.")

(defmacro while-no-class-changes (&body body)
  #+(and ecl threads) `(posix-shm/host:call-in-turn *class-changes* (lambda () ,@body))
  #-(and ecl threads) `(progn ,@body))

(defmethod slot-unbound (class (shm shm) (slot (eql 'cell)))
  (declare (ignore class))
  (list nil))

(defmethod slot-unbound (class (shm shm) (slot (eql 'name)))
  (declare (ignore class))
  (while-no-class-changes
    (and (slot-boundp shm 'name)
         (slot-value shm 'name))))

(defun name-of (shm)
  "The name of SHM; of an object without one its label."
  (let ((name (name-or-label shm)))
    (if (consp name) (label-in name) name)))

(defun shm-p (object)
  #.(doc "shm-p")
  (typep object 'shm))

(declaim (inline live-descriptor))

(defun live-descriptor (shm)
  "The descriptor of SHM, or nil where it is closed or was left behind in an earlier image."
  (let ((cell (cell-of shm)))
    (declare (type cons cell))
    (and (eql (cdr cell) *image*) (car cell))))

(defun open-shm-p (object)
  #.(doc "open-shm-p")
  (and (typep object 'open-shm) (live-descriptor object) t))

(defmethod print-object ((shm shm) stream)
  (print-unreadable-object (shm stream :identity t)
    (format stream "SHM ~:[(no name)~;for ~:*~S~]~:[ (closed)~;~]" (name-of shm) (open-shm-p shm))))

(declaim (inline check-shm))

(defun check-shm (shm operation)
  (if (typep shm 'shm) shm (reject-object shm operation)))

(defun reject-object (object operation)
  (reject operation 'shm object 'shm
          (text "it must be a shared memory object~:[~;: (open-shm ~:*~S) opens one of that name~]."
                (and (stringp object) object))))

(declaim (inline descriptor))

(defun descriptor (shm operation)
  "The descriptor of SHM, or an error that says that it is closed, or no object at all."
  (the (values (unsigned-byte 31) &optional)
       (or (and (typep shm 'open-shm) (live-descriptor shm))
           (reject-closed shm operation))))

(defgeneric shm-name (shm)
  (:documentation #.(doc "shm-name" "Reader"))
  (:method (shm)
    (check-shm shm 'shm-name))
  (:method ((shm shm))
    (name-of shm)))

(defgeneric shm-fd (shm)
  (:documentation #.(doc "shm-fd" "Reader"))
  (:method (shm)
    (descriptor shm 'shm-fd)))

(defun check-label (name operation)
  (if (typep name '(or string null))
      (kept-name name)
      (reject operation 'name name '(or string null) "it must be a string or nil.")))

(defun make-shm (fd &optional name)
  #.(doc "make-shm")
  (make-instance 'open-shm :name (check-label name 'make-shm)
                           :cell (fresh-cell (check-descriptor fd 'fd 'make-shm))))

;; Subclasses and programs for the existing library use these instead of make-shm.
(defmethod initialize-instance :after ((shm open-shm) &key (fd nil fd-p))
  (when fd-p
    (setf (car (cell-of shm)) (check-descriptor fd 'fd 'make-instance))))

;;; Closing

;;; Both classes have the same slots: nothing is to be initialized.
(defmethod update-instance-for-different-class ((previous open-shm) (current closed-shm) &key)
  (declare (ignore previous))
  current)

(declaim (inline become-closed check-closed))

(defun become-closed (shm)
  "Let the class of SHM say that it is closed. One of a user's class keeps that, and so its slots and methods."
  (while-no-class-changes
    #-ecl (turn-into closed-shm open-shm shm)
    ;; An interrupt may leave change-class halfway.
    #+ecl (when (eq (class-of shm) (load-time-value (find-class 'open-shm)))
            (let ((name (name-or-label shm))
                  (cell (cell-of shm)))
              (unwind-protect (turn-into closed-shm open-shm shm)
                (setf (slot-value shm 'name) name
                      (slot-value shm 'cell) cell))))))

(defun reject-closed (shm operation)
  (check-shm shm operation)
  (become-closed shm)
  (reject operation 'shm shm 'open-shm "it is closed." :name (name-of shm) :errno *ebadf*))

(defun close-cell (cell)
  "Close the descriptor in CELL, which nobody will see. For a cleanup."
  (let ((descriptor (swap-car cell nil)))
    (when descriptor
      (to-the-end (pshm-close descriptor)))))

(defvar *finalizing* nil "Has an object been given a finalizer? Most programs never look for one.")

(declaim (inline close-descriptor))

(defun close-descriptor (shm)
  "Close the descriptor of SHM and return the library's result, or nil where there was none to close."
  (let* ((cell (cell-of shm))
         (live (eql (cdr cell) *image*))
         (descriptor nil)
         (result (briefly-uninterrupted
                   (setf descriptor (swap-car cell nil))
                   (and descriptor live (to-the-end (pshm-close descriptor))))))
    (when descriptor
      (when *finalizing*
        (cancel-finalizer shm))
      (become-closed shm))
    result))

(defun check-closed (result shm)
  "Whether RESULT of RELEASE says that the descriptor was closed."
  (cond ((null result) nil)
        ((minusp result) (error (failure 'shm-error 'close-shm result (name-of shm))))
        (t t)))

(defun close-shm (shm)
  #.(doc "close-shm")
  (prog1 (check-closed (close-descriptor (check-shm shm 'close-shm)) shm)
    ;; A handler may leave from here.
    #+ecl (when *finalizing*
            (report-leaks))))

(defun call-and-close (function shm)
  "Call FUNCTION, which opens SHM and uses it; close it on every way out."
  (declare (notinline close-descriptor))
  (let ((result nil))
    (multiple-value-prog1 (with-cleanup (funcall function)
                            (setf result (close-descriptor shm)))
      (check-closed result shm))))

;;; An object that a function returns: nobody else can close it when an interrupt leaves the function. From the moment at which it
;;; returns the caller can.
(defmacro closed-unless-returned ((shm) &body body)
  "Run BODY, which opens SHM, and return its values. On every other way out close what is open."
  `(with-undo (progn ,@body)
     (close-descriptor ,shm)))

;;; Results

(defun fail (class operation result shm)
  (error (failure class operation result (and (typep shm 'shm) (name-of shm)))))

(declaim (inline check-result))

(defun check-result (result operation shm)
  "Return RESULT, unless it is an error."
  (if (minusp result) (fail 'shm-error operation result shm) result))

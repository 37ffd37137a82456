;;;; SPDX-License-Identifier: BSD-3-Clause
;;;; What is signalled, and the sentence that a person reads.

(in-package #:posix-shm)

;;; The errors that something here depends on. Their numbers differ per platform.
(defvar *eagain* (pshm-error-number "EAGAIN"))
(defvar *ebadf* (pshm-error-number "EBADF"))
(defvar *eexist* (pshm-error-number "EEXIST"))
(defvar *einval* (pshm-error-number "EINVAL"))
(defvar *eintr* (pshm-error-number "EINTR"))
(defvar *enoent* (pshm-error-number "ENOENT"))
(defvar *etimedout* (pshm-error-number "ETIMEDOUT"))

(define-condition posix-shm-error (error)
  ((errno :initarg :errno :initform 0 :reader condition-errno)
   (operation :initarg :operation :initform nil :reader condition-operation)
   (name :initarg :name :initform nil :reader condition-name)
   (cure :initarg :cure :initform nil :reader condition-cure))
  (:report report-failure)
  (:documentation #.(doc "posix-shm-error" "Condition")))

(define-condition shm-error (posix-shm-error)
  ()
  (:report report-failure)
  (:documentation #.(doc "shm-error" "Condition")))

(define-condition shm-does-not-exist (shm-error)
  ()
  (:report report-failure)
  (:documentation #.(doc "shm-does-not-exist" "Condition")))

(define-condition shm-exists (shm-error)
  ()
  (:report report-failure)
  (:documentation #.(doc "shm-exists" "Condition")))

(define-condition shm-timeout (shm-error)
  ()
  (:report report-failure)
  (:documentation #.(doc "shm-timeout" "Condition")))

(define-condition mmap-error (posix-shm-error)
  ()
  (:report report-failure)
  (:documentation #.(doc "mmap-error" "Condition")))

(define-condition shm-invalid-argument (shm-error type-error)
  ((argument :initarg :argument :initform nil :reader condition-argument)
   (demand :initarg :demand :initform "it is not what the operation takes." :reader condition-demand))
  (:default-initargs :datum nil :expected-type t)
  (:report report-argument)
  (:documentation #.(doc "shm-invalid-argument" "Condition")))

(defun posix-shm-error-errno (condition)
  #.(doc "posix-shm-error-errno" "Reader")
  (condition-errno condition))

(defun posix-shm-error-keyword (condition)
  #.(doc "posix-shm-error-keyword" "Reader")
  (error-keyword (condition-errno condition)))

(defun posix-shm-error-operation (condition)
  #.(doc "posix-shm-error-operation" "Reader")
  (condition-operation condition))

(defun shm-error-name (condition)
  #.(doc "shm-error-name" "Reader")
  (condition-name condition))

;;; Reports. They read the same whatever a program has told the printer, and a list that has no end has one here.

(defmacro with-plain-printer (&body body)
  `(let ((*print-base* 10) (*print-radix* nil) (*print-case* :upcase) (*print-circle* t) (*print-escape* nil)
         (*print-readably* nil) (*print-pretty* nil) (*print-length* 100) (*print-level* 10) (*print-lines* nil)
         (*print-array* t))
     ,@body))

(defun text (control &rest arguments)
  (with-plain-printer
    (apply #'format nil control arguments)))

(defun error-keyword (errno)
  (let ((name (pshm-error-name errno)))
    (unless (string= name "UNKNOWN")
      (values (intern name '#:keyword)))))

;; A condition that a program makes itself, to test its handlers, has no errno.
(defun reason (errno)
  (unless (zerop errno)
    (text "~A (~A)" (pshm-strerror errno) (or (error-keyword errno) errno))))

(defun report-failure (condition stream)
  (with-accessors ((errno condition-errno) (operation condition-operation) (name condition-name) (cure condition-cure))
      condition
    (with-plain-printer
      (format stream "~:[A call~;~:*~(~A~)~]~@[ of ~S~] failed~@[: ~A~].~@[ ~A~]" operation name (reason errno) cure))))

(defun report-argument (condition stream)
  (with-plain-printer
    (format stream "The argument ~@[~A ~]of ~:[a call~;~:*~(~A~)~] is ~S: ~A"
            (condition-argument condition) (condition-operation condition) (type-error-datum condition)
            (condition-demand condition))))

;;; Signalling

(defun refuse (operation argument datum type demand &key name (errno *einval*))
  "Signal that ARGUMENT of OPERATION is DATUM, not of TYPE; DEMAND says what it should be. Nothing was called."
  (error 'shm-invalid-argument :operation operation :argument argument :datum datum :expected-type type
                               :demand demand :name name :errno errno))

(defun failure (class operation result name)
  "The condition for RESULT, a negated errno."
  (make-condition class :operation operation :errno (- result) :name name
                        :cure (cure operation (error-keyword (- result)) name)))

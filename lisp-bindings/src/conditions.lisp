;;;; SPDX-License-Identifier: BSD-3-Clause
;;;; The conditions, and their reports.

(in-package #:posix-shm)

;;; The errors that something here depends on. Their numbers differ per platform.
(defvar *eacces* (pshm-error-number "EACCES"))
(defvar *eagain* (pshm-error-number "EAGAIN"))
(defvar *ebadf* (pshm-error-number "EBADF"))
(defvar *edeadlk* (pshm-error-number "EDEADLK"))
(defvar *eexist* (pshm-error-number "EEXIST"))
(defvar *eilseq* (pshm-error-number "EILSEQ"))
(defvar *einval* (pshm-error-number "EINVAL"))
(defvar *eintr* (pshm-error-number "EINTR"))
(defvar *enametoolong* (pshm-error-number "ENAMETOOLONG"))
(defvar *enoent* (pshm-error-number "ENOENT"))
(defvar *enospc* (pshm-error-number "ENOSPC"))
(defvar *enotsup* (pshm-error-number "ENOTSUP"))
(defvar *eownerdead* (pshm-error-number "EOWNERDEAD"))
(defvar *eperm* (pshm-error-number "EPERM"))
(defvar *etimedout* (pshm-error-number "ETIMEDOUT"))

(define-condition posix-shm-error (error)
  ((errno :initarg :errno :initform 0 :reader condition-errno)
   (operation :initarg :operation :initform nil :reader condition-operation)
   (name :initarg :name :initform nil :reader condition-name)
   (hint :initarg :hint :initform nil :reader condition-hint))
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

(define-condition shm-too-short (shm-error)
  ((count :initarg :count :initform nil :reader condition-count)
   (wanted :initarg :wanted :initform nil :reader condition-wanted)
   (offset :initarg :offset :initform nil :reader condition-offset))
  (:report report-failure)
  (:documentation #.(doc "shm-too-short" "Condition")))

(define-condition mmap-error (posix-shm-error)
  ()
  (:report report-failure)
  (:documentation #.(doc "mmap-error" "Condition")))

(define-condition posix-shm-invalid-argument (posix-shm-error type-error)
  ((argument :initarg :argument :initform nil :reader condition-argument)
   (requirement :initarg :requirement :initform nil :reader condition-requirement))
  (:default-initargs :datum nil :expected-type t)
  (:report report-argument)
  (:documentation #.(doc "posix-shm-invalid-argument" "Condition")))

(define-condition shm-invalid-argument (shm-error posix-shm-invalid-argument)
  ()
  (:report report-argument)
  (:documentation #.(doc "shm-invalid-argument" "Condition")))

(define-condition mmap-invalid-argument (mmap-error posix-shm-invalid-argument)
  ()
  (:report report-argument)
  (:documentation #.(doc "mmap-invalid-argument" "Condition")))

(defun posix-shm-error-errno (condition)
  #.(doc "posix-shm-error-errno" "Reader")
  (condition-errno condition))

(defun posix-shm-error-keyword (condition)
  #.(doc "posix-shm-error-keyword" "Reader")
  (error-keyword (condition-errno condition)))

(defun posix-shm-error-operation (condition)
  #.(doc "posix-shm-error-operation" "Reader")
  (condition-operation condition))

(defgeneric shm-error-name (condition)
  (:documentation #.(doc "shm-error-name" "Reader"))
  (:method ((condition posix-shm-error))
    (condition-name condition)))

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
    (unless (member name '("OK" "UNKNOWN") :test #'string=)
      (values (intern name '#:keyword)))))

;; A condition that a program makes itself, to test its handlers, has no errno.
(defun reason (condition)
  (let ((errno (condition-errno condition)))
    (unless (zerop errno)
      (text "~A (~A)" (if (typep condition 'shm-too-short) "the object is too short" (pshm-strerror errno))
            (or (error-keyword errno) errno)))))

(defparameter *summaries*
  '((posix-shm-invalid-argument "An argument~@[ for the shared memory object ~S~] is invalid")
    (shm-exists "The shared memory object~@[ ~S~] already exists")
    (shm-does-not-exist "The shared memory object~@[ ~S~] does not exist")
    (shm-string-error "A string~@[ in the shared memory object ~S~] cannot be read")
    (shm-too-short "The shared memory object~@[ ~S~] is too short")
    (shm-timeout "The operation~@[ on the shared memory object ~S~] took too long")
    (shm-lock-abandoned "The owner of a lock~@[ in the shared memory object ~S~] died")
    (shm-peer-left "The other end of a channel~@[ in the shared memory object ~S~] has left")
    (shm-peer-died "The other end of a channel~@[ in the shared memory object ~S~] died")
    (shm-channel-error "The operation on a channel~@[ in the shared memory object ~S~] failed")
    (shm-lock-error "The operation on a lock~@[ in the shared memory object ~S~] failed")
    (mmap-error "The mapping~@[ of the shared memory object ~S~] failed")
    (posix-shm-error "The operation on the shared memory object~@[ ~S~] failed"))
  "The meaning of each class, for a condition without an operation, which a program has made itself.")

(defun summary (condition)
  (text (second (find-if (lambda (row) (typep condition (first row))) *summaries*)) (condition-name condition)))

(defun heading (condition)
  (with-accessors ((operation condition-operation) (name condition-name)) condition
    (if operation
        (text "~(~A~)~@[ of ~S~] failed" operation name)
        (summary condition))))

(defun report-failure (condition stream)
  (with-plain-printer
    (format stream "~A~@[: ~A~].~@[ ~A~]" (heading condition) (reason condition)
            (condition-hint condition))))

(defun argument-heading (condition)
  (with-accessors ((argument condition-argument) (operation condition-operation)) condition
    (if (or argument operation)
        (text "The argument ~@[~A ~]~@[of ~(~A~) ~]is" argument operation)
        (text "~A:" (summary condition)))))

(defun report-argument (condition stream)
  (with-plain-printer
    (if (or (condition-requirement condition) (not (eq t (type-error-expected-type condition))))
        (format stream "~A ~S: ~:[it must be of type ~S.~;~:*~A~]" (argument-heading condition)
                (type-error-datum condition) (condition-requirement condition) (type-error-expected-type condition))
        (format stream "~A." (summary condition)))))

;;; Signalling

(defun invalid-argument-class (operation)
  (if (member operation '(mmap-shm munmap msync map-shm-vector extend-shm-vector unmap-shm-vector map-shm-array
                      unmap-shm-array shm-array-vector))
      'mmap-invalid-argument
      'shm-invalid-argument))

(defun reject (operation argument datum type requirement &key name (errno *einval*))
  "Signal that ARGUMENT of OPERATION is DATUM, not of TYPE; REQUIREMENT says what it should be. Nothing was called."
  (current-image)
  (error (invalid-argument-class operation)
         :operation operation :argument argument :datum datum :expected-type type :requirement requirement :name name :errno errno))

(defun failure (class operation result name)
  "The condition for RESULT, a negated errno."
  (make-condition class :operation operation :errno (- result) :name name
                        :hint (hint operation (error-keyword (- result)) name)))

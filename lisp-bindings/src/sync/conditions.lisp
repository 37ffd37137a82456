;;;; SPDX-License-Identifier: BSD-3-Clause
;;;; The conditions of locks, and their reports.

(in-package #:posix-shm)

(define-condition shm-lock-error (posix-shm-error)
  ((lock :initarg :lock :initform nil :reader condition-lock)
   (owner :initarg :owner :initform nil :reader condition-owner))
  (:report report-lock)
  (:documentation #.(doc "shm-lock-error" "Condition")))

(define-condition shm-lock-abandoned (shm-lock-error)
  ()
  (:report report-lock)
  (:documentation #.(doc "shm-lock-abandoned" "Condition")))

(defun shm-lock-error-lock (condition)
  #.(doc "shm-lock-error-lock" "Reader")
  (condition-lock condition))

(defun shm-lock-error-owner (condition)
  #.(doc "shm-lock-error-owner" "Reader")
  (condition-owner condition))

;;; Reports

(defun lock-heading (condition)
  (with-accessors ((operation condition-operation) (lock condition-lock) (name condition-name)) condition
    (if (and operation lock)
        (text "~(~A~) of the lock at #x~(~X~)~@[ in ~S~] failed" operation (lock-number lock) name)
        (summary condition))))

(defun report-lock (condition stream)
  (with-plain-printer
    (format stream "~A~@[: ~A~].~@[ ~A~]" (lock-heading condition) (reason condition) (condition-hint condition))))

(defun owner-sentence (owner)
  (cond ((null owner) "Nobody holds it.")
        ((eql owner (pshm-process-self)) "This process holds it.")
        (t (text "Process ~D holds it." (process-number owner)))))

(defun lock-hint (errno owner)
  (cond ((eql errno *eperm*)
         (text "~A Only the process that acquired a lock can release it or mark it as repaired: a forked child does not hold what ~
                its parent holds."
               (owner-sentence owner)))
        ((eql errno *edeadlk*)
         (text "~A This thread acquired it by this lock object, and would wait for itself: a lock is not recursive. If it was ~
                released by another lock object, release it by the one that acquired it."
               (owner-sentence owner)))
        ((eql errno *enotsup*)
         "This platform does not change 8 octets atomically.")))

(defun lock-failure (result operation lock)
  "The condition for RESULT, a negated errno."
  (let ((owner (shm-lock-owner lock)))
    (make-condition 'shm-lock-error :lock lock :owner owner :operation operation :name (name-of-lock lock) :errno (- result)
                                    :hint (lock-hint (- result) owner))))

(defun fail-lock (result operation lock)
  (error (lock-failure result operation lock)))

(defun abandoned (lock)
  "The condition that says that an owner of LOCK has died."
  (let ((victim (shm-lock-victim lock)))
    (make-condition 'shm-lock-abandoned
                    :lock lock :owner victim :operation 'with-shm-lock-held :name (name-of-lock lock) :errno *eownerdead*
                    :hint (text "~:[A process~;Process ~:*~D~] died while it held the lock, and what the lock guards may be half ~
                                 changed. This thread holds it now. Repair that in a handler and invoke the restart repair; or ~
                                 name a variable with :abandoned, and look at it in the body."
                                (and victim (process-number victim))))))

;;;; SPDX-License-Identifier: BSD-3-Clause
;;;; Locks between processes.

(in-package #:posix-shm)

(defstruct (shm-lock (:constructor %make-lock (region address pointer cell)) (:copier nil) (:predicate nil))
  #.(doc "shm-lock" "Structure")
  ;; Of the vector that the lock lies in, or nil.
  region
  (address 0 :type (signed-byte 64))
  (pointer nil #-clisp :type #-clisp cffi:foreign-pointer)
  ;; The cell of the region, which tells whether it is mapped. Of a pointer only the image in which it is valid is known.
  (cell nil :type cons)
  ;; The thread that holds the lock, by this object, or nil: set after the lock was acquired, cleared before it is released.
  (holder nil)
  ;; The process that died with the lock, as far as this thread has seen it hold the lock.
  (victim nil))

(defun shm-lock-p (object)
  #.(doc "shm-lock-p")
  (typep object 'shm-lock))

(defun name-of-lock (lock)
  "The name of the object that LOCK lies in, or nil where it is not known."
  (name-of-region (shm-lock-region lock)))

(define-inline lock-mapped-p (lock)
  (let ((cell (shm-lock-cell lock)))
    (and (car cell) (eql (cdr cell) *image*))))

(defun lock-number (lock)
  "The address of LOCK, for people."
  (ldb (byte 64 0) (shm-lock-address lock)))

(defmethod print-object ((lock shm-lock) stream)
  (print-unreadable-object (lock stream :identity t)
    (format stream "SHM-LOCK at #x~(~X~)~@[ in ~S~]~:[ (unmapped)~;~@[ (held by ~A)~]~]"
            (lock-number lock) (name-of-lock lock) (lock-mapped-p lock)
            (if (eq (shm-lock-holder lock) (current-thread)) "this thread" (shm-lock-holder lock)))))

;;; Making one

(defun reject-lock-index (index text operation)
  (reject operation 'index index '(integer 0) text))

(defun lock-address-in (region index operation)
  "The address of the 8 octets of REGION that begin with the element at INDEX."
  (let ((address (region-index-address region index 8 operation)))
    (if (<= (+ address 8) (+ (region-address region) (element-range-octets region)))
        address
        (reject-lock-index index "a lock takes 8 octets, and the vector ends before." operation))))

(defun make-shm-lock (where &optional (index 0))
  #.(doc "make-shm-lock")
  (let ((region (if (cffi:pointerp where) nil (find-region where))))
    (flet ((make (address)
             (%make-lock region address (pointer-to address) (if region (region-cell region) (cons :mapped (current-image))))))
      (cond (region (make (lock-address-in region index 'make-shm-lock)))
            ((cffi:pointerp where) (make (check-pointer-index where index 8 'make-shm-lock)))
            (t (reject 'make-shm-lock 'where where '(or vector shm-view cffi:foreign-pointer)
                       "it must be a vector that map-shm-vector returned, or a foreign pointer."))))))

;; It does not return: the compiler knows of a lock, afterwards, that it is one.
(declaim (ftype (function (t t) nil) reject-lock))

(defun reject-lock (lock operation)
  (if (typep lock 'shm-lock)
      (reject operation 'lock lock 'shm-lock
              (if (shm-lock-region lock)
                  "the vector that it lies in is unmapped."
                  "it was made in another image, where the pointer was valid."))
      (reject operation 'lock lock 'shm-lock "it must be a lock that make-shm-lock returned.")))

(define-inline lock-address (lock operation)
  "The address of LOCK, or an error where there is no lock any more."
  (if (and (typep lock 'shm-lock) (lock-mapped-p lock))
      (shm-lock-address lock)
      (reject-lock lock operation)))

;;; The owner

(defun shm-lock-owner (lock)
  #.(doc "shm-lock-owner")
  (let ((owner (pshm-lock-owner (lock-address lock 'shm-lock-owner))))
    (cond ((minusp owner) (fail 'shm-error 'shm-lock-owner owner nil))
          ((plusp owner) owner))))

(defun held-here-p (lock)
  "Does this thread hold LOCK, by this object? A child that was forked meanwhile does not, although it looks like that: it is
another process."
  (and (eq (shm-lock-holder lock) (current-thread))
       (or (eql (shm-lock-owner lock) (pshm-process-self))
           (setf (shm-lock-holder lock) nil))))

(defun check-not-held (lock operation)
  (when (held-here-p lock)
    (error (lock-failure (- *edeadlk*) operation lock))))

;;; The owner of the lock before it is acquired. It names the one that died, of which the library says only that it
;;; did; and a lock that is free is acquired without more ado.

(define-inline owner-before (lock)
  "The owner of LOCK, without the two bits that are no part of that. 0 where it is free."
  (let ((word (cffi:mem-ref (shm-lock-pointer lock) :uint64)))
    (if (eql word 0) 0 (logandc2 word #.(ash 3 22)))))

(defun note-victim (lock owner)
  (setf (shm-lock-victim lock)
        (and (typep owner '(and (unsigned-byte 63) (integer 1)))
             (eql 0 (pshm-process-alive owner))
             owner)))

;;; Acquiring. No interrupt comes between the library and the note of who holds the lock.

;; CLISP compares with a constant faster than it calls a function.
(define-inline acquired-p (result)
  (or (eql result 0) (eql result 1)))

(define-inline try-to-acquire (lock nanoseconds owner)
  "The library's result. OWNER has been seen to hold LOCK."
  (let ((result (%pshm-lock-acquire (shm-lock-address lock) nanoseconds)))
    (when (acquired-p result)
      (setf (shm-lock-holder lock) (current-thread))
      (when (eql result 1)
        (note-victim lock owner)))
    result))

(define-inline acquire-at-once (lock)
  "The library's result where LOCK is free, else nil. Without interrupts."
  #+ecl (let ((result (acquire-in-c lock)))
          (declare (type (signed-byte 32) result))
          (if (acquired-p result) result nil))
  #-ecl (when (eql 0 (owner-before lock))
          (let ((result (try-to-acquire lock 0 0)))
            (if (acquired-p result) result nil))))

(defun acquire-in-time (lock timeout)
  "The library's result, negative where the lock is not held. To be used inside of WITH-INTERRUPT-WINDOWS, where nothing may be
signalled: the lock may be unmapped meanwhile, which is EBADF."
  (flet ((try (nanoseconds)
           (if (lock-mapped-p lock)
               (try-to-acquire lock nanoseconds (owner-before lock))
               (- *ebadf*))))
    (declare (dynamic-extent #'try))
    (let* ((errno (pshm-errno))
           (result (call-until-done #'try timeout)))
      (when (or (not (minusp result)) (again-p result))
        (pshm-set-errno errno))
      result)))

(defun check-acquired (result lock operation)
  "Signal what went wrong with acquiring LOCK, if RESULT is not only that the time is over."
  (when (and (minusp result) (not (again-p result)))
    (lock-address lock operation)
    (fail-lock result operation lock)))

(define-inline check-acquirable (lock timeout operation)
  (lock-address lock operation)
  (when timeout
    (check-timeout timeout operation))
  (when (shm-lock-holder lock)
    (check-not-held lock operation)))

(define-inline acquire-lock (lock wait timeout)
  (check-acquirable lock timeout 'acquire-shm-lock)
  (let ((result (or (briefly-uninterrupted (acquire-at-once lock))
                    (with-interrupt-windows (acquire-in-time lock (if wait timeout 0))))))
    (declare (type (signed-byte 32) result))
    (unless (acquired-p result)
      (check-acquired result lock 'acquire-shm-lock))
    (values (acquired-p result) (eql result 1))))

(defun acquire-shm-lock (lock &key (wait t) timeout)
  #.(doc "acquire-shm-lock")
  (acquire-lock lock wait timeout))

#+(or ecl clisp)
(defun acquire-for-ever (lock)
  #+ecl (let ((result (acquire-in-c lock)))
          (declare (type (signed-byte 32) result))
          (when (acquired-p result)
            (return-from acquire-for-ever (values t (eql result 1)))))
  (acquire-lock lock t nil))

;;; Releasing. Another thread may acquire the lock by the same object as soon as it is free, so the note goes first.

(define-inline release-lock (lock)
  "Release LOCK, without interrupts. Return the library's result."
  (setf (shm-lock-holder lock) nil)
  (%pshm-lock-release (shm-lock-address lock)))

(defun release-shm-lock (lock)
  #.(doc "release-shm-lock")
  #+ecl (when (eql 0 (release-in-c lock))
          (return-from release-shm-lock (values)))
  (lock-address lock 'release-shm-lock)
  (let ((result (briefly-uninterrupted (to-the-end (release-lock lock)))))
    (unless (eql result 0)
      (fail-lock result 'release-shm-lock lock))
    (values)))

(defun mark-shm-lock-repaired (lock)
  #.(doc "mark-shm-lock-repaired")
  (let ((result (pshm-lock-mark-repaired (lock-address lock 'mark-shm-lock-repaired))))
    (when (minusp result)
      (fail-lock result 'mark-shm-lock-repaired lock))
    (values)))

;;; Around a body

(defun leave-lock (lock)
  "Release LOCK, if this thread holds it still: the body may have released it. Return the library's result, or 1 where the memory
of the lock is gone."
  (cond ((not (eq (shm-lock-holder lock) (current-thread))) 0)
        ((lock-mapped-p lock) (to-the-end (release-lock lock)))
        (t 1)))

(define-inline leave-at-once (lock)
  #+ecl (let ((result (release-in-c lock)))
          (declare (type (signed-byte 32) result))
          (if (eql result +left-to-lisp+) (leave-lock lock) result))
  #-ecl (leave-lock lock))

(defun check-left (result lock)
  (cond ((eql result 1) (reject-lock lock 'with-shm-lock-held))
        ((minusp result) (fail-lock result 'with-shm-lock-held lock))))

(defun signal-abandoned (lock)
  "Signal that an owner of LOCK has died. Return when a restart says so."
  (let ((others (compute-restarts)))
    (restart-case (signal-with-restarts (abandoned lock) others)
      (repair ()
        :report "Mark what the lock guards as repaired, and go on."
        (mark-shm-lock-repaired lock))
      (continue ()
        :report "Go on, and leave it to the next owner."))))

(define-inline check-holdable (lock timeout)
  #+ecl (declare (notinline check-acquirable))
  (unless #+ecl (and (null timeout) (free-in-c-p lock)) #-ecl nil
    (check-acquirable lock timeout 'with-shm-lock-held)))

(defmacro with-lock ((result lock timeout) &body body)
  "Run BODY with LOCK held, unless TIMEOUT is over before that. Both are variables. RESULT is what the library said of acquiring it."
  (let ((acquired (gensym "ACQUIRED"))
        (left (gensym "LEFT")))
    `(let ((,acquired 0)
           (,left 0))
       (declare (type (signed-byte 32) ,acquired ,left))
       (check-holdable ,lock ,timeout)
       (with-acquired (,result (acquire-at-once ,lock)
                               (unless (minusp (setf ,acquired (acquire-in-time ,lock ,timeout)))
                                 ,acquired))
           (progn ,@body)
           (setf ,left (leave-at-once ,lock))
         (when (minusp ,acquired)
           (check-acquired ,acquired ,lock 'with-shm-lock-held))
         (unless (eql ,left 0)
           (check-left ,left ,lock))))))

;;; A function for the body takes longer to make on ECL than the lock does to acquire, and some time on CLISP. So the lock is
;;; acquired and released around the body itself there, and elsewhere in a function.

#-(or ecl clisp)
(defun call-with-shm-lock (function lock timeout asked)
  "Call FUNCTION with LOCK held, and with true where an owner of it has died, unless TIMEOUT is over before that. Where nobody has
ASKED whether one has, it is an error."
  (declare (type function function))
  (with-lock (result lock timeout)
    (let ((abandoned (eql result 1)))
      (when (and abandoned (not asked))
        (signal-abandoned lock))
      (funcall function abandoned))))

(defun held-form (lock timeout abandoned body)
  "The expansion of WITH-SHM-LOCK-HELD."
  #+(or ecl clisp)
  (let ((lock-variable (gensym "LOCK"))
        (time (gensym "TIMEOUT"))
        (result (gensym "RESULT")))
    `(let ((,lock-variable ,lock)
           (,time ,timeout))
       (with-lock (,result ,lock-variable ,time)
         ,@(unless abandoned
             `((when (eql ,result 1)
                 (signal-abandoned ,lock-variable))))
         (let ,(and abandoned `((,abandoned (eql ,result 1))))
           ,@(and abandoned `((declare (ignorable ,abandoned))))
           ,@body))))
  #-(or ecl clisp)
  (let ((function (gensym "BODY"))
        (variable (or abandoned (gensym "ABANDONED"))))
    `(flet ((,function (,variable)
              (declare (ignorable ,variable))
              ,@body))
       (declare (dynamic-extent #',function))
       (call-with-shm-lock #',function ,lock ,timeout ,(and abandoned t)))))

(defmacro with-shm-lock-held ((lock &key timeout abandoned) &body body)
  #.(doc "with-shm-lock-held" "Macro")
  (check-type abandoned (and symbol (not keyword)) "a variable, not evaluated")
  (check-seconds timeout)
  (held-form lock timeout abandoned body))

(define-folding acquire-shm-lock 1 #+(or ecl clisp) :plain #+(or ecl clisp) acquire-for-ever)

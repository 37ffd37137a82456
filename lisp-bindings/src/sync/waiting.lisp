;;;; SPDX-License-Identifier: BSD-3-Clause
;;;; Calls that sleep. On SBCL and ECL interrupts are held back while the library is called, so that its result is never lost,
;;;; and run between two calls. An interrupt ends a call that sleeps; one that comes a moment before it sleeps does not, so no
;;;; call sleeps for long. Elsewhere interrupts run between two calls, or whenever they like.

(in-package #:posix-shm)

(defconstant +sleep+ 50000000 "Nanoseconds that one call sleeps at most.")

(defun nanoseconds-before (moment)
  "How long the next call may sleep."
  (if moment
      (min +sleep+ (ceiling (* (seconds-left moment) (expt 10 9))))
      +sleep+))

(declaim (inline again-p))

(defun again-p (result)
  "Does RESULT say that the call has slept for its time, or that it was interrupted?"
  (or (eql result (- *etimedout*)) (eql result (- *eintr*)) (eql result (- *eagain*))))

;;; The last look comes when the time is up: it does not sleep.
(defun call-until (call moment)
  "Make CALL, a function of nanoseconds, until it is done or MOMENT has come. Return its result. To be used inside of
WITH-INTERRUPT-WINDOWS."
  (declare (type function call))
  (loop for nanoseconds = (nanoseconds-before moment)
        for result = (funcall call nanoseconds)
        while (and (again-p result)
                   (not (and (zerop nanoseconds) (eql result (- *eagain*)))))
        do (interrupt-window)
        finally (return result)))

(defun call-until-done (call timeout)
  "Make CALL until it is done or TIMEOUT is over, as CALL-UNTIL does."
  (call-until call (moment-after timeout)))

(defun check-word-32 (word where operation)
  (unless (= 32 (word-bits word))
    (reject operation 'where where '(vector (or (unsigned-byte 32) (signed-byte 32)))
            "a process can only sleep on a word of 32 bits.")))

;;; The address is looked up anew for each call: the vector may have been unmapped meanwhile. What is wrong then is signalled when
;;; interrupts are as they were.
(defun shm-wait (where index expected &key timeout type)
  #.(doc "shm-wait")
  (check-timeout timeout 'shm-wait)
  (current-image)
  (let ((failure nil))
    (flet ((sleep-on-it (nanoseconds)
             (handler-case (with-word (address word where index type 'shm-wait)
                             (check-word-32 word where 'shm-wait)
                             (check-value expected 'expected word 'shm-wait)
                             (pshm-atomic-wait address expected nanoseconds))
               (error (condition)
                 (setf failure condition)
                 (- *ebadf*)))))
      (declare (dynamic-extent #'sleep-on-it))
      (let* ((errno (pshm-errno))
             (result (with-interrupt-windows (call-until-done #'sleep-on-it timeout))))
        (cond ((zerop result) (pshm-set-errno errno) t)
              ((again-p result) (pshm-set-errno errno) nil)
              (failure (error failure))
              (t (fail 'shm-error 'shm-wait result nil)))))))

(defconstant +all+ (1- (ash 1 31)) "As many as there are.")

(defparameter *count-requirement* "it must be an integer from 1 to 2^31 - 1, or :ALL.")

(defun check-count (count)
  (cond ((eq count :all) +all+)
        ((typep count '(and (unsigned-byte 31) (integer 1))) count)
        (t (reject 'shm-wake 'count count '(or (eql :all) (integer 1 #.(1- (ash 1 31)))) *count-requirement*))))

(defun shm-wake (where index &key (count :all) type)
  #.(doc "shm-wake")
  (let ((count (check-count count)))
    (current-image)
    (with-word (address word where index type 'shm-wake)
      (check-word-32 word where 'shm-wake)
      (check-done (pshm-atomic-wake address count) 'shm-wake))
    (values)))

(defun check-count-name (form)
  "Return FORM. Where it is a keyword and no count, warn."
  (when (and (keywordp form) (not (eq form :all)))
    (warn-of-constant 'count form *count-requirement*))
  form)

(define-folding shm-wait 3)
(define-folding shm-wake 2 :checks ((:count check-count-name)))

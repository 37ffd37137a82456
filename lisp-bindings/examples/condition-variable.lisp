;;;; SPDX-License-Identifier: BSD-3-Clause
;;;; A condition variable between processes, and a queue that uses it. Any process may be killed at any moment.
;;;;
;;;;   sbcl --load condition-variable.lisp & ROLE=take LAST=yes sbcl --load condition-variable.lisp
;;;;
;;;; Or on any other implementation, also mixed. The last process deletes the object.

(require "asdf")
(asdf:load-system "posix-shm")

(defpackage #:condition-variable
  (:use #:cl #:posix-shm))

(in-package #:condition-variable)

;;; A condition variable is a word of 32 bits that counts the notifications. A waiting process holds the lock, and looks at
;;; the word before it releases that: a notification that comes in between changes the word, and the wait ends at once.
;;;
;;; A process that is killed between the word and the wake, or when it has been woken, takes the notification with it. So
;;; nobody sleeps for longer than a tenth of a second, and the caller asks in a loop for what it waits for.

(defconstant +sleep+ 1/10)

(defun condition-wait (where index lock)
  "Release LOCK, wait for a notification or for a while, and acquire LOCK again. Return true if an owner of it has died."
  (let ((count (shm-atomic where index)))
    (release-shm-lock lock)
    (shm-wait where index count :timeout +sleep+)
    (nth-value 1 (acquire-shm-lock lock))))

(defun condition-notify (where index)
  (shm-atomic-incf where index)
  (shm-wake where index :count 1))

(defun condition-broadcast (where index)
  (shm-atomic-incf where index)
  (shm-wake where index))

;;; The queue: numbers in order, and a mark for each that was taken. A taker marks a number first and moves on then, each by one
;;; store: if it is killed in between, the next one marks the number again. So there is nothing to repair.

(defvar *name* (or (uiop:getenv "QUEUE") "/posix-shm-queue"))

(defconstant +lock+ 0 "Two words.")
(defconstant +not-empty+ 2)
(defconstant +not-full+ 3)
(defconstant +put+ 4 "How many were put.")
(defconstant +taken+ 5)
(defconstant +marks+ 8 "Where the marks begin.")
(defconstant +capacity+ 16)
(defconstant +count+ 500)

(defmacro with-queue ((queue lock) &body body)
  "Run BODY with the words of the queue and its lock. The first process creates it: zeros are a queue."
  (let ((shm (gensym)))
    `(with-open-shm-vector (,shm ,queue (*name* :direction :io :if-does-not-exist :create)
                                 ('(unsigned-byte 32) (+ +marks+ +count+)))
       (declare (ignorable ,shm))
       (let ((,lock (make-shm-lock ,queue +lock+)))
         ,@body))))

(defun go-on-after-death (lock)
  (format t "~&an owner of the lock died~%")
  (mark-shm-lock-repaired lock))

(defmacro wait-until (condition (queue index lock))
  `(loop until ,condition
         do (when (condition-wait ,queue ,index ,lock)
              (go-on-after-death ,lock))))

(defmacro with-turn ((lock) &body body)
  `(with-shm-lock-held (,lock :abandoned abandoned)
     (when abandoned
       (go-on-after-death ,lock))
     ,@body))

(defun put-all (queue lock)
  (dotimes (number +count+)
    (with-turn (lock)
      (wait-until (< (- (shm-aref queue +put+) (shm-aref queue +taken+)) +capacity+) (queue +not-full+ lock))
      (setf (shm-aref queue +put+) (1+ number)))
    (condition-notify queue +not-empty+))
  (with-turn (lock)
    (wait-until (= (shm-aref queue +taken+) +count+) (queue +not-full+ lock)))
  (format t "~&~D of ~D numbers were taken~%" (loop for index from +marks+ below (+ +marks+ +count+) sum (shm-aref queue index))
          +count+))

(defun take-one (queue lock)
  "Take a number, or return nil where all are taken."
  (with-turn (lock)
    (wait-until (or (< (shm-aref queue +taken+) (shm-aref queue +put+)) (= (shm-aref queue +taken+) +count+))
                (queue +not-empty+ lock))
    (let ((number (shm-aref queue +taken+)))
      (when (< number +count+)
        (setf (shm-aref queue (+ +marks+ number)) 1)
        (when (and (uiop:getenv "CRASH") (= 0 (mod number 10)))
          (cffi:foreign-funcall "kill" :int (cffi:foreign-funcall "getpid" :int) :int 9 :int))
        (setf (shm-aref queue +taken+) (1+ number))))))

(defun take-all (queue lock)
  (loop while (take-one queue lock)
        count t into taken
        do (condition-notify queue +not-full+)
        finally (condition-broadcast queue +not-full+)
                (condition-broadcast queue +not-empty+)
                (format t "~&took ~D~%" taken)))

(with-queue (queue lock)
  (if (equal (uiop:getenv "ROLE") "take")
      (take-all queue lock)
      (put-all queue lock)))
(when (uiop:getenv "LAST")
  (delete-shm *name*))
(finish-output)
(uiop:quit 0)

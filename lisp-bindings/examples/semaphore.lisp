;;;; SPDX-License-Identifier: BSD-3-Clause
;;;; A semaphore between processes whose permits have owners: the permit of a process that is killed is free again.
;;;;
;;;;   CRASH=yes sbcl --load semaphore.lisp ; sbcl --load semaphore.lisp & LAST=yes sbcl --load semaphore.lisp
;;;;
;;;; Or on any other implementation, also mixed. The last process deletes the object.

(require "asdf")
(asdf:load-system "posix-shm")

(defpackage #:semaphore
  (:use #:cl #:posix-shm))

(in-package #:semaphore)

;;; A word of 32 bits counts what was released, for those who wait. A word of 64 bits for each permit says which process has it, or
;;; 0. Taking one is a compare-and-swap, of 0 or of a process that has ended; so no lock is needed.

(defvar *name* (or (uiop:getenv "SEMAPHORE") "/posix-shm-semaphore"))

(defconstant +permits+ 2)
(defconstant +released+ 0 "Octets from the beginning: the word that counts.")
(defconstant +owners+ 8 "Where the words of the permits begin.")
(defconstant +users+ (+ +owners+ (* 8 +permits+)) "Where the words of the demonstration begin.")
(defconstant +size+ (+ +users+ (* 8 +permits+)))

(defun take-permit (semaphore)
  "Take a permit that is free, or whose owner has ended. Return its number, or nil."
  (dotimes (permit +permits+)
    (let* ((index (+ +owners+ (* 8 permit)))
           (owner (shm-atomic semaphore index :type :int64)))
      (when (and (or (zerop owner) (null (shm-alive-p owner)))
                 (eql owner (shm-compare-and-swap semaphore index owner (shm-self) :type :int64)))
        (return permit)))))

(defun acquire-permit (semaphore)
  "Wait for a permit and return its number. A process that ends wakes nobody, so it is looked for from time to time."
  (loop for released = (shm-atomic semaphore +released+)
        thereis (take-permit semaphore)
        do (shm-wait semaphore +released+ released :timeout 1/10)))

(defun release-permit (semaphore permit)
  (setf (shm-atomic semaphore (+ +owners+ (* 8 permit)) :type :int64) 0)
  (shm-atomic-incf semaphore +released+)
  (shm-wake semaphore +released+ :count 1))

(defmacro with-permit ((permit semaphore) &body body)
  `(let ((,permit (acquire-permit ,semaphore)))
     (unwind-protect (progn ,@body)
       (release-permit ,semaphore ,permit))))

;;; The demonstration: the owner of a permit records its process, and checks that no other live process has it.

(defun use-permit (semaphore permit)
  "Return true if the permit was this process's alone."
  (let* ((index (+ +users+ (* 8 permit)))
         (user (shm-atomic-update semaphore index :exchange (shm-self) :type :int64)))
    (when (uiop:getenv "CRASH")
      (cffi:foreign-funcall "kill" :int (cffi:foreign-funcall "getpid" :int) :int 9 :int))
    (sleep 1/1000)
    (prog1 (and (or (zerop user) (null (shm-alive-p user)))
                (eql (shm-self) (shm-atomic semaphore index :type :int64)))
      (setf (shm-atomic semaphore index :type :int64) 0))))

(with-open-shm-and-mmap (shm semaphore (*name* :direction :io :if-does-not-exist :create) (+size+))
  (let ((alone (loop repeat 100
                     count (with-permit (permit semaphore)
                             (use-permit semaphore permit)))))
    (format t "~&100 turns, ~D of them alone~%" alone)))
(when (uiop:getenv "LAST")
  (delete-shm *name*))
(finish-output)
(uiop:quit 0)

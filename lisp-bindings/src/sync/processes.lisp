;;;; SPDX-License-Identifier: BSD-3-Clause
;;;; Which process this is, and whether another one is alive.

(in-package #:posix-shm)

(defun shm-self ()
  #.(doc "shm-self")
  (current-image)
  (pshm-process-self))

(defun reject-process (who)
  (reject 'shm-alive-p 'who who '(integer 1 #.(1- (ash 1 63))) "it must be a process, as shm-self or shm-lock-owner returns it."))

(defun check-process (who)
  (if (typep who '(and (unsigned-byte 63) (integer 1))) who (reject-process who)))

(defun shm-alive-p (who)
  #.(doc "shm-alive-p")
  (check-process who)
  (current-image)
  (let* ((errno (pshm-errno))
         (result (pshm-process-alive who)))
    (cond ((eql result (- *einval*)) (reject-process who))
          ;; An answer, and not a failure.
          ((minusp result) (pshm-set-errno errno) :unknown)
          (t (= result 1)))))

(defun process-number (who)
  "The process ID in WHO, for people."
  (ldb (byte 22 0) who))

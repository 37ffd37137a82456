;;;; SPDX-License-Identifier: BSD-3-Clause
;;;; Waiting for an object that another process makes. The library waits for a part of the time after the other: between two of them
;;;; interrupts run, and where a signal brings them, at once.

(in-package #:posix-shm)

(defun await-object (cell name direction size left)
  "Open the object NAME, of SIZE octets at least, into CELL, if it comes within the seconds LEFT or a part of them. Return the
library's result."
  (let ((nanoseconds (ceiling (* (min left *slice*) (expt 10 9))))
        (result 0))
    (with-c-string (name)
      (uninterrupted
        (setf result (pshm-open-wait name direction size nanoseconds))
        (unless (minusp result)
          (setf (car cell) result))))
    result))

(defun objects-are-files-p ()
  "Can an object be looked at without being opened? Elsewhere one that is being made cannot be told from one that is forbidden."
  (feature-p "list"))

(defun may-come-p (result)
  "Is RESULT that of a wait that may yet have another?"
  (or (member result (list (- *eagain*) (- *eintr*) (- *etimedout*)))
      (and (eql result (- *eacces*)) (not (objects-are-files-p)))))

(defun await-in-time (shm name direction size timeout)
  "The result of waiting for NAME, which becomes SHM, until there is one or TIMEOUT is over. A success leaves *errno* alone."
  (loop with moment = (moment-after timeout)
        with errno = (pshm-errno)
        for left = (seconds-left moment)
        for result = (await-object (cell-of shm) name direction size left)
        do (cond ((not (minusp result))
                  (pshm-set-errno errno)
                  (return result))
                 ((or (eql left 0) (not (may-come-p result)))
                  (return result)))))

(defun timeout-of-object (operation name)
  "The condition for NAME, which is not there, or not complete, when the time is over."
  (failure 'shm-timeout operation (- *etimedout*) name))

(defun wait-again (name &aux (others (compute-restarts)))
  "Signal that nobody has made NAME in time; return where it is to be waited for again."
  (restart-case (signal-with-restarts (timeout-of-object 'wait-for-shm name) others)
    (continue ()
      :report "Wait for the object as long again.")))

(defun wait-for-shm (name &key (direction :input) (size 0) timeout)
  #.(doc "wait-for-shm")
  (let* ((name (check-name name 'wait-for-shm))
         (direction (choice-value direction 'direction *directions* 'wait-for-shm))
         (size (check-size size 'size 'wait-for-shm))
         (timeout (check-timeout timeout 'wait-for-shm))
         (shm (make-instance 'open-shm :name name)))
    (closed-unless-returned (shm)
      (loop for result = (await-in-time shm (portable-name name) direction size timeout)
            do (cond ((not (minusp result)) (return shm))
                     ((may-come-p result) (wait-again name))
                     (t (error (named-failure 'wait-for-shm result name))))))))

(define-folding wait-for-shm 1)

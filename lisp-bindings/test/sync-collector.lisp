;;;; SPDX-License-Identifier: BSD-3-Clause
;;;; The storms of sync-storms.lisp on SBCL, under a collector that hardly pauses: every thread makes garbage, and another one
;;;; collects.

(in-package #:posix-shm/test)

#+sb-thread
(defun collect-until (stopped-p)
  "Make garbage and collect it until STOPPED-P returns true, with pauses in which the others run. Return how often."
  (loop for count from 1
        do (make-list 1000)
           ;; A collection may leave a page that is nearly empty, until what has survived some of them is collected as well.
           (sb-ext:gc :gen (if (zerop (mod count 100)) 2 0))
           (sleep 0.0005)
        until (funcall stopped-p)
        finally (return count)))

#+sb-thread
(defmacro with-heavy-collector (&body body)
  "Run BODY while a thread collects, and check that it did so many times."
  `(let* ((stop nil)
          (collections 0)
          (collector (start-thread (lambda () (setf collections (collect-until (lambda () stop)))))))
     (unwind-protect (progn ,@body)
       (setf stop t)
       (join-thread collector))
     (is (< 20 collections) "~D collections" collections)))

#+sb-thread
(defun litter ()
  "Garbage that lives for a while, so that the collector has something to move."
  (loop repeat 20 collect (make-array 100)))

#+sb-thread
(defun storm-of-holders (interrupts pause)
  "Threads that hold a lock, and sleep for PAUSE seconds meanwhile, are interrupted while a thread collects."
  (with-heavy-collector
    (storm-of (lambda (storm lock index)
                (lambda ()
                  (with-shm-lock-held (lock)
                    (when (litter)
                      (be-inside storm index)
                      (when pause
                        (sleep pause))))))
              interrupts :threads 3)))

(deftest interrupts-under-a-heavy-collector-lose-no-lock
  #-sb-thread (skip "tried on SBCL, where it has threads")
  #+sb-thread (storm-of-holders (rounds 4000) nil))

(deftest interrupts-under-a-heavy-collector-end-waits
  ;; The holder sleeps, so that the others are thrown out of their waits.
  #-sb-thread (skip "tried on SBCL, where it has threads")
  #+sb-thread (storm-of-holders (rounds 1000) 0.0005))

;;;; SPDX-License-Identifier: BSD-3-Clause
;;;; The storms of sync-storms.lisp under a collector that hardly pauses: every thread makes garbage, and another one collects all the time.

(in-package #:posix-shm/test)

#+(or sb-thread (and ecl threads))
(defun collect-until (stopped-p)
  "Make garbage and collect it until STOPPED-P returns true, with pauses in which the others run. Return how often."
  (loop for count from 1
        do (make-list 1000)
           (if (zerop (mod count 100))
               (collect-more)
               (collect-meanwhile))
           (sleep 0.0005)
        until (funcall stopped-p)
        finally (return count)))

#+(or sb-thread (and ecl threads))
(defun collect-more ()
  "Collect what has survived some collections as well: on SBCL each of them may leave a page that is nearly empty."
  #+sb-thread (sb-ext:gc :gen 2)
  #+ecl (si:gc t))

#+(or sb-thread (and ecl threads))
(defmacro with-heavy-collector (&body body)
  "Run BODY while a thread collects, and check that it did so many times."
  `(let* ((stop nil)
          (collections 0)
          (collector (start-thread (lambda () (setf collections (collect-until (lambda () stop)))))))
     (unwind-protect (progn ,@body)
       (setf stop t)
       (join-thread collector))
     (is (< 20 collections) "~D collections" collections)))

#+(or sb-thread (and ecl threads))
(defun litter ()
  "Garbage that lives for a while, so that the collector has something to move."
  (loop repeat 20 collect (make-array 100)))

(deftest interrupts-under-a-heavy-collector-lose-no-lock
  #-(or sb-thread (and ecl threads)) (skip "interrupts are held back on SBCL and ECL, where they have threads")
  #+(or sb-thread (and ecl threads))
  (with-heavy-collector
    (storm-of (lambda (storm lock index)
                (lambda ()
                  (with-shm-lock-held (lock)
                    (when (litter)
                      (be-inside storm index)))))
              (rounds 4000) :threads 3)))

(deftest interrupts-under-a-heavy-collector-end-waits
  ;; The holder sleeps, so that the others are thrown out of their waits.
  #-(or sb-thread (and ecl threads)) (skip "interrupts are held back on SBCL and ECL, where they have threads")
  #+(or sb-thread (and ecl threads))
  (with-heavy-collector
    (storm-of (lambda (storm lock index)
                (lambda ()
                  (with-shm-lock-held (lock)
                    (when (litter)
                      (be-inside storm index)
                      (sleep 0.0005)))))
              (rounds 1000) :threads 3)))

(deftest interrupts-under-a-heavy-collector-leave-no-turn-taken
  #-(or sb-thread (and ecl threads)) (skip "interrupts are held back on SBCL and ECL, where they have threads")
  #+(or sb-thread (and ecl threads))
  (with-object (object 4096)
    (with-heavy-collector
      (storm-of-turns object (rounds 2000)))))

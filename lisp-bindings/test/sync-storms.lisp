;;;; SPDX-License-Identifier: BSD-3-Clause
;;;; Interrupts that unwind at any moment, with a collector at work: no lock is lost, and none released twice. On SBCL and ECL.

(in-package #:posix-shm/test)

#+sb-thread
(defun interrupt (thread function)
  "Have THREAD call FUNCTION, wherever it is. Return false where the thread has ended."
  (handler-case (progn (sb-thread:interrupt-thread thread function) t)
    (sb-thread:interrupt-thread-error () nil)))

;;; One thread at a time may be inside: it leaves its name there, and looks for it when it goes.

#+(or sb-thread (and ecl threads))
(defstruct storm
  (stop nil)
  (inside nil)
  (wrong 0)
  (rounds 0)
  (arrived 0)
  (thrown 0))

#+(or sb-thread (and ecl threads))
(defun live-in-storm (storm round)
  "Go round after round in a new thread, until STORM stops."
  (let* ((started nil)
         (thread (start-thread (lambda ()
                                 (catch 'end
                                   (loop until (storm-stop storm)
                                         do (when (eq :thrown (catch 'out
                                                                (setf started t)
                                                                (funcall round)
                                                                nil))
                                              (incf (storm-thrown storm)))))))))
    (loop until started do (sleep 0.0001))
    thread))

#+(or sb-thread (and ecl threads))
(defun be-inside (storm me)
  (setf (storm-inside storm) me)
  (loop repeat 100
        do (unless (eq me (storm-inside storm))
             (incf (storm-wrong storm))))
  (incf (storm-rounds storm)))

#+(or sb-thread (and ecl threads))
(defun ends-in-time-p (thread)
  "Does THREAD end? One that waits for ever is thrown out, for good."
  (flet ((alive-p ()
           #+sb-thread (sb-thread:thread-alive-p thread)
           #+ecl (mp:process-active-p thread)))
    (loop repeat 300 while (alive-p) do (sleep 0.1))
    (or (not (alive-p))
        (progn
          (end-thread thread)
          nil))))

#+(or sb-thread (and ecl threads))
(defun collect-meanwhile ()
  #+sb-thread (sb-ext:gc)
  #+ecl (si:gc t))

#+sb-thread
(defun arrives-p (storm count)
  (loop repeat 100000 thereis (= count (storm-arrived storm)) do (sleep 0.0001)))

#+sb-thread
(defun interrupt-them (storm threads rounds interrupts collect)
  "Throw the THREADS out of their rounds."
  (declare (ignore rounds))
  (loop repeat interrupts
        for count from 0
        do (sleep 0.0002)
           (interrupt (nth (random (length threads)) threads)
                      (lambda ()
                        (incf (storm-arrived storm))
                        ;; Between two rounds there is nothing to leave.
                        (ignore-errors (throw 'out :thrown))))
           ;; One after the other: SBCL ends where they pile up in a thread.
        while (arrives-p storm (1+ count))
        do (when (and collect (zerop (mod count 100)))
             (collect-meanwhile)))
  (is (= interrupts (storm-arrived storm)) "all interrupts arrive"))

;;; A thread of ECL that was thrown out takes no other interrupt. So it ends, and another one takes its place.
#+(and ecl threads)
(defun interrupt-them (storm threads rounds interrupts collect)
  "End the THREADS, one after the other, and start others."
  (loop repeat interrupts
        for count from 0
        for index = (random (length threads))
        do (sleep 0.0002)
           (end-thread (nth index threads))
           (incf (storm-thrown storm))
           (setf (nth index threads) (live-in-storm storm (nth index rounds)))
           (when (and collect (zerop (mod count 100)))
             (collect-meanwhile))))

#+(or sb-thread (and ecl threads))
(defun run-storm (storm rounds interrupts collect &aux (threads (loop for round in rounds collect (live-in-storm storm round))))
  (interrupt-them storm threads rounds interrupts collect)
  (setf (storm-stop storm) t)
  (dolist (thread threads)
    (is-true (ends-in-time-p thread) "a thread waits for a lock that nobody releases")))

#+(or sb-thread (and ecl threads))
(defun check-storm (storm lock)
  (is (= 0 (storm-wrong storm)))
  (is (null (shm-lock-owner lock)) "the lock is free at the end")
  (is (< 10 (storm-rounds storm)) "~D rounds" (storm-rounds storm))
  (is (< 10 (storm-thrown storm)) "~D were thrown out" (storm-thrown storm)))

#+(or sb-thread (and ecl threads))
(defun storm-of (round-of interrupts &key (threads 2) collect)
  "Two threads go rounds, functions that ROUND-OF returns for a storm, a lock and a thread's name."
  (with-lock (lock vector)
    (let ((storm (make-storm)))
      (run-storm storm
                 (loop for index below threads
                       collect (funcall round-of storm (make-shm-lock vector 2) index))
                 interrupts collect)
      (check-storm storm lock))))

(deftest interrupts-lose-no-lock
  #-(or sb-thread (and ecl threads)) (skip "interrupts are held back on SBCL and ECL, where they have threads")
  #+(or sb-thread (and ecl threads))
  (storm-of (lambda (storm lock index)
              (lambda ()
                (with-shm-lock-held (lock)
                  (be-inside storm index))))
            (rounds 4000) :collect t))

(deftest interrupts-lose-no-lock-of-one-object
  ;; Both threads use the same lock object, with timeouts.
  #-(or sb-thread (and ecl threads)) (skip "interrupts are held back on SBCL and ECL, where they have threads")
  #+(or sb-thread (and ecl threads))
  (with-lock (lock vector)
    (let ((storm (make-storm)))
      (run-storm storm
                 (loop for index below 3
                       collect (let ((index index))
                                 (lambda ()
                                   (with-shm-lock-held (lock :timeout 1/1000)
                                     (be-inside storm index)))))
                 (rounds 2000) nil)
      (check-storm storm lock))))

(deftest interrupts-while-one-conses
  #-(or sb-thread (and ecl threads)) (skip "interrupts are held back on SBCL and ECL, where they have threads")
  #+(or sb-thread (and ecl threads))
  (storm-of (lambda (storm lock index)
              (lambda ()
                (with-shm-lock-held (lock)
                  (when (loop repeat 20 collect (make-array 100))
                    (be-inside storm index)))))
            (rounds 1000) :collect t :threads 3))

(deftest timeouts-lose-no-lock
  #-sbcl (skip "only SBCL has timeouts to try it with")
  #+sbcl
  (with-lock (lock vector)
    (let ((held (make-shm-lock vector 2))
          (random (sb-ext:seed-random-state 7)))
      (is (= (rounds 500)
             (loop repeat (rounds 500)
                   count (handler-case (sb-ext:with-timeout (+ 0.0001 (random 0.0005 random))
                                         (loop (with-shm-lock-held (held) (with-shm-lock-held (lock :timeout 0) 1))))
                           (sb-ext:timeout () t))))))
    (is (null (shm-lock-owner lock)))))

;;; A thread of ECL is interrupted once.
(deftest ended-threads-lose-no-lock
  #-(or sb-thread (and ecl threads)) (skip "interrupts are held back on SBCL and ECL, where they have threads")
  #+(or sb-thread (and ecl threads))
  (with-lock (lock vector)
    (let ((other (make-shm-lock vector 2))
          (free 0))
      (dotimes (round 200)
        (interrupted-thread (lambda ()
                              (with-shm-lock-held (lock)
                                (make-list 10))))
        ;; Another thread waits meanwhile, with a lock object of its own.
        (when (acquire-shm-lock other :timeout 30)
          (incf free)
          (release-shm-lock other)))
      (is (= 200 free) "the lock is free whenever a thread has been ended")
      (is (null (shm-lock-owner lock))))))

;;; What only one thread at a time may do. ECL's own locks were held for ever by threads that were thrown out.
#+(or sb-thread (and ecl threads))
(defun ends-soon-p (function)
  "Does FUNCTION return in another thread?"
  (let ((thread (start-thread (lambda () (catch 'end (funcall function))))))
    (ends-in-time-p thread)))

#+(or sb-thread (and ecl threads))
(defun storm-of-turns (object interrupts)
  "Threads take all turns, of OBJECT too, and are thrown out; no turn is taken for ever."
  (flet ((close-one ()
           (close-shm (open-shm* :direction :io)))
         (unmap-one ()
           (with-shm-vector (vector object '(unsigned-byte 8) 4096)
             (setf (aref vector 0) 1)))
         (take-turns ()
           (posix-shm::while-no-class-changes (make-array 100))
           (posix-shm::with-tombstones (make-array 100))))
    (run-storm (make-storm) (list #'close-one #'unmap-one #'take-turns #'take-turns) interrupts t)
    (dolist (function (list #'close-one #'unmap-one #'take-turns))
      (is-true (ends-soon-p function) "a turn is taken for ever"))))

(deftest ended-threads-leave-no-turn-taken
  #-(or sb-thread (and ecl threads)) (skip "interrupts are held back on SBCL and ECL, where they have threads")
  #+(or sb-thread (and ecl threads))
  (with-object (object 4096)
    (storm-of-turns object (rounds 2000))))

(deftest a-waiter-for-a-lock-can-be-left
  #-(or sb-thread (and ecl threads)) (skip "interrupts are held back on SBCL and ECL, where they have threads")
  #+(or sb-thread (and ecl threads))
  (with-lock (lock vector)
    (let ((other (make-shm-lock vector 2)))
      (acquire-shm-lock lock)
      (dotimes (round 20)
        (let ((thread (start-thread (lambda () (catch 'end (acquire-shm-lock other))))))
          (sleep 0.01)
          (takes (0 10) t (progn (end-thread thread) t))))
      #+sbcl (is (eq :timeout (handler-case (sb-ext:with-timeout 0.1 (acquire-shm-lock other))
                                (sb-ext:timeout () :timeout))))
      (is (eql (shm-self) (shm-lock-owner lock)))
      (release-shm-lock lock)
      (is (equal '(t nil) (values-of (acquire-shm-lock other :wait nil))))
      (release-shm-lock other))))

(deftest a-waiter-that-is-interrupted-goes-on
  #-sbcl (skip "tried on SBCL")
  #+sbcl
  (with-lock (lock vector)
    (let ((other (make-shm-lock vector 2))
          (ran 0))
      (acquire-shm-lock lock)
      (let ((thread (start-thread (lambda () (values-of (acquire-shm-lock other))))))
        (dotimes (round 5)
          (sleep 0.02)
          (sb-thread:interrupt-thread thread (lambda () (incf ran))))
        (loop repeat 1000 until (= ran 5) do (sleep 0.01))
        (is (= 5 ran) "interrupts run while it waits")
        (release-shm-lock lock)
        (is (equal '(t nil) (sb-thread:join-thread thread)))
        (release-shm-lock other)))))

(deftest a-collection-does-not-wait-for-a-waiter
  #-sbcl (skip "tried on SBCL")
  #+sbcl
  (with-lock (lock vector)
    (let ((other (make-shm-lock vector 2)))
      (acquire-shm-lock lock)
      (let ((thread (start-thread (lambda () (acquire-shm-lock other :timeout 20)))))
        (sleep 0.1)
        (takes (0 10) t (progn (sb-ext:gc) t))
        (release-shm-lock lock)
        (is (eq t (sb-thread:join-thread thread)))
        (release-shm-lock other)))))

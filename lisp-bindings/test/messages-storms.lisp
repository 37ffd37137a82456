;;;; SPDX-License-Identifier: BSD-3-Clause
;;;; Interrupts that unwind at any moment lose no message and leave no claim; and what messages allocate. On SBCL and ECL.

(in-package #:posix-shm/test)

#+(or sb-thread (and ecl threads))
(defun storm-on-ring (send receive interrupts)
  "One thread calls SEND with a channel, the other RECEIVE, again and again, while both are thrown out. Return the storm."
  (let ((storm (make-storm)))
    (with-ends (sender receiver)
      (run-storm storm
                 (list (lambda () (funcall send sender))
                       (lambda () (funcall receive receiver)))
                 interrupts t))
    storm))

;;; What is sent is counted with interrupts held back but for windows, as a program does that must know; what is received in place
;;; is looked at before it is released, so it may come twice.
(deftest interrupts-lose-no-message
  #-(or sb-thread (and ecl threads)) (skip "interrupts are held back on SBCL and ECL, where they have threads")
  #+(or sb-thread (and ecl threads))
  (let ((next 0)
        (seen -1)
        (wrong 0)
        (twice 0))
    (let ((storm (storm-on-ring (lambda (sender)
                                  (posix-shm/host:with-interrupt-windows
                                    (when (send-message sender (number-message next) :timeout 1/100 :if-timeout nil)
                                      (incf next))))
                                (lambda (receiver)
                                  (with-message (octets start end) (receiver :timeout 1/100 :if-timeout nil)
                                    (let ((number (number-of-message (subseq octets start end))))
                                      (posix-shm/host:uninterrupted
                                        (cond ((eql number (1+ seen)) (setf seen number))
                                              ((eql number seen) (incf twice))
                                              (t (incf wrong)))))))
                                2000)))
      (is (= 0 wrong))
      (is (< 100 seen) "~D messages" seen)
      (is (<= (- next 400) seen next))
      (is (<= twice (storm-thrown storm)))
      (is (< 10 (storm-thrown storm))))))

(deftest interrupts-lose-no-copied-message
  ;; Received with interrupts held back: they run only while the call waits, and then there is no message.
  #-sb-thread (skip "interrupts are held back on SBCL; ECL runs them while it allocates the message")
  #+sb-thread
  (let ((next 0)
        (seen -1)
        (wrong 0))
    (storm-on-ring (lambda (sender)
                     (posix-shm/host:with-interrupt-windows
                       (when (send-message sender (number-message next) :timeout 1/10 :if-timeout nil)
                         (incf next))))
                   (lambda (receiver)
                     (posix-shm/host:with-interrupt-windows
                       (let ((octets (receive-message receiver :timeout 1/10 :if-timeout nil)))
                         (cond ((null octets))
                               ((eql (number-of-message octets) (1+ seen)) (incf seen))
                               (t (incf wrong))))))
                   200)
    (is (= 0 wrong))
    (is (< 10 seen))))

(deftest interrupted-waits-for-messages
  #-sbcl (skip "only SBCL has timeouts to try it with")
  #+sbcl
  (with-ends (sender receiver)
    (let ((random (sb-ext:seed-random-state 3)))
      (flet ((timeouts (wait)
               (loop repeat 100
                     count (handler-case (sb-ext:with-timeout (+ 0.0001 (random 0.003 random)) (funcall wait))
                             (sb-ext:timeout () t)))))
        (is (= 100 (timeouts (lambda () (receive-message receiver)))))
        (is (= 100 (timeouts (lambda () (with-message (octets start end) (receiver) 1)))))
        (fill-ring sender)
        (is (= 100 (timeouts (lambda () (send-message sender (bytes 1000))))))
        (is (= 100 (timeouts (lambda () (with-message-reserved (octets start end) (sender 1000) 1)))))
        (dotimes (message 4)
          (is (equalp (bytes 1000) (receive-message receiver))))
        (is (null (receive-message receiver :timeout 0 :if-timeout nil)))))))

(deftest interrupts-leave-no-claim
  ;; Thrown out while it joins, by name or not: both ends are free afterwards, and nothing is left.
  #-(or sb-thread (and ecl threads)) (skip "interrupts are held back on SBCL and ECL, where they have threads")
  #+(or sb-thread (and ecl threads))
  (where-ensured
    (with-name (name)
      (with-ring (vector)
        (close-shm-channel (open-shm-channel name :server))
        (with-few-leaks (4)
          (dolist (life (list (lambda ()
                                (with-shm-channel (sender vector 4096 :sender)
                                  (send-message sender (bytes 0) :timeout 0 :if-timeout nil)))
                              (lambda () (with-open-shm-channel (server name :server) (shm-channel-p server)))))
            (dotimes (round 100)
              (interrupted-thread life)))
          (close-shm-channel (make-shm-channel vector 4096 :sender))
          (close-shm-channel (open-shm-channel name :server))
          (pass))))))

(defun check-left-joins (leave)
  "Each function that joins is left by the function LEAVE, which calls it, with a throw; and the role is free, and nothing is left."
  (with-name (name)
    (with-ring (vector)
      (close-shm-channel (open-shm-channel name :server))
      (without-leaks
        (dolist (join (list (lambda () (make-shm-channel vector 4096 :sender))
                            (lambda () (open-shm-channel name :server))))
          (is (eq :out (catch 'out (funcall leave join))))
          (is (eq t (close-shm-channel (funcall join))) "the role is free"))))))

(deftest a-call-that-joins-can-be-left
  ;; As if an interrupt came when it has joined.
  (with-hooks
    (where-ensured
      (check-left-joins (lambda (join)
                          (after-first (posix-shm::join (throw 'out :out))
                            (funcall join)))))))

(deftest an-interrupt-during-the-call-that-joins
  ;; It comes while the library is called, and runs when that has returned.
  #-sb-thread (skip "tried on SBCL, where a thread can interrupt itself")
  #+sb-thread
  (where-ensured
    (check-left-joins (lambda (join)
                        (after-first (posix-shm::join-rings
                                      (interrupt sb-thread:*current-thread* (lambda () (throw 'out :out))))
                          (funcall join))))))

#+(or sb-thread (and ecl threads))
(defun leave-what-was-lost (name)
  "Leave the rings of NAME for processes that did not. Return how many were joined."
  (with-open-shm-and-mmap (shm pointer (name :direction :io) ((shm-channel-size 65536 :server)) :truncate nil)
    (let ((address (cffi:pointer-address pointer)))
      (count 0 (list (posix-shm/shim:pshm-ring-leave address 65536 posix-shm/shim:+pshm-ring-sender+)
                     (posix-shm/shim:pshm-ring-leave (+ address 65536 256) 65536 posix-shm/shim:+pshm-ring-receiver+))))))

(deftest interrupts-while-one-joins
  ;; What a function returns is lost where an interrupt comes between the two, in a few instructions.
  #-(or sb-thread (and ecl threads)) (skip "interrupts are held back on SBCL and ECL, where they have threads")
  #+(or sb-thread (and ecl threads))
  (where-ensured
    (with-name (name)
      (close-shm-channel (open-shm-channel name :server))
      (let ((lost 0))
        (dotimes (round (rounds 200))
          (interrupted-thread (lambda () (close-shm-channel (open-shm-channel name :server))))
          (when (plusp (leave-what-was-lost name))
            (incf lost)))
        (is (<= lost (ceiling (rounds 200) 20)) "~D of ~D" lost (rounds 200))))))

(deftest a-waiting-receiver-is-open-to-interrupts
  #-sbcl (skip "tried on SBCL")
  #+sbcl
  (with-ends (sender receiver)
    (let ((ran 0)
          (thread (start-thread (lambda () (receive-message receiver :timeout 60)))))
      (dotimes (round 5)
        (sleep 0.02)
        (sb-thread:interrupt-thread thread (lambda () (incf ran))))
      (loop repeat 1000 until (= ran 5) do (sleep 0.01))
      (is (= 5 ran))
      (takes (0 10) t (progn (sb-ext:gc) t))
      (send-message sender (bytes 4))
      (is (equalp (bytes 4) (sb-thread:join-thread thread))))))

(deftest messages-allocate-nothing
  #-sbcl (skip "measured on SBCL")
  #+sbcl
  (with-ends (sender receiver)
    (let ((octets (bytes 64))
          (into (bytes 64)))
      (allocates-nothing (progn (send-message sender octets) (receive-message receiver :into into)))
      (allocates-nothing (progn (send-message sender octets :timeout 1) (receive-message receiver :into into :timeout 1)))
      (allocates-nothing (progn
                           (with-message-reserved (vector start end) (sender 64)
                             (setf (aref (the (simple-array (unsigned-byte 8) (*)) vector) start) 1))
                           (with-message (vector start end) (receiver)
                             (aref (the (simple-array (unsigned-byte 8) (*)) vector) start)))))))

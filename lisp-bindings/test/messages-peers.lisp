;;;; SPDX-License-Identifier: BSD-3-Clause
;;;; Channels between processes: who leaves, who dies, and who comes after.

(in-package #:posix-shm/test)

#+(or sbcl ecl clisp)
(defun start-child (function)
  "A child that calls FUNCTION, and ends with 0 if that returns true."
  (finish-output)
  (let ((child #+sbcl (sb-posix:fork) #-sbcl (cffi:foreign-funcall "fork" :int)))
    (when (zerop child)
      (let ((code 3))
        (unwind-protect (setf code (handler-case (if (funcall function) 0 1) (error () 2)))
          (cffi:foreign-funcall "_exit" :int code :void))))
    child))

#+(or sbcl ecl clisp)
(defun kill-child (child)
  "Kill CHILD, and wait for its end."
  (cffi:foreign-funcall "kill" :int child :int 9 :int)
  (was-killed-p child))

;;; CLISP's handler of SIGCHLD takes the status of a child that ends while CLISP sleeps.
#+(or sbcl ecl clisp)
(defun was-killed-p (child)
  "Wait for the end of CHILD, which was killed."
  (let ((signal (logand 127 (wait-for-child child))))
    (declare (ignorable signal))
    #+clisp (pass)
    #-clisp (is (= 9 signal))))

(defmacro with-next-peer (form)
  "What FORM returns, once there is another peer in the place of one that died."
  `(loop
     (handler-case (return ,form)
       (shm-peer-died () (sleep 0.001)))))

(defmacro with-forks (&body body)
  #+(or sbcl ecl clisp) `(progn ,@body)
  #-(or sbcl ecl clisp) (progn body '(skip "this Lisp cannot fork")))

(defmacro with-ring ((vector) &body body)
  `(with-vector (,vector '(unsigned-byte 8) 4352)
     ,@body))

(defun number-message (number)
  (let ((octets (bytes (+ 8 (mod (* 13 number) 300)) number)))
    (dotimes (index 8 octets)
      (setf (aref octets index) (ldb (byte 8 (* 8 index)) number)))))

(defun number-of-message (octets)
  "The number of the message OCTETS, or nil where it is not one of NUMBER-MESSAGE."
  (and (<= 8 (length octets))
       (let ((number (loop for index below 8 sum (ash (aref octets index) (* 8 index)))))
         (and (equalp octets (number-message number))
              number))))

(deftest messages-between-processes
  (with-forks
    (with-ring (vector)
      (let ((child (start-child (lambda ()
                                  (with-shm-channel (sender vector 4096 :sender)
                                    (loop for number below 500
                                          always (send-message sender (number-message number))))))))
        (with-shm-channel (receiver vector 4096 :receiver)
          (is (equal (loop for number below 500 collect number)
                     (loop for octets = (receive-message receiver :timeout 60 :if-peer-left nil)
                           while octets
                           collect (number-of-message octets)))))
        (is (= 0 (wait-for-child child)))))))

(deftest a-peer-that-left
  (with-ends (sender receiver)
    (send-message sender (bytes 3))
    (close-shm-channel sender)
    (is (equalp (bytes 3) (receive-message receiver)))
    (dotimes (time 2)
      (let ((condition (channel-error-of (receive-message receiver))))
        (is (typep condition 'shm-peer-left))
        (is (eq :enodata (posix-shm-error-keyword condition)))
        (is (eq receiver (shm-channel-error-channel condition)))
        (is (eql (shm-self) (shm-channel-error-peer condition)))
        (is (says "has left" (princ-to-string condition)))))
    (is (null (receive-message receiver :if-peer-left nil)))
    (is (null (receive-message receiver :into (bytes 9) :if-peer-left nil)))
    (is (null (with-message (octets start end) (receiver :if-peer-left nil) 1)))
    (is (eq :left (handler-case (with-message (octets start end) (receiver) 1) (shm-peer-left () :left))))))

(deftest a-receiver-that-left
  (with-ends (sender receiver :vector vector)
    (close-shm-channel receiver)
    (let ((condition (channel-error-of (loop (send-message sender (bytes 1000))))))
      (is (typep condition 'shm-peer-left))
      (is (eq :epipe (posix-shm-error-keyword condition)))
      (is (says "has left" (princ-to-string condition))))
    (is (typep (channel-error-of (send-message sender (bytes 1000))) 'shm-peer-left))
    (is (typep (channel-error-of (with-message-reserved (octets start end) (sender 1000) 1)) 'shm-peer-left))
    ;; Another one comes.
    (with-shm-channel (another vector 4096 :receiver)
      (dotimes (message 4)
        (is (equalp (bytes 1000) (receive-message another))))
      (is (eq t (send-message sender (bytes 1))))
      (is (equalp (bytes 1) (receive-message another))))))

(deftest one-at-each-end
  (with-ring (vector)
    (multiple-value-bind (sender replaced) (make-shm-channel vector 4096 :sender)
      (is (null replaced))
      (let ((condition (channel-error-of (make-shm-channel vector 4096 :sender))))
        (is (eq :ebusy (posix-shm-error-keyword condition)))
        (is (eql (shm-self) (shm-channel-error-peer condition)))
        (is (says "This process is the sender already" (princ-to-string condition))))
      (is (eq :ebusy (keyword-of (with-shm-channel (other vector 4096 :sender) 1))))
      (close-shm-channel sender)
      (multiple-value-bind (sender replaced) (make-shm-channel vector 4096 :sender)
        (is (null replaced))
        (is (eq t (close-shm-channel sender)))))))

(deftest a-sender-that-died
  (with-forks
    (with-ring (vector)
      (let ((child (start-child (lambda ()
                                  (let ((sender (make-shm-channel vector 4096 :sender)))
                                    (send-message sender (number-message 1))
                                    (send-message sender (number-message 2))
                                    ;; Killed while it writes: that message does not exist.
                                    (with-message-reserved (octets start end) (sender 100)
                                      (setf (shm-aref octets start) 1)
                                      (loop (sleep 60))))))))
        (with-shm-channel (receiver vector 4096 :receiver)
          (is (eql 1 (number-of-message (receive-message receiver :timeout 60))))
          (is (eql 2 (number-of-message (receive-message receiver :timeout 60))))
          (is (null (receive-message receiver :timeout 1/10 :if-timeout nil)))
          (kill-child child)
          (let ((condition (channel-error-of (receive-message receiver :timeout 60))))
            (is (typep condition 'shm-peer-died))
            (is (eq :eownerdead (posix-shm-error-keyword condition)))
            (is (eql child (ldb (byte 22 0) (shm-channel-error-peer condition))))
            (is (says (format nil "Process ~D died" child) (princ-to-string condition))))
          (is (eq :died (handler-case (receive-message receiver :if-peer-left nil) (shm-peer-died () :died)))
              "a death is no end")
          (multiple-value-bind (sender replaced) (make-shm-channel vector 4096 :sender)
            (is (eq t replaced))
            (send-message sender (number-message 3))
            (is (eql 3 (number-of-message (receive-message receiver))))
            (close-shm-channel sender)))))))

(deftest a-receiver-that-died
  (with-forks
    (with-ring (vector)
      (with-shm-channel (sender vector 4096 :sender)
        (send-message sender (number-message 1))
        (send-message sender (number-message 2))
        (let ((child (start-child (lambda ()
                                    (let ((receiver (make-shm-channel vector 4096 :receiver)))
                                      (receive-message receiver)
                                      ;; Killed while it reads: the message stays.
                                      (with-message (octets start end) (receiver)
                                        (setf (shm-aref octets (+ start 8)) (shm-aref octets (+ start 8)))
                                        (cffi:foreign-funcall "kill" :int (cffi:foreign-funcall "getpid" :int) :int 9 :int)))))))
          (was-killed-p child)
          (let ((condition (channel-error-of (loop (send-message sender (bytes 1000) :timeout 60)))))
            (is (typep condition 'shm-peer-died))
            (is (eq :epipe (posix-shm-error-keyword condition)))
            (is (eql child (ldb (byte 22 0) (shm-channel-error-peer condition)))))
          (multiple-value-bind (receiver replaced) (make-shm-channel vector 4096 :receiver)
            (is (eq t replaced))
            (is (eql 2 (number-of-message (receive-message receiver))))
            (close-shm-channel receiver)))))))

(defun kills ()
  (parse-integer (or (uiop:getenv "KILLS") "20")))

(deftest senders-that-are-killed
  ;; Each takes up where the last one ended: nothing is lost, torn or out of order.
  (with-forks
    (with-ring (vector)
      (with-vector (next '(unsigned-byte 64) 1)
        (let ((expected 0)
              (wrong 0))
          (flet ((send-on ()
                   (with-shm-channel (sender vector 4096 :sender)
                     (loop (send-message sender (number-message (shm-atomic next 0)))
                           (shm-atomic-incf next 0))))
                 (look-at (octets)
                   ;; Killed between the two, it is sent again.
                   (let ((number (number-of-message octets)))
                     (cond ((eql number expected) (incf expected))
                           ((not (eql number (1- expected))) (incf wrong))))))
            (with-shm-channel (receiver vector 4096 :receiver)
              (dotimes (kill (kills))
                (let ((child (start-child #'send-on)))
                  (look-at (with-next-peer (receive-message receiver :timeout 60)))
                  (loop repeat (* 7 kill) do (look-at (receive-message receiver :timeout 60)))
                  (kill-child child)
                  (is (eq :died (handler-case (loop (look-at (receive-message receiver :timeout 60)))
                                  (shm-peer-died () :died))))))
              (is (= 0 wrong))
              (is (<= (shm-atomic next 0) expected (1+ (shm-atomic next 0))))
              (is (< (kills) expected)))))))))

(deftest receivers-that-are-killed
  (with-forks
    (with-ring (vector)
      (with-vector (seen '(unsigned-byte 64) 2)
        (let ((number 0))
          (flet ((receive-on ()
                   (with-shm-channel (receiver vector 4096 :receiver)
                     (loop
                       (with-message (octets start end) (receiver)
                         (let ((copy (make-array (- end start) :element-type '(unsigned-byte 8))))
                           (replace-shm-vector copy octets :start2 start :end2 end)
                           ;; The one that was not released comes again.
                           (unless (member (- (or (number-of-message copy) -9) (shm-atomic seen 0)) '(0 -1))
                             (shm-atomic-incf seen 1))
                           (setf (shm-atomic seen 0) (1+ (or (number-of-message copy) 0)))))))))
            (with-shm-channel (sender vector 4096 :sender)
              (dotimes (kill (kills))
                (let ((child (start-child #'receive-on)))
                  (loop repeat (+ 30 (* 7 kill))
                        do (with-next-peer (send-message sender (number-message number) :timeout 60))
                           (incf number))
                  (kill-child child)))
              (close-shm-channel sender))
            (with-shm-channel (receiver vector 4096 :receiver)
              (let ((rest (loop for octets = (receive-message receiver :timeout 60 :if-peer-left nil)
                                while octets collect (number-of-message octets))))
                ;; The last one may have received them all before it was killed.
                (is (equal (loop for expected from (or (first rest) number) below number collect expected) rest))
                (is (<= (1- (shm-atomic seen 0)) (or (first rest) number) (shm-atomic seen 0)))))
            (is (= 0 (shm-atomic seen 1)))))))))

(deftest a-child-has-not-joined
  (with-forks
    (with-ends (sender receiver :vector vector)
      (is (= 0 (exit-code-of-child
                 (and (null (close-shm-channel sender))
                      (eq :ebusy (keyword-of (make-shm-channel vector 4096 :sender)))))))
      (send-message sender (bytes 3))
      (is (equalp (bytes 3) (receive-message receiver))))))

(deftest many-senders-with-a-lock
  ;; Some are killed while they hold it: the ring is whole, and the next one goes on.
  (with-forks
    (with-ring (vector)
      (with-lock (lock words)
        (with-shm-channel (sender vector 4096 :sender)
          (with-shm-channel (receiver vector 4096 :receiver)
            (flet ((life (first killed)
                     (lambda ()
                       (dotimes (count 50 t)
                         (with-shm-lock-held (lock :abandoned abandoned)
                           (when abandoned
                             (mark-shm-lock-repaired lock))
                           (with-message-reserved (octets start end) (sender 8)
                             (setf (shm-aref octets start) first
                                   (shm-aref octets (1+ start)) count)
                             (when (and killed (= count 25))
                               (cffi:foreign-funcall "kill" :int (cffi:foreign-funcall "getpid" :int) :int 9 :int))))))))
              (let ((children (list (start-child (life 1 nil)) (start-child (life 2 t)) (start-child (life 3 nil))))
                    (last (list -1 -1 -1 -1)))
                (dotimes (message 125)
                  (let* ((octets (receive-message receiver :timeout 60))
                         (from (aref octets 0)))
                    (is (eql (1+ (nth from last)) (aref octets 1)))
                    (setf (nth from last) (aref octets 1))))
                (is (equal '(-1 49 24 49) last))
                (was-killed-p (second children))
                (is (equal '(0 0) (list (wait-for-child (first children)) (wait-for-child (third children)))))
                (is (null (receive-message receiver :timeout 0 :if-timeout nil)))))))))))

(deftest duplex-between-processes
  (with-forks
    (where-ensured
      (with-name (name)
        (let ((child (start-child (lambda ()
                                    (with-open-shm-channel (server name :server :capacity 4096)
                                      (loop for octets = (receive-message server :timeout 60 :if-peer-left nil)
                                            while octets
                                            do (send-message server (reverse octets)))
                                      t)))))
          (with-open-shm-channel (client name :client :capacity 4096)
            (dotimes (round 100)
              (send-message client (bytes round 7))
              (unless (equalp (reverse (bytes round 7)) (receive-message client :timeout 60))
                (fail "round ~D" round))))
          (is (= 0 (wait-for-child child))))))))

(deftest conditions-of-channels-made-by-hand
  (loop for (class . text) in '((shm-channel-error . "channel failed") (shm-peer-left . "has left") (shm-peer-died . "died"))
        do (let ((condition (make-condition class)))
             (is (says text (princ-to-string condition)))
             (is (null (shm-channel-error-channel condition)))
             (is (null (shm-channel-error-peer condition)))
             (is (typep condition 'posix-shm-error)))))

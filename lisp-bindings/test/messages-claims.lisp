;;;; SPDX-License-Identifier: BSD-3-Clause
;;;; What an interrupt, a handler or the peer does in the middle of an operation on messages: a function of ours that is hooked
;;;; stands for the moment. The hooks work where calls go through the function's name, which ECL's do not in one compiled file.

(in-package #:posix-shm/test)

(defun call-hooked (name hook function)
  "Call FUNCTION while the function NAME is one that calls HOOK with it and its arguments."
  (let ((original (fdefinition name)))
    (unwind-protect (progn
                      (setf (fdefinition name) (lambda (&rest arguments) (apply hook original arguments)))
                      (funcall function))
      (setf (fdefinition name) original))))

(defmacro after-first ((name &body event) &body body)
  "Run BODY, and EVENT when the function NAME has been called for the first time. Return what BODY does."
  `(let ((times 0))
     (call-hooked ',name
                  (lambda (original &rest arguments)
                    (multiple-value-prog1 (apply original arguments)
                      (when (= 1 (incf times))
                        ,@event)))
                  (lambda () ,@body))))

(defun hooks-work-p ()
  "Do the functions of one file call each other by name?"
  (with-ends (sender receiver)
    (eq :hooked (call-hooked 'posix-shm::receive-fresh
                             (constantly :hooked)
                             (lambda () (receive-message receiver :timeout 0 :if-timeout nil))))))

(defmacro with-hooks (&body body)
  "Run BODY, unless hooks are of no use."
  #+ecl `(if (hooks-work-p)
             (progn ,@body)
             (skip "ECL's compiled functions do not call each other by name"))
  #-ecl `(progn ,@body))

(defun interrupts-run-p ()
  "Do interrupts run here, or are they held back?"
  #+sbcl sb-sys:*interrupts-enabled*
  #+ecl si:*interrupts-enabled*
  #-(or sbcl ecl) t)

(defmacro signalled-openly (&body body)
  "The keyword of the error that BODY signals, while interrupts run."
  `(handler-case (handler-bind ((error (lambda (condition)
                                         (is-true (interrupts-run-p) "~A, with interrupts held back" condition))))
                   ,@body
                   nil)
     (posix-shm-error (condition) (posix-shm-error-keyword condition))))

;;; The length that was asked for is no longer that of the next message.

(deftest a-message-that-is-taken-after-its-length-was-asked
  (with-hooks
    (dolist (lengths '((10 4) (4 10) (4 100) (1 2040) (0 70) (500 0)))
      (with-ends (sender receiver)
        (send-message sender (bytes (first lengths) 1))
        (multiple-value-bind (octets length)
            (after-first (posix-shm::await-message-length
                          (receive-message receiver)
                          (send-message sender (bytes (second lengths) 2)))
              (receive-message receiver))
          (is (equalp (bytes (second lengths) 2) octets))
          (is (eql (second lengths) length))
          (is (typep octets '(simple-array (unsigned-byte 8) (*)))))
        (is (null (receive-message receiver :timeout 0 :if-timeout nil)))))))

(deftest no-other-message-comes-after-its-length-was-asked
  (with-hooks
    (with-ends (sender receiver)
      (send-message sender (bytes 9))
      (is (null (after-first (posix-shm::await-message-length (receive-message receiver))
                  (receive-message receiver :timeout 0 :if-timeout nil))))
      (send-message sender (bytes 9))
      (is (eq :etimedout (after-first (posix-shm::await-message-length (receive-message receiver))
                           (keyword-of (receive-message receiver :timeout 0)))))
      (send-message sender (bytes 9))
      (is (null (after-first (posix-shm::await-message-length (receive-message receiver) (close-shm-channel sender))
                  (receive-message receiver :if-peer-left nil)))))))

(deftest a-peer-that-changes-a-length
  ;; It lies in the record at octet 256. A message that grows whenever it is looked at is received at last.
  (with-hooks
    (with-ends (sender receiver :vector vector)
      (flet ((length-becomes (length)
               (setf (shm-aref vector 256) (ldb (byte 8 0) length)
                     (shm-aref vector 257) (ldb (byte 8 8) length))))
        (send-message sender (bytes 100))
        (is (equalp (bytes 7) (after-first (posix-shm::await-message-length (length-becomes 7))
                                (receive-message receiver))))))
    (with-ends (sender receiver :vector vector)
      (send-message sender (make-array 2040 :element-type '(unsigned-byte 8) :initial-element 5))
      (let ((asked 0))
        (flet ((length-becomes (length)
                 (setf (shm-aref vector 256) (ldb (byte 8 0) length)
                       (shm-aref vector 257) (ldb (byte 8 8) length))))
          (length-becomes 1)
          (let ((octets (call-hooked 'posix-shm::await-message-length
                                     (lambda (original &rest arguments)
                                       (length-becomes 1)
                                       (prog1 (apply original arguments)
                                         (incf asked)
                                         (length-becomes 2040)))
                                     (lambda () (receive-message receiver)))))
            (is (eql 2040 (length octets)))
            (is (every (lambda (octet) (= 5 octet)) octets))
            (is (<= asked 8) "~D times" asked)))))))

;;; A body has its message for itself: what is sent or received meanwhile would have the same memory.

(defmacro in-vain (&body operations)
  "Each of OPERATIONS is rejected, as one of another body."
  `(progn ,@(loop for operation in operations
                  collect `(is (eq :eperm (keyword-of ,operation)) "~S" ',operation))))

(deftest a-reservation-inside-a-reservation
  (with-ends (sender receiver)
    (dolist (inner '(10 100 1000))
      (is (eql 5 (with-message-reserved (octets start end) (sender 100)
                   (fill-shm-vector octets 1 :start start :end end)
                   (in-vain (with-message-reserved (octets start end) (sender inner)
                              (fill-shm-vector octets 2 :start start :end end))
                            (block nil (with-message-reserved (octets start end) (sender inner) (return)))
                            (send-message sender (bytes inner)))
                   (setf (shm-aref octets (1- end)) 3)
                   5)))
      (let ((octets (receive-message receiver)))
        (is (eql 100 (length octets)))
        (is (equal '(1 1 3) (list (aref octets 0) (aref octets 98) (aref octets 99)))))
      (is (null (receive-message receiver :timeout 0 :if-timeout nil))))))

(deftest a-body-that-is-left-has-its-message-no-more
  (with-ends (sender receiver)
    (dolist (leave (list (lambda () (throw 'out 1)) (lambda () (error "out"))
                         (lambda () (rejects length (with-message-reserved (octets start end) (sender 5000) 2)) (throw 'out 1))))
      (flet ((left (function)
               (catch 'out (ignore-errors (funcall function)))))
        (left (lambda () (with-message-reserved (octets start end) (sender 10) (funcall leave))))
        (is (eq t (send-message sender (bytes 3))))
        (left (lambda () (with-message (octets start end) (receiver) (funcall leave))))
        (is (equalp (bytes 3) (receive-message receiver)))
        (loop while (receive-message receiver :timeout 0 :if-timeout nil))))))

(deftest a-message-inside-a-message
  (with-ends (sender receiver)
    (dotimes (message 3)
      (send-message sender (bytes 5 message)))
    (dotimes (message 3)
      (is (eql message (with-message (octets start end) (receiver)
                         (in-vain (with-message (octets start end) (receiver) 1)
                                  (receive-message receiver)
                                  (receive-message receiver :into (bytes 10)))
                         (shm-aref octets start)))))
    (is (null (receive-message receiver :timeout 0 :if-timeout nil)))))

(deftest the-two-ends-of-a-duplex-channel-are-apart
  (with-vector (vector '(unsigned-byte 8) (shm-channel-size 4096 :server))
    (with-shm-channel (server vector 4096 :server)
      (with-shm-channel (client vector 4096 :client)
        (send-message client (bytes 3 7))
        (with-message (octets start end) (server)
          (with-message-reserved (answer first last) (server 3)
            (replace-shm-vector answer octets :start1 first :start2 start :end2 end)))
        (is (equalp (bytes 3 7) (receive-message client)))))))

(deftest the-start-of-a-message-may-be-a-cursor
  (with-ends (sender receiver)
    (with-message-reserved (octets start end) (sender 4)
      (loop while (< start end)
            do (setf (shm-aref octets start) 9)
               (incf start)))
    (is (equalp #(9 9 9 9) (receive-message receiver)))
    (with-message-reserved (octets start end) (sender 4)
      (dotimes (time 2)
        (setf (shm-aref octets start) 8)
        (incf start))
      (setf end start
            octets nil))
    (is (equalp #(8 8) (receive-message receiver)))
    (rejects end (with-message-reserved (octets start end) (sender 4)
                   (setf end nil)))))

;;; Errors are signalled while interrupts run.

(defmacro with-closing-hook ((channel) &body body)
  "Run BODY, in which CHANNEL is closed when a call is about to wait."
  `(call-hooked 'posix-shm::nanoseconds-before
                (lambda (original &rest arguments)
                  (close-shm-channel ,channel)
                  (apply original arguments))
                (lambda () ,@body)))

(deftest a-channel-that-is-closed-during-a-call
  ;; The hook is in another file than its caller.
  (dolist (operation (list (lambda (receiver) (receive-message receiver))
                           (lambda (receiver) (receive-message receiver :into (bytes 10)))
                           (lambda (receiver) (with-message (octets start end) (receiver) 1))))
    (with-ends (sender receiver)
      (is (eq :einval (signalled-openly (with-closing-hook (receiver) (funcall operation receiver)))))))
  (dolist (operation (list (lambda (sender) (send-message sender (bytes 1000)))
                           (lambda (sender) (with-message-reserved (octets start end) (sender 1000) 1))))
    (with-ends (sender receiver)
      (fill-ring sender)
      (is (eq :einval (signalled-openly (with-closing-hook (sender) (funcall operation sender))))))))

(deftest errors-of-messages-let-interrupts-run
  (with-ends (sender receiver :vector vector)
    (send-message sender (bytes 5))
    (is (eq :eperm (signalled-openly (with-message (octets start end) (receiver) (receive-message receiver)))))
    (is (eq :eperm (signalled-openly (with-message-reserved (octets start end) (sender 10) (send-message sender (bytes 2))))))
    (is (eq :einval (signalled-openly (with-message-reserved (octets start end) (sender 10) (close-shm-channel sender)))))
    (is (eq :einval (signalled-openly (with-message (octets start end) (receiver) (close-shm-channel receiver))))))
  (with-ends (sender receiver :vector vector)
    (is (eq :eproto (signalled-openly (with-message-reserved (octets start end) (sender 1) (setf (shm-aref vector 0) 9)))))
    (is (eq :eproto (signalled-openly (send-message sender (bytes 3)))))
    (is (eq :eproto (signalled-openly (receive-message receiver :into (bytes 3)))))
    (is (eq :eproto (signalled-openly (with-message (octets start end) (receiver) 1))))))

;;; Foreign memory for a length is released.

(deftest a-peek-that-is-left-keeps-no-memory
  #-(or clisp ecl) (skip "kept on CLISP and ECL")
  #+(or clisp ecl)
  (with-ends (sender receiver)
    (send-message sender (bytes 5))
    (with-message (octets start end) (receiver) 1)
    (let ((piece (car posix-shm::*output*)))
      (is-true piece)
      (dotimes (time 3)
        (is (eq :out (catch 'out
                       (handler-bind ((shm-timeout (lambda (condition) (declare (ignore condition)) (throw 'out :out))))
                         (with-message (octets start end) (receiver :timeout 0) 1))))))
      (is (eq piece (car posix-shm::*output*)))
      (with-vector (words '(unsigned-byte 64) 2)
        (is (eq :out (catch 'out
                       (handler-bind ((error (lambda (condition) (declare (ignore condition)) (throw 'out :out))))
                         (shm-atomic (cffi:make-pointer 8) 4 :type :uint64)))))
        (is (eql 0 (shm-atomic words 0))))
      (is (eq piece (car posix-shm::*output*))))))

;;;; SPDX-License-Identifier: BSD-3-Clause
;;;; Messages through channels: what arrives, in place and copied, and what is rejected.

(in-package #:posix-shm/test)

(defun ring-length (type &optional (capacity 4096))
  "The elements of TYPE that a ring takes."
  (ceiling (shm-channel-size capacity :sender) (octets-of type)))

(defmacro with-ends ((sender receiver &key (vector (gensym)) (type ''(unsigned-byte 8))) &body body)
  "Run BODY with both ends of a channel of 4096 octets."
  `(with-vector (,vector ,type (ring-length ,type))
     (with-shm-channel (,sender ,vector 4096 :sender)
       (with-shm-channel (,receiver ,vector 4096 :receiver)
         ,@body))))

(defmacro channel-error-of (&body body)
  `(handler-case (progn ,@body nil)
     (shm-channel-error (condition) condition)))

(defun bytes (length &optional (first 0))
  "LENGTH octets, which count from FIRST."
  (let ((octets (make-array length :element-type '(unsigned-byte 8))))
    (dotimes (index length octets)
      (setf (aref octets index) (logand 255 (+ first index))))))

(deftest messages-arrive
  (with-ends (sender receiver)
    (loop for length in '(0 1 7 8 9 100 2039 2040)
          do (is (eq t (send-message sender (bytes length length))))
             (multiple-value-bind (octets received) (receive-message receiver)
               (is (typep octets '(simple-array (unsigned-byte 8) (*))))
               (is (eql length received))
               (is (equalp (bytes length length) octets))))))

(deftest messages-keep-their-order
  ;; Around the ring many times, with messages of all lengths, and several at once.
  (with-ends (sender receiver)
    (let ((sent 0)
          (received 0))
      (dotimes (round 400)
        (dotimes (turn 3)
          (send-message sender (bytes (mod (* 37 sent) 600) sent))
          (incf sent))
        (dotimes (turn 3)
          (unless (equalp (bytes (mod (* 37 received) 600) received) (receive-message receiver))
            (fail "message ~D" received))
          (incf received)))
      (is (eql 1200 received)))))

(deftest parts-of-vectors
  (with-ends (sender receiver)
    (send-message sender (bytes 10) :start 3 :end 6)
    (is (equalp #(3 4 5) (receive-message receiver)))
    (send-message sender (bytes 10) :start 7)
    (let ((into (bytes 6)))
      (multiple-value-bind (vector length) (receive-message receiver :into into :start 2)
        (is (eq into vector))
        (is (eql 3 length))
        (is (equalp #(0 1 7 8 9 5) into))))
    (send-message sender (bytes 4 9))
    (let ((into (bytes 6)))
      (rejects into (receive-message receiver :into into :end 3))
      (is (equalp (bytes 6) into) "nothing is stored")
      (is (equalp (bytes 4 9) (receive-message receiver)) "the message stays"))))

(deftest messages-of-any-numbers
  (with-ends (sender receiver)
    ;; Those that the implementation has vectors of.
    (dolist (type (remove-if-not (lambda (type) (subtypep (upgraded-array-element-type type) type)) *element-types*))
      (let ((source (heap-vector type 6))
            (target (make-array 8 :element-type type :initial-element (sample type 3))))
        (send-message sender source :start 1 :end 5)
        (is (eql (* 4 (octets-of type)) (nth-value 1 (receive-message receiver :into target :start 2))))
        (is (equalp (concatenate 'list (list (sample type 3) (sample type 3)) (subseq source 1 5)
                                 (list (sample type 3) (sample type 3)))
                    (coerce target 'list))
            "~S" type)))
    ;; From one vector in shared memory to another.
    (with-vector (from '(unsigned-byte 32) 4)
      (with-vector (to '(unsigned-byte 32) 4)
        (setf (shm-aref from 2) 77)
        (send-message sender from)
        (receive-message receiver :into to)
        (is (equal '(0 0 77 0) (elements to)))))
    ;; A general vector, whose elements are looked at.
    (let ((general (vector 1 2 3)))
      (rejects octets (send-message sender general)))))

(deftest a-message-that-is-no-whole-number-of-elements
  (with-ends (sender receiver)
    (send-message sender (coerce #(1 0 0 0 2 1) '(vector (unsigned-byte 8))))
    (let ((into (make-array 2 :element-type '(unsigned-byte 32) :initial-element #xFFFFFFFF)))
      (is (eql 6 (nth-value 1 (receive-message receiver :into into))))
      (is (equalp #(1 #xFFFF0102) into) "the octets behind are left alone"))))

;;; In place

(deftest a-message-in-place
  (with-ends (sender receiver :vector vector)
    (is (equal '(1 2) (values-of (with-message-reserved (octets start end) (sender 10)
                                   (is (eq octets vector))
                                   (is (eql 10 (- end start)))
                                   (is (eql 0 (mod start 8)))
                                   (setf (shm-aref octets start) 42
                                         (shm-aref octets (+ start 9)) 43)
                                   (values 1 2)))))
    (is (equal '(42 43 10 :end) (values-of (with-message (octets start end) (receiver)
                                             (is (eq octets vector))
                                             (values (shm-aref octets start) (shm-aref octets (1- end)) (- end start) :end)))))
    (is (null (receive-message receiver :timeout 0 :if-timeout nil)) "it is released")))

(deftest the-end-of-a-message-may-be-set
  (with-ends (sender receiver)
    (with-message-reserved (octets start end) (sender 100)
      (replace-shm-vector octets (bytes 3 5) :start1 start)
      (setf end (+ start 3)))
    (is (equalp #(5 6 7) (receive-message receiver)))
    (with-message-reserved (octets start end) (sender 100)
      (setf end start))
    (is (equalp #() (receive-message receiver)))
    (dolist (wrong (list 101 -1 1/2))
      (rejects end (with-message-reserved (octets start end) (sender 100)
                       (setf end (+ start wrong)))))
    (is (null (receive-message receiver :timeout 0 :if-timeout nil)) "nothing is sent")))

(deftest an-abandoned-message-is-not-sent
  (with-ends (sender receiver)
    (is (eql 3 (block nil (with-message-reserved (octets start end) (sender 8) (return 3)))))
    (is (eq :error (handler-case (with-message-reserved (octets start end) (sender 8) (error "out")) (error () :error))))
    (is (null (receive-message receiver :timeout 0 :if-timeout nil)))
    (send-message sender (bytes 5))
    (is (equalp (bytes 5) (receive-message receiver)))))

(deftest an-abandoned-message-stays
  (with-ends (sender receiver)
    (send-message sender (bytes 5 1))
    (send-message sender (bytes 5 2))
    (is (eql 1 (block nil (with-message (octets start end) (receiver) (return (shm-aref octets start))))))
    (is (eq :error (handler-case (with-message (octets start end) (receiver) (error "out")) (error () :error))))
    (is (eql 1 (with-message (octets start end) (receiver) (shm-aref octets start))))
    (is (eql 2 (with-message (octets start end) (receiver) (shm-aref octets start))))))

(deftest bodies-of-messages-may-declare
  (with-ends (sender receiver)
    (with-message-reserved (octets start end) (sender 1)
      (declare (type fixnum start end))
      (setf (shm-aref octets start) (- end start)))
    (is (eql 1 (with-message (octets start end) (receiver)
                 (declare (type fixnum start) (ignore end))
                 (shm-aref octets start))))))

(deftest elements-in-place
  ;; The bounds are indexes of the vector, whatever its elements are.
  (dolist (type (remove '(complex double-float) *element-types* :test #'equal))
    (with-ends (sender receiver :vector vector :type type)
      (let ((value (sample type 1)))
        (with-message-reserved (elements start end) (sender 3)
          (is (eql 3 (- end start)))
          (setf (shm-aref elements (+ start 2)) value))
        (with-message (elements start end) (receiver)
          (is (eql 3 (- end start)))
          (is (= value (shm-aref elements (1- end))) "~S" type))
        ;; An element that is not complete is none.
        (send-message sender (bytes (1- (* 2 (octets-of type)))))
        (with-message (elements start end) (receiver)
          (is (eql (floor (1- (* 2 (octets-of type))) (octets-of type)) (- end start))))))))

(deftest messages-behind-a-pointer
  (with-open-shm-and-mmap* (shm pointer (:direction :io) (8192))
    (with-shm-channel (sender pointer 4096 :sender 128)
      (with-shm-channel (receiver pointer 4096 :receiver 128)
        (with-message-reserved (message start end) (sender 100)
          (is (equal '(0 100) (list start end)))
          (setf (cffi:mem-aref message :uint8 99) 7))
        (is (eql 7 (with-message (message start end) (receiver)
                     (is (equal '(0 100) (list start end)))
                     (is (eql (+ (cffi:pointer-address pointer) 128 256 8) (cffi:pointer-address message)))
                     (cffi:mem-aref message :uint8 99))))
        (send-message sender (bytes 3))
        (is (equalp (bytes 3) (receive-message receiver)))))))

;;; What is in the memory, and who sees it

(deftest another-mapping-sees-the-message
  (with-object (shm 4352)
    (with-shm-vector (vector shm '(unsigned-byte 8) 4352)
      (with-mmap (pointer shm 4352)
        (with-shm-channel (sender vector 4096 :sender)
          (is (eql (shm-self) (cffi:mem-ref pointer :int64 80)))
          (is (eql 4096 (cffi:mem-ref pointer :uint32 4)))
          (send-message sender (bytes 5 65))
          (is (equal '(5 0 65 66 67 68 69) (list* (cffi:mem-ref pointer :uint32 256) (cffi:mem-ref pointer :uint32 260)
                                                  (loop for index below 5 collect (cffi:mem-ref pointer :uint8 (+ 264 index))))))
          (is (eql 16 (cffi:mem-ref pointer :uint32 64)) "the position"))
        (is (logbitp 23 (cffi:mem-ref pointer :int64 80)) "it has left")
        (with-shm-channel (receiver pointer 4096 :receiver)
          (is (equalp (bytes 5 65) (receive-message receiver))))))))

(deftest a-ring-that-was-overwritten
  (with-ends (sender receiver :vector vector)
    (setf (shm-aref vector 0) 9)
    (dolist (condition (list (channel-error-of (send-message sender (bytes 1))) (channel-error-of (receive-message receiver))
                             (channel-error-of (with-message-reserved (octets start end) (sender 1) 1))
                             (channel-error-of (with-message (octets start end) (receiver) 1))))
      (is (eq :eproto (posix-shm-error-keyword condition)))
      (is (says "overwritten" (princ-to-string condition))))))

(deftest memory-that-is-no-ring
  (with-vector (vector '(unsigned-byte 8) 8448)
    (setf (shm-aref vector 3) 1)
    (is (eq :eproto (keyword-of (make-shm-channel vector 4096 :sender))))
    (setf (shm-aref vector 3) 0)
    (with-shm-channel (sender vector 4096 :sender)
      (is (eq :eproto (keyword-of (make-shm-channel vector 8192 :receiver)))))))

;;; Rejected messages

(deftest places-that-are-none-for-a-channel
  (with-object (shm 4096)
    (with-shm-vector (vector shm '(unsigned-byte 8) 64 :reserve 65536)
      (rejects index (make-shm-channel vector 4096 :sender))))
  (with-vector (vector '(unsigned-byte 32) (1- (ring-length '(unsigned-byte 32))))
    (rejects index (make-shm-channel vector 4096 :sender))
    (dolist (bad '(1 -1 100000 nil 1.5))
      (rejects index (make-shm-channel vector 4096 :sender bad))))
  (with-vector (vector '(complex double-float) 300)
    (rejects where (make-shm-channel vector 4096 :sender)))
  (with-open-shm-and-mmap* (shm pointer (:direction :io) (8192))
    (rejects index (make-shm-channel pointer 4096 :sender 32)))
  (dolist (bad (list nil 1 "ring" (bytes 4352)))
    (rejects where (make-shm-channel bad 4096 :sender)))
  (with-vector (vector '(unsigned-byte 8) 4352)
    (dolist (bad '(0 4095 4097 2048 8191 2147483648 nil 4096.0))
      (rejects capacity (make-shm-channel vector bad :sender))
      (rejects capacity (shm-channel-size bad :sender)))
    (dolist (bad '(:output nil 1 "sender"))
      (rejects role (make-shm-channel vector 4096 bad))
      (rejects role (shm-channel-size 4096 bad)))
    (is (every #'zerop (elements vector)) "a rejected message stores nothing")))

(deftest arguments-of-messages
  (with-ends (sender receiver)
    (dolist (bad (list nil 1 "text" '(1 2) #(1 2)))
      (rejects octets (send-message sender bad)))
    (rejects octets (send-message sender (bytes 2041)))
    (rejects length (with-message-reserved (octets start end) (sender 2041) 1))
    (dolist (bad '(-1 nil 1.5))
      (rejects length (with-message-reserved (octets start end) (sender bad) 1)))
    (rejects end (send-message sender (bytes 2) :end 3))
    (rejects start (send-message sender (bytes 2) :start 2 :end 1))
    (dolist (bad '(-1 :soon))
      (rejects timeout (send-message sender (bytes 1) :timeout bad))
      (rejects timeout (receive-message receiver :timeout bad))
      (rejects timeout (with-message (octets start end) (receiver :timeout bad) 1))
      (rejects timeout (with-message-reserved (octets start end) (sender 1 :timeout bad) 1))
      (rejects if-timeout (receive-message receiver :if-timeout bad))
      (rejects if-peer-left (receive-message receiver :if-peer-left bad)))
    (rejects into (receive-message receiver :into "text" :timeout 0))
    (rejects channel (send-message receiver (bytes 1)))
    (rejects channel (receive-message sender))
    (rejects channel (with-message (octets start end) (sender) 1))
    (rejects channel (with-message-reserved (octets start end) (receiver 1) 1))
    (dolist (bad (list nil 1 "channel"))
      (rejects channel (send-message bad (bytes 1)))
      (rejects channel (receive-message bad))
      (rejects channel (close-shm-channel bad)))
    (is (null (receive-message receiver :timeout 0 :if-timeout nil)) "a rejected message sends nothing")))

(deftest a-closed-channel
  (with-vector (vector '(unsigned-byte 8) 4352)
    (let ((channel (make-shm-channel vector 4096 :sender)))
      (is-true (shm-channel-p channel))
      (is-false (shm-channel-p vector))
      (is (says "sender" (prin1-to-string channel)))
      (is-false (says "closed" (prin1-to-string channel)))
      (is (eq t (close-shm-channel channel)))
      (is (null (close-shm-channel channel)))
      (is (says "closed" (prin1-to-string channel)))
      (rejects channel (send-message channel (bytes 1)))
      (is (says "it is closed" (report-of (send-message channel (bytes 1))))))))

(deftest channels-in-an-unmapped-vector
  (dolist (release '(nil t))
    (with-object (shm 4352)
      (let* ((vector (map-shm-vector shm '(unsigned-byte 8) 4352))
             (sender (make-shm-channel vector 4096 :sender))
             (receiver (make-shm-channel vector 4096 :receiver)))
        (unmap-shm-vector vector :release release)
        (rejects channel (send-message sender (bytes 1)))
        (rejects channel (receive-message receiver))
        (is (says "unmapped" (report-of (receive-message receiver))))
        (is (null (close-shm-channel sender)))
        (is (null (close-shm-channel receiver)))))))

;;; Time

(deftest nothing-comes
  (with-ends (sender receiver)
    (setf posix-shm/ffi:*errno* :enoent)
    (dolist (receive (list (lambda (timeout) (receive-message receiver :timeout timeout))
                           (lambda (timeout) (receive-message receiver :into (bytes 10) :timeout timeout))
                           (lambda (timeout) (with-message (octets start end) (receiver :timeout timeout) 1))))
      (takes (0 10) :timeout (handler-case (funcall receive 0) (shm-timeout () :timeout)))
      (takes (1/5 60) :timeout (handler-case (funcall receive 1/5) (shm-timeout () :timeout))))
    (takes (1/10 60) nil (receive-message receiver :timeout 1/10 :if-timeout nil))
    (takes (0 10) nil (with-message (octets start end) (receiver :timeout 0 :if-timeout nil) 1))
    (is (eq :enoent posix-shm/ffi:*errno*))))

(defun fill-ring (sender &optional (octets (bytes 1000)))
  "Send until there is no space. Return how many were sent."
  (loop while (send-message sender octets :timeout 0 :if-timeout nil)
        count t))

(deftest there-is-no-space
  (with-ends (sender receiver)
    (is (eql 4 (fill-ring sender)))
    (takes (1/5 60) :timeout (handler-case (send-message sender (bytes 1000) :timeout 1/5) (shm-timeout () :timeout)))
    (takes (1/10 60) nil (with-message-reserved (octets start end) (sender 1000 :timeout 1/10 :if-timeout nil) 1))
    (dotimes (message 4)
      (is (equalp (bytes 1000) (receive-message receiver))))
    (is (null (receive-message receiver :timeout 0 :if-timeout nil)) "nothing was sent in part")))

(deftest continue-waits-again
  (with-ends (sender receiver)
    (let ((waits 0))
      (is (equalp (bytes 3)
                  (handler-bind ((shm-timeout (lambda (condition)
                                                (is (eq :etimedout (posix-shm-error-keyword condition)))
                                                (when (= 2 (incf waits))
                                                  (send-message sender (bytes 3)))
                                                (invoke-shm-restart :continue))))
                    (receive-message receiver :timeout 1/100))))
      (is (eql 2 waits)))))

;;; Two rings

(deftest a-duplex-channel
  (with-vector (vector '(unsigned-byte 8) (shm-channel-size 4096 :server))
    (with-shm-channel (server vector 4096 :server)
      (is (eq :ebusy (keyword-of (make-shm-channel vector 4096 :server))))
      (with-shm-channel (client vector 4096 :client)
        (send-message client (bytes 3 1))
        (send-message server (bytes 3 2))
        (is (equalp (bytes 3 1) (receive-message server)))
        (is (equalp (bytes 3 2) (receive-message client)))
        (with-message-reserved (octets start end) (server 1)
          (is (eql (+ 256 8 16) start)))
        (with-message-reserved (octets start end) (client 1)
          (is (eql (+ 4352 256 8 16) start)))
        (close-shm-channel client)
        (is (equalp #(0) (receive-message server)))
        (is (null (receive-message server :if-peer-left nil)))))))

(deftest both-ends-or-none
  ;; Where one ring of two cannot be joined, the other one is left.
  (with-vector (vector '(unsigned-byte 8) (shm-channel-size 4096 :server))
    (with-shm-channel (other vector 4096 :receiver 4352)
      (is (eq :ebusy (keyword-of (make-shm-channel vector 4096 :server))))
      (with-shm-channel (first vector 4096 :sender)
        (pass)))))

;;; By name

(deftest channels-by-name
  (where-ensured
    (with-name (name)
      (without-leaks
        (with-open-shm-channel (sender name :sender :capacity 4096)
          (is (says name (prin1-to-string sender)))
          (is (eql 4352 (object-size name)))
          (with-open-shm (shm name)
            (is (equal '(:user-read :user-write) (stat-mode (shm-stats shm)))))
          (with-open-shm-channel (receiver name :receiver :capacity 4096)
            (send-message sender (bytes 3))
            (is (equalp (bytes 3) (receive-message receiver))))))
      (is-true (object-exists-p name)))))

(deftest channels-that-cannot-be-opened
  (where-ensured
    (with-name (name)
      (let ((sender (open-shm-channel name :sender :capacity 4096)))
        (without-leaks
          (is (eq :ebusy (keyword-of (open-shm-channel name :sender :capacity 4096))))
          (is (eq :ebusy (keyword-of (with-open-shm-channel (other name :sender :capacity 4096) other))))
          (is (eq :etimedout (keyword-of (open-shm-channel name :receiver :capacity 8192 :timeout 0))))
          (rejects role (open-shm-channel name :reader))
          (rejects capacity (open-shm-channel name :receiver :capacity 1000)))
        (is (eq t (close-shm-channel sender)))
        (is (null (close-shm-channel sender)))))))

(deftest an-opened-channel-is-closed-once
  (where-ensured
    (with-name (name)
      (without-leaks
        (dotimes (round 3)
          (let ((sender (open-shm-channel name :sender))
                (receiver (open-shm-channel name :receiver)))
            (send-message sender (bytes 5 round))
            (is (eq t (close-shm-channel sender)))
            (is (equalp (bytes 5 round) (receive-message receiver)))
            (is (eq t (close-shm-channel receiver)))))))))

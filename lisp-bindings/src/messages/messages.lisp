;;;; SPDX-License-Identifier: BSD-3-Clause
;;;; Messages that are copied into a ring and out of it.

(in-package #:posix-shm)

;;; A vector that has no address is copied by way of foreign memory, so that a message is sent or received by one call.

(defconstant +too-long+ (ash 1 40) "Added to the length of a message that has not been received: it is longer than the vector.")

(declaim (inline try-to-send try-to-receive))

(defun try-to-send (channel address octets nanoseconds)
  "Send OCTETS octets at ADDRESS. Return the library's result. Without interrupts."
  (declare (type (signed-byte 64) address octets))
  (let ((ring (sending-ring channel)))
    (cond ((zerop ring) (- *ebadf*))
          ((claimed-p (shm-channel-sending channel)) (- *eperm*))
          (t (%pshm-ring-send ring (shm-channel-capacity channel) (pointer-to address) octets nanoseconds)))))

(defun length-of-longer (channel ring size)
  "The length of the next message, which has more than SIZE octets, and +too-long+. If it was overwritten meanwhile, or another one
is next, it is to be looked at again."
  (let ((length (%pshm-ring-receive ring (shm-channel-capacity channel) (pointer-to 0) 0 0)))
    (cond ((< size length) (+ +too-long+ length))
          ((minusp length) length)
          (t (- *eintr*)))))

(defun try-to-receive (channel address size nanoseconds)
  "Receive a message at ADDRESS, where SIZE octets fit. Return the library's result, or the length and +too-long+. Without
interrupts."
  (declare (type (signed-byte 64) address size))
  (let ((ring (receiving-ring channel)))
    (cond ((zerop ring) (- *ebadf*))
          ((claimed-p (shm-channel-receiving channel)) (- *eperm*))
          (t (let ((result (%pshm-ring-receive ring (shm-channel-capacity channel) (pointer-to address) size nanoseconds)))
               (if (eql result (- *emsgsize*))
                   (length-of-longer channel ring size)
                   result))))))

(defmacro with-memory ((pointer octets) &body body)
  "Run BODY with a pointer to foreign memory."
  `(let ((,pointer (cffi:foreign-alloc :uint8 :count (max 1 ,octets))))
     (unwind-protect (progn ,@body)
       (cffi:foreign-free ,pointer))))

(defun send-from-address (channel address octets timeout if-timeout)
  (declare (type (signed-byte 64) address octets))
  (flet ((try (nanoseconds)
           (try-to-send channel address octets nanoseconds)))
    (declare (dynamic-extent #'try))
    (await-ring #'try 'send-message channel +pshm-ring-sender+ timeout if-timeout 0)))

(defun send-by-elements (channel vector start element octets timeout if-timeout)
  (with-memory (memory octets)
    (export-elements vector start element memory (floor octets (element-octets element)))
    (send-from-address channel (address-of memory) octets timeout if-timeout)))

(defun send-message (channel octets &key (start 0) end timeout (if-timeout :error))
  #.(doc "send-message")
  (sending-address channel 'send-message)
  (check-timeout timeout 'send-message)
  (let* ((element (vector-element octets 'octets 'send-message))
         (end (check-range octets start end 'send-message))
         (width (element-octets element))
         (size (check-message-size (* (- end start) width) 'octets channel 'send-message))
         (if-timeout (check-if-timeout if-timeout 'send-message)))
    (and (with-address (address octets width)
           (if address
               (send-from-address channel (+ address (* start width)) size timeout if-timeout)
               (send-by-elements channel octets start element size timeout if-timeout)))
         t)))

(defun await-message-length (channel timeout if-timeout if-peer-left)
  "The length of the message that is next, which stays; or nil."
  (flet ((try (nanoseconds)
           (let ((ring (receiving-ring channel)))
             (cond ((zerop ring) (- *ebadf*))
                   ((claimed-p (shm-channel-receiving channel)) (- *eperm*))
                   (t (%pshm-ring-receive ring (shm-channel-capacity channel) (pointer-to 0) 0 nanoseconds))))))
    (declare (dynamic-extent #'try))
    (await-ring #'try 'receive-message channel +pshm-ring-receiver+ timeout if-timeout if-peer-left)))

(defun receive-to-address (channel address size timeout if-timeout if-peer-left)
  (declare (type (signed-byte 64) address size))
  (flet ((try (nanoseconds)
           (try-to-receive channel address size nanoseconds)))
    (declare (dynamic-extent #'try))
    (await-ring #'try 'receive-message channel +pshm-ring-receiver+ timeout if-timeout if-peer-left)))

(defun receive-by-elements (channel vector start element size timeout if-timeout if-peer-left)
  (with-memory (memory size)
    (let ((length (receive-to-address channel (address-of memory) size timeout if-timeout if-peer-left)))
      (when (and length (< length +too-long+))
        (import-octets vector start element memory length))
      length)))

(defun receive-range (channel vector start size element timeout if-timeout if-peer-left)
  "Receive a message into VECTOR from START. Return its length; its length and +too-long+ where it has more than SIZE octets, and
stays; or nil."
  (let ((width (element-octets element)))
    (with-address (address vector width)
      (if address
          (receive-to-address channel (+ address (* start width)) size timeout if-timeout if-peer-left)
          (receive-by-elements channel vector start element (min size (message-limit channel)) timeout if-timeout
                               if-peer-left)))))

(defun octets-received (vector length)
  "VECTOR, which has LENGTH octets or more, and LENGTH."
  (values (if (= length (length vector)) vector (subseq vector 0 length))
          length))

;;; The message whose length was asked for may not be the one that is received: an interrupt, or a peer that writes what it likes,
;;; may have come between. Each vector has twice the octets of the one before, so there is an end.
(defun receive-fresh (channel timeout if-timeout if-peer-left)
  "The next message as a fresh vector, and its length; or nil."
  (loop with element = (find-element '(unsigned-byte 8))
        for length = (await-message-length channel timeout if-timeout if-peer-left)
        for size = length then (and length (min (message-limit channel) (max 64 length (* 2 size))))
        while size
        do (let* ((octets (make-array size :element-type '(unsigned-byte 8)))
                  (received (receive-range channel octets 0 size element timeout if-timeout if-peer-left)))
             (cond ((null received) (return nil))
                   ((< received +too-long+) (return (octets-received octets received)))))))

(defun reject-into (channel length size into)
  (reject 'receive-message 'into into 'vector
          (text "the message has ~D octets, and ~D fit there. It stays in the channel." length size)
          :name (name-of-channel channel) :errno *emsgsize*))

(defun receive-into (channel into start end timeout if-timeout if-peer-left)
  (let* ((element (vector-element into 'into 'receive-message))
         (end (check-range into start end 'receive-message))
         (size (* (- end start) (element-octets element)))
         (length (receive-range channel into start size element timeout if-timeout if-peer-left)))
    (cond ((null length) nil)
          ((>= length +too-long+) (reject-into channel (- length +too-long+) size into))
          (t (values into length)))))

(defun receive-message (channel &key into (start 0) end timeout (if-timeout :error) (if-peer-left :error))
  #.(doc "receive-message")
  (receiving-address channel 'receive-message)
  (check-timeout timeout 'receive-message)
  (let ((if-timeout (check-if-timeout if-timeout 'receive-message))
        (if-peer-left (check-if-peer-left if-peer-left 'receive-message)))
    (if into
        (receive-into channel into start end timeout if-timeout if-peer-left)
        (receive-fresh channel timeout if-timeout if-peer-left))))

(define-folding send-message 2)
(define-folding receive-message 1)

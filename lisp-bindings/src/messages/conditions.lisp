;;;; SPDX-License-Identifier: BSD-3-Clause
;;;; What goes wrong with channels, and the sentences about it.

(in-package #:posix-shm)

(defvar *ebusy* (pshm-error-number "EBUSY"))
(defvar *emsgsize* (pshm-error-number "EMSGSIZE"))
(defvar *enodata* (pshm-error-number "ENODATA"))
(defvar *epipe* (pshm-error-number "EPIPE"))
(defvar *eproto* (pshm-error-number "EPROTO"))

(define-condition shm-channel-error (posix-shm-error)
  ((channel :initarg :channel :initform nil :reader condition-channel)
   (peer :initarg :peer :initform nil :reader condition-peer))
  (:report report-failure)
  (:documentation #.(doc "shm-channel-error" "Condition")))

(define-condition shm-peer-left (shm-channel-error)
  ()
  (:report report-failure)
  (:documentation #.(doc "shm-peer-left" "Condition")))

(define-condition shm-peer-died (shm-channel-error)
  ()
  (:report report-failure)
  (:documentation #.(doc "shm-peer-died" "Condition")))

(defun shm-channel-error-channel (condition)
  #.(doc "shm-channel-error-channel" "Reader")
  (condition-channel condition))

(defun shm-channel-error-peer (condition)
  #.(doc "shm-channel-error-peer" "Reader")
  (condition-peer condition))

;;; Who is at an end of a ring, as the library keeps it in its memory for ever: for the sentence alone, since another process may
;;; overwrite it.

(defun process-word (ring role)
  "The word of the process at the end ROLE of the ring at the address RING."
  (cffi:mem-ref (pointer-to ring) :uint64 (if (= role +pshm-ring-sender+) 80 144)))

(defun process-at (ring role)
  "The process that is, or was last, at the end ROLE of the ring at the address RING, or nil."
  (let ((process (ldb (byte 63 0) (logandc2 (process-word ring role) #.(ash 3 22)))))
    (and (plusp process) process)))

(defun has-left-p (ring role)
  (logbitp 23 (process-word ring role)))

(defun process-phrase (process)
  (if process (text "Process ~D" (process-number process)) "A process"))

;;; Failures. An error of the sender does not say whether the receiver has left or died.

(defun peer-class (result ring peer-role)
  "The class of the condition for RESULT."
  (cond ((eql result (- *enodata*)) 'shm-peer-left)
        ((eql result (- *eownerdead*)) 'shm-peer-died)
        ((eql result (- *epipe*)) (if (has-left-p ring peer-role) 'shm-peer-left 'shm-peer-died))
        (t 'shm-channel-error)))

(defun peer-sentence (class peer sends)
  (ecase class
    (shm-peer-left (text "~A has left the channel~:[, and all of its messages have been received~;~]. Another process may join."
                         (process-phrase peer) sends))
    (shm-peer-died (text "~A died~:[, and all messages that it completed have been received~;~]. Another process may join."
                         (process-phrase peer) sends))))

(defun channel-hint (errno)
  (cond ((eql errno *eproto*) "The memory is no channel of this capacity, or another process has overwritten it.")
        ((eql errno *eperm*)
         "Another body of this channel has a message in place, and has not returned; or this process is at this end no more.")
        ((eql errno *enotsup*) "This platform does not change 8 octets atomically.")))

(defun channel-failure (result operation channel ring role)
  "The condition for RESULT, a negated errno, of the ring at the address RING, at whose end ROLE this process is."
  (let* ((sends (= role +pshm-ring-sender+))
         (peer-role (if sends +pshm-ring-receiver+ +pshm-ring-sender+))
         (class (peer-class result ring peer-role))
         (peer (process-at ring peer-role)))
    (make-condition class :operation operation :errno (- result) :name (name-of-channel channel) :channel channel :peer peer
                          :hint (if (eq class 'shm-channel-error)
                                    (channel-hint (- result))
                                    (peer-sentence class peer sends)))))

(defun fail-channel (result operation channel role)
  "Signal RESULT, a negated errno, of the ring at whose end ROLE this process is; or that there is none any more: an interrupt may
have closed CHANNEL."
  (let ((ring (if (= role +pshm-ring-sender+) (sending-address channel operation) (receiving-address channel operation))))
    (error (channel-failure result operation channel ring role))))

(defun join-failure (result operation channel ring)
  "The condition for RESULT of joining the ring at the address RING."
  (let* ((role (cdr (assoc ring (shm-channel-rings channel))))
         (process (and (eql result (- *ebusy*)) (process-at ring role))))
    (make-condition 'shm-channel-error
                    :operation operation :errno (- result) :name (name-of-channel channel) :channel channel :peer process
                    :hint (if (eql result (- *ebusy*))
                              (text "~A is the ~:[receiver~;sender~] already, and is alive, or cannot be judged from here."
                                    (if (eql process (pshm-process-self)) "This process" (process-phrase process))
                                    (= role +pshm-ring-sender+))
                              (channel-hint (- result))))))

;;; Messages that are too long

(defun message-limit (channel)
  "The octets of the longest message."
  (- (ash (shm-channel-capacity channel) -1) 8))

(declaim (inline check-message-size))

(defun check-message-size (octets argument channel operation)
  (if (<= octets (message-limit channel))
      octets
      (reject-message-size octets argument channel operation)))

(defun reject-message-size (octets argument channel operation)
  (reject operation argument octets `(integer 0 ,(message-limit channel))
          (text "a message has at most ~D octets here." (message-limit channel))
          :name (name-of-channel channel) :errno *emsgsize*))

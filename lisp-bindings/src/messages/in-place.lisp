;;;; SPDX-License-Identifier: BSD-3-Clause
;;;; Messages that are made and used in a ring.

(in-package #:posix-shm)

;;; A message that is reserved, or peeked at, belongs to one body: another one that is sent or received meanwhile would have its
;;; memory. So an interrupt, or a handler, gets an error. Where a body is left, the next message is reserved in its place, and what
;;; was peeked at is there for the next call.

(declaim (inline claimed-p))

(defun claimed-p (claim)
  "Is CLAIM, the thread of a body that has a message, one that has not ended? One of ECL that is thrown out may skip the cleanup."
  #+(and ecl threads) (and claim (mp:process-active-p claim))
  #-(and ecl threads) claim)

(declaim (inline in-place commit release))

(defun in-place (channel address octets)
  "Where the OCTETS at ADDRESS are: the vector and the bounds there, or a pointer to them."
  (declare (type (signed-byte 64) address octets))
  (let ((region (shm-channel-region channel))
        (width (shm-channel-octets channel)))
    (if region
        (let ((start (floor (the (unsigned-byte 62) (- address (region-address region))) width)))
          (values (shm-channel-where channel) start (+ start (the (unsigned-byte 31) (floor octets width)))))
        (values (pointer-to address) 0 octets))))

(defun commit (channel octets)
  "Send OCTETS octets of the message that was reserved. Return the library's result. Without interrupts."
  (let ((ring (sending-ring channel)))
    (if (zerop ring)
        (- *ebadf*)
        (prog1 (%pshm-ring-commit ring (shm-channel-capacity channel) octets)
          (setf (shm-channel-sending channel) nil)))))

(defun release (channel)
  "Remove the message that was peeked at. Return the library's result. Without interrupts."
  (let ((ring (receiving-ring channel)))
    (if (zerop ring)
        (- *ebadf*)
        (prog1 (%pshm-ring-release ring (shm-channel-capacity channel))
          (setf (shm-channel-receiving channel) nil)))))

(defmacro with-claim ((claimed claim) form)
  "Run FORM, which sets the variable CLAIMED to true together with the slot CLAIM, and clear the slot on every way out."
  `(let ((,claimed nil))
     (with-cleanup ,form
       (when ,claimed
         (setf ,claim nil)))))

(defun call-with-message (function channel timeout if-timeout if-peer-left)
  "Call FUNCTION with the next message in place, and remove it from the ring when FUNCTION returns."
  (declare (type function function))
  (receiving-address channel 'with-message)
  (check-timeout timeout 'with-message)
  (let ((if-timeout (check-if-timeout if-timeout 'with-message))
        (if-peer-left (check-if-peer-left if-peer-left 'with-message))
        (length 0))
    (declare (type (unsigned-byte 31) length))
    (with-claim (claimed (shm-channel-receiving channel))
      (flet ((peek (nanoseconds)
               (let ((ring (receiving-ring channel))
                     (result (- *ebadf*)))
                 (declare (type (signed-byte 64) result))
                 (cond ((zerop ring) result)
                       ((claimed-p (shm-channel-receiving channel)) (- *eperm*))
                       (t (with-int64-output (found (setf result (%pshm-ring-peek ring (shm-channel-capacity channel)
                                                                                  nanoseconds found)))
                            (unless (failed-p result)
                              (setf length found
                                    claimed t
                                    (shm-channel-receiving channel) (current-thread))))
                          result)))))
        (declare (dynamic-extent #'peek))
        (let ((address (await-ring #'peek 'with-message channel +pshm-ring-receiver+ timeout if-timeout if-peer-left)))
          (when address
            (multiple-value-prog1 (multiple-value-call function (in-place channel address length))
              (let ((result (briefly-uninterrupted (release channel))))
                (when (minusp result)
                  (fail-channel result 'with-message channel +pshm-ring-receiver+))))))))))

(defun commit-message (channel start end reserved)
  "Send the elements from START to END of the message of CHANNEL that was reserved from START to RESERVED."
  (unless (and (integerp end) (<= start end reserved))
    (reject 'with-message-reserved 'end end `(integer ,start ,reserved)
            (text "the message begins at ~D, and ~D element~:P are reserved." start (- reserved start))))
  (let ((result (briefly-uninterrupted (commit channel (* (- end start) (shm-channel-octets channel))))))
    (when (minusp result)
      (fail-channel result 'with-message-reserved channel +pshm-ring-sender+))))

(defun call-with-message-reserved (function channel length timeout if-timeout)
  "Call FUNCTION, which commits the message, with a message of LENGTH elements in place."
  (declare (type function function))
  (sending-address channel 'with-message-reserved)
  (check-timeout timeout 'with-message-reserved)
  (let ((octets (check-message-size (* (check-size length 'length 'with-message-reserved) (shm-channel-octets channel))
                                    'length channel 'with-message-reserved))
        (if-timeout (check-if-timeout if-timeout 'with-message-reserved)))
    (with-claim (claimed (shm-channel-sending channel))
      (flet ((reserve (nanoseconds)
               (let ((ring (sending-ring channel)))
                 (cond ((zerop ring) (- *ebadf*))
                       ((claimed-p (shm-channel-sending channel)) (- *eperm*))
                       (t (let ((result (%pshm-ring-reserve ring (shm-channel-capacity channel) octets nanoseconds)))
                            (unless (failed-p result)
                              (setf claimed t
                                    (shm-channel-sending channel) (current-thread)))
                            result))))))
        (declare (dynamic-extent #'reserve))
        (let ((address (await-ring #'reserve 'with-message-reserved channel +pshm-ring-sender+ timeout if-timeout 0)))
          (when address
            (multiple-value-call function (in-place channel address octets))))))))

(defmacro with-message ((vector start end) (channel &key timeout (if-timeout :error) (if-peer-left :error)) &body body)
  #.(doc "with-message" "Macro")
  (check-seconds timeout)
  (let ((function (gensym "BODY")))
    `(flet ((,function (,vector ,start ,end)
              (declare (ignorable ,vector ,start ,end))
              ,@body))
       (declare (dynamic-extent #',function))
       (call-with-message #',function ,channel ,timeout ,if-timeout ,if-peer-left))))

(eval-when (:compile-toplevel :load-toplevel :execute)
  (defun parse-body (body)
    "The declarations of BODY, and its forms."
    (let ((forms (member-if-not (lambda (form) (typep form '(cons (eql declare)))) body)))
      (values (ldiff body forms) forms))))

(defmacro with-message-reserved ((vector start end) (channel length &key timeout (if-timeout :error)) &body body)
  #.(doc "with-message-reserved" "Macro")
  (check-seconds timeout)
  (multiple-value-bind (declarations forms) (parse-body body)
    (let ((function (gensym "BODY"))
          (variable (gensym "CHANNEL"))
          (where (gensym "WHERE"))
          (first (gensym "FIRST"))
          (behind (gensym "BEHIND"))
          (reserved (gensym "RESERVED")))
      ;; BODY may change its variables: only END says something.
      `(let ((,variable ,channel))
         (flet ((,function (,where ,first ,reserved &aux (,behind ,reserved))
                  (multiple-value-prog1 (let ((,vector ,where)
                                              (,start ,first)
                                              (,end ,reserved))
                                          (declare (ignorable ,vector ,start ,end))
                                          ,@declarations
                                          (multiple-value-prog1 (progn ,@forms)
                                            (setf ,behind ,end)))
                    (commit-message ,variable ,first ,behind ,reserved))))
           (declare (dynamic-extent #',function))
           (call-with-message-reserved #',function ,variable ,length ,timeout ,if-timeout))))))

;;;; SPDX-License-Identifier: BSD-3-Clause
;;;; Messages: copied into a ring and out of it, or used in place. While the library is called interrupts are held back, so a
;;;; message is sent or not, and received or not; between two calls that wait they run (src/sync/waiting.lisp).

(in-package #:posix-shm)

;;; Waiting

(defun call-in-slices (call timeout)
  "Make CALL, a function of nanoseconds, until it is done or TIMEOUT is over. Return its result. The first call waits already."
  (declare (type function call))
  (let* ((moment (and timeout (moment-after timeout)))
         (result (briefly-uninterrupted (funcall call (nanoseconds-before moment)))))
    (if (and (again-p result) (not (eql timeout 0)))
        (with-interrupt-windows (call-until call moment))
        result)))

(defun wait-for-peer (operation channel)
  "Signal that the other end did nothing in time. Return where the call is to wait as long again."
  (let ((others (compute-restarts)))
    (restart-case (signal-with-restarts (failure 'shm-timeout operation (- *etimedout*) (name-of-channel channel)) others)
      (continue ()
        :report "Wait as long again."))))

(defun await-ring (call operation channel ring role timeout if-timeout if-peer-left)
  "The result of CALL, which uses the ring at the address RING at its end ROLE; or nil where that is asked for, if TIMEOUT is over or
the sender has left."
  (loop with errno = (pshm-errno)
        for result of-type (signed-byte 64) = (call-in-slices call timeout)
        do (cond ((not (failed-p result))
                  (pshm-set-errno errno)
                  (return result))
                 ((again-p result)
                  (pshm-set-errno errno)
                  (when (eql 1 if-timeout)
                    (return nil))
                  (wait-for-peer operation channel))
                 ((and (eql 1 if-peer-left) (eql result (- *enodata*)))
                  (pshm-set-errno errno)
                  (return nil))
                 (t
                  (error (channel-failure result operation channel ring role))))))

(defparameter *if-nothing* '((:error . 0) (nil . 1)) "What is done where no message comes.")

(declaim (inline check-if-timeout check-if-peer-left))

(defun check-if-timeout (designator operation)
  (if (eq designator :error) 0 (choice-value designator 'if-timeout *if-nothing* operation)))

(defun check-if-peer-left (designator operation)
  (if (eq designator :error) 0 (choice-value designator 'if-peer-left *if-nothing* operation)))

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

;;; In place. A message that is reserved or peeked at is no claim: where the body is left, the next message is reserved in its
;;; place, and what was peeked at is there for the next call.

(defun check-committed (result channel)
  (when (minusp result)
    (error (channel-failure result 'with-message-reserved channel (shm-channel-sends channel) +pshm-ring-sender+))))

(defun commit-message (channel count reserved)
  "Send the first COUNT elements of the message of CHANNEL for which RESERVED were reserved."
  (unless (and (integerp count) (<= 0 count reserved))
    (reject 'with-message-reserved 'end count `(integer 0 ,reserved)
            (text "a message ends from 0 to ~D elements behind its start, as many as were reserved." reserved)))
  (check-committed (briefly-uninterrupted
                     (%pshm-ring-commit (sending-address channel 'with-message-reserved) (shm-channel-capacity channel)
                                        (* count (shm-channel-octets channel))))
                   channel))

(defun release-message (channel operation)
  (let ((result (briefly-uninterrupted
                  (%pshm-ring-release (receiving-address channel operation) (shm-channel-capacity channel)))))
    (when (minusp result)
      (error (channel-failure result operation channel (shm-channel-receives channel) +pshm-ring-receiver+)))))

(declaim (inline call-in-place))

(defun call-in-place (function channel address octets)
  "Call FUNCTION with where the OCTETS at ADDRESS are: in the vector, or behind a pointer."
  (declare (type function function) (type (signed-byte 64) address octets))
  (let ((region (shm-channel-region channel))
        (width (shm-channel-octets channel)))
    (if region
        (let ((start (floor (the (unsigned-byte 62) (- address (region-address region))) width)))
          (funcall function (shm-channel-where channel) start (+ start (the (unsigned-byte 31) (floor octets width)))))
        (funcall function (pointer-to address) 0 octets))))

(defun peek-ring (channel operation timeout if-timeout if-peer-left)
  "The address of the next message and its length, or nil and 0."
  (let ((address nil))
    (with-int64-output (length (let ((output (address-of length)))
                                 (flet ((peek (nanoseconds)
                                          (%pshm-ring-peek (receiving-address channel operation) (shm-channel-capacity channel)
                                                           nanoseconds (pointer-to output))))
                                   (declare (dynamic-extent #'peek))
                                   (setf address (await-ring #'peek operation channel (receiving-address channel operation)
                                                             +pshm-ring-receiver+ timeout if-timeout if-peer-left)))))
      (values address length))))

(defun call-with-message (function channel timeout if-timeout if-peer-left)
  "Call FUNCTION with the next message in place, and remove it from the ring when FUNCTION returns."
  (receiving-address channel 'with-message)
  (check-timeout timeout 'with-message)
  (multiple-value-bind (address octets) (peek-ring channel 'with-message timeout (check-if-timeout if-timeout 'with-message)
                                                   (check-if-peer-left if-peer-left 'with-message))
    (when address
      (multiple-value-prog1 (call-in-place function channel address octets)
        (release-message channel 'with-message)))))

(defun reserve-message (channel octets operation timeout if-timeout)
  "The address of OCTETS octets for a message, or nil."
  (flet ((reserve (nanoseconds)
           (%pshm-ring-reserve (sending-address channel operation) (shm-channel-capacity channel) octets nanoseconds)))
    (declare (dynamic-extent #'reserve))
    (await-ring #'reserve operation channel (sending-address channel operation) +pshm-ring-sender+ timeout if-timeout 0)))

(defun call-with-message-reserved (function channel length timeout if-timeout)
  "Call FUNCTION, which commits the message, with a message of LENGTH elements in place."
  (sending-address channel 'with-message-reserved)
  (check-timeout timeout 'with-message-reserved)
  (let* ((octets (check-message-size (* (check-size length 'length 'with-message-reserved) (shm-channel-octets channel))
                                     'length channel 'with-message-reserved))
         (address (reserve-message channel octets 'with-message-reserved timeout
                                   (check-if-timeout if-timeout 'with-message-reserved))))
    (when address
      (call-in-place function channel address octets))))

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
          (reserved (gensym "RESERVED")))
      `(let ((,variable ,channel))
         (flet ((,function (,vector ,start ,end &aux (,reserved (- ,end ,start)))
                  (declare (ignorable ,vector ,start ,end))
                  ,@declarations
                  (multiple-value-prog1 (progn ,@forms)
                    (commit-message ,variable (- ,end ,start) ,reserved))))
           (declare (dynamic-extent #',function))
           (call-with-message-reserved #',function ,variable ,length ,timeout ,if-timeout))))))

;;; Copied. A vector that has no address is copied by Lisp, in place. THEN, a function or nil, is called without interrupts when the
;;; message has been sent, or with its length when it has been received: for what must not be told twice, or not at all.

(defun send-from-address (channel address octets timeout if-timeout then)
  (declare (type (signed-byte 64) address octets) (type (or function null) then))
  (flet ((try (nanoseconds)
           (let ((result (%pshm-ring-send (sending-address channel 'send-message) (shm-channel-capacity channel)
                                          (pointer-to address) octets nanoseconds)))
             (when (and then (eql result 0))
               (funcall then))
             result)))
    (declare (dynamic-extent #'try))
    (await-ring #'try 'send-message channel (sending-address channel 'send-message) +pshm-ring-sender+ timeout if-timeout 0)))

(defun send-by-elements (channel vector start element octets timeout if-timeout then)
  (let ((address (reserve-message channel octets 'send-message timeout if-timeout)))
    (when address
      (export-elements vector start element (pointer-to address) (floor octets (element-octets element)))
      (uninterrupted
        (check-committed (%pshm-ring-commit (sending-address channel 'send-message) (shm-channel-capacity channel) octets)
                         channel)
        (when then
          (funcall then)))
      0)))

(defun send-range (channel vector start size element timeout if-timeout &optional then)
  "Send SIZE octets of VECTOR from START. Return true unless TIMEOUT is over."
  (let ((width (element-octets element)))
    (with-address (address vector width)
      (if address
          (send-from-address channel (+ address (* start width)) size timeout if-timeout then)
          (send-by-elements channel vector start element size timeout if-timeout then)))))

(defun send-message (channel octets &key (start 0) end timeout (if-timeout :error))
  #.(doc "send-message")
  (sending-address channel 'send-message)
  (check-timeout timeout 'send-message)
  (let* ((element (vector-element octets 'octets 'send-message))
         (end (check-range octets start end 'send-message))
         (size (check-message-size (* (- end start) (element-octets element)) 'octets channel 'send-message)))
    (and (send-range channel octets start size element timeout (check-if-timeout if-timeout 'send-message))
         t)))

(defconstant +too-long+ (ash 1 40) "In place of the length of a message that has not been received: it is longer than the vector.")

(defun receive-to-address (channel address size timeout if-timeout if-peer-left then)
  "Receive a message at ADDRESS; at address 0, where SIZE is 0, only ask for its length. Return its length, +too-long+, or nil."
  (declare (type (signed-byte 64) address size) (type (or function null) then))
  (let ((too-long (- *emsgsize*)))
    (flet ((try (nanoseconds)
             (let ((result (%pshm-ring-receive (receiving-address channel 'receive-message) (shm-channel-capacity channel)
                                               (pointer-to address) size nanoseconds)))
               (when (and then (<= 0 result))
                 (funcall then result))
               (if (eql result too-long) +too-long+ result))))
      (declare (dynamic-extent #'try))
      (await-ring #'try 'receive-message channel (receiving-address channel 'receive-message) +pshm-ring-receiver+
                  timeout if-timeout if-peer-left))))

(defun await-message-length (channel timeout if-timeout if-peer-left)
  "The length of the message that is next, which stays; or nil."
  (receive-to-address channel 0 0 timeout if-timeout if-peer-left nil))

(defun receive-by-elements (channel vector start element size timeout if-timeout if-peer-left then)
  (multiple-value-bind (address length) (peek-ring channel 'receive-message timeout if-timeout if-peer-left)
    (cond ((null address) nil)
          ((> length size) +too-long+)
          (t (import-octets vector start element (pointer-to address) length)
             (uninterrupted
               (release-message channel 'receive-message)
               (when then
                 (funcall then length)))
             length))))

(defun receive-range (channel vector start size element timeout if-timeout if-peer-left &optional then)
  "Receive a message into VECTOR from START. Return its length; +too-long+ where it has more than SIZE octets, and stays; or nil."
  (let ((width (element-octets element)))
    (with-address (address vector width)
      (if address
          (receive-to-address channel (+ address (* start width)) size timeout if-timeout if-peer-left then)
          (receive-by-elements channel vector start element size timeout if-timeout if-peer-left then)))))

(defun reject-into (channel size into)
  (reject 'receive-message 'into into 'vector
          (text "the message has ~D octets, and ~D fit there. It stays in the channel." (await-message-length channel 0 0 0) size)
          :name (name-of-channel channel) :errno *emsgsize*))

(defun receive-fresh (channel timeout if-timeout if-peer-left)
  "The next message as a fresh vector, and its length; or nil."
  (let ((length (await-message-length channel timeout if-timeout if-peer-left)))
    (when length
      (let ((octets (make-array length :element-type '(unsigned-byte 8))))
        (receive-range channel octets 0 length (find-element '(unsigned-byte 8)) timeout if-timeout if-peer-left)
        (values octets length)))))

(defun receive-into (channel into start end timeout if-timeout if-peer-left)
  (let* ((element (vector-element into 'into 'receive-message))
         (end (check-range into start end 'receive-message))
         (size (* (- end start) (element-octets element)))
         (length (receive-range channel into start size element timeout if-timeout if-peer-left)))
    (cond ((null length) nil)
          ((eql length +too-long+) (reject-into channel size into))
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

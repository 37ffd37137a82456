;;;; SPDX-License-Identifier: BSD-3-Clause
;;;; Messages: copied into a ring and out of it, or used in place. While the library is called interrupts are held back, so a
;;;; message is sent or not, and received or not; between two calls that wait they run (src/sync/waiting.lisp). Nothing is signalled
;;;; meanwhile: a channel that was closed is a result, EBADF.

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

(defun await-ring (call operation channel role timeout if-timeout if-peer-left)
  "The result of CALL, which uses a ring of CHANNEL at its end ROLE; or nil where that is asked for, if TIMEOUT is over or the
sender has left."
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
                  (fail-channel result operation channel role)))))

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

;;; In place. A message that is reserved, or peeked at, belongs to one body: another one that is sent or received meanwhile would
;;; have its memory. So an interrupt, or a handler, gets an error. Where a body is left, the next message is reserved in its place,
;;; and what was peeked at is there for the next call.

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

;;; Copied. A vector that has no address is copied by way of foreign memory, so that a message is sent or received by one call.

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

;;; For the buffers of streams. Interrupts and handlers that run while a call waits may use the stream, so what is sent, and where
;;; a message is received, is looked up for each call.

(defun send-from-buffer (channel address count sent timeout)
  (declare (type function count sent) (type (signed-byte 64) address))
  (flet ((try (nanoseconds)
           (let* ((octets (funcall count))
                  (result (if (zerop octets) 0 (try-to-send channel address octets nanoseconds))))
             (when (eql result 0)
               (funcall sent octets))
             result)))
    (declare (dynamic-extent #'try))
    (await-ring #'try 'send-message channel +pshm-ring-sender+ timeout 0 0)))

(defun send-buffer-by-elements (channel vector count sent timeout)
  (declare (type function count))
  (with-memory (memory (length vector))
    (send-from-buffer channel (address-of memory)
                      (lambda ()
                        (let ((octets (funcall count)))
                          (export-elements vector 0 (find-element '(unsigned-byte 8)) memory octets)
                          octets))
                      sent timeout)))

(defun send-buffer (channel vector count sent timeout)
  "Send the first octets of VECTOR, as many as the function COUNT says then, or none. Call SENT with their number, without
interrupts."
  (declare (type (simple-array (unsigned-byte 8) (*)) vector))
  (with-address (address vector 1)
    (if address
        (send-from-buffer channel address count sent timeout)
        (send-buffer-by-elements channel vector count sent timeout))))

(defun receive-to-buffer (channel vector address place kept timeout if-timeout)
  (declare (type function place kept) (type (signed-byte 64) address))
  (flet ((try (nanoseconds)
           (let ((index (funcall place)))
             (if (null index)
                 0
                 (let ((result (try-to-receive channel (+ address index) (- (length vector) index) nanoseconds)))
                   (when (< -1 result +too-long+)
                     (funcall kept result))
                   result)))))
    (declare (dynamic-extent #'try))
    (await-ring #'try 'receive-message channel +pshm-ring-receiver+ timeout if-timeout 1)))

(defun receive-to-buffer-by-elements (channel vector place kept timeout if-timeout)
  (declare (type function place kept))
  (with-memory (memory (length vector))
    (receive-to-buffer channel vector (address-of memory) place
                       (lambda (length)
                         (let ((index (funcall place)))
                           (import-elements vector index (find-element '(unsigned-byte 8)) (cffi:inc-pointer memory index) length)
                           (funcall kept length)))
                       timeout if-timeout)))

(defun receive-buffer (channel vector place kept timeout if-timeout)
  "Receive a message into VECTOR from the index that the function PLACE returns then; nil: VECTOR is no longer the buffer. Call KEPT
with its length, without interrupts. Return the length; the length and +too-long+ where it does not fit, and stays; 0 where it is to
be tried again; or nil."
  (declare (type (simple-array (unsigned-byte 8) (*)) vector))
  (with-address (address vector 1)
    (if address
        (receive-to-buffer channel vector address place kept timeout if-timeout)
        (receive-to-buffer-by-elements channel vector place kept timeout if-timeout))))

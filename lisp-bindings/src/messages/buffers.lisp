;;;; SPDX-License-Identifier: BSD-3-Clause
;;;; Messages of the buffers of streams.

(in-package #:posix-shm)

;;; Interrupts and handlers that run while a call waits may use the stream, so what is sent, and where a message is
;;; received, is looked up for each call.

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

(defun receive-to-buffer (channel vector address start kept timeout if-timeout)
  (declare (type function start kept) (type (signed-byte 64) address))
  (flet ((try (nanoseconds)
           (let ((index (funcall start)))
             (if (null index)
                 0
                 (let ((result (try-to-receive channel (+ address index) (- (length vector) index) nanoseconds)))
                   (when (< -1 result +too-long+)
                     (funcall kept result))
                   result)))))
    (declare (dynamic-extent #'try))
    (await-ring #'try 'receive-message channel +pshm-ring-receiver+ timeout if-timeout 1)))

(defun receive-to-buffer-by-elements (channel vector start kept timeout if-timeout)
  (declare (type function start kept))
  (with-memory (memory (length vector))
    (receive-to-buffer channel vector (address-of memory) start
                       (lambda (length)
                         (let ((index (funcall start)))
                           (import-elements vector index (find-element '(unsigned-byte 8)) (cffi:inc-pointer memory index) length)
                           (funcall kept length)))
                       timeout if-timeout)))

(defun receive-buffer (channel vector start kept timeout if-timeout)
  "Receive a message into VECTOR from the index that the function START returns then; nil: VECTOR is no longer the buffer. Call KEPT
with its length, without interrupts. Return the length; the length and +too-long+ where it does not fit, and stays; 0 where it is to
be tried again; or nil."
  (declare (type (simple-array (unsigned-byte 8) (*)) vector))
  (with-address (address vector 1)
    (if address
        (receive-to-buffer channel vector address start kept timeout if-timeout)
        (receive-to-buffer-by-elements channel vector start kept timeout if-timeout))))

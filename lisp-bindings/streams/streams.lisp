;;;; SPDX-License-Identifier: BSD-3-Clause
;;;; The classes, opening and closing.

(in-package #:posix-shm/streams)

(defstruct (input (:constructor make-input (octets)) (:copier nil))
  "Octets that have been received: those from START to END have not been read. The character that was read last begins at LAST,
if it can be unread. MESSAGES have been received, a number that wraps."
  (octets (make-array 0 :element-type '(unsigned-byte 8)) :type octets)
  (start 0 :type (unsigned-byte 32))
  (end 0 :type (unsigned-byte 32))
  (messages 0 :type (unsigned-byte 32))
  (last nil :type (or null (unsigned-byte 32))))

(defstruct (output (:constructor make-output (octets)) (:copier nil))
  "Octets that have not been sent: the first FILL. COLUMN is that of the next character."
  (octets (make-array 0 :element-type '(unsigned-byte 8)) :type octets)
  (fill 0 :type (unsigned-byte 32))
  (column 0 :type fixnum))

(defgeneric shm-stream-channel (stream)
  (:documentation #.(doc "shm-stream-channel" "Reader")))

(defclass shm-stream (fundamental-stream)
  ((channel :initarg :channel :reader shm-stream-channel)
   (encoding :initarg :encoding :reader encoding-of)
   (element-type :initarg :element-type :reader element-type-of)
   (timeout :initarg :timeout :reader timeout-of)
   (open :initform t :accessor open-of)
   (input :initarg :input :initform nil :reader input-of)
   (output :initarg :output :initform nil :reader output-of))
  (:documentation #.(doc "shm-stream" "Type")))

(defclass shm-input-stream (shm-stream fundamental-character-input-stream fundamental-binary-input-stream)
  ())

(defclass shm-output-stream (shm-stream fundamental-character-output-stream fundamental-binary-output-stream)
  ())

(defclass shm-io-stream (shm-input-stream shm-output-stream)
  ())

(defmethod print-object ((stream shm-stream) target)
  (print-unreadable-object (stream target :identity t)
    (format target "SHM-STREAM over ~S~:[ (closed)~;~]" (shm-stream-channel stream) (open-of stream))))

(defmethod stream-element-type ((stream shm-stream))
  (element-type-of stream))

(defmethod open-stream-p ((stream shm-stream))
  (open-of stream))

;;; Making one

(defun check-open-channel (channel operation)
  (unless (and (shm-channel-p channel) (channel-open-p channel))
    (reject-channel channel operation)))

(defun check-element-type (type operation)
  (cond ((member type '(character base-char)) 'character)
        ((ignore-errors (and (subtypep type '(unsigned-byte 8)) (subtypep '(unsigned-byte 8) type))) '(unsigned-byte 8))
        (t (reject operation 'element-type type '(member character (unsigned-byte 8))
                   "it must be CHARACTER or (UNSIGNED-BYTE 8). The stream transfers both in each case."))))

(defun buffer-for (channel)
  "Octets for a part of the ring, so that one end fills another part while the other empties this one."
  (make-array (min 65536 (floor (shm-channel-capacity channel) 8)) :element-type '(unsigned-byte 8)))

(defun class-for (sends receives)
  (cond ((not sends) 'shm-input-stream)
        ((not receives) 'shm-output-stream)
        (t 'shm-io-stream)))

(defun make-shm-stream (channel &key (element-type 'character) (external-format :utf-8) timeout)
  #.(doc "make-shm-stream")
  (check-open-channel channel 'make-shm-stream)
  (check-timeout timeout 'make-shm-stream)
  (let ((sends (plusp (abs (shm-channel-sends channel))))
        (receives (plusp (abs (shm-channel-receives channel)))))
    (make-instance (class-for sends receives)
                   :channel channel
                   :encoding (find-encoding external-format 'make-shm-stream)
                   :element-type (check-element-type element-type 'make-shm-stream)
                   :timeout timeout
                   :input (and receives (make-input (buffer-for channel)))
                   :output (and sends (make-output (buffer-for channel))))))

;;; Sending what was written

(declaim (inline the-output the-input))

(defun the-output (stream)
  "The output of STREAM, which is open."
  (if (open-of stream) (the output (output-of stream)) (reject-stream stream)))

(defun the-input (stream)
  (if (open-of stream) (the input (input-of stream)) (reject-stream stream)))

(defun forget (output count)
  "The first COUNT octets of OUTPUT have been sent."
  (let ((octets (output-octets output))
        (fill (output-fill output)))
    (unless (= count fill)
      (replace octets (subseq octets count fill)))
    (setf (output-fill output) (- fill count))))

(defun flush (stream &aux (output (the-output stream)))
  "Send what was written, and what an interrupt or a handler has written meanwhile. It counts as sent as soon as it is, whatever
interrupts then."
  (flet ((waiting ()
           (output-fill output))
         (sent (count)
           (forget output count)))
    (declare (dynamic-extent #'waiting #'sent))
    (unless (zerop (output-fill output))
      (with-stream-errors (stream)
        (send-buffer (shm-stream-channel stream) (output-octets output) #'waiting #'sent (timeout-of stream))))))

(defmethod stream-finish-output ((stream shm-output-stream))
  (flush stream)
  nil)

(defmethod stream-force-output ((stream shm-output-stream))
  (flush stream)
  nil)

(defmethod stream-clear-output ((stream shm-output-stream))
  (setf (output-fill (the-output stream)) 0)
  nil)

;;; Closing

(defun leave-stream (stream)
  "Close the channel of STREAM, and then STREAM: where an interrupt comes between, it can be closed again. For a cleanup."
  (close-shm-channel (shm-stream-channel stream))
  (setf (open-of stream) nil))

(defmethod close ((stream shm-stream) &key abort)
  (when (open-of stream)
    (when (and (output-of stream) (not abort))
      (flush stream))
    (uninterrupted
      (leave-stream stream))
    t))

(defun call-with-shm-stream (function channel &rest options)
  "Call FUNCTION with a stream over CHANNEL. Close it on every way out, without sending the rest on one that is not the normal one."
  (let ((stream (apply #'make-shm-stream channel options)))
    (with-cleanup (multiple-value-prog1 (funcall function stream)
                    (close stream))
      (leave-stream stream))))

(defmacro with-shm-stream ((stream channel &rest options) &body body)
  #.(doc "with-shm-stream" "Macro")
  `(call-with-shm-stream (variables-lambda (,stream) ,@body) ,channel ,@(fold-options options)))

;;; By name

(eval-when (:compile-toplevel :load-toplevel :execute)
  (defparameter *stream-keys*
    '(&key (capacity 65536) (permissions '(:user-read :user-write)) (timeout nil timeout-p) (element-type 'character)
           (external-format :utf-8))))

(defun open-shm-stream (name role . #.*stream-keys*)
  #.(doc "open-shm-stream")
  (let ((encoding (find-encoding external-format 'open-shm-stream))
        (element-type (check-element-type element-type 'open-shm-stream)))
    (call-opening-channel (lambda (channel replaced)
                            (declare (ignore replaced))
                            (make-shm-stream channel :element-type element-type :external-format (encoding-name encoding)
                                                     :timeout timeout))
                          name role capacity permissions (if timeout-p timeout 10))))

(defun call-with-open-shm-stream (function name role . #.*stream-keys*)
  (with-open-shm-channel (channel name role :capacity capacity :permissions permissions :timeout (if timeout-p timeout 10))
    (call-with-shm-stream function channel :element-type element-type :external-format external-format :timeout timeout)))

(defmacro with-open-shm-stream ((stream name role &rest options) &body body)
  #.(doc "with-open-shm-stream" "Macro")
  `(call-with-open-shm-stream (variables-lambda (,stream) ,@body) ,name ,role ,@(fold-options options)))

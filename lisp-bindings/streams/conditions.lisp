;;;; SPDX-License-Identifier: BSD-3-Clause
;;;; What goes wrong with a channel is a stream-error, too, where it goes wrong with a stream over it.

(in-package #:posix-shm/streams)

(define-condition shm-stream-error (shm-channel-error stream-error)
  ()
  (:report report-failure))

(define-condition stream-peer-left (shm-peer-left shm-stream-error)
  ()
  (:report report-failure))

(define-condition stream-peer-died (shm-peer-died shm-stream-error)
  ()
  (:report report-failure))

(define-condition stream-timeout (shm-timeout stream-error)
  ()
  (:report report-failure))

(defun class-for-stream (condition)
  (typecase condition
    (stream-error nil)
    (shm-peer-died 'stream-peer-died)
    (shm-peer-left 'stream-peer-left)
    (shm-channel-error 'shm-stream-error)
    (shm-timeout 'stream-timeout)))

(defun for-stream (condition class stream)
  "CONDITION as one of CLASS, of STREAM."
  (apply #'make-condition class
         :stream stream :errno (condition-errno condition) :operation (condition-operation condition)
         :name (condition-name condition) :hint (condition-hint condition)
         (when (typep condition 'shm-channel-error)
           (list :channel (condition-channel condition) :peer (condition-peer condition)))))

(defun signal-for-stream (condition stream)
  "Signal CONDITION, which came of the channel of STREAM, as an error of STREAM, with the restarts that it has."
  (let ((class (class-for-stream condition)))
    (when class
      (let ((other (for-stream condition class stream)))
        (with-condition-restarts other (compute-restarts condition)
          (error other))))))

(defmacro with-stream-errors ((stream) &body body)
  `(handler-bind ((posix-shm-error (lambda (condition) (signal-for-stream condition ,stream))))
     ,@body))

(defun reject-stream (stream)
  "Signal that STREAM is closed."
  (error 'shm-stream-error :stream stream :channel (shm-stream-channel stream) :hint "The stream is closed."))

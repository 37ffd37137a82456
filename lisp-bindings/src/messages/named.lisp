;;;; SPDX-License-Identifier: BSD-3-Clause
;;;; Channels by name: whichever process comes first makes the object.

(in-package #:posix-shm)

;;; The keywords of open-shm-channel and of what wraps it, written once.
(eval-when (:compile-toplevel :load-toplevel :execute)
  (defparameter *channel-keys*
    '(&key (capacity 65536) (permissions (logior +pshm-mode-user-read+ +pshm-mode-user-write+)) (timeout 10))))

(defun open-shm-channel (name role . #.*channel-keys*)
  #.(doc "open-shm-channel")
  (check-role role 'open-shm-channel)
  (check-capacity capacity 'open-shm-channel)
  (let* ((size (shm-channel-size capacity role))
         (shm (ensure-shm name size :permissions permissions :timeout timeout))
         (vector nil)
         (channel nil)
         (replaced nil))
    ;; The mapping stays when the descriptor is closed.
    (with-cleanup (setf vector (map-shm-vector shm '(unsigned-byte 8) size)
                        channel (prepare-channel vector capacity role 0 'open-shm-channel)
                        (shm-channel-owned channel) t
                        replaced (join channel 'open-shm-channel))
      (close-descriptor shm)
      (when (and vector (not (and channel (channel-open-p channel))))
        (unmap-region (find-region vector) nil)))
    (values channel replaced)))

(defun call-with-open-shm-channel (function name role . #.*channel-keys*)
  "Call FUNCTION with a channel in the object NAME; leave its rings and unmap it on every way out."
  (check-role role 'with-open-shm-channel)
  (check-capacity capacity 'with-open-shm-channel)
  (let* ((size (shm-channel-size capacity role))
         (wanted (parse-wanted name size nil :io permissions timeout))
         (shm (make-instance 'open-shm)))
    (call-and-close (lambda ()
                        (ensure-object shm wanted)
                        (call-with-shm-vector (lambda (vector)
                                                (call-with-shm-channel function vector capacity role))
                                              shm '(unsigned-byte 8) size))
                      shm)))

(defmacro with-open-shm-channel ((channel name role &rest options) &body body)
  #.(doc "with-open-shm-channel" "Macro")
  `(call-with-open-shm-channel (variables-lambda (,channel) ,@body) ,name ,role ,@(fold-options options)))

(define-folding open-shm-channel 2)

;;;; SPDX-License-Identifier: BSD-3-Clause
;;;; Channels by name: whichever process comes first makes the object.

(in-package #:posix-shm)

;;; The keywords of open-shm-channel and of what wraps it, written once.
(eval-when (:compile-toplevel :load-toplevel :execute)
  (defparameter *channel-keys*
    '(&key (capacity 65536) (permissions (logior +pshm-mode-user-read+ +pshm-mode-user-write+)) (timeout 10))))

(defun open-into (channel-of region shm wanted capacity role)
  "Open or make the object as SHM, map it as REGION, and join. CHANNEL-OF is called with the channel before that. Return the channel
and whether a process that died was replaced."
  (ensure-object shm wanted)
  (let* ((size (shm-channel-size capacity role))
         (request (parse-request 'map-shm-vector shm '(unsigned-byte 8) size 0 +read-write+ +pshm-map-shared+))
         (channel (progn (prepare request nil)
                         (prepare-channel (vector-in region request) capacity role 0 'open-shm-channel))))
    (setf (shm-channel-owned channel) t)
    (funcall channel-of channel)
    (values channel (join channel 'open-shm-channel))))

(defun call-opening-channel (function name role capacity permissions timeout)
  "Call FUNCTION with the channel in the object NAME, and whether a process that died was replaced. Return its values. Where they do
not reach the caller the channel is closed."
  (let* ((size (progn (check-role role 'open-shm-channel)
                      (check-capacity capacity 'open-shm-channel)
                      (shm-channel-size capacity role)))
         (wanted (parse-wanted name size nil :io permissions timeout))
         (shm (make-instance 'open-shm))
         (region (make-region))
         (channel nil))
    (with-undo (multiple-value-call function
                 ;; The mapping stays when the descriptor is closed.
                 (with-cleanup (open-into (lambda (new) (setf channel new)) region shm wanted capacity role)
                   (close-descriptor shm)))
      (when channel
        (leave channel))
      (unmap-region region nil))))

(defun open-shm-channel (name role . #.*channel-keys*)
  #.(doc "open-shm-channel")
  (call-opening-channel #'values name role capacity permissions timeout))

(define-folding open-shm-channel 2 :checks ((1 check-role-name)))

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

(define-folding call-with-open-shm-channel 3 :checks ((2 check-role-name)))

(defmacro with-open-shm-channel ((channel name role &rest options) &body body)
  #.(doc "with-open-shm-channel" "Macro")
  `(call-with-open-shm-channel (variables-lambda (,channel) ,@body) ,name ,role ,@options))

;;;; SPDX-License-Identifier: BSD-3-Clause
;;;; Blocks of samples at a steady rate, as audio has them: one process computes each block in place, the other plays it in place.
;;;; A player that is killed loses no block: the next one goes on.
;;;;
;;;;   sbcl --load blocks.lisp &  ROLE=play sbcl --load blocks.lisp        (or any other implementation, also mixed)

(require "asdf")
(asdf:load-system "posix-shm")

(defpackage #:blocks
  (:use #:cl #:posix-shm))

(in-package #:blocks)

(defvar *name* (or (uiop:getenv "BLOCKS") "/posix-shm-blocks"))

(defconstant +capacity+ 16384)
(defconstant +samples+ 480 "In a block: a hundredth of a second.")
(defconstant +period+ 1/100)
(defconstant +blocks+ 100)

(defmacro with-samples ((vector) &body body)
  "Run BODY with the memory of the channel as a vector of samples: whichever process comes first makes the object."
  (let ((shm (gensym)) (size (gensym)))
    `(let* ((,size (shm-channel-size +capacity+ :sender))
            (,shm (ensure-shm *name* ,size)))
       (unwind-protect (with-shm-vector (,vector ,shm 'single-float (floor ,size 4))
                         ,@body)
         (close-shm ,shm)))))

(defun sample (index)
  (sin (* 2 (coerce pi 'single-float) 440 (/ index 48000.0))))

(defun compute-block (sender number)
  "Send a block. Its first sample is its number. Where the player has died, and there is no space, wait for the next one."
  (handler-case (with-message-reserved (samples begin end) (sender (1+ +samples+))
                  (setf (shm-aref samples begin) (float number))
                  (loop for index from (1+ begin) below end
                        for sample from (* number +samples+)
                        do (setf (shm-aref samples index) (sample sample))))
    (shm-peer-died ()
      (sleep 1/100)
      (compute-block sender number))))

(defun compute (sender)
  "Send the blocks, each when its time has come."
  (loop with start = (get-internal-real-time)
        for number below +blocks+
        for moment = (+ start (* number +period+ internal-time-units-per-second))
        do (sleep (max 0 (/ (- moment (get-internal-real-time)) internal-time-units-per-second)))
           (compute-block sender number)))

(defun crash (number)
  (when (equal (uiop:getenv "CRASH") (princ-to-string number))
    (format t "~&killed in block ~D~%" number)
    (finish-output)
    (cffi:foreign-funcall "kill" :int (cffi:foreign-funcall "getpid" :int) :int 9 :int)))

(defun play (receiver)
  "Play every block. Return the number of the first and the last one, and whether all samples are right."
  (let ((first nil) (last nil) (right t))
    (loop
      (unless (with-message (samples begin end) (receiver :timeout 60 :if-peer-left nil)
                (let ((number (round (shm-aref samples begin))))
                  (crash number)
                  (unless (and (or (null last) (= number (1+ last)))
                               (loop for index from (1+ begin) below end
                                     for sample from (* number +samples+)
                                     always (< (abs (- (shm-aref samples index) (sample sample))) 1e-6)))
                    (setf right nil))
                  (setf first (or first number)
                        last number)))
        (return (values first last right))))))

(with-samples (vector)
  (if (equal (uiop:getenv "ROLE") "play")
      (with-shm-channel (receiver vector +capacity+ :receiver)
        (multiple-value-bind (first last right) (play receiver)
          (format t "~&played ~D to ~D, ~:[some wrong~;all right~]~%" first last right)
          (delete-shm *name*)))
      (with-shm-channel (sender vector +capacity+ :sender)
        (compute sender)
        (format t "~&computed ~D blocks~%" +blocks+))))
(finish-output)
(uiop:quit 0)

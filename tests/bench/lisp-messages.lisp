;;;; SPDX-License-Identifier: BSD-3-Clause
;;;; Lines through a stream over a ring on SBCL, beside a pipe; and what messages allocate. Needs BENCH_ROUNDS. Prints case, variant
;;;; and nanoseconds of processor time, or octets, a line per round. Is compiled before it is loaded.

(defpackage #:bench
  (:use #:cl #:posix-shm #:posix-shm/streams))

(in-package #:bench)

(defvar *rounds* (parse-integer (uiop:getenv "BENCH_ROUNDS")))
(defconstant +turns+ 20000)
(defconstant +lines+ 20)

(defun show (name variant number)
  (format t "~A~C~A~C~,3F~%" name #\Tab variant #\Tab number))

(defun nanoseconds (function)
  "The time of FUNCTION, which has +TURNS+ turns, for one of them."
  (let ((start (get-internal-run-time)))
    (funcall function)
    (/ (* (- (get-internal-run-time) start) (/ 1000000000 internal-time-units-per-second)) +turns+)))

(defvar *line* (make-string 80 :initial-element #\x))

(defun lines (output input count)
  "Write and read +TURNS+ lines, COUNT at a time."
  (lambda ()
    (loop repeat (floor +turns+ count)
          do (loop repeat count
                   do (write-string *line* output)
                      (write-char #\Newline output))
             (finish-output output)
             (loop repeat count do (read-line input)))))

(defun call-with-pipe (function)
  (multiple-value-bind (reading writing) (sb-posix:pipe)
    (flet ((stream (descriptor &rest options)
             (apply #'sb-sys:make-fd-stream descriptor :external-format :utf-8 :buffering :full options)))
      (with-open-stream (output (stream writing :output t))
        (with-open-stream (input (stream reading :input t))
          (funcall function output input))))))

(defun call-with-streams (function)
  (with-open-shm-stream (output "/posix-shm-bench" :sender)
    (with-open-shm-stream (input "/posix-shm-bench" :receiver)
      (delete-shm "/posix-shm-bench")
      (funcall function output input))))

(defun measure-lines ()
  (call-with-streams
   (lambda (output input)
     (call-with-pipe
      (lambda (to-pipe from-pipe)
        (loop for (name count) in `(("a line of 80 characters" 1) ("a line of 80 characters, 20 at a time" ,+lines+))
              do (dotimes (round *rounds*)
                   (show name "ours" (nanoseconds (lines output input count)))
                   (show name "pipe" (nanoseconds (lines to-pipe from-pipe count))))))))))

(defmacro octets-per-turn (form)
  `(let ((before (sb-ext:get-bytes-consed)))
     (loop repeat +turns+ do ,form)
     (/ (- (sb-ext:get-bytes-consed) before) +turns+)))

(defun measure-octets ()
  (with-open-shm-vector* (shm ring (:direction :io) ('(unsigned-byte 8) (shm-channel-size 65536 :sender)))
    (with-shm-channel (sender ring 65536 :sender)
      (with-shm-channel (receiver ring 65536 :receiver)
        (show "a message in place" "octets"
              (octets-per-turn (progn
                                 (with-message-reserved (octets start end) (sender 64)
                                   (setf (aref (the (simple-array (unsigned-byte 8) (*)) octets) start) 1))
                                 (with-message (octets start end) (receiver)
                                   (aref (the (simple-array (unsigned-byte 8) (*)) octets) start)))))))))

(measure-lines)
(measure-octets)
(finish-output)

;;;; SPDX-License-Identifier: BSD-3-Clause
;;;; One of the programs that together.test runs in pairs.

(require "asdf")
(let ((*standard-output* (make-broadcast-stream)))
  (asdf:load-system "posix-shm"))

(defpackage #:together (:use #:cl #:posix-shm))
(in-package #:together)

(defun meet (pointer)
  "Wait until both are here."
  (shm-atomic-incf pointer 8)
  (shm-wake pointer 8)
  (loop for here = (shm-atomic pointer 8)
        while (< here 2)
        do (shm-wait pointer 8 here :timeout 60)))

(defun turn (pointer lock)
  "Whether the two halves of what the lock guards agree; after it, they do again."
  (with-shm-lock-held (lock)
    (let ((first (cffi:mem-ref pointer :int64 24))
          (second (cffi:mem-ref pointer :int64 32)))
      (setf (cffi:mem-ref pointer :int64 24) (1+ first)
            (cffi:mem-ref pointer :int64 32) (1+ second))
      (= first second))))

(defun work (pointer turns)
  (let ((lock (make-shm-lock pointer 0)))
    (meet pointer)
    (unless (loop repeat turns
                  do (shm-atomic-incf pointer 12)
                     (shm-atomic-update pointer 16 :add -3 :type :int64)
                     (loop for old = (shm-atomic pointer 40)
                           until (= old (shm-compare-and-swap pointer 40 old (1+ old))))
                  always (turn pointer lock))
      (error "Two were inside at once."))
    (meet-again pointer)))

(defun meet-again (pointer)
  (shm-atomic-incf pointer 44)
  (shm-wake pointer 44)
  (loop for done = (shm-atomic pointer 44)
        while (< done 2)
        do (shm-wait pointer 44 done :timeout 60)))

(destructuring-bind (turns &rest names) (uiop:split-string (uiop:getenv "TOGETHER"))
  (dolist (name names)
    (with-open-shm-and-mmap (shm pointer (name :direction :io) (4096))
      (work pointer (parse-integer turns)))))
(format t "~&done~%")
(finish-output)
(uiop:quit 0)

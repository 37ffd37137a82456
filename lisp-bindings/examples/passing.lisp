;;;; SPDX-License-Identifier: BSD-3-Clause
;;;; A parent creates an anonymous object, fills it, and passes it to a child over a socket: read-only, and sealed so that
;;;; it never shrinks while the child maps it. For SBCL, which can pass a descriptor to the program that it starts.
;;;;
;;;;   sbcl --load passing.lisp

(require "asdf")
(asdf:load-system "posix-shm")

(defpackage #:passing
  (:use #:cl #:posix-shm))

(in-package #:passing)

(defvar *file* *load-truename*)
(defvar *text* "Passed on, and never in a directory.")

(defun start-child (socket)
  "Start this file again, with SOCKET open and its number in the environment."
  (posix-shm/shim:pshm-set-inheritable socket 1)
  (sb-ext:run-program "sbcl" (list "--noinform" "--no-userinit" "--non-interactive" "--load" (sb-ext:native-namestring *file*))
                      :search t :wait nil :output *standard-output* :preserve-fds (list socket)
                      :environment (cons (format nil "PASSING_SOCKET=~D" socket) (sb-ext:posix-environ))))

(defun parent ()
  (multiple-value-bind (here there) (shm-socketpair)
    (with-open-shm* (shm :direction :io :permissions '(:user-read))
      (let ((octets (sb-ext:string-to-octets *text*)))
        (allocate-shm shm (length octets))
        (write-shm shm octets))
      (seal-shm shm '(:shrink :grow))
      (let ((child (start-child there))
            (reader (reopen-shm shm)))
        (posix-shm/ffi:close there)
        (send-shm reader here)
        (close-shm reader)
        (sb-ext:process-wait child)
        (posix-shm/ffi:close here)
        (format t "~&parent: the child exited with code ~D~%" (sb-ext:process-exit-code child))
        (sb-ext:process-exit-code child)))))

(defun child (socket)
  (let ((shm (receive-shm socket)))
    (unwind-protect
         (let ((octets (make-array (stat-size (shm-stats shm)) :element-type '(unsigned-byte 8))))
           (read-shm shm octets)
           (format t "~&child: ~A~%" (sb-ext:octets-to-string octets))
           (handler-case (mmap-shm shm (length octets))
             (mmap-error (condition) (format t "~&child: ~A~%" condition))))
      (close-shm shm)))
  0)

(let ((socket (sb-ext:posix-getenv "PASSING_SOCKET")))
  (sb-ext:exit :code (if socket (child (parse-integer socket)) (parent))))

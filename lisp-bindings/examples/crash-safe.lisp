;;;; SPDX-License-Identifier: BSD-3-Clause
;;;; Cleaning up after killed processes. The first choice is open-shm*: an anonymous object needs no cleanup. If other processes
;;;; must find an object by name, its first octets contain the ID of its process, and the next process deletes the objects of
;;;; dead processes. For Linux, where /proc shows which processes are alive.
;;;;
;;;;   CRASH=yes sbcl --load crash-safe.lisp ; sbcl --load crash-safe.lisp        (or any other implementation)

(require "asdf")
(asdf:load-system "posix-shm")

(defpackage #:crash-safe
  (:use #:cl #:posix-shm))

(in-package #:crash-safe)

(defvar *prefix* (or (uiop:getenv "PREFIX") "/crash-safe-"))

(defun process-id ()
  (cffi:foreign-funcall "getpid" :int))

(defun process-alive-p (process)
  (probe-file (format nil "/proc/~D/stat" process)))

(defun owner (shm)
  "The process that SHM belongs to, or nil while it does not say."
  (let ((octets (make-array 8 :element-type '(unsigned-byte 8) :initial-element 0)))
    (when (= 8 (read-shm shm octets))
      (let ((process (loop for index below 8 sum (ash (aref octets index) (* 8 index)))))
        (and (plusp process) process)))))

(defun claim (shm)
  "Write into SHM that it belongs to this process."
  (let ((octets (make-array 8 :element-type '(unsigned-byte 8))))
    (dotimes (index 8)
      (setf (aref octets index) (ldb (byte 8 (* 8 index)) (process-id))))
    (write-shm shm octets)))

(defun call-with-object (function size)
  "Call FUNCTION with a named object of this process, which ends with it or is swept up later."
  (let ((name (format nil "~A~D" *prefix* (process-id))))
    (with-open-shm (shm name :direction :io :if-exists :supersede :permissions '(:user-read :user-write))
      (unwind-protect
           (progn
             (allocate-shm shm (max 8 size))
             (claim shm)
             (funcall function shm))
        (delete-shm-if-same name shm)))))

(defun sweep ()
  "Delete the objects whose processes are dead."
  (dolist (name (list-shm))
    (when (eql 0 (search *prefix* name))
      (with-open-shm (shm name :if-does-not-exist nil)
        (let ((owner (and shm (owner shm))))
          (when (and owner (not (process-alive-p owner)))
            ;; If somebody has superseded it in the meantime, theirs stays.
            (when (delete-shm-if-same name shm)
              (format t "~&swept up ~A~%" name))))))))

(sweep)
(call-with-object (lambda (shm)
                    (format t "~&working with ~A~%" (shm-name shm))
                    (finish-output)
                    (when (uiop:getenv "CRASH")
                      (uiop:run-program (format nil "kill -9 ~D" (process-id)))
                      (sleep 10)))
                  4096)
(finish-output)
(uiop:quit 0)

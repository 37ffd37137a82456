;;;; SPDX-License-Identifier: BSD-3-Clause
;;;; Cleaning up after killed processes. The first choice is open-shm*: an anonymous object needs no cleanup. If other processes
;;;; must find an object by name, its first octets identify its process from the moment when it can be found, and the next process
;;;; deletes the objects of dead processes. An object whose owner may be alive stays.
;;;;
;;;;   CRASH=yes sbcl --load crash-safe.lisp ; sbcl --load crash-safe.lisp        (or any other implementation)

(require "asdf")
(asdf:load-system "posix-shm")

(defpackage #:crash-safe
  (:use #:cl #:posix-shm)
  (:import-from #:posix-shm/shim #:pshm-process-self #:pshm-process-alive))

(in-package #:crash-safe)

(defvar *prefix* (or (uiop:getenv "PREFIX") "/crash-safe-"))

(defun process-id ()
  (cffi:foreign-funcall "getpid" :int))

(defun claim (shm)
  "Write into SHM that it belongs to this process."
  (with-mmap (pointer shm 8)
    (setf (cffi:mem-ref pointer :int64) (pshm-process-self))))

(defun owner (shm)
  "The process that SHM belongs to."
  (with-mmap (pointer shm 8 :prot :read)
    (cffi:mem-ref pointer :int64)))

(defun abandoned-p (shm)
  "Is the owner of SHM dead for certain? A process that has its number by now is another one."
  (and (<= 8 (stat-size (shm-stats shm)))
       (eql 0 (pshm-process-alive (owner shm)))))

(defun call-with-object (function size)
  "Call FUNCTION with a named object of this process, which ends with it or is deleted later."
  (let ((name (format nil "~A~D" *prefix* (process-id))))
    (with-ensured-shm (shm pointer (name (max 8 size) :initialize #'claim :permissions '(:user-read :user-write)))
      (declare (ignore pointer))
      (unwind-protect (funcall function shm)
        (delete-shm-if-same name shm)))))

(defun sweep ()
  "Delete the objects whose owners are dead."
  (dolist (name (list-shm))
    (when (eql 0 (search *prefix* name))
      (with-open-shm (shm name :if-does-not-exist nil)
        ;; If somebody has superseded it in the meantime, theirs stays.
        (when (and shm (abandoned-p shm) (delete-shm-if-same name shm))
          (format t "~&swept up ~A~%" name))))))

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

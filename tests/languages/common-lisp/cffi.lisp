;;;; SPDX-License-Identifier: BSD-3-Clause
;;;; Memory and processes with CFFI, for the common scenario over the package posix-shm/shim.

(require "asdf")
(asdf:load-system "posix-shm/shim")

(defpackage #:consumer
  (:use #:cl #:posix-shm/shim))

(in-package #:consumer)

(defparameter *null* (cffi:null-pointer))

(defun pointer-to (address)
  (cffi:make-pointer address))

(defun address-of (pointer)
  (cffi:pointer-address pointer))

(defun add-offset (pointer offset)
  (cffi:inc-pointer pointer offset))

(defmacro u8 (pointer &optional (offset 0))
  `(cffi:mem-ref ,pointer :uint8 ,offset))

(defmacro i32 (pointer &optional (offset 0))
  `(cffi:mem-ref ,pointer :int32 ,offset))

(defmacro i64 (pointer &optional (offset 0))
  `(cffi:mem-ref ,pointer :int64 ,offset))

(defmacro with-buffer ((pointer size) &body body)
  "Run BODY with POINTER to SIZE octets."
  `(cffi:with-foreign-pointer (,pointer ,size)
     ,@body))

(defun copy-memory (to from count)
  (cffi:foreign-funcall "memcpy" :pointer to :pointer from :unsigned-long count :pointer))

(defun equal-memory (one other count)
  (zerop (cffi:foreign-funcall "memcmp" :pointer one :pointer other :unsigned-long count :int)))

(defun encode (text)
  (coerce (babel:string-to-octets text :encoding :utf-8) 'list))

(defun decode (octets)
  (babel:octets-to-string (coerce octets '(vector (unsigned-byte 8))) :encoding :utf-8))

(defun run-shell (command)
  "Run COMMAND, which inherits the inheritable descriptors, and return its status."
  (let ((status (cffi:foreign-funcall "system" :string command :int)))
    ;; CLISP ignores SIGCHLD, so system(3) waits, but gets no status. What the child did is looked at in any case.
    #+clisp (if (= status -1) 0 status)
    #-clisp status))

(load (merge-pathnames "scenario.lisp" *load-truename*))

;;;; SPDX-License-Identifier: BSD-3-Clause
;;;; Memory and processes in SBCL without ASDF and CFFI, for the common scenario over the package posix-shm/alien. A buffer is a
;;;; vector, passed as it is.

(load (sb-ext:posix-getenv "POSIX_SHM_LISP"))

(defpackage #:consumer
  (:use #:cl #:posix-shm/alien))

(in-package #:consumer)

(defparameter *null* (sb-sys:int-sap 0))

(defun pointer-to (address)
  (sb-sys:int-sap address))

(defun address-of (pointer)
  (sb-sys:sap-int pointer))

(defun add-offset (pointer offset)
  (sb-sys:sap+ pointer offset))

(defmacro u8 (pointer &optional (offset 0))
  `(sb-sys:sap-ref-8 ,pointer ,offset))

(defmacro i32 (pointer &optional (offset 0))
  `(sb-sys:signed-sap-ref-32 ,pointer ,offset))

(defmacro i64 (pointer &optional (offset 0))
  `(sb-sys:signed-sap-ref-64 ,pointer ,offset))

(defmacro with-buffer ((pointer size) &body body)
  "Run BODY with POINTER to SIZE octets, those of a vector."
  (let ((vector (gensym)))
    `(let ((,vector (make-array ,size :element-type '(unsigned-byte 8) :initial-element 0)))
       (sb-sys:with-pinned-objects (,vector)
         (let ((,pointer (sb-sys:vector-sap ,vector)))
           ,@body)))))

(defun copy-memory (to from count)
  (sb-kernel:system-area-ub8-copy from 0 to 0 count))

(defun equal-memory (one other count)
  (loop for i below count
        always (= (u8 one i) (u8 other i))))

(defun encode (text)
  (coerce (sb-ext:string-to-octets text :external-format :utf-8) 'list))

(defun decode (octets)
  (sb-ext:octets-to-string (coerce octets '(vector (unsigned-byte 8))) :external-format :utf-8))

(defun run-shell (command)
  "Run COMMAND, which inherits the inheritable descriptors, and return its status. run-program would close them."
  (sb-alien:alien-funcall (sb-alien:extern-alien "system" (function sb-alien:int sb-alien:c-string)) command))

(load (merge-pathnames "../common-lisp/scenario.lisp" *load-truename*))

;;;; SPDX-License-Identifier: BSD-3-Clause
;;;; What is checked before a call: ABCL passes 2^70 as 0.

(in-package #:posix-shm/shim)

(define-condition invalid-argument (type-error)
  ((name :initarg :name :reader argument-name))
  (:report (lambda (condition stream)
             (format stream "The argument ~A is ~S, which is not of type ~S."
                     (argument-name condition) (type-error-datum condition) (type-error-expected-type condition))))
  (:documentation "An argument that cannot be passed to the library."))

(defun reject (value type name)
  (error 'invalid-argument :datum value :expected-type type :name name))

(declaim (inline check-int check-int64))

(defun check-int (value name)
  "Return VALUE, the argument NAME, if a C int can hold it."
  (if (typep value '(signed-byte 32)) value (reject value '(signed-byte 32) name)))

(defun check-int64 (value name)
  "Return VALUE, the argument NAME, if an int64_t can hold it."
  (if (typep value '(signed-byte 64)) value (reject value '(signed-byte 64) name)))

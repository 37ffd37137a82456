;;;; SPDX-License-Identifier: BSD-3-Clause
;;;; Arguments are checked before anything is called.

(in-package #:posix-shm)

(declaim (inline check-size))

(defun check-size (value argument operation)
  "Return VALUE if it is a number of octets that the library can hold."
  (if (typep value '(unsigned-byte 63))
      value
      (refuse-size value argument operation)))

(defun refuse-size (value argument operation)
  (refuse operation argument value '(unsigned-byte 63) "it must be an integer from 0 to 2^63 - 1."))

(defun check-positive (value argument operation)
  (if (typep value '(and (unsigned-byte 63) (integer 1)))
      value
      (refuse operation argument value '(integer 1 #.(1- (ash 1 63))) "it must be an integer from 1 to 2^63 - 1.")))

(defun check-id (value argument operation)
  "Return the id VALUE for the library: -1 leaves one alone."
  (cond ((null value) -1)
        ((typep value '(unsigned-byte 63)) value)
        (t (refuse operation argument value '(or null (unsigned-byte 63)) "it must be a non-negative integer or nil."))))

(defun check-descriptor (value argument operation)
  (if (typep value '(unsigned-byte 31))
      value
      (refuse operation argument value '(unsigned-byte 31) "it must be a descriptor, an integer from 0 to 2^31 - 1.")))

;;; Names

(defun name-error (name operation)
  "What is wrong with NAME, as a condition, or nil. Too long a name is left to the library, which knows the limit."
  (let ((demand (cond ((not (stringp name)) "it must be a string.")
                      ((not (plain-string-p name)) "it has a character that cannot be passed on: a NUL, or half of a pair.")
                      ((not (well-formed-p name)) "it must be at least one character, with at most one slash, in front of it, and not . or .. alone."))))
    (when demand
      (make-condition 'shm-invalid-argument :operation operation :argument 'name :datum name :expected-type 'string
                                            :demand demand :errno *einval*))))

(defun well-formed-p (name)
  "Does NAME have at least one character behind the slash that it may begin with, none of them a slash, and not . or .. alone?"
  (with-simple-string (name)
    (let* ((length (length name))
           (start (if (and (plusp length) (char= (schar name 0) #\/)) 1 0)))
      (flet ((every-character-p (predicate)
               (loop for index from start below length
                     always (funcall predicate (schar name index)))))
        (declare (inline every-character-p))
        (and (< start length)
             (every-character-p (lambda (character) (char/= character #\/)))
             (not (and (<= (- length start) 2)
                       (every-character-p (lambda (character) (char= character #\.))))))))))

(defun portable-name (name)
  "NAME, which is well-formed, with its leading slash. A string that is not simple is copied: such strings are made to change."
  (cond ((char/= (char name 0) #\/) (concatenate 'string "/" name))
        ((simple-string-p name) name)
        (t (coerce name '(simple-array character (*))))))

(defun check-shm-name (name operation)
  (let ((condition (name-error name operation)))
    (if condition (error condition) (portable-name name))))

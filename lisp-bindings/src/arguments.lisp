;;;; SPDX-License-Identifier: BSD-3-Clause
;;;; Arguments are checked before anything is called.

(in-package #:posix-shm)

(declaim (inline check-size))

(defun check-size (value argument operation)
  "Return VALUE if it is a number of octets that the library can hold."
  (if (typep value '(unsigned-byte 63))
      value
      (reject-size value argument operation)))

(defun reject-size (value argument operation)
  (reject operation argument value '(unsigned-byte 63) "it must be an integer from 0 to 2^63 - 1."))

(defun check-positive (value argument operation)
  (if (typep value '(and (unsigned-byte 63) (integer 1)))
      value
      (reject operation argument value '(integer 1 #.(1- (ash 1 63))) "it must be an integer from 1 to 2^63 - 1.")))

(defun check-id (value argument operation)
  "Return the id VALUE for the library: -1 leaves one alone, and so does (uid_t) -1 where that has 32 bits."
  (cond ((member value '(nil #xFFFFFFFF)) -1)
        ((typep value '(unsigned-byte 63)) value)
        (t (reject operation argument value '(or null (unsigned-byte 63))
                   "it must be a non-negative integer, not a name. nil leaves it unchanged."))))

(defun check-descriptor (value argument operation)
  (if (typep value '(unsigned-byte 31))
      value
      (reject operation argument value '(unsigned-byte 31)
              (text "it must be a descriptor, an integer from 0 to 2^31 - 1.~:[~; That of an object is (shm-fd object).~]"
                    (typep value 'shm)))))

;;; The platform. Some calls open a file for a moment: an interrupt that unwinds out of one would leave it open.

(defun feature-p (name)
  "Does the system support the feature NAME?"
  (= 1 (uninterrupted (pshm-has name))))

;;; Vectors

(defun vector-hint (value)
  "How to make a vector of numbers of VALUE."
  (typecase value
    (string "(babel:string-to-octets string) makes octets of a string, and (babel:octets-to-string octets) a string of octets.")
    (sequence "(coerce sequence '(vector (unsigned-byte 8))) makes octets of small integers.")))

;;; Names

(defun leading-slashes (name)
  "How many slashes the simple string NAME begins with."
  (with-simple-string (name)
    (loop for index from 0 below (length name)
          while (char= (schar name index) #\/)
          finally (return index))))

(defun well-formed-p (name)
  "Is NAME, without the slashes that it begins with, at least one character, none of them a slash, and not . or .. alone?"
  (with-simple-string (name)
    (let* ((length (length name))
           (start (leading-slashes name)))
      (flet ((every-character-p (predicate)
               (loop for index from start below length
                     always (funcall predicate (schar name index)))))
        (declare (inline every-character-p))
        (and (< start length)
             (every-character-p (lambda (character) (char/= character #\/)))
             (not (and (<= (- length start) 2)
                       (every-character-p (lambda (character) (char= character #\.))))))))))

(defun path-requirement (name)
  "A sentence about NAME, which has a slash inside."
  (let ((folder (format nil "~A/" *file-system*)))
    (if (eql 0 (search folder name))
        (text "a name is not a path: the name of the object in ~A is ~S." *file-system* (subseq name (length *file-system*)))
        "a name has one slash, at the beginning: there are no directories.")))

(defun name-requirement (name)
  "The requirement that the string NAME does not meet, or nil. Only the C library checks its length."
  (cond ((not (plain-string-p name)) "it has a character that cannot be passed to the system: a NUL, or half of a surrogate pair.")
        ((well-formed-p name) nil)
        ((every (lambda (character) (char= character #\/)) name) "a name has at least one character after its slash.")
        ((find #\/ (string-left-trim "/" name)) (path-requirement name))
        (t "a name is not . or .. alone.")))

(defun string-requirement (name)
  "The requirement for NAME, which is no string."
  (typecase name
    (pathname (text "it must be a string, not a pathname~@[: such as ~S~]."
                    (and (pathname-name name) (text "/~A" (pathname-name name)))))
    (t "it must be a string, such as \"/foobar-shm\".")))

(defun name-error (name operation)
  "The condition for an invalid NAME, or nil."
  (let ((requirement (if (stringp name) (name-requirement name) (string-requirement name))))
    (when requirement
      (make-condition 'shm-invalid-argument :operation operation :argument 'name :datum name :expected-type 'string
                                            :requirement requirement :errno *einval*))))

(declaim (inline kept-name))

(defun kept-name (name)
  "NAME as an object or a condition keeps it. A string that is not simple is copied: such strings are made to change."
  (if (typep name '(or simple-string null)) name (coerce name '(simple-array character (*)))))

(defun portable-name (name)
  "NAME, which is well-formed and simple, with one slash in front."
  (let ((slashes (leading-slashes name)))
    (if (= slashes 1)
        name
        (concatenate 'string "/" (subseq name slashes)))))

(defun check-string (name operation)
  (if (stringp name)
      name
      (error (name-error name operation))))

(defun check-output-stream (stream operation)
  (cond ((eq stream t) *standard-output*)
        ((and (streamp stream) (output-stream-p stream)) stream)
        (t (reject operation 'stream stream '(or stream (eql t)) "it must be an output stream, or t."))))

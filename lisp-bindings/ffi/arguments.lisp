;;;; SPDX-License-Identifier: BSD-3-Clause
;;;; What the shim takes more strictly than POSIX calls do.

(in-package #:posix-shm/ffi)

(defun one-slash (name)
  "NAME as the shim takes it: a string with one slash in front, however many it has. The shim rejects anything else."
  (let ((slashes (and (stringp name) (plusp (length name)) (or (position #\/ name :test #'char/=) (length name)))))
    (if (member slashes '(nil 1))
        name
        (concatenate 'string "/" (subseq name slashes)))))

(declaim (inline id-or-leave))

(defun id-or-leave (id)
  "ID for the shim. (uid_t) -1, where that has 32 bits, leaves one alone, as -1 does."
  (if (eql id #xFFFFFFFF) -1 id))

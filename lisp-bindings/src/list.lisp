;;;; SPDX-License-Identifier: BSD-3-Clause
;;;; The names of the objects that exist.

(in-package #:posix-shm)

(defun split-names (octets)
  "The strings of OCTETS, each of which ends in a zero."
  (loop for start = 0 then (1+ end)
        for end = (position 0 octets :start start)
        while end
        collect (octets-string octets start end)))

(defun names-octets (size)
  "The names as the library writes them, or nil where they take more than SIZE octets; and how many they take."
  (let ((octets (cffi:make-shareable-byte-vector size))
        (result 0))
    (cffi:with-pointer-to-vector-data (names octets)
      ;; The C library allocates memory meanwhile: that must not be unwound.
      (uninterrupted
        (setf result (pshm-list names size))))
    (check-result result 'list-shm nil)
    (values (and (<= result size) (subseq octets 0 result)) result)))

;;; Objects come and go, so that the answer is not true for long: twice as much is asked for.
(defun list-shm ()
  #.(doc "list-shm")
  (current-image)
  (let ((size 4096))
    (loop
      (multiple-value-bind (octets needed) (names-octets size)
        (when octets
          (return (split-names octets)))
        (setf size (* 2 needed))))))

;;;; SPDX-License-Identifier: BSD-3-Clause
;;;; Names: deleting and listing them.

(in-package #:posix-shm)

(defun no-such-name (name operation)
  "The condition for NAME, a string that no object can have."
  (make-condition 'shm-does-not-exist :operation operation :errno *enoent* :name (kept-name name)
                                      :cure (text "No object can have this name: ~A" (name-demand name))))

(defun demand-named (result name operation)
  "Return RESULT of an operation on NAME, unless it is an error. Of too long a name there is no object either."
  (if (minusp result)
      (error (failure (if (eql result (- *enametoolong*)) 'shm-does-not-exist (failure-class operation result))
                      operation result (kept-name name)))
      result))

(defun existing-name (name operation)
  "NAME for the library, or an error where no object can have it."
  (check-string name operation)
  (current-image)
  (if (name-demand name)
      (error (no-such-name name operation))
      (portable-name (kept-name name))))

(defun delete-shm (name)
  #.(doc "delete-shm")
  (demand-named (pshm-delete (existing-name name 'delete-shm)) name 'delete-shm)
  t)

(defun delete-shm-if-same (name shm)
  #.(doc "delete-shm-if-same")
  (let ((descriptor (descriptor shm 'delete-shm-if-same))
        (name-of-object (existing-name name 'delete-shm-if-same)))
    (= 1 (demand-named (pshm-delete-if-same name-of-object descriptor) name 'delete-shm-if-same))))

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
    (demand result 'list-shm nil)
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

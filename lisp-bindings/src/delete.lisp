;;;; SPDX-License-Identifier: BSD-3-Clause
;;;; Deleting the names of objects.

(in-package #:posix-shm)

(defun no-such-name (name operation)
  "The condition for NAME, a string that no object can have."
  (make-condition 'shm-does-not-exist :operation operation :errno *enoent* :name (kept-name name)
                                      :hint (text "No object can have this name: ~A" (name-requirement name))))

(defun check-named (result name operation)
  "Return RESULT of an operation on NAME, unless it is an error. Of too long a name there is no object either."
  (if (minusp result)
      (error (failure (if (eql result (- *enametoolong*)) 'shm-does-not-exist (failure-class operation result))
                      operation result (kept-name name)))
      result))

(defun existing-name (name operation)
  "NAME for the library, or an error where no object can have it."
  (check-string name operation)
  (current-image)
  (if (name-requirement name)
      (error (no-such-name name operation))
      (portable-name (kept-name name))))

(defun delete-shm (name)
  #.(doc "delete-shm")
  (check-named (pshm-delete (existing-name name 'delete-shm)) name 'delete-shm)
  t)

(defun delete-shm-if-same (name shm)
  #.(doc "delete-shm-if-same")
  (let ((descriptor (descriptor shm 'delete-shm-if-same))
        (name-of-object (existing-name name 'delete-shm-if-same)))
    (= 1 (check-named (pshm-delete-if-same name-of-object descriptor) name 'delete-shm-if-same))))

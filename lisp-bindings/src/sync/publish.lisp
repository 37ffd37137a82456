;;;; SPDX-License-Identifier: BSD-3-Clause
;;;; An object gets its name when it is complete.

(in-package #:posix-shm)

(defparameter *if-published* (remove-if-not (lambda (row) (member (car row) '(:error :supersede nil))) *if-exists*)
  "What publish-shm does where an object has the name.")

(defun check-name (name operation)
  "Return NAME as an object keeps it, or signal what is wrong with it."
  (let ((condition (name-error name operation)))
    (if condition
        (error condition)
        (kept-name name))))

(defun rename-object (shm name)
  "NAME is the name of SHM from now on, also for its finalizer, which may have its label."
  (let ((label (name-or-label shm)))
    (when (consp label)
      (setf (car label) name)))
  (setf (name-or-label shm) name))

(defun publish (shm name if-exists operation)
  "Give the object of SHM, and SHM itself, the NAME. Return the library's result."
  (let ((descriptor (descriptor shm operation))
        (pointer (portable-name name))
        (result 0))
    (with-c-string (pointer)
      (uninterrupted
        (setf result (pshm-publish descriptor pointer if-exists))
        (unless (minusp result)
          (rename-object shm name))))
    result))

(defun publish-shm (shm name &key (if-exists :error))
  #.(doc "publish-shm")
  (let* ((name (check-name name 'publish-shm))
         (option (choice-value if-exists 'if-exists *if-published* 'publish-shm))
         (result (publish shm name option 'publish-shm)))
    (cond ((not (minusp result)) t)
          ((and (null if-exists) (eql result (- *eexist*))) nil)
          (t (error (named-failure 'publish-shm result name))))))

(defun check-if-published (form)
  (check-choice form 'if-exists *if-published*))

(define-folding publish-shm 2 :checks ((:if-exists check-if-published)))

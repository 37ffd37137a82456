;;;; SPDX-License-Identifier: BSD-3-Clause
;;;; Seals, and descriptors with less access.

(in-package #:posix-shm)

(defun seal-shm (shm seals)
  #.(doc "seal-shm")
  (let ((descriptor (descriptor shm 'seal-shm))
        (seals (flags-value seals *seals* 'seal-shm)))
    (check-result (pshm-seal descriptor seals) 'seal-shm shm)
    (values)))

(define-folding-of-last seal-shm *seals*)

(defun shm-seals (shm)
  #.(doc "shm-seals")
  (flags-keywords (check-result (pshm-seals (descriptor shm 'shm-seals)) 'shm-seals shm) *seals*))

(defun reopen-shm (shm &key (direction :input))
  #.(doc "reopen-shm")
  (let* ((descriptor (descriptor shm 'reopen-shm))
         (direction (choice-value direction 'direction *directions* 'reopen-shm))
         (other (make-instance 'open-shm :name (name-or-label shm)))
         (cell (cell-of other))
         (result 0))
    (closed-unless-returned (other)
      (uninterrupted
        (setf result (pshm-reopen descriptor direction))
        (unless (minusp result)
          (setf (car cell) result)))
      (check-result result 'reopen-shm shm)
      other)))

(define-folding reopen-shm 1)

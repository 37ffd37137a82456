;;;; SPDX-License-Identifier: BSD-3-Clause
;;;; What is done to an object.

(in-package #:posix-shm)

(defun truncate-shm (shm size)
  #.(doc "truncate-shm")
  (let ((descriptor (descriptor shm 'truncate-shm))
        (size (check-size size 'size 'truncate-shm)))
    (demand (pshm-truncate descriptor size) 'truncate-shm shm)
    (values)))

(defun allocate-shm (shm size)
  #.(doc "allocate-shm")
  (let ((descriptor (descriptor shm 'allocate-shm))
        (size (check-size size 'size 'allocate-shm)))
    (demand (pshm-allocate descriptor size) 'allocate-shm shm)
    (values)))

(defun discard-shm (shm offset length)
  #.(doc "discard-shm")
  (let ((descriptor (descriptor shm 'discard-shm))
        (offset (check-size offset 'offset 'discard-shm))
        (length (check-size length 'length 'discard-shm)))
    (demand (pshm-discard descriptor offset length) 'discard-shm shm)
    (values)))

(defun shm-space ()
  #.(doc "shm-space")
  (current-image)
  (cffi:with-foreign-objects ((total :int64) (free :int64))
    (demand (pshm-space total free) 'shm-space nil)
    (values (cffi:mem-ref total :int64) (cffi:mem-ref free :int64))))

(defun chown-shm (shm uid gid)
  #.(doc "chown-shm")
  (let ((descriptor (descriptor shm 'chown-shm))
        (uid (check-id uid 'uid 'chown-shm))
        (gid (check-id gid 'gid 'chown-shm)))
    (demand (pshm-fchown descriptor uid gid) 'chown-shm shm)
    (values)))

(defun chmod-shm (shm permissions)
  #.(doc "chmod-shm")
  (let ((descriptor (descriptor shm 'chmod-shm))
        (permissions (flags-value permissions *permissions* 'chmod-shm)))
    (demand (pshm-fchmod descriptor permissions) 'chmod-shm shm)
    (values)))

(define-folding-of-last chmod-shm *permissions*)

;;; Seals

(defun seal-shm (shm seals)
  #.(doc "seal-shm")
  (let ((descriptor (descriptor shm 'seal-shm))
        (seals (flags-value seals *seals* 'seal-shm)))
    (demand (pshm-seal descriptor seals) 'seal-shm shm)
    (values)))

(define-folding-of-last seal-shm *seals*)

(defun shm-seals (shm)
  #.(doc "shm-seals")
  (flags-keywords (demand (pshm-seals (descriptor shm 'shm-seals)) 'shm-seals shm) *seals*))

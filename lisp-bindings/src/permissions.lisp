;;;; SPDX-License-Identifier: BSD-3-Clause
;;;; The owner and the permissions of an object.

(in-package #:posix-shm)

(defun chown-shm (shm uid gid)
  #.(doc "chown-shm")
  (let ((descriptor (descriptor shm 'chown-shm))
        (uid (check-id uid 'uid 'chown-shm))
        (gid (check-id gid 'gid 'chown-shm)))
    (check-result (pshm-fchown descriptor uid gid) 'chown-shm shm)
    (values)))

(defun chmod-shm (shm permissions)
  #.(doc "chmod-shm")
  (let ((descriptor (descriptor shm 'chmod-shm))
        (permissions (flags-value permissions *permissions* 'chmod-shm)))
    (check-result (pshm-fchmod descriptor permissions) 'chmod-shm shm)
    (values)))

(define-folding-of-last chmod-shm *permissions*)

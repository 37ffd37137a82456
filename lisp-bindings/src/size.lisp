;;;; SPDX-License-Identifier: BSD-3-Clause
;;;; The size of an object, and the memory behind it.

(in-package #:posix-shm)

(defun truncate-shm (shm size)
  #.(doc "truncate-shm")
  (let ((descriptor (descriptor shm 'truncate-shm))
        (size (check-size size 'size 'truncate-shm)))
    (check-result (pshm-truncate descriptor size) 'truncate-shm shm)
    (values)))

(defun allocate-shm (shm size)
  #.(doc "allocate-shm")
  (let ((descriptor (descriptor shm 'allocate-shm))
        (size (check-size size 'size 'allocate-shm)))
    (check-result (uninterrupted (pshm-allocate descriptor size)) 'allocate-shm shm)
    (values)))

(defun discard-shm (shm offset length)
  #.(doc "discard-shm")
  (let ((descriptor (descriptor shm 'discard-shm))
        (offset (check-size offset 'offset 'discard-shm))
        (length (check-size length 'length 'discard-shm)))
    (check-result (pshm-discard descriptor offset length) 'discard-shm shm)
    (values)))

(defun shm-space ()
  #.(doc "shm-space")
  (current-image)
  (cffi:with-foreign-objects ((total :int64) (free :int64))
    (check-result (uninterrupted (pshm-space total free)) 'shm-space nil)
    (values (cffi:mem-ref total :int64) (cffi:mem-ref free :int64))))

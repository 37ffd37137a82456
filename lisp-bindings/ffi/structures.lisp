;;;; SPDX-License-Identifier: BSD-3-Clause
;;;; The structure that fstat fills is the shim's array: sixteen slots of 64 bits.

(in-package #:posix-shm/ffi)

;;; The permissions of a `mode`, in a slot of 64 bits: read as an int, they would be the wrong half on a big-endian machine.
(cffi:define-foreign-type wide-mode ()
  ()
  (:actual-type :int64)
  (:simple-parser wide-mode))

(defmethod cffi:translate-from-foreign (bits (type wide-mode))
  (declare (ignore type))
  (loop for keyword in '(:user-read :user-write :user-exec :group-read :group-write :group-exec
                         :other-read :other-write :other-exec)
        when (logtest bits (cffi:foreign-bitfield-value 'mode (list keyword)))
          collect keyword))

(defmethod cffi:translate-to-foreign (permissions (type wide-mode))
  (declare (ignore type))
  (cffi:convert-to-foreign permissions 'mode))

(cffi:defcstruct timespec
  (tv-sec :int64)
  (tv-nsec :int64))

(cffi:defcstruct stat
  (st-dev dev)
  (st-ino ino)
  (st-mode wide-mode)
  (st-nlink nlink)
  (st-uid uid)
  (st-gid gid)
  (st-rdev dev)
  (st-size off)
  (st-blksize blksize)
  (st-blocks blkcnt)
  (st-atim (:struct timespec))
  (st-mtim (:struct timespec))
  (st-ctim (:struct timespec)))

(define-type timespec #.(doc "timespec" "Foreign structure") 'cffi:foreign-pointer)
(define-type stat #.(doc "stat" "Foreign structure") 'cffi:foreign-pointer)

(defconstant +map-failed+ (1- (ash 1 (* 8 (cffi:foreign-type-size :pointer))))
  #.(doc "+map-failed+" "Constant"))

(defconstant +map-shared+ posix-shm/shim:+pshm-map-shared+
  #.(doc "+map-shared+" "Constant"))

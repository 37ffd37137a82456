;;;; SPDX-License-Identifier: BSD-3-Clause
;;;; Names for the integers of C, as wide as the shim has them.

(in-package #:posix-shm/ffi)

(defmacro define-integers (&rest rows)
  `(progn
     ,@(loop for (name type lisp-type docstring) in rows
             collect `(cffi:defctype ,name ,type)
             collect `(define-type ,name ,docstring ',lisp-type))))

(define-integers
  (blkcnt :int64 (signed-byte 64) #.(doc "blkcnt" "Type"))
  (blksize :int64 (signed-byte 64) #.(doc "blksize" "Type"))
  (dev :uint64 (unsigned-byte 64) #.(doc "dev" "Type"))
  (gid :int64 (signed-byte 64) #.(doc "gid" "Type"))
  (gif :int64 (signed-byte 64) #.(doc "gif" "Type")) ; as the existing library exports it
  (ino :uint64 (unsigned-byte 64) #.(doc "ino" "Type"))
  (nlink :int64 (signed-byte 64) #.(doc "nlink" "Type"))
  (off :int64 (signed-byte 64) #.(doc "off" "Type"))
  (size :uint64 (unsigned-byte 64) #.(doc "size" "Type"))
  (ssize :int64 (signed-byte 64) #.(doc "ssize" "Type"))
  (uid :int64 (signed-byte 64) #.(doc "uid" "Type")))

(cffi:defcenum whence (:set 0) (:cur 1) (:end 2))
(define-type whence #.(doc "whence" "Type") '(member :set :cur :end))

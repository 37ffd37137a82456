;;;; SPDX-License-Identifier: BSD-3-Clause
;;;; The system by hand on SBCL, called directly: what the cases of lives.lisp and lives-alien.lisp cost without us and without
;;;; CFFI. An object without a name is a memfd with the permissions asked for.

(defpackage #:by-alien
  (:use #:cl #:sb-alien)
  (:export #:prepare #:done #:case-by-hand #:*name* #:*other-name* #:*fd*))

(in-package #:by-alien)

(declaim (inline hand-open hand-unlink hand-truncate hand-stat hand-map hand-unmap hand-close hand-create hand-chmod check
                 stat-by-hand))
(define-alien-routine ("shm_open" hand-open) int (name c-string) (flags int) (mode (unsigned 32)))
(define-alien-routine ("shm_unlink" hand-unlink) int (name c-string))
(define-alien-routine ("ftruncate" hand-truncate) int (fd int) (size (signed 64)))
(define-alien-routine ("fstat" hand-stat) int (fd int) (status system-area-pointer))
(define-alien-routine ("mmap" hand-map) system-area-pointer
  (address unsigned-long) (length unsigned-long) (protections int) (flags int) (fd int) (offset (signed 64)))
(define-alien-routine ("munmap" hand-unmap) int (address system-area-pointer) (length unsigned-long))
(define-alien-routine ("close" hand-close) int (fd int))
(define-alien-routine ("memfd_create" hand-create) int (name c-string) (flags unsigned-int))
(define-alien-routine ("fchmod" hand-chmod) int (fd int) (mode (unsigned 32)))

(defconstant +new+ #o302 "O_RDWR, O_CREAT and O_EXCL.")
(defconstant +no-wait+ #o4000 "O_RDONLY and O_NONBLOCK.")
(defconstant +anonymous+ 3 "MFD_CLOEXEC and MFD_ALLOW_SEALING.")
(defconstant +size+ 65536)

(declaim (type simple-string *name* *other-name*) (type (signed-byte 32) *fd*))
(defvar *name* "")
(defvar *other-name* "" "A name that no object has between the cases.")
(defvar *fd* -1)
(defvar *octets* (make-array 144 :element-type '(unsigned-byte 8)))

(defun check (result)
  (if (minusp result) (error "A call failed.") result))

(defun prepare ()
  "Make the object *NAME*, of 64 KiB."
  (let ((name (format nil "/pshm-bench-~D-alien" (sb-posix:getpid))))
    (setf *name* (coerce name 'simple-string)
          *other-name* (coerce (format nil "~A-" name) 'simple-string)
          *fd* (check (hand-open *name* +new+ #o600))))
  (check (hand-truncate *fd* +size+)))

(defun done ()
  (hand-close *fd*)
  (hand-unlink *name*))

(defun map-by-hand (fd)
  (declare (type (signed-byte 32) fd))
  (let ((pointer (hand-map 0 +size+ 3 1 fd 0)))
    (when (= (sb-sys:sap-int pointer) (1- (expt 2 64)))
      (error "mmap failed."))
    pointer))

(defun size-and-map (fd)
  (check (hand-truncate fd +size+))
  (check (hand-unmap (map-by-hand fd) +size+))
  (check (hand-close fd)))

(defun stat-by-hand (fd)
  "The size of what FD is open on."
  (sb-sys:with-pinned-objects (*octets*)
    (let ((status (sb-sys:vector-sap (the (simple-array (unsigned-byte 8) (144)) *octets*))))
      (check (hand-stat fd status))
      (sb-sys:signed-sap-ref-64 status 48))))

(defun case-by-hand (name)
  "A function that does what the case NAME does."
  (flet ((case-p (other) (string= name other)))
    (cond ((case-p "open+close")
           (lambda () (check (hand-close (check (hand-open *name* 0 0))))))
          ;; The same system calls as ours: an open must not hang on a FIFO, and looks at what it opened.
          ((case-p "open+stat+close")
           (lambda ()
             (let ((fd (check (hand-open *name* +no-wait+ 0))))
               (stat-by-hand fd)
               (check (hand-close fd)))))
          ((case-p "stat")
           (lambda () (stat-by-hand *fd*)))
          ((case-p "truncate")
           (lambda () (check (hand-truncate *fd* +size+))))
          ((case-p "map+unmap")
           (lambda () (check (hand-unmap (map-by-hand *fd*) +size+))))
          ((case-p "named")
           (lambda ()
             (size-and-map (check (hand-open *other-name* +new+ #o600)))
             (check (hand-unlink *other-name*))))
          ((case-p "anonymous")
           (lambda ()
             (let ((fd (check (hand-create "bench" +anonymous+))))
               (check (hand-chmod fd #o600))
               (size-and-map fd)))))))

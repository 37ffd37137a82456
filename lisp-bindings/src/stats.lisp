;;;; SPDX-License-Identifier: BSD-3-Clause
;;;; The description of an object.

(in-package #:posix-shm)

;; Inline, no field becomes an object on its way into the structure.
(declaim (inline stat-of))

(defstruct (stat (:conc-name field-)
                 (:constructor stat-of (dev ino mode nlink uid gid rdev size blksize blocks atime mtime ctime))
                 (:constructor make-stat) ; for the reader
                 (:copier nil) (:predicate nil))
  #.(doc "stat" "Structure")
  (dev 0 :type (unsigned-byte 64) :read-only t)
  (ino 0 :type (unsigned-byte 64) :read-only t)
  (mode '() :type list :read-only t)
  (nlink 0 :type (signed-byte 64) :read-only t)
  (uid 0 :type (signed-byte 64) :read-only t)
  (gid 0 :type (signed-byte 64) :read-only t)
  (rdev 0 :type (unsigned-byte 64) :read-only t)
  (size 0 :type (signed-byte 64) :read-only t)
  (blksize 0 :type (signed-byte 64) :read-only t)
  (blocks 0 :type (signed-byte 64) :read-only t)
  (atime 0 :type integer :read-only t)
  (mtime 0 :type integer :read-only t)
  (ctime 0 :type integer :read-only t))

;;; Functions of their own around the structure's readers, which have no docstrings on every implementation.
(macrolet ((define-readers (&rest rows)
             `(progn
                ,@(loop for (name reader docstring) in rows
                        collect `(declaim (inline ,name))
                        collect `(defun ,name (stat)
                                   ,docstring
                                   (,reader stat))))))
  (define-readers
    (stat-dev field-dev #.(doc "stat-dev" "Reader"))
    (stat-ino field-ino #.(doc "stat-ino" "Reader"))
    (stat-mode field-mode #.(doc "stat-mode" "Reader"))
    (stat-nlink field-nlink #.(doc "stat-nlink" "Reader"))
    (stat-uid field-uid #.(doc "stat-uid" "Reader"))
    (stat-gid field-gid #.(doc "stat-gid" "Reader"))
    (stat-rdev field-rdev #.(doc "stat-rdev" "Reader"))
    (stat-size field-size #.(doc "stat-size" "Reader"))
    (stat-blksize field-blksize #.(doc "stat-blksize" "Reader"))
    (stat-blocks field-blocks #.(doc "stat-blocks" "Reader"))
    (stat-atime field-atime #.(doc "stat-atime" "Reader"))
    (stat-mtime field-mtime #.(doc "stat-mtime" "Reader"))
    (stat-ctime field-ctime #.(doc "stat-ctime" "Reader"))))

(declaim (inline permissions-list nanoseconds))

(defun permissions-list (bits)
  "The long single keywords of BITS."
  (declare (type (signed-byte 64) bits))
  (macrolet ((keywords (&rest rows)
               (if rows
                   (destructuring-bind (keyword constant) (first rows)
                     `(let ((others (keywords ,@(rest rows))))
                        (if (logtest bits ,constant) (cons ,keyword others) others)))
                   '())))
    (keywords (:user-read +pshm-mode-user-read+) (:user-write +pshm-mode-user-write+)
              (:user-exec +pshm-mode-user-exec+) (:group-read +pshm-mode-group-read+)
              (:group-write +pshm-mode-group-write+) (:group-exec +pshm-mode-group-exec+)
              (:other-read +pshm-mode-other-read+) (:other-write +pshm-mode-other-write+)
              (:other-exec +pshm-mode-other-exec+))))

;;; Seconds of 34 bits last for five centuries, and their nanoseconds fit into a register.
(defun nanoseconds (seconds nanoseconds)
  (declare (type (signed-byte 64) seconds nanoseconds))
  (if (typep seconds '(unsigned-byte 32))
      (+ (* seconds 1000000000) (ldb (byte 30 0) nanoseconds))
      (+ (* seconds 1000000000) nanoseconds)))

(defun shm-stats (shm)
  #.(doc "shm-stats")
  (cffi:with-foreign-object (fields :int64 #.+stat-fields+)
    (check-result (pshm-fstat (descriptor shm 'shm-stats) fields +stat-fields+) 'shm-stats shm)
    (macrolet ((field (index) `(cffi:mem-aref fields :int64 ,index))
               (unsigned-field (index) `(cffi:mem-aref fields :uint64 ,index)))
      (stat-of (unsigned-field #.+pshm-stat-dev+)
               (unsigned-field #.+pshm-stat-ino+)
               (permissions-list (field #.+pshm-stat-mode+))
               (field #.+pshm-stat-nlink+)
               (field #.+pshm-stat-uid+)
               (field #.+pshm-stat-gid+)
               (unsigned-field #.+pshm-stat-rdev+)
               (field #.+pshm-stat-size+)
               (field #.+pshm-stat-blksize+)
               (field #.+pshm-stat-blocks+)
               (nanoseconds (field #.+pshm-stat-atime-sec+) (field #.+pshm-stat-atime-nsec+))
               (nanoseconds (field #.+pshm-stat-mtime-sec+) (field #.+pshm-stat-mtime-nsec+))
               (nanoseconds (field #.+pshm-stat-ctime-sec+) (field #.+pshm-stat-ctime-nsec+))))))

(defun current-size (shm)
  (cffi:with-foreign-object (fields :int64 #.+stat-fields+)
    (check-result (pshm-fstat (descriptor shm 'shm-stats) fields +stat-fields+) 'shm-stats shm)
    (cffi:mem-aref fields :int64 +pshm-stat-size+)))

;;;; SPDX-License-Identifier: BSD-3-Clause
;;;; posix-shm/ffi: the POSIX convention, the types, and the calls that programs for the older library make.

(in-package #:posix-shm/test)

(deftest packages-and-nicknames
  (is (eq (find-package '#:posix-shm) (find-package '#:xyz.shunter.posix-shm)))
  (is (eq (find-package '#:posix-shm/ffi) (find-package '#:xyz.shunter.posix-shm.ffi))))

(deftest minus-one-and-errno
  (is (eql -1 (posix-shm/ffi:shm-unlink (fresh-name))))
  (is (eq :enoent posix-shm/ffi:*errno*))
  (setf posix-shm/ffi:*errno* 0)
  (is (eq :ok posix-shm/ffi:*errno*))
  (setf posix-shm/ffi:*errno* :eexist)
  (is (eq :eexist posix-shm/ffi:*errno*))
  (setf posix-shm/ffi:*errno* :ewouldblock)
  (is (eq :eagain posix-shm/ffi:*errno*))
  (setf posix-shm/ffi:*errno* 4000)
  (is (eql 4000 posix-shm/ffi:*errno*))
  (signals type-error (setf posix-shm/ffi:*errno* :wings))
  (signals type-error (setf posix-shm/ffi:*errno* -1))
  (is (eql -1 (posix-shm/ffi:close 1000)))
  (is (eq :ebadf posix-shm/ffi:*errno*))
  (is (stringp (posix-shm/ffi:strerror :ebadf)))
  (is (string= (posix-shm/ffi:strerror :ebadf)
               (posix-shm/ffi:strerror (posix-shm/shim:pshm-error-number "EBADF"))))
  (is (string= "unknown error" (posix-shm/ffi:strerror 4000))))

(deftest errors-as-an-enumeration
  (is (eql (posix-shm/shim:pshm-error-number "ENOSPC") (cffi:foreign-enum-value 'posix-shm/ffi:c-error :enospc)))
  (is (eq :enospc (cffi:foreign-enum-keyword 'posix-shm/ffi:c-error (posix-shm/shim:pshm-error-number "ENOSPC"))))
  (is (eq :eagain (cffi:foreign-enum-keyword 'posix-shm/ffi:c-error
                                             (cffi:foreign-enum-value 'posix-shm/ffi:c-error :ewouldblock)))))

(deftest a-life-in-posix
  (without-leaks
    (with-name (name)
      (let ((fd (apart (posix-shm/ffi:shm-open name '(:rdwr :creat :excl) '(:user-read :user-write)))))
        (is (= -1 (posix-shm/ffi:shm-open name '(:rdwr :creat :excl) '(:user-all))))
        (is (eq :eexist posix-shm/ffi:*errno*))
        (is (= 0 (posix-shm/ffi:ftruncate fd 100)))
        (is (= 100 (object-size name)))
        (is (= 0 (posix-shm/ffi:fallocate fd 0 200)))
        (is (= 0 (posix-shm/ffi:fchmod fd :user-read)))
        (is (= 0 (posix-shm/ffi:fchmod fd #o640)))
        (is (= 0 (posix-shm/ffi:fchown fd -1 -1)))
        (is (= (if (superuser-p) 0 -1) (posix-shm/ffi:fchown fd -1 34)))
        (when (superuser-p)
          (is (equal '(0 34) (with-open-shm (shm name) (owner shm)))))
        (cffi:with-foreign-object (stat '(:struct posix-shm/ffi:stat))
          (flet ((slot (name) (cffi:foreign-slot-value stat '(:struct posix-shm/ffi:stat) name)))
            (is (= 0 (posix-shm/ffi:fstat fd stat)))
            (is (= 200 (slot 'posix-shm/ffi:st-size)))
            (is (equal '(:user-read :user-write :group-read) (slot 'posix-shm/ffi:st-mode)))
            (is (= 1 (slot 'posix-shm/ffi:st-nlink)))
            (is (plusp (slot 'posix-shm/ffi:st-ino)))
            (is (typep (slot 'posix-shm/ffi:st-dev) '(unsigned-byte 64)))
            (dolist (name '(posix-shm/ffi:st-uid posix-shm/ffi:st-gid posix-shm/ffi:st-rdev
                            posix-shm/ffi:st-blksize posix-shm/ffi:st-blocks))
              (is (integerp (slot name))))
            (dolist (name '(posix-shm/ffi:st-atim posix-shm/ffi:st-mtim posix-shm/ffi:st-ctim))
              (let ((time (cffi:foreign-slot-pointer stat '(:struct posix-shm/ffi:stat) name)))
                (is (< (abs (- (* 1000000000 (cffi:foreign-slot-value time '(:struct posix-shm/ffi:timespec)
                                                                      'posix-shm/ffi:tv-sec))
                               (unix-nanoseconds)))
                       (* 100 1000000000)))
                (is (<= 0 (cffi:foreign-slot-value time '(:struct posix-shm/ffi:timespec) 'posix-shm/ffi:tv-nsec)
                        999999999))))))
        (let ((other (posix-shm/ffi:dup fd)))
          (is (/= fd other))
          (is (= 0 (posix-shm/ffi:close other))))
        (is (= 0 (posix-shm/ffi:shm-unlink name)))
        (is-false (object-exists-p name))
        (is (= 0 (posix-shm/ffi:close fd)))
        (is (= -1 (posix-shm/ffi:ftruncate fd 0)))
        (is (eq :ebadf posix-shm/ffi:*errno*))))))

(deftest mapping-in-posix
  (without-leaks
    (with-open-shm-and-mmap* (shm ptr (:direction :io :permissions '(:user-all)) (4096))
      ;; The calls of a Wayland client.
      (let* ((fd (shm-fd shm))
             (pointer (posix-shm/ffi:mmap (cffi:null-pointer) 4096 '(:read :write) '(:shared) fd 0)))
        (setf (cffi:mem-ref ptr :int) 42)
        (is (= 42 (cffi:mem-ref pointer :int)))
        (is-true (mapped-p pointer "rw-s"))
        (is (= 0 (posix-shm/ffi:mprotect pointer 4096 '(:read))))
        (is-true (mapped-p pointer "r--s"))
        (is (= 42 (cffi:mem-ref pointer :int)))
        (is (= 0 (posix-shm/ffi:msync pointer 4096 '(:sync))))
        (is (= 0 (posix-shm/ffi:msync pointer 4096 '(:async :invalidate))))
        (is (= -1 (posix-shm/ffi:msync pointer 4096 '(:sync :async))))
        (is (eq :einval posix-shm/ffi:*errno*))
        (is (= 0 (posix-shm/ffi:munmap pointer 4096)))
        (let ((pointer (posix-shm/ffi:mmap (cffi:null-pointer) 4096 3 posix-shm/ffi:+map-shared+ fd 0)))
          (is (= 42 (cffi:mem-ref pointer :int)))
          (posix-shm/ffi:munmap pointer 4096)))))
  (let ((failed (posix-shm/ffi:mmap (cffi:null-pointer) 0 '(:read) '(:shared) -1 0)))
    (is (cffi:pointerp failed))
    (is (= posix-shm/ffi:+map-failed+ (cffi:pointer-address failed)))
    (is (eq :einval posix-shm/ffi:*errno*)))
  (is (= posix-shm/ffi:+map-failed+ (1- (expt 2 (* 8 (cffi:foreign-type-size :pointer))))))
  (is (= -1 (posix-shm/ffi:munmap (cffi:null-pointer) 100)))
  (is (= -1 (posix-shm/ffi:mprotect (cffi:make-pointer 1) 100 :read))))

(deftest bitfields
  (flet ((value (type designator) (cffi:foreign-bitfield-value type designator)))
    (is (= #o777 (value 'posix-shm/ffi:mode '(:user-all :group-all :other-all))))
    (is (= #o777 (value 'posix-shm/ffi:mode '(:rwxu :rwxg :rwxo))))
    (is (= #o124 (value 'posix-shm/ffi:mode '(:xusr :wgrp :roth))))
    (is (= 7 (value 'posix-shm/ffi:prot-flags '(:exec :read :write :none))))
    (is (= 2 (value 'posix-shm/ffi:open-flags '(:rdonly :rdwr))))
    (dolist (flag '(:creat :excl :trunc))
      (is (plusp (value 'posix-shm/ffi:open-flags (list flag)))))
    (dolist (flag '(:shared :private :anonymous :fixed :growsdown :noreserve :populate :lock :huge
                    :fixed-noreplace :nodump))
      (is (= 1 (logcount (value 'posix-shm/ffi:mmap-flags (list flag))))))
    (dolist (flag '(:sync :async :invalidate))
      (is (= 1 (logcount (value 'posix-shm/ffi:msync-flags (list flag))))))
    (is (equal '(0 1 2) (mapcar (lambda (keyword) (cffi:foreign-enum-value 'posix-shm/ffi:whence keyword))
                                '(:set :cur :end))))))

(deftest integers
  (dolist (type '(posix-shm/ffi:blkcnt posix-shm/ffi:blksize posix-shm/ffi:dev posix-shm/ffi:gid posix-shm/ffi:ino
                  posix-shm/ffi:nlink posix-shm/ffi:off posix-shm/ffi:size posix-shm/ffi:ssize posix-shm/ffi:uid))
    (is (= 8 (cffi:foreign-type-size type)) "~S" type))
  (is (= (* 8 posix-shm/shim:+stat-fields+) (cffi:foreign-type-size '(:struct posix-shm/ffi:stat)))))

;;; Pointers to functions on ECL

(deftest a-function-is-looked-up-once-for-each-library
  #-ecl (skip "only ECL's calls look their functions up")
  #+ecl
  (let ((cell (posix-shm/host:function-cell "pshm_page_size"))
        (size (posix-shm/shim:pshm-page-size)))
    (flet ((held-p ()
             (cffi:pointerp (car cell))))
      (is-true (held-p))
      (is (cffi:pointer-eq (car cell) (cffi:foreign-symbol-pointer "pshm_page_size")))
      ;; A wrong pointer is called: nothing is looked up beside it.
      (setf (car cell) (cffi:foreign-symbol-pointer "pshm_name_max"))
      (is (= (posix-shm/shim:pshm-name-max) (posix-shm/shim:pshm-page-size)))
      (posix-shm/host:open-library (posix-shm/library:library))
      (is-false (held-p))
      (is (= size (posix-shm/shim:pshm-page-size)))
      (is-true (held-p)))))

(deftest names-in-posix-may-lack-their-slash
  (with-name (name)
    (dolist (given (list (subseq name 1) name (format nil "/~A" name)))
      (let ((fd (posix-shm/ffi:shm-open given '(:rdwr :creat) '(:user-read :user-write))))
        (is (<= 0 fd))
        (is-true (object-exists-p name))
        (posix-shm/ffi:close fd)
        (is (= 0 (posix-shm/ffi:shm-unlink given)))
        (is-false (object-exists-p name))))
    (dolist (bad '("" "/" "a/b"))
      (is (= -1 (posix-shm/ffi:shm-open bad '(:rdwr :creat) '(:user-read))))
      (is (= -1 (posix-shm/ffi:shm-unlink bad))))))

(deftest two-ways-to-leave-an-id-alone
  (with-object (shm)
    (let ((before (owner shm)))
      (dolist (leave '(-1 4294967295))
        (is (= 0 (posix-shm/ffi:fchown (shm-fd shm) leave leave)))
        (is (equal before (owner shm))))
      (when (superuser-p)
        (is (= 0 (posix-shm/ffi:fchown (shm-fd shm) 4294967295 34)))
        (is (equal (list (first before) 34) (owner shm)))
        (is (= 0 (posix-shm/ffi:fchown (shm-fd shm) 12 -1)))
        (is (equal '(12 34) (owner shm)))))))

(deftest a-misspelt-type
  (is (= (cffi:foreign-type-size 'posix-shm/ffi:gid) (cffi:foreign-type-size 'posix-shm/ffi:gif))))

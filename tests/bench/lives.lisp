;;;; SPDX-License-Identifier: BSD-3-Clause
;;;; What a program does with an object, in Lisp: through posix-shm, and by hand through CFFI. Needs BENCH_ROUNDS, and the
;;;; library of lives.c in BENCH_LIVES. Prints case, variant and nanoseconds, a line per round; on SBCL also by hand without
;;;; CFFI, the octets that a call allocates, and those of its result. Is compiled before it is loaded.

#+sbcl
(eval-when (:compile-toplevel :load-toplevel :execute)
  (load (merge-pathnames "by-alien.lisp" #.*compile-file-truename*)))

(defpackage #:bench
  (:use #:cl))

(in-package #:bench)

(cffi:load-foreign-library (uiop:getenv "BENCH_LIVES"))

(cffi:defcfun ("lives_now" now) :int64)
(cffi:defcfun ("lives_run" run-in-c) :int64 (what :int) (variant :int) (count :int) (name :string))

;;; By hand: what one writes who knows the system's numbers.

(cffi:defcfun ("shm_open" hand-open) :int (name :string) (flags :int) (mode :uint32))
(cffi:defcfun ("shm_unlink" hand-unlink) :int (name :string))
(cffi:defcfun ("ftruncate" hand-truncate) :int (fd :int) (size :int64))
(cffi:defcfun ("fstat" hand-stat) :int (fd :int) (status :pointer))
(cffi:defcfun ("mmap" hand-map) :pointer
  (address :pointer) (length :size) (protections :int) (flags :int) (fd :int) (offset :int64))
(cffi:defcfun ("munmap" hand-unmap) :int (address :pointer) (length :size))
(cffi:defcfun ("close" hand-close) :int (fd :int))
(cffi:defcfun ("memfd_create" hand-create) :int (name :string) (flags :uint))
(cffi:defcfun ("fchmod" hand-chmod) :int (fd :int) (mode :uint32))
(cffi:defcfun ("getpid" process) :int)

(defconstant +new+ #o302 "O_RDWR, O_CREAT and O_EXCL.")
(defconstant +anonymous+ 3 "MFD_CLOEXEC and MFD_ALLOW_SEALING.")
(defconstant +size+ 65536)

(defun check (result)
  (if (minusp result) (error "A call failed.") result))

(defun map-by-hand (fd)
  (let ((pointer (hand-map (cffi:null-pointer) +size+ 3 1 fd 0)))
    (when (= (cffi:pointer-address pointer) (1- (expt 2 64)))
      (error "mmap failed."))
    pointer))

(defvar *name* (format nil "/pshm-bench-~D" (process)))
(defvar *other-name* (format nil "/pshm-bench-~D-" (process)))
(defvar *shm* (posix-shm:open-shm *name* :direction :io :if-exists :error))
(defvar *fd* (posix-shm:shm-fd *shm*))

(posix-shm:truncate-shm *shm* +size+)

;;; The cases, in the order of lives.c: what we do, and what one does by hand.

(defvar *cases* '())

(defmacro define-case (name ours hand)
  `(setf *cases* (append *cases* (list (list ,name (lambda () ,ours) (lambda () ,hand))))))

(define-case "open+close"
  (posix-shm:close-shm (posix-shm:open-shm *name*))
  (check (hand-close (check (hand-open *name* 0 0)))))

(define-case "stat"
  (posix-shm:shm-stats *shm*)
  (cffi:with-foreign-object (status :uint8 144)
    (check (hand-stat *fd* status))
    (cffi:mem-ref status :int64 48)))

(define-case "truncate"
  (posix-shm:truncate-shm *shm* +size+)
  (check (hand-truncate *fd* +size+)))

(define-case "map+unmap"
  (posix-shm:munmap (posix-shm:mmap-shm *shm* +size+) +size+)
  (check (hand-unmap (map-by-hand *fd*) +size+)))

(define-case "named"
  (let ((shm (posix-shm:open-shm *other-name* :direction :io :if-exists :error)))
    (posix-shm:truncate-shm shm +size+)
    (posix-shm:munmap (posix-shm:mmap-shm shm +size+) +size+)
    (posix-shm:close-shm shm)
    (posix-shm:delete-shm *other-name*))
  (let ((fd (check (hand-open *other-name* +new+ #o600))))
    (check (hand-truncate fd +size+))
    (check (hand-unmap (map-by-hand fd) +size+))
    (check (hand-close fd))
    (check (hand-unlink *other-name*))))

(define-case "anonymous"
  (let ((shm (posix-shm:open-shm* :direction :io)))
    (posix-shm:truncate-shm shm +size+)
    (posix-shm:munmap (posix-shm:mmap-shm shm +size+) +size+)
    (posix-shm:close-shm shm))
  (let ((fd (check (hand-create "bench" +anonymous+))))
    (check (hand-chmod fd #o600))
    (check (hand-truncate fd +size+))
    (check (hand-unmap (map-by-hand fd) +size+))
    (check (hand-close fd))))

(defun nanoseconds (function count)
  "What a call of FUNCTION takes, from COUNT calls."
  (declare (type function function) (type fixnum count))
  (let ((start (now)))
    (dotimes (i count)
      (funcall function))
    (/ (- (now) start) count)))

(defun show (name variant number)
  (format t "~A~C~A~C~,1F~%" name #\Tab variant #\Tab number))

(defun measure (index name ours hand rounds)
  (let* ((count (1+ (ceiling 1000000 (max 1 (nanoseconds ours 20)))))
         #+sbcl (alien (by-alien:case-by-hand (if (string= name "open+close") "open+stat+close" name)))
         (variants (list (cons "ours" (lambda () (nanoseconds ours count)))
                         #+sbcl (cons "alien" (lambda () (nanoseconds alien count)))
                         (cons "hand" (lambda () (nanoseconds hand count)))
                         (cons "calls" (lambda () (/ (run-in-c index 1 count *name*) count))))))
    (dotimes (round rounds)
      (dolist (variant variants)
        (show name (car variant) (funcall (cdr variant))))
      (setf variants (append (rest variants) (list (first variants)))))))

#+sbcl
(defun octets-per-call (function)
  (declare (type function function))
  (let ((count 20000)
        (before (sb-ext:get-bytes-consed)))
    (dotimes (i count)
      (funcall function))
    (/ (- (sb-ext:get-bytes-consed) before) count)))

;;; What the results consist of.

#+sbcl
(defun octets-of (parts)
  (loop for part in parts
        unless (typep part '(or symbol fixnum))
          sum (sb-ext:primitive-object-size part)))

#+sbcl
(defun parts-of-stat (stat)
  (append (list stat (posix-shm:stat-dev stat) (posix-shm:stat-ino stat) (posix-shm:stat-atime stat)
                (posix-shm:stat-mtime stat) (posix-shm:stat-ctime stat))
          (loop for cell on (posix-shm:stat-mode stat) collect cell)))

#+sbcl
(defun parts-of-shm (shm)
  "The object, its slots, and the cell that holds the descriptor. The name is the caller's string."
  (list shm (sb-pcl::std-instance-slots shm) (posix-shm::cell-of shm)))

;;; What of open+close is close-shm's: beside it, the library's close of the descriptor.

(defun measure-closing (rounds)
  (let ((closing (lambda () (posix-shm:close-shm (posix-shm:open-shm *name*))))
        (plain (lambda () (posix-shm/shim:pshm-close (posix-shm:shm-fd (posix-shm:open-shm *name*))))))
    (dotimes (round rounds)
      (show "closing" "ours" (nanoseconds closing 200))
      (show "closing" "plain" (nanoseconds plain 200)))))

#+sbcl
(by-alien:prepare)

(let ((rounds (parse-integer (uiop:getenv "BENCH_ROUNDS"))))
  (measure-closing rounds)
  (loop for (name ours hand) in *cases*
        for index from 0
        do (measure index name ours hand rounds)
           #+sbcl (show name "octets" (octets-per-call ours))
           #+sbcl (show name "octets by hand" (octets-per-call hand))))

#+sbcl
(progn
  (show "stat" "octets of the result" (octets-of (parts-of-stat (posix-shm:shm-stats *shm*))))
  (show "open+close" "octets of the result" (octets-of (parts-of-shm *shm*))))

#+sbcl
(by-alien:done)
(posix-shm:close-shm *shm*)
(posix-shm:delete-shm *name*)
(finish-output)

;;;; SPDX-License-Identifier: BSD-3-Clause
;;;; SBCL as a Lisp that nothing is known of: without the feature :sbcl, the systems take their portable fallbacks. A lock is
;;;; asked of Bordeaux Threads, which is a package with three functions of SBCL's here. Exits with 0 where the fallbacks work.

(require "asdf")
(asdf:load-system "cffi")
(asdf:load-system "babel")

(defpackage #:bordeaux-threads
  (:use #:cl)
  (:export #:make-lock #:acquire-lock #:release-lock))
(in-package #:bordeaux-threads)
(defvar *acquired* 0)
(defun make-lock (name) (sb-thread:make-mutex :name name))
(defun acquire-lock (lock) (incf *acquired*) (sb-thread:grab-mutex lock))
(defun release-lock (lock) (sb-thread:release-mutex lock))
(asdf:register-immutable-system "bordeaux-threads")
(in-package #:cl-user)

(let ((*features* (remove :sbcl *features*)))
  (handler-bind ((warning #'muffle-warning))
    (asdf:load-system "posix-shm")))
(use-package '#:posix-shm)

(defun check (text truth)
  (format t "~&~:[not ok~;ok~] - ~A~%" truth text)
  (unless truth
    (uiop:quit 1)))

(check "the fallbacks are what was compiled"
       (not (search "SB-SYS" (prin1-to-string (macroexpand-1 '(posix-shm/host:uninterrupted 1))))))
(let ((shm (open-shm "posix-shm-portable" :direction :io :if-does-not-exist :create)))
  (truncate-shm shm 100)
  (with-mmap (ptr shm 100)
    (setf (cffi:mem-ref ptr :int) 42)
    (check "an object is opened and mapped" (= 42 (cffi:mem-ref ptr :int))))
  (with-shm-vector (vector shm '(unsigned-byte 8) 100)
    (check "vectors are views" (typep vector 'shm-view))
    (check "with elements" (= 42 (shm-aref vector 0))))
  (check "it is listed" (member "/posix-shm-portable" (list-shm) :test #'string=))
  (let ((fd (shm-fd shm)))
    (check "it is closed once, under the lock" (and (close-shm shm) (null (close-shm shm)) (plusp bordeaux-threads::*acquired*)))
    (check "and is closed" (= -1 (posix-shm/ffi:ftruncate fd 0))))
  (check "its class says so" (typep shm 'closed-shm))
  (check "it is deleted" (delete-shm "posix-shm-portable")))
(uiop:quit 0)

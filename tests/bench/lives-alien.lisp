;;;; SPDX-License-Identifier: BSD-3-Clause
;;;; What a program does with an object, on SBCL through SB-ALIEN: posix-shm/alien, and the system by hand. As lives.lisp.

(eval-when (:compile-toplevel :load-toplevel :execute)
  (load (merge-pathnames "by-alien.lisp" #.*compile-file-truename*)))

(defpackage #:bench
  (:use #:cl #:sb-alien #:posix-shm/alien)
  (:import-from #:by-alien #:case-by-hand #:*name* #:*other-name* #:*fd*))

(in-package #:bench)

(eval-when (:compile-toplevel :load-toplevel :execute)
  (sb-alien:load-shared-object (sb-posix:getenv "BENCH_LIVES")))

(define-alien-routine ("lives_now" now) (signed 64))
(define-alien-routine ("lives_run" run-in-c) (signed 64) (what int) (variant int) (count int) (name c-string))

(defconstant +size+ by-alien::+size+)
(defconstant +read-write+ (logior +pshm-prot-read+ +pshm-prot-write+))

(declaim (inline check))

(defun check (result)
  (if (minusp result) (error "A call failed.") result))

(defun map-and-unmap (fd)
  (declare (type (signed-byte 32) fd))
  (check (pshm-unmap (check (pshm-map fd +size+ +read-write+ +pshm-map-shared+ 0)) +size+)))

(by-alien:prepare)

(defvar *nothing* (sb-sys:int-sap 0))
(defvar *octets* (make-array 144 :element-type '(unsigned-byte 8)))

(defvar *cases* '())

(defmacro define-case (name ours)
  `(setf *cases* (append *cases* (list (list ,name (lambda () ,ours) (case-by-hand ,name))))))

(define-case "open+close"
  (check (pshm-close (check (pshm-open *name* 0 0 0 0 *nothing*)))))

(define-case "stat"
  (sb-sys:with-pinned-objects (*octets*)
    (let ((fields (sb-sys:vector-sap *octets*)))
      (check (pshm-fstat *fd* fields +stat-fields+))
      (sb-sys:signed-sap-ref-64 fields (* 8 +pshm-stat-size+)))))

(define-case "truncate"
  (check (pshm-truncate *fd* +size+)))

(define-case "map+unmap"
  (map-and-unmap *fd*))

(define-case "named"
  (let ((fd (check (pshm-open *other-name* +pshm-direction-io+ +pshm-if-exists-error+ 0 #o600 *nothing*))))
    (check (pshm-truncate fd +size+))
    (map-and-unmap fd)
    (check (pshm-close fd))
    (check (pshm-delete *other-name*))))

(define-case "anonymous"
  (let ((fd (check (pshm-open-anonymous +pshm-direction-io+ #o600 0))))
    (check (pshm-truncate fd +size+))
    (map-and-unmap fd)
    (check (pshm-close fd))))

(defun nanoseconds (function count)
  (declare (type function function) (type fixnum count))
  (let ((start (now)))
    (dotimes (i count)
      (funcall function))
    (/ (- (now) start) count)))

(defun show (name variant number)
  (format t "~A~C~A~C~,1F~%" name #\Tab variant #\Tab number))

(defun measure (index name ours hand rounds)
  (let* ((count (1+ (ceiling 1000000 (max 1 (nanoseconds ours 20)))))
         (variants (list (cons "ours" (lambda () (nanoseconds ours count)))
                         (cons "hand" (lambda () (nanoseconds hand count)))
                         (cons "calls" (lambda () (/ (run-in-c index 1 count *name*) count))))))
    (dotimes (round rounds)
      (dolist (variant variants)
        (show name (car variant) (funcall (cdr variant))))
      (setf variants (append (rest variants) (list (first variants)))))))

(defun octets-per-call (function)
  (declare (type function function))
  (let ((count 20000)
        (before (sb-ext:get-bytes-consed)))
    (dotimes (i count)
      (funcall function))
    (/ (- (sb-ext:get-bytes-consed) before) count)))

(loop with rounds = (parse-integer (sb-posix:getenv "BENCH_ROUNDS"))
      for (name ours hand) in *cases*
      for index from 0
      do (measure index name ours hand rounds)
         (show name "octets" (octets-per-call ours))
         (show name "octets by hand" (octets-per-call hand)))

(by-alien:done)
(finish-output)

;;;; SPDX-License-Identifier: BSD-3-Clause
;;;; Synchronization on SBCL: what is compiled, what is allocated, and what an image has of its past.

(in-package #:posix-shm/test)

(defun instructions-of (type form)
  "The code of FORM for a vector V whose elements have TYPE, an index I and a value X."
  (let ((function (compile nil `(lambda (v i x)
                                  (declare (optimize speed) (sb-ext:muffle-conditions sb-ext:compiler-note)
                                           (type (simple-array ,type (*)) v) (type (unsigned-byte 50) i) (type ,type x)
                                           (ignorable i x))
                                  ,form))))
    (with-output-to-string (stream)
      (disassemble function :stream stream))))

#+(and x86-64 sb-thread)
(defun mentions (text code)
  (and (search text code :test #'char-equal) t))

#+(and x86-64 sb-thread)
(defun swaps-p (type)
  "Has this SBCL an instruction that compares and swaps words of TYPE? SBCL 2.1.1 has none: there the library is called."
  (and (fboundp `(sb-ext:cas ,(if (= 64 (word-width type)) 'sb-sys:sap-ref-64 'sb-sys:sap-ref-32)))
       t))

(deftest words-are-instructions
  #-(and x86-64 sb-thread) (skip "the library is called")
  #+(and x86-64 sb-thread)
  (loop for (nil type) in *word-types*
        do (let ((add (instructions-of type '(shm-atomic-incf v i)))
                 (any (instructions-of type '(shm-atomic-update v i :xor x)))
                 (swap (instructions-of type '(shm-compare-and-swap v i 0 1)))
                 (store (instructions-of type '(setf (shm-atomic v i) x)))
                 (load (instructions-of type '(shm-atomic v i))))
             (if (= 64 (word-width type))
                 (is-true (mentions "LOCK XADD" add) "~S ~A" type add)
                 (is (eq (swaps-p type) (mentions "LOCK CMPXCHG" add)) "~S ~A" type add))
             (is (eq (swaps-p type) (mentions "LOCK CMPXCHG" any)) "~S ~A" type any)
             (is (eq (swaps-p type) (mentions "LOCK CMPXCHG" swap)) "~S ~A" type swap)
             (is-true (mentions "MFENCE" store) "~S ~A" type store)
             (dolist (code (list add any swap store load))
               ;; Nothing is called but one function in Lisp, which signals errors, or calls the library where no instruction is.
               (is-false (mentions "pshm_" code))
               (is (>= 1 (loop for start = (search "FDEFN" code) then (search "FDEFN" code :start2 (1+ start))
                               while start count t))
                   "~S ~A" type code)))))

(deftest words-are-tested-the-same-when-compiled
  ;; With constants, which the compiler knows more of than of variables.
  (loop for (nil type) in *word-types*
        do (let ((function (compile nil `(lambda (v)
                                           (declare (type (simple-array ,type (*)) v))
                                           (list (setf (shm-atomic v 1) ,(most type))
                                                 (shm-atomic-incf v 1)
                                                 (shm-atomic-incf v 1 :delta -1)
                                                 (shm-atomic-update v 1 :exchange 6)
                                                 (shm-atomic-update v 1 :and 3)
                                                 (shm-atomic-update v 1 :or 8)
                                                 (shm-atomic-update v 1 :xor ,(ash 1 (1- (word-width type))))
                                                 (shm-atomic-update v 1 :exchange -1)
                                                 (shm-compare-and-swap v 1 ,(wrapped -1 type) ,(least type))
                                                 (shm-atomic v 1))))))
             (with-vector (vector type 4)
               (is (equal (list (most type) (most type) (least type) (most type) 6 2 10
                                (wrapped (logxor 10 (ash 1 (1- (word-width type)))) type)
                                (wrapped -1 type) (least type))
                          (funcall function vector)))
               (is (every #'zerop (list (aref vector 0) (aref vector 2))))))))

;;; A hundred million where all rounds of the races run: that takes some seconds.

(defun increments ()
  (if (equal "all" (sb-ext:posix-getenv "POSIX_SHM_TEST_ROUNDS")) 100000000 1000000))

(deftest declared-increments-of-two-processes
  (loop for (nil type) in *word-types*
        do (let ((half (floor (increments) 2))
                 (add (compile nil `(lambda (vector count)
                                      (declare (type (simple-array ,type (*)) vector) (type fixnum count))
                                      (dotimes (turn count)
                                        (shm-atomic-incf vector 1 :delta 3)
                                        (shm-atomic-update vector 2 :xor 1))))))
             (with-vector (vector type 4)
               (twice-at-once (lambda () (funcall add vector half)))
               (is (equal (list 0 (* 6 half) 0 0) (elements vector)))
               (funcall add vector 1)
               (is (equal (list 0 (+ 3 (* 6 half)) 1 0) (elements vector)))))))

(deftest a-declared-vector-has-bounds
  (with-vector (vector '(unsigned-byte 64) 4)
    (let ((function (compile nil '(lambda (v i)
                                   (declare (type (simple-array (unsigned-byte 64) (*)) v))
                                   (shm-atomic-incf v i)))))
      (dolist (bad '(4 -1 nil 1.5))
        (rejects index (funcall function vector bad)))
      (is (every #'zerop vector)))))

(defmacro allocates-nothing (form)
  `(is (close-to 0 (octets-per-call (lambda () ,form))) "~S" ',form))

(deftest synchronization-allocates-nothing
  (with-lock (lock vector)
    (with-vector (words '(signed-byte 32) 4)
      (allocates-nothing (shm-atomic-incf vector 0))
      (allocates-nothing (shm-atomic-incf words 0))
      (allocates-nothing (shm-compare-and-swap words 1 0 0))
      (allocates-nothing (setf (shm-atomic words 1) 3))
      (allocates-nothing (without-inlining (shm-atomic-incf words 0)))
      (allocates-nothing (shm-wake words 0))
      (allocates-nothing (shm-wait words 0 -7))
      (allocates-nothing (progn (acquire-shm-lock lock) (release-shm-lock lock)))
      (allocates-nothing (with-shm-lock-held (lock) 1))
      (allocates-nothing (with-shm-lock-held (lock :timeout 1) 1))
      (allocates-nothing (shm-lock-p lock)))))

;;; Images

(defvar *old-lock* nil "What an image that a test saves has of its past.")
(defvar *old-who* nil)
(defvar *old-pointer-lock* nil)

(defun report-lock ()
  (format t "~S~%" (list (handler-case (acquire-shm-lock *old-lock* :wait nil) (shm-invalid-argument () :gone))
                         (handler-case (release-shm-lock *old-lock*) (shm-invalid-argument () :gone))
                         (handler-case (acquire-shm-lock *old-pointer-lock*) (shm-invalid-argument () :gone))
                         (eql *old-who* (shm-self))
                         (shm-alive-p (shm-self))
                         (with-lock (lock vector)
                           (with-shm-lock-held (lock) (eql (shm-self) (shm-lock-owner lock))))))
  (finish-output)
  (sb-ext:exit))

(deftest an-image-is-another-process
  (let ((core (format nil "/tmp/posix-shm-test-~D.core" (posix-shm/host:process-id))))
    (unwind-protect
         (with-lock (lock vector)
           (with-open-shm-and-mmap* (shm pointer (:direction :io) (64))
             (setf *old-lock* lock
                   *old-pointer-lock* (make-shm-lock pointer)
                   *old-who* (shm-self))
             (acquire-shm-lock lock)
             (is (= 0 (exit-code-of-child
                        (sb-ext:save-lisp-and-die core :toplevel #'report-lock))))
             (release-shm-lock lock)
             (is (says "(:GONE :GONE :GONE NIL T T)" (nth-value 1 (posix-shm/host:run "sbcl" "--core" core))))))
      (setf *old-lock* nil *old-pointer-lock* nil)
      (when (probe-file core)
        (delete-file core)))))

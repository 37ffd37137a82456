;;;; SPDX-License-Identifier: BSD-3-Clause
;;;; Atomics on words in vectors, in views and behind pointers.

(in-package #:posix-shm/test)

(defvar *word-types* '((:uint32 (unsigned-byte 32)) (:int32 (signed-byte 32))
                       (:uint64 (unsigned-byte 64)) (:int64 (signed-byte 64))))

(defun word-width (type)
  (second type))

(defun least (type)
  (if (eq (first type) 'signed-byte) (- (ash 1 (1- (word-width type)))) 0))

(defun most (type)
  (if (eq (first type) 'signed-byte) (1- (ash 1 (1- (word-width type)))) (1- (ash 1 (word-width type)))))

(defun wrapped (integer type)
  (let ((bits (ldb (byte (word-width type) 0) integer)))
    (if (> bits (most type)) (- bits (ash 1 (word-width type))) bits)))

;;; The same for each way to a word: WHERE, INDEX and the further arguments are those of the operators.

(defun check-word (type where index &rest options)
  (let ((low (least type))
        (high (most type)))
    (flet ((word () (apply #'shm-atomic where index options))
           (store (value) (apply #'(setf shm-atomic) value where index options))
           (update (operation operand) (apply #'shm-atomic-update where index operation operand options))
           (swap (old new) (apply #'shm-compare-and-swap where index old new options))
           (add (&rest delta) (apply #'shm-atomic-incf where index (append delta options))))
      (is (eql high (store high)))
      (is (eql high (word)))
      (is (eql high (add)))
      (is (eql low (word)) "the sum of ~S wraps" type)
      (is (eql low (add :delta -1)))
      (is (eql high (word)))
      (store 5)
      (is (eql 5 (update :add -7)))
      (is (eql (wrapped -2 type) (update :and 12)))
      (is (eql 12 (update :or 3)))
      (is (eql 15 (update :xor (1- (ash 1 (word-width type))))))
      (is (eql (wrapped (lognot 15) type) (update :exchange low)))
      (is (eql low (update :exchange -1)))
      (is (eql (wrapped -1 type) (word)))
      (is (eql (wrapped -1 type) (swap 0 1)))
      (is (eql (wrapped -1 type) (word)) "nothing is stored where OLD is another value")
      (is (eql (wrapped -1 type) (swap (wrapped -1 type) 1)))
      (is (eql 1 (swap 1 low)))
      (is (eql low (word)))
      (dolist (bad (list (1+ high) (1- low) 1.5 nil))
        (rejects value (store bad))
        (rejects old (swap bad 1))
        (rejects new (swap 1 bad)))
      (dolist (bad (list (ash 1 (word-width type)) (1- (- (ash 1 (1- (word-width type))))) 1.5 nil))
        (rejects operand (update :exchange bad))
        (rejects delta (add :delta bad)))
      (dolist (bad (list :sub nil "add" 1))
        (rejects operation (update bad 1)))
      (is (eql low (word)) "what is rejected changes nothing"))))

(deftest words-in-vectors
  (loop for (nil type) in *word-types*
        do (with-vector (vector type 5)
             (check-word type vector 3)
             (is (equalp (list 0 0 0 (least type) 0) (coerce (elements vector) 'list)) "the neighbours of ~S" type)
             (dolist (bad '(5 -1 1.5 nil))
               (rejects index (shm-atomic vector bad))
               (rejects index (setf (shm-atomic vector bad) 1))
               (rejects index (shm-atomic-incf vector bad))
               (rejects index (shm-atomic-update vector bad :add 1))
               (rejects index (shm-compare-and-swap vector bad 0 1)))
             (rejects type (shm-atomic vector 0 :type :uint32)))))

(deftest words-behind-pointers
  (with-open-shm-and-mmap* (shm pointer (:direction :io) (4096))
    (loop for (foreign type) in *word-types*
          do (check-word type pointer 64 :type foreign)
             (is (eql (least type) (cffi:mem-ref pointer foreign 64)))
             (rejects index (shm-atomic pointer 2 :type foreign))
             (rejects index (shm-atomic pointer 1.5 :type foreign)))
    (check-word '(unsigned-byte 32) pointer 128)
    (check-word '(unsigned-byte 32) (cffi:inc-pointer pointer 256) -4)
    (rejects index (shm-atomic pointer 4 :type :uint64))
    (rejects type (shm-atomic pointer 0 :type :uint16))
    (rejects where (shm-atomic (cffi:null-pointer) 0))
    (rejects where (setf (shm-atomic (cffi:null-pointer) 0) 1))))

(deftest words-of-the-same-memory
  ;; A vector and a pointer are two ways to it, and what one stores the other has.
  (with-object (shm 4096)
    (with-mmap (pointer shm 4096)
      (with-shm-vector (vector shm '(signed-byte 64) 8)
        (is (eql 0 (shm-atomic-incf pointer 24 :type :int64 :delta -3)))
        (is (eql -3 (shm-compare-and-swap vector 3 -3 4)))
        (is (eql 4 (shm-atomic pointer 24 :type :int64)))
        (is (eql 4 (shm-aref vector 3)))))))

(deftest words-that-are-none
  (with-vector (octets '(unsigned-byte 8) 16)
    (rejects where (shm-atomic octets 0)))
  (with-vector (floats 'double-float 16)
    (rejects where (shm-atomic-incf floats 0)))
  (dolist (bad (list nil 1 "text" (vector 1 2)))
    (rejects where (shm-atomic bad 0))
    (rejects where (setf (shm-atomic bad 0) 0))
    (rejects where (shm-atomic-update bad 0 :add 1))
    (rejects where (shm-compare-and-swap bad 0 0 1))
    (rejects where (shm-wait bad 0 0))
    (rejects where (shm-wake bad 0))))

(deftest words-of-an-unmapped-vector
  (dolist (type '((unsigned-byte 32) (signed-byte 64)))
    (with-object (shm 4096)
      (let ((vector (map-shm-vector shm type 8)))
        (setf (shm-atomic vector 0) 1)
        (unmap-shm-vector vector)
        (rejects index (shm-atomic vector 0))
        (rejects index (setf (shm-atomic vector 0) 1))
        (rejects index (shm-atomic-incf vector 0))))))

(deftest words-of-the-heap
  #-(or sbcl ecl) (let ((vector (make-array 4 :element-type '(unsigned-byte 32) :initial-element 0)))
                    (rejects where (shm-atomic-incf vector 0)))
  #+(or sbcl ecl) (loop for (nil type) in *word-types*
                        do (check-word type (make-array 4 :element-type type :initial-element 0) 2)
                           (check-word type (make-array 4 :element-type type :initial-element 0 :adjustable t :fill-pointer 4) 2)))

;;; Increments. By two processes where this one can fork, and by two threads elsewhere; a million in all.

(defun twice-at-once (function)
  "Call FUNCTION in this process and in a child, or in two threads, at the same time."
  (with-vector (here '(unsigned-byte 32) 1)
    (flet ((begin-together ()
             (shm-atomic-incf here 0)
             (loop until (= 2 (shm-atomic here 0)))
             (funcall function)))
      #+(or sbcl ecl clisp) (let ((child #+sbcl (sb-posix:fork) #-sbcl (cffi:foreign-funcall "fork" :int)))
                              (when (zerop child)
                                (cffi:foreign-funcall "_exit" :int (handler-case (progn (begin-together) 0) (error () 1)) :void))
                              (begin-together)
                              (is (= 0 (wait-for-child child))))
      #-(or sbcl ecl clisp) (in-threads 2 (lambda (index) (declare (ignore index)) (begin-together))))))

(defconstant +increments+ #+sbcl 500000 #+ecl 100000 #-(or sbcl ecl) 20000)

(defun increments-are-counted (type where index &rest options)
  (setf (apply #'shm-atomic where index options) 0)
  (twice-at-once (lambda ()
                   (dotimes (count +increments+)
                     (apply #'shm-atomic-incf where index options))))
  (is (= (* 2 +increments+) (apply #'shm-atomic where index options)) "~S" type))

(deftest increments-of-two-processes
  (loop for (foreign type) in *word-types*
        do (with-vector (vector type 4)
             (increments-are-counted type vector 1))
           (with-open-shm-and-mmap* (shm pointer (:direction :io) (64))
             (increments-are-counted type pointer 8 :type foreign))))

(deftest swaps-of-two-processes
  (loop for (nil type) in *word-types*
        do (with-vector (vector type 4)
             (twice-at-once (lambda ()
                              (dotimes (count 20000)
                                (loop for old = (shm-atomic vector 2)
                                      until (eql old (shm-compare-and-swap vector 2 old (1+ old)))))))
             (is (= 40000 (shm-atomic vector 2))))))

(deftest constants-of-words-that-are-wrong-are-warned-of
  (loop for (form . text) in '(((shm-atomic-update v 0 :sub 1) . ":ADD")
                               ((shm-atomic-update v 0 ':inc 1) . "OPERATION")
                               ((shm-atomic v 0 :type :uint16) . ":UINT32")
                               ((shm-atomic-incf v 0 :type :int) . "TYPE")
                               ((shm-compare-and-swap v 0 0 1 :type :word) . ":INT64")
                               ((shm-wait v 0 0 :timeout -1) . "seconds")
                               ((shm-wait v 0 0 :timeout :never) . "TIMEOUT")
                               ((acquire-shm-lock v :timeout "1") . "seconds")
                               ((with-shm-lock-held (v :timeout -1) n) . "seconds"))
        do (let ((warnings (warnings-of form)))
             (is (some (lambda (warning) (says text warning)) warnings) "~S gave ~S" form warnings)))
  (dolist (form '((shm-atomic-update v 0 :xor 1)
                  (shm-atomic-update v 0 n 1 :type :int64)
                  (shm-atomic v 0 :type nil)
                  (shm-wait v 0 0 :timeout 1/2)
                  (shm-wait v 0 0 :timeout n)
                  (acquire-shm-lock v :timeout nil :wait t)
                  (with-shm-lock-held (v) n)
                  (with-shm-lock-held (v :timeout 0 :abandoned x) n)
                  (with-shm-lock-held (v :abandoned x) (declare (type boolean x)) (list x n))))
    (is (null (warnings-of form)) "~S gave ~S" form (warnings-of form))))

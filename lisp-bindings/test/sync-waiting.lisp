;;;; SPDX-License-Identifier: BSD-3-Clause
;;;; Sleeping on words, and who is awake: processes.

(in-package #:posix-shm/test)

(defun timed (function)
  "What FUNCTION returns, and how long that took."
  (let ((start (get-internal-real-time)))
    (values (funcall function)
            (/ (- (get-internal-real-time) start) internal-time-units-per-second))))

(defmacro takes ((least most) expected form)
  "Check that FORM returns EXPECTED, after so many seconds. The machine may be busy: MOST is only that it ends."
  `(multiple-value-bind (value seconds) (timed (lambda () ,form))
     (is (equal ,expected value))
     (is (<= ,least seconds ,most) "~S took ~,3F seconds" ',form seconds)))

(deftest waiting-for-a-word
  (with-vector (vector '(unsigned-byte 32) 4)
    (setf (shm-atomic vector 1) 7)
    (takes (0 10) t (shm-wait vector 1 8))
    (takes (0 10) t (shm-wait vector 1 8 :timeout 0))
    (takes (0 10) nil (shm-wait vector 1 7 :timeout 0))
    (takes (1/5 60) nil (shm-wait vector 1 7 :timeout 1/5))
    (takes (1/10 60) nil (shm-wait vector 1 7 :timeout 0.1d0))
    (no-values (shm-wake vector 1))
    (no-values (shm-wake vector 1 :count 3)))
  (with-vector (vector '(signed-byte 32) 4)
    (setf (shm-atomic vector 0) -1)
    (takes (0 10) nil (shm-wait vector 0 -1 :timeout 0))
    (takes (0 10) t (shm-wait vector 0 1)))
  (with-open-shm-and-mmap* (shm pointer (:direction :io) (64))
    (takes (0 10) t (shm-wait pointer 8 3))
    (takes (0 10) nil (shm-wait pointer 8 0 :timeout 0 :type :int32))))

(deftest waiting-leaves-errno-alone
  (with-vector (vector '(unsigned-byte 32) 4)
    (setf posix-shm/ffi:*errno* :enoent)
    (is (null (shm-wait vector 0 0 :timeout 1/100)))
    (is (eq :enoent posix-shm/ffi:*errno*))))

(deftest waits-that-are-rejected
  (with-vector (vector '(unsigned-byte 32) 4)
    (rejects timeout (shm-wait vector 0 0 :timeout -1))
    (rejects timeout (shm-wait vector 0 0 :timeout :soon))
    (rejects expected (shm-wait vector 0 -1 :timeout 0))
    (rejects index (shm-wait vector 4 0 :timeout 0))
    (rejects index (shm-wake vector 4))
    (dolist (bad '(0 -1 1.5 :many 2147483648))
      (rejects count (shm-wake vector 0 :count bad))))
  (with-vector (vector '(unsigned-byte 64) 4)
    (rejects where (shm-wait vector 0 0 :timeout 0))
    (rejects where (shm-wake vector 0))))

(deftest a-read-only-vector-can-be-waited-on
  (with-object (shm 4096)
    (with-shm-vector (vector shm '(unsigned-byte 32) 4 :prot :read)
      (is (eql 0 (shm-atomic vector 0)))
      (is (null (shm-wait vector 0 0 :timeout 1/100))))))

(defun until-changed (vector index old)
  "Sleep until the word has another value than OLD. Return it."
  (loop for value = (shm-atomic vector index)
        while (eql value old)
        do (shm-wait vector index old)
        finally (return value)))

(deftest a-sleeper-is-woken
  (with-vector (vector '(unsigned-byte 32) 4)
    (flet ((answer ()
             (= 1 (until-changed vector 0 0))
             (setf (shm-atomic vector 1) 2)
             (shm-wake vector 1)
             t)
           (ask ()
             (sleep 0.05)
             (setf (shm-atomic vector 0) 1)
             (shm-wake vector 0 :count 1)
             (is (= 2 (until-changed vector 1 0)))))
      #+(or sbcl ecl clisp) (let ((child #+sbcl (sb-posix:fork) #-sbcl (cffi:foreign-funcall "fork" :int)))
                              (when (zerop child)
                                (answer)
                                (cffi:foreign-funcall "_exit" :int 0 :void))
                              (ask)
                              (is (= 0 (wait-for-child child))))
      #-(or sbcl ecl clisp) (let ((thread (start-thread #'answer)))
                              (ask)
                              (join-thread thread)))))

(deftest a-vector-that-is-unmapped-under-a-sleeper
  (if (not (threads-p))
      (skip "this Lisp has no threads")
      (with-object (shm 4096)
        (let* ((vector (map-shm-vector shm '(unsigned-byte 32) 4))
               (thread (let ((result nil))
                         (cons (start-thread (lambda ()
                                               (setf result (keyword-of (without-inlining (shm-wait vector 0 0))))))
                               (lambda () result)))))
          (sleep 0.2)
          (unmap-shm-vector vector)
          (join-thread (car thread))
          (is (eq :einval (funcall (cdr thread))))))))

(deftest a-sleeper-can-be-left
  #-sbcl (skip "only SBCL has timeouts to try it with")
  #+sbcl
  (with-vector (vector '(unsigned-byte 32) 4)
    (takes (1/10 60) :timeout (handler-case (sb-ext:with-timeout 0.1 (shm-wait vector 0 0))
                                (sb-ext:timeout () :timeout)))
    (let ((thread (start-thread (lambda () (loop (shm-wait vector 0 0))))))
      (sleep 0.1)
      (is-true (ends-p thread)))
    ;; An interrupt that returns: the wait goes on.
    (let* ((ran nil)
           (thread (start-thread (lambda () (shm-wait vector 0 0 :timeout 1)))))
      (sleep 0.1)
      (sb-thread:interrupt-thread thread (lambda () (setf ran t)))
      (is (null (sb-thread:join-thread thread)))
      (is-true ran))))

(deftest a-sleeper-is-interrupted
  #-(and ecl threads) (skip "of other implementations it is tried in other tests")
  #+(and ecl threads)
  (with-vector (vector '(unsigned-byte 32) 4)
    (let ((thread (start-thread (lambda () (catch 'end (shm-wait vector 0 0))))))
      (sleep 0.2)
      (takes (0 10) t (progn (end-thread thread) t)))))

(deftest a-collection-does-not-wait-for-a-sleeper
  (if (not (threads-p))
      (skip "this Lisp has no threads")
      (with-vector (vector '(unsigned-byte 32) 4)
        (let ((thread (start-thread (lambda () (shm-wait vector 0 0 :timeout 60)))))
          (sleep 0.2)
          ;; A collection that waits for the sleeper takes a minute, on a busy machine, too.
          (let ((seconds (nth-value 1 (timed (lambda () #+sbcl (sb-ext:gc) #+ecl (si:gc nil) #+abcl (ext:gc))))))
            (is (< seconds 50)))
          (setf (shm-atomic vector 0) 1)
          (shm-wake vector 0)
          (join-thread thread)
          (pass)))))

;;; Processes

(deftest this-process
  (is (typep (shm-self) '(and (unsigned-byte 63) (integer 1))))
  (is (eql (shm-self) (shm-self)))
  (is (eq t (shm-alive-p (shm-self))))
  (is (= (posix-shm/host:process-id) (ldb (byte 22 0) (shm-self)))))

(deftest processes-that-are-none
  (dolist (bad (list 0 -1 nil "1" (ash 1 63) 1.5))
    (rejects who (shm-alive-p bad))))

(deftest another-pid-namespace-is-unknown
  ;; The 19 bits of the namespace, above 44.
  (setf posix-shm/ffi:*errno* :ok)
  (is (eq :unknown (shm-alive-p (logxor (shm-self) (ash 1 50)))))
  (is (eq :ok posix-shm/ffi:*errno*)))

(deftest a-child-is-another-process
  (if (not (fork-p))
      (skip "this Lisp cannot fork")
      (with-vector (vector '(unsigned-byte 64) 4)
        (setf (shm-atomic vector 0) (shm-self))
        (is (= 0 (exit-code-of-child
                   (setf (shm-atomic vector 1) (shm-self))
                   (and (/= (shm-self) (shm-atomic vector 0))
                        (eq t (shm-alive-p (shm-atomic vector 0)))
                        (eq t (shm-alive-p (shm-self)))))))
        (is (/= (shm-self) (shm-atomic vector 1)))
        (is (null (shm-alive-p (shm-atomic vector 1)))))))

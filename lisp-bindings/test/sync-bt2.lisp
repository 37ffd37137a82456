;;;; SPDX-License-Identifier: BSD-3-Clause
;;;; Threads and timeouts of Bordeaux Threads, version 2 of its interface, where that is present: Debian 12's has only the first.

(in-package #:posix-shm/test)

(defun bt2-p ()
  "Is there the package BT2? It is loaded where it is installed and new enough."
  (and (threads-p)
       (let ((system (asdf:find-system "bordeaux-threads" nil)))
         (and system
              (asdf:version-satisfies system "0.9.0")
              (let ((*standard-output* (make-broadcast-stream)))
                (asdf:load-system system)
                t)))
       (find-package "BT2")
       t))

(defun bt2 (name &rest arguments)
  (apply (find-symbol name "BT2") arguments))

(defun within (seconds function)
  "What FUNCTION returns, or :timeout where bt2:with-timeout ends it."
  (let ((form `(lambda (function)
                 (handler-case (,(find-symbol "WITH-TIMEOUT" "BT2") (,seconds) (funcall function))
                   (,(find-symbol "TIMEOUT" "BT2") () :timeout)))))
    (funcall (coerce form 'function) function)))

(defmacro with-bt2 ((&optional (where t) (otherwise "")) &body body)
  `(cond ((not (bt2-p)) (skip "there is no bt2 here, or there are no threads"))
         ((not ,where) (skip ,otherwise))
         (t ,@body)))

(deftest timeouts-of-bt2-end-a-wait
  (with-bt2 ((or #+(or sbcl ecl) t) "a wait is open to interrupts on SBCL and ECL")
    (with-vector (vector '(unsigned-byte 32) 4)
      (takes (1/10 30) :timeout (within 1/5 (lambda () (shm-wait vector 1 0)))))
    (with-lock (lock vector)
      (let ((other (make-shm-lock vector 2)))
        (with-shm-lock-held (lock)
          (takes (1/10 30) :timeout (within 1/5 (lambda () (acquire-shm-lock other))))
          (takes (1/10 30) :timeout (within 1/5 (lambda () (with-shm-lock-held (other) :held))))
          (is (eql (shm-self) (shm-lock-owner lock))))
        (is (eq :held (within 30 (lambda () (with-shm-lock-held (other) :held)))))
        (is (eq :timeout (within 1/5 (lambda () (with-shm-lock-held (other) (sleep 30))))))
        (is (null (shm-lock-owner lock)) "the body was left, and the lock is free")))))

(deftest threads-of-bt2-share-a-lock
  (with-bt2 ()
    (with-lock (lock vector)
      (let ((threads (loop repeat 4
                           collect (bt2 "MAKE-THREAD" (lambda (&aux (lock (make-shm-lock vector 2)))
                                                        (loop repeat 500
                                                              do (with-shm-lock-held (lock)
                                                                   (incf (shm-aref vector 5)))
                                                                 (shm-atomic-incf vector 6)))))))
        (dolist (thread threads)
          (bt2 "JOIN-THREAD" thread))
        (is (= 2000 (shm-aref vector 5)))
        (is (= 2000 (shm-atomic vector 6)))
        (is (null (shm-lock-owner lock)))))))

(deftest threads-of-bt2-wake-each-other
  (with-bt2 ()
    (with-vector (vector '(unsigned-byte 32) 4)
      (let ((thread (bt2 "MAKE-THREAD" (lambda ()
                                         (loop until (= 1 (shm-atomic vector 1))
                                               do (shm-wait vector 1 0 :timeout 30))
                                         :woken))))
        (sleep 0.1)
        (setf (shm-atomic vector 1) 1)
        (shm-wake vector 1)
        (is (eq :woken (bt2 "JOIN-THREAD" thread)))))))

(deftest threads-of-bt2-that-wait-can-be-destroyed
  (with-bt2 ((or #+(or sbcl ecl) t) "a wait is open to interrupts on SBCL and ECL")
    (with-lock (lock vector)
      (let ((other (make-shm-lock vector 2)))
        (with-shm-lock-held (lock)
          (let ((thread (bt2 "MAKE-THREAD" (lambda () (with-shm-lock-held (other) :held)))))
            (sleep 0.2)
            (bt2 "DESTROY-THREAD" thread)
            (is-true (loop repeat 300 thereis (not (bt2 "THREAD-ALIVE-P" thread)) do (sleep 0.1)))))
        (is (null (shm-lock-owner lock)))))))

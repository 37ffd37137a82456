;;;; SPDX-License-Identifier: BSD-3-Clause
;;;; The second of two processes: receives the numbers of producer.lisp, and adds them.

(require "asdf")
(asdf:load-system "posix-shm")
(load (merge-pathnames "ring.lisp" *load-truename*))

(in-package #:ring)

(defun call-with-ring (function)
  "Wait for the producer's object, and call FUNCTION with its memory."
  (loop repeat 20000
        do (with-open-shm (shm *name* :direction :io :if-does-not-exist nil)
             ;; It may be there and not have its size yet.
             (when (and shm (= (stat-size (shm-stats shm)) +size+))
               (return (with-mmap (ring shm +size+)
                         (wait-until (= 1 (field ring +ready+)))
                         (funcall function ring)))))
           (sleep 1/1000)
        finally (error "There is no producer.")))

(defun consume (ring)
  (loop for number = (take ring)
        until (= number +end+)
        sum number))

(format t "~&consumer: the sum is ~D~%" (call-with-ring #'consume))
(finish-output)
(uiop:quit 0)

;;;; SPDX-License-Identifier: BSD-3-Clause
;;;; The first of two processes: creates a named object, and passes numbers to consumer.lisp through a ring in it.
;;;;
;;;;   sbcl --load producer.lisp &  sbcl --load consumer.lisp        (or any other implementation, also mixed)

(require "asdf")
(asdf:load-system "posix-shm")
(load (merge-pathnames "ring.lisp" *load-truename*))

(in-package #:ring)

(defun produce (count)
  "Make the ring and put the numbers below COUNT into it."
  ;; :error, and not :overwrite: two producers on one ring are a mistake. The ring of a crashed producer is superseded explicitly.
  (handler-bind ((shm-exists (lambda (condition)
                               (format t "~&producer: ~A~%" condition)
                               (invoke-shm-restart :supersede))))
    (with-open-shm-and-mmap (shm ring (*name* :direction :io :if-exists :error :if-does-not-exist :create
                                              :permissions '(:user-read :user-write))
                                 (+size+))
      (unwind-protect
           (progn
             (setf (field ring +ready+) 1)
             (dotimes (number count)
               (put ring (* number number)))
             (put ring +end+)
             (wait-until (= (field ring +taken+) (field ring +put+)))
             (format t "~&producer: ~D numbers passed~%" count))
        ;; Only if the name is still this object's: another producer may have superseded it.
        (delete-shm-if-same *name* shm)))))

(produce 1000)
(finish-output)
(uiop:quit 0)

;;;; SPDX-License-Identifier: BSD-3-Clause
;;;; One process writes into an object, and starts another one that answers in it.
;;;; The object: a text at 0, ten integers of 64 bits at 64, the answer's text at 256, the answer's integer at 320.

(in-package #:cl-user)
(use-package '#:posix-shm)

(defparameter *process* (cffi:foreign-funcall "getpid" :int))
(defparameter *name* (format nil "/posix-shm-demo-~D" *process*))
(defparameter *size* 4096)

(defun say (control &rest arguments)
  (format t "Lisp,   process ~D: ~?~%" *process* control arguments)
  (finish-output))

(defun start-python (name)
  "Run the other side to its end."
  (uiop:run-program (list "python3" (uiop:native-namestring (merge-pathnames "python-side.py" *load-truename*)) name)
                    :output :interactive :error-output :interactive))

(unwind-protect
     (with-mmapped-shm (shm memory (*name* :direction :io :if-exists :error) (*size*))
       (say "makes the object ~A of ~D bytes, and maps it" (shm-name shm) *size*)
       (cffi:lisp-string-to-foreign "hello from Lisp" memory 64)
       (dotimes (i 10)
         (setf (cffi:mem-aref memory :int64 (+ 8 i)) (* i i)))
       (say "writes \"hello from Lisp\" and ten squares into it, and starts Python")
       (start-python *name*)
       (say "finds ~S and the sum ~D in its own memory"
            (cffi:foreign-string-to-lisp memory :offset 256 :max-chars 64)
            (cffi:mem-ref memory :int64 320)))
  (delete-shm *name*))
(say "has unmapped, closed and deleted the object")

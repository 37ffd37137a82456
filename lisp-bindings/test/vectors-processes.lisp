;;;; SPDX-License-Identifier: BSD-3-Clause
;;;; Vectors that children of this process have too, and what an image has of its past.

(in-package #:posix-shm/test)

(defmacro exit-code-of-child (&body body)
  "Run BODY in a child of this process: 0 when it returns true, 1 when it returns nil, 2 for an error."
  `(call-in-child (lambda () ,@body)))

(defmacro faults-p (&body body)
  "Does BODY end in a memory fault that is reported as an error? To be asked in a child."
  `(progn
     ;; The implementation writes a warning there, too.
     (cffi:foreign-funcall "close" :int 2 :int)
     (handler-case (progn ,@body nil)
       (#+sbcl sb-sys:memory-fault-error #+ecl ext:segmentation-violation #-(or sbcl ecl) program-error () t))))

(defconstant +child-seconds+ 300 "How long a child may take.")

#+(or sbcl ecl clisp)
(defun wait-for-child (child)
  "The status of CHILD. One that does not end in time is killed: its test fails, and the others run. CLISP's handler of SIGCHLD
takes the status of a child that ends while CLISP sleeps, so there the call waits."
  (cffi:with-foreign-object (status :int)
    (flet ((ended-p (options)
             (= child (cffi:foreign-funcall "waitpid" :int child :pointer status :int options :int))))
      #+clisp (ended-p 0)
      #-clisp
      (loop repeat (* 100 +child-seconds+)
            do (when (ended-p 1)
                 (return))
               (sleep 0.01)
            finally (cffi:foreign-funcall "kill" :int child :int 9 :int)
                    (ended-p 0)))
    (cffi:mem-ref status :int)))

(defun call-in-child (function)
  (declare (ignorable function))
  (finish-output)
  #+(or sbcl ecl clisp)
  (let ((child #+sbcl (sb-posix:fork) #-sbcl (cffi:foreign-funcall "fork" :int)))
    (if (zerop child)
        (let ((code 3))
          (unwind-protect
               (setf code (handler-case (if (funcall function) 0 1)
                            (error () 2)))
            (cffi:foreign-funcall "_exit" :int code :void)))
        (let ((status (wait-for-child child)))
          (if (zerop (logand status 127)) (ash status -8) (- (logand status 127)))))))

(defun fork-p ()
  #+(or sbcl ecl clisp) t
  #-(or sbcl ecl clisp) nil)

(deftest a-child-stores-and-the-parent-sees-it
  (if (not (fork-p))
      (skip "this Lisp cannot fork")
      (dolist (type *element-types*)
        (with-vector (vector type 100)
          (is (= 0 (exit-code-of-child
                     (setf (shm-aref vector 99) (sample type 4))
                     (unmap-shm-vector vector)
                     (= 0 (shm-vector-length vector)))))
          (is (= 100 (shm-vector-length vector)))
          (is (equal (sample type 4) (shm-aref vector 99)))))))

(deftest a-store-to-a-read-only-vector-is-reported
  #-(or sbcl ecl) (skip "a memory fault ends this Lisp")
  #+(or sbcl ecl)
  (dolist (type *element-types*)
    (with-object (shm 4096)
      (with-shm-vector (vector shm type 10 :prot '(:read))
        (is (= 0 (exit-code-of-child (faults-p (setf (shm-aref vector 3) (sample type 1))))))
        (is (every #'zerop (elements vector)))))))

;;; Images. SBCL's are in vectors-sbcl.lisp; ECL and ABCL save none.

#+clisp
(defvar *view* nil "What the image that the next test saves has of its past.")

#+clisp
(defun report-view ()
  (format t "~S~%" (list (shm-vector-length *view*)
                         (handler-case (shm-aref *view* 0) (error () :error))
                         (unmap-shm-vector *view*)
                         (with-vector (vector 'double-float 4)
                           (setf (shm-aref vector 3) 1.5d0)
                           (shm-aref vector 3))))
  (finish-output)
  (ext:quit))

(deftest a-saved-image-has-empty-views
  #-clisp (skip "CLISP alone saves images with views")
  #+clisp
  (let ((image (format nil "/tmp/posix-shm-test-~D.mem" (posix-shm/host:process-id))))
    (unwind-protect
         (with-vector (vector 'double-float 10)
           (setf *view* vector)
           (is (= 0 (exit-code-of-child
                      (let ((*standard-output* (make-broadcast-stream)))
                        (ext:saveinitmem image :quiet t :init-function #'report-view)
                        t))))
           (is (says "(0 :ERROR NIL 1.5d0)"
                     (nth-value 1 (posix-shm/host:run "clisp" "-norc" "-q" "-q" "-M" image)))))
      (setf *view* nil)
      (when (probe-file image)
        (delete-file image)))))

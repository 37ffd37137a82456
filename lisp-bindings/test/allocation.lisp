;;;; SPDX-License-Identifier: BSD-3-Clause
;;;; Calls on SBCL allocate nothing but their result.

(in-package #:posix-shm/test)

#+sbcl
(defun octets-per-call (function)
  "The octets of heap that a call of FUNCTION takes, once everything is warm."
  (flet ((run (count)
           (let ((before (sb-ext:get-bytes-consed)))
             (loop repeat count do (funcall function))
             (- (sb-ext:get-bytes-consed) before))))
    (declare (notinline run))
    (run 1000)
    (floor (run 10000) 10000)))

#+sbcl
(defun close-to (octets measured)
  "The heap is handed out in larger pieces, so a measurement is off by less than the smallest object."
  (< (abs (- measured octets)) 16))

(deftest calls-allocate-nothing
  #-sbcl (skip "measured on SBCL")
  #+sbcl
  (with-object (shm 8192)
    (is (close-to 0 (octets-per-call (lambda () (truncate-shm shm 8192)))))
    (is (close-to 0 (octets-per-call (lambda () (chmod-shm shm '(:user-read :user-write))))))
    (is (close-to 0 (octets-per-call (let ((permissions (list :user-read :user-write)))
                                       (lambda () (chmod-shm shm permissions))))))
    (is (close-to 0 (octets-per-call (let ((pointers (loop repeat 11000
                                                           collect (mmap-shm nil 4096 :flags '(:private :anonymous)))))
                                       (lambda () (munmap (pop pointers) 4096))))))
    (let ((permissions 4)
          (structure (* 16 (ceiling (sb-ext:primitive-object-size (shm-stats shm)) 16))))
      (chmod-shm shm '(:user-read :user-write :group-read :other-read))
      (is (close-to (+ structure (* 16 permissions)) (octets-per-call (lambda () (shm-stats shm))))))))

(deftest opening-allocates-the-object
  #-sbcl (skip "measured on SBCL")
  #+sbcl
  (with-name (name)
    (make-object name :size 4096)
    (let ((object (octets-per-call (lambda () (make-instance 'open-shm)))))
      (is (close-to object (octets-per-call (lambda () (close-shm (open-shm name))))))
      (is (close-to object (octets-per-call (lambda ()
                                              (close-shm (open-shm name :direction :io :if-exists :overwrite)))))))))

#+sbcl
(defun make-view (shm type length)
  "A view of SHM, as other implementations have them."
  (call-with-views (lambda () (map-shm-vector shm type length))))

(deftest accesses-allocate-nothing
  #-sbcl (skip "measured on SBCL")
  #+sbcl
  (with-object (shm 8192)
    (let ((vector (map-shm-vector shm '(unsigned-byte 8) 100))
          (view (make-view shm '(unsigned-byte 8) 100)))
      (is (typep view 'shm-view))
      (setf (shm-aref view 5) 7)
      (is (= 7 (shm-aref vector 5)))
      (is (close-to 0 (octets-per-call (lambda () (shm-aref vector 5)))))
      (is (close-to 0 (octets-per-call (lambda () (shm-aref view 5)))))
      (is (close-to 0 (octets-per-call (lambda () (setf (shm-aref view 5) 8)))))
      (unmap-shm-vector view)
      (unmap-shm-vector vector :release t))))

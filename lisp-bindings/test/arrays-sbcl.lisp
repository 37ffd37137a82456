;;;; SPDX-License-Identifier: BSD-3-Clause
;;;; Operations of SBCL on an array whose header is in its heap, and whose elements are not.

(in-package #:posix-shm/test)

(deftest collections-leave-arrays-alone
  (with-object (shm 65536)
    (let ((arrays (loop for type in *element-types* collect (map-shm-array shm type '(10 20 5)))))
      (fill-shm-vector (shm-array-vector (first arrays)) 7)
      (with-verification
        (is (plusp (until-time (garbage) (sb-ext:gc :full t)))))
      (is (every (lambda (array) (equal '(10 20 5) (array-dimensions array))) arrays))
      (is (equal *element-types* (mapcar #'array-element-type arrays)))
      (is (= 7 (aref (first arrays) 9 19 4)))
      (loop for array in arrays
            for release = nil then (not release)
            do (unmap-shm-array array :release release))
      (with-verification
        (loop repeat 3 do (garbage) (sb-ext:gc :full t)))
      (is (every (lambda (array) (equal '(0 0 0) (array-dimensions array))) arrays))
      (dolist (array arrays)
        (signals error (aref array 0 0 0))))))

(deftest code-without-checks-faults-at-an-unmapped-array
  (let ((array (with-array (array '(unsigned-byte 8) '(64 64)) array))
        (store (compile nil '(lambda (array row column)
                              (declare (optimize speed (safety 0)) (type (unsigned-byte 8) row column)
                                       (type (simple-array (unsigned-byte 8) (64 64)) array))
                              (setf (aref array row column) 7)))))
    (call-among-mappings (lambda (nines)
                           (is (= 0 (exit-code-of-child (faults-p (funcall store array 0 0)))))
                           (is (= 0 (exit-code-of-child (faults-p (funcall store array 63 63)))))
                           (is (every (lambda (octet) (= 9 octet)) nines)))
                         50)))

(deftest a-failing-unmap-changes-no-array
  (with-object (shm 4096)
    (let ((array (map-shm-array shm 'double-float '(5 20)))
          (bury (fdefinition 'posix-shm::bury)))
      (setf (aref array 4 19) 7d0)
      (unwind-protect
           (progn (setf (fdefinition 'posix-shm::bury)
                        (lambda (region)
                          (declare (ignore region))
                          (- (posix-shm/shim:pshm-error-number "ENOMEM"))))
                  (is (eq :enomem (keyword-of (unmap-shm-array array)))))
        (setf (fdefinition 'posix-shm::bury) bury))
      (is (equal '(5 20) (array-dimensions array)))
      (is (= 7d0 (aref array 4 19)))
      (is (eq t (unmap-shm-array array))))))

(deftest a-failing-release-keeps-the-rows-of-an-array
  (with-object (shm 4096)
    (let ((array (map-shm-array shm 'double-float '(5 20)))
          (rows (posix-shm::region-count))
          (unmap (fdefinition 'posix-shm::unmap-elements)))
      (unwind-protect
           (progn (setf (fdefinition 'posix-shm::unmap-elements)
                        (lambda (region)
                          (declare (ignore region))
                          (- (posix-shm/shim:pshm-error-number "ENOMEM"))))
                  (is (eq :enomem (keyword-of (unmap-shm-array array :release t)))))
        (setf (fdefinition 'posix-shm::unmap-elements) unmap))
      (is (= rows (posix-shm::region-count)))
      (is (equal '(5 20) (array-dimensions array)))
      (is (eq t (unmap-shm-array array :release t)))
      (is (> rows (posix-shm::region-count))))))

(deftest timeouts-leak-no-array
  (without-leaks
    (let ((random (sb-ext:seed-random-state 43)))
      (is (= (rounds 400)
             (loop repeat (rounds 400)
                   count (handler-case (sb-ext:with-timeout (+ 0.0001 (random 0.001 random))
                                         (loop (with-array (array 'double-float '(10 10) :release t)
                                                 (setf (aref array 0 0) 1d0))))
                           (sb-ext:timeout () t))))))))

;;; What the types leave open is not looked up again where they say it.
(deftest accesses-to-arrays-allocate-nothing
  (with-array (array 'double-float '(10 20))
    (with-array (octets '(unsigned-byte 8) '(4 4))
      (is (close-to 0 (octets-per-call (lambda () (setf (shm-aref octets 1 2) (logand 7 (shm-aref octets 3 3)))))))
      (is (close-to 0 (octets-per-call (let ((array array))
                                         (declare (type (simple-array double-float (* *)) array))
                                         (lambda () (setf (shm-aref array 1 2) (+ 1d0 (shm-aref array 9 19))) nil))))))))

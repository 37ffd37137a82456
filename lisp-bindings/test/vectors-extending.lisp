;;;; SPDX-License-Identifier: BSD-3-Clause
;;;; Vectors that become longer where they are.

(in-package #:posix-shm/test)

(defun address-in (vector)
  "The address of the first element of VECTOR, which map-shm-vector returned."
  (posix-shm::region-address (posix-shm::find-region vector)))

(defmacro with-extensible ((shm vector length reserve &optional (element-type ''(unsigned-byte 8))) &body body)
  `(with-open-shm* (,shm :direction :io)
     (let ((,vector (map-shm-vector ,shm ,element-type ,length :allocate t :reserve ,reserve)))
       (unwind-protect (progn ,@body)
         (unmap-shm-vector ,vector)))))

(deftest a-vector-is-extended-in-place
  (without-leaks
    (dolist (type '((unsigned-byte 8) (signed-byte 16) (unsigned-byte 32) double-float (complex double-float)))
      (with-extensible (shm vector 10 (ash 1 20) type)
        (let ((address (address-in vector))
              (one (coerce 1 (if (subtypep type 'integer) 'integer type))))
          (setf (shm-aref vector 9) one)
          (is-false (equal "" (report-of (shm-aref vector 10))))
          (allocate-shm shm (ash 1 20))
          (loop for length in '(10 11 4096 65536)
                do (is (eq vector (extend-shm-vector vector length)))
                   (is (= length (shm-vector-length vector)))
                   (is (= address (address-in vector)))
                   (is (eql one (shm-aref vector 9)))
                   (setf (shm-aref vector (1- length)) one)
                   (is (eql one (shm-aref vector (1- length)))))
          (when (typep vector 'vector)
            (is (= 65536 (length vector)))
            (is (= 65535 (position one vector :from-end t)))))))))

(deftest extending-copies-nothing
  (if (not (= 8 (cffi:foreign-type-size :pointer)))
      (skip "there are no addresses to reserve")
      (without-leaks
        (with-extensible (shm vector 4096 (ash 1 30))
          (setf (shm-aref vector 4095) 7)
          (truncate-shm shm (ash 1 30))
          (let ((blocks (stat-blocks (shm-stats shm)))
                (address (address-in vector)))
            (is (eq vector (extend-shm-vector vector (ash 1 30))))
            (is (= (ash 1 30) (shm-vector-length vector)))
            (is (= address (address-in vector)))
            ;; Not one page was touched.
            (is (= blocks (stat-blocks (shm-stats shm))))
            (setf (shm-aref vector (1- (ash 1 30))) 8)
            (is (= 7 (shm-aref vector 4095)))
            (is (<= (stat-blocks (shm-stats shm)) (+ blocks 16))))))))

(deftest a-vector-sees-what-another-adds
  (without-leaks
    (with-extensible (shm vector 100 65536)
      (let* ((other (reopen-shm shm :direction :io))
             (second (map-shm-vector other '(unsigned-byte 8) 100 :reserve 65536)))
        (allocate-shm other 65536)
        (extend-shm-vector second 65536)
        (setf (shm-aref second 60000) 9)
        (is (= 9 (shm-aref (extend-shm-vector vector 65536) 60000)))
        (unmap-shm-vector second)
        (close-shm other)))))

(deftest vectors-that-cannot-be-extended-are-rejected
  (without-leaks
    (with-extensible (shm vector 100 8192)
      (let ((empty (map-shm-vector shm '(unsigned-byte 8) 10)))
        (rejects length (extend-shm-vector vector 99))
        (rejects length (extend-shm-vector vector 8193))
        (rejects length (extend-shm-vector vector 1.0))
        ;; The object has 100 octets.
        (is (says "allocate-shm" (report-of (extend-shm-vector vector 101))))
        (is (= 100 (shm-vector-length vector)))
        (is (says ":reserve" (report-of (extend-shm-vector empty 11))))
        (is (eq empty (extend-shm-vector empty 10)))
        (unmap-shm-vector empty)
        (rejects vector (extend-shm-vector empty 10)))
      (rejects vector (extend-shm-vector (octets 1 2 3) 10))
      (rejects reserve (map-shm-vector shm '(unsigned-byte 8) 100 :reserve 99))
      (rejects reserve (map-shm-vector shm '(unsigned-byte 8) 100 :reserve "100")))))

;; The whole mapping is unmapped, and not only its initial length.
(deftest the-reserve-is-unmapped
  (on-linux
    (without-leaks
      (dolist (release '(nil t))
        (with-open-shm* (shm :direction :io)
          (let ((vector (map-shm-vector shm '(unsigned-byte 8) 100 :allocate t :reserve 1000000)))
            (allocate-shm shm 1000000)
            (extend-shm-vector vector 1000000)
            (is (eq t (unmap-shm-vector vector :release release)))
            (unless release
              (is (= 0 (shm-vector-length vector))))))
        (with-open-shm* (shm :direction :io)
          (with-shm-vector (vector shm '(unsigned-byte 8) 100 :allocate t :reserve 1000000 :release release)
            (allocate-shm shm 1000000)
            (extend-shm-vector vector 1000000)
            (setf (shm-aref vector 999999) 1)))))))

;;; Of two threads that extend a vector, one may look at its length before the other one extends it, and come after that.
(deftest nobody-makes-a-vector-shorter
  (without-leaks
    (with-extensible (shm vector 10 (ash 1 20))
      (allocate-shm shm (ash 1 20))
      (let ((region (posix-shm::find-region vector)))
        (extend-shm-vector vector 5000)
        (posix-shm::extend-region region 300)
        (is (= 5000 (shm-vector-length vector)))
        (unmap-shm-vector vector)
        (posix-shm::extend-region region 6000)
        (is (= 0 (shm-vector-length vector)))))))

;;; Neither makes the vector shorter than another one did.
(deftest threads-extend-one-vector
  (if (not (threads-p))
      (skip "this Lisp has no threads")
      (on-linux
        (without-leaks
          (with-open-shm* (shm :direction :io)
            (let ((vector (map-shm-vector shm '(unsigned-byte 8) 1 :allocate t :reserve 1000000)))
              (allocate-shm shm 1000000)
              (is (equal '(0 0 0) (in-threads 3 (lambda (index)
                                                  (loop for length from (+ 2 index) below 60000 by 3
                                                        do (handler-case (extend-shm-vector vector length)
                                                             ;; It is longer already.
                                                             (posix-shm-error ()))
                                                        count (< (shm-vector-length vector) length))))))
              (unmap-shm-vector vector :release t)))))))

;;;; SPDX-License-Identifier: BSD-3-Clause
;;;; Octets in and out.

(in-package #:posix-shm/test)

(defun octets (&rest values)
  (make-array (length values) :element-type '(unsigned-byte 8) :initial-contents values))

(deftest octets-go-in-and-out
  (with-object (shm 10)
    (is (= 4 (write-shm shm (octets 1 2 3 4) :offset 2)))
    (let ((read (octets 9 9 9 9 9 9)))
      (is (= 6 (read-shm shm read)))
      (is (equalp (octets 0 0 1 2 3 4) read)))
    (let ((read (octets 9 9 9 9 9 9)))
      (is (= 2 (read-shm shm read :start 1 :end 3 :offset 3)))
      (is (equalp (octets 9 2 3 9 9 9) read)))
    (is (= 2 (write-shm shm (octets 1 2 3 4) :start 2)))
    (let ((read (octets 9 9)))
      (read-shm shm read)
      (is (equalp (octets 3 4) read)))
    (is (= 0 (read-shm shm (octets))))
    (is (= 0 (write-shm shm (octets 1 2) :start 2)))))

(deftest counts-are-short-at-the-end
  (with-object (shm 10)
    (let ((read (octets 7 7 7 7)))
      (is (= 3 (read-shm shm read :offset 7)))
      (is (equalp (octets 0 0 0 7) read))
      (is (= 0 (read-shm shm read :offset 10)))
      (is (= 0 (read-shm shm read :offset 1000000))))
    (is (= 3 (write-shm shm (octets 1 2 3 4) :offset 7)))
    (is (= 0 (write-shm shm (octets 1 2 3 4) :offset 10)))
    (is (= 10 (stat-size (shm-stats shm))))))

(deftest many-octets
  (with-object (shm 200000)
    (let ((out (make-array 200000 :element-type '(unsigned-byte 8)))
          (in (make-array 200001 :element-type '(unsigned-byte 8) :initial-element 1)))
      (dotimes (index 200000)
        (setf (aref out index) (mod (* 7 index) 251)))
      (is (= 200000 (write-shm shm out)))
      (is (= 200000 (read-shm shm in)))
      (is (not (mismatch out in :end2 200000)))
      (is (= 1 (aref in 200000))))))

(deftest vectors-of-other-kinds
  (with-object (shm 10)
    (let* ((filled (make-array 8 :element-type '(unsigned-byte 8) :fill-pointer 3 :initial-element 5))
           (base (octets 0 0 0 0 0 0))
           (displaced (make-array 3 :element-type '(unsigned-byte 8) :displaced-to base :displaced-index-offset 2)))
      (is (= 3 (write-shm shm filled)))
      (is (= 3 (read-shm shm displaced)))
      (is (equalp (octets 0 0 5 5 5 0) base)))))

(deftest a-direction-of-input-takes-no-octets
  (with-name (name)
    (make-object name :size 10)
    (with-open-shm (shm name)
      (is (eq :ebadf (keyword-of (write-shm shm (octets 1)))))
      (is (= 1 (read-shm shm (octets 1)))))))

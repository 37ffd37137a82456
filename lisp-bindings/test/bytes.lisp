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
    (is (= 0 (write-shm shm (octets 1 2) :start 2)))
    (is (= 0 (write-shm shm (octets) :offset 1000000)))))

(deftest counts-are-short-at-the-end
  (with-object (shm 10)
    (let ((read (octets 7 7 7 7)))
      (is (= 3 (read-shm shm read :offset 7)))
      (is (equalp (octets 0 0 0 7) read))
      (is (= 0 (read-shm shm read :offset 10)))
      (is (= 0 (read-shm shm read :offset 1000000))))
    (is (= 3 (write-shm shm (octets 1 2 3 4) :offset 7 :short :count)))
    (is (= 0 (write-shm shm (octets 1 2 3 4) :offset 10 :short :count)))
    (is (= 10 (stat-size (shm-stats shm))))))

(defun contents (shm)
  (let ((read (make-array (stat-size (shm-stats shm)) :element-type '(unsigned-byte 8))))
    (read-shm shm read)
    (coerce read 'list)))

(defun write-with-restart (restart shm vector &rest options)
  "Write VECTOR into SHM, and invoke RESTART where that is too short. Return the count and the number of complaints."
  (let ((complaints 0))
    (values (handler-bind ((shm-too-short (lambda (condition)
                                            (declare (ignore condition))
                                            (incf complaints)
                                            (invoke-shm-restart restart))))
              (apply #'write-shm shm vector options))
            complaints)))

(deftest values-that-do-not-fit-are-errors
  (with-object (shm 6)
    (let ((condition (handler-case (write-shm shm (octets 1 2 3 4) :offset 4) (error (condition) condition))))
      (is (typep condition 'shm-too-short))
      (is (eq 'write-shm (posix-shm-error-operation condition)))
      (is (keywordp (posix-shm-error-keyword condition)))
      (dolist (text '("after 2 of the 4 octets" "truncate-shm" ":short :count"))
        (is (says text (princ-to-string condition)))))
    (is (equal '(0 0 0 0 1 2) (contents shm)))
    (signals shm-too-short (write-shm shm (octets 1) :offset 6))
    (signals shm-too-short (write-shm shm (octets 1) :offset 1000000))
    (signals shm-too-short (write-shm shm (make-array 2 :element-type '(unsigned-byte 32) :initial-element 1)))
    (is (= 6 (stat-size (shm-stats shm))))
    (rejects short (write-shm shm (octets 1) :short :grow))
    (rejects short (write-shm shm (octets 1) :short nil))))

(deftest an-object-that-is-too-short-can-be-extended
  (with-object (shm 6)
    (is (equal '(4 1) (multiple-value-list (write-with-restart :extend shm (octets 1 2 3 4) :offset 4))))
    (is (equal '(0 0 0 0 1 2 3 4) (contents shm)))
    (is (equal '(2 1) (multiple-value-list (write-with-restart :extend shm (octets 9 8 7 6 5) :start 1 :end 3 :offset 10))))
    (is (equal '(0 0 0 0 1 2 3 4 0 0 8 7) (contents shm)))
    (is (equal '(1 1) (multiple-value-list (write-with-restart :continue shm (octets 5 6 7) :offset 11))))
    (is (equal '(0 0 0 0 1 2 3 4 0 0 8 5) (contents shm)))
    ;; Of an element, the octets that fit.
    (truncate-shm shm 12)
    (is (equal '(4 1) (multiple-value-list
                       (write-with-restart :continue shm (make-array 2 :element-type '(unsigned-byte 32) :initial-element 0)
                                           :offset 8))))
    (is (equal '(2 1) (multiple-value-list
                       (write-with-restart :continue shm (make-array 1 :element-type '(unsigned-byte 32) :initial-element 0)
                                           :offset 10)))))
  (with-object (shm 100000)
    (let ((many (make-array 300000 :element-type '(unsigned-byte 8) :initial-element 7)))
      (is (equal '(300000 1) (multiple-value-list (write-with-restart :extend shm many :offset 50000))))
      (is (= 350000 (stat-size (shm-stats shm))))
      (is (= 300000 (count 7 (contents shm)))))))

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

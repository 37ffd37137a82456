;;;; SPDX-License-Identifier: BSD-3-Clause
;;;; Whichever comes first makes the object, and the others find it complete. tests/lisp/elsewhere.lisp runs these where nothing can
;;;; be published.

(in-package #:posix-shm/test)

(defmacro where-ensured (&body body)
  `(if (ensures-p)
       (progn ,@body)
       (skip "the platform has neither late names nor late permissions")))

(defun fill-with (value &optional (size 4096))
  "A function that fills an object with VALUE."
  (lambda (shm)
    (write-shm shm (make-array size :element-type '(unsigned-byte 8) :initial-element value))))

(defun value-in (shm size)
  "The octet that fills the first SIZE octets of SHM, or nil where they differ."
  (let ((octets (make-array size :element-type '(unsigned-byte 8))))
    (and (= size (read-shm shm octets))
         (every (lambda (octet) (= octet (aref octets 0))) octets)
         (aref octets 0))))

(deftest the-first-makes-the-object
  (where-ensured
    (with-name (name)
      (without-leaks
        (setf posix-shm/ffi:*errno* :ok)
        (multiple-value-bind (shm created)
            (ensure-shm name 4096 :initialize (lambda (shm)
                                                (is (= 4096 (stat-size (shm-stats shm))))
                                                (is (eq :timeout (handler-case (wait-for-shm name :timeout 0)
                                                                   (shm-timeout () :timeout))))
                                                (funcall (fill-with 42) shm))
                                  :permissions '(:user-read :user-write :group-write))
          (is (eq t created))
          (is (string= name (shm-name shm)))
          (is (= 42 (value-in shm 4096)))
          (is (equal '(:user-read :user-write :group-write) (stat-mode (shm-stats shm))))
          (is (<= 4096 (* 512 (stat-blocks (shm-stats shm)))))
          (close-shm shm))
        (multiple-value-bind (shm created) (ensure-shm name 4096 :initialize (lambda (shm) (declare (ignore shm)) (fail)))
          (is (eq nil created))
          (is (= 42 (value-in shm 4096)))
          (close-shm shm))))))

(deftest an-object-for-input-is-only-read
  (where-ensured
    (with-name (name)
      (without-leaks
        (dolist (expected '(t nil))
          (multiple-value-bind (shm created) (ensure-shm name 4096 :initialize (fill-with 7) :direction :input)
            (is (eq expected created))
            (is (= 7 (value-in shm 4096)))
            (is (eq :ebadf (keyword-of (write-shm shm (octets 1)))))
            (close-shm shm)))))))

(deftest leaving-initialize-leaves-nothing
  (where-ensured
    (with-name (name)
      (without-leaks
        (dolist (way (list (lambda (shm) (declare (ignore shm)) (error "no"))
                           (lambda (shm) (declare (ignore shm)) (throw 'out nil))
                           (lambda (shm) (close-shm shm))))
          (catch 'out
            (handler-case (ensure-shm name 4096 :initialize way)
              (error () nil)))
          (is-false (object-exists-p name)))
        (multiple-value-bind (shm created) (ensure-shm name 4096)
          (is (eq t created))
          (is (eql 0 (value-in shm 4096)))
          (close-shm shm))))))

(deftest another-may-be-faster
  (where-ensured
    (with-name (name)
      (without-leaks
        (let ((own nil))
          (multiple-value-bind (shm created)
              (ensure-shm name 4096 :initialize (lambda (shm)
                                                  (setf own (stat-ino (shm-stats shm)))
                                                  (when (= 1 (posix-shm/shim:pshm-has "publish"))
                                                    (close-shm (ensure-shm name 4096 :initialize (fill-with 8))))
                                                  (funcall (fill-with 9) shm)))
            (if (= 1 (posix-shm/shim:pshm-has "publish"))
                (progn (is (eq nil created))
                       (is (eql 8 (value-in shm 4096)))
                       (is (/= own (stat-ino (shm-stats shm)))))
                (progn (is (eq t created))
                       (is (eql 9 (value-in shm 4096)))))
            (is (string= name (shm-name shm)))
            (close-shm shm)))))))

(deftest an-incomplete-object-is-a-timeout
  (where-ensured
    (with-name (name)
      (make-object name :size 99)
      (without-leaks
        (times-out 0.05 (ensure-shm name 100 :timeout 0.05))
        (is (says "smaller than SIZE" (report-of (ensure-shm name 100 :timeout 0))))
        (let ((times 0))
          (handler-bind ((shm-timeout (lambda (condition)
                                        (declare (ignore condition))
                                        (invoke-shm-restart (if (= 3 (incf times)) :supersede :continue)))))
            (multiple-value-bind (shm created) (ensure-shm name 100 :timeout 0.01 :initialize (fill-with 5 100))
              (is (eq t created))
              (is (eql 5 (value-in shm 100)))
              (close-shm shm)))
          (is (= 3 times)))
        (is (= 100 (object-size name)))))))

(deftest there-may-be-no-memory
  (where-ensured
    (with-name (name)
      (without-leaks
        (if (= 1 (posix-shm/shim:pshm-has "allocate"))
            (is (member (keyword-of (ensure-shm name (ash 1 50))) '(:enospc :efbig)))
            (skip "the platform cannot allocate"))
        (is-false (object-exists-p name))))))

(deftest arguments-of-ensure-shm-are-checked
  (rejects name (ensure-shm "/a/b" 100))
  (rejects size (ensure-shm (fresh-name) -1))
  (rejects direction (locally (declare (notinline ensure-shm)) (ensure-shm (fresh-name) 100 :direction :output)))
  (rejects permissions (locally (declare (notinline ensure-shm)) (ensure-shm (fresh-name) 100 :permissions :wings)))
  (rejects initialize (ensure-shm (fresh-name) 100 :initialize "function"))
  (rejects timeout (ensure-shm (fresh-name) 100 :timeout -1)))

(deftest an-ensured-object-is-mapped-and-closed
  (where-ensured
    (with-name (name)
      (without-leaks
        (let ((object nil))
          (with-ensured-shm (shm pointer (name 4096 :initialize (fill-with 3)))
            (setf object shm)
            (is (= 3 (cffi:mem-ref pointer :uint8 4095)))
            (setf (cffi:mem-ref pointer :uint8 0) 4))
          (is (typep object 'closed-shm)))
        (is (equal '(4 :out) (multiple-value-list
                              (with-ensured-shm (shm pointer (name 4096 :direction :input))
                                (declare (ignore shm))
                                (values (cffi:mem-ref pointer :uint8 0) :out)))))
        (is (= 4096 (object-size name)))))))

(deftest racers-get-one-object
  (if (not (and (threads-p) (ensures-p)))
      (skip "this Lisp has no threads, or the platform no way")
      (with-name (name)
        (without-leaks
          (dotimes (round 40)
            (let ((outcomes (in-threads 4 (lambda (index)
                                            (multiple-value-bind (shm created)
                                                (ensure-shm name 4096 :initialize (fill-with (1+ index)))
                                              (prog1 (list created (value-in shm 4096))
                                                (close-shm shm)))))))
              (is (= 1 (count t outcomes :key #'first)))
              (is-true (second (first outcomes)))
              (is (every (lambda (outcome) (eql (second outcome) (second (first outcomes)))) outcomes))
              (delete-shm name)))))))

;;; Interrupts at any moment. What is under the name is complete, or there is nothing.

(defun complete-or-missing-p (name)
  (with-open-shm (shm name :if-does-not-exist nil)
    (or (null shm)
        (and (eql 6 (value-in shm 4096))
             (delete-shm name)))))

;; By a mapping, since write-shm makes one where descriptors cannot be written to.
(defun fill-by-mapping (shm)
  (with-mmap (pointer shm 4096)
    (dotimes (index 4096)
      (setf (cffi:mem-ref pointer :uint8 index) 6))))

#+(or sbcl ecl)
(defun ensured-life (name)
  (with-ensured-shm (shm pointer (name 4096 :initialize #'fill-by-mapping))
    (declare (ignorable pointer))
    (delete-shm (shm-name shm))))

#+sbcl
(defun interrupted-ensuring (name seconds)
  (handler-case (sb-ext:with-timeout seconds
                  (loop (ensured-life name)))
    (sb-ext:timeout () t)))

(defun temporary-names ()
  "How many names of objects in the making there are."
  (length (ignore-errors (directory "/dev/shm/.pshm-*"))))

(deftest interrupts-of-ensure-leave-nothing
  #-(or sbcl (and ecl threads)) (skip "interrupts are held back on SBCL and ECL, where they have threads")
  #+(or sbcl (and ecl threads))
  (where-ensured
    (with-name (name)
      (without-leaks
        (is (= (rounds 4000)
               #+sbcl (let ((random (sb-ext:seed-random-state 8)))
                        (loop repeat (rounds 4000)
                              count (and (interrupted-ensuring name (+ 0.0001 (random 0.0006 random)))
                                         (complete-or-missing-p name))))
               #+ecl (loop repeat (rounds 4000)
                           do (interrupted-thread (lambda () (ensured-life name)))
                           count (complete-or-missing-p name))))
        ;; Other programs have some for a moment.
        (is (> 20 (temporary-names)))))))

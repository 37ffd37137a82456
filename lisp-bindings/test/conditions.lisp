;;;; SPDX-License-Identifier: BSD-3-Clause
;;;; Errors that a person can act on, and that programs can tell apart.

(in-package #:posix-shm/test)

(deftest the-family-of-conditions
  (is (subtypep 'posix-shm-error 'error))
  (is (subtypep 'shm-error 'posix-shm-error))
  (is (subtypep 'mmap-error 'posix-shm-error))
  (is-false (subtypep 'mmap-error 'shm-error))
  (is-false (subtypep 'shm-error 'mmap-error))
  (dolist (type '(shm-exists shm-does-not-exist shm-invalid-argument))
    (is (subtypep type 'shm-error)))
  (is (subtypep 'shm-invalid-argument 'type-error)))

(deftest what-a-condition-carries
  (with-name (name)
    (dolist (bare (list name (subseq name 1)))
      (let ((condition (handler-case (open-shm bare) (shm-error (condition) condition))))
        (is (typep condition 'shm-does-not-exist))
        (is (string= name (shm-error-name condition)))
        (is (eq :enoent (posix-shm-error-keyword condition)))
        (is (= (posix-shm/shim:pshm-error-number "ENOENT") (posix-shm-error-errno condition)))
        (is (eq 'open-shm (posix-shm-error-operation condition)))
        (let ((report (princ-to-string condition)))
          (dolist (part (list "open-shm" name "ENOENT" "no such object" ":if-does-not-exist :create"))
            (is (says part report) "~S is not in ~S" part report)))))))

(deftest nil-is-not-recorded-as-a-failure
  (with-name (name)
    (setf posix-shm/ffi:*errno* 0)
    (is (null (open-shm name :if-does-not-exist nil)))
    (is (eq :ok posix-shm/ffi:*errno*))
    (make-object name)
    (is (null (open-shm name :direction :io :if-exists nil)))
    (is (eq :ok posix-shm/ffi:*errno*))))

(deftest every-report-is-a-sentence
  (with-name (name)
    (make-object name :size 10)
    (dolist (report (list (report-of (open-shm name :direction :io :if-exists :error))
                          (report-of (with-open-shm (shm name) (mmap-shm shm 10)))
                          (report-of (with-open-shm (shm name) (truncate-shm shm 20)))
                          (report-of (with-open-shm (shm name) (chmod-shm shm :wings)))
                          (report-of (munmap (cffi:null-pointer) 1))
                          (report-of (receive-shm 1000))))
      (is (< 30 (length report)))
      (is (find (char report (1- (length report))) ".") "~S does not end" report))))

(deftest a-handler-for-shm-error-catches-bad-arguments
  (is (eq :caught (handler-case (open-shm (format nil "/a~C" (code-char 0))) (shm-error () :caught)))))

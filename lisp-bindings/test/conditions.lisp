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

(defmacro check-reports (&body rows)
  "Rows of a form that fails, and of what its report says: the operation, the errno, the cure."
  `(progn
     ,@(loop for (form . parts) in rows
             collect `(let ((report (report-of ,form)))
                        (dolist (part ',parts)
                          (is (says part report) "~S is not in ~S" part report))))))

(deftest reports-say-what-cures
  (with-name (name)
    (make-object name :size 10)
    (with-open-shm (shm name)
      (check-reports
        ((open-shm name :direction :io :if-exists :error) "open-shm" "EEXIST" ":if-exists :overwrite")
        ((truncate-shm shm 20) "truncate-shm" "EINVAL" ":direction :input cannot be resized")
        ((allocate-shm shm 20) "allocate-shm" "EBADF" ":direction :input cannot be resized")
        ((write-shm shm (octets 1)) "write-shm" "EBADF" ":direction :input cannot be written")
        ((mmap-shm shm 10) "mmap-shm" "EACCES" ":direction :io")
        ((map-shm-vector shm '(unsigned-byte 8) 10) "map-shm-vector" "EACCES" ":direction :io")
        ((mmap-shm shm 0) "EINVAL" "LENGTH must be positive")
        ((mmap-shm shm 10 :flags '(:shared :private)) "EINVAL" "either :shared or :private")
        ((mmap-shm shm 10 :prot :read :offset (1- (expt 2 63))) "EOVERFLOW" "OFFSET and LENGTH")
        ((mmap-shm shm (- (expt 2 62) 4096) :prot :read) "ENOMEM" "too many mappings" ":release" "ulimit -l")
        ((map-shm-vector shm '(unsigned-byte 8) 10 :flags :fixed) "map-shm-vector" "EINVAL" "without :fixed")
        ((munmap (cffi:make-pointer 4096) 0) "munmap" "EINVAL" "those of a mapping")
        ((chown-shm shm (1- (expt 2 32)) nil) "chown-shm" "EINVAL" "no such user")
        ((reopen-shm shm :direction :io) "reopen-shm" "EACCES" "more access")
        ((delete-shm "/posix-shm-test-none") "delete-shm" "ENOENT" "list-shm")
        ((shm-stats (make-shm 1000)) "shm-stats" "EBADF" "closed the descriptor")))))

(deftest reports-say-nothing-twice
  (let ((report (report-of (shm-stats (make-shm 1000)))))
    (is-false (search "access mode" report :start2 (1+ (search "access mode" report))))))

(deftest conditions-that-a-program-makes-print
  (is (string= "A call of \"/name\" failed." (princ-to-string (make-condition 'shm-exists :name "/name"))))
  (is (string= "A call failed." (princ-to-string (make-condition 'mmap-error)))))

(deftest a-handler-for-shm-error-catches-bad-arguments
  (is (eq :caught (handler-case (open-shm (format nil "/a~C" (code-char 0))) (shm-error () :caught)))))

(deftest a-condition-that-a-program-makes-has-a-report
  (dolist (type '(posix-shm-error shm-error shm-exists shm-does-not-exist shm-timeout mmap-error shm-invalid-argument))
    (is (< 10 (length (princ-to-string (make-condition type)))))))

(deftest reports-do-not-depend-on-the-printer
  (with-object (shm 10)
    (flet ((reports ()
             (list (report-of (mmap-shm shm 10 :prot '(:read :write :wings)))
                   (report-of (mmap-shm shm 20 :offset -10))
                   (report-of (map-shm-vector shm 'character 10))
                   (report-of (map-shm-vector shm '(unsigned-byte 8) 11))
                   (report-of (open-shm (make-string (1+ (posix-shm/shim:pshm-name-max)) :initial-element #\x)))
                   (report-of (make-shm 1000 "a/b")))))
      (let ((expected (reports)))
        (is (equal expected
                   (let ((*print-length* 1) (*print-level* 1) (*print-base* 2) (*print-radix* t) (*print-case* :downcase)
                         (*print-escape* nil) (*print-pretty* t) (*print-right-margin* 20))
                     (reports))))))))

(deftest advice-for-a-full-place-fits-the-object
  (flet ((cure-for (operation name)
           (posix-shm::cure operation :enospc name)))
    (with-object (shm)
      (is (says "memory and swap" (cure-for 'allocate-shm (shm-name shm)))))
    (is (says "memory and swap" (cure-for 'allocate-shm nil)))
    (is-false (says "without a name" (cure-for 'allocate-shm "/pshm-mine")))
    (is-false (says "without a name" (cure-for 'open-shm (format nil "/pshm-~24,'0D" 1))))))

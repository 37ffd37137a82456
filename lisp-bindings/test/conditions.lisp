;;;; SPDX-License-Identifier: BSD-3-Clause
;;;; Errors that a person can act on, and that programs can tell apart.

(in-package #:posix-shm/test)

(deftest the-family-of-conditions
  (is (subtypep 'posix-shm-error 'error))
  (is (subtypep 'shm-error 'posix-shm-error))
  (is (subtypep 'mmap-error 'posix-shm-error))
  (is-false (subtypep 'mmap-error 'shm-error))
  (is-false (subtypep 'shm-error 'mmap-error))
  (dolist (type '(shm-exists shm-does-not-exist shm-too-short shm-invalid-argument))
    (is (subtypep type 'shm-error))
    (is-false (subtypep type 'mmap-error)))
  (is (subtypep 'mmap-invalid-argument 'mmap-error))
  (is-false (subtypep 'mmap-invalid-argument 'shm-error))
  (dolist (type '(shm-invalid-argument mmap-invalid-argument))
    (is (subtypep type 'posix-shm-invalid-argument)))
  (is (subtypep 'posix-shm-invalid-argument 'type-error))
  (is (subtypep 'posix-shm-invalid-argument 'posix-shm-error)))

(deftest slots-of-conditions
  (with-name (name)
    (dolist (bare (list name (subseq name 1)))
      (let ((condition (handler-case (open-shm bare) (shm-error (condition) condition))))
        (is (typep condition 'shm-does-not-exist))
        (is (string= bare (shm-error-name condition)))
        (is (eq :enoent (posix-shm-error-keyword condition)))
        (is (= (posix-shm/shim:pshm-error-number "ENOENT") (posix-shm-error-errno condition)))
        (is (eq 'open-shm (posix-shm-error-operation condition)))
        (let ((report (princ-to-string condition)))
          (dolist (part (list "open-shm" bare "ENOENT" "no such object" ":if-does-not-exist :create"))
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
  "Rows of a form that fails, and of what its report says: the operation, the errno, the hint."
  `(progn
     ,@(loop for (form . parts) in rows
             collect `(let ((report (report-of ,form)))
                        (dolist (part ',parts)
                          (is (says part report) "~S is not in ~S" part report))))))

(deftest reports-give-a-hint
  (with-name (name)
    (make-object name :size 10)
    (with-open-shm (shm name)
      (check-reports
        ((open-shm name :direction :io :if-exists :error) "open-shm" "EEXIST" ":if-exists :overwrite")
        ((truncate-shm shm 20) "truncate-shm" "EINVAL" ":direction :input cannot be resized")
        ((allocate-shm shm 20) "allocate-shm" "EBADF" ":direction :input cannot be resized")
        ((discard-shm shm 0 1) "discard-shm" "EBADF" ":direction :input cannot be written")
        ((discard-shm shm 1 (1- (expt 2 63))) "discard-shm" "EOVERFLOW" "OFFSET and LENGTH together")
        ((write-shm shm (octets 1)) "write-shm" "EBADF" ":direction :input cannot be written")
        ((mmap-shm shm 10) "mmap-shm" "EACCES" ":direction :io")
        ((map-shm-vector shm '(unsigned-byte 8) 10) "map-shm-vector" "EACCES" ":direction :io")
        ((mmap-shm shm 0) "EINVAL" "LENGTH must be positive")
        ((mmap-shm shm 10 :flags '(:shared :private)) "EINVAL" "either :shared or :private")
        ((mmap-shm shm 10 :prot :read :offset (1- (expt 2 63))) "EOVERFLOW" "OFFSET and LENGTH")
        ((mmap-shm shm (- (expt 2 62) 4096) :prot :read) "ENOMEM" "too many mappings" ":release" "ulimit -l")
        ((map-shm-vector shm '(unsigned-byte 8) 10 :flags :fixed) "map-shm-vector" "EINVAL" "without :fixed")
        ((munmap (cffi:make-pointer 4096) 0) "munmap" "EINVAL" "those of a mapping")
        ((chown-shm shm (expt 2 40) nil) "chown-shm" "EINVAL" "no such user")
        ((reopen-shm shm :direction :io) "reopen-shm" "EACCES" "more access")
        ((delete-shm "/posix-shm-test-none") "delete-shm" "ENOENT" "list-shm")
        ((shm-stats (make-shm 1000)) "shm-stats" "EBADF" "closed the descriptor")))))

(deftest reports-name-what-was-meant
  (with-name (name)
    (make-object name :size 40)
    (with-open-shm (shm name :direction :io)
      (check-reports
        ((open-shm name :direction :output) ":INPUT :IO" "through a mapping that can also be read: :IO")
        ((open-shm name :if-exists :supercede) "Did you mean :SUPERSEDE?")
        ((open-shm name :permissions 600) "#o600")
        ((open-shm name :permissions 644) "#o644")
        ((open-shm name :permissions "0600") "#o600")
        ((open-shm name :permissions '(:read :write)) ":READ is none of" ":USER-READ")
        ((chmod-shm shm '(:user-raed)) "Did you mean :USER-READ?")
        ((chmod-shm shm #o4755) "no setuid")
        ((mmap-shm shm 10 :prot '(:read :wirte)) "Did you mean :WRITE?")
        ((seal-shm shm :grwo) "Did you mean :GROW?")
        ((open-shm "/dev/shm/thing") "a name is not a path" "\"/thing\"")
        ((open-shm "/a/b") "one slash, at the beginning")
        ((open-shm "") "at least one character")
        ((open-shm "..") ". or ..")
        ((open-shm #p"/dev/shm/thing") "not a pathname" "\"/thing\"")
        ((open-shm :thing) "a string, such as \"/foobar-shm\"")
        ((truncate-shm name 10) "(open-shm \"/posix-shm-test")
        ((send-shm shm shm) "(shm-fd object)")
        ((chown-shm shm "root" nil) "not a name")
        ((write-shm shm "hello") "babel:string-to-octets")
        ((read-shm shm (make-string 4)) "babel:octets-to-string")
        ((write-shm shm '(1 2 3)) "(coerce sequence '(vector (unsigned-byte 8)))")
        ((write-shm shm (vector 1 2 3)) "(coerce sequence '(vector (unsigned-byte 8)))")
        ((map-shm-vector shm 'double-float 6) "it takes 48 octets" "has 40" "from 1 to 5" ":allocate t")
        ((map-shm-vector shm 'double-float 1 :offset 4096) "from the offset 4096" "too few for one element" ":allocate t")
        ((mmap-shm shm -1) "from 1 to 2^63")))
    (with-open-shm (shm name)
      (check-reports
        ((mmap-shm shm 10) ":prot :read")
        ((truncate-shm shm 10) ":truncate nil")))
    (check-reports
      ((with-mmapped-shm (shm ptr (name) (100 :prot '(:read))) ptr) ":truncate nil"))))

(deftest reports-say-nothing-twice
  (let ((report (report-of (shm-stats (make-shm 1000)))))
    (is-false (search "access mode" report :start2 (1+ (search "access mode" report))))))

(deftest conditions-that-a-program-makes-print
  (loop for (type . texts) in '((shm-exists "/name" "already exists") (shm-does-not-exist "/name" "does not exist")
                                (shm-too-short "/name" "too short") (shm-timeout "/name" "too long")
                                (shm-error "/name" "failed") (mmap-error "/name" "failed")
                                (posix-shm-error "/name" "failed") (posix-shm-invalid-argument "/name" "invalid")
                                (shm-invalid-argument "/name" "invalid") (mmap-invalid-argument "/name" "invalid"))
        do (let ((report (princ-to-string (make-condition type :name "/name")))
                 (nameless (princ-to-string (make-condition type))))
             (is (eql 0 (or (search "The " report) (search "An " report))) report)
             (dolist (text texts)
               (is (says text report) "~S is not in ~S" text report))
             (is-false (says "nil" nameless))
             (is (null (posix-shm-error-keyword (make-condition type))))
             (is (says (second texts) nameless))
             (is (char= #\. (char report (1- (length report)))))))
  (is (string= "The shared memory object \"/a\" already exists." (princ-to-string (make-condition 'shm-exists :name "/a")))))

(deftest a-handler-for-shm-error-catches-bad-arguments
  (is (eq :caught (handler-case (open-shm (format nil "/a~C" (code-char 0))) (shm-error () :caught)))))

(deftest a-condition-that-a-program-makes-has-a-report
  (dolist (type '(posix-shm-error shm-error shm-exists shm-does-not-exist shm-timeout shm-too-short mmap-error
                  posix-shm-invalid-argument shm-invalid-argument mmap-invalid-argument))
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

(deftest hints-for-a-full-file-system-fit-the-object
  (flet ((hint-for (operation name)
           (posix-shm::hint operation :enospc name)))
    (with-object (shm)
      (is (says "memory and swap" (hint-for 'allocate-shm (shm-name shm)))))
    (is (says "memory and swap" (hint-for 'allocate-shm nil)))
    (is-false (says "without a name" (hint-for 'allocate-shm "/pshm-mine")))
    (is-false (says "without a name" (hint-for 'open-shm (format nil "/pshm-~24,'0D" 1))))))

;;;; SPDX-License-Identifier: BSD-3-Clause
;;;; The rows of tests/cases/bad-input.tsv that are for Lisp: an error that names the argument, before any call.

(in-package #:posix-shm/test)

(defun cut-short (name)
  "A string that C takes for NAME."
  (format nil "~A~Cb" name (code-char 0)))

(defun bad-names ()
  "Strings that no object has for its name."
  (list* (string (code-char 0)) "" "/" "///" "/a/b" "a/b" "//a/b" "/a/" "/." "/.." "." ".." "//."
         (and (surrogate) (list (format nil "/~A~C" "x" (surrogate))))))

(defun surrogate ()
  "Half of a surrogate pair, where the implementation has such characters."
  (ignore-errors (code-char #xD800)))

(deftest bad-names-are-rejected
  (without-leaks
    (with-name (good)
      (dolist (name (list* (cut-short good) (cut-short (subseq good 1)) (bad-names)))
        (rejects name (open-shm name :direction :io :if-does-not-exist :create))
        (rejects name (with-open-shm (shm name :if-does-not-exist nil) shm)))
      (dolist (name (list nil 42 :name 'name '(#\/ #\a) #p"/a"))
        (rejects name (open-shm name :direction :io :if-does-not-exist :create))
        (rejects name (delete-shm name))
        (with-object (shm)
          (rejects name (delete-shm-if-same name shm))
          (when name
            (rejects name (make-shm (shm-fd shm) name)))))
      (is-false (object-exists-p good)))))

(deftest names-that-no-object-has-do-not-exist
  (with-name (good)
    (make-object good)
    (with-object (shm)
      (dolist (name (list* (cut-short good) (cut-short (subseq good 1)) (make-string 5000 :initial-element #\x) (bad-names)))
        (dolist (delete (list #'delete-shm (lambda (name) (delete-shm-if-same name shm))))
          (let ((condition (handler-case (funcall delete name) (error (condition) condition))))
            (is (typep condition 'shm-does-not-exist) "~S: ~S" name condition)
            (is (equal name (shm-error-name condition)))))))
    (is (eq :enoent (keyword-of (delete-shm ""))))
    (is (says "a name is not a path" (report-of (delete-shm (format nil "/dev/shm~A" good)))))
    (is-true (object-exists-p good))))

(deftest too-long-a-name-says-how-long
  (let ((name (format nil "/~A" (make-string (posix-shm/shim:pshm-name-max) :initial-element #\x))))
    (is (eq :enametoolong (keyword-of (open-shm name :direction :io :if-does-not-exist :create))))
    (is (says (princ-to-string (posix-shm/shim:pshm-name-max)) (report-of (open-shm name))))))

(defvar *bad-sizes* (list -1 (- (expt 2 70)) (expt 2 63) (expt 2 64) (expt 2 70) 1.0 1.5d0 1/2 nil "1" :one))

(deftest bad-sizes-are-rejected
  (with-object (shm 100)
    (let ((octets (make-array 4 :element-type '(unsigned-byte 8) :initial-element 0)))
      (dolist (size *bad-sizes*)
        (rejects size (truncate-shm shm size))
        (rejects size (allocate-shm shm size))
        (rejects offset (discard-shm shm size 1))
        (rejects length (discard-shm shm 0 size))
        (rejects length (mmap-shm shm size))
        (rejects offset (mmap-shm shm 100 :offset size))
        (rejects offset (read-shm shm octets :offset size))
        (rejects offset (write-shm shm octets :offset size))
        (with-mmap (ptr shm 100)
          (rejects length (munmap ptr size)))))
    (is (= 100 (stat-size (shm-stats shm))))
    (is (eq :einval (keyword-of (truncate-shm shm -1))))))

(deftest bad-ranges-are-rejected
  (with-object (shm 100)
    (let ((octets (make-array 4 :element-type '(unsigned-byte 8) :initial-element 0)))
      (dolist (start '(-1 5 1.0 :one))
        (rejects start (read-shm shm octets :start start)))
      (rejects start (read-shm shm octets :start 3 :end 2))
      (dolist (end '(-1 5 1.0 :one))
        (rejects end (write-shm shm octets :end end)))
      (dolist (other (list "text" '(1 2) 7 nil (make-array 4) (make-array '(2 2) :element-type '(unsigned-byte 8))))
        (rejects vector (read-shm shm other))
        (rejects vector (write-shm shm other))))))

(deftest bad-pointers-are-rejected
  (rejects ptr (munmap (cffi:null-pointer) 100))
  (rejects ptr (munmap 4096 100))
  (rejects ptr (munmap nil 100))
  (with-object (shm 100)
    (rejects ptr (mmap-shm shm 100 :ptr 0))))

(deftest bad-ids-and-descriptors-are-rejected
  (with-object (shm)
    (dolist (id (list -1 (expt 2 63) 1.0 :root "root"))
      (rejects uid (chown-shm shm id nil))
      (rejects gid (chown-shm shm nil id))))
  (dolist (fd (list -1 (expt 2 31) (expt 2 70) 1.0 nil :fd))
    (rejects fd (make-shm fd))
    (rejects socket (receive-shm fd))
    (with-object (shm)
      (rejects socket (send-shm shm fd)))))

(defmacro operations (shm)
  "Every operation on SHM but those that take a closed one."
  `(list (lambda () (shm-fd ,shm))
         (lambda () (truncate-shm ,shm 1))
         (lambda () (allocate-shm ,shm 1))
         (lambda () (discard-shm ,shm 0 1))
         (lambda () (chown-shm ,shm nil nil))
         (lambda () (chmod-shm ,shm #o600))
         (lambda () (shm-stats ,shm))
         (lambda () (mmap-shm ,shm 100))
         (lambda () (with-mmap (ptr ,shm 100) ptr))
         (lambda () (read-shm ,shm (make-array 1 :element-type '(unsigned-byte 8))))
         (lambda () (write-shm ,shm (make-array 1 :element-type '(unsigned-byte 8))))
         (lambda () (send-shm ,shm 0))
         (lambda () (shm-inheritable-p ,shm))
         (lambda () (setf (shm-inheritable-p ,shm) t))
         (lambda () (seal-shm ,shm :seal))
         (lambda () (shm-seals ,shm))
         (lambda () (reopen-shm ,shm))
         (lambda () (delete-shm-if-same "/posix-shm-test" ,shm))))

(deftest a-closed-object-says-so
  (let ((shm (open-shm* :direction :io)))
    (is (eq t (close-shm shm)))
    (dolist (operation (operations shm))
      (rejects shm (funcall operation))
      (is (says "it is closed" (report-of (funcall operation))))
      (is (eq :ebadf (keyword-of (funcall operation)))))
    (is (null (close-shm shm)))
    (is (stringp (shm-name shm)))
    (is-true (shm-p shm))
    (is-false (open-shm-p shm))
    (is (typep shm 'closed-shm))
    (is-false (typep shm 'open-shm))))

(deftest non-objects-are-rejected
  (dolist (thing (list 3 "/name" :shm (cffi:null-pointer)))
    (dolist (operation (operations thing))
      (rejects shm (funcall operation)))
    (rejects shm (close-shm thing))
    (rejects shm (shm-name thing))
    (is-false (shm-p thing))
    (is-false (open-shm-p thing)))
  (rejects shm (mmap-shm nil 100)))

(defun all-said (keywords report)
  (every (lambda (keyword) (says (prin1-to-string keyword) report)) keywords))

(defvar *unmade-name* (fresh-name) "What is never made.")

(deftest unknown-keywords-are-named-and-the-valid-ones-listed
  (with-object (shm 100)
    (dolist (bad '((:user-red) :user-red (:user-read :wings) "user-read" (:user-read . 3) 1.0 #o1000 -1))
      (rejects permissions (chmod-shm shm bad))
      (rejects permissions (open-shm* :permissions bad))
      (rejects permissions (open-shm *unmade-name* :permissions bad)))
    (is (all-said '(:wings :user-read :group-write :other-exec :user-all)
                  (report-of (chmod-shm shm '(:user-read :wings)))))
    (rejects prot (mmap-shm shm 100 :prot '(:read :wings)))
    (rejects prot (mmap-shm shm 100 :prot 8))
    (is (all-said '(:wings :read :write :exec :none) (report-of (mmap-shm shm 100 :prot :wings))))
    (rejects flags (mmap-shm shm 100 :flags '(:shared :wings)))
    (is (all-said '(:wings :shared :private :populate :huge :lock) (report-of (mmap-shm shm 100 :flags :wings))))
    (rejects seals (seal-shm shm :wings))
    (is (all-said '(:wings :shrink :grow :future-write) (report-of (seal-shm shm :wings))))
    (rejects direction (reopen-shm shm :direction :output)))
  (rejects direction (open-shm *unmade-name* :direction :output))
  (is (all-said '(:output :input :io) (report-of (open-shm *unmade-name* :direction :output))))
  (rejects direction (open-shm *unmade-name* :direction nil))
  (rejects if-exists (open-shm *unmade-name* :if-exists :append))
  (is (all-said '(:append :error :overwrite :truncate :supersede nil)
                (report-of (open-shm *unmade-name* :if-exists :append))))
  (rejects if-exists (open-shm *unmade-name* :if-exists :default))
  (rejects if-does-not-exist (open-shm *unmade-name* :if-does-not-exist :make))
  (is (all-said '(:make :error :create nil) (report-of (open-shm *unmade-name* :if-does-not-exist :make))))
  (rejects direction (open-shm* :direction :output))
  (dolist (attempts '(-1 1.0 nil :many))
    (rejects attempts (open-shm* :attempts attempts)))
  (is-false (object-exists-p *unmade-name*)))

(deftest the-shim-checks-as-well
  (is (eql (- (posix-shm/shim:pshm-error-number "EFAULT")) (posix-shm/shim:pshm-delete (cffi:null-pointer))))
  (with-object (shm 100)
    (signals posix-shm/shim:invalid-argument (posix-shm/shim:pshm-truncate (shm-fd shm) (expt 2 70)))
    (signals posix-shm/shim:invalid-argument (posix-shm/shim:pshm-truncate (expt 2 32) 0))
    (signals posix-shm/shim:invalid-argument (posix-shm/shim:pshm-truncate (shm-fd shm) 1.0))
    (signals type-error (posix-shm/ffi:ftruncate (shm-fd shm) (expt 2 70)))
    (is (= 100 (stat-size (shm-stats shm)))))
  (with-name (name)
    (signals type-error (posix-shm/shim:pshm-delete (cut-short name)))
    (signals type-error (posix-shm/ffi:shm-unlink (cut-short name)))
    (signals type-error (posix-shm/ffi:shm-open (cut-short name) '(:rdwr :creat) '(:user-all)))
    (is-false (object-exists-p name)))
  (is (eql (- (posix-shm/shim:pshm-error-number "EINVAL")) (posix-shm/shim:pshm-delete "noslash"))))

(deftest a-list-without-an-end-is-rejected
  (let ((circle (list :read :write :read))
        (tail (list :user-read :user-write)))
    (setf (cdddr circle) circle
          (cddr tail) (cdr tail))
    (with-object (shm 100)
      (rejects prot (mmap-shm shm 100 :prot circle))
      (rejects permissions (chmod-shm shm tail)))))

(deftest a-name-is-kept-as-it-was
  (with-name (name)
    (let ((text (make-array (length name) :element-type 'character :adjustable t :fill-pointer t :initial-contents name)))
      (with-open-shm (shm text :direction :io :if-does-not-exist :create)
        (setf (char text 1) #\X
              (fill-pointer text) 3)
        (is (string= name (shm-name shm)))))))

(deftest errors-of-the-slim-stratum-say-what-is-wrong
  (signals type-error (setf posix-shm/ffi:*errno* :bogus))
  (signals type-error (setf posix-shm/ffi:*errno* 5000))
  (signals type-error (posix-shm/ffi:strerror nil))
  (is (says "argument error is :bogus" (report-of (setf posix-shm/ffi:*errno* :bogus))))
  (is (says "argument error is 5000" (report-of (setf posix-shm/ffi:*errno* 5000))))
  (is (says "argument error is nil" (report-of (posix-shm/ffi:strerror nil)))))

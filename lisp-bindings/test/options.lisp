;;;; SPDX-License-Identifier: BSD-3-Clause
;;;; tests/cases/open-options.tsv: every combination, through open-shm.

(in-package #:posix-shm/test)

(defun cases-file (name)
  (or (let ((folder (posix-shm/host:environment-variable "POSIX_SHM_CASES")))
        (and folder (probe-file (format nil "~A/~A" folder name))))
      (probe-file (asdf:system-relative-pathname "posix-shm" (format nil "../tests/cases/~A" name)))
      ;; The Lisp tree may be packaged by itself.
      (asdf:system-relative-pathname "posix-shm" (format nil "test/~A" name))))

(defun split-at-tabs (line)
  (loop for start = 0 then (1+ end)
        for end = (position #\Tab line :start start)
        collect (subseq line start end)
        while end))

(defun read-cases (name)
  "The rows of a table, without its comments and its header."
  (with-open-file (stream (cases-file name))
    (rest (loop for line = (read-line stream nil)
                while line
                unless (or (string= line "") (char= (char line 0) #\#))
                  collect (split-at-tabs line)))))

(defun option (key text)
  "A keyword argument, or nothing where TEXT is -."
  (cond ((string= text "-") '())
        ((string= text "nil") (list key nil))
        (t (list key (intern (string-upcase text) '#:keyword)))))

(defun try-options (name options)
  "What open-shm does, in the words of the table; and whether it says that it created."
  (handler-case (multiple-value-bind (shm created) (apply #'open-shm name options)
                  (when shm
                    (close-shm shm))
                  (values (if shm "object" "nil") created))
    (shm-does-not-exist () "does-not-exist")
    (shm-exists () "exists")))

(defun expected-result (outcome)
  (if (member outcome '("created" "opened" "truncated" "superseded") :test #'string=) "object" outcome))

(defun inode (name)
  (with-open-shm (shm name :if-does-not-exist nil)
    (and shm (stat-ino (shm-stats shm)))))

(defun check-case (object direction if-exists if-does-not-exist outcome size created)
  (with-name (name)
    (when (string= object "exists")
      (make-object name :size 4096))
    (let ((before (inode name)))
      (multiple-value-bind (result created-p)
          (try-options name (append (option :direction direction) (option :if-exists if-exists)
                                    (option :if-does-not-exist if-does-not-exist)))
        (let ((row (list object direction if-exists if-does-not-exist)))
          (is (string= (expected-result outcome) result) "~{~A ~}gave ~A, not ~A" row result outcome)
          (is (eq (string= created "1") (and created-p t)) "~{~A ~}says created: ~A" row created-p)
          (is (equal size (if (object-exists-p name) (princ-to-string (object-size name)) "-"))
              "~{~A ~}left ~A octets" row size)
          (when (string= outcome "superseded")
            (is (/= before (inode name)) "~{~A ~}left the old object" row)))))))

(deftest open-options
  (let ((rows (read-cases "open-options.tsv")))
    (is (= 96 (length rows)))
    (without-leaks
      (dolist (row rows)
        (apply #'check-case row)))))

(deftest a-direction-of-input-cannot-write
  (with-name (name)
    (make-object name :size 100)
    (with-open-shm (shm name)
      (is (eq :eacces (keyword-of (mmap-shm shm 100))))
      (is (member (keyword-of (truncate-shm shm 0)) '(:einval :ebadf)))
      (is (= 100 (object-size name))))
    (with-open-shm (shm name :direction :io)
      (with-mmap (ptr shm 100)
        (is (= 7 (setf (cffi:mem-ref ptr :int) 7)))))))

(deftest a-name-may-lack-its-slash-or-have-several
  (with-name (name)
    (dolist (given (list (subseq name 1) name (format nil "/~A" name) (format nil "//~A" name)
                         (coerce (subseq name 1) 'simple-base-string)))
      (with-open-shm (shm given :direction :io :if-does-not-exist :create)
        (is (string= given (shm-name shm)))
        (is (says (format nil "~S" given) (prin1-to-string shm))))
      (is-true (object-exists-p name))
      (is (member name (list-shm) :test #'string=))
      (let ((condition (handler-case (open-shm given :direction :io :if-exists :error) (shm-exists (condition) condition))))
        (is (string= given (shm-error-name condition))))
      (is (eq t (delete-shm given)))
      (is-false (object-exists-p name))
      (dolist (form (list (lambda () (open-shm given)) (lambda () (delete-shm given))))
        (is (string= given (handler-case (funcall form) (shm-does-not-exist (condition) (shm-error-name condition)))))))))

(deftest names-are-utf-8
  (with-name (name)
    (let ((wide (format nil "~A-~C" name (code-char 233))))
      (unwind-protect
           (progn
             (make-object wide)
             (is-true (member wide (list-shm) :test #'string=))
             (is-true (object-exists-p wide)))
        (posix-shm/shim:pshm-delete wide)))))

(defmacro with-umask ((mask) &body body)
  "Run BODY with the umask MASK of the process."
  `(let ((before (cffi:foreign-funcall "umask" :unsigned-int ,mask :unsigned-int)))
     (unwind-protect (progn ,@body)
       (cffi:foreign-funcall "umask" :unsigned-int before :unsigned-int))))

(defun mode-of-new (name &rest options)
  "The permissions of an object that is made under NAME, or without one where it is nil."
  (let ((shm (if name
                 (apply #'open-shm name :direction :io :if-exists :supersede :if-does-not-exist :create options)
                 (apply #'open-shm* options))))
    (unwind-protect (stat-mode (shm-stats shm))
      (close-shm shm))))

(deftest the-umask-is-for-named-objects
  (let ((default '(:user-read :user-write :group-read :other-read)))
    (with-name (name)
      (with-umask (0)
        (is (equal default (mode-of-new name)))
        (is (equal default (mode-of-new nil))))
      (with-umask (#o077)
        (is (equal '(:user-read :user-write) (mode-of-new name)))
        (is (equal default (mode-of-new nil)))
        (is (equal '(:user-read) (mode-of-new name :permissions '(:user-read :other-read))))
        (is (equal '(:user-read :other-read) (mode-of-new nil :permissions '(:user-read :other-read))))))))

(deftest permissions-of-new-objects
  (with-name (name)
    (with-open-shm (shm name :direction :io :if-does-not-exist :create :permissions '(:user-read :user-write))
      (is (equal '(:user-read :user-write) (stat-mode (shm-stats shm))))))
  (with-name (name)
    (with-open-shm (shm name :direction :io :if-does-not-exist :create :permissions #o400)
      (is (equal '(:user-read) (stat-mode (shm-stats shm))))))
  (with-name (name)
    (with-open-shm (shm name :direction :io :if-does-not-exist :create :permissions :user-all)
      (is (equal '(:user-read :user-write :user-exec) (stat-mode (shm-stats shm)))))))

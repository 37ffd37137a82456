;;;; SPDX-License-Identifier: BSD-3-Clause
;;;; Constant lists of keywords are integers once the caller is compiled.

(in-package #:posix-shm/test)

(defun expansion (form)
  (let ((function (compiler-macro-function (first form))))
    (if function (funcall function form nil) form)))

(deftest constant-lists-are-folded
  (is (equal '(open-shm n :direction :io :permissions #o600)
             (expansion '(open-shm n :direction :io :permissions '(:user-read :user-write)))))
  (is (equal '(open-shm* :permissions #o700) (expansion '(open-shm* :permissions :user-all))))
  (is (equal '(mmap-shm s 1 :prot 3 :flags 1) (expansion '(mmap-shm s 1 :prot '(:read :write) :flags '(:shared)))))
  (is (equal '(mmap-shm s 1 :prot 0) (expansion '(mmap-shm s 1 :prot ()))))
  (is (equal '(chmod-shm s #o400) (expansion '(chmod-shm s :user-read))))
  (is (equal '(seal-shm s 6) (expansion '(seal-shm s '(:shrink :grow)))))
  (is (search "384" (prin1-to-string (macroexpand-1 '(with-open-shm (s "/n" :permissions '(:user-read :user-write))))))))

(deftest what-is-not-constant-is-left-alone
  (dolist (form '((open-shm n :permissions p)
                  (open-shm n :permissions (list :user-read))
                  (open-shm n k v)
                  (open-shm n :permissions '(:wings))
                  (chmod-shm s p)
                  (mmap-shm s 1 :flags f)))
    (is (equal form (expansion form)))))

(deftest folded-and-not-the-same
  (let ((permissions (list :user-read :user-write)))
    (with-open-shm* (shm :direction :io :permissions permissions)
      (is (equal permissions (stat-mode (shm-stats shm))))
      (chmod-shm shm :user-read)
      (is (equal '(:user-read) (stat-mode (shm-stats shm))))
      (funcall 'chmod-shm shm permissions)
      (is (equal permissions (stat-mode (shm-stats shm)))))))

(deftest calls-with-too-few-arguments-are-left-to-the-compiler
  (dolist (form '((open-shm) (mmap-shm) (mmap-shm s) (chmod-shm) (chmod-shm s) (chmod-shm s :user-read t) (seal-shm s)))
    (is (equal form (expansion form)))))

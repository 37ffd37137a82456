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

(deftest variable-arguments-are-left-alone
  (dolist (form '((open-shm n :permissions p)
                  (open-shm n :permissions (list :user-read))
                  (open-shm n k v)
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

(defun warnings-of (form)
  "The warnings that the compiler gives about FORM, and whether it says that the form will fail."
  (let ((warnings '()))
    (handler-bind ((warning (lambda (condition)
                              (push (princ-to-string condition) warnings)
                              (muffle-warning condition))))
      (let ((*error-output* (make-broadcast-stream)))
        (compile nil `(lambda (s n v) (declare (ignorable s n v)) ,form))))
    warnings))

(deftest constants-that-are-wrong-are-warned-of
  (loop for (form . text) in '(((open-shm n :permissions '(:user-raed)) . ":USER-READ")
                               ((open-shm n :permissions :user-raed) . "PERMISSIONS")
                               ((open-shm n :direction :output) . ":IO")
                               ((open-shm n :if-exists :append) . ":SUPERSEDE")
                               ((open-shm n :if-does-not-exist ':make) . ":CREATE")
                               ((open-shm* :permissions '(:wings)) . ":WINGS")
                               ((open-shm* :direction :out) . "DIRECTION")
                               ((reopen-shm s :direction :output) . ":IO")
                               ((mmap-shm s 1 :prot '(:raed)) . ":READ")
                               ((mmap-shm s 1 :flags '(:shared :wings)) . ":WINGS")
                               ((map-shm-vector s 'double-float 1 :prot :raed) . ":READ")
                               ((chmod-shm s '(:user-raed)) . ":USER-READ")
                               ((seal-shm s :grwo) . ":GROW")
                               ((write-shm s v :short :many) . ":COUNT")
                               ((with-open-shm (x n :permissions '(:user-raed)) x) . ":USER-READ")
                               ((with-open-shm* (x :direction :output) x) . ":IO")
                               ((with-mmap (x s 1 :prot '(:raed)) x) . ":READ")
                               ((with-mmapped-shm (x y (n :if-exists :append) (1)) (list x y)) . ":SUPERSEDE")
                               ((with-mmapped-shm* (x y () (1 :prot '(:raed))) (list x y)) . ":READ")
                               ((with-open-shm-vector (x y (n) ('double-float 1 :prot '(:raed))) (list x y)) . ":READ")
                               ((with-shm-vector (x s 'double-float 1 :flags :share) x) . ":SHARED"))
        do (let ((warnings (warnings-of form)))
             (is (some (lambda (warning) (says text warning)) warnings) "~S gave ~S" form warnings))))

(deftest constants-that-are-right-are-not
  (dolist (form '((open-shm n :direction :io :if-exists nil :if-does-not-exist nil :permissions '())
                  (open-shm n :direction v :permissions (list :user-raed))
                  (mmap-shm s 1 :flags nil :prot nil)
                  (mmap-shm s 1 :flags () :prot '(:none))
                  (write-shm s v :short :count)
                  (with-mmapped-shm (x y (n :if-exists nil) (1 :flags nil)) (list x y))
                  (with-open-shm-vector* (x y (:direction :io) ('double-float 1 :flags nil)) (list x y))))
    (is (null (warnings-of form)) "~S" form)))

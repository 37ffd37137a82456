;;;; SPDX-License-Identifier: BSD-3-Clause
;;;; Behaviour that programs for the existing library depend on, beyond the other tests.

(in-package #:posix-shm/test)

(deftest packages-have-their-old-names
  (is (eq (find-package '#:posix-shm) (find-package '#:xyz.shunter.posix-shm)))
  (is (eq (find-package '#:posix-shm/ffi) (find-package '#:xyz.shunter.posix-shm.ffi))))

(deftest readers-are-generic-functions
  (dolist (name '(shm-name shm-fd shm-error-name))
    (is (typep (fdefinition name) 'generic-function) "~S" name)))

(defclass labelled-shm (open-shm)
  ((label :initarg :label :reader label-of)))

(defmethod shm-name ((shm labelled-shm))
  (label-of shm))

(deftest subclasses-have-methods-of-their-own
  (without-leaks
    (with-object (shm 100)
      (let ((labelled (make-instance 'labelled-shm :fd (posix-shm/ffi:dup (shm-fd shm)) :name "inside" :label "outside")))
        (is (string= "outside" (shm-name labelled)))
        (is-true (open-shm-p labelled))
        (is (= 100 (stat-size (shm-stats labelled))))
        (is (eq t (close-shm labelled)))
        (is-false (open-shm-p labelled))))))

(deftest an-object-made-of-a-descriptor
  (without-leaks
    (with-object (shm 100)
      (dolist (make (list (lambda (fd) (make-instance 'open-shm :fd fd :name "label"))
                          (lambda (fd) (make-shm fd "label"))))
        (let* ((fd (posix-shm/ffi:dup (shm-fd shm)))
               (made (funcall make fd)))
          (is (= fd (shm-fd made)))
          (is (string= "label" (shm-name made)))
          (is (= 100 (stat-size (shm-stats made))))
          (is (eq t (close-shm made)))
          (rejects shm (shm-fd made))
          (is (string= "label" (shm-name made)))))))
  (rejects fd (make-instance 'open-shm :fd -1)))

(deftest a-label-is-any-string
  (with-object (shm)
    (dolist (label (list "" "label" "/a/b" ".." (make-string 1000 :initial-element #\x) (string (code-char 0)) nil))
      (let ((made (make-shm (posix-shm/ffi:dup (shm-fd shm)) label)))
        (is (equal label (shm-name made)))
        (is (stringp (prin1-to-string made)))
        (close-shm made)
        (is (equal label (shm-name made)))))
    (rejects name (make-shm (shm-fd shm) 'label))
    (rejects name (make-shm (shm-fd shm) 7))))

(deftest anonymous-objects-take-any-permissions
  (with-open-shm* (shm :direction :io)
    (chmod-shm shm '(:user-read :user-write))
    (is (equal '(:user-read :user-write) (stat-mode (shm-stats shm))))))

(deftest macros-of-two-names-are-one
  (dolist (names '((with-mmapped-shm with-open-shm-and-mmap) (with-mmapped-shm* with-open-shm-and-mmap*)))
    (destructuring-bind (other name) names
      (let ((arguments '((shm ptr (:name :direction :io) (10 :prot '(:read)) :truncate nil) (declare (ignore ptr)) shm)))
        (is (equal (cons name arguments) (macroexpand-1 (cons other arguments))))))))

;;;; SPDX-License-Identifier: BSD-3-Clause
;;;; Objects that get a name when they are complete, and waiting for them.

(in-package #:posix-shm/test)

(defmacro where-published (&body body)
  "Run BODY where objects can be published."
  `(if (= 1 (posix-shm/shim:pshm-has "publish"))
       (progn ,@body)
       (skip "the platform cannot publish objects")))

(defun ensures-p ()
  "Has the platform a way to an object that is complete when it can be opened?"
  (or (= 1 (posix-shm/shim:pshm-has "publish"))
      (= 1 (posix-shm/shim:pshm-has "permissions"))))

(deftest an-object-is-published
  (where-published
    (with-name (name)
      (without-leaks
        (with-open-shm* (shm :direction :io :nameable t :permissions '(:user-read :group-write))
          (truncate-shm shm 100)
          (is (label-p (shm-name shm)))
          (is-false (member name (list-shm) :test #'string=))
          (setf posix-shm/ffi:*errno* :ok)
          (is (equal '(t) (multiple-value-list (publish-shm shm name))))
          (is (eq :ok posix-shm/ffi:*errno*))
          (is (string= name (shm-name shm)))
          (is (= 100 (object-size name)))
          (is (equal '(:user-read :group-write) (stat-mode (shm-stats shm))))
          (is (= 1 (stat-nlink (shm-stats shm)))))))))

(deftest an-object-that-is-not-published-is-nobodys
  (where-published
    (with-open-shm* (shm :nameable t)
      (is (= 0 (stat-nlink (shm-stats shm)))))
    ;; An object of huge pages has no name.
    (is (eq :enotsup (keyword-of (open-shm* :nameable t :huge t))))))

(deftest a-name-may-be-taken
  (where-published
    (with-name (name)
      (make-object name :size 7)
      (without-leaks
        (with-open-shm* (shm :direction :io :nameable t)
          (truncate-shm shm 8)
          (is (eq 'shm-exists (handler-case (publish-shm shm name) (shm-error (condition) (type-of condition)))))
          (is (says ":if-exists :supersede" (report-of (publish-shm shm name))))
          (setf posix-shm/ffi:*errno* :ok)
          (is (equal '(nil) (multiple-value-list (publish-shm shm name :if-exists nil))))
          (is (eq :ok posix-shm/ffi:*errno*))
          (is (label-p (shm-name shm)))
          (is (= 7 (object-size name)))
          (is-true (publish-shm shm name :if-exists :supersede))
          (is (= 8 (object-size name)))
          ;; It has its name once.
          (is (eq :exdev (keyword-of (publish-shm shm name :if-exists :supersede))))
          (is (says "nameable t" (report-of (publish-shm shm (fresh-name))))))))))

(deftest arguments-of-publish-shm-are-checked
  (with-object (shm)
    (rejects name (publish-shm shm "/a/b"))
    (rejects name (publish-shm shm 7))
    (rejects if-exists (publish-shm shm (fresh-name) :if-exists :overwrite))
    (rejects if-exists (publish-shm shm (fresh-name) :if-exists :truncate))
    (rejects shm (publish-shm "shm" (fresh-name)))
    (is (member (keyword-of (publish-shm shm (fresh-name))) '(:exdev :enotsup)))
    (close-shm shm)
    (is (says "closed" (report-of (publish-shm shm (fresh-name)))))))

;; As open-shm does, and shm-name has the name as it was given.
(deftest a-name-without-its-slash-is-published
  (where-published
    (with-name (name)
      (with-open-shm* (shm :nameable t)
        (is-true (publish-shm shm (subseq name 1)))
        (is (string= (subseq name 1) (shm-name shm)))
        (is-true (object-exists-p name))))))

;;; Waiting

(deftest existing-objects-are-not-waited-for
  (with-name (name)
    (make-object name :size 100)
    (without-leaks
      (setf posix-shm/ffi:*errno* :ok)
      (dolist (timeout '(0 1 nil))
        (dolist (direction '(:input :io))
          (let ((shm (wait-for-shm name :direction direction :size 100 :timeout timeout)))
            (is (typep shm 'open-shm))
            (is (string= name (shm-name shm)))
            (is (= 100 (stat-size (shm-stats shm))))
            (is (eq (eq direction :io) (null (keyword-of (truncate-shm shm 100)))))
            (close-shm shm))))
      (is (eq :ok (progn (setf posix-shm/ffi:*errno* :ok)
                         (close-shm (wait-for-shm name))
                         posix-shm/ffi:*errno*))))))

(deftest a-wait-for-an-object-ends-in-time
  (with-name (name)
    (without-leaks
      (dolist (timeout '(0 1/1000 0.05 0.25d0 1/3))
        (times-out timeout (wait-for-shm name :timeout timeout)))
      (make-object name :size 99)
      (times-out 0.05 (wait-for-shm name :size 100 :timeout 0.05))
      (is (says "No process has made" (report-of (wait-for-shm name :size 100 :timeout 0)))))))

(deftest an-object-without-permissions-is-being-made
  (if (zerop (posix-shm/shim:pshm-has "permissions"))
      (skip "the platform cannot change permissions")
      (with-name (name)
        (without-leaks
          (with-open-shm (shm name :direction :io :if-does-not-exist :create :permissions ())
            (times-out 0.05 (wait-for-shm name :timeout 0.05))
            (chmod-shm shm '(:user-read))
            (close-shm (wait-for-shm name :timeout 0)))))))

(deftest a-wait-may-go-on
  (with-name (name)
    (let ((times 0))
      (handler-bind ((shm-timeout (lambda (condition)
                                    (is (string= name (shm-error-name condition)))
                                    (when (= 3 (incf times))
                                      (make-object name))
                                    (invoke-shm-restart :continue))))
        (is (typep (close-shm (wait-for-shm name :timeout 0.01)) 'boolean)))
      (is (= 3 times)))))

(deftest arguments-of-wait-for-shm-are-checked
  (rejects name (wait-for-shm "/a/b" :timeout 0))
  (rejects direction (locally (declare (notinline wait-for-shm)) (wait-for-shm (fresh-name) :direction :output :timeout 0)))
  (rejects size (wait-for-shm (fresh-name) :size -1 :timeout 0))
  (rejects timeout (wait-for-shm (fresh-name) :timeout -1))
  (rejects timeout (wait-for-shm (fresh-name) :timeout "1")))

(deftest waiting-for-an-object-is-open-to-interrupts
  #-sbcl (skip "only SBCL has timeouts to try it with")
  #+sbcl
  (without-leaks
    (is (eq :timeout (handler-case (sb-ext:with-timeout 0.1 (wait-for-shm (fresh-name)))
                       (sb-ext:timeout () :timeout))))))

(deftest an-object-comes-from-another-thread
  (if (not (and (threads-p) (ensures-p)))
      (skip "this Lisp has no threads, or the platform no way")
      (with-name (name)
        (dotimes (round 20)
          (let ((maker (start-thread (lambda ()
                                       (sleep 0.002)
                                       (close-shm (ensure-shm name 100))))))
            (with-open-shm (shm name :if-does-not-exist nil)
              (is-false shm))
            (let ((shm (wait-for-shm name :size 100 :timeout 30)))
              (is (= 100 (stat-size (shm-stats shm))))
              (close-shm shm))
            (join-thread maker)
            (delete-shm name))))))

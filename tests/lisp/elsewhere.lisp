;;;; SPDX-License-Identifier: BSD-3-Clause
;;;; ensure-shm and its kin where nothing can be published: the library of the tests is told to be that of another platform. On the
;;;; second one permissions cannot be changed either.

(require "asdf")
(asdf:load-system "posix-shm/test")

(in-package #:posix-shm/test)

(defvar *names* '(arguments-of-publish-shm-are-checked existing-objects-are-not-waited-for a-wait-for-an-object-ends-in-time
                  an-object-without-permissions-is-being-made a-wait-may-go-on an-object-comes-from-another-thread
                  the-first-makes-the-object an-object-for-input-is-only-read leaving-initialize-leaves-nothing
                  another-may-be-faster an-incomplete-object-is-a-timeout there-may-be-no-memory arguments-of-ensure-shm-are-checked
                  an-ensured-object-is-mapped-and-closed racers-get-one-object interrupts-of-ensure-leave-nothing
                  a-maker-that-died-is-superseded nothing-is-ensured-without-late-permissions)
  "The tests of test/publishing.lisp and test/ensuring.lisp that mean something there, and two of this file.")

;;; A creator that is killed in the middle leaves an object without permissions.
(deftest a-maker-that-died-is-superseded
  (where-ensured
    (with-name (name)
      (close-shm (open-shm name :direction :io :if-exists :error :permissions ()))
      (without-leaks
        (times-out 0.05 (ensure-shm name 4096 :timeout 0.05))
        (times-out 0.05 (wait-for-shm name :timeout 0.05))
        (multiple-value-bind (shm created)
            (handler-bind ((shm-timeout (lambda (condition)
                                          (declare (ignore condition))
                                          (invoke-shm-restart :supersede))))
              (ensure-shm name 4096 :timeout 0.05 :initialize (fill-with 2)))
          (is (eq t created))
          (is (eql 2 (value-in shm 4096)))
          (close-shm shm))))))

(deftest nothing-is-ensured-without-late-permissions
  (with-name (name)
    (is (eq (if (ensures-p) nil :enotsup)
            (keyword-of (close-shm (ensure-shm name 4096)))))
    (is (eq (ensures-p) (object-exists-p name)))))

(defun run-as (platform)
  (format t "# as ~A~%" platform)
  (assert (zerop (cffi:foreign-funcall "pshm_test_platform" :string platform :int)))
  (assert (zerop (posix-shm/shim:pshm-has "publish")))
  (loop for name in *names*
        for number from 1
        for results = (run-test name)
        do (print-result number name results)
        sum (count-failures results)))

(uiop:quit (if (zerop (reduce #'+ (mapcar #'run-as '("posix" "macos")))) 0 1))

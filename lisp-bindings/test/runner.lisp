;;;; SPDX-License-Identifier: BSD-3-Clause
;;;; Running the tests, one after the other, and saying what came out as TAP.

(in-package #:posix-shm/test)

(fiveam:def-suite posix-shm)
(fiveam:in-suite posix-shm)

(defvar *tests* '() "The names of the tests, last first.")

;;; Compiled with the file: FiveAM would otherwise compile at run time, which calls a C compiler for every test on ECL.
(defmacro deftest (name &body body)
  `(progn
     (pushnew ',name *tests*)
     (fiveam:test (,name :suite posix-shm :compile-at :definition-time)
       ,@body)))

(defun count-results (results type)
  (count-if (lambda (result) (typep result type)) results))

(defun count-failures (results)
  "How many of RESULTS say that something is wrong. A test that checks nothing is wrong, too."
  (if results (count-results results 'it.bese.fiveam::test-failure) 1))

(defun print-comment (text)
  (with-input-from-string (lines text)
    (loop for line = (read-line lines nil)
          while line
          do (format t "# ~A~%" line))))

(defun print-result (number name results)
  (let ((failed (count-failures results))
        (skipped (find-if (lambda (result) (typep result 'it.bese.fiveam::test-skipped)) results)))
    (format t "~:[not ok~;ok~] ~D - ~(~A~), ~D check~:P~@[ # SKIP ~A~]~%" (zerop failed) number name (length results)
            (and skipped (= 1 (length results)) (it.bese.fiveam::reason skipped)))
    (unless (zerop failed)
      (unless results
        (print-comment "It checks nothing."))
      (dolist (result results)
        (when (typep result 'it.bese.fiveam::test-failure)
          (print-comment (format nil "~A" (it.bese.fiveam::reason result))))))
    (finish-output)))

(defun run-test (name)
  (let ((fiveam:*test-dribble* (make-broadcast-stream))
        (fiveam:*on-error* nil)
        (fiveam:*on-failure* nil))
    (fiveam:run name)))

(defun run-tests (&optional (names (reverse *tests*)))
  "Run the tests, print them as TAP, and say whether all of them passed."
  (remove-leavings)
  (let ((checks 0)
        (failed 0)
        (skipped 0))
    (loop for name in names
          for number from 1
          do (let ((results (run-test name)))
               (print-result number name results)
               (incf checks (length results))
               (incf failed (count-failures results))
               (incf skipped (count-results results 'it.bese.fiveam::test-skipped))))
    (remove-leavings)
    (format t "1..~D~%# ~A ~A: ~D checks passed, ~D failed, ~D skipped~%" (length names)
            (lisp-implementation-type) (lisp-implementation-version) (max 0 (- checks failed skipped)) failed skipped)
    (finish-output)
    (zerop failed)))

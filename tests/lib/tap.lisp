;;;; SPDX-License-Identifier: BSD-3-Clause
;;;; TAP for programs in Lisp that test without FiveAM: over what a page says, or where SBCL has no ASDF.

(defpackage #:tap
  (:use #:cl)
  (:export #:ok #:finish))

(in-package #:tap)

(defvar *count* 0)
(defvar *failed* 0)

(defun print-comment (finding)
  (with-input-from-string (lines (if (stringp finding) finding (prin1-to-string finding)))
    (loop for line = (read-line lines nil)
          while line
          do (format t "# ~A~%" line))))

(defun ok (truth description &rest findings)
  "Print the next point, and unless TRUTH holds the FINDINGS: texts, or what is printed readably."
  (format t "~:[not ok~;ok~] ~D - ~A~%" truth (incf *count*) description)
  (unless truth
    (incf *failed*)
    (mapc #'print-comment (remove nil findings))))

(defun finish ()
  "Print the plan, and end this Lisp. The exit code is 0 if every point holds."
  (format t "1..~D~%# ~A ~A: ~D checks passed, ~D failed~%" *count* (lisp-implementation-type) (lisp-implementation-version)
          (- *count* *failed*) *failed*)
  (finish-output)
  (let ((code (if (zerop *failed*) 0 1)))
    #+sbcl (sb-ext:exit :code code) #-sbcl (uiop:quit code)))

;;;; SPDX-License-Identifier: BSD-3-Clause
;;;; An addition to a word of shared memory on SBCL through SB-ALIEN, beside sb-ext:atomic-incf on a vector of the heap: the medians
;;;; of rounds in which the two take turns, in nanoseconds, and that of their ratios.

(defpackage #:bench
  (:use #:cl #:posix-shm/alien))

(in-package #:bench)

(defconstant +turns+ 2000000)
(defconstant +rounds+ 21)

(declaim (type (signed-byte 64) *word*) (type (simple-array sb-ext:word (*)) *vector*))
(defvar *word* (pshm-mmap 0 4096 (logior +pshm-prot-read+ +pshm-prot-write+)
                          (logior +pshm-map-shared+ +pshm-map-anonymous+) -1 0))
(defvar *vector* (make-array 1 :element-type 'sb-ext:word :initial-element 0))

(defun ours ()
  (declare (optimize speed))
  (let ((word *word*))
    (dotimes (i +turns+)
      (pshm-atomic-update32 word +pshm-atomic-add+ 1))))

(defun theirs ()
  (declare (optimize speed))
  (let ((vector *vector*))
    (dotimes (i +turns+)
      (sb-ext:atomic-incf (aref vector 0)))))

(defun time-of (function)
  "Nanoseconds a turn."
  (let ((start (get-internal-run-time)))
    (funcall function)
    (/ (* (- (get-internal-run-time) start) 1d9) internal-time-units-per-second +turns+)))

(defun median (numbers)
  (nth (floor (length numbers) 2) (sort (copy-list numbers) #'<)))

(let (ours theirs)
  (dotimes (round +rounds+)
    (push (time-of #'ours) ours)
    (push (time-of #'theirs) theirs))
  (format t "addition on SBCL~C~,1F~C~,1F~C~,2F~%" #\Tab (median ours) #\Tab (median theirs) #\Tab
          (median (mapcar #'/ ours theirs))))

;;;; SPDX-License-Identifier: BSD-3-Clause
;;;; One of the four, in Common Lisp: PSHM_NAME and PSHM_TURNS say what it counts in, and how often.

(defpackage #:cooperate
  (:use #:cl #:posix-shm #:posix-shm/shim))

(in-package #:cooperate)

(defconstant +size+ 4096)
(defconstant +lock+ 0)
(defconstant +counter+ 8)
(defconstant +come+ 16)
(defconstant +turns+ 24)
(defconstant +processes+ 4)
(defconstant +mine+ 0)

(defun say (control &rest arguments)
  (format t "Lisp,   process ~D: ~?~%" (posix-shm/host:process-id) control arguments)
  (finish-output))

(defun check (result)
  (if (minusp result) (error "~A" (pshm-strerror result)) result))

(defun address-of-field (object offset)
  (+ (cffi:pointer-address object) offset))

(defun turns-taken (object)
  (loop for index below +processes+ sum (cffi:mem-ref object :int64 (+ +turns+ (* 8 index)))))

(defun repair (object)
  "A process died inside: its turn is in the counter, and not among its turns, which are what counts."
  (say "is told that an owner died inside, and repairs the counter: ~D instead of ~D" (turns-taken object)
       (cffi:mem-ref object :int64 +counter+))
  (setf (cffi:mem-ref object :int64 +counter+) (turns-taken object))
  (check (pshm-lock-mark-repaired (address-of-field object +lock+))))

(defun take-turn (object)
  (when (= 1 (check (pshm-lock-acquire (address-of-field object +lock+) -1)))
    (repair object))
  (incf (cffi:mem-ref object :int64 +counter+))
  (incf (cffi:mem-ref object :int64 (+ +turns+ (* 8 +mine+))))
  (check (pshm-lock-release (address-of-field object +lock+))))

(defun wait-for-others (object)
  "Nobody begins before all four have come."
  (let ((come (1+ (pshm-atomic-update32 (address-of-field object +come+) +pshm-atomic-add+ 1))))
    (check (pshm-atomic-wake (address-of-field object +come+) (1- (ash 1 31))))
    (loop while (< come +processes+)
          do (pshm-atomic-wait (address-of-field object +come+) come -1)
             (setf come (pshm-atomic-load32 (address-of-field object +come+))))))

(defun report (object)
  (let ((counter (cffi:mem-ref object :int64 +counter+))
        (taken (turns-taken object)))
    (format t "~%The counter is ~D, and the turns of the four are ~{~D~^ + ~} = ~D: ~:[WRONG~;right~].~%" counter
            (loop for index below +processes+ collect (cffi:mem-ref object :int64 (+ +turns+ (* 8 index))))
            taken (= counter taken))))

(defun take-turns (object count)
  (wait-for-others object)
  (loop repeat count do (take-turn object))
  (say "has taken all its turns"))

(let ((name (uiop:getenv "PSHM_NAME"))
      (turns (uiop:getenv "PSHM_TURNS")))
  (multiple-value-bind (shm created) (ensure-shm name +size+ :permissions '(:user-read :user-write))
    (when created
      (say "makes the object"))
    (with-mmap (object shm +size+)
      (if turns
          (take-turns object (parse-integer turns))
          (report object)))
    (unless turns
      (delete-shm name))))

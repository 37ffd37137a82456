;;;; SPDX-License-Identifier: BSD-3-Clause
;;;; The racers in Lisp of races.c: children of this process, which share its compiled code. BOARD and NAME are in the environment.

(require "asdf")
(asdf:load-system "posix-shm")

(defpackage #:races
  (:use #:cl #:posix-shm #:posix-shm/shim))

(in-package #:races)

(defconstant +words+ 16384)
(defconstant +size+ (* 8 +words+))
(defconstant +racers+ 8)
(defconstant +first+ 4 "The racers before are of races.c.")
(defconstant +end+ #xFFFFFFFF)

;;; Where each is on the board.
(defconstant +round+ 0)
(defconstant +ready+ 4)
(defconstant +go+ 8)
(defconstant +made+ 12)
(defconstant +finished+ 16)
(defconstant +wrong+ 20)
(defconstant +reaped+ 24)
(defconstant +killed+ 28)
(defconstant +processes+ 32)
(defconstant +seen+ 64)

(defvar *name* (uiop:getenv "NAME"))

(defun word (board offset)
  (pshm-atomic-load32 (+ board offset)))

(defun store (board offset value)
  (pshm-atomic-store32 (+ board offset) value)
  (pshm-atomic-wake (+ board offset) (1- (ash 1 31))))

(defun add (board offset)
  (pshm-atomic-update32 (+ board offset) +pshm-atomic-add+ 1)
  (pshm-atomic-wake (+ board offset) (1- (ash 1 31))))

;;; Nobody waits for a process that has ended: a killed runner leaves no racers behind.

(defun parent ()
  (cffi:foreign-funcall "getppid" :int))

(defvar *parent* (parent))
(defvar *last-second* (+ (get-universal-time) (parse-integer (or (uiop:getenv "RACES_SECONDS") "300"))))

(defun await (board offset done)
  "Wait until DONE is true of the word at OFFSET, and return that; or nil where this process has lost its parent, the board says that
all is over, or the time is up."
  (loop for now = (word board offset)
        do (cond ((or (/= *parent* (parent)) (= +end+ (word board +round+)) (< *last-second* (get-universal-time))) (return nil))
                 ((funcall done now) (return now)))
           (pshm-atomic-wait (+ board offset) now 1000000000)))

(defun fill-it (value)
  (lambda (shm)
    (with-shm-vector (vector shm '(unsigned-byte 64) +words+ :release t)
      (fill vector value))))

(defun value-in (shm round)
  "The value that is in every word, if it is one of this ROUND; else 0."
  (with-shm-vector (vector shm '(unsigned-byte 64) +words+ :release t)
    (let ((value (aref vector 0)))
      (if (and (= +size+ (stat-size (shm-stats shm)))
               (every (lambda (word) (= word value)) vector)
               (= round (ash value -4)))
          value
          0))))

(defun race (board round number)
  (multiple-value-bind (shm created)
      (ensure-shm *name* +size+ :initialize (fill-it (logior (ash round 4) number)) :permissions '(:user-read :user-write))
    (when created
      (add board +made+))
    (let ((value (value-in shm round)))
      (store board (+ +seen+ (* 4 number)) value)
      (add board (if (zerop value) +wrong+ +finished+)))))

(defun run-racer (board round number)
  (store board (+ +processes+ (* 4 number)) (posix-shm/host:process-id))
  (add board +ready+)
  (when (await board +go+ (lambda (go) (= go round)))
    (race board round number)))

(defun start-racer (board round number)
  "The process of a new racer. It ends without unwinding, as one in C."
  (let* ((self (posix-shm/host:process-id))
         (process (cffi:foreign-funcall "fork" :int)))
    (when (zerop process)
      (setf *parent* self)
      (handler-case (run-racer board round number)
        (error () (add board +wrong+)))
      (cffi:foreign-funcall "_exit" :int 0 :void))
    process))

(defun killed-p (process)
  "Wait for the end of PROCESS. Was it killed?"
  (cffi:with-foreign-object (status :int)
    (loop until (= process (cffi:foreign-funcall "waitpid" :int process :pointer status :int 0 :int)))
    (/= 0 (logand #x7F (cffi:mem-ref status :int)))))

(defun run-round (board round)
  (let ((processes (loop for number from +first+ below +racers+
                         collect (start-racer board round number))))
    (dolist (process processes)
      (when (killed-p process)
        (add board +killed+)))
    (store board +reaped+ round)))

;; A fork has one thread.
(sb-impl::finalizer-thread-stop)
(with-ensured-shm (shm pointer ((uiop:getenv "BOARD") 4096))
  (let ((board (cffi:pointer-address pointer))
        (last 0))
    ;; Once here, so that nothing is new to the children.
    (let ((name (format nil "~A-first" *name*)))
      (close-shm (ensure-shm name +size+ :initialize (fill-it 0)))
      (delete-shm name))
    (loop for round = (await board +round+ (lambda (round) (/= round last)))
          while round
          do (run-round board (setf last round)))
    (delete-shm (shm-name shm))))
(uiop:quit 0)

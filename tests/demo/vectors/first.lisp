;;;; SPDX-License-Identifier: BSD-3-Clause
;;;; The first process: makes the array, starts the other two, works with them round by round, and compares the outcome with
;;;; that of one process alone.

(load (merge-pathnames "work.lisp" *load-truename*))

(defparameter *here* *load-truename*)
(defparameter *name* (format nil "/posix-shm-demo-vectors-~D" (cffi:foreign-funcall "getpid" :int)))
(defparameter *length* (parse-integer (uiop:getenv "PSHM_PART")) "Elements of a part.")
(defparameter *rounds* 30)

(defun say (control &rest arguments)
  (format t "~?~%" control arguments)
  (finish-output))

(defun start (&rest command)
  "Start a process that works when it is told to, line by line."
  (uiop:launch-program command :input :stream :output :stream :error-output :interactive))

(defun tell (process message)
  (format (uiop:process-info-input process) "~A~%" message)
  (finish-output (uiop:process-info-input process)))

(defun hear (process)
  (or (read-line (uiop:process-info-output process) nil) (error "A process has died.")))

(defun start-lisp ()
  (start "sbcl" "--noinform" "--no-sysinit" "--no-userinit" "--disable-debugger"
         "--load" (uiop:native-namestring (merge-pathnames "../load.lisp" *here*))
         "--load" (uiop:native-namestring (merge-pathnames "second.lisp" *here*))
         "--eval" (format nil "(serve ~S ~D)" *name* *length*) "--quit"))

(defun start-python ()
  (start (uiop:getenv "PSHM_PYTHON") (uiop:native-namestring (merge-pathnames "third.py" *here*))
         *name* (princ-to-string *length*)))

(defun begin (vector)
  (dotimes (index (length vector) vector)
    (setf (aref vector index) (/ (1+ index) (+ 2d0 (length vector))))))

(defun same-bits-p (one other)
  "Are two vectors of double-floats the same, octet by octet? An equal number may have other bits."
  (loop for x double-float across one
        for y double-float across other
        always (and (= (sb-kernel:double-float-high-bits x) (sb-kernel:double-float-high-bits y))
                    (= (sb-kernel:double-float-low-bits x) (sb-kernel:double-float-low-bits y)))))

(defun alone ()
  "What one process makes of a vector of its own."
  (let ((vector (begin (make-array (* 3 *length*) :element-type 'double-float))))
    (dotimes (round *rounds* vector)
      (advance vector 0 (length vector)))))

(defun run-rounds (vector others)
  (dotimes (round *rounds*)
    (dolist (process others)
      (tell process round))
    (work vector 0 round *length*)
    (mapc #'hear others)))

(unwind-protect
     (with-open-shm-vector (shm vector (*name* :direction :io :if-exists :error)
                            ('double-float (* 3 *length*) :allocate t))
       (say "Lisp:   ~D double-floats in ~D octets, first ~S, last ~S" (length vector) (stat-size (shm-stats shm))
            (aref (begin vector) 0) (aref vector (1- (length vector))))
       (let ((others (list (start-lisp) (start-python))))
         (mapc #'hear others)
         (run-rounds vector others)
         (say "Lisp:   ~D rounds by three processes" *rounds*)
         (dolist (process others)
           (tell process "end")
           (say "~A" (hear process))
           (uiop:wait-process process)))
       (let ((same (same-bits-p (alone) vector)))
         (say "Lisp:   ~:[other bits than~;bit for bit what~] one process alone ~:*~:[makes~;makes of it~]" same)
         (unless same
           (uiop:quit 1))))
  (delete-shm *name*))

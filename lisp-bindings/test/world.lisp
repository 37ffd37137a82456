;;;; SPDX-License-Identifier: BSD-3-Clause
;;;; The state that the tests check: the descriptors and the mappings of this process, and the objects of the system.

(in-package #:posix-shm/test)

(defvar *name-count* 0)

(defun prefix (&optional (process (posix-shm/host:process-id)))
  (format nil "/posix-shm-test-~D-" process))

(defun fresh-name ()
  "A name that only this process uses."
  (format nil "~A~D" (prefix) (incf *name-count*)))

;;; A killed test removes nothing: the next run does. A process that is in another namespace has no number here, but has
;;; made its objects a moment ago.

(defun process-of (name)
  "The process that made the object NAME, if a test did."
  (let ((start (length "/posix-shm-test-")))
    (and (eql 0 (search "/posix-shm-test-" name))
         (parse-integer name :start start :end (position #\- name :start start) :junk-allowed t))))

(defun alive-p (process)
  (zerop (cffi:foreign-funcall "kill" :int process :int 0 :int)))

(defun seconds-since-change (name)
  (with-open-shm (shm name)
    (- (get-universal-time) #.(encode-universal-time 0 0 0 1 1 1970 0)
       (floor (stat-ctime (shm-stats shm)) 1000000000))))

(defun left-behind-p (name age)
  "Is NAME an object of this process, or one of a process that is gone, and unchanged for AGE seconds?"
  (let ((process (process-of name)))
    (and process
         (or (= process (posix-shm/host:process-id))
             (and (not (alive-p process))
                  (<= age (seconds-since-change name)))))))

(defun remove-leavings (&optional (age 600))
  "Remove what a test that failed, or a run that was killed, has left behind."
  (dolist (name (list-shm))
    (ignore-errors
     (when (left-behind-p name age)
       (delete-shm name)))))

(defun rounds (count)
  "How many of COUNT rounds a race runs: a quarter of them, or all where the environment variable POSIX_SHM_TEST_ROUNDS is all."
  (if (equal "all" (uiop:getenv "POSIX_SHM_TEST_ROUNDS"))
      count
      (ceiling count 4)))

(defmacro with-name ((name) &body body)
  "Run BODY with a name that nothing has, and remove the object afterwards."
  `(let ((,name (fresh-name)))
     (unwind-protect (progn ,@body)
       (posix-shm/shim:pshm-delete ,name))))

(defun make-object (name &key (size 0) (permissions '(:user-read :user-write)))
  (with-open-shm (shm name :direction :io :if-exists :error :if-does-not-exist :create :permissions permissions)
    (truncate-shm shm size)))

(defun object-exists-p (name)
  (with-open-shm (shm name :if-does-not-exist nil)
    (and shm t)))

(defun object-size (name)
  (with-open-shm (shm name)
    (stat-size (shm-stats shm))))

(defmacro on-linux (&body body)
  "BODY looks into /proc."
  `(if (probe-file "/proc/self/maps")
       (progn ,@body)
       (skip "there is no /proc")))

(defun open-descriptors ()
  "The descriptors of this process that are open, up to a number that no test reaches."
  (loop for descriptor below 1024
        unless (= (posix-shm/shim:pshm-fstat descriptor (cffi:null-pointer) 0)
                  (- (posix-shm/shim:pshm-error-number "EBADF")))
          collect descriptor))

;;; Another thread of the process may open a file at any moment, and gets the lowest number that is free: the JVM looks at the
;;; limits of its container all the time. So a number says nothing once its descriptor is closed, and must not be closed again.
(defun left-open (descriptors)
  "The open descriptors that are not among DESCRIPTORS, but for those that another thread has for a moment."
  (loop for left = (set-difference (open-descriptors) descriptors)
        repeat 100
        while left
        do (sleep 0.01)
        finally (return left)))

(defun apart (fd)
  "Move the descriptor FD to a number that no other thread is given once it is closed. Return that number."
  (let* ((copies (loop for copy = (posix-shm/ffi:dup fd)
                       collect copy
                       until (or (minusp copy) (<= 200 copy))))
         (number (car (last copies))))
    (assert (<= 200 number))
    (mapc #'posix-shm/ffi:close (cons fd (butlast copies)))
    number))

(defun mappings ()
  "The lines that describe the mappings of this process, none where the system does not tell."
  (with-open-file (stream "/proc/self/maps" :if-does-not-exist nil
                                            :external-format #+clisp charset:iso-8859-1
                                                             #-clisp :iso-8859-1)
    (and stream
         (loop for line = (read-line stream nil)
               while line
               collect line))))

(defun mapped-p (pointer protections)
  "Does a mapping with PROTECTIONS, as in rw-s, begin at POINTER? Taken for granted where the system does not tell."
  (let ((lines (mappings))
        (start (format nil "~(~X~)-" (cffi:pointer-address pointer))))
    (or (null lines)
        (some (lambda (line) (and (eql 0 (search start line)) (search protections line))) lines))))

(defun mapped-octets (pointer)
  "The size of the mapping that begins at POINTER."
  (let* ((start (format nil "~(~X~)-" (cffi:pointer-address pointer)))
         (line (find-if (lambda (line) (eql 0 (search start line))) (mappings))))
    (- (parse-integer line :start (length start) :end (position #\Space line) :radix 16)
       (cffi:pointer-address pointer))))

(defun mappings-of-objects ()
  "How many mappings of shared memory objects this process has."
  (count-if (lambda (line)
              (or (search "/dev/shm/" line) (search "/memfd:posix-shm" line)))
            (mappings)))

(defmacro without-leaks (&body body)
  "Run BODY, and check that it left neither a descriptor nor a mapping behind."
  `(let ((descriptors (open-descriptors))
         (mappings (mappings-of-objects)))
     (multiple-value-prog1 (progn ,@body)
       ;; Not that they are equal: a Lisp may close streams of its own meanwhile.
       (is (null (left-open descriptors)))
       (is (= mappings (mappings-of-objects))))))

(defmacro with-few-leaks ((limit) &body body)
  "Run BODY, which threads that are ended leave, and check that it left no more than LIMIT descriptors and mappings behind: none where
interrupts are held back. ECL runs one that comes while memory is allocated, even so."
  `(let ((descriptors (open-descriptors))
         (mappings (mappings-of-objects))
         (limit #+ecl ,limit #-ecl 0))
     (multiple-value-prog1 (progn ,@body)
       (is (>= limit (length (left-open descriptors))))
       (is (>= limit (- (mappings-of-objects) mappings))))))

(defmacro with-object ((shm &optional (size 0)) &body body)
  "Run BODY with an object without a name, of SIZE octets."
  `(with-open-shm* (,shm :direction :io)
     (truncate-shm ,shm ,size)
     ,@body))

(defmacro as-if-unknown (&body body)
  "Run BODY with the compiler told nothing of its constants: it warns of those that are wrong."
  `(locally (declare (notinline open-shm open-shm* reopen-shm mmap-shm map-shm-vector map-shm-array
                                chmod-shm seal-shm write-shm publish-shm msync shm-channel-size make-shm-channel
                                open-shm-channel
                                wait-for-shm ensure-shm read-shm-string write-shm-string print-shm-layout))
     ,@body))

(defmacro without-inlining (&body body)
  "Run BODY with calls of the functions themselves."
  `(locally (declare (notinline shm-atomic (setf shm-atomic) shm-atomic-update shm-atomic-incf shm-compare-and-swap shm-wait
                                shm-wake acquire-shm-lock))
     ,@body))

(defmacro keyword-of (&body body)
  "The keyword of the error that BODY signals, or nil."
  `(handler-case (as-if-unknown ,@body nil)
     (posix-shm-error (condition) (posix-shm-error-keyword condition))))

(defmacro report-of (&body body)
  "The report of the error that BODY signals, or the empty text."
  `(handler-case (as-if-unknown ,@body "")
     (error (condition) (princ-to-string condition))))

(defun says (text report)
  (search text report :test #'char-equal))

(defun classes-of-rejection (operation)
  "The classes of the condition for a bad argument of OPERATION: what maps signals mmap-errors."
  (if (member operation '(mmap-shm munmap msync map-shm-vector extend-shm-vector unmap-shm-vector map-shm-array
                          unmap-shm-array shm-array-vector))
      '(mmap-invalid-argument mmap-error posix-shm-invalid-argument type-error)
      '(shm-invalid-argument shm-error posix-shm-invalid-argument type-error)))

(defmacro rejects (argument &body body)
  "Check that BODY signals that ARGUMENT is a bad one."
  (let ((condition (gensym)))
    `(let ((,condition (handler-case (as-if-unknown (without-inlining ,@body) nil)
                         (error (condition) condition))))
       (is (typep ,condition 'posix-shm-error) "~S was signalled" ,condition)
       (when (typep ,condition 'posix-shm-error)
         (dolist (class (classes-of-rejection (posix-shm-error-operation ,condition)))
           (is (typep ,condition class))))
       (is (says (format nil "argument ~A of " ',argument) (princ-to-string ,condition))))))

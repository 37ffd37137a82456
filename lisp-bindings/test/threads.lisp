;;;; SPDX-License-Identifier: BSD-3-Clause
;;;; Threads that race, and interrupts at any moment.

(in-package #:posix-shm/test)

(defun threads-p ()
  #+(or sb-thread (and ecl threads) abcl) t
  #-(or sb-thread (and ecl threads) abcl) nil)

(defun start-thread (function)
  (declare (ignorable function))
  #+sb-thread (sb-thread:make-thread function)
  #+(and ecl threads) (mp:process-run-function 'test function)
  #+abcl (threads:make-thread function))

(defun join-thread (thread)
  (declare (ignorable thread))
  #+sb-thread (sb-thread:join-thread thread)
  #+(and ecl threads) (mp:process-join thread)
  #+abcl (threads:thread-join thread))

(defun in-threads (count function)
  "Call FUNCTION in COUNT threads, with a number each, and return what they returned."
  (let* ((results (make-array count :initial-element nil))
         (threads (loop for index below count
                        collect (let ((index index))
                                  (start-thread (lambda () (setf (svref results index) (funcall function index))))))))
    (mapc #'join-thread threads)
    (coerce results 'list)))

(deftest an-object-is-closed-once
  (if (not (threads-p))
      (skip "this Lisp has no threads")
      (without-leaks
        (dotimes (round 50)
          (let* ((shm (open-shm* :direction :io))
                 (go nil)
                 (results (in-threads 4 (lambda (index)
                                          (when (= index 3)
                                            (setf go t))
                                          (loop until go do (sleep 0.0001))
                                          (handler-case (close-shm shm)
                                            (error (condition) condition))))))
            (is (equal '(t) (remove nil results)))
            (is-false (open-shm-p shm)))))))

(deftest a-label-is-made-once
  (if (not (threads-p))
      (skip "this Lisp has no threads")
      (dotimes (round 50)
        (let* ((shm (open-shm* :direction :io))
               (go nil)
               (labels (in-threads 4 (lambda (index)
                                       (when (= index 3)
                                         (setf go t))
                                       (loop until go do (sleep 0.0001))
                                       (shm-name shm)))))
          (is (every #'label-p labels))
          (is (every (lambda (label) (eq label (first labels))) labels))
          (close-shm shm)
          (is (eq (first labels) (shm-name shm)))))))

(deftest a-name-outlives-the-race
  (if (not (threads-p))
      (skip "this Lisp has no threads")
      (dotimes (round (rounds 300))
        (let ((shm (open-shm* :direction :io)))
          (is (equal '(t t t t)
                     (in-threads 4 (lambda (index)
                                     (if (zerop index)
                                         (close-shm shm)
                                         (loop while (handler-case (progn (truncate-shm shm 0) t)
                                                       (shm-error () nil))
                                               finally (return (stringp (shm-name shm)))))))))
          (is (stringp (shm-name shm)))
          (is (typep shm 'closed-shm))))))

(deftest errno-is-each-threads-own
  (if (not (threads-p))
      (skip "this Lisp has no threads")
      (let ((results (in-threads 2 (lambda (index)
                                     (loop repeat 1000
                                           always (if (zerop index)
                                                      (and (eql -1 (posix-shm/ffi:close 1000))
                                                           (eq :ebadf posix-shm/ffi:*errno*))
                                                      (and (eql -1 (posix-shm/ffi:shm-unlink "/posix-shm-test-none"))
                                                           (eq :enoent posix-shm/ffi:*errno*))))))))
        (is (equal '(t t) results)))))

#+sbcl
(defun interrupted-life (seconds)
  "Live and die with an object, until a timeout comes at an arbitrary moment."
  (handler-case (sb-ext:with-timeout seconds
                  (loop
                    (with-open-shm-and-mmap* (shm ptr (:direction :io) (4096))
                      (declare (ignore shm))
                      (setf (cffi:mem-ref ptr :int) 1))))
    (sb-ext:timeout () t)))

#+sbcl
(defun interrupted-named-life (name seconds)
  (handler-case (sb-ext:with-timeout seconds
                  (loop
                    (with-open-shm-and-mmap (shm ptr (name :direction :io :if-does-not-exist :create) (4096))
                      (declare (ignore shm))
                      (setf (cffi:mem-ref ptr :int) 1))))
    (sb-ext:timeout () t)))

(deftest interrupts-leak-nothing
  #-sbcl (skip "interrupts are held back on SBCL and ECL; only SBCL has timeouts to try it with")
  #+sbcl
  (with-name (name)
    (without-leaks
      (let ((random (sb-ext:seed-random-state 42)))
        (is (= (* 2 (rounds 2000))
               (loop repeat (rounds 2000)
                     count (interrupted-life (+ 0.0001 (random 0.0006 random)))
                     count (interrupted-named-life name (+ 0.0001 (random 0.0006 random))))))))))

;;; What a function returns is lost where an interrupt comes between the two, in a few instructions; but none that comes while it
;;; opens the object leaves that open.

#+sbcl
(defun functions-that-open (name shm)
  (list (lambda () (open-shm name))
        (lambda () (open-shm*))
        (lambda () (wait-for-shm name :size 1))
        (lambda () (values (ensure-shm name 1)))
        (lambda () (reopen-shm shm))))

#+sbcl
(defun descriptors-lost (interrupts life)
  "How many descriptors are open after INTERRUPTS have left one LIFE each of many that follow each other. They are closed."
  (let ((before (open-descriptors))
        (random (sb-ext:seed-random-state 3)))
    (loop repeat interrupts
          do (handler-case (sb-ext:with-timeout (+ 0.0001 (random 0.0004 random))
                             (loop (funcall life)))
               (sb-ext:timeout ())))
    (let ((left (left-open before)))
      (map nil #'posix-shm/shim:pshm-close left)
      (length left))))

(deftest functions-that-are-left-close-what-they-open
  #-sbcl (skip "only SBCL has timeouts to try it with")
  #+sbcl
  (with-name (name)
    (make-object name :size 10)
    (with-object (shm)
      (dolist (open (functions-that-open name shm))
        (let ((lost (descriptors-lost 400 (lambda () (close-shm (funcall open))))))
          (is (> 20 lost) "~D of 400" lost))))))

;;; More than a mebibyte, so that the library reads files about the memory that is left.
(deftest interrupted-allocations-leak-nothing
  #-sbcl (skip "only SBCL has timeouts to try it with")
  #+sbcl
  (without-leaks
    (let ((random (sb-ext:seed-random-state 20)))
      (is (= (rounds 500)
             (loop repeat (rounds 500)
                   count (handler-case (sb-ext:with-timeout (+ 0.0001 (random 0.002 random))
                                         (loop
                                           (with-open-shm* (shm :direction :io)
                                             (allocate-shm shm (* 5 1024 1024))
                                             (shm-space))))
                           (sb-ext:timeout () t))))))))

;;; A timeout that unwinds out of malloc leaves C's heap in pieces: the process dies later, somewhere else.
#+sbcl
(defun strings-in-c (function)
  "How often CFFI allocates a string for C while FUNCTION runs."
  (let ((count 0))
    (unwind-protect
         (progn
           (sb-int:encapsulate 'cffi:foreign-string-alloc 'count
                               (lambda (original &rest arguments)
                                 (incf count)
                                 (apply original arguments)))
           (funcall function))
      (sb-int:unencapsulate 'cffi:foreign-string-alloc 'count))
    count))

(deftest no-name-is-allocated-in-c
  #-sbcl (skip "only on SBCL does CFFI allocate strings with malloc, and unwind out of it")
  #+sbcl
  (with-name (name)
    (is (= 1 (strings-in-c (lambda () (cffi:with-foreign-string (c name) c)))))
    (dolist (name (list (coerce name 'simple-base-string)
                        (coerce name '(simple-array character (*)))
                        (format nil "~A~C" name (code-char 233))
                        (make-array (length name) :element-type (array-element-type name) :displaced-to name)))
      (is (= 0 (strings-in-c
                (lambda ()
                  (with-open-shm (shm name :direction :io :if-does-not-exist :create)
                    (delete-shm-if-same name shm))
                  (with-open-shm (shm name :if-does-not-exist nil))
                  (with-open-shm* (shm))
                  (make-object name)
                  (list-shm)
                  (delete-shm name)
                  (posix-shm/ffi:shm-unlink name))))))))

(deftest refusals-take-no-memory-of-c
  #-sbcl (skip "only on SBCL does CFFI allocate strings with malloc, and unwind out of it")
  #+sbcl
  (with-object (shm 100)
    (is (= 0 (strings-in-c (lambda () (report-of (truncate-shm shm -1))))))
    (is (= 0 (strings-in-c (lambda () (report-of (mmap-shm shm 0))))))
    (is (= 0 (strings-in-c (lambda () (report-of (chmod-shm shm :wings))))))
    (close-shm shm)
    (is (= 0 (strings-in-c (lambda () (report-of (truncate-shm shm 1))))))))

#+(or sb-thread (and ecl threads))
(defun end-thread (thread)
  "Have THREAD leave what it does, wherever it is, and wait for its end. It catches the tag end."
  #+sb-thread (sb-thread:terminate-thread thread)
  #+ecl (mp:interrupt-process thread (lambda () (throw 'end nil)))
  #+sb-thread (sb-thread:join-thread thread :default nil)
  #+ecl (mp:process-join thread))

#+(or sb-thread (and ecl threads))
(defun interrupted-thread (life)
  "A thread that calls LIFE again and again until it is ended at an arbitrary moment."
  (let* ((started nil)
         (thread (start-thread (lambda ()
                                 (catch 'end
                                   (setf started t)
                                   (loop (funcall life)))))))
    (loop until started do (sleep 0.0001))
    (sleep (random 0.002))
    (end-thread thread)))

(deftest ended-threads-leak-nothing
  #-(or sb-thread (and ecl threads)) (skip "interrupts are held back on SBCL and ECL, where they have threads")
  #+(or sb-thread (and ecl threads))
  (with-name (name)
    (make-object name :size 4096)
    (with-few-leaks (4)
      (dolist (life (list (lambda ()
                            (with-open-shm-and-mmap* (shm ptr (:direction :io) (4096))
                              (setf (cffi:mem-ref ptr :int) (shm-fd shm))))
                          (lambda ()
                            (with-open-shm-and-mmap (shm ptr (name :direction :io) (4096))
                              (setf (cffi:mem-ref ptr :int) (shm-fd shm))))
                          (lambda ()
                            (with-open-shm-vector (shm vector (name :direction :io)
                                                       ('(unsigned-byte 8) 4096 :release t))
                              (setf (aref vector 0) (logand 255 (shm-fd shm)))))))
        (dotimes (round (rounds 200))
          (interrupted-thread life)))
      (pass))))

(deftest waiting-for-a-message-is-open-to-interrupts
  #-sbcl (skip "only SBCL has timeouts to try it with")
  #+sbcl
  (without-leaks
    (with-sockets (here there)
      (is (eq :timeout (handler-case (sb-ext:with-timeout 0.1 (receive-shm there))
                         (sb-ext:timeout () :timeout))))
      (with-object (shm)
        (send-shm shm here)
        (is (eq t (close-shm (receive-shm there))))))))

#+sbcl
(defun ends-p (thread)
  "Have THREAD end. Does it, in good time?"
  (sb-thread:terminate-thread thread)
  (sb-thread:join-thread thread :default nil :timeout 10)
  (not (sb-thread:thread-alive-p thread)))

(deftest receivers-share-a-socket
  #-sbcl (skip "only SBCL waits before it receives")
  #+sbcl
  (without-leaks
    (with-sockets (here there)
      (with-object (shm)
        (dotimes (round 50)
          (let* ((received (list 0))
                 (threads (loop repeat 4
                                collect (start-thread (lambda ()
                                                        (loop
                                                          (close-shm (receive-shm there))
                                                          (sb-ext:atomic-incf (car received))))))))
            (dotimes (message 10)
              (send-shm shm here))
            (loop repeat 1000 until (= 10 (car received)) do (sleep 0.001))
            (is (= 10 (car received)))
            ;; One that waits with interrupts held back would never end.
            (is (= 4 (count-if #'ends-p threads)))))))))

;;; A thread whose message is taken between its wait and its call. It must go on waiting open to interrupts.
(deftest a-message-may-be-taken-by-another
  #-sbcl (skip "only SBCL waits before it receives")
  #+sbcl
  (without-leaks
    (with-sockets (here there)
      (with-sockets (other-here other-there)
        (with-object (shm)
          (send-shm shm other-here)
          (let* ((taken nil)
                 (thread (unwind-protect
                              (progn
                                (sb-int:encapsulate 'sb-sys:wait-until-fd-usable 'take
                                                    (lambda (wait socket direction &optional timeout serve)
                                                      (prog1 (funcall wait socket direction timeout serve)
                                                        (when (and (eql socket there) (not taken))
                                                          (setf taken (posix-shm/shim:pshm-receive there 0))))))
                                (prog1 (start-thread (lambda () (receive-shm there)))
                                  (sleep 0.05)
                                  (send-shm shm here)
                                  (loop repeat 5000 until taken do (sleep 0.001))
                                  (sleep 0.1)))
                           (sb-int:unencapsulate 'sb-sys:wait-until-fd-usable 'take))))
            (is (= 0 (posix-shm/shim:pshm-close taken)))
            ;; Another socket is nobody else's affair.
            (is (eq t (sb-ext:with-timeout 10 (close-shm (receive-shm other-there)))))
            (is-true (ends-p thread))))))))

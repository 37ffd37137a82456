;;;; SPDX-License-Identifier: BSD-3-Clause
;;;; Objects from process to process.

(in-package #:posix-shm/test)

(defmacro with-sockets ((here there) &body body)
  `(multiple-value-bind (,here ,there) (shm-socketpair)
     (unwind-protect (progn ,@body)
       (posix-shm/shim:pshm-close ,here)
       (posix-shm/shim:pshm-close ,there))))

(deftest sending-and-receiving
  (without-leaks
    (with-sockets (here there)
      (with-object (shm 100)
        (write-shm shm (octets 1 2 3))
        (no-values (send-shm shm here))
        (setf posix-shm/ffi:*errno* :ok)
        (let ((received (receive-shm there :name "received"))
              (read (octets 0 0 0)))
          (is (eq :ok posix-shm/ffi:*errno*))
          (is (typep received 'open-shm))
          (is (string= "received" (shm-name received)))
          (is (/= (shm-fd shm) (shm-fd received)))
          (is (= (stat-ino (shm-stats shm)) (stat-ino (shm-stats received))))
          (read-shm received read)
          (is (equalp (octets 1 2 3) read))
          (close-shm received))
        (is-true (open-shm-p shm))))))

(deftest when-the-peer-is-gone
  (without-leaks
    (with-sockets (here there)
      (posix-shm/shim:pshm-close (shiftf here -1))
      (let ((report (report-of (receive-shm there))))
        (is (says "ENODATA" report))
        (is (says "receive-shm" report)))
      (with-object (shm)
        (is (member (keyword-of (send-shm shm there)) '(:epipe :econnreset)))))
    (with-object (shm)
      (is (eq :enotsock (keyword-of (send-shm shm (shm-fd shm)))))
      (is (eq :enotsock (keyword-of (receive-shm (shm-fd shm))))))
    (is (eq :ebadf (keyword-of (receive-shm 1000))))))

(defun seconds-of (function)
  "How long FUNCTION takes, and its value."
  (let* ((start (get-internal-real-time))
         (value (funcall function)))
    (values (/ (- (get-internal-real-time) start) internal-time-units-per-second) value)))

(defun fill-socket (shm socket)
  "Send SHM over SOCKET until it has to wait. Return what is signalled."
  (handler-case (loop (send-shm shm socket :timeout 0))
    (shm-error (condition) condition)))

(defun keyword-and-seconds (function)
  (multiple-value-bind (seconds condition)
      (seconds-of (lambda ()
                    (handler-case (funcall function)
                      (shm-error (condition) condition))))
    (values (posix-shm-error-keyword condition) seconds (type-of condition))))

(defmacro times-out (timeout form)
  `(multiple-value-bind (keyword seconds type) (keyword-and-seconds (lambda () ,form))
     (is (eq :etimedout keyword))
     (is (eq 'shm-timeout type))
     ;; Two clocks may differ by a tick of either.
     (is (<= (- ,timeout 1/100) seconds (+ ,timeout 2)) "~A seconds instead of ~A" seconds ,timeout)))

(deftest waiting-ends-in-time
  (without-leaks
    (with-sockets (here there)
      (dolist (timeout '(0 1/1000 0.05 0.25d0 1/3))
        (times-out timeout (receive-shm there :timeout timeout)))
      (with-object (shm)
        ;; A kernel that limits the descriptors on their way says so first.
        (let ((full (fill-socket shm here)))
          (when (typep full 'shm-timeout)
            (dolist (timeout '(0 0.05 1/3))
              (times-out timeout (send-shm shm here :timeout timeout))))
          (is (member (posix-shm-error-keyword full) '(:etimedout :etoomanyrefs))))
        (close-shm (receive-shm there :timeout 1))
        (close-shm (receive-shm there :timeout (expt 10 12)))
        (close-shm (receive-shm there :timeout 1d15))
        (close-shm (receive-shm there :timeout nil))))))

(deftest a-timeout-can-be-continued
  (without-leaks
    (with-sockets (here there)
      (with-object (shm)
        (let* ((rounds 0)
               (received (handler-bind ((shm-timeout (lambda (condition)
                                                       (is (eq 'receive-shm (posix-shm-error-operation condition)))
                                                       (is (says "receive-shm" (princ-to-string condition)))
                                                       (when (= 3 (incf rounds))
                                                         (send-shm shm here))
                                                       (continue condition))))
                           (setf posix-shm/ffi:*errno* :ok)
                           (receive-shm there :timeout 1/50))))
          (is (= 3 rounds))
          (is (eq :ok posix-shm/ffi:*errno*))
          (is (= (stat-ino (shm-stats shm)) (stat-ino (shm-stats received))))
          (close-shm received))))))

(deftest the-restart-of-a-timeout-is-one-of-ours
  (with-sockets (here there)
    (with-object (shm)
      (close-shm (handler-bind ((shm-timeout (lambda (condition)
                                               (declare (ignore condition))
                                               (send-shm shm here)
                                               ;; Not this one, which is nearer.
                                               (restart-case (invoke-shm-restart :continue)
                                                 (continue ())))))
                   (receive-shm there :timeout 1/50)))
      (pass))))

(deftest bad-timeouts-are-rejected
  (with-sockets (here there)
    (with-object (shm)
      (dolist (timeout (list -1 -1/1000 -0.5 :never "1" #c(1 1) t))
        (rejects timeout (receive-shm there :timeout timeout))
        (rejects timeout (send-shm shm here :timeout timeout))))))

;;; The flags of a descriptor, as the kernel reports them: the bit of close-on-exec is 02000000.
(defun inherited-p (fd)
  "Is the descriptor FD, which is open, without close-on-exec?"
  (with-open-file (stream (format nil "/proc/self/fdinfo/~D" fd))
    (loop for line = (read-line stream)
          when (eql 0 (search "flags:" line))
            return (not (logtest #o2000000 (parse-integer line :start 6 :radix 8))))))

(defun child-has-p (shm)
  "Has a program that this process starts the descriptor of SHM, as far as it can write to it? What system(3) starts has all that is
inherited. CLISP may have taken its status meanwhile."
  (let ((read (octets 0)))
    (write-shm shm read)
    (cffi:foreign-funcall "system" :string (format nil "(echo Y 1<>/proc/self/fd/~D) 2>/dev/null" (shm-fd shm)) :int)
    (read-shm shm read)
    (= (char-code #\Y) (aref read 0))))

(deftest new-objects-are-not-inherited
  (on-linux
    (without-leaks
      (with-name (name)
        (with-sockets (here there)
          (with-object (anonymous 100)
            (send-shm anonymous here)
            (let ((objects (list (open-shm name :direction :io :if-does-not-exist :create)
                                 (open-shm name :direction :io :if-exists :supersede :if-does-not-exist :create)
                                 (open-shm name)
                                 (reopen-shm anonymous)
                                 (receive-shm there))))
              (dolist (shm (cons anonymous objects))
                (is-false (inherited-p (shm-fd shm)))
                (is-false (shm-inheritable-p shm)))
              (mapc #'close-shm objects)))
          (is-false (inherited-p here))
          (is-false (inherited-p there)))))))

(deftest descriptors-can-be-inherited
  (on-linux
    (without-leaks
      (with-object (shm 100)
        (dolist (inheritable '(t t nil nil :yes nil))
          (is (eq inheritable (setf (shm-inheritable-p shm) inheritable)))
          (is (eq (and inheritable t) (shm-inheritable-p shm)))
          (is (eq (and inheritable t) (inherited-p (shm-fd shm))))
          (is (eq (and inheritable t) (child-has-p shm))))
        ;; It is the descriptor's, not the object's.
        (setf (shm-inheritable-p shm) t)
        (let ((other (reopen-shm shm)))
          (is-false (shm-inheritable-p other))
          (close-shm other))
        (is-true (inherited-p (shm-fd shm)))
        (close-shm shm)
        (rejects shm (shm-inheritable-p shm))
        (rejects shm (setf (shm-inheritable-p shm) t))))))

(deftest only-open-descriptors-can-be-inherited
  (let ((shm (make-shm 1000 "nothing")))
    (is (eq :ebadf (keyword-of (shm-inheritable-p shm))))
    (is (eq :ebadf (keyword-of (setf (shm-inheritable-p shm) t))))
    (is (says "shm-inheritable-p of \"nothing\" failed" (report-of (shm-inheritable-p shm)))))
  (rejects shm (shm-inheritable-p "/name"))
  (rejects shm (setf (shm-inheritable-p 3) t)))

(deftest reopening
  (without-leaks
    (with-object (shm 100)
      (let ((reader (reopen-shm shm)))
        (is (= (stat-ino (shm-stats shm)) (stat-ino (shm-stats reader))))
        (is (eq :eacces (keyword-of (mmap-shm reader 100))))
        (is (eq :eacces (keyword-of (reopen-shm reader :direction :io))))
        (with-mmap (ptr reader 100 :prot :read)
          (is (= 0 (cffi:mem-ref ptr :int))))
        (close-shm reader))
      (let ((writer (reopen-shm shm :direction :io)))
        (with-mmap (ptr writer 100)
          (is (= 3 (setf (cffi:mem-ref ptr :int) 3))))
        (close-shm writer)))))

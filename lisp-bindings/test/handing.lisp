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
        (let ((received (receive-shm there "received"))
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

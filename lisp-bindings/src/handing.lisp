;;;; SPDX-License-Identifier: BSD-3-Clause
;;;; Objects from process to process.

(in-package #:posix-shm)

(defun send-shm (shm socket)
  #.(doc "send-shm")
  (let ((descriptor (descriptor shm 'send-shm))
        (socket (check-descriptor socket 'socket 'send-shm)))
    (loop for result = (pshm-send socket descriptor)
          while (eql result (- *eintr*))
          finally (demand result 'send-shm shm))
    (values)))

;;; SBCL has the system repeat an interrupted call, so an interrupt that is held back would wait for the message. There the
;;; wait comes first, open to interrupts, and the call that makes a descriptor after it, closed to them, once it is sure that it
;;; need not wait: another thread may have taken the message meanwhile, and takes none as long as this one has the socket's lock.
;;; Elsewhere the call returns EINTR.

#+sbcl
(progn
  ;; Asked of the system directly: what succeeds leaves *errno* alone.
  (defun closed-descriptor-p (descriptor)
    (eql (nth-value 1 (sb-unix:unix-lseek descriptor 0 sb-unix:l_incr)) *ebadf*))
  (sb-ext:defglobal *receivers* (make-hash-table :synchronized t))
  (defun receiver-lock (socket)
    (sb-ext:with-locked-hash-table (*receivers*)
      (or (gethash socket *receivers*)
          (setf (gethash socket *receivers*) (sb-thread:make-mutex :name "receive-shm"))))))

(defun wait-for-message (socket)
  (declare (ignorable socket))
  #+sbcl (unless (closed-descriptor-p socket)
           (sb-sys:wait-until-fd-usable socket :input nil nil)))

(defun receive (socket)
  "The library's result, or that of a call which was interrupted where there is no message any more."
  #-sbcl (pshm-receive socket)
  #+sbcl (sb-thread:with-mutex ((receiver-lock socket))
           (if (or (closed-descriptor-p socket) (sb-sys:wait-until-fd-usable socket :input 0 nil))
               (pshm-receive socket)
               (- *eintr*))))

(defun receive-shm (socket &optional name)
  #.(doc "receive-shm")
  (let* ((socket (check-descriptor socket 'socket 'receive-shm))
         (shm (make-instance 'open-shm :name (check-label name 'receive-shm)))
         (cell (cell-of shm))
         (result 0))
    (loop
      (wait-for-message socket)
      (uninterrupted
        (setf result (receive socket))
        (unless (minusp result)
          (setf (car cell) result)))
      (unless (eql result (- *eintr*))
        (return)))
    (demand result 'receive-shm shm)
    shm))

(defun shm-socketpair ()
  #.(doc "shm-socketpair")
  (cffi:with-foreign-objects ((first :int) (second :int))
    (demand (pshm-socketpair first second) 'shm-socketpair nil)
    (values (cffi:mem-ref first :int) (cffi:mem-ref second :int))))

(defun reopen-shm (shm &key (direction :input))
  #.(doc "reopen-shm")
  (let* ((descriptor (descriptor shm 'reopen-shm))
         (direction (choice-value direction 'direction *directions* 'reopen-shm))
         (other (make-instance 'open-shm :name (name-of shm)))
         (cell (cell-of other))
         (result 0))
    (uninterrupted
      (setf result (pshm-reopen descriptor direction))
      (unless (minusp result)
        (setf (car cell) result)))
    (demand result 'reopen-shm shm)
    other))

(define-folding reopen-shm 1)

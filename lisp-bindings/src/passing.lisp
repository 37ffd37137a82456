;;;; SPDX-License-Identifier: BSD-3-Clause
;;;; Objects from process to process, over sockets.

(in-package #:posix-shm)

;;; Waiting for a socket, open to interrupts. SBCL has an interrupted wait of its own repeated, runs the interrupt in between, and
;;; waits no longer for that; the call comes after it, with timeout 0, and never waits, even if another process took the message
;;; meanwhile. Elsewhere the call waits, a part of the time after the other: where no signal ends it, an interrupt runs between
;;; two parts.

(defparameter *slice* 1/10 "Seconds that a call waits at most, but on SBCL.")
(defparameter *no-limit* (expt 10 9) "Seconds that nobody waits.")

(defun check-timeout (value operation)
  (if (typep value '(or null (real 0)))
      value
      (reject operation 'timeout value '(or null (real 0)) "it must be a non-negative number of seconds, or nil.")))

(defun moment-after (timeout)
  "When TIMEOUT is over, in internal time units, or nil."
  (and timeout
       (< timeout *no-limit*)
       (+ (get-internal-real-time) (ceiling (* (rational timeout) internal-time-units-per-second)))))

(defun seconds-left (moment)
  (if moment
      (max 0 (/ (- moment (get-internal-real-time)) internal-time-units-per-second))
      *no-limit*))

(defun attempt (call socket direction left)
  "The result of CALL, a function of a timeout in nanoseconds. Where there is none yet, at most the seconds LEFT have gone by."
  #+sbcl (let ((result (funcall call 0)))
           (when (and (eql result (- *eagain*)) (plusp left))
             (sb-sys:wait-until-fd-usable socket direction (min left 100000) nil))
           result)
  #-sbcl (progn
           socket direction
           (funcall call (ceiling (* (min left *slice*) (expt 10 9))))))

(defun wait-in-time (call socket direction timeout)
  "The result of CALL, which is called until it has one or TIMEOUT is over."
  (loop with moment = (moment-after timeout)
        for left = (seconds-left moment)
        for result = (attempt call socket direction left)
        unless (eql result (- *eintr*))
          when (or (not (member result (list (- *eagain*) (- *etimedout*)))) (eql left 0))
            return result))

(defun wait-for-socket (operation shm &aux (others (compute-restarts)))
  "Signal that the socket was not ready in time. Return where the call is to wait as long again."
  (restart-case (signal-with-restarts (failure 'shm-timeout operation (- *etimedout*) (name-of shm)) others)
    (continue ()
      :report "Wait for the socket as long again.")))

(defun call-in-time (call socket direction timeout operation shm)
  "Make CALL, which may wait for SOCKET to be ready in DIRECTION. An interrupted wait, and a success, leave *errno* alone."
  (loop with errno = (pshm-errno)
        for result = (wait-in-time call socket direction timeout)
        do (cond ((not (minusp result))
                  (pshm-set-errno errno)
                  (return))
                 ((member result (list (- *eagain*) (- *etimedout*)))
                  (wait-for-socket operation shm))
                 (t
                  (fail 'shm-error operation result shm)))))

(defun send-shm (shm socket &key timeout)
  #.(doc "send-shm")
  (let ((descriptor (descriptor shm 'send-shm))
        (socket (check-descriptor socket 'socket 'send-shm))
        (timeout (check-timeout timeout 'send-shm)))
    (call-in-time (lambda (nanoseconds) (pshm-send socket descriptor nanoseconds))
                  socket :output timeout 'send-shm shm)
    (values)))

(defun receive-shm (socket &key name timeout)
  #.(doc "receive-shm")
  (let* ((socket (check-descriptor socket 'socket 'receive-shm))
         (timeout (check-timeout timeout 'receive-shm))
         (shm (make-instance 'open-shm :name (check-label name 'receive-shm)))
         (cell (cell-of shm)))
    (closed-unless-returned (shm)
      (call-in-time (lambda (nanoseconds)
                      (let ((result 0))
                        (uninterrupted
                          (setf result (pshm-receive socket nanoseconds))
                          (unless (minusp result)
                            (setf (car cell) result)))
                        result))
                    socket :input timeout 'receive-shm shm)
      shm)))

(defun shm-socketpair ()
  #.(doc "shm-socketpair")
  (current-image)
  (cffi:with-foreign-objects ((first :int) (second :int))
    (check-result (pshm-socketpair first second) 'shm-socketpair nil)
    (values (cffi:mem-ref first :int) (cffi:mem-ref second :int))))

;;; To programs that this process starts.

(defconstant +getfd+ 1 "F_GETFD, the same everywhere, and so is the bit of close-on-exec.")

(defun shm-inheritable-p (shm)
  #.(doc "shm-inheritable-p" "Accessor")
  (let ((flags (cffi:foreign-funcall "fcntl" :int (descriptor shm 'shm-inheritable-p) :int +getfd+ :int)))
    ;; Nothing else can be wrong.
    (when (minusp flags)
      (fail 'shm-error 'shm-inheritable-p (- *ebadf*) shm))
    (not (logtest flags 1))))

(defun (setf shm-inheritable-p) (inheritable shm)
  (check-result (pshm-set-inheritable (descriptor shm 'shm-inheritable-p) (if inheritable 1 0)) 'shm-inheritable-p shm)
  inheritable)

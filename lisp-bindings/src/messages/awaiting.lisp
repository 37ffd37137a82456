;;;; SPDX-License-Identifier: BSD-3-Clause
;;;; Waiting for the other end of a ring. While the library is called interrupts are held back, so a message is sent or not, and
;;;; received or not; between two calls that wait they run (src/sync/waiting.lisp). Nothing is signalled meanwhile: a closed
;;;; channel is a result, EBADF.

(in-package #:posix-shm)

(defun call-in-slices (call timeout)
  "Make CALL, a function of nanoseconds, until it is done or TIMEOUT is over. Return its result. The first call waits already."
  (declare (type function call))
  (let* ((moment (and timeout (moment-after timeout)))
         (result (briefly-uninterrupted (funcall call (nanoseconds-before moment)))))
    (if (and (again-p result) (not (eql timeout 0)))
        (with-interrupt-windows (call-until call moment))
        result)))

(defun wait-for-peer (operation channel)
  "Signal that the other end did nothing in time. Return where the call is to wait as long again."
  (let ((others (compute-restarts)))
    (restart-case (signal-with-restarts (failure 'shm-timeout operation (- *etimedout*) (name-of-channel channel)) others)
      (continue ()
        :report "Wait as long again."))))

(defun await-ring (call operation channel role timeout if-timeout if-peer-left)
  "The result of CALL, which uses a ring of CHANNEL at its end ROLE; or nil where that is asked for, if TIMEOUT is over or the
sender has left."
  (loop with errno = (pshm-errno)
        for result of-type (signed-byte 64) = (call-in-slices call timeout)
        do (cond ((not (failed-p result))
                  (pshm-set-errno errno)
                  (return result))
                 ((again-p result)
                  (pshm-set-errno errno)
                  (when (eql 1 if-timeout)
                    (return nil))
                  (wait-for-peer operation channel))
                 ((and (eql 1 if-peer-left) (eql result (- *enodata*)))
                  (pshm-set-errno errno)
                  (return nil))
                 (t
                  (fail-channel result operation channel role)))))

(defparameter *if-nothing* '((:error . 0) (nil . 1)) "The actions if no message arrives.")

(declaim (inline check-if-timeout check-if-peer-left))

(defun check-if-timeout (designator operation)
  (if (eq designator :error) 0 (choice-value designator 'if-timeout *if-nothing* operation)))

(defun check-if-peer-left (designator operation)
  (if (eq designator :error) 0 (choice-value designator 'if-peer-left *if-nothing* operation)))

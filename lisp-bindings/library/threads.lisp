;;;; SPDX-License-Identifier: BSD-3-Clause
;;;; The current thread, and swaps that threads may race for. On a Lisp that has no compare-and-swap of conses and that is not
;;;; known here, a swap takes a lock.

(in-package #:posix-shm/host)

(defmacro current-thread ()
  "The identity of this thread, which no other thread has."
  #+(and sbcl sb-thread) 'sb-thread:*current-thread*
  #+(or ecl clasp lispworks allegro) 'mp:*current-process*
  #+ccl 'ccl:*current-process*
  #+abcl '(threads:current-thread)
  #+(or clisp cmucl (and sbcl (not sb-thread))) t
  #-(or sbcl ecl clasp lispworks allegro ccl abcl clisp cmucl) '(uiop:symbol-call '#:bordeaux-threads '#:current-thread))

;;; Where there is neither a compare-and-swap of conses nor a lock of the implementation's, ASDF loads Bordeaux Threads.
#-(or sbcl ecl abcl ccl lispworks allegro clasp clisp cmucl)
(progn
  (defvar *swaps* (uiop:symbol-call '#:bordeaux-threads '#:make-lock "posix-shm"))
  (defun call-alone (function)
    (let ((acquire (uiop:find-symbol* '#:acquire-lock '#:bordeaux-threads))
          (release (uiop:find-symbol* '#:release-lock '#:bordeaux-threads)))
      (funcall acquire *swaps*)
      (unwind-protect (funcall function)
        (funcall release *swaps*)))))

#+sbcl
(declaim (inline swap-car))

(defun swap-car (cell new)
  "Put NEW into the car of CELL and return what was there, in one step."
  #+sbcl (loop (let ((old (car cell)))
                 (when (eq (sb-ext:compare-and-swap (car cell) old new) old)
                   (return old))))
  #+(and ecl threads) (loop (let ((old (car cell)))
                              (when (eq (mp:compare-and-swap (car cell) old new) old)
                                (return old))))
  #+clasp (loop (let ((old (car cell)))
                  (when (eq (mp:cas (car cell) old new) old)
                    (return old))))
  #+lispworks (loop (let ((old (car cell)))
                      (when (sys:compare-and-swap (car cell) old new)
                        (return old))))
  #+allegro (loop (let ((old (car cell)))
                    (when (excl:atomic-conditional-setf (car cell) new old)
                      (return old))))
  #+ccl (loop (let ((old (car cell)))
                (when (ccl::conditional-store (car cell) old new)
                  (return old))))
  #+abcl (threads:synchronized-on cell (shiftf (car cell) new))
  ;; These have one thread: what may come in between is an interrupt.
  #+(or clisp cmucl (and ecl (not threads))) (uninterrupted (shiftf (car cell) new))
  #-(or sbcl ecl abcl ccl lispworks allegro clasp clisp cmucl) (call-alone (lambda () (shiftf (car cell) new))))

;;; A lock of ECL 21.2 is held for ever where an interrupt throws a thread out that holds it, or waits for it. So a thread takes its
;;; turn by the car of a cons: it is there, or nil is. Interrupts run only while memory is allocated, which neither end of a turn
;;; does.
#+(and ecl threads)
(defun call-in-turn (cell function)
  "Call FUNCTION while no other thread is inside of a call by CELL. One that is inside already may call again."
  (if (eq (car cell) mp:*current-process*)
      (funcall function)
      (mp:without-interrupts
        (unwind-protect (progn
                          (loop while (mp:compare-and-swap (car cell) nil mp:*current-process*)
                                do (sleep 0.0001))
                          (funcall function))
          (when (eq (car cell) mp:*current-process*)
            (setf (car cell) nil))))))

(defun fill-car (cell new)
  "Put NEW into the car of CELL where it is nil. Return what is there then: every thread gets the same."
  #+sbcl (or (sb-ext:compare-and-swap (car cell) nil new) new)
  #+(and ecl threads) (or (mp:compare-and-swap (car cell) nil new) new)
  #+abcl (threads:synchronized-on cell (or (car cell) (setf (car cell) new)))
  #-(or sbcl (and ecl threads) abcl) (or (car cell) (setf (car cell) new)))

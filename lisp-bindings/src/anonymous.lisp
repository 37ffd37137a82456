;;;; SPDX-License-Identifier: BSD-3-Clause
;;;; Objects without a name.

(in-package #:posix-shm)

;;; The keywords of open-shm* and of what wraps it, written once.
(eval-when (:compile-toplevel :load-toplevel :execute)
  (defparameter *anonymous-keys*
    '(&key (direction :input) (permissions +default-permissions+) (attempts 100) huge nameable (class 'open-shm)
      finalize)))

;;; Labels. An object without a name has a cell instead of a name: its car is the label, or nil until it is first asked for.

(defun random-octets (count)
  "COUNT octets of the system's random source."
  (let ((function (cffi:foreign-symbol-pointer "getentropy")))
    (cffi:with-foreign-object (octets :uint8 count)
      (if (and function
               (zerop (cffi:foreign-funcall-pointer function () :pointer octets :unsigned-long count :int)))
          (loop for index below count
                collect (cffi:mem-aref octets :uint8 index))
          (with-open-file (device "/dev/urandom" :element-type '(unsigned-byte 8))
            (loop repeat count
                  collect (read-byte device)))))))

(defun make-label ()
  "A name that is well-formed, and that nothing has."
  (format nil "/pshm-~(~{~2,'0X~}~)" (random-octets 12)))

(defun label-in (cell)
  (or (car cell)
      (fill-car cell (make-label))))

(defun open-anonymous (shm direction permissions attempts huge nameable)
  "Make an object without a name and have SHM own it."
  (let ((direction (choice-value direction 'direction *directions* 'open-shm*))
        (permissions (flags-value permissions *permissions* 'open-shm*))
        (attempts (check-attempts attempts))
        (flags (logior (if huge +pshm-anonymous-huge+ 0) (if nameable +pshm-anonymous-nameable+ 0)))
        (cell (cell-of shm)))
    (when (zerop attempts)
      (error (named-failure 'open-shm* (- *eexist*) nil)))
    (let ((result (briefly-unless-left (close-cell cell)
                    (let ((result (pshm-open-anonymous direction permissions flags)))
                      (unless (minusp result)
                        (setf (car cell) result))
                      result))))
      (when (minusp result)
        (error (named-failure 'open-shm* result nil))))
    (setf (name-or-label shm) (list nil))
    shm))

(defun check-attempts (value)
  (if (typep value '(unsigned-byte 31))
      value
      (reject 'open-shm* 'attempts value '(unsigned-byte 31) "it must be an integer from 0 to 2^31 - 1.")))

(defun open-anonymous-object (shm direction permissions attempts huge nameable finalize)
  (flet ((open-it ()
           (open-anonymous shm direction permissions attempts huge nameable)))
    (declare (dynamic-extent #'open-it))
    (if finalize (call-finalizing #'open-it shm 'open-shm*) (open-it))))

(defun open-shm* #.*anonymous-keys*
  #.(doc "open-shm*")
  (open-anonymous-object (make-object class 'open-shm*) direction permissions attempts huge nameable finalize))

(define-folding open-shm* 0)

(defun call-with-open-shm* (function . #.*anonymous-keys*)
  "Call FUNCTION with an object without a name, and close it on every way out."
  (let ((shm (make-object class 'open-shm*)))
    (call-and-close (lambda ()
                        (funcall function (open-anonymous-object shm direction permissions attempts huge nameable finalize)))
                      shm)))

;;;; SPDX-License-Identifier: BSD-3-Clause
;;;; Octets in and out, without a mapping.

(in-package #:posix-shm)

(deftype octet-vector () '(vector (unsigned-byte 8)))

(eval-when (:compile-toplevel :load-toplevel :execute)
  (defconstant +portion+ 65536 "Octets that are copied at once where a vector cannot be passed itself."))

(defun check-octets (octets start end operation)
  "Return END, by default the length of OCTETS, after checking all three."
  (unless (typep octets 'octet-vector)
    (refuse operation 'octets octets 'octet-vector "it must be a vector of (unsigned-byte 8)."))
  (let ((end (or end (length octets))))
    (unless (typep end `(integer 0 ,(length octets)))
      (refuse operation 'end end `(integer 0 ,(length octets)) "it must be nil or an index of OCTETS, or its length."))
    (unless (typep start `(integer 0 ,end))
      (refuse operation 'start start `(integer 0 ,end) "it must be an index of OCTETS, not above END."))
    end))

;;; A vector is passed itself where the implementation can hold it in place; elsewhere its octets go through foreign memory.

(defun passable-p (octets)
  #+(or sbcl ecl) (typep octets '(simple-array (unsigned-byte 8) (*)))
  #-(or sbcl ecl) (progn octets nil))

(defmacro with-octets-in-place ((pointer octets start) &body body)
  "Run BODY with POINTER bound to the address of the octet of OCTETS at START."
  `(cffi:with-pointer-to-vector-data (,pointer ,octets)
     (cffi:incf-pointer ,pointer ,start)
     ,@body))

(defun copy-in-portions (transfer count)
  "Call TRANSFER with foreign memory, a count and the number of octets done, until COUNT are done or fewer come than were asked
for. Return how many, or a negated errno where the first call failed."
  (cffi:with-foreign-object (memory :uint8 #.+portion+)
    (loop with done = 0
          for portion = (min +portion+ (- count done))
          for result = (funcall transfer memory portion done)
          do (cond ((not (minusp result)) (incf done result))
                   ((zerop done) (return result)))
          while (and (= result portion) (< done count))
          finally (return done))))

(defun read-into (descriptor octets start count offset)
  (if (passable-p octets)
      (with-octets-in-place (pointer octets start)
        (pshm-read descriptor pointer count offset))
      (copy-in-portions (lambda (memory portion done)
                          (let ((result (pshm-read descriptor memory portion (+ offset done))))
                            (loop for index below result
                                  do (setf (aref octets (+ start done index)) (cffi:mem-aref memory :uint8 index)))
                            result))
                        count)))

(defun write-from (descriptor octets start count offset)
  (if (passable-p octets)
      (with-octets-in-place (pointer octets start)
        (pshm-write descriptor pointer count offset))
      (copy-in-portions (lambda (memory portion done)
                          (loop for index below portion
                                do (setf (cffi:mem-aref memory :uint8 index) (aref octets (+ start done index))))
                          (pshm-write descriptor memory portion (+ offset done)))
                        count)))

(defun read-shm (shm octets &key (start 0) end (offset 0))
  #.(doc "read-shm")
  (let ((descriptor (descriptor shm 'read-shm))
        (end (check-octets octets start end 'read-shm))
        (offset (check-size offset 'offset 'read-shm)))
    (values (demand (read-into descriptor octets start (- end start) offset) 'read-shm shm))))

(defun write-shm (shm octets &key (start 0) end (offset 0))
  #.(doc "write-shm")
  (let ((descriptor (descriptor shm 'write-shm))
        (end (check-octets octets start end 'write-shm))
        (offset (check-size offset 'offset 'write-shm)))
    (values (demand (write-from descriptor octets start (- end start) offset) 'write-shm shm))))

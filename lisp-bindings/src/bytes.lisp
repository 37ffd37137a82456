;;;; SPDX-License-Identifier: BSD-3-Clause
;;;; Octets in and out, without a mapping.

(in-package #:posix-shm)

(eval-when (:compile-toplevel :load-toplevel :execute)
  (defconstant +chunk+ 65536 "Octets that are copied at once where a vector cannot be passed itself."))

;;; A vector is passed itself where the implementation can hold it in place; elsewhere its octets go through foreign memory.

(defun copy-in-chunks (transfer count)
  "Call TRANSFER with foreign memory, a count and the number of octets done, until COUNT are done or fewer come than were asked
for. Return how many, or a negated errno where the first call failed."
  (cffi:with-foreign-object (memory :uint8 #.+chunk+)
    (loop with done = 0
          for chunk = (min +chunk+ (- count done))
          for result = (funcall transfer memory chunk done)
          do (cond ((not (minusp result)) (incf done result))
                   ((zerop done) (return result)))
          while (and (= result chunk) (< done count))
          finally (return done))))

(defun read-into (descriptor vector start count offset element)
  (let ((octets (element-octets element)))
    (with-address (address vector octets)
      (if address
          (pshm-read descriptor (pointer-to (+ address (* start octets))) count offset)
          (copy-in-chunks (lambda (memory chunk done)
                              (let ((result (pshm-read descriptor memory chunk (+ offset done))))
                                (when (plusp result)
                                  (import-octets vector (+ start (floor done octets)) element memory result))
                                result))
                            count)))))

(defun write-from (descriptor vector start count offset element)
  (let ((octets (element-octets element)))
    (with-address (address vector octets)
      (if address
          (pshm-write descriptor (pointer-to (+ address (* start octets))) count offset)
          (copy-in-chunks (lambda (memory chunk done)
                              (export-elements vector (+ start (floor done octets)) element memory
                                               (floor chunk octets))
                              (pshm-write descriptor memory chunk (+ offset done)))
                            count)))))

(defun read-shm (shm vector &key (start 0) end (offset 0))
  #.(doc "read-shm")
  (let* ((descriptor (descriptor shm 'read-shm))
         (element (vector-element vector 'vector 'read-shm))
         (end (check-range vector start end 'read-shm))
         (count (* (- end start) (element-octets element)))
         (offset (check-size offset 'offset 'read-shm)))
    (values (check-result (read-into descriptor vector start count offset element) 'read-shm shm))))

(defun too-short (shm count done offset)
  "The condition that says that only DONE of COUNT octets are in SHM from OFFSET."
  (make-condition 'shm-too-short
                  :operation 'write-shm :name (name-of shm) :errno *enospc* :count done :wanted count :offset offset
                  :hint (text "The object ends after ~D of the ~D octets, at ~D: make it larger (truncate-shm), or with :short ~
                               :count take what fits."
                              done count (+ offset done))))

(defun extend-or-not (shm count done offset)
  "Signal that only DONE of COUNT octets fit. Return true when SHM has been made larger, nil when that is to be all."
  (let ((others (compute-restarts)))
    (restart-case (signal-with-restarts (too-short shm count done offset) others)
      (extend ()
        :report "Make the object larger, and write everything."
        (truncate-shm shm (max (current-size shm) (+ offset count)))
        t)
      (continue ()
        :report "Go on with what fits."
        nil))))

(defun write-whole (shm write count offset)
  "Call WRITE, which returns how many octets it wrote, until these are COUNT or a restart says that it is enough."
  (loop for done = (check-result (funcall write) 'write-shm shm)
        until (or (= done count) (not (extend-or-not shm count done offset)))
        finally (return done)))

(defun write-shm (shm vector &key (start 0) end (offset 0) (short :error))
  #.(doc "write-shm")
  (let* ((descriptor (descriptor shm 'write-shm))
         (element (vector-element vector 'vector 'write-shm))
         (end (check-range vector start end 'write-shm))
         (count (* (- end start) (element-octets element)))
         (offset (check-size offset 'offset 'write-shm))
         (short (choice-value short 'short *short* 'write-shm)))
    (flet ((write-octets ()
             (write-from descriptor vector start count offset element)))
      (declare (dynamic-extent #'write-octets))
      (values (if (zerop short)
                  (write-whole shm #'write-octets count offset)
                  (check-result (write-octets) 'write-shm shm))))))

(define-folding write-shm 2)

;;;; SPDX-License-Identifier: BSD-3-Clause
;;;; Objects in memory.

(in-package #:posix-shm)

(defconstant +read-write+ (logior +pshm-prot-read+ +pshm-prot-write+))

(declaim (inline address-of pointer-to failed-p check-pointer check-mapping-length check-address))

(defun address-of (pointer)
  "The address of POINTER as the library takes it."
  (let ((address (cffi:pointer-address pointer)))
    (if (logbitp 63 address) (- address (ash 1 64)) address)))

(defun pointer-to (address)
  (cffi:make-pointer (ldb (byte #.(* 8 (cffi:foreign-type-size :pointer)) 0) address)))

(defun failed-p (address)
  "Errors are -4095 to -1; some systems map above 2^63."
  (<= -4095 address -1))

(defun check-pointer (value argument operation)
  (if (cffi:pointerp value) value (reject-pointer value argument operation)))

(defun reject-pointer (value argument operation)
  (reject operation argument value 'cffi:foreign-pointer "it must be a foreign pointer."))

;; So that it can be on the stack.
(declaim (inline make-mapping parse-mapping))

(defstruct mapping
  "The arguments of mmap-shm as the library takes them."
  shm
  (descriptor 0 :type (signed-byte 32))
  (length 0 :type (unsigned-byte 63))
  (protections 0 :type fixnum)
  (flags 0 :type fixnum)
  (hint 0 :type (signed-byte 64))
  (offset 0 :type (unsigned-byte 63)))

;;; The keywords of mmap-shm and of what wraps it, written once.
(eval-when (:compile-toplevel :load-toplevel :execute)
  (defparameter *mmap-keys*
    '(&key (ptr #+sbcl (load-time-value (cffi:null-pointer)) #-sbcl (cffi:null-pointer)) (prot +read-write+)
      (flags +pshm-map-shared+) (offset 0))))

(declaim (inline mapping-flags-value))

(defun mapping-flags-value (flags operation)
  "FLAGS as the library takes them; nil is the default."
  (if (member flags '(nil #.+pshm-map-shared+)) +pshm-map-shared+ (flags-value flags *mapping-flags* operation)))

(defun check-mapping-length (value operation)
  (if (typep value '(unsigned-byte 63)) value (reject-mapping-length value operation)))

(defun reject-mapping-length (value operation)
  (reject operation 'length value '(integer 1 #.(1- (ash 1 63))) "it must be an integer from 1 to 2^63 - 1."))

(defun parse-mapping (shm length ptr prot flags offset)
  (let ((flags (mapping-flags-value flags 'mmap-shm)))
    (make-mapping :shm shm
                  :descriptor (if (and (null shm) (logtest flags +pshm-map-anonymous+))
                                  (progn (current-image) -1)
                                  (descriptor shm 'mmap-shm))
                  :length (check-mapping-length length 'mmap-shm)
                  :protections (if (eql prot +read-write+) prot (flags-value prot *protections* 'mmap-shm))
                  :flags flags
                  :hint (address-of (check-pointer ptr 'ptr 'mmap-shm))
                  :offset (check-size offset 'offset 'mmap-shm))))

(defun map-memory (mapping)
  "The library's result. Any offset will do where the system chooses the address."
  (let ((flags (mapping-flags mapping)))
    (if (and (zerop (mapping-hint mapping)) (not (logtest flags +pshm-map-fixed+)))
        (pshm-map (mapping-descriptor mapping) (mapping-length mapping) (mapping-protections mapping) flags
                  (mapping-offset mapping))
        (pshm-mmap (mapping-hint mapping) (mapping-length mapping) (mapping-protections mapping) flags
                   (mapping-descriptor mapping) (mapping-offset mapping)))))

(defun check-mapped (address mapping)
  (declare (type (signed-byte 64) address))
  (if (failed-p address)
      (fail 'mmap-error 'mmap-shm address (mapping-shm mapping))
      (pointer-to address)))

(defun mmap-shm (shm length . #.*mmap-keys*)
  #.(doc "mmap-shm")
  (let ((mapping (parse-mapping shm length ptr prot flags offset)))
    (declare (dynamic-extent mapping))
    (check-mapped (map-memory mapping) mapping)))

(define-folding mmap-shm 2)

(declaim (inline check-unmapped))

(defun check-unmapped (result)
  (when (minusp result)
    (fail 'mmap-error 'munmap result nil)))

(defun check-address (pointer operation)
  "The address of POINTER, which begins mapped memory."
  (current-image)
  (let ((address (address-of (check-pointer pointer 'ptr operation))))
    (if (zerop address) (reject-null pointer operation) address)))

(defun reject-null (pointer operation)
  (reject operation 'ptr pointer 'cffi:foreign-pointer "it is the null pointer."))

(defun munmap (ptr length)
  #.(doc "munmap")
  (check-unmapped (pshm-unmap (check-address ptr 'munmap) (check-mapping-length length 'munmap)))
  (values))

(defun shm-page-size ()
  #.(doc "shm-page-size")
  (current-image)
  (pshm-page-size))

;;; The library takes whole pages, and mmap-shm any offset.
(defun msync (ptr length &key (flags +pshm-ms-sync+))
  #.(doc "msync")
  (let* ((address (check-address ptr 'msync))
         (length (check-mapping-length length 'msync))
         (flags (flags-value flags *msync-flags* 'msync))
         (lead (mod address (pshm-page-size)))
         (result (pshm-msync (- address lead) (min (+ length lead) #.(1- (expt 2 63))) flags)))
    (when (minusp result)
      (fail 'mmap-error 'msync result nil))
    (values)))

(define-folding msync 2 :checks ((:flags fold-msync-flags)))

(defun call-with-mapping (function mapping)
  "Call FUNCTION with a pointer to the memory of MAPPING, and unmap it on every way out."
  (let ((address -1)
        (result nil))
    (declare (type (signed-byte 64) address))
    (multiple-value-prog1
        (with-cleanup (progn (uninterrupted (setf address (map-memory mapping)))
                             (funcall function (check-mapped address mapping)))
          (unless (or (failed-p address) result)
            (setf result (pshm-unmap address (mapping-length mapping)))))
      (check-unmapped (or result 0)))))

;;; An object is made larger before it is mapped, and smaller only once it is: where it cannot be mapped, nothing is lost.
;;; Whether its size can be set at all is seen before that, in both cases.
(defun call-sized (function shm size truncate)
  "Give SHM the size SIZE if TRUNCATE is true. Call FUNCTION, which maps it, with a function to call when it is mapped."
  (let* ((present (if truncate (current-size shm) 0))
         (cut-p (> present size)))
    (when truncate
      (truncate-shm shm (max size present)))
    (flet ((cut ()
             (when cut-p
               (truncate-shm shm size))))
      (declare (dynamic-extent #'cut))
      (funcall function #'cut))))

(defun call-with-mmap (function shm length . #.*mmap-keys*)
  "Call FUNCTION with a pointer to LENGTH octets of SHM, and unmap them on every way out. Where SHM is nil, and no anonymous
memory is asked for, nothing is mapped, and FUNCTION is called with nil."
  (if (and (null shm)
           (not (logtest (mapping-flags-value flags 'mmap-shm) +pshm-map-anonymous+)))
      (funcall function nil)
      (let ((mapping (parse-mapping shm length ptr prot flags offset)))
        (declare (dynamic-extent mapping))
        (call-with-mapping function mapping))))

(defun call-with-sized-mmap (function shm length . #.(append *mmap-keys* '(((%truncate truncate) t))))
  "Call FUNCTION with SHM and a pointer to LENGTH octets of it, after giving it a size that ends with them if TRUNCATE is true.
Where SHM is nil, call FUNCTION with nil and nil."
  (if (null shm)
      (funcall function nil nil)
      (let ((mapping (parse-mapping shm length ptr prot flags offset)))
        (declare (dynamic-extent mapping))
        (call-sized (lambda (cut)
                      (call-with-mapping (lambda (pointer)
                                           (funcall cut)
                                           (funcall function shm pointer))
                                         mapping))
                    shm (+ offset length) truncate))))

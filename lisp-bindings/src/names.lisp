;;;; SPDX-License-Identifier: BSD-3-Clause
;;;; Names: deleting and listing them.

(in-package #:posix-shm)

(defun delete-shm (name)
  #.(doc "delete-shm")
  (let* ((name (check-shm-name name 'delete-shm))
         (result (pshm-delete name)))
    (when (minusp result)
      (error (named-failure 'delete-shm result name)))
    t))

(defun delete-shm-if-same (name shm)
  #.(doc "delete-shm-if-same")
  (let* ((name (check-shm-name name 'delete-shm-if-same))
         (result (pshm-delete-if-same name (descriptor shm 'delete-shm-if-same))))
    (when (minusp result)
      (error (named-failure 'delete-shm-if-same result name)))
    (= result 1)))

(defun split-names (octets)
  "The strings of OCTETS, each of which ends in a zero. What is not UTF-8 has the replacement character in it."
  (loop for start = 0 then (1+ end)
        for end = (position 0 octets :start start)
        while end
        collect (babel:octets-to-string octets :start start :end end :encoding :utf-8 :errorp nil)))

(defun names-octets (size)
  "The names as the library writes them, or nil where they take more than SIZE octets."
  (cffi:with-foreign-object (names :uint8 (max 1 size))
    (let ((result (pshm-list names size)))
      (cond ((eql result (- *erange*)) nil)
            (t (demand result 'list-shm nil)
               (let ((octets (make-array result :element-type '(unsigned-byte 8))))
                 (dotimes (index result octets)
                   (setf (aref octets index) (cffi:mem-aref names :uint8 index)))))))))

;;; Objects come and go between the question for the size and the list.
(defun list-shm ()
  #.(doc "list-shm")
  (loop
    (let ((octets (names-octets (+ 1024 (demand (pshm-list (cffi:null-pointer) 0) 'list-shm nil)))))
      (when octets
        (return (split-names octets))))))

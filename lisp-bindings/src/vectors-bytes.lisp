;;;; SPDX-License-Identifier: BSD-3-Clause
;;;; Copies that store to no octet but their own, between vectors and views.

(in-package #:posix-shm)

(defun copy-elements (target start1 source start2 count element)
  (let* ((octets (element-octets element))
         (step (floor +portion+ octets)))
    (flet ((in-portions (function)
             (cffi:with-foreign-object (memory :uint8 #.+portion+)
               (loop for done from 0 below count by step
                     do (funcall function memory done (min step (- count done)))))))
      (with-address (to target octets)
        (with-address (from source octets)
          (cond ((and to from)
                 (pshm-copy (+ to (* start1 octets)) (+ from (* start2 octets)) (* count octets)))
                (to
                 (in-portions (lambda (memory done portion)
                                (export-elements source (+ start2 done) element memory portion)
                                (pshm-copy (+ to (* (+ start1 done) octets)) (address-of memory) (* portion octets)))))
                (from
                 (in-portions (lambda (memory done portion)
                                (pshm-copy (address-of memory) (+ from (* (+ start2 done) octets)) (* portion octets))
                                (import-elements target (+ start1 done) element memory portion))))
                (t
                 (replace target source :start1 start1 :start2 start2 :end2 (+ start2 count)))))))))

(defun common-element (target source)
  "The element of both. One of them may be a general vector."
  (cond ((general-p source) (vector-element target 'target 'replace-shm-vector))
        ((general-p target) (vector-element source 'source 'replace-shm-vector))
        (t (let ((element (vector-element target 'target 'replace-shm-vector)))
             (if (eq element (vector-element source 'source 'replace-shm-vector))
                 element
                 (refuse 'replace-shm-vector 'source source `(vector ,(element-type element))
                         "its elements must be of the same type as the target's."))))))

(defun replace-shm-vector (target source &key (start1 0) end1 (start2 0) end2)
  #.(doc "replace-shm-vector")
  (let ((element (common-element target source))
        (end1 (check-range target start1 end1 'replace-shm-vector 'start1 'end1))
        (end2 (check-range source start2 end2 'replace-shm-vector 'start2 'end2)))
    (copy-elements target start1 source start2 (min (- end1 start1) (- end2 start2)) element)
    target))

(defun fill-by-copies (address octets item element)
  "Store ITEM to OCTETS octets at ADDRESS, from memory that nobody else can change meanwhile."
  (let ((portion (min octets 4096)))
    (cffi:with-foreign-object (memory :uint8 4096)
      (dotimes (index (floor portion (element-octets element)))
        (funcall (the function (element-writer element)) item memory index))
      (loop for done = 0 then (+ done portion)
            while (< done octets)
            do (pshm-copy (+ address done) (address-of memory) (min portion (- octets done)))))))

(defun fill-shm-vector (vector item &key (start 0) end)
  #.(doc "fill-shm-vector")
  (let* ((element (vector-element vector 'vector 'fill-shm-vector))
         (octets (element-octets element))
         (end (check-range vector start end 'fill-shm-vector))
         (count (* (- end start) octets)))
    (check-item item element 'fill-shm-vector)
    (with-address (address vector octets)
      (cond ((null address) (fill vector item :start start :end end))
            ((= octets 1) (pshm-fill (+ address start) (ldb (byte 8 0) item) count))
            (t (fill-by-copies (+ address (* start octets)) count item element))))
    vector))

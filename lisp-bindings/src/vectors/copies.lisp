;;;; SPDX-License-Identifier: BSD-3-Clause
;;;; Copies that store to no octet but their own, between vectors and views.

(in-package #:posix-shm)

(defun call-in-chunks (function count element)
  "Call FUNCTION with foreign memory, a number of elements done and a number to do that fit there, until COUNT are done."
  (let ((step (floor +chunk+ (element-octets element))))
    (cffi:with-foreign-object (memory :uint8 #.+chunk+)
      (loop for done from 0 below count by step
            do (funcall function memory done (min step (- count done)))))))

(defun copy-from-address (target start1 from count element)
  "Copy COUNT elements at the address FROM into TARGET, which has no address."
  (call-in-chunks (lambda (memory done chunk)
                      (let ((octets (element-octets element)))
                        (pshm-copy (address-of memory) (+ from (* done octets)) (* chunk octets)))
                      (import-elements target (+ start1 done) element memory chunk))
                    count element))

(defun copy-to-address (to source start2 count element)
  "Copy COUNT elements of SOURCE, which has no address, to the address TO."
  (call-in-chunks (lambda (memory done chunk)
                      (export-elements source (+ start2 done) element memory chunk)
                      (let ((octets (element-octets element)))
                        (pshm-copy (+ to (* done octets)) (address-of memory) (* chunk octets))))
                    count element))

(defun copy-between-arrays (target start1 source start2 count element)
  (if (general-p source)
      (dotimes (index count)
        (setf (aref target (+ start1 index)) (checked-element source (+ start2 index) element)))
      (replace target source :start1 start1 :start2 start2 :end2 (+ start2 count))))

(defun array-below (array)
  "The array that ARRAY is displaced to, through however many, or ARRAY itself."
  (loop for below = (array-displacement array)
        while below
        do (setf array below))
  array)

(defun may-overlap-p (target source)
  "Can TARGET and SOURCE, of which at least one has no address, share elements although they are not the same array?"
  (and (vectorp target) (vectorp source)
       (not (eq target source))
       (eq (array-below target) (array-below source))))

(defun copy-elements (target start1 source start2 count element)
  (let ((octets (element-octets element)))
    (with-address (to target octets)
      (with-address (from source octets)
        (let ((to (and to (+ to (* start1 octets))))
              (from (and from (+ from (* start2 octets)))))
          (cond ((and to from)
                 (pshm-copy to from (* count octets)))
                ((may-overlap-p target source)
                 (let ((copy (subseq source start2 (+ start2 count))))
                   (if to
                       (copy-to-address to copy 0 count element)
                       (copy-between-arrays target start1 copy 0 count element))))
                (to
                 (copy-to-address to source start2 count element))
                (from
                 (copy-from-address target start1 from count element))
                (t
                 (copy-between-arrays target start1 source start2 count element))))))))

(defun common-element (target source)
  "The element of both. One of them may be a general vector."
  (cond ((general-p source) (vector-element target 'target 'replace-shm-vector))
        ((general-p target) (vector-element source 'source 'replace-shm-vector))
        (t (let ((element (vector-element target 'target 'replace-shm-vector)))
             (if (eq element (vector-element source 'source 'replace-shm-vector))
                 element
                 (reject 'replace-shm-vector 'source source `(vector ,(element-type element))
                         "its elements must be of the same type as the target's."))))))

(defun replace-shm-vector (target source &key (start1 0) end1 (start2 0) end2)
  #.(doc "replace-shm-vector")
  (current-image)
  (let ((element (common-element target source))
        (end1 (check-range target start1 end1 'replace-shm-vector 'start1 'end1))
        (end2 (check-range source start2 end2 'replace-shm-vector 'start2 'end2)))
    (copy-elements target start1 source start2 (min (- end1 start1) (- end2 start2)) element)
    target))

(defun fill-memory (pointer octets item element)
  "Store ITEM to OCTETS octets at POINTER: once, and then what is there already behind itself."
  (funcall (the function (element-writer element)) item pointer 0)
  (loop with address = (address-of pointer)
        for done = (element-octets element) then (* 2 done)
        while (< done octets)
        do (pshm-copy (+ address done) address (min done (- octets done)))))

(defun fill-by-copies (address octets item element)
  "Store ITEM to OCTETS octets at ADDRESS, from memory that nobody else can change meanwhile."
  (let ((chunk (min octets 4096)))
    (cffi:with-foreign-object (memory :uint8 4096)
      (fill-memory memory chunk item element)
      (loop for done = 0 then (+ done chunk)
            while (< done octets)
            do (pshm-copy (+ address done) (address-of memory) (min chunk (- octets done)))))))

(defun fill-shm-vector (vector item &key (start 0) end)
  #.(doc "fill-shm-vector")
  (current-image)
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

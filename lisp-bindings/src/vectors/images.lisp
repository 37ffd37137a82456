;;;; SPDX-License-Identifier: BSD-3-Clause
;;;; Vectors in images of SBCL.

(in-package #:posix-shm)

;;; An image has the regions of the process that saved it. Headers are put back there, with the length 0, so that a vector that
;;; the image holds still is an empty one; and ranges of retired ones are reserved again, so that no other data are mapped there.

(defvar *ranges-shown* nil "Can the ranges be read?")

(defun reserve-region (base size)
  "Map memory that allows nothing to SIZE octets at BASE, or fail where these addresses are taken."
  (let ((result (pshm-mmap base size +pshm-prot-none+
                           (logior +pshm-map-private+ +pshm-map-anonymous+ +pshm-map-noreserve+) -1 0)))
    (unless (eql result base)
      (unless (failed-p result)
        (pshm-munmap result size))
      (error "This image was saved with a vector in shared memory that was not released, and its addresses are in use now.
Start the image again; or, before saving it, unmap the vector with :release t and drop all references to it."))))

(defun restore-tombstone (address element data)
  "Reserve the region of a vector again, DATA octets at ADDRESS with a header before them, if it is free."
  (let* ((page (pshm-page-size))
         (base (- address page)))
    (reserve-region base (+ page data))
    (check-result (pshm-mprotect base page +read-write+) 'map-shm-vector nil)
    (set-header address (element-type element) 0)))

;;; Saving an image reads the header of everything that the image refers to, and an inaccessible one is a fatal fault. A page
;;; that was never written to is all zeros, which is no vector's header, and stays safe: nobody's data are there. Where no image is
;;; saved after all, the next vector that is retired forbids them again.

(defun protect-ranges (protections)
  (loop for (start . end) in *ranges*
        do (pshm-mprotect start (- end start) protections)))

(defun show-ranges ()
  ;; An image that has started without the library has none of them yet.
  (when *ranges*
    (current-image)
    (protect-ranges +pshm-prot-read+)
    (setf *ranges-shown* t)))

(defun hide-ranges ()
  (when *ranges-shown*
    (setf *ranges-shown* nil)
    (protect-ranges +pshm-prot-none+)))

(defun restore-tombstones ()
  "Take all of them again."
  (setf *ranges-shown* nil)
  (loop for (start . end) in *ranges*
        do (reserve-region start (- end start)))
  (loop for region being the hash-values of *regions*
        do (setf (car (region-cell region)) nil)
           (empty-array region)
           (restore-tombstone (region-address region) (region-element region) (region-octets region))))

(pushnew 'show-ranges sb-ext:*save-hooks*)
(pushnew 'restore-tombstones *when-loaded*)

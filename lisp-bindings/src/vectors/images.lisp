;;;; SPDX-License-Identifier: BSD-3-Clause
;;;; Vectors in images of SBCL.

(in-package #:posix-shm)

;;; An image knows the places of its past. Headers are put back there, with the length 0, so that a vector that the image holds
;;; still is an empty one; and ranges of retired ones are taken again, so that nobody's data come to be there.

(defvar *ranges-shown* nil "Can the ranges be read?")

(defun take-place (base size)
  "Map memory that allows nothing to SIZE octets at BASE, or fail where these addresses are taken."
  (let ((result (pshm-mmap base size +pshm-prot-none+
                           (logior +pshm-map-private+ +pshm-map-anonymous+ +pshm-map-noreserve+) -1 0)))
    (unless (eql result base)
      (unless (failed-p result)
        (pshm-munmap result size))
      (error "This image was saved with a vector in shared memory that was not released, and its addresses are in use now.
Start the image again; or, before saving it, unmap the vector with :release t and drop all references to it."))))

(defun restore-tombstone (address element data)
  "Take the place of a vector again, DATA octets at ADDRESS with a header before them, if it is free."
  (let* ((page (pshm-page-size))
         (base (- address page)))
    (take-place base (+ page data))
    (demand (pshm-mprotect base page +read-write+) 'map-shm-vector nil)
    (set-header address (element-type element) 0)))

;;; Whoever saves an image looks at the header of whatever it refers to, and dies of a fault where it must not. A page that was
;;; never written to is all zeros, which is no vector's header, and stays safe: nobody's data are there. Where no image is
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
        do (take-place start (- end start)))
  (loop for place being the hash-values of *places*
        do (setf (car (place-cell place)) nil)
           (restore-tombstone (place-address place) (place-element place) (place-octets place))))

(pushnew 'show-ranges sb-ext:*save-hooks*)
(pushnew 'restore-tombstones *when-loaded*)

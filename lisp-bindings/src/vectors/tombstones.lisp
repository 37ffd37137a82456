;;;; SPDX-License-Identifier: BSD-3-Clause
;;;; The remains of unmapped real vectors. The newest are tombstones: empty vectors with memory behind them that
;;;; nobody can touch, and a row in the table. Of older ones only the range of addresses is known, so that a program that maps
;;;; and unmaps for ever runs out of nothing:
;;;;
;;;;                 header page            elements
;;;;     live        ... | type, length     as the mapping says
;;;;     tombstone   ... | type, 0          no access
;;;;     retired     no access              no access           one mapping with its neighbours, one range, no row

(in-package #:posix-shm)

(defconstant +tombstones+ 1000 "How many vectors that were unmapped are kept as empty ones.")

(defvar *tombstones* (make-array +tombstones+ :initial-element nil) "The regions of the newest, in a circle.")
(defvar *next-tombstone* 0)

;;; A list is never changed: reading it needs no lock.
(defvar *ranges* '() "The ranges of addresses of retired vectors, (start . end), in order and apart from each other.")
(declaim (type list *ranges*))

(defun add-range (start end ranges)
  "RANGES with the addresses from START below END, joined to what they touch."
  (cond ((or (null ranges) (< end (car (first ranges))))
         (acons start end ranges))
        ((< (cdr (first ranges)) start)
         (cons (first ranges) (add-range start end (rest ranges))))
        (t
         (destructuring-bind ((low . high) &rest others) ranges
           (add-range (min start low) (max end high) others)))))

(defun retired-address-p (address)
  (loop for (start . end) in *ranges*
        thereis (and (<= start address) (< address end))))

;;; Threads take turns. Interrupts are deferred: the thread here unmaps a vector, or extends one.

#+(or (and sbcl sb-thread) (and ecl threads) abcl)
(defvar *tombstones-lock*
  #+sbcl (sb-thread:make-mutex :name "posix-shm tombstones")
  #+ecl (list nil)
  #+abcl (threads:make-mutex))

(defmacro with-tombstones (&body body)
  #+(and sbcl sb-thread) `(sb-thread:with-mutex (*tombstones-lock*) ,@body)
  #+(and ecl threads) `(posix-shm/host:call-in-turn *tombstones-lock* (lambda () ,@body))
  #+abcl `(threads:with-mutex (*tombstones-lock*) ,@body)
  #-(or (and sbcl sb-thread) (and ecl threads) abcl) `(progn ,@body))

(defun forbid (address octets)
  "Put memory that allows nothing over what is mapped at ADDRESS. Return the library's result."
  (let ((result (pshm-mmap address octets +pshm-prot-none+
                           (logior +pshm-map-private+ +pshm-map-anonymous+ +pshm-map-noreserve+ +pshm-map-fixed+)
                           -1 0)))
    (if (failed-p result) result 0)))

(defun region-keys (region)
  "The keys of the vector of REGION, and of its array, in the table."
  (cons (vector-key (region-vector region))
        (and (arrayp (region-array region)) (list (array-key (region-array region))))))

(defun page-below (address)
  "The address of the page that ADDRESS is in."
  (- address (mod address (pshm-page-size))))

(defun region-start (region)
  "The address where the mapping of REGION begins: that of the page of its first element, or of the page with the header."
  (page-below (- (region-address region) (region-prefix region))))

(defun region-end (region)
  "The address of the first page behind REGION."
  (let ((page (pshm-page-size)))
    (* page (ceiling (+ (region-address region) (region-octets region)) page))))

(defun hide (region)
  "Forbid access to the header of REGION, if it has one, and take it from the array. Return the library's result."
  (let ((start (region-start region)))
    (cond ((zerop (region-prefix region)) 0)
          (t
           (when (arrayp (region-array region))
             (detach-array (region-array region) (region-element region)))
           (forbid start (- (region-end region) start))))))

(defun retire (region)
  "Forget REGION, a tombstone, but for its addresses. If the system call fails, it stays one."
  (let ((keys (region-keys region)))
    (unless (minusp (hide region))
      (setf *ranges* (add-range (region-start region) (region-end region) *ranges*))
      (mapc #'forget-region keys))))

(defun add-tombstone (region)
  "REGION is the newest tombstone. Retire the oldest where there are too many."
  (with-tombstones
    (let ((oldest (shiftf (svref *tombstones* *next-tombstone*) region)))
      (setf *next-tombstone* (mod (1+ *next-tombstone*) +tombstones+))
      (when oldest
        #+sbcl (hide-ranges)
        (retire oldest)))))

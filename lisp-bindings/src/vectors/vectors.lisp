;;;; SPDX-License-Identifier: BSD-3-Clause
;;;; Vectors whose elements are the shared memory.

(in-package #:posix-shm)

(defun shm-vector-real-p (element-type)
  #.(doc "shm-vector-real-p")
  (let ((element (find-element element-type)))
    (and element (real-element-p element) t)))

;;; Arguments

(defstruct request
  "The arguments of OPERATION, map-shm-vector or map-shm-array, as the library takes them. DIMENSIONS are two or more, or nil."
  operation shm descriptor element length dimensions octets protections flags offset reserve)

(defun reject-length (shm element length offset size operation remedy &optional dimensions)
  "The object SHM has SIZE octets, which are not enough for LENGTH elements from OFFSET."
  (let ((most (max 0 (floor (- size offset) (element-octets element))))
        (name (shm-name shm)))
    (reject operation (if dimensions 'dimensions 'length) (or dimensions length) (if dimensions 'list `(integer 1 ,most))
            (text "it takes ~D octets~:[ from the offset ~D~;~*~], and the object~@[ ~S~] has ~D: ~:[too few for one ~
                   element~3*~;~:[LENGTH must be from 1 to~;there may be at most~] ~D~:[~; elements~]~]. ~A"
                  (* length (element-octets element)) (zerop offset) offset name size (plusp most)
                  dimensions most dimensions remedy)
            :name name)))

(defun check-vector-length (length element operation)
  (let ((most (min (1- (if (real-element-p element) array-dimension-limit (ash 1 62)))
                   (floor (1- (ash 1 62)) (element-octets element)))))
    (if (typep length `(integer 1 ,most))
        length
        (reject operation 'length length `(integer 1 ,most) (text "it must be an integer from 1 to ~D." most)))))

(defun real-vector-p (element reserve)
  "Is a vector of ELEMENT to be a real one? Where such a one cannot become longer, a view can."
  (and (real-element-p element)
       (or +real-vectors-extend+ (null reserve))))

(defun check-offset (offset element reserve operation)
  "Return OFFSET if a vector of ELEMENT can begin there. A header before the elements stands in a page of its own."
  (check-size offset 'offset operation)
  (let* ((paged (and (plusp +vector-prefix+) (real-vector-p element reserve)))
         (step (if paged (pshm-page-size) (element-octets element)))
         (below (* step (floor offset step))))
    (if (= below offset)
        offset
        (reject operation 'offset offset `(integer 0 *)
                (text "it must be a multiple of ~D, ~:[the octets of an element~;the page size~]: ~D or ~D are near."
                      step paged below (+ below step))))))

(defun check-readable (prot operation)
  (let ((protections (flags-value prot *protections* operation)))
    (if (logtest protections +pshm-prot-read+)
        protections
        (reject operation 'prot prot 'list "it must have :read: a vector is always readable."))))

(defun check-reserve (reserve octets operation)
  (if (typep reserve `(or null (integer ,octets ,(ash 1 62))))
      reserve
      (reject operation 'reserve reserve `(or null (integer ,octets))
              (text "it must be an integer from ~D, the octets of the vector, or nil." octets))))

(defun parse-request (operation shm element-type length offset prot flags &key reserve dimensions)
  (let* ((element (check-element element-type operation))
         (length (if dimensions length (check-vector-length length element operation)))
         (octets (* length (element-octets element))))
    (make-request :operation operation :shm shm :descriptor (descriptor shm operation)
                  :element element :length length :dimensions dimensions :octets octets
                  :reserve (check-reserve reserve octets operation)
                  :offset (check-offset offset element reserve operation)
                  :protections (check-readable prot operation)
                  :flags (mapping-flags-value flags operation))))

(defun check-size-of-object (request)
  "The end of the vector is not behind the end of the object, as it is now."
  (let ((size (current-size (request-shm request))))
    (when (> (+ (request-offset request) (request-octets request)) size)
      (reject-length (request-shm request) (request-element request) (request-length request) (request-offset request) size
                     (request-operation request) "With :allocate t the object is made larger." (request-dimensions request)))))

;;; Mapping

(defun map-elements (request octets prefix)
  "The library's result."
  (if (plusp prefix)
      (pshm-map-prefixed (request-descriptor request) octets (request-protections request)
                         (request-flags request) (request-offset request) prefix)
      (pshm-map (request-descriptor request) octets (request-protections request)
                (request-flags request) (request-offset request))))

(defun unmap-elements (region)
  (if (plusp (region-prefix region))
      (pshm-unmap-prefixed (region-address region) (region-octets region) (region-prefix region))
      (pshm-unmap (region-address region) (region-octets region))))

(defun finish-region (region address real)
  "The mapping at ADDRESS is REGION's from now on."
  (setf (region-address region) address
        (car (region-cell region)) :mapped)
  (cond (real
         (setf (region-vector region) (make-real-vector address (region-element region) (region-length region))
               (region-at (vector-key (region-vector region))) region))
        (t
         (setf (region-pointer region) (pointer-to address)
               (region-vector region) (make-view region))))
  (when (region-dimensions region)
    (finish-array region)))

(defun map-region (region request)
  "Map what REQUEST says and make it REGION's, with no interrupt between the two. Return the library's result."
  (let* ((real (and (real-vector-p (request-element request) (request-reserve request)) t))
         (prefix (if real +vector-prefix+ 0)))
    (setf (region-shm region) (request-shm request)
          (region-element region) (request-element request)
          (region-length region) (request-length request)
          (region-dimensions region) (request-dimensions request)
          (region-prefix region) prefix
          (region-reserve region) (request-reserve request)
          (region-offset region) (request-offset request))
    (uninterrupted
      (let ((address (map-elements request (region-octets region) prefix)))
        (unless (failed-p address)
          (finish-region region address real))
        address))))

(defun prepare (request allocate)
  (when allocate
    (allocate-shm (request-shm request) (+ (request-offset request) (request-octets request))))
  (check-size-of-object request))

(defun vector-in (region request)
  "Map what REQUEST says and return the vector, or the array."
  (let ((address (map-region region request)))
    (if (failed-p address)
        (fail 'mmap-error (request-operation request) address (request-shm request))
        (or (region-array region) (region-vector region)))))

(defun map-request (request allocate)
  "Map what REQUEST says and return the vector, or the array, which the caller unmaps."
  (prepare request allocate)
  (let ((region (make-region))
        (done nil))
    ;; There may be no memory left to make the vector with.
    (with-cleanup (prog1 (vector-in region request)
                    (setf done t))
      (unless done
        (unmap-region region t)))))

(defun map-shm-vector (shm element-type length &key (offset 0) (prot +read-write+) (flags +pshm-map-shared+) allocate reserve)
  #.(doc "map-shm-vector")
  (map-request (parse-request 'map-shm-vector shm element-type length offset prot flags :reserve reserve) allocate))

(define-folding map-shm-vector 3)

;;; Extending. The mapping is there already: only the length changes.

(defun check-extended-length (length region)
  "LENGTH is one that the vector of REGION can have: not less than now, and no more than is mapped."
  (let ((least (region-length region))
        (most (floor (region-octets region) (element-octets (region-element region)))))
    (if (typep length `(integer ,least ,most))
        length
        (reject 'extend-shm-vector 'length length `(integer ,least ,most)
                (text "it must be from ~D, the length now, to ~D, for which addresses are reserved.~:[~; ~
                       (map-shm-vector ... :reserve octets) reserves more.~]"
                      least most (and (integerp length) (> length most)))))))

;; Only as long as the object is open can its size be asked for.
(defun check-object-length (length region)
  (let ((shm (region-shm region))
        (element (region-element region)))
    (when (open-shm-p shm)
      (let ((size (current-size shm)))
        (when (> (+ (region-offset region) (* length (element-octets element))) size)
          (reject-length shm element length (region-offset region) size 'extend-shm-vector
                         "(allocate-shm object size) makes the object larger."))))))

(defun extend-region (region length)
  "Let the vector of REGION have LENGTH elements at least, unless it was unmapped. Another thread may extend it further meanwhile, or
unmap it: of an unmapped vector the header may be gone."
  (uninterrupted
    (with-tombstones
      (when (and (region-mapped-p region) (< (region-length region) length))
        (when (vectorp (region-vector region))
          (set-real-length (region-vector region) length))
        (setf (region-length region) length)))))

(defun extend-shm-vector (vector length)
  #.(doc "extend-shm-vector")
  (let ((region (find-region vector)))
    (unless (and region (region-mapped-p region))
      (reject 'extend-shm-vector 'vector vector 'vector "it must be a vector that map-shm-vector returned, and that is mapped."))
    (check-object-length (check-extended-length length region) region)
    (extend-region region length)
    vector))

;;; Unmapping. A real vector becomes a tombstone: empty, with memory behind it that nobody can touch, so that neither a late
;;; index nor compiled code without checks reaches anybody's data. The region is never used again, unless it is released.

(defun bury (region)
  "Put memory that allows nothing over the elements. Return the library's result."
  (let ((start (page-below (region-address region))))
    (forbid start (- (region-end region) start))))

(defun unmap-with-prefix (region)
  "Unmap REGION and its prefix. The next mapping may get the address: the table forgets it before that, and not after."
  (let ((keys (region-keys region)))
    (mapc #'forget-region keys)
    (let ((result (unmap-elements region)))
      (cond ((minusp result)
             (dolist (key keys)
               (setf (region-at key) region)))
            ((arrayp (region-array region))
             (detach-array (region-array region) (region-element region))))
      result)))

(defun empty-region (region)
  "Let the vector of REGION, and the array, have no elements."
  (empty-array region)
  (set-real-length (region-vector region) 0))

(defun refill-region (region)
  "Let them have their elements again."
  (set-real-length (region-vector region) (region-length region))
  (when (arrayp (region-array region))
    (set-real-dimensions (region-array region) (region-dimensions region))))

(defun unmap-real (region release)
  (empty-region region)
  (let ((result (if release (unmap-with-prefix region) (bury region))))
    (cond ((minusp result)
           (refill-region region)
           (setf (car (region-cell region)) :mapped))
          ((not release)
           (add-tombstone region)))
    result))

(defun unmap-view (region)
  (let ((result (unmap-elements region)))
    (when (minusp result)
      (setf (car (region-cell region)) :mapped))
    result))

(defun unmap-and-forget (region release name)
  "Unmap REGION, and keep of its object only the NAME. Return the library's result."
  ;; There is no vector where making it failed, or was interrupted.
  (let ((result (if (vectorp (region-vector region))
                    (unmap-real region release)
                    (unmap-view region))))
    (unless (minusp result)
      (setf (region-shm region) name))
    result))

(defun unmap-region (region release)
  "Unmap REGION, unless that was done: of several threads, one does. Return the library's result, or nil."
  (let ((name (region-name region)))
    (uninterrupted
      (when (and (region-mapped-p region) (with-tombstones (swap-car (region-cell region) nil)))
        (to-the-end (unmap-and-forget region release name))))))

(defun check-unmapped-vector (result operation)
  (cond ((null result) nil)
        ((minusp result) (fail 'mmap-error operation result nil))
        (t t)))

(defun find-region (vector)
  "The region of VECTOR, or nil. A header that was retired cannot be looked at: on SBCL the table is, by the address, before it."
  (cond ((shm-view-p vector) (shm-view-region vector))
        #+sbcl ((sb-kernel:%other-pointer-p vector) (region-at (vector-key vector)))
        #-sbcl ((vectorp vector) (region-at (vector-key vector)))))

(defun unmap-shm-vector (vector &key release)
  #.(doc "unmap-shm-vector")
  (let ((region (find-region vector)))
    (cond (region
           (check-unmapped-vector (unmap-region region release) 'unmap-shm-vector))
          ((not (retired-p vector))
           (reject 'unmap-shm-vector 'vector vector 'vector
                   "it must be a vector that map-shm-vector returned.")))))

;;; Around a body

(defun call-with-region (function request release)
  (let ((region (make-region))
        (result nil))
    (multiple-value-prog1 (with-cleanup (funcall function (vector-in region request))
                            (setf result (unmap-region region release)))
      (check-unmapped-vector result 'unmap-shm-vector))))

(eval-when (:compile-toplevel :load-toplevel :execute)
  (defparameter *vector-keys*
    '(&key (offset 0) (prot +read-write+) (flags +pshm-map-shared+) allocate reserve release)))

(defun call-with-request (function request allocate release)
  "Call FUNCTION with the vector, or the array, that REQUEST says, and unmap it on every way out."
  (prepare request allocate)
  (call-with-region function request release))

(defun call-with-sized-request (function request allocate release truncate)
  "Call FUNCTION with the object of REQUEST and the vector, or the array, after giving the object a size that ends with it if TRUNCATE
is true."
  (let ((shm (request-shm request)))
    (call-sized (lambda (cut)
                  (call-with-request (lambda (vector)
                                       (funcall cut)
                                       (funcall function shm vector))
                                     request allocate release))
                shm (+ (request-offset request) (request-octets request)) truncate)))

(defun call-with-shm-vector (function shm element-type length . #.*vector-keys*)
  "Call FUNCTION with a vector of LENGTH elements of SHM, and unmap it on every way out. Where SHM is nil, call it with nil."
  (if (null shm)
      (funcall function nil)
      (call-with-request function (parse-request 'map-shm-vector shm element-type length offset prot flags :reserve reserve)
                         allocate release)))

(defun call-with-sized-vector (function shm element-type length
                               . #.(append *vector-keys* '(((%truncate truncate) t))))
  "Call FUNCTION with SHM and a vector of LENGTH elements of it, after giving it a size that ends with them if TRUNCATE is true.
Where SHM is nil, call FUNCTION with nil and nil."
  (if (null shm)
      (funcall function nil nil)
      (call-with-sized-request function
                               (parse-request 'map-shm-vector shm element-type length offset prot flags :reserve reserve)
                               allocate release truncate)))

(defmacro with-shm-vector ((vector shm element-type length &rest vector-options) &body body)
  #.(doc "with-shm-vector" "Macro")
  `(call-with-shm-vector (variables-lambda (,vector) ,@body)
                         ,shm ,element-type ,length ,@(fold-options vector-options)))

(eval-when (:compile-toplevel :load-toplevel :execute)
  (defun expand-sized-vector (open shm vector name-and-options vector-options truncate body
                              &optional (call 'call-with-sized-vector))
    "Open with the macro OPEN, size, map, and run BODY with the variables SHM and VECTOR, by the function CALL."
    (destructuring-bind (element-type length &rest options) vector-options
      (expand-opened open shm vector name-and-options call `(,element-type ,length ,@(fold-options options)) truncate body))))

(defmacro with-open-shm-vector ((shm vector (name &rest open-options) (element-type length &rest vector-options)
                                 &key (truncate t))
                                &body body)
  #.(doc "with-open-shm-vector" "Macro")
  (expand-sized-vector 'with-open-shm shm vector (cons name open-options) (list* element-type length vector-options)
                       truncate body))

(defmacro with-open-shm-vector* ((shm vector (&rest open-options) (element-type length &rest vector-options)
                                  &key (truncate t))
                                 &body body)
  #.(doc "with-open-shm-vector*" "Macro")
  (expand-sized-vector 'with-open-shm* shm vector open-options (list* element-type length vector-options) truncate body))

;;;; SPDX-License-Identifier: BSD-3-Clause
;;;; Vectors whose elements are the shared memory.

(in-package #:posix-shm)

(defun shm-vector-real-p (element-type)
  #.(doc "shm-vector-real-p")
  (let ((element (find-element element-type)))
    (and element (real-element-p element) t)))

;;; Arguments

(defstruct request
  "The arguments of map-shm-vector as the library takes them."
  shm descriptor element length octets protections flags offset reserve)

(defun refuse-length (shm element length offset size operation remedy)
  "The object SHM has SIZE octets, which are not enough for LENGTH elements from OFFSET."
  (let ((most (max 0 (floor (- size offset) (element-octets element))))
        (name (shm-name shm)))
    (refuse operation 'length length `(integer 1 ,most)
            (text "it takes ~D octets~:[ from the offset ~D~;~*~], and the object~@[ ~S~] has ~D: ~:[too few for one ~
                   element~*~;LENGTH must be from 1 to ~D~]. ~A"
                  (* length (element-octets element)) (zerop offset) offset name size (plusp most) most remedy)
            :name name)))

(defun check-vector-length (length element operation)
  (let ((most (min (1- (if (real-element-p element) array-dimension-limit (ash 1 62)))
                   (floor (1- (ash 1 62)) (element-octets element)))))
    (if (typep length `(integer 1 ,most))
        length
        (refuse operation 'length length `(integer 1 ,most) (text "it must be an integer from 1 to ~D." most)))))

(defun check-page-offset (offset operation)
  (check-size offset 'offset operation)
  (if (zerop (mod offset (pshm-page-size)))
      offset
      (refuse operation 'offset offset `(integer 0 *)
              (text "it must be a multiple of ~D, the page size." (pshm-page-size)))))

(defun check-readable (prot operation)
  (let ((protections (flags-value prot *protections* operation)))
    (if (logtest protections +pshm-prot-read+)
        protections
        (refuse operation 'prot prot 'list "it must have :read: a vector is always readable."))))

(defun check-reserve (reserve octets operation)
  (if (typep reserve `(or null (integer ,octets ,(ash 1 62))))
      reserve
      (refuse operation 'reserve reserve `(or null (integer ,octets))
              (text "it must be an integer from ~D, the octets of the vector, or nil." octets))))

(defun parse-request (operation shm element-type length offset prot flags &optional reserve)
  (let* ((element (check-element element-type operation))
         (length (check-vector-length length element operation))
         (octets (* length (element-octets element))))
    (make-request :shm shm :descriptor (descriptor shm operation)
                  :element element :length length :octets octets
                  :reserve (check-reserve reserve octets operation)
                  :offset (check-page-offset offset operation)
                  :protections (check-readable prot operation)
                  :flags (mapping-flags-value flags operation))))

(defun check-room (request operation)
  "The end of the vector is not behind the end of the object, as it is now."
  (let ((size (current-size (request-shm request))))
    (when (> (+ (request-offset request) (request-octets request)) size)
      (refuse-length (request-shm request) (request-element request) (request-length request) (request-offset request) size
                     operation "With :allocate t the object is made larger."))))

;;; Mapping

(defun map-elements (request octets prefix)
  "The library's result."
  (if (plusp prefix)
      (pshm-map-prefixed (request-descriptor request) octets (request-protections request)
                         (request-flags request) (request-offset request) prefix)
      (pshm-map (request-descriptor request) octets (request-protections request)
                (request-flags request) (request-offset request))))

(defun unmap-elements (place)
  (if (plusp (place-prefix place))
      (pshm-unmap-prefixed (place-address place) (place-octets place) (place-prefix place))
      (pshm-unmap (place-address place) (place-octets place))))

(defun finish-place (place address real)
  "The mapping at ADDRESS is PLACE's from now on."
  (setf (place-address place) address
        (car (place-cell place)) :mapped)
  (cond (real
         (setf (place-vector place) (make-real-vector address (place-element place) (place-length place))
               (place-at (vector-key (place-vector place))) place))
        (t
         (setf (place-pointer place) (pointer-to address)
               (place-vector place) (make-view place)))))

(defun real-request-p (request)
  "Is the vector of REQUEST to be a real one? Where such a one cannot become longer, a view can."
  (and (real-element-p (request-element request))
       (or +real-vectors-extend+ (null (request-reserve request)))))

(defun map-place (place request)
  "Map what REQUEST says and make it PLACE's, with no interrupt between the two. Return the library's result."
  (let* ((real (and (real-request-p request) t))
         (prefix (if real +vector-prefix+ 0)))
    (setf (place-shm place) (request-shm request)
          (place-element place) (request-element request)
          (place-length place) (request-length request)
          (place-prefix place) prefix
          (place-reserve place) (request-reserve request)
          (place-offset place) (request-offset request))
    (uninterrupted
      (let ((address (map-elements request (place-octets place) prefix)))
        (unless (failed-p address)
          (finish-place place address real))
        address))))

(defun prepare (request allocate operation)
  (when allocate
    (allocate-shm (request-shm request) (+ (request-offset request) (request-octets request))))
  (check-room request operation))

(defun vector-in (place request operation)
  "Map what REQUEST says and return the vector."
  (let ((address (map-place place request)))
    (if (failed-p address)
        (fail 'mmap-error operation address (request-shm request))
        (place-vector place))))

(defun map-shm-vector (shm element-type length &key (offset 0) (prot +read-write+) (flags +pshm-map-shared+) allocate reserve)
  #.(doc "map-shm-vector")
  (let ((request (parse-request 'map-shm-vector shm element-type length offset prot flags reserve)))
    (prepare request allocate 'map-shm-vector)
    (let ((place (make-place))
          (done nil))
      ;; There may be no memory left to make the vector with.
      (with-cleanup (prog1 (vector-in place request 'map-shm-vector)
                      (setf done t))
        (unless done
          (unmap-place place t))))))

(define-folding map-shm-vector 3)

;;; Extending. The mapping is there already: only the length changes.

(defun check-extended-length (length place)
  "LENGTH is one that the vector of PLACE can have: not less than now, and no more than is mapped."
  (let ((least (place-length place))
        (most (floor (place-octets place) (element-octets (place-element place)))))
    (if (typep length `(integer ,least ,most))
        length
        (refuse 'extend-shm-vector 'length length `(integer ,least ,most)
                (text "it must be from ~D, the length now, to ~D, for which addresses are reserved.~:[~; ~
                       (map-shm-vector ... :reserve octets) reserves more.~]"
                      least most (and (integerp length) (> length most)))))))

;; Only as long as the object is open can its size be asked for.
(defun check-object-length (length place)
  (let ((shm (place-shm place))
        (element (place-element place)))
    (when (open-shm-p shm)
      (let ((size (current-size shm)))
        (when (> (+ (place-offset place) (* length (element-octets element))) size)
          (refuse-length shm element length (place-offset place) size 'extend-shm-vector
                         "(allocate-shm object size) makes the object larger."))))))

(defun extend-place (place length)
  "Let the vector of PLACE have LENGTH elements at least, unless it was unmapped. Another thread may extend it further meanwhile, or
unmap it: of an unmapped vector the header may be gone."
  (uninterrupted
    (with-tombstones
      (when (and (place-mapped-p place) (< (place-length place) length))
        (when (vectorp (place-vector place))
          (set-real-length (place-vector place) length))
        (setf (place-length place) length)))))

(defun extend-shm-vector (vector length)
  #.(doc "extend-shm-vector")
  (let ((place (find-place vector)))
    (unless (and place (place-mapped-p place))
      (refuse 'extend-shm-vector 'vector vector 'vector "it must be a vector that map-shm-vector returned, and that is mapped."))
    (check-object-length (check-extended-length length place) place)
    (extend-place place length)
    vector))

;;; Unmapping. A real vector becomes a tombstone: empty, with memory behind it that nobody can touch, so that neither a late
;;; index nor compiled code without checks reaches anybody's data. The place is never used again, unless it is released.

(defun bury (place)
  "Put memory that allows nothing over the elements. Return the library's result."
  (forbid (place-address place) (place-octets place)))

(defun give-back (place)
  "Unmap PLACE and its prefix. Whoever maps next may get the address: the table forgets it before that, and not after."
  (let ((key (vector-key (place-vector place))))
    (forget-place key)
    (let ((result (unmap-elements place)))
      (when (minusp result)
        (setf (place-at key) place))
      result)))

(defun unmap-real (place release)
  (let ((vector (place-vector place)))
    (set-real-length vector 0)
    (let ((result (if release (give-back place) (bury place))))
      (cond ((minusp result)
             (set-real-length vector (place-length place))
             (setf (car (place-cell place)) :mapped))
            ((not release)
             (add-tombstone place)))
      result)))

(defun unmap-view (place)
  (let ((result (unmap-elements place)))
    (when (minusp result)
      (setf (car (place-cell place)) :mapped))
    result))

(defun unmap-place (place release)
  "Unmap PLACE, unless that was done: of several threads, one does. Return the library's result, or nil."
  (uninterrupted
    (when (and (place-mapped-p place) (with-tombstones (swap-car (place-cell place) nil)))
      ;; There is no vector where making it failed, or was interrupted.
      (to-the-end (if (vectorp (place-vector place))
                      (unmap-real place release)
                      (unmap-view place))))))

(defun check-unmapped-vector (result operation)
  (cond ((null result) nil)
        ((minusp result) (fail 'mmap-error operation result nil))
        (t t)))

(defun find-place (vector)
  "The place of VECTOR, or nil. A header that was retired cannot be looked at: on SBCL the table is, by the address, before it."
  (cond ((shm-view-p vector) (shm-view-place vector))
        #+sbcl ((sb-kernel:%other-pointer-p vector) (place-at (vector-key vector)))
        #-sbcl ((vectorp vector) (place-at (vector-key vector)))))

(defun unmap-shm-vector (vector &key release)
  #.(doc "unmap-shm-vector")
  (let ((place (find-place vector)))
    (cond (place
           (check-unmapped-vector (unmap-place place release) 'unmap-shm-vector))
          ((not (retired-p vector))
           (refuse 'unmap-shm-vector 'vector vector 'vector
                   "it must be a vector that map-shm-vector returned.")))))

;;; Around a body

(defun call-with-place (function request release)
  (let ((place (make-place))
        (result nil))
    (multiple-value-prog1 (with-cleanup (funcall function (vector-in place request 'map-shm-vector))
                            (setf result (unmap-place place release)))
      (check-unmapped-vector result 'unmap-shm-vector))))

(eval-when (:compile-toplevel :load-toplevel :execute)
  (defparameter *vector-keys*
    '(&key (offset 0) (prot +read-write+) (flags +pshm-map-shared+) allocate reserve release)))

(defun call-with-shm-vector (function shm element-type length . #.*vector-keys*)
  "Call FUNCTION with a vector of LENGTH elements of SHM, and unmap it on every way out. Where SHM is nil, call it with nil."
  (if (null shm)
      (funcall function nil)
      (let ((request (parse-request 'map-shm-vector shm element-type length offset prot flags reserve)))
        (prepare request allocate 'map-shm-vector)
        (call-with-place function request release))))

(defun call-with-sized-vector (function shm element-type length
                               . #.(append *vector-keys* '(((%truncate truncate) t))))
  "Call FUNCTION with SHM and a vector of LENGTH elements of it, after giving it a size that ends with them if TRUNCATE is true.
Where SHM is nil, call FUNCTION with nil and nil."
  (if (null shm)
      (funcall function nil nil)
      (let ((request (parse-request 'map-shm-vector shm element-type length offset prot flags reserve)))
        (call-sized (lambda (cut)
                      (prepare request allocate 'map-shm-vector)
                      (call-with-place (lambda (vector)
                                         (funcall cut)
                                         (funcall function shm vector))
                                       request release))
                    shm (+ offset (request-octets request)) truncate))))

(defmacro with-shm-vector ((vector shm element-type length &rest vector-options) &body body)
  #.(doc "with-shm-vector" "Macro")
  `(call-with-shm-vector (variables-lambda (,vector) ,@body)
                         ,shm ,element-type ,length ,@(fold-options vector-options)))

(eval-when (:compile-toplevel :load-toplevel :execute)
  (defun expand-sized-vector (open shm vector name-and-options vector-options truncate body)
    "Open with the macro OPEN, size, map, and run BODY with the variables SHM and VECTOR."
    (destructuring-bind (element-type length &rest options) vector-options
      (expand-opened open shm vector name-and-options 'call-with-sized-vector
                     `(,element-type ,length ,@(fold-options options)) truncate body))))

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

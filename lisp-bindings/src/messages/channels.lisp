;;;; SPDX-License-Identifier: BSD-3-Clause
;;;; Channels: this process at an end of a ring of messages, or at one end of each of two rings.

(in-package #:posix-shm)

(defstruct (shm-channel (:constructor %make-channel (where region cell octets role capacity sends receives)) (:copier nil)
                        (:predicate nil))
  #.(doc "shm-channel" "Structure")
  ;; A vector, or a pointer.
  where
  ;; Of the vector, or nil.
  region
  ;; That of the region, which says whether the memory is there. Of a pointer only the image can be known, in which it is valid.
  (cell nil :type cons)
  ;; In an element of the vector.
  (octets 1 :type (integer 1 8))
  role
  (capacity 0 :type (unsigned-byte 31))
  ;; The addresses of the rings that this end sends to and receives from, or 0.
  (sends 0 :type (signed-byte 64))
  (receives 0 :type (signed-byte 64))
  ;; The address and the role of each of them. Made before this process joins: ECL runs interrupts while it allocates, and leaving
  ;; must not.
  rings
  ;; True in its car once this process has joined, and until the channel is closed: the thread that swaps it out leaves.
  (joined (list nil) :type cons)
  ;; The thread of the body that has reserved a message, and of that which uses the message that is next.
  sending
  receiving
  ;; Whether the vector was mapped for this channel, and is unmapped with it.
  owned)

(defun shm-channel-p (object)
  #.(doc "shm-channel-p")
  (typep object 'shm-channel))

(defun name-of-channel (channel)
  "The name of the object that CHANNEL lies in, or nil where it is not known."
  (name-of-region (shm-channel-region channel)))

(declaim (inline channel-mapped-p channel-open-p))

(defun channel-mapped-p (channel)
  (let ((cell (shm-channel-cell channel)))
    (and (car cell) (eql (cdr cell) *image*))))

(defun channel-open-p (channel)
  (and (car (shm-channel-joined channel)) (channel-mapped-p channel)))

(defmethod print-object ((channel shm-channel) stream)
  (print-unreadable-object (channel stream :identity t)
    (format stream "SHM-CHANNEL, ~(~A~)~@[ in ~S~]~:[ (closed)~;~]" (shm-channel-role channel) (name-of-channel channel)
            (channel-open-p channel))))

;;; Arguments

(defun check-role (role operation)
  (choice-value role 'role *channel-roles* operation)
  role)

(defun duplex-p (role)
  (member role '(:server :client)))

(defun check-capacity (capacity operation)
  (if (and (typep capacity '(integer #.+pshm-ring-capacity-min+ #.+pshm-ring-capacity-max+)) (= 1 (logcount capacity)))
      capacity
      (reject operation 'capacity capacity '(integer #.+pshm-ring-capacity-min+ #.+pshm-ring-capacity-max+)
              (text "it must be a power of two from ~D to ~D." +pshm-ring-capacity-min+ +pshm-ring-capacity-max+))))

(defun ring-octets (capacity)
  (+ +pshm-ring-header-size+ capacity))

(defun shm-channel-size (capacity role)
  #.(doc "shm-channel-size")
  (check-capacity capacity 'shm-channel-size)
  (* (ring-octets capacity) (if (duplex-p (check-role role 'shm-channel-size)) 2 1)))

(define-folding shm-channel-size 2 :checks ((1 check-role-name)))

(defun check-channel-fits (address region size index operation)
  "The SIZE octets at ADDRESS, the element at INDEX of PLACE, do not go beyond its end."
  (when (> (+ address size) (+ (region-address region) (element-range-octets region)))
    (reject operation 'index index '(integer 0)
            (text "the channel takes ~D octets from there, and the vector ends before." size))))

(defun check-channel-element (region where operation)
  "The octets in an element of PLACE. A message begins at a multiple of 8 octets, and so does an element of no more than 8."
  (let ((octets (element-octets (region-element region))))
    (if (<= octets 8)
        octets
        (reject operation 'where where 'vector "its elements must have at most 8 octets each."))))

(defun channel-address (where region index size operation)
  (if region
      (let ((address (region-index-address region index 64 operation)))
        (check-channel-fits address region size index operation)
        address)
      (check-pointer-index where index 64 operation)))

(defun ring-addresses (address capacity role)
  "The addresses of the rings that the end ROLE of a channel at ADDRESS sends to and receives from, or 0."
  (let ((second (+ address (ring-octets capacity))))
    (ecase role
      (:sender (values address 0))
      (:receiver (values 0 address))
      (:server (values address second))
      (:client (values second address)))))

(defun rings-of (channel)
  "The address and the role of each ring of CHANNEL."
  (loop for (address . role) in `((,(shm-channel-sends channel) . ,+pshm-ring-sender+)
                                  (,(shm-channel-receives channel) . ,+pshm-ring-receiver+))
        unless (zerop address)
          collect (cons address role)))

(defun prepare-channel (where capacity role index operation)
  "A channel that has not joined yet."
  (let* ((size (progn (check-role role operation)
                      (check-capacity capacity operation)
                      (shm-channel-size capacity role)))
         (region (if (cffi:pointerp where) nil (find-region where))))
    (unless (or region (cffi:pointerp where))
      (reject operation 'where where '(or vector shm-view cffi:foreign-pointer)
              "it must be a vector that map-shm-vector returned, or a foreign pointer."))
    (let* ((octets (if region (check-channel-element region where operation) 1))
           (address (channel-address where region index size operation))
           (channel (multiple-value-call #'%make-channel
                      where region (if region (region-cell region) (cons :mapped (current-image)))
                      octets role capacity (ring-addresses address capacity role))))
      (setf (shm-channel-rings channel) (rings-of channel))
      channel)))

;;; An end of a ring is used through its address, which is looked up anew for each call: the vector may be unmapped meanwhile.

;; They do not return: the compiler knows of a channel, afterwards, that it is one.
(declaim (ftype (function (t t) nil) reject-channel) (ftype (function (t t t) nil) reject-end))

(defun reject-channel (channel operation)
  (reject operation 'channel channel 'shm-channel
          (cond ((not (typep channel 'shm-channel)) "it must be a channel that make-shm-channel or open-shm-channel returned.")
                ((car (shm-channel-joined channel)) "the memory that it lies in is unmapped, or was mapped in another image.")
                (t "it is closed."))))

(defun reject-end (channel can operation)
  (reject operation 'channel channel 'shm-channel (text "its role is ~S, which cannot ~A." (shm-channel-role channel) can)))

(declaim (inline sending-address receiving-address))

(defun sending-address (channel operation)
  "The address of the ring that CHANNEL sends to, or an error where there is none any more."
  (if (and (typep channel 'shm-channel) (channel-open-p channel))
      (if (zerop (shm-channel-sends channel)) (reject-end channel "send" operation) (shm-channel-sends channel))
      (reject-channel channel operation)))

(defun receiving-address (channel operation)
  "The address of the ring that CHANNEL receives from, or an error where there is none any more."
  (if (and (typep channel 'shm-channel) (channel-open-p channel))
      (if (zerop (shm-channel-receives channel)) (reject-end channel "receive" operation) (shm-channel-receives channel))
      (reject-channel channel operation)))

;;; The same where nothing may be signalled, since interrupts are held back.

(declaim (inline sending-ring receiving-ring))

(defun sending-ring (channel)
  "The address of the ring that CHANNEL sends to, or 0 where there is none any more."
  (if (channel-open-p channel) (shm-channel-sends channel) 0))

(defun receiving-ring (channel)
  "The address of the ring that CHANNEL receives from, or 0 where there is none any more."
  (if (channel-open-p channel) (shm-channel-receives channel) 0))

;;; Joining and leaving

(defun leave-rings (rings capacity)
  "Leave RINGS. Return true if this process was at an end of each: a forked child is not."
  (loop with left = t
        for (address . role) in rings
        do (when (minusp (pshm-ring-leave address capacity role))
             (setf left nil))
        finally (return left)))

(defun join-rings (rings capacity)
  "Join all of RINGS, or none. Return the library's result, and the ring that it is of."
  (loop with replaced = 0
        for (ring . rest) on rings
        for (address . role) = ring
        for result = (pshm-ring-join address capacity role)
        do (when (minusp result)
             (leave-rings (ldiff rings (member ring rings)) capacity)
             (return (values result address)))
           (setf replaced (max replaced result))
        finally (return (values replaced rest))))

(defun join (channel operation)
  "Have this process join the rings of CHANNEL. Return whether it is there in the place of a process that died."
  (let ((rings (shm-channel-rings channel))
        (capacity (shm-channel-capacity channel))
        (result 0)
        (ring 0))
    (uninterrupted
      (setf (values result ring) (join-rings rings capacity))
      (unless (minusp result)
        (setf (car (shm-channel-joined channel)) t)))
    (when (minusp result)
      (error (join-failure result operation channel ring)))
    (= result 1)))

(defun leave (channel)
  "Leave the rings of CHANNEL, unless that was done. Return whether this process was there. For a cleanup."
  (let ((mapped (channel-mapped-p channel)))
    (and (swap-car (shm-channel-joined channel) nil)
         mapped
         (leave-rings (shm-channel-rings channel) (shm-channel-capacity channel)))))

(defun make-shm-channel (where capacity role &optional (index 0))
  #.(doc "make-shm-channel")
  (let ((channel (prepare-channel where capacity role index 'make-shm-channel)))
    (with-undo (values channel (join channel 'make-shm-channel))
      (leave channel))))

(define-folding make-shm-channel 3 :checks ((2 check-role-name)))

(defun close-channel (channel)
  "Leave the rings of CHANNEL, and unmap what was mapped for it. Return whether this process was there. For a cleanup."
  (let ((left (leave channel)))
    (when (shm-channel-owned channel)
      (unmap-region (shm-channel-region channel) nil))
    left))

(defun close-shm-channel (channel)
  #.(doc "close-shm-channel")
  (unless (typep channel 'shm-channel)
    (reject-channel channel 'close-shm-channel))
  (let ((left nil))
    (uninterrupted
      (setf left (close-channel channel)))
    left))

;;; Around a body

(defun call-with-shm-channel (function where capacity role &optional (index 0))
  "Call FUNCTION with a channel, and leave its rings on every way out."
  (let ((channel (prepare-channel where capacity role index 'with-shm-channel)))
    (with-cleanup (progn (join channel 'with-shm-channel)
                         (funcall function channel))
      (leave channel))))

(define-folding call-with-shm-channel 4 :checks ((3 check-role-name)))

(defmacro with-shm-channel ((channel where capacity role &optional (index 0)) &body body)
  #.(doc "with-shm-channel" "Macro")
  `(call-with-shm-channel (variables-lambda (,channel) ,@body) ,where ,capacity ,role ,index))

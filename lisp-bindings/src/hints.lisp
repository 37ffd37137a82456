;;;; SPDX-License-Identifier: BSD-3-Clause
;;;; The hint of an error message: its usual cause, or its usual remedy.

(in-package #:posix-shm)

(defparameter *file-system* #+linux "/dev/shm" #-linux "The shared memory file system")

(defun human-octets (octets)
  (loop for (unit name) in '((#.(ash 1 40) "TiB") (#.(ash 1 30) "GiB") (#.(ash 1 20) "MiB") (#.(ash 1 10) "KiB"))
        when (>= octets unit)
          return (if (zerop (mod octets unit))
                     (text "~D ~A" (floor octets unit) name)
                     (text "~,1F ~A" (/ octets unit) name))
        finally (return (if (zerop octets) "0" (text "~D octet~:P" octets)))))

(defun measure-file-system ()
  "The result of the library, and the octets of the shared memory file system: total and free."
  (cffi:with-foreign-objects ((total :int64) (free :int64))
    (setf (cffi:mem-ref total :int64) 0
          (cffi:mem-ref free :int64) 0)
    (let ((result (uninterrupted (pshm-space total free))))
      (values result (cffi:mem-ref total :int64) (cffi:mem-ref free :int64)))))

(defun file-system-missing-p ()
  #+linux (let ((name *file-system*))
            (with-c-string (name)
              (minusp (cffi:foreign-funcall "access" :pointer name :int 0 :int))))
  #-linux (eql (measure-file-system) (- *enoent*)))

(defun anonymous-name-p (name)
  "Is NAME a label of open-shm*?"
  (and (eql 0 (search "/pshm-" name))
       (= 30 (length name))
       (loop for index from 6 below 30 always (digit-char-p (char name index) 16))))

(defun full-file-system (operation name)
  (multiple-value-bind (result total free) (measure-file-system)
    (cond ((and (not (member operation '(open-shm open-shm*)))
                (or (null name) (anonymous-name-p name)))
           "There is not enough memory: an anonymous object takes memory and swap of the system.")
          ((or (minusp result) (zerop total))
           "There is not enough memory.")
          ;; Opening takes no octets.
          ((and (plusp free) (member operation '(open-shm open-shm*)))
           (text "~A has no free inodes: delete objects (list-shm), or mount it with more inodes." *file-system*))
          (t
           (text "~A has ~A in total, ~A free: delete objects (list-shm), enlarge it, or free memory."
                 *file-system* (human-octets total) (human-octets free))))))

(defparameter *hints*
  '(((open-shm) :enoent "With :if-does-not-exist :create it is created.")
    ((open-shm) :eexist "With :if-exists :overwrite it is opened unchanged.")
    ((open-shm) :eacces "The permissions of the object, or of the shared memory file system, forbid the access.")
    ((open-shm*) :eexist ":attempts must be 1 or more.")
    ((delete-shm delete-shm-if-same) :enoent "list-shm returns the existing names.")
    ((delete-shm delete-shm-if-same) :eacces "Only the owner may remove the name.")
    ((truncate-shm) :einval
     "An object opened with :direction :input cannot be resized. With :truncate nil, a macro that maps it does not set its size.")
    ((truncate-shm allocate-shm discard-shm write-shm) :eperm "A seal forbids the operation (shm-seals).")
    ((allocate-shm) :ebadf "An object opened with :direction :input cannot be resized.")
    ((truncate-shm allocate-shm) :efbig "Request a smaller size, or raise the file size limit (ulimit -f).")
    ((write-shm discard-shm) :ebadf "An object opened with :direction :input cannot be written.")
    ((chmod-shm) :eperm "Only the owner may change the permissions, and the exec bits only if no seal forbids it (shm-seals).")
    ((chown-shm) :eperm "Only the superuser may change the owner.")
    ((chown-shm) :einval "This platform has no such user or group id. Use nil for no change.")
    ((seal-shm) :eperm "Seals need an object of open-shm* with :direction :io and without the seal :seal.")
    ((seal-shm) :ebusy "Unmap the mappings of objects opened with :io first, or use :future-write.")
    ((seal-shm) :einval "Only objects of open-shm* support seals.")
    ((reopen-shm) :eacces "The new descriptor cannot have more access than the old one.")
    ((mmap-shm) :einval
     "LENGTH must be positive, FLAGS either :shared or :private. With :fixed, PTR and OFFSET must be multiples of the page size.")
    ((mmap-shm discard-shm) :eoverflow "OFFSET and LENGTH together exceed the maximum size of an object.")
    ((map-shm-vector map-shm-array) :einval "FLAGS must be :shared or :private, without :fixed or :anonymous.")
    ((mmap-shm map-shm-vector map-shm-array) :eacces
     "Writing needs an object opened with :direction :io, or a mapping that is :private. For reading only, use :prot :read.")
    ((mmap-shm map-shm-vector map-shm-array) :eperm "A seal, or a mount option of /dev/shm, forbids the protection.")
    ((mmap-shm map-shm-vector map-shm-array) :enomem
     "The address space is full, or there are too many mappings (unmap vectors with :release t). With :lock, see ulimit -l.")
    ((mmap-shm map-shm-vector map-shm-array) :eagain "With :lock, the limit of locked memory is reached (ulimit -l).")
    ((munmap) :einval "PTR and LENGTH must be those of a mapping.")
    ((msync) :einval "FLAGS must have either :sync or :async.")
    ((msync) :enomem "PTR and LENGTH must be within a mapping.")
    ((msync) :ebusy "With :invalidate, no page may be locked (:lock).")
    ((mmap-shm) :eexist "A mapping exists at PTR. :fixed replaces it.")
    ((receive-shm) :enodata "The other end is closed.")
    ((receive-shm) :econnreset "The other end is closed. Its earlier messages still arrive: call again.")
    ((receive-shm) :eproto "The message did not carry exactly one descriptor.")
    ((send-shm) :epipe "The other end is closed.")
    ((send-shm) :econnreset "The other end is closed.")
    ((send-shm) :etimedout "The other end has not received earlier messages.")
    ((receive-shm) :etimedout "The other end sent nothing.")
    ((send-shm receive-shm) :eprototype "SOCKET must be the descriptor of a connected Unix domain socket.")
    ((send-shm receive-shm) :enotsock "SOCKET must be the descriptor of a connected Unix domain socket.")
    ((publish-shm) :eexist "With :if-exists :supersede the object replaces it.")
    ((publish-shm) :exdev "Only an object of (open-shm* :nameable t) can be given a name, and only once.")
    ((publish-shm) :eacces "Only the owner may replace an object.")
    ((publish-shm) :eperm "Another user's object cannot be given a name.")
    ((wait-for-shm) :etimedout "No process has made the object, or completed it.")
    ((ensure-shm) :etimedout
     "Another process has not completed the object: it is smaller than SIZE, or has no permissions. If that process has died, (delete-shm name) removes it.")
    ((wait-for-shm ensure-shm) :eacces "The permissions of the object, or of the shared memory file system, forbid the access.")
    (t :emfile "Close objects that are no longer needed, or raise the limit (ulimit -n).")
    (t :enfile "Close files in other programs, or raise the limit (sysctl fs.file-max).")
    (t :erofs "The shared memory file system is mounted read-only.")
    (t :ebadf "Another part of the program has closed the descriptor, or it was never open.")
    (t :enotsup "This platform, or this kind of object, does not support it."))
  "Operations, or t for every one; an errno; a hint. The first row that matches applies.")

(defun find-hint (operation keyword)
  (third (find-if (lambda (row)
                    (and (eq keyword (second row))
                         (or (eq t (first row)) (member operation (first row)))))
                  *hints*)))

(defun hint (operation keyword name)
  "A sentence, or nil."
  (case keyword
    (:enospc
     (text "~:[~;The object is shorter than the mapping (truncate-shm), or there is no memory for it. ~]~A"
           (member operation '(mmap-shm map-shm-vector map-shm-array)) (full-file-system operation name)))
    (:enametoolong
     (text "It has ~D octets; the maximum is ~D."
           (length (string-octets name)) (pshm-name-max)))
    (:enoent
     (if (file-system-missing-p)
         (text "~A does not exist: create the directory and mount a tmpfs on it." *file-system*)
         (find-hint operation keyword)))
    (t (find-hint operation keyword))))

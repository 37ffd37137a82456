;;;; SPDX-License-Identifier: BSD-3-Clause
;;;; What usually helps.

(in-package #:posix-shm)

(defun octets-for-people (octets)
  (loop for (unit name) in '((#.(ash 1 40) "TiB") (#.(ash 1 30) "GiB") (#.(ash 1 20) "MiB") (#.(ash 1 10) "KiB"))
        when (>= octets unit)
          return (if (zerop (mod octets unit))
                     (format nil "~D ~A" (floor octets unit) name)
                     (format nil "~,1F ~A" (/ octets unit) name))
        finally (return (if (zerop octets) "0" (format nil "~D octets" octets)))))

(defun room-left ()
  "The octets of the place where objects live, and the free ones, or nil where the system does not tell."
  (cffi:with-foreign-objects ((total :int64) (free :int64))
    (unless (minusp (pshm-space total free))
      (values (cffi:mem-ref total :int64) (cffi:mem-ref free :int64)))))

(defun full-place ()
  (multiple-value-bind (total free) (room-left)
    (if (and total (plusp total))
        (format nil "~A has ~A in all, ~A free: delete objects (list-shm) or make it larger."
                #+linux "/dev/shm" #-linux "The place where objects live"
                (octets-for-people total) (octets-for-people free))
        "There is not that much memory.")))

(defparameter *cures*
  '(((open-shm :enoent) "With :if-does-not-exist :create it is created.")
    ((open-shm :eexist) "With :if-exists :overwrite it is opened as it is.")
    ((open-shm :eacces) "The permissions of the object, or of the place where objects live, do not allow it.")
    ((open-shm* :eexist) "No random name was free in the given number of attempts.")
    ((delete-shm :eacces) "Only the owner may remove the name.")
    ((truncate-shm :einval) "An object that is opened with :direction :input cannot be resized.")
    ((truncate-shm :eperm) "A seal forbids it (shm-seals).")
    ((allocate-shm :ebadf) "An object that is opened with :direction :input cannot be resized.")
    ((allocate-shm :eperm) "A seal forbids it (shm-seals).")
    ((write-shm :ebadf) "An object that is opened with :direction :input cannot be written.")
    ((write-shm :eperm) "A seal forbids it (shm-seals).")
    ((chmod-shm :eperm) "Only the owner may change it.")
    ((chown-shm :eperm) "Only the superuser may give an object away.")
    ((seal-shm :eperm) "Only an object of open-shm*, opened with :direction :io and not sealed against seals, takes a seal.")
    ((seal-shm :ebusy) "Unmap what is mapped for writing first, or use :future-write.")
    ((seal-shm :einval) "Only an object of open-shm* takes seals.")
    ((reopen-shm :eacces) "The new descriptor cannot have more access than the old one.")
    ((mmap-shm :eacces) "To write, the object must be opened with :direction :io, or mapped :private.")
    ((mmap-shm :eperm) "A seal, or the way /dev/shm is mounted, forbids the protection.")
    ((mmap-shm :enospc) "The object is shorter than the mapping (truncate-shm, allocate-shm), or there is no memory.")
    ((mmap-shm :enomem) "The address space is full, or with :lock the limit is reached (ulimit -l).")
    ((mmap-shm :eagain) "With :lock, the limit of locked memory is reached (ulimit -l).")
    ((receive-shm :enodata) "The other end is closed.")
    ((receive-shm :eproto) "The message did not carry exactly one descriptor.")
    ((send-shm :epipe) "The other end is closed.")
    ((send-shm :econnreset) "The other end is closed.")
    ((send-shm :enotsock) "SOCKET must be the descriptor of a connected Unix domain socket.")
    ((receive-shm :enotsock) "SOCKET must be the descriptor of a connected Unix domain socket.")
    ((close-shm :ebadf) "Something else has closed the descriptor.")
    ((nil :emfile) "Close objects that are no longer needed, or raise the limit (ulimit -n).")
    ((nil :ebadf) "The descriptor is not open, or not open for this.")
    ((nil :enotsup) "This platform, or this kind of object, cannot do it."))
  "By operation, or nil for every one, and errno.")

(defun cure (operation keyword name)
  "A sentence, or nil."
  (cond ((and (eq keyword :enospc) (not (eq operation 'mmap-shm)))
         (full-place))
        ((eq keyword :enametoolong)
         (format nil "It takes ~D octets, and a name has at most ~D."
                 (length (babel:string-to-octets name :encoding :utf-8)) (pshm-name-max)))
        (t (second (or (assoc (list operation keyword) *cures* :test #'equal)
                       (assoc (list nil keyword) *cures* :test #'equal))))))

;;;; SPDX-License-Identifier: BSD-3-Clause
;;;; What usually helps.

(in-package #:posix-shm)

(defparameter *place* #+linux "/dev/shm" #-linux "The place where objects live")

(defun octets-for-people (octets)
  (loop for (unit name) in '((#.(ash 1 40) "TiB") (#.(ash 1 30) "GiB") (#.(ash 1 20) "MiB") (#.(ash 1 10) "KiB"))
        when (>= octets unit)
          return (if (zerop (mod octets unit))
                     (text "~D ~A" (floor octets unit) name)
                     (text "~,1F ~A" (/ octets unit) name))
        finally (return (if (zerop octets) "0" (text "~D octets" octets)))))

(defun measure-place ()
  "The library's result, and the octets of the place where objects live, in all and free."
  (cffi:with-foreign-objects ((total :int64) (free :int64))
    (setf (cffi:mem-ref total :int64) 0
          (cffi:mem-ref free :int64) 0)
    (let ((result (pshm-space total free)))
      (values result (cffi:mem-ref total :int64) (cffi:mem-ref free :int64)))))

(defun place-missing-p ()
  #+linux (let ((name *place*))
            (with-c-string (name)
              (minusp (cffi:foreign-funcall "access" :pointer name :int 0 :int))))
  #-linux (eql (measure-place) (- *enoent*)))

(defun anonymous-name-p (name)
  "Is NAME one that open-shm* gives?"
  (and (eql 0 (search "/pshm-" name))
       (= 30 (length name))
       (loop for index from 6 below 30 always (digit-char-p (char name index) 16))))

(defun full-place (operation name)
  (multiple-value-bind (result total free) (measure-place)
    (cond ((and (not (member operation '(open-shm open-shm*)))
                (or (null name) (anonymous-name-p name)))
           "There is not that much left: an object without a name is made of the system's memory and swap.")
          ((or (minusp result) (zerop total))
           "There is not that much memory.")
          ;; To open takes no octets.
          ((and (plusp free) (member operation '(open-shm open-shm*)))
           (text "~A takes no more objects: delete some (list-shm), or mount it with more inodes." *place*))
          (t
           (text "~A has ~A in all, ~A free: delete objects (list-shm), make it larger, or free memory."
                 *place* (octets-for-people total) (octets-for-people free))))))

(defparameter *cures*
  '(((open-shm) :enoent "With :if-does-not-exist :create it is created.")
    ((open-shm) :eexist "With :if-exists :overwrite it is opened as it is.")
    ((open-shm) :eacces "The permissions of the object, or of the place where objects live, do not allow it.")
    ((open-shm*) :eexist "No attempt is allowed: :attempts must be 1 or more.")
    ((delete-shm delete-shm-if-same) :enoent "list-shm gives the names that exist.")
    ((delete-shm delete-shm-if-same) :eacces "Only the owner may remove the name.")
    ((truncate-shm) :einval
     "An object that is opened with :direction :input cannot be resized. A macro that maps it leaves its size alone with :truncate nil.")
    ((truncate-shm allocate-shm discard-shm write-shm) :eperm "A seal forbids it (shm-seals).")
    ((allocate-shm) :ebadf "An object that is opened with :direction :input cannot be resized.")
    ((truncate-shm allocate-shm) :efbig "Ask for less, or raise the limit of the size of files (ulimit -f).")
    ((write-shm discard-shm) :ebadf "An object that is opened with :direction :input cannot be written.")
    ((chmod-shm) :eperm "Only the owner may change it, and the exec bits only where no seal forbids it (shm-seals).")
    ((chown-shm) :eperm "Only the superuser may give an object away.")
    ((chown-shm) :einval "This platform has no such user or group id. nil leaves one as it is.")
    ((seal-shm) :eperm "Only an object of open-shm*, opened with :direction :io and not sealed against seals, takes a seal.")
    ((seal-shm) :ebusy "Unmap first what is mapped through an object opened with :io, or use :future-write.")
    ((seal-shm) :einval "Only an object of open-shm* takes seals.")
    ((reopen-shm) :eacces "The new descriptor cannot have more access than the old one.")
    ((mmap-shm) :einval "LENGTH must be positive, FLAGS either :shared or :private. With :fixed, PTR is where a page begins.")
    ((mmap-shm discard-shm) :eoverflow "OFFSET and LENGTH together are more than any object has.")
    ((map-shm-vector) :einval "FLAGS must be :shared or :private, without :fixed or :anonymous.")
    ((mmap-shm map-shm-vector) :eacces 
     "To write, the object must be opened with :direction :io, or mapped :private. To read alone, use :prot :read.")
    ((mmap-shm map-shm-vector) :eperm "A seal, or the way /dev/shm is mounted, forbids the protection.")
    ((mmap-shm map-shm-vector) :enomem
     "There is no room among the addresses, or too many mappings (unmap vectors with :release t). With :lock, see ulimit -l.")
    ((mmap-shm map-shm-vector) :eagain "With :lock, the limit of locked memory is reached (ulimit -l).")
    ((munmap) :einval "PTR and LENGTH must be those of a mapping.")
    ((msync) :einval "FLAGS must have either :sync or :async.")
    ((msync) :enomem "PTR and LENGTH must be within a mapping.")
    ((msync) :ebusy "With :invalidate, no page may be locked (:lock).")
    ((mmap-shm) :eexist "Something is mapped at PTR. With :fixed it is replaced.")
    ((receive-shm) :enodata "The other end is closed.")
    ((receive-shm) :econnreset "The other end is closed. What it had sent before still comes: call again.")
    ((receive-shm) :eproto "The message did not carry exactly one descriptor.")
    ((send-shm) :epipe "The other end is closed.")
    ((send-shm) :econnreset "The other end is closed.")
    ((send-shm) :etimedout "The other end did not receive what it was sent before.")
    ((receive-shm) :etimedout "The other end sent nothing.")
    ((send-shm receive-shm) :eprototype "SOCKET must be the descriptor of a connected Unix domain socket.")
    ((send-shm receive-shm) :enotsock "SOCKET must be the descriptor of a connected Unix domain socket.")
    (t :emfile "Close objects that are no longer needed, or raise the limit (ulimit -n).")
    (t :enfile "Let other programs close files, or raise the limit (sysctl fs.file-max).")
    (t :erofs "The place where objects live is mounted read-only.")
    (t :ebadf "Something else has closed the descriptor, or it never was one.")
    (t :enotsup "This platform, or this kind of object, cannot do it."))
  "Operations, or t for every one; an errno; a sentence. The first that fits is taken.")

(defun find-cure (operation keyword)
  (third (find-if (lambda (row)
                    (and (eq keyword (second row))
                         (or (eq t (first row)) (member operation (first row)))))
                  *cures*)))

(defun cure (operation keyword name)
  "A sentence, or nil."
  (case keyword
    (:enospc
     (text "~:[~;The object is shorter than the mapping (truncate-shm), or there is no room for it. ~]~A"
           (member operation '(mmap-shm map-shm-vector)) (full-place operation name)))
    (:enametoolong
     (text "It takes ~D octets, and a name has at most ~D."
           (length (string-octets name)) (pshm-name-max)))
    (:enoent
     (if (place-missing-p)
         (text "There is no ~A: mount a tmpfs on it." *place*)
         (find-cure operation keyword)))
    (t (find-cure operation keyword))))

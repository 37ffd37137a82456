;;;; SPDX-License-Identifier: BSD-3-Clause

(defpackage #:posix-shm/ffi
  (:nicknames #:xyz.shunter.posix-shm.ffi)
  (:documentation "The POSIX calls of shared memory, with their own convention: -1 on failure, and the reason in *ERRNO*.")
  (:use #:cl)
  (:import-from #:posix-shm/documentation #:doc #:define-type)
  (:shadow #:close #:ftruncate)
  ;; Functions
  (:export #:shm-open #:shm-unlink #:ftruncate #:fallocate #:fstat #:fchown #:fchmod
           #:mmap #:munmap #:mprotect #:msync #:close #:dup)
  ;; Errors
  (:export #:*errno* #:c-error #:strerror)
  ;; Flags
  (:export #:open-flags #:mode #:prot-flags #:mmap-flags #:msync-flags #:+map-failed+ #:+map-shared+)
  ;; The structure of fstat
  (:export #:stat #:st-dev #:st-ino #:st-mode #:st-nlink #:st-uid #:st-gid #:st-rdev #:st-size #:st-blksize #:st-blocks
           #:st-atim #:st-mtim #:st-ctim
           #:timespec #:tv-sec #:tv-nsec)
  ;; Integers
  (:export #:blkcnt #:blksize #:dev #:gid #:gif #:ino #:nlink #:off #:size #:ssize #:uid #:whence))

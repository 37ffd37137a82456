;;;; SPDX-License-Identifier: BSD-3-Clause

(defpackage #:posix-shm
  (:nicknames #:xyz.shunter.posix-shm)
  (:documentation "POSIX shared memory: open, make, size, map and share memory objects.")
  (:use #:cl #:posix-shm/shim)
  ;; Calls whose arguments are checked here.
  (:import-from #:posix-shm/shim #:%pshm-atomic-load32 #:%pshm-atomic-store32 #:%pshm-atomic-update32
                #:%pshm-atomic-compare-exchange32 #:%pshm-atomic-load64 #:%pshm-atomic-store64 #:%pshm-atomic-update64
                #:%pshm-atomic-compare-exchange64 #:%pshm-lock-acquire #:%pshm-lock-release
                #:%pshm-ring-reserve #:%pshm-ring-commit #:%pshm-ring-peek #:%pshm-ring-release #:%pshm-ring-send
                #:%pshm-ring-receive)
  (:import-from #:posix-shm/documentation #:doc)
  (:import-from #:posix-shm/host #+ecl #:function-cell #+ecl #:function-pointer #:uninterrupted #:to-the-end
                #:with-cleanup #:with-undo #:briefly-unless-left #:briefly-uninterrupted #:with-interrupt-windows #:interrupt-window
                #:with-acquired #:current-thread #:swap-car #:fill-car #:turn-into #:define-inline
                #:+finalizers+ #:finalize #:cancel-finalizer)
  (:import-from #:posix-shm/library #:*image* #:*loaded-image* #:*when-loaded* #:ensure-library #:library
                #:*shm-library-folders* #:*load-shm-library-at-start* #:shm-library-error #:shm-library-error-tried)
  ;; Objects
  (:export #:shm #:open-shm #:closed-shm #:shm-p #:open-shm-p #:shm-name #:shm-fd #:make-shm
           #:open-shm* #:close-shm #:with-open-shm #:with-open-shm*
           #:delete-shm #:delete-shm-if-same #:list-shm #:shm-usage)
  ;; Size, owner, permissions
  (:export #:truncate-shm #:allocate-shm #:discard-shm #:shm-space #:chown-shm #:chmod-shm
           #:shm-stats #:stat #:stat-dev #:stat-ino #:stat-mode #:stat-nlink #:stat-uid #:stat-gid #:stat-rdev
           #:stat-size #:stat-blksize #:stat-blocks #:stat-atime #:stat-mtime #:stat-ctime)
  ;; Mappings and bytes
  (:export #:mmap-shm #:munmap #:msync #:shm-page-size #:with-mmap #:with-open-shm-and-mmap #:with-open-shm-and-mmap*
           #:with-mmapped-shm #:with-mmapped-shm* #:read-shm #:write-shm)
  ;; Vectors
  (:export #:map-shm-vector #:extend-shm-vector #:unmap-shm-vector #:with-shm-vector #:with-open-shm-vector #:with-open-shm-vector*
           #:shm-vector-real-p #:shm-view #:shm-aref #:shm-vector-length #:shm-vector-element-type
           #:replace-shm-vector #:fill-shm-vector)
  ;; Arrays
  (:export #:map-shm-array #:unmap-shm-array #:with-shm-array #:with-open-shm-array #:with-open-shm-array*
           #:shm-array-real-p #:shm-array-view #:shm-array-vector #:shm-array-dimensions)
  ;; Strings
  (:export #:read-shm-string #:write-shm-string #:shm-string-error)
  ;; Layouts
  (:export #:print-shm-layout)
  ;; Descriptor passing
  (:export #:send-shm #:receive-shm #:shm-socketpair #:shm-inheritable-p #:seal-shm #:shm-seals #:reopen-shm)
  ;; Publishing
  (:export #:publish-shm #:wait-for-shm #:ensure-shm #:with-ensured-shm)
  ;; Atomics, waiting, processes and locks
  (:export #:shm-atomic #:shm-atomic-update #:shm-atomic-incf #:shm-compare-and-swap #:shm-wait #:shm-wake
           #:shm-self #:shm-alive-p
           #:shm-lock #:shm-lock-p #:make-shm-lock #:acquire-shm-lock #:release-shm-lock #:with-shm-lock-held
           #:mark-shm-lock-repaired #:shm-lock-owner
           #:shm-lock-error #:shm-lock-error-lock #:shm-lock-error-owner #:shm-lock-abandoned)
  ;; Messages
  (:export #:shm-channel #:shm-channel-p #:shm-channel-size #:make-shm-channel #:close-shm-channel #:with-shm-channel
           #:open-shm-channel #:with-open-shm-channel
           #:send-message #:receive-message #:with-message #:with-message-reserved
           #:shm-channel-error #:shm-channel-error-channel #:shm-channel-error-peer #:shm-peer-left #:shm-peer-died)
  ;; The shared object
  (:export #:shm-library #:load-shm-library #:*shm-library-folders* #:*load-shm-library-at-start* #:shm-library-error
           #:shm-library-error-tried)
  ;; Conditions and restarts
  (:export #:posix-shm-error #:posix-shm-error-errno #:posix-shm-error-keyword #:posix-shm-error-operation
           #:posix-shm-invalid-argument #:shm-error #:shm-error-name #:shm-does-not-exist #:shm-exists #:shm-timeout #:shm-leaked
           #:shm-too-short #:shm-invalid-argument #:mmap-error #:mmap-invalid-argument #:invoke-shm-restart))

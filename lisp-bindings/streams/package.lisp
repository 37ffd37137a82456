;;;; SPDX-License-Identifier: BSD-3-Clause

(defpackage #:posix-shm/streams
  (:documentation "Streams of characters and octets from one process to another, over channels of posix-shm.")
  (:use #:cl #:posix-shm #:trivial-gray-streams)
  (:import-from #:posix-shm #:reject #:text #:fold-options #:variables-lambda #:send-buffer #:receive-buffer #:await-message-length
                #:check-timeout #:message-limit #:+too-long+ #:shm-channel-capacity #:shm-channel-sends #:shm-channel-receives
                #:reject-channel #:channel-open-p #:call-opening-channel #:report-failure #:condition-errno #:condition-operation
                #:condition-name #:condition-hint #:condition-channel #:condition-peer #:definite-encoding #:unit-octets
                #:encode-string #:decode-octets #:pair-p)
  (:import-from #:posix-shm/host #:uninterrupted #:briefly-uninterrupted #:with-cleanup #:with-undo)
  (:export #:shm-stream #:make-shm-stream #:open-shm-stream #:with-shm-stream #:with-open-shm-stream #:shm-stream-channel))

(in-package #:posix-shm/streams)

(eval-when (:compile-toplevel :load-toplevel :execute)
  (defun doc (name &optional (kind "Function"))
    "The docstring of NAME: the headers document this package beside posix-shm."
    (let ((*package* (find-package '#:posix-shm)))
      (posix-shm/documentation:doc name kind))))

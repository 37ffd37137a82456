;;;; SPDX-License-Identifier: BSD-3-Clause
;;;; The reports where objects cannot be made or used: WHERE is the state of /dev/shm, or of this process. Prints a line for
;;;; each thing that is tried.

(require "asdf")
(handler-bind ((warning #'muffle-warning))
  (let ((*standard-output* (make-broadcast-stream)))
    (asdf:load-system "posix-shm")))
(use-package '#:posix-shm)

(defun say (control &rest arguments)
  (format t "~&~?~%" control arguments)
  (finish-output))

(defmacro try (form)
  "Print what the error of FORM says."
  `(say "~A" (handler-case (progn ,form "nothing is wrong")
               (error (condition) (remove #\Newline (princ-to-string condition))))))

(defun make-objects (&rest options)
  (dotimes (index 100)
    (close-shm (apply #'open-shm (format nil "/posix-shm-limits-~D" index) :direction :io options))))

(defun in-a-full-file-system ()
  (with-open-shm (shm "/posix-shm-limits" :direction :io :if-does-not-exist :create)
    (try (allocate-shm shm 2000000))
    (try (map-shm-vector shm '(unsigned-byte 8) 2000000 :allocate t))
    (truncate-shm shm 2000000)
    (try (mmap-shm shm 2000000 :flags '(:shared :populate)))
    (truncate-shm shm 1048576)
    (allocate-shm shm 1048576)
    (with-open-shm* (other :direction :io)
      (try (open-shm "/posix-shm-limits" :direction :io :if-exists :error)))
    (try (allocate-shm shm 2000000))
    (say "~D octets" (stat-size (shm-stats shm)))
    (say "populate: ~D" (posix-shm/shim:pshm-has "populate"))))

(defun without-inodes ()
  (try (make-objects :if-does-not-exist :create))
  (try (make-objects :if-exists :supersede)))

(defun in-a-read-only-file-system ()
  (try (open-shm "/posix-shm-limits" :direction :io :if-exists :overwrite))
  (try (open-shm "/posix-shm-limits-new" :direction :io :if-does-not-exist :create))
  (try (delete-shm "/posix-shm-limits")))

(defun without-the-file-system ()
  (try (open-shm "/posix-shm-limits" :direction :io :if-does-not-exist :create))
  (try (list-shm))
  (try (open-shm "/posix-shm-limits" :if-does-not-exist nil))
  (block nil
    (handler-bind ((posix-shm-error (lambda (condition)
                                      (say "~(~A~) offers~{ ~(~A~)~}." (type-of condition)
                                           (loop for restart in (compute-restarts condition)
                                                 when (eq (symbol-package (restart-name restart)) (find-package '#:posix-shm))
                                                   collect (restart-name restart)))
                                      (return))))
      (open-shm "/posix-shm-limits"))))

(defun become-nobody ()
  (cffi:foreign-funcall "setgroups" :unsigned-long 0 :pointer (cffi:null-pointer) :int)
  (assert (zerop (cffi:foreign-funcall "setgid" :unsigned-int 65534 :int)))
  (assert (zerop (cffi:foreign-funcall "setuid" :unsigned-int 65534 :int))))

(defun as-nobody ()
  (become-nobody)
  (try (open-shm "/posix-shm-limits-secret"))
  (try (open-shm "/posix-shm-limits-secret" :direction :io :if-exists :supersede))
  (try (delete-shm "/posix-shm-limits-secret"))
  (with-open-shm (shm "/posix-shm-limits-public")
    (try (chmod-shm shm '(:user-all)))
    (try (chown-shm shm 0 nil))
    (try (delete-shm-if-same "/posix-shm-limits-public" shm)))
  (with-open-shm* (shm :direction :io)
    (truncate-shm shm 100000000)
    (try (mmap-shm shm 100000000 :flags '(:shared :lock)))))

(defun without-descriptors ()
  (multiple-value-bind (here there) (shm-socketpair)
    (let ((kept '()))
      (send-shm (open-shm* :direction :io) here)
      (try (loop (push (open-shm* :direction :io) kept)))
      (try (open-shm "/posix-shm-limits" :direction :io :if-exists :overwrite))
      (try (reopen-shm (first kept)))
      (try (receive-shm there))
      (try (shm-socketpair)))))

(defun with-a-limit-of-sizes ()
  (with-open-shm* (shm :direction :io)
    (try (truncate-shm shm 100000000))
    (try (allocate-shm shm 100000000))
    (say "~D octets" (stat-size (shm-stats shm)))))

(funcall (intern (string-upcase (uiop:getenv "WHERE"))))

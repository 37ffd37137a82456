;;;; SPDX-License-Identifier: BSD-3-Clause
;;;; The library in an image that has started without it.

(in-package #:posix-shm/test)

(defun loads-library-p (function)
  "Does FUNCTION, called first, see to it that the library is there? What it signals is of no interest."
  (let ((posix-shm/library:*loaded-image* -1)
        (posix-shm/library:*when-loaded* '()))
    (handler-case (funcall function)
      (posix-shm-error ()))
    (eql posix-shm/library:*image* posix-shm/library:*loaded-image*)))

(defun octets-of-heap ()
  (make-array 3 :element-type '(unsigned-byte 8) :initial-element 0))

(defvar *first-calls*
  (macrolet ((calls (&rest forms)
               `(list ,@(loop for form in forms
                              collect `(list ',form (lambda () (as-if-unknown ,form)))))))
    (calls (load-shm-library)
           (open-shm *unmade-name* :if-does-not-exist nil)
           (open-shm 'no-name)
           (with-open-shm (shm *unmade-name* :if-does-not-exist nil) shm)
           (close-shm (open-shm*))
           (open-shm* :attempts 0)
           (with-open-shm* (shm) shm)
           (with-open-shm-and-mmap* (shm ptr (:direction :io) (1)) ptr)
           (make-shm 1000)
           (make-instance 'open-shm :fd 1000)
           (delete-shm *unmade-name*)
           (delete-shm "")
           (list-shm)
           (shm-space)
           (shm-page-size)
           (mmap-shm nil 0 :flags '(:private :anonymous))
           (with-mmap (ptr nil 1 :flags '(:private :anonymous)) ptr)
           (munmap (cffi:make-pointer 1) 1)
           (msync (cffi:make-pointer 1) 1)
           (receive-shm 1000 :timeout 0)
           (mapc #'posix-shm/shim:pshm-close (multiple-value-list (shm-socketpair)))
           (fill-shm-vector (octets-of-heap) 0)
           (replace-shm-vector (octets-of-heap) (octets-of-heap)))))

(deftest the-first-call-of-any-function-loads-the-library
  (loop for (form function) in *first-calls*
        do (is-true (loads-library-p function) "~S does not" form)))

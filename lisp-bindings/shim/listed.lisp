;;;; SPDX-License-Identifier: BSD-3-Clause
;;;; The library among those that CFFI lists, so that what delivers programs, such as Deploy, takes it along. Nothing here opens
;;;; it: posix-shm/library has done that, in its own way.

(in-package #:posix-shm/shim)

(defun file-name-of (path)
  (subseq path (1+ (or (position #\/ path :from-end t) -1))))

(defun forget-unnamed (path)
  "CFFI has a row without a name for a library that was loaded by its path. Return the handle in it, or nil."
  (let ((row (find-if (lambda (library)
                        (and (null (symbol-package (cffi:foreign-library-name library)))
                             (equal (pathname path) (cffi:foreign-library-pathname library))))
                      (cffi:list-foreign-libraries))))
    (when row
      (remhash (cffi:foreign-library-name row) cffi::*foreign-libraries*)
      (cffi::foreign-library-handle row))))

(defun list-library (path)
  "Let CFFI know that PATH is libposix-shm. The name in the row is that of the file alone: a program that is delivered has it
somewhere else."
  (let ((library (make-instance 'cffi:foreign-library :name 'libposix-shm :spec `((t ,(file-name-of path)))
                                                      :load-state :external :handle (or (forget-unnamed path) path)))
        (folder (subseq path 0 (- (length path) (length (file-name-of path))))))
    (setf (slot-value library 'cffi::pathname) (pathname path)
          (gethash 'libposix-shm cffi::*foreign-libraries*) library)
    (unless (string= folder "")
      (pushnew (pathname folder) cffi:*foreign-library-directories* :test #'equal))))

(defun list-library-if-possible (path)
  "CFFI does not export this, and may change it one day: then the library is not listed."
  (ignore-errors (list-library path)))

(pushnew 'list-library-if-possible posix-shm/library:*when-opened*)

(when (posix-shm/library:library)
  (list-library-if-possible (posix-shm/library:library)))

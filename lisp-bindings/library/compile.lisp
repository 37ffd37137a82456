;;;; SPDX-License-Identifier: BSD-3-Clause
;;;; The library from its sources, compiled once into the cache of compiled files.

(defpackage #:posix-shm/compile
  (:use #:cl #:posix-shm/host)
  (:documentation "The library from its sources.")
  (:export #:sources #:newest-source #:compile-library))

(in-package #:posix-shm/compile)

(defun sources (directory)
  "The C sources and the headers below DIRECTORY, the folder `shim` as a native name, in a fixed order."
  (flet ((files (pattern)
           (sort (directory (merge-pathnames pattern (parse-native-name directory))) #'string< :key #'pathname-name)))
    (values (files "src/*.c")
            ;; lisp.h holds annotations only; make does not build the library anew when it changes.
            (append (files "src/*.h") (remove "lisp" (files "include/posix-shm/*.h") :key #'pathname-name :test #'string=)))))

(defun newest-source (directory)
  "When a source below DIRECTORY was last changed, or nil where there are none."
  (multiple-value-bind (units headers) (sources directory)
    (loop for file in (append units headers)
          maximize (or (file-write-date file) 0))))

(defun mix (hash byte)
  (declare (type (unsigned-byte 32) hash) (type (unsigned-byte 8) byte))
  (ldb (byte 32 0) (* (logxor hash byte) 16777619)))

(defun hash-file (hash file)
  "HASH with the bytes of FILE (FNV-1a)."
  (with-open-file (stream file :element-type '(unsigned-byte 8))
    (let ((bytes (make-array (file-length stream) :element-type '(unsigned-byte 8))))
      (read-sequence bytes stream)
      (reduce #'mix bytes :initial-value hash))))

(defun hash-string (hash string)
  (reduce (lambda (hash character) (mix hash (logand 255 (char-code character)))) string :initial-value hash))

(defun compiler ()
  "The C compiler's words."
  (words (or (environment-variable "CC") "cc")))

(defparameter *flags*
  '("-std=c11" "-O2" "-fPIC" "-fvisibility=hidden" #+darwin "-dynamiclib" #-darwin "-shared"))

(defparameter *libraries*
  '(#+linux "-lrt"))

(defun file-name (version files command)
  "A name that no library of other sources, or of another compiler command, has."
  (let ((hash (reduce #'hash-string command :initial-value 2166136261)))
    (format nil "libposix-shm-~D.~D.~D-~(~8,'0X~).so"
            (floor version 1000000) (mod (floor version 1000) 1000) (mod version 1000)
            (reduce #'hash-file files :initial-value hash))))

;;; Under a name of its own first: another process must never find half of a library.
(defun build (library command)
  (let ((unfinished (format nil "~A.~D-~36R.tmp" library (process-id) (random (expt 36 8) (make-random-state t)))))
    (ensure-directories-exist (parse-native-name library))
    (unwind-protect
         (multiple-value-bind (code output) (apply #'run (append command (list "-o" unfinished)))
           (cond ((eql code 0)
                  (rename unfinished library)
                  library)
                 (t (values nil (format nil "~A exited with code ~A~@[:~%~A~]" (first command) code output)))))
      (delete-if-there unfinished))))

(defun compile-library (version directory cache)
  "Compile the sources below DIRECTORY into CACHE, where that is not done yet. All names are native; CACHE may be nil. Return
the library's, or nil and the reason why there is none."
  (unless cache
    (return-from compile-library
      (values nil "there is no cache folder: set HOME or XDG_CACHE_HOME to an absolute path")))
  (multiple-value-bind (units headers) (sources directory)
    (let* ((command (append (compiler) *flags*))
           (folders (list (format nil "-I~Ainclude" directory) (format nil "-I~Asrc" directory)))
           (library (format nil "~A~A" cache (file-name version (append units headers) command))))
      (cond ((null units) (values nil "there are no sources"))
            ((file-there-p library) library)
            (t (build library (append command folders (mapcar #'native-name units) *libraries*)))))))

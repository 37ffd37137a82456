;;;; SPDX-License-Identifier: BSD-3-Clause
;;;; Dump an image to the file that IMAGE names, with the library loaded and an object open; when it starts, look at both.
;;;; Where DEFER is set, the image starts without the library. Where FOLDER is, that is where it looks first. Where AGAIN is set
;;;; when the image starts, it does no more than to dump itself to the file of that name.

(require "asdf")
(asdf:load-system "posix-shm")
(in-package #:posix-shm)

(defvar *object* (open-shm* :direction :io))
(defvar *descriptor* (shm-fd *object*))

(defun use-object ()
  (handler-case (shm-fd *object*)
    (shm-invalid-argument (condition) (posix-shm-error-keyword condition))))

;;; A vector of which only the addresses are known, and a reference to it.

#+sbcl
(defvar *retired*
  (with-open-shm* (shm :direction :io)
    (let ((vector (map-shm-vector shm 'double-float 1000 :allocate t)))
      (unmap-shm-vector vector)
      (loop repeat 1001 do (unmap-shm-vector (map-shm-vector shm 'double-float 1000)))
      vector)))

#+sbcl
(defun mapped-as (address)
  "The protections of the mapping that ADDRESS is in."
  (with-open-file (maps "/proc/self/maps" :external-format :latin-1)
    (loop for line = (read-line maps nil)
          for dash = (position #\- line)
          for space = (position #\Space line)
          while line
          when (and (<= (parse-integer line :end dash :radix 16) address)
                    (< address (parse-integer line :start (1+ dash) :end space :radix 16)))
            return (subseq line (1+ space) (+ 5 space)))))

#+sbcl
(defun look-at-retired ()
  "What is where the vector was, what an access is, and what unmapping it again returns."
  (let ((address (vector-key *retired*)))
    (sb-ext:gc :full t)
    (format t "~&RETIRED ~A ~A ~A ~A~%" (mapped-as address) (mapped-as (+ address 16))
            (handler-case (aref *retired* 0) (error () :error))
            (unmap-shm-vector *retired*))))

(defun dump (image)
  #+sbcl (sb-ext:save-lisp-and-die image :toplevel #'look)
  #+clisp (progn (ext:saveinitmem image :init-function #'look :quiet t)
                 (ext:exit 0)))

(defun look ()
  (when (uiop:getenvp "AGAIN")
    (dump (uiop:getenv "AGAIN")))
  (handler-case
      (progn
        (format t "~&AT-START ~A~%" (shm-library))
        (format t "~&LIBRARY ~A~%" (load-shm-library))
        (format t "~&LISTED ~{~A~}~%" (loop for library in (cffi:list-foreign-libraries)
                                            for path = (cffi:foreign-library-pathname library)
                                            when (search "libposix-shm" (string-downcase (cffi:foreign-library-name library)))
                                              collect (uiop:native-namestring path)))
        (format t "~&OPEN ~A ~A ~A ~A~%" (open-shm-p *object*) (use-object) (close-shm *object*) (type-of *object*))
        (format t "~&WORKS ~A~%" (with-open-shm-and-mmap* (shm pointer (:direction :io) (100))
                                   (setf (cffi:mem-ref pointer :int) 42)
                                   (cffi:mem-ref pointer :int)))
        ;; The descriptor's number belongs to somebody else by now.
        (format t "~&STRANGER ~A~%" (with-open-shm* (shm)
                                      (close-shm *object*)
                                      (open-shm-p shm))))
    (shm-library-error (condition)
      (format t "~&ERROR ~A~%~{TRIED ~A~%~}" condition (shm-library-error-tried condition))))
  #+sbcl (look-at-retired)
  (finish-output)
  #+sbcl (sb-ext:exit :code 0)
  #+clisp (ext:exit 0))

(when (uiop:getenvp "DEFER")
  (setf *load-shm-library-at-start* nil))
(when (uiop:getenvp "FOLDER")
  (setf *shm-library-folders* (list (uiop:getenv "FOLDER"))))

(dump (uiop:getenv "IMAGE"))

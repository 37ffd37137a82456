;;;; SPDX-License-Identifier: BSD-3-Clause
;;;; libposix-shm for GCL, which compiles it to C: put it in front of a program, compile both as one file, and
;;;; link that with the library: (compile-file "both.lisp" :system-p t), (compiler::link '("both.o") "program" ""
;;;; "-lposix-shm"). Then (pshm-close fd), +pshm-prot-read+ and so on.
;;;; The environment variable POSIX_SHM_JSON overrides the description of the library that is found.

(in-package :user)

(eval-when (compile eval)
  ;; With macro characters for the brackets the Lisp reader reads JSON; an object becomes a property list.
  (defun read-json (file)
    (let ((*readtable* (copy-readtable nil)))
      (set-macro-character #\, #'(lambda (stream char) (values)))
      (set-macro-character #\: #'(lambda (stream char) (values)))
      (set-macro-character #\[ #'(lambda (stream char) (read-delimited-list #\] stream t)))
      (set-macro-character #\{ #'(lambda (stream char) (read-delimited-list #\} stream t)))
      (set-macro-character #\] (get-macro-character #\)))
      (set-macro-character #\} (get-macro-character #\)))
      (with-open-file (stream file) (read stream))))

  (defun entry (key object)
    (do ((rest object (cddr rest)))
        ((equal (first rest) key) (second rest))))

  (defun lisp-name (format object)
    (intern (substitute #\- #\_ (string-upcase (format nil format (entry "name" object))))))

  (defun c-type (object)
    (let ((type (entry "type" object)))
      (cond ((equal type "int") 'int)
            ((equal type "string-in") 'string)
            (t 'fixnum))))

  ;; A file does not know its own path while GCL compiles it: pkg-config reports the folder.
  (defun json-file ()
    (or (si::getenv "POSIX_SHM_JSON")
        (with-open-file (folder "|pkg-config --variable=pkgdatadir posix-shm")
          (concatenate 'string (read-line folder) "/posix-shm.json"))))

  (defparameter *abi* (read-json (json-file))))

(defmacro define-functions ()
  `(progn ,@(mapcar #'(lambda (function)
                        `(defentry ,(lisp-name "~A" function) ,(mapcar #'c-type (entry "arguments" function))
                           (,(c-type (entry "result" function)) ,(entry "name" function))))
                    (entry "functions" *abi*))))

(defmacro define-constants ()
  `(progn ,@(mapcar #'(lambda (constant)
                        `(defconstant ,(lisp-name "+~A+" constant) ,(entry "value" constant)))
                    (entry "constants" *abi*))
          (defconstant +version+ ,(entry "version" *abi*))
          (defconstant +constants+ ,(length (entry "constants" *abi*)))))

(define-functions)
(define-constants)

;; Access to outputs and to memory at an address: bytes, and signed integers of 4 and 8 bytes.
(clines "
#include <stdint.h>
fixnum shm_address(object vector) { return (fixnum) vector->st.st_self; }
fixnum shm_load(fixnum address, int size) {
  return size == 1 ? *(uint8_t *) address : size == 4 ? *(int32_t *) address : *(int64_t *) address;
}
int shm_store(fixnum address, int size, fixnum number) {
  if (size == 1) *(uint8_t *) address = number;
  else if (size == 4) *(int32_t *) address = number;
  else *(int64_t *) address = number;
  return size;
}
")
(defentry address-of (object) (fixnum "shm_address"))
(defentry load-number (fixnum int) (fixnum "shm_load"))
(defentry store-number (fixnum int fixnum) (int "shm_store"))

(defun make-buffer (size)
  (make-array size :element-type 'character :initial-element (code-char 0) :static t))

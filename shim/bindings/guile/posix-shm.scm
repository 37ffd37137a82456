;; SPDX-License-Identifier: BSD-3-Clause
;; libposix-shm for Guile: guile -L .../guile, and (load-from-path "posix-shm.scm"); then (pshm-close fd),
;; PSHM_PROT_READ and so on.
;; The environment variables POSIX_SHM_LIBRARY and POSIX_SHM_JSON override the files that are found.

(use-modules (ice-9 popen) (ice-9 rdelim) (json) (rnrs bytevectors) (srfi srfi-1) (system foreign)
             (system foreign-library))

(define this-file
  (let ((name (assq-ref (current-source-location) 'filename)))
    (or (search-path %load-path name) name)))

;; Beside this file, installed or in the source tree; otherwise in the folder that pkg-config reports.
(define json-file
  (or (getenv "POSIX_SHM_JSON")
      (find file-exists?
            (map (lambda (name) (string-append (dirname this-file) "/" name))
                 '("posix-shm.json" "../posix-shm.json" "../../abi/posix-shm.json")))
      (string-append (read-line (open-input-pipe "pkg-config --variable=pkgdatadir posix-shm")) "/posix-shm.json")))

(define abi (call-with-input-file json-file json->scm))
(define library (load-foreign-library (or (getenv "POSIX_SHM_LIBRARY") (assoc-ref abi "soname"))))

(define (entries key) (vector->list (assoc-ref abi key)))

(define (c-type entry)
  (let ((type (assoc-ref entry "type")))
    (cond ((string=? type "int") int)
          ((string=? type "int64") int64)
          (else '*))))

(define (to-c value)
  (cond ((not value) %null-pointer)
        ((string? value) (string->pointer value "UTF-8"))
        ((bytevector? value) (bytevector->pointer value))
        (else value)))

(define (from-c value)
  (cond ((not (pointer? value)) value)
        ((null-pointer? value) #f)
        (else (pointer->string value))))

;; pshm_open becomes the procedure pshm-open.
(for-each
 (lambda (function)
   (let* ((name (assoc-ref function "name"))
          (procedure (foreign-library-function library name
                                               #:return-type (c-type (assoc-ref function "result"))
                                               #:arg-types (map c-type (vector->list (assoc-ref function "arguments"))))))
     (module-define! (current-module)
                     (string->symbol (string-map (lambda (char) (if (char=? char #\_) #\- char)) name))
                     (lambda arguments (from-c (apply procedure (map to-c arguments)))))))
 (entries "functions"))

(for-each
 (lambda (constant)
   (module-define! (current-module) (string->symbol (assoc-ref constant "name")) (assoc-ref constant "value")))
 (entries "constants"))

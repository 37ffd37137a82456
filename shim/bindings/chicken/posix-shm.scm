;; SPDX-License-Identifier: BSD-3-Clause
;; libposix-shm for Chicken: (include "posix-shm.scm"), then (pshm-close fd), PSHM_PROT_READ and so on. Compiled with
;;   csc -C -IPREFIX/include -include-path PREFIX/share/posix-shm/chicken -L -lposix-shm program.scm
;; The environment variable POSIX_SHM_JSON overrides the description of the library that is found.

(import (chicken foreign))
(import-for-syntax (chicken file) (chicken io) (chicken process) (chicken process-context))
(foreign-declare "#include <posix-shm/api.h>\n#include <posix-shm/sync.h>")

;; All of this runs at compile time. With other brackets `read' can read JSON: an object becomes ("key" value ...),
;; an array a list.
(begin-for-syntax
 (define (read-json file)
   (let loop ((text '()) (in-string #f))
     (let ((char (read-char file)))
       (cond
         ((eof-object? char) (read (open-input-string (list->string (reverse text)))))
         ((and in-string (char=? char #\\)) (loop (cons (read-char file) (cons char text)) #t))
         ((char=? char #\") (loop (cons char text) (not in-string)))
         (in-string (loop (cons char text) #t))
         (else (loop (cons (case char ((#\{ #\[) #\() ((#\} #\]) #\)) ((#\: #\,) #\space) (else char)) text) #f))))))

 (define (entry object key)
   (if (string=? (car object) key) (cadr object) (entry (cddr object) key)))

 ;; Beside this file, installed or in the source tree; otherwise in the folder that pkg-config reports.
 (define (near folder)
   (let loop ((names '("posix-shm.json" "../posix-shm.json" "../../abi/posix-shm.json")))
     (and (pair? names)
          (let ((file (string-append folder "/" (car names))))
            (if (file-exists? file) file (loop (cdr names)))))))

 (define json-file
   (or (get-environment-variable "POSIX_SHM_JSON")
       (let ((this-file (##sys#resolve-include-filename "posix-shm.scm" #f #f #f)))
         (and this-file (near (substring this-file 0 (- (string-length this-file) (string-length "/posix-shm.scm"))))))
       (string-append (call-with-input-pipe "pkg-config --variable=pkgdatadir posix-shm" read-line) "/posix-shm.json")))

 (define abi (call-with-input-file json-file read-json))

 (define (c-type object)
   (cdr (assoc (entry object "type")
               '(("int" . int) ("int64" . integer64) ("string-in" . (const c-string)) ("bytes-in" . scheme-pointer)
                 ("string-out" . scheme-pointer) ("bytes-out" . scheme-pointer)
                 ("int-out" . s32vector) ("int64-out" . s64vector)))))

 ;; pshm_open becomes the procedure pshm-open.
 (define (scheme-name name)
   (string->symbol (list->string (map (lambda (char) (if (char=? char #\_) #\- char)) (string->list name))))))

(define-syntax define-abi
  (er-macro-transformer
   (lambda (form rename compare)
     `(begin
        ,@(map (lambda (function)
                 (let ((name (entry function "name")))
                   `(define ,(scheme-name name)
                      (foreign-lambda ,(c-type (entry function "result")) ,name
                                      ,@(map c-type (entry function "arguments"))))))
               (entry abi "functions"))
        ,@(map (lambda (constant)
                 `(define ,(string->symbol (entry constant "name")) ,(entry constant "value")))
               (entry abi "constants"))))))
(define-abi)

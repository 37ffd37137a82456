;; SPDX-License-Identifier: BSD-3-Clause
(import (chicken foreign))
(import-for-syntax (chicken process-context))
(foreign-declare "#include <posix-shm/api.h>")

;; While it compiles. With other brackets JSON is what `read' reads: an object becomes ("key" value ...), an array a list.
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

 (define abi
   (call-with-input-file (or (get-environment-variable "POSIX_SHM_JSON") "/usr/local/share/posix-shm/posix-shm.json")
                         read-json))

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

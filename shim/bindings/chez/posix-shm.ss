;; SPDX-License-Identifier: BSD-3-Clause
;; libposix-shm for Chez Scheme: (load ".../posix-shm.ss"), then (pshm-close fd), PSHM_PROT_READ and so on.
;; The environment variables POSIX_SHM_LIBRARY and POSIX_SHM_JSON override the files that are found.

;; With other brackets `read' can read JSON: an object becomes ("key" value ...), an array a list.
(define (read-json file)
  (let loop ([text '()] [in-string #f])
    (let ([char (read-char file)])
      (cond
        [(eof-object? char) (read (open-input-string (list->string (reverse text))))]
        [(and in-string (char=? char #\\)) (loop (cons* (read-char file) char text) #t)]
        [(char=? char #\") (loop (cons char text) (not in-string))]
        [in-string (loop (cons char text) #t)]
        [else (loop (cons (case char [(#\{ #\[) #\(] [(#\} #\]) #\)] [(#\: #\,) #\space] [else char]) text) #f)]))))

(define (entry object key)
  (if (string=? (car object) key) (cadr object) (entry (cddr object) key)))

(define-syntax this-file
  (lambda (form) (source-file-descriptor-path (source-object-sfd (annotation-source (syntax->annotation form))))))

;; Beside this file, installed or in the source tree; otherwise in the folder that pkg-config reports.
(define json-file
  (or (getenv "POSIX_SHM_JSON")
      (find file-exists?
            (map (lambda (name) (string-append (path-parent (this-file)) "/" name))
                 '("posix-shm.json" "../posix-shm.json" "../../abi/posix-shm.json")))
      (format "~a/posix-shm.json" (get-line (car (process "pkg-config --variable=pkgdatadir posix-shm"))))))

(define abi (call-with-input-file json-file read-json))
(load-shared-object (or (getenv "POSIX_SHM_LIBRARY") (entry abi "soname")))

(define (c-type object)
  (let ([type (entry object "type")])
    (cond [(string=? type "int") 'int]
          [(string=? type "int64") 'integer-64]
          [(string=? type "string-in") 'string]
          [else 'u8*])))

;; pshm_open becomes the procedure pshm-open.
(define (scheme-name name)
  (string->symbol (list->string (map (lambda (char) (if (char=? char #\_) #\- char)) (string->list name)))))

;; A call that waits lets the collector and other threads run, unless it takes a string, which must not move meanwhile.
(define (convention function types)
  (if (and (eq? (entry function "waits") 'true) (not (memq 'string types)))
      '(__collect_safe)
      '()))

;; Nor must a bytevector.
(define (locking procedure)
  (lambda arguments
    (let ([buffers (filter bytevector? arguments)])
      (for-each lock-object buffers)
      (let ([result (apply procedure arguments)])
        (for-each unlock-object buffers)
        result))))

(for-each
 (lambda (function)
   (let* ([name (entry function "name")]
          [types (map c-type (entry function "arguments"))]
          [convention (convention function types)]
          [procedure `(foreign-procedure ,@convention ,name ,types ,(c-type (entry function "result")))])
     (eval `(define ,(scheme-name name)
              ,(if (and (pair? convention) (memq 'u8* types)) `(locking ,procedure) procedure)))))
 (entry abi "functions"))

(for-each
 (lambda (constant)
   (eval `(define ,(string->symbol (entry constant "name")) ,(entry constant "value"))))
 (entry abi "constants"))

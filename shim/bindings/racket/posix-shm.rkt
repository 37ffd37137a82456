#lang racket/base
;; SPDX-License-Identifier: BSD-3-Clause
;; libposix-shm for Racket: racket -S PREFIX/share program.rkt, with (require posix-shm/racket/posix-shm) in it;
;; then (shm pshm_close fd), (C PSHM_PROT_READ) and so on.
;; The environment variables POSIX_SHM_LIBRARY and POSIX_SHM_JSON override the files that are found.

(require ffi/unsafe json racket/port racket/runtime-path racket/string racket/system)
(provide abi shm C)

(define-runtime-path here ".")

;; Beside this file, installed or in the source tree; otherwise in the folder that pkg-config reports.
(define json-file
  (or (getenv "POSIX_SHM_JSON")
      (for/first ([name '("posix-shm.json" "../posix-shm.json" "../../abi/posix-shm.json")]
                  #:when (file-exists? (build-path here name)))
        (build-path here name))
      (build-path (string-trim (with-output-to-string (lambda () (system "pkg-config --variable=pkgdatadir posix-shm"))))
                  "posix-shm.json")))

(define abi (call-with-input-file json-file read-json))
(define library (ffi-lib (or (getenv "POSIX_SHM_LIBRARY") (hash-ref abi 'soname))))

(define (c-type entry)
  (case (hash-ref entry 'type)
    [("int") _int]
    [("int64") _int64]
    [("string-in") _string/utf-8]
    [else _pointer]))

;; While a call waits, other places and the collector run, unless it takes what the collector may move.
(define (blocking? function)
  (and (hash-ref function 'waits)
       (for/and ([argument (hash-ref function 'arguments)])
         (member (hash-ref argument 'type) '("int" "int64")))
       #t))

(define functions
  (for/hasheq ([function (hash-ref abi 'functions)])
    (define name (hash-ref function 'name))
    (define type (_cprocedure (map c-type (hash-ref function 'arguments)) (c-type (hash-ref function 'result))
                              #:blocking? (blocking? function)))
    (values (string->symbol name) (get-ffi-obj name library type))))

(define constants
  (for/hasheq ([constant (hash-ref abi 'constants)])
    (values (string->symbol (hash-ref constant 'name)) (hash-ref constant 'value))))

;; (shm pshm_close fd) calls a function, (C PSHM_PROT_READ) is a constant.
(define-syntax-rule (shm name argument ...) ((hash-ref functions 'name) argument ...))
(define-syntax-rule (C name) (hash-ref constants 'name))

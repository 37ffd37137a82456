#lang racket/base
;; SPDX-License-Identifier: BSD-3-Clause
(require ffi/unsafe json)
(provide abi shm C)

(define abi
  (call-with-input-file (or (getenv "POSIX_SHM_JSON") "/usr/local/share/posix-shm/posix-shm.json") read-json))
(define library (ffi-lib (or (getenv "POSIX_SHM_LIBRARY") (hash-ref abi 'soname))))

(define (c-type entry)
  (case (hash-ref entry 'type)
    [("int") _int]
    [("int64") _int64]
    [("string-in") _string/utf-8]
    [else _pointer]))

(define functions
  (for/hasheq ([function (hash-ref abi 'functions)])
    (define name (hash-ref function 'name))
    (define type (_cprocedure (map c-type (hash-ref function 'arguments)) (c-type (hash-ref function 'result))))
    (values (string->symbol name) (get-ffi-obj name library type))))

(define constants
  (for/hasheq ([constant (hash-ref abi 'constants)])
    (values (string->symbol (hash-ref constant 'name)) (hash-ref constant 'value))))

;; (shm pshm_close fd) calls a function, (C PSHM_PROT_READ) is a constant.
(define-syntax-rule (shm name argument ...) ((hash-ref functions 'name) argument ...))
(define-syntax-rule (C name) (hash-ref constants 'name))

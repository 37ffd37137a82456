;; SPDX-License-Identifier: BSD-3-Clause
;; Memory and processes in Chicken, for the common scenario, which is compiled with this file.
(import scheme (chicken base) (chicken condition) (chicken io) (chicken memory) (chicken process) (chicken process-context)
        (chicken string) (srfi 4))
(include "posix-shm.scm")

(define arguments (command-line-arguments))
(define environment get-environment-variable)
(define library-version
  (string-intersperse (map number->string (list (foreign-value "PSHM_VERSION_MAJOR" int) (foreign-value "PSHM_VERSION_MINOR" int)
                                                (foreign-value "PSHM_VERSION_PATCH" int)))
                      "."))

;; The constants are definitions of a compiled program, without their names: one of them is compared with the header.
(define constant-value pshm-constant)
(unless (= PSHM_O_CREAT (foreign-value "PSHM_O_CREAT" int))
  (error "PSHM_O_CREAT differs from the header"))

(define (u8-ref address) (pointer-u8-ref (address->pointer address)))
(define (i32-ref address) (pointer-s32-ref (address->pointer address)))
(define (i64-ref address) (pointer-s64-ref (address->pointer address)))
(define (u8-set! address value) (pointer-u8-set! (address->pointer address) value))
(define (i32-set! address value) (pointer-s32-set! (address->pointer address) value))
(define (i64-set! address value) (pointer-s64-set! (address->pointer address) value))

(define (make-bytes count) (make-string count #\nul))
(define (bytes-ref bytes i) (char->integer (string-ref bytes i)))
(define (bytes-set! bytes i octet) (string-set! bytes i (integer->char octet)))
(define (make-ints count) (make-s32vector count -1))
(define ints-ref s32vector-ref)
(define (make-longs count) (make-s64vector count 0))
(define longs-ref s64vector-ref)

;; A string is its octets.
(define (text->octets text) (map char->integer (string->list text)))
(define (octets->text octets) (list->string (map integer->char octets)))

(define (file-contains? file text)
  (and (substring-index text (call-with-input-file file (lambda (port) (read-string #f port)))) #t))

(define fail error)

(define (call-with-problem thunk handler)
  (condition-case (thunk)
    (problem () (handler (get-condition-property problem 'exn 'message problem)))))

(define (run-consumer . words)
  (system (string-intersperse (cons (environment "POSIX_SHM_CONSUMER") words))))

(define (start-consumer . words)
  (run-consumer (string-intersperse words) "&"))

;; In slices, between which the program does something else, once.
(define (acquire-while lock thunk)
  (let ((held (pshm-lock-acquire lock (expt 10 7))))
    (cond ((failed? held "ETIMEDOUT" "EINTR")
           (thunk)
           (acquire-while lock void))
          (else (check held)))))

(define flush flush-output)

;; A program with other threads would call `thread-yield!' between the slices.
(define slice (expt 10 7))
(define give-way void)

(define (copy-memory to from count)
  (move-memory! (address->pointer from) (address->pointer to) count))

(include "scheme/scenario.scm")

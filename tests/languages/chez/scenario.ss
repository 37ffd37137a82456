;; SPDX-License-Identifier: BSD-3-Clause
;; Memory, processes and threads in Chez Scheme, for the common scenario.
(load (string-append (getenv "POSIX_SHM_BINDINGS") "/chez/posix-shm.ss"))

(define arguments (cdr (command-line)))
(define environment getenv)
(define library-version (entry abi "version"))

(define (constant-value name)
  (eval (string->symbol name)))

(define (u8-ref address) (foreign-ref 'unsigned-8 address 0))
(define (i32-ref address) (foreign-ref 'integer-32 address 0))
(define (i64-ref address) (foreign-ref 'integer-64 address 0))
(define (u8-set! address value) (foreign-set! 'unsigned-8 address 0 value))
(define (i32-set! address value) (foreign-set! 'integer-32 address 0 value))
(define (i64-set! address value) (foreign-set! 'integer-64 address 0 value))

(define (make-bytes count) (make-bytevector count 0))
(define bytes-ref bytevector-u8-ref)
(define bytes-set! bytevector-u8-set!)
(define (make-ints count) (make-bytevector (* 4 count) 255))
(define (ints-ref ints i) (bytevector-s32-native-ref ints (* 4 i)))
(define (make-longs count) (make-bytevector (* 8 count) 0))
(define (longs-ref longs i) (bytevector-s64-native-ref longs (* 8 i)))

(define (text->octets text) (bytevector->u8-list (string->utf8 text)))
(define (octets->text octets) (utf8->string (u8-list->bytevector octets)))

(define (file-contains? file text)
  (let ([content (call-with-input-file file get-string-all)]
        [size (string-length text)])
    (let loop ([start (- (string-length content) size)])
      (and (>= start 0)
           (or (string=? (substring content start (+ start size)) text)
               (loop (- start 1)))))))

(define (fail text) (error #f text))

(define (call-with-problem thunk handler)
  (guard (condition
          [#t (handler (with-output-to-string (lambda () (display-condition condition))))])
    (thunk)))

(define (command words)
  (fold-left (lambda (text word) (string-append text " " word)) (getenv "POSIX_SHM_CONSUMER") words))

(define (run-consumer . words)
  (system (command words)))

(define (start-consumer . words)
  (system (string-append (command words) " &")))

;; While a thread of this process runs, and the collector.
(define (acquire-while lock thunk)
  (fork-thread (lambda ()
                 (sleep (make-time 'time-duration 50000000 0))
                 (collect)
                 (thunk)))
  (acquire lock))

(define flush flush-output-port)

;; A call that waits lets other threads run.
(define slice -1)
(define give-way void)

(define (copy-memory to from count)
  (do ([i 0 (+ i 1)]) ((= i count))
    (u8-set! (+ to i) (u8-ref (+ from i)))))

(load (string-append (path-parent (getenv "POSIX_SHM_CONSUMER")) "/scheme/scenario.scm"))

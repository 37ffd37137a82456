;; SPDX-License-Identifier: BSD-3-Clause
;; Memory, processes and threads in Guile, for the common scenario.
(use-modules (ice-9 match) (ice-9 textual-ports) (ice-9 threads) (rnrs bytevectors) (system foreign))
(load-from-path "posix-shm.scm")

(define arguments (cdr (command-line)))
(define environment getenv)
(define library-version (assoc-ref abi "version"))

(define (constant-value name)
  (module-ref (current-module) (string->symbol name)))

(define (memory-at address size)
  (pointer->bytevector (make-pointer address) size))

(define (u8-ref address) (bytevector-u8-ref (memory-at address 1) 0))
(define (i32-ref address) (bytevector-s32-native-ref (memory-at address 4) 0))
(define (i64-ref address) (bytevector-s64-native-ref (memory-at address 8) 0))
(define (u8-set! address value) (bytevector-u8-set! (memory-at address 1) 0 value))
(define (i32-set! address value) (bytevector-s32-native-set! (memory-at address 4) 0 value))
(define (i64-set! address value) (bytevector-s64-native-set! (memory-at address 8) 0 value))

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
  (and (string-contains (call-with-input-file file get-string-all) text) #t))

(define fail error)

(define (call-with-problem thunk handler)
  (catch #t thunk (lambda (key . details) (handler (cons key details)))))

;; `system*' would close the descriptors in the child.
(define (run-consumer . words)
  (let ((consumer (environment "POSIX_SHM_CONSUMER")))
    (match (primitive-fork)
      (0 (apply execl consumer consumer words))
      (child (status:exit-val (cdr (waitpid child)))))))

(define (start-consumer . words)
  (system (string-append (string-join (cons (environment "POSIX_SHM_CONSUMER") words)) " &")))

;; While a thread of this process runs, and the collector.
(define (acquire-while lock thunk)
  (call-with-new-thread (lambda ()
                          (usleep 50000)
                          (gc)
                          (thunk)))
  (acquire lock))

(define flush force-output)

;; A call that waits lets other threads run.
(define slice -1)
(define (give-way) #t)

(define (copy-memory to from count)
  (bytevector-copy! (memory-at from count) 0 (memory-at to count) 0 count))

(load (string-append (dirname (environment "POSIX_SHM_CONSUMER")) "/scheme/scenario.scm"))

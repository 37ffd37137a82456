#lang racket/base
;; SPDX-License-Identifier: BSD-3-Clause
;; The common scenario in Racket; posix-shm.rkt makes the binding from the JSON of the ABI.
(require ffi/unsafe ffi/unsafe/port racket/match racket/string posix-shm/racket/posix-shm)

(define size 32768)
(define read-write (bitwise-ior (C PSHM_PROT_READ) (C PSHM_PROT_WRITE)))

(define (check result)
  (if (negative? result)
      (error (shm pshm_strerror result))
      result))

(define (error-name result) (shm pshm_error_name result))

(define (expect got wanted)
  (unless (equal? got wanted)
    (error (format "~s instead of ~s" got wanted))))

(define (map-object fd length [offset 0] [protections read-write])
  (check (shm pshm_map fd length protections (C PSHM_MAP_SHARED) offset)))

(define (at address) (cast address _intptr _pointer))

(define (bytes-at address length)
  (define copy (make-bytes length))
  (memcpy copy (at address) length)
  copy)

(define (text-of bytes)
  (bytes->string/utf-8 (car (regexp-match #rx#"^[^\0]*" bytes))))

(define (int-ref bytes) (integer-bytes->integer bytes #t))

(define (mapped? name)
  (call-with-input-file "/proc/self/maps" (lambda (maps) (regexp-match? (regexp-quote name) maps))))

;; The fields in a hash table, by the constants' names.
(define (stat-of fd)
  (define fields (make-bytes (* 8 16)))
  (expect (check (shm pshm_fstat fd fields 16)) 16)
  (for/hash ([constant (hash-ref abi 'constants)]
             #:when (string-prefix? (hash-ref constant 'name) "PSHM_STAT_"))
    (define index (hash-ref constant 'value))
    (values (substring (hash-ref constant 'name) 10)
            (integer-bytes->integer fields #t (system-big-endian?) (* 8 index) (* 8 (add1 index))))))

;; What two processes share: where it begins in the object of the scenario, and what is where: a lock, what it guards, and
;; words.
(define shared-offset 8192)
(define turns 1000)
(define all (sub1 (expt 2 31)))
(define long (* 600 (expt 10 9)))
(define slice (expt 10 7))
(define places (hasheq 'lock 0 'guarded 8 'atomic 16 'arrived 20 'beside 24 'done 28 'gate 32 'left 36))

(define (part shared what)
  (+ shared (hash-ref places what)))

;; Whether a call failed with an error of these names; EINTR: a handler of a signal has run, and one calls again.
(define (failed? result . names)
  (and (negative? result) (member (error-name result) names)))

;; In slices, between which other threads of Racket have their turn.
(define (acquire lock)
  (define held (shm pshm_lock_acquire lock slice))
  (cond [(failed? held "ETIMEDOUT" "EINTR")
         (sleep 0)
         (acquire lock)]
        [else (check held)]))

(define (add-and-wake word)
  (check (shm pshm_atomic_update32 word (C PSHM_ATOMIC_ADD) 1))
  (check (shm pshm_atomic_wake word all)))

(define (wait-until word value)
  (define now (check (shm pshm_atomic_load32 word)))
  (unless (= now value)
    (let ([result (shm pshm_atomic_wait word now long)])
      (unless (failed? result "EINTR")
        (check result)))
    (wait-until word value)))

(define (take-turns shared)
  (define guarded (at (part shared 'guarded)))
  (for ([i turns])
    (expect (acquire (part shared 'lock)) 0)
    (ptr-set! guarded _int64 (add1 (ptr-ref guarded _int64)))
    (check (shm pshm_lock_release (part shared 'lock)))
    (check (shm pshm_atomic_update32 (part shared 'atomic) (C PSHM_ATOMIC_ADD) 1))))

;; Wait for the lock that another process holds, while a thread of this one runs; count beside it; wait for its leave.
(define (count-beside name offset)
  (define fd (check (shm pshm_open name (C PSHM_DIRECTION_IO) 0 (C PSHM_IF_DOES_NOT_EXIST_ERROR) 0 #f)))
  (define address (map-object fd (+ shared-offset 64)))
  (define shared (+ address offset))
  (add-and-wake (part shared 'arrived))
  (thread (lambda ()
            (sleep 0.05)
            (add-and-wake (part shared 'beside))))
  (expect (acquire (part shared 'lock)) 0)
  (check (shm pshm_lock_release (part shared 'lock)))
  (take-turns shared)
  (add-and-wake (part shared 'done))
  (wait-until (part shared 'gate) 1)
  (add-and-wake (part shared 'left))
  (check (shm pshm_unmap address (+ shared-offset 64)))
  (check (shm pshm_close fd))
  (void))

(define (scenario name)
  (define failures 0)
  (define number 0)
  (define created (make-bytes 4 255))
  (define fd #f)
  (define address #f)

  (define (open-exclusively)
    (shm pshm_open name (C PSHM_DIRECTION_IO) (C PSHM_IF_EXISTS_ERROR) (C PSHM_IF_DOES_NOT_EXIST_CREATE) #o600 created))

  (define-syntax-rule (point title body ...)
    (begin
      (set! number (add1 number))
      (with-handlers ([exn:fail? (lambda (problem)
                                   (set! failures (add1 failures))
                                   (printf "not ok ~a - ~a\n# ~a\n" number title (exn-message problem)))])
        (let () body ... (void))
        (printf "ok ~a - ~a\n" number title))
      (flush-output)))

  (point "load the library and check its version"
    (define version (shm pshm_version))
    (expect (shm pshm_version_string)
            (format "~a.~a.~a" (quotient version 1000000) (modulo (quotient version 1000) 1000) (modulo version 1000)))
    (expect (shm pshm_version_string) (hash-ref abi 'version)))
  (point "open exclusively"
    (set! fd (check (open-exclusively)))
    (expect (int-ref created) 1))
  (point "be told by name that it exists"
    (expect (error-name (open-exclusively)) "EEXIST")
    (expect (error-name (shm pshm_errno)) "EEXIST"))
  (point "size, allocate, map"
    (check (shm pshm_truncate fd size))
    (check (shm pshm_allocate fd (quotient size 2)))
    (set! address (map-object fd size)))
  (point "write a pattern, read it back through pshm_read"
    (define pattern (list->bytes (for/list ([i 256]) (modulo (* i 7) 256))))
    (define bytes (make-bytes 256))
    (memcpy (at (+ address 4096)) pattern 256)
    (expect (shm pshm_read fd bytes 256 4096) 256)
    (expect bytes pattern)
    (expect (shm pshm_write fd #"hello" 5 100) 5)
    (expect (bytes-at (+ address 100) 5) #"hello")
    (expect (shm pshm_read fd bytes 256 (- size 100)) 100))
  (point "stat with named fields"
    (define fields (stat-of fd))
    (expect (for/list ([name '("SIZE" "MODE" "NLINK")]) (hash-ref fields name)) (list size #o600 1))
    (expect (>= (hash-ref fields "BLOCKS") (quotient size (* 2 512))) #t))
  (point "parse a permission list"
    (define keywords "user-read user-write group-read")
    (define text (make-bytes 64))
    (expect (shm pshm_flags_parse (C PSHM_KIND_MODE) keywords) #o640)
    (check (shm pshm_flags_format (C PSHM_KIND_MODE) #o640 text 64))
    (expect (text-of text) keywords)
    (expect (error-name (shm pshm_flags_parse (C PSHM_KIND_MODE) "user-fly")) "EINVAL"))
  (point "enumerate the constants"
    (define count (shm pshm_constant_count))
    (expect (for/hash ([i count]) (values (shm pshm_constant_name i) (shm pshm_constant_value i)))
            (for/hash ([constant (hash-ref abi 'constants)])
              (values (hash-ref constant 'name) (hash-ref constant 'value))))
    (expect (shm pshm_constant_name count) #f))
  (point "fail with the right error name"
    (expect (error-name (shm pshm_open (string-append name "-none") (C PSHM_DIRECTION_INPUT) 0 0 0 #f)) "ENOENT")
    (expect (error-name (shm pshm_delete "noslash")) "EINVAL")
    (expect (error-name (shm pshm_map fd -1 read-write (C PSHM_MAP_SHARED) 0)) "EINVAL")
    (expect (error-name (shm pshm_errno)) "EINVAL"))
  (point "make an anonymous object"
    (define anonymous (check (shm pshm_open_anonymous (C PSHM_DIRECTION_IO) #o640 0)))
    (define fields (stat-of anonymous))
    (expect (hash-ref fields "NLINK") 0)
    (expect (hash-ref fields "MODE") #o640)
    (check (shm pshm_close anonymous)))
  (point "pass a descriptor to another process"
    (define here (make-bytes 4))
    (define there (make-bytes 4))
    (check (shm pshm_socketpair here there))
    (ptr-set! (at address) _int64 (expt 2 53))
    (check (shm pshm_send (int-ref here) fd -1))
    ;; `subprocess' closes every descriptor in the child but the first three: the socket is its standard input.
    (define input (unsafe-file-descriptor->port (int-ref there) "socket" '(read)))
    (define-values (child out in err)
      (subprocess (current-output-port) input (current-error-port) (getenv "POSIX_SHM_CONSUMER") "receive" "0"))
    (subprocess-wait child)
    (expect (subprocess-status child) 0)
    (expect (ptr-ref (at address) _int64) (add1 (expt 2 53)))
    (close-input-port input)
    (check (shm pshm_close (int-ref here))))
  (point "count with another process under a lock, and wake each other"
    (define shared (+ address shared-offset))
    (expect (acquire (part shared 'lock)) 0)
    (define-values (child out in err)
      (subprocess (current-output-port) #f (current-error-port) (getenv "POSIX_SHM_CONSUMER") "count" name
                  (number->string shared-offset)))
    (wait-until (part shared 'beside) 1)
    (check (shm pshm_lock_release (part shared 'lock)))
    (take-turns shared)
    (wait-until (part shared 'done) 1)
    (expect (ptr-ref (at (part shared 'guarded)) _int64) (* 2 turns))
    (expect (shm pshm_atomic_load32 (part shared 'atomic)) (* 2 turns))
    (add-and-wake (part shared 'gate))
    (wait-until (part shared 'left) 1)
    (subprocess-wait child)
    (expect (subprocess-status child) 0))
  (point "close, delete"
    (expect (mapped? name) #t)
    (check (shm pshm_unmap address size))
    (expect (mapped? name) #f)
    (check (shm pshm_close fd))
    (expect (error-name (shm pshm_close fd)) "EBADF")
    (check (shm pshm_delete name))
    (expect (error-name (shm pshm_delete name)) "ENOENT"))
  (printf "1..~a\n" number)
  (exit failures))

;; The receiver of the descriptor: add one to the number at the start of the object.
(define (receive socket)
  (define fd (check (shm pshm_receive socket -1)))
  (define address (map-object fd 8))
  (ptr-set! (at address) _int64 (add1 (ptr-ref (at address) _int64)))
  (check (shm pshm_unmap address 8))
  (check (shm pshm_close fd))
  (void))

(define-cstruct _record
  ([number _int64] [small _int32] [unused _int32] [text (_array _byte 48)] [pattern (_array _byte 64)]))
(define record-size (ctype-sizeof _record))

(define (put-record fd slot offset)
  (define address (map-object fd record-size offset))
  (define record (cast (at address) _pointer _record-pointer))
  (define text #"racket gr\303\274\303\237t")
  (set-record-number! record (- -9007199254740993 slot))
  (set-record-small! record (- -1 slot))
  (memcpy (array-ptr (record-text record)) text (bytes-length text))
  (for ([i 64])
    (array-set! (record-pattern record) i (modulo (+ (* slot 31) (* i 7)) 256)))
  (check (shm pshm_unmap address record-size)))

(define (print-record address slot)
  (define record (cast (at address) _pointer _record-pointer))
  (define sum
    (for/sum ([i 64]) (* (add1 i) (array-ref (record-pattern record) i))))
  (printf "~a\t~a\t~a\t~a\t~a\n" slot (record-number record) (record-small record) sum
          (text-of (bytes-at (+ address 16) 48))))

;; Write one's record into the object, and into an anonymous one that goes to the socket.
(define (write-record name slot socket)
  (define fd (check (shm pshm_open name (C PSHM_DIRECTION_IO) 0 (C PSHM_IF_DOES_NOT_EXIST_ERROR) 0 #f)))
  (put-record fd slot (* slot record-size))
  (check (shm pshm_close fd))
  (define anonymous (check (shm pshm_open_anonymous (C PSHM_DIRECTION_IO) #o600 0)))
  (check (shm pshm_truncate anonymous record-size))
  (put-record anonymous slot 0)
  (check (shm pshm_send socket anonymous -1))
  (check (shm pshm_close anonymous))
  (void))

;; Print every record of the object, then the one of the object that comes from the socket.
(define (read-records name count socket)
  (define fd (check (shm pshm_open name (C PSHM_DIRECTION_INPUT) 0 0 0 #f)))
  (define length (* count record-size))
  (define address (map-object fd length 0 (C PSHM_PROT_READ)))
  (for ([slot count])
    (print-record (+ address (* slot record-size)) slot))
  (check (shm pshm_unmap address length))
  (check (shm pshm_close fd))
  (define received (check (shm pshm_receive socket -1)))
  (define other (map-object received record-size 0 (C PSHM_PROT_READ)))
  (print-record other "received")
  (check (shm pshm_unmap other record-size))
  (check (shm pshm_close received))
  (void))

;; Message N of an exchange is N * STEP bytes of a pattern, from byte N of it.
(define capacity (C PSHM_RING_CAPACITY_MIN))
(define ring-size (+ (C PSHM_RING_HEADER_SIZE) capacity))
(define-values (messages step longest) (values 41 51 2040))
(define pattern (list->bytes (for/list ([i (+ longest messages)]) (modulo (* i 7) 256))))

;; The result of a call that waits, perhaps an address, or the name of its error. In slices, between which other threads of
;; Racket have their turn.
(define (wait-for call)
  (define result (call))
  (cond [(failed? result "ETIMEDOUT" "EINTR")
         (sleep 0)
         (wait-for call)]
        [(negative? result) (error-name result)]
        [else result]))

(define (join-rings from to)
  (check (shm pshm_ring_join to capacity (C PSHM_RING_SENDER)))
  (check (shm pshm_ring_join from capacity (C PSHM_RING_RECEIVER))))

(define (receive-message ring buffer)
  (wait-for (lambda () (shm pshm_ring_receive ring capacity buffer longest slice))))

;; Send each message, and receive it back. How many are equal.
(define (talk there back)
  (define buffer (make-bytes longest))
  (join-rings back there)
  (define good
    (for/sum ([n messages])
      (define message (subbytes pattern n (+ n (* n step))))
      (expect (wait-for (lambda () (shm pshm_ring_send there capacity message (bytes-length message) slice))) 0)
      (define length (receive-message back buffer))
      (if (and (= length (bytes-length message)) (equal? (subbytes buffer 0 length) message)) 1 0)))
  (check (shm pshm_ring_leave there capacity (C PSHM_RING_SENDER)))
  (expect (receive-message back buffer) "ENODATA")
  (check (shm pshm_ring_leave back capacity (C PSHM_RING_RECEIVER)))
  good)

;; Send back each message, from one ring into the other, until the sender leaves.
(define (serve there back)
  (define bytes (make-bytes 8))
  (join-rings there back)
  (let loop ()
    (define message (wait-for (lambda () (shm pshm_ring_peek there capacity slice bytes))))
    (unless (equal? message "ENODATA")
      (define length (int-ref bytes))
      (memcpy (at (wait-for (lambda () (shm pshm_ring_reserve back capacity length slice)))) (at message) length)
      (check (shm pshm_ring_commit back capacity length))
      (check (shm pshm_ring_release there capacity))
      (loop)))
  (check (shm pshm_ring_leave back capacity (C PSHM_RING_SENDER)))
  (check (shm pshm_ring_leave there capacity (C PSHM_RING_RECEIVER))))

;; Talk to all others, and serve each of them, sender after sender.
(define (exchange name slot count)
  (define fd (check (shm pshm_open name (C PSHM_DIRECTION_IO) 0 (C PSHM_IF_DOES_NOT_EXIST_ERROR) 0 #f)))
  (define size (* count count 2 ring-size))
  (define rings (map-object fd size))
  (for* ([sender count] [receiver count] #:unless (= sender receiver))
    (define there (+ rings (* (+ (* sender count) receiver) 2 ring-size)))
    (when (= sender slot)
      (printf "~a\t~a\n" receiver (talk there (+ there ring-size)))
      (flush-output))
    (when (= receiver slot) (serve there (+ there ring-size))))
  (check (shm pshm_unmap rings size))
  (check (shm pshm_close fd))
  (void))

(match (current-command-line-arguments)
  [(vector "scenario" name) (scenario name)]
  [(vector "receive" socket) (receive (string->number socket))]
  [(vector "count" name offset) (count-beside name (string->number offset))]
  [(vector "exchange" name slot count) (exchange name (string->number slot) (string->number count))]
  [(vector "write" name slot socket) (write-record name (string->number slot) (string->number socket))]
  [(vector "read" name count socket) (read-records name (string->number count) (string->number socket))])

;; SPDX-License-Identifier: BSD-3-Clause
;; The common scenario in Chez Scheme; posix-shm.ss makes the binding from the JSON of the ABI.
(load (string-append (getenv "POSIX_SHM_BINDINGS") "/chez/posix-shm.ss"))

(define size 32768)
(define read-write (logor PSHM_PROT_READ PSHM_PROT_WRITE))

(define (check result)
  (if (negative? result)
      (error #f (pshm-strerror result))
      result))

(define (expect got wanted)
  (unless (equal? got wanted)
    (error #f (format "~s instead of ~s" got wanted))))

(define map-object
  (case-lambda
    [(fd length) (map-object fd length 0 read-write)]
    [(fd length offset) (map-object fd length offset read-write)]
    [(fd length offset protections) (check (pshm-map fd length protections PSHM_MAP_SHARED offset))]))

(define (store-bytes! address bytes)
  (do ([i 0 (+ i 1)]) ((= i (bytevector-length bytes)))
    (foreign-set! 'unsigned-8 address i (bytevector-u8-ref bytes i))))

(define (fetch-bytes address length)
  (let ([bytes (make-bytevector length)])
    (do ([i 0 (+ i 1)]) ((= i length) bytes)
      (bytevector-u8-set! bytes i (foreign-ref 'unsigned-8 address i)))))

(define (text-of bytes)
  (let loop ([bytes (bytevector->u8-list bytes)] [text '()])
    (if (or (null? bytes) (zero? (car bytes)))
        (utf8->string (u8-list->bytevector (reverse text)))
        (loop (cdr bytes) (cons (car bytes) text)))))

(define (int-ref bytes) (bytevector-s32-native-ref bytes 0))

(define (mapped? name)
  (let ([maps (call-with-input-file "/proc/self/maps" get-string-all)]
        [size (string-length name)])
    (let loop ([start (- (string-length maps) size)])
      (and (>= start 0)
           (or (string=? (substring maps start (+ start size)) name)
               (loop (- start 1)))))))

(define (stat-of fd)
  (let ([fields (make-bytevector (* 8 16))])
    (expect (check (pshm-fstat fd fields 16)) 16)
    (lambda (name)
      (bytevector-s64-native-ref fields (* 8 (check (pshm-constant (string-append "PSHM_STAT_" name))))))))

;; What two processes share: where it begins in the object of the scenario, and what is where: a lock, what it guards, and
;; words.
(define shared-offset 8192)
(define turns 1000)
(define all (- (expt 2 31) 1))
(define long (* 600 (expt 10 9)))

(define (at shared what)
  (+ shared (cdr (assq what '((lock . 0) (guarded . 8) (atomic . 16) (arrived . 20) (beside . 24) (done . 28) (gate . 32)
                              (left . 36))))))

;; Whether a call failed with an error of these names; EINTR: a handler of a signal has run, and one calls again.
(define (failed? result . names)
  (and (negative? result) (member (pshm-error-name result) names)))

(define (acquire lock)
  (let ([held (pshm-lock-acquire lock long)])
    (if (failed? held "EINTR") (acquire lock) (check held))))

(define (add-and-wake word)
  (check (pshm-atomic-update32 word PSHM_ATOMIC_ADD 1))
  (check (pshm-atomic-wake word all)))

(define (wait-until word value)
  (let ([now (check (pshm-atomic-load32 word))])
    (unless (= now value)
      (let ([result (pshm-atomic-wait word now long)])
        (unless (failed? result "EINTR")
          (check result)))
      (wait-until word value))))

(define (take-turns shared)
  (let loop ([turn 0])
    (when (< turn turns)
      (expect (acquire (at shared 'lock)) 0)
      (foreign-set! 'integer-64 (at shared 'guarded) 0 (+ 1 (foreign-ref 'integer-64 (at shared 'guarded) 0)))
      (check (pshm-lock-release (at shared 'lock)))
      (check (pshm-atomic-update32 (at shared 'atomic) PSHM_ATOMIC_ADD 1))
      (loop (+ turn 1)))))

;; Wait for the lock that another process holds, while a thread of this one runs, and the collector; count beside it; wait for
;; its leave.
(define (count-beside name offset)
  (let* ([fd (check (pshm-open name PSHM_DIRECTION_IO 0 PSHM_IF_DOES_NOT_EXIST_ERROR 0 #f))]
         [address (map-object fd (+ shared-offset 64))]
         [shared (+ address offset)])
    (add-and-wake (at shared 'arrived))
    (fork-thread (lambda ()
                   (sleep (make-time 'time-duration 50000000 0))
                   (collect)
                   (add-and-wake (at shared 'beside))))
    (expect (acquire (at shared 'lock)) 0)
    (check (pshm-lock-release (at shared 'lock)))
    (take-turns shared)
    (add-and-wake (at shared 'done))
    (wait-until (at shared 'gate) 1)
    (add-and-wake (at shared 'left))
    (check (pshm-unmap address (+ shared-offset 64)))
    (check (pshm-close fd))))

(define (scenario name)
  (define failures 0)
  (define number 0)
  (define created (make-bytevector 4 255))
  (define fd #f)
  (define address #f)

  (define (open-exclusively)
    (pshm-open name PSHM_DIRECTION_IO PSHM_IF_EXISTS_ERROR PSHM_IF_DOES_NOT_EXIST_CREATE
               #o600 created))

  (define (point title thunk)
    (set! number (+ number 1))
    (guard (condition
            [#t (set! failures (+ failures 1))
                (printf "not ok ~a - ~a\n# " number title)
                (display-condition condition)
                (newline)])
      (thunk)
      (printf "ok ~a - ~a\n" number title))
    (flush-output-port))

  (point "load the library and check its version"
    (lambda ()
      (let ([version (pshm-version)])
        (expect (pshm-version-string)
                (format "~a.~a.~a" (quotient version 1000000) (modulo (quotient version 1000) 1000)
                        (modulo version 1000)))
        (expect (pshm-version-string) (entry abi "version")))))
  (point "open exclusively"
    (lambda ()
      (set! fd (check (open-exclusively)))
      (expect (int-ref created) 1)))
  (point "be told by name that it exists"
    (lambda ()
      (expect (pshm-error-name (open-exclusively)) "EEXIST")
      (expect (pshm-error-name (pshm-errno)) "EEXIST")))
  (point "size, allocate, map"
    (lambda ()
      (check (pshm-truncate fd size))
      (check (pshm-allocate fd (quotient size 2)))
      (set! address (map-object fd size))))
  (point "write a pattern, read it back through pshm_read"
    (lambda ()
      (let ([pattern (u8-list->bytevector (map (lambda (i) (modulo (* i 7) 256)) (iota 256)))]
            [bytes (make-bytevector 256)])
        (store-bytes! (+ address 4096) pattern)
        (expect (pshm-read fd bytes 256 4096) 256)
        (expect bytes pattern)
        (expect (pshm-write fd (string->utf8 "hello") 5 100) 5)
        (expect (utf8->string (fetch-bytes (+ address 100) 5)) "hello")
        (expect (pshm-read fd bytes 256 (- size 100)) 100))))
  (point "stat with named fields"
    (lambda ()
      (let ([field (stat-of fd)])
        (expect (map field '("SIZE" "MODE" "NLINK")) (list size #o600 1))
        (expect (>= (field "BLOCKS") (quotient size (* 2 512))) #t))))
  (point "parse a permission list"
    (lambda ()
      (let ([keywords "user-read user-write group-read"]
            [text (make-bytevector 64 0)])
        (expect (pshm-flags-parse PSHM_KIND_MODE keywords) #o640)
        (check (pshm-flags-format PSHM_KIND_MODE #o640 text 64))
        (expect (text-of text) keywords)
        (expect (pshm-error-name (pshm-flags-parse PSHM_KIND_MODE "user-fly")) "EINVAL"))))
  (point "enumerate the constants"
    (lambda ()
      (let ([count (pshm-constant-count)])
        (expect (map (lambda (i) (list (pshm-constant-name i) (pshm-constant-value i))) (iota count))
                (map (lambda (constant) (list (entry constant "name") (entry constant "value"))) (entry abi "constants")))
        (expect (pshm-constant-name count) #f))))
  (point "fail with the right error name"
    (lambda ()
      (expect (pshm-error-name (pshm-open (string-append name "-none") PSHM_DIRECTION_INPUT 0 0 0 #f)) "ENOENT")
      (expect (pshm-error-name (pshm-delete "noslash")) "EINVAL")
      (expect (pshm-error-name (pshm-map fd -1 read-write PSHM_MAP_SHARED 0)) "EINVAL")
      (expect (pshm-error-name (pshm-errno)) "EINVAL")))
  (point "make an anonymous object"
    (lambda ()
      (let* ([anonymous (check (pshm-open-anonymous PSHM_DIRECTION_IO #o640 0))]
             [field (stat-of anonymous)])
        (expect (field "NLINK") 0)
        (expect (field "MODE") #o640)
        (check (pshm-close anonymous)))))
  (point "hand a descriptor to another process"
    (lambda ()
      (let ([here (make-bytevector 4)] [there (make-bytevector 4)])
        (check (pshm-socketpair here there))
        (foreign-set! 'integer-64 address 0 (expt 2 53))
        (check (pshm-send (int-ref here) fd -1))
        (check (pshm-set-inheritable (int-ref there) 1))
        (expect (system (format "~a receive ~a" (getenv "POSIX_SHM_CONSUMER") (int-ref there))) 0)
        (expect (foreign-ref 'integer-64 address 0) (+ (expt 2 53) 1))
        (check (pshm-close (int-ref here)))
        (check (pshm-close (int-ref there))))))
  (point "count with another process under a lock, and wake each other"
    (lambda ()
      (let ([shared (+ address shared-offset)])
        (expect (acquire (at shared 'lock)) 0)
        (system (format "~a count ~a ~a &" (getenv "POSIX_SHM_CONSUMER") name shared-offset))
        (wait-until (at shared 'arrived) 1)
        (wait-until (at shared 'beside) 1)
        (check (pshm-lock-release (at shared 'lock)))
        (take-turns shared)
        (wait-until (at shared 'done) 1)
        (expect (foreign-ref 'integer-64 (at shared 'guarded) 0) (* 2 turns))
        (expect (pshm-atomic-load32 (at shared 'atomic)) (* 2 turns))
        (add-and-wake (at shared 'gate))
        (wait-until (at shared 'left) 1))))
  (point "close, delete"
    (lambda ()
      (expect (mapped? name) #t)
      (check (pshm-unmap address size))
      (expect (mapped? name) #f)
      (check (pshm-close fd))
      (expect (pshm-error-name (pshm-close fd)) "EBADF")
      (check (pshm-delete name))
      (expect (pshm-error-name (pshm-delete name)) "ENOENT")))
  (printf "1..~a\n" number)
  (exit failures))

;; The other end of the hand-over: add one to the number at the start of the object.
(define (receive socket)
  (let* ([fd (check (pshm-receive socket -1))]
         [address (map-object fd 8)])
    (foreign-set! 'integer-64 address 0 (+ 1 (foreign-ref 'integer-64 address 0)))
    (check (pshm-unmap address 8))
    (check (pshm-close fd))))

;; A record: int64, int32, 4 bytes unused, 48 bytes of text, 64 bytes of pattern.
(define-ftype record
  (struct [number integer-64] [small integer-32] [unused integer-32] [text (array 48 unsigned-8)]
          [pattern (array 64 unsigned-8)]))
(define record-size (ftype-sizeof record))

(define (put-record fd slot offset)
  (let* ([address (map-object fd record-size offset)]
         [pointer (make-ftype-pointer record address)])
    (ftype-set! record (number) pointer (- -9007199254740993 slot))
    (ftype-set! record (small) pointer (- -1 slot))
    (store-bytes! (ftype-pointer-address (ftype-&ref record (text) pointer)) (string->utf8 "chez grüßt"))
    (do ([i 0 (+ i 1)]) ((= i 64))
      (ftype-set! record (pattern i) pointer (modulo (+ (* slot 31) (* i 7)) 256)))
    (check (pshm-unmap address record-size))))

(define (print-record address slot)
  (let ([pointer (make-ftype-pointer record address)])
    (printf "~a\t~a\t~a\t~a\t~a\n" slot
            (ftype-ref record (number) pointer)
            (ftype-ref record (small) pointer)
            (apply + (map (lambda (i) (* (+ i 1) (ftype-ref record (pattern i) pointer))) (iota 64)))
            (text-of (fetch-bytes (ftype-pointer-address (ftype-&ref record (text) pointer)) 48)))))

;; Write one's record into the object, and into an anonymous one that goes to the socket.
(define (write-record name slot socket)
  (let ([fd (check (pshm-open name PSHM_DIRECTION_IO 0 PSHM_IF_DOES_NOT_EXIST_ERROR 0 #f))]
        [anonymous (check (pshm-open-anonymous PSHM_DIRECTION_IO #o600 0))])
    (put-record fd slot (* slot record-size))
    (check (pshm-close fd))
    (check (pshm-truncate anonymous record-size))
    (put-record anonymous slot 0)
    (check (pshm-send socket anonymous -1))
    (check (pshm-close anonymous))))

;; Print every record of the object, then the one of the object that comes from the socket.
(define (read-records name count socket)
  (let* ([fd (check (pshm-open name PSHM_DIRECTION_INPUT 0 0 0 #f))]
         [length (* count record-size)]
         [address (map-object fd length 0 PSHM_PROT_READ)])
    (for-each (lambda (slot) (print-record (+ address (* slot record-size)) slot)) (iota count))
    (check (pshm-unmap address length))
    (check (pshm-close fd)))
  (let* ([received (check (pshm-receive socket -1))]
         [address (map-object received record-size 0 PSHM_PROT_READ)])
    (print-record address "received")
    (check (pshm-unmap address record-size))
    (check (pshm-close received))))

(let ([mode (cadr (command-line))] [arguments (cddr (command-line))])
  (define (number i) (string->number (list-ref arguments i)))
  (cond
    [(string=? mode "scenario") (scenario (car arguments))]
    [(string=? mode "receive") (receive (number 0))]
    [(string=? mode "count") (count-beside (car arguments) (number 1))]
    [(string=? mode "write") (write-record (car arguments) (number 1) (number 2))]
    [(string=? mode "read") (read-records (car arguments) (number 1) (number 2))]))

;; SPDX-License-Identifier: BSD-3-Clause
;; The common scenario in Scheme. The file that loads or includes this one has loaded the binding, and defines what Chez, Chicken
;; and Guile do differently:
;;   arguments, environment, library-version, constant-value
;;   u8-ref, i32-ref, i64-ref and their set!s, of an address
;;   make-bytes, bytes-ref, bytes-set!, make-ints, ints-ref, make-longs, longs-ref: what the library fills
;;   text->octets, octets->text, file-contains?, fail, call-with-problem, run-consumer, start-consumer, acquire-while, flush
;;   slice, give-way, copy-memory: how long a call may wait, what other threads need then, and memcpy(3)

(define size 32768)
(define read-write (+ PSHM_PROT_READ PSHM_PROT_WRITE))

(define (check result)
  (if (negative? result)
      (fail (pshm-strerror result))
      result))

(define (expect got wanted)
  (unless (equal? got wanted)
    (write got (current-error-port))
    (newline (current-error-port))
    (fail "the value above is not the expected one")))

(define (show . parts)
  (for-each display parts)
  (newline))

;; The numbers below COUNT.
(define (below count)
  (let loop ((i (- count 1)) (numbers '()))
    (if (negative? i) numbers (loop (- i 1) (cons i numbers)))))

(define (map-object fd length offset protections)
  (check (pshm-map fd length protections PSHM_MAP_SHARED offset)))

(define (store-octets! address octets)
  (unless (null? octets)
    (u8-set! address (car octets))
    (store-octets! (+ address 1) (cdr octets))))

(define (fetch-octets address count)
  (map (lambda (i) (u8-ref (+ address i))) (below count)))

(define (octets-of bytes count)
  (map (lambda (i) (bytes-ref bytes i)) (below count)))

(define (up-to-zero octets)
  (if (or (null? octets) (zero? (car octets)))
      '()
      (cons (car octets) (up-to-zero (cdr octets)))))

(define (stat-of fd)
  (let ((fields (make-longs 16)))
    (expect (check (pshm-fstat fd fields 16)) 16)
    (lambda (name)
      (longs-ref fields (check (pshm-constant (string-append "PSHM_STAT_" name)))))))

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
  (let ((held (pshm-lock-acquire lock long)))
    (if (failed? held "EINTR") (acquire lock) (check held))))

(define (add-and-wake word)
  (check (pshm-atomic-update32 word PSHM_ATOMIC_ADD 1))
  (check (pshm-atomic-wake word all)))

(define (wait-until word value)
  (let ((now (check (pshm-atomic-load32 word))))
    (unless (= now value)
      (let ((result (pshm-atomic-wait word now long)))
        (unless (failed? result "EINTR")
          (check result)))
      (wait-until word value))))

(define (take-turns shared)
  (let loop ((turn 0))
    (when (< turn turns)
      (expect (acquire (at shared 'lock)) 0)
      (i64-set! (at shared 'guarded) (+ 1 (i64-ref (at shared 'guarded))))
      (check (pshm-lock-release (at shared 'lock)))
      (check (pshm-atomic-update32 (at shared 'atomic) PSHM_ATOMIC_ADD 1))
      (loop (+ turn 1)))))

;; Wait for the lock that another process holds, and do something else meanwhile; count beside it; wait for its leave.
(define (count-beside name offset)
  (let* ((fd (check (pshm-open name PSHM_DIRECTION_IO 0 PSHM_IF_DOES_NOT_EXIST_ERROR 0 #f)))
         (address (map-object fd (+ shared-offset 64) 0 read-write))
         (shared (+ address offset)))
    (add-and-wake (at shared 'arrived))
    (expect (acquire-while (at shared 'lock) (lambda () (add-and-wake (at shared 'beside)))) 0)
    (check (pshm-lock-release (at shared 'lock)))
    (take-turns shared)
    (add-and-wake (at shared 'done))
    (wait-until (at shared 'gate) 1)
    (add-and-wake (at shared 'left))
    (check (pshm-unmap address (+ shared-offset 64)))
    (check (pshm-close fd))))

(define failures 0)
(define number 0)

(define (point title thunk)
  (set! number (+ number 1))
  (call-with-problem
   (lambda ()
     (thunk)
     (show "ok " number " - " title))
   (lambda (problem)
     (set! failures (+ failures 1))
     (show "not ok " number " - " title)
     (show "# " problem)))
  (flush))

(define (scenario name)
  (define created (make-ints 1))
  (define fd #f)
  (define address #f)

  (define (open-exclusively)
    (pshm-open name PSHM_DIRECTION_IO PSHM_IF_EXISTS_ERROR PSHM_IF_DOES_NOT_EXIST_CREATE #o600 created))

  (point "load the library and check its version"
    (lambda ()
      (let ((version (pshm-version)))
        (expect (pshm-version-string)
                (string-append (number->string (quotient version 1000000)) "."
                               (number->string (modulo (quotient version 1000) 1000)) "."
                               (number->string (modulo version 1000))))
        (expect (pshm-version-string) library-version))))
  (point "open exclusively"
    (lambda ()
      (set! fd (check (open-exclusively)))
      (expect (ints-ref created 0) 1)))
  (point "be told by name that it exists"
    (lambda ()
      (expect (pshm-error-name (open-exclusively)) "EEXIST")
      (expect (pshm-error-name (pshm-errno)) "EEXIST")))
  (point "size, allocate, map"
    (lambda ()
      (check (pshm-truncate fd size))
      (check (pshm-allocate fd (quotient size 2)))
      (set! address (map-object fd size 0 read-write))))
  (point "write a pattern, read it back through pshm_read"
    (lambda ()
      (let ((pattern (map (lambda (i) (modulo (* i 7) 256)) (below 256)))
            (bytes (make-bytes 256)))
        (store-octets! (+ address 4096) pattern)
        (expect (pshm-read fd bytes 256 4096) 256)
        (expect (octets-of bytes 256) pattern)
        (for-each (lambda (i octet) (bytes-set! bytes i octet)) (below 5) (text->octets "hello"))
        (expect (pshm-write fd bytes 5 100) 5)
        (expect (octets->text (fetch-octets (+ address 100) 5)) "hello")
        (expect (pshm-read fd bytes 256 (- size 100)) 100))))
  (point "stat with named fields"
    (lambda ()
      (let ((field (stat-of fd)))
        (expect (map field '("SIZE" "MODE" "NLINK")) (list size #o600 1))
        (expect (>= (field "BLOCKS") (quotient size (* 2 512))) #t))))
  (point "parse a permission list"
    (lambda ()
      (let ((keywords "user-read user-write group-read")
            (text (make-bytes 64)))
        (expect (pshm-flags-parse PSHM_KIND_MODE keywords) #o640)
        (check (pshm-flags-format PSHM_KIND_MODE #o640 text 64))
        (expect (octets->text (up-to-zero (octets-of text 64))) keywords)
        (expect (pshm-error-name (pshm-flags-parse PSHM_KIND_MODE "user-fly")) "EINVAL"))))
  (point "enumerate the constants"
    (lambda ()
      (let ((count (pshm-constant-count)))
        (expect (> count 50) #t)
        (for-each (lambda (i) (expect (constant-value (pshm-constant-name i)) (pshm-constant-value i))) (below count))
        (expect (pshm-constant-name count) #f))))
  (point "fail with the right error name"
    (lambda ()
      (expect (pshm-error-name (pshm-open (string-append name "-none") PSHM_DIRECTION_INPUT 0 0 0 #f)) "ENOENT")
      (expect (pshm-error-name (pshm-delete "noslash")) "EINVAL")
      (expect (pshm-error-name (pshm-map fd -1 read-write PSHM_MAP_SHARED 0)) "EINVAL")
      (expect (pshm-error-name (pshm-errno)) "EINVAL")))
  (point "make an anonymous object"
    (lambda ()
      (let* ((anonymous (check (pshm-open-anonymous PSHM_DIRECTION_IO #o640 0)))
             (field (stat-of anonymous)))
        (expect (map field '("NLINK" "MODE")) (list 0 #o640))
        (check (pshm-close anonymous)))))
  (point "pass a descriptor to another process"
    (lambda ()
      (let ((here (make-ints 1)) (there (make-ints 1)))
        (check (pshm-socketpair here there))
        (i64-set! address (expt 2 53))
        (check (pshm-send (ints-ref here 0) fd -1))
        (check (pshm-set-inheritable (ints-ref there 0) 1))
        (expect (run-consumer "receive" (number->string (ints-ref there 0))) 0)
        (expect (i64-ref address) (+ (expt 2 53) 1))
        (check (pshm-close (ints-ref here 0)))
        (check (pshm-close (ints-ref there 0))))))
  (point "count with another process under a lock, and wake each other"
    (lambda ()
      (let ((shared (+ address shared-offset)))
        (expect (acquire (at shared 'lock)) 0)
        (start-consumer "count" name (number->string shared-offset))
        (wait-until (at shared 'arrived) 1)
        (wait-until (at shared 'beside) 1)
        (check (pshm-lock-release (at shared 'lock)))
        (take-turns shared)
        (wait-until (at shared 'done) 1)
        (expect (i64-ref (at shared 'guarded)) (* 2 turns))
        (expect (pshm-atomic-load32 (at shared 'atomic)) (* 2 turns))
        (add-and-wake (at shared 'gate))
        (wait-until (at shared 'left) 1))))
  (point "close, delete"
    (lambda ()
      (expect (file-contains? "/proc/self/maps" name) #t)
      (check (pshm-unmap address size))
      (expect (file-contains? "/proc/self/maps" name) #f)
      (check (pshm-close fd))
      (expect (pshm-error-name (pshm-close fd)) "EBADF")
      (check (pshm-delete name))
      (expect (pshm-error-name (pshm-delete name)) "ENOENT")))
  (show "1.." number)
  (exit (if (zero? failures) 0 1)))

;; The receiver of the descriptor: add one to the number at the start of the object.
(define (receive-object socket)
  (let* ((fd (check (pshm-receive socket -1)))
         (address (map-object fd 8 0 read-write)))
    (i64-set! address (+ 1 (i64-ref address)))
    (check (pshm-unmap address 8))
    (check (pshm-close fd))))

;; A record: int64, int32, 4 bytes unused, 48 bytes of text, 64 bytes of pattern.
(define record-size 128)

(define (put-record fd slot offset)
  (let ((address (map-object fd record-size offset read-write)))
    (i64-set! address (- -9007199254740993 slot))
    (i32-set! (+ address 8) (- -1 slot))
    (store-octets! (+ address 16) (text->octets (string-append (environment "CONSUMER_LANGUAGE") " grüßt")))
    (store-octets! (+ address 64) (map (lambda (i) (modulo (+ (* slot 31) (* i 7)) 256)) (below 64)))
    (check (pshm-unmap address record-size))))

(define (print-record address slot)
  (show slot "\t" (i64-ref address) "\t" (i32-ref (+ address 8)) "\t"
        (apply + (map (lambda (i) (* (+ i 1) (u8-ref (+ address 64 i)))) (below 64))) "\t"
        (octets->text (up-to-zero (fetch-octets (+ address 16) 48)))))

;; Write one's record into the object, and into an anonymous one that goes to the socket.
(define (write-record name slot socket)
  (let ((fd (check (pshm-open name PSHM_DIRECTION_IO 0 PSHM_IF_DOES_NOT_EXIST_ERROR 0 #f)))
        (anonymous (check (pshm-open-anonymous PSHM_DIRECTION_IO #o600 0))))
    (put-record fd slot (* slot record-size))
    (check (pshm-close fd))
    (check (pshm-truncate anonymous record-size))
    (put-record anonymous slot 0)
    (check (pshm-send socket anonymous -1))
    (check (pshm-close anonymous))))

;; Print every record of the object, then the one of the object that comes from the socket.
(define (read-records name count socket)
  (let* ((fd (check (pshm-open name PSHM_DIRECTION_INPUT 0 0 0 #f)))
         (length (* count record-size))
         (address (map-object fd length 0 PSHM_PROT_READ)))
    (for-each (lambda (slot) (print-record (+ address (* slot record-size)) slot)) (below count))
    (check (pshm-unmap address length))
    (check (pshm-close fd)))
  (let* ((received (check (pshm-receive socket -1)))
         (address (map-object received record-size 0 PSHM_PROT_READ)))
    (print-record address "received")
    (check (pshm-unmap address record-size))
    (check (pshm-close received))))

;; Message N of an exchange is N * STEP bytes of a pattern, from byte N of it.
(define capacity PSHM_RING_CAPACITY_MIN)
(define ring-size (+ PSHM_RING_HEADER_SIZE capacity))
(define messages 41)
(define step 51)
(define longest 2040)

;; In a buffer of the greatest length.
(define (message n)
  (let ((bytes (make-bytes longest)))
    (for-each (lambda (i) (bytes-set! bytes i (modulo (* (+ n i) 7) 256))) (below (* n step)))
    bytes))

;; The result of a call that waits, perhaps an address, or the name of its error.
(define (wait-for call)
  (let ((result (call)))
    (cond ((failed? result "ETIMEDOUT" "EINTR") (give-way) (wait-for call))
          ((negative? result) (pshm-error-name result))
          (else result))))

(define (join-rings from to)
  (check (pshm-ring-join to capacity PSHM_RING_SENDER))
  (check (pshm-ring-join from capacity PSHM_RING_RECEIVER)))

(define (receive-message ring buffer)
  (wait-for (lambda () (pshm-ring-receive ring capacity buffer longest slice))))

;; Send a message, and receive it back. Whether the two are equal.
(define (comes-back? there back n message)
  (let* ((sent (wait-for (lambda () (pshm-ring-send there capacity message (* n step) slice))))
         (buffer (make-bytes longest))
         (length (receive-message back buffer)))
    (expect sent 0)
    (equal? (list length buffer) (list (* n step) message))))

;; How many messages come back as they were.
(define (talk there back all-messages)
  (join-rings back there)
  (let ((good (map (lambda (n message) (if (comes-back? there back n message) 1 0)) (below messages) all-messages)))
    (check (pshm-ring-leave there capacity PSHM_RING_SENDER))
    (expect (receive-message back (make-bytes longest)) "ENODATA")
    (check (pshm-ring-leave back capacity PSHM_RING_RECEIVER))
    (apply + good)))

;; Send back each message, from one ring into the other, until the sender leaves.
(define (serve there back)
  (define length (make-longs 1))
  (define (peek) (wait-for (lambda () (pshm-ring-peek there capacity slice length))))
  (join-rings there back)
  (let loop ((message (peek)))
    (unless (equal? message "ENODATA")
      (let ((count (longs-ref length 0)))
        (copy-memory (wait-for (lambda () (pshm-ring-reserve back capacity count slice))) message count)
        (check (pshm-ring-commit back capacity count))
        (check (pshm-ring-release there capacity))
        (loop (peek)))))
  (check (pshm-ring-leave back capacity PSHM_RING_SENDER))
  (check (pshm-ring-leave there capacity PSHM_RING_RECEIVER)))

;; Talk to all others, and serve each of them, sender after sender.
(define (exchange name slot count)
  (let* ((fd (check (pshm-open name PSHM_DIRECTION_IO 0 PSHM_IF_DOES_NOT_EXIST_ERROR 0 #f)))
         (size (* count count 2 ring-size))
         (rings (map-object fd size 0 read-write))
         (all-messages (map message (below messages))))
    (define (meet sender receiver)
      (let ((there (+ rings (* (+ (* sender count) receiver) 2 ring-size))))
        (cond ((= sender receiver) #f)
              ((= sender slot)
               (show receiver "\t" (talk there (+ there ring-size) all-messages))
               (flush))
              ((= receiver slot) (serve there (+ there ring-size))))))
    (for-each (lambda (sender) (for-each (lambda (receiver) (meet sender receiver)) (below count))) (below count))
    (check (pshm-unmap rings size))
    (check (pshm-close fd))))

(let ((mode (car arguments)) (options (cdr arguments)))
  (define (number-of i) (string->number (list-ref options i)))
  (cond
    ((string=? mode "scenario") (scenario (car options)))
    ((string=? mode "receive") (receive-object (number-of 0)))
    ((string=? mode "count") (count-beside (car options) (number-of 1)))
    ((string=? mode "exchange") (exchange (car options) (number-of 1) (number-of 2)))
    ((string=? mode "write") (write-record (car options) (number-of 1) (number-of 2)))
    ((string=? mode "read") (read-records (car options) (number-of 1) (number-of 2)))))

;; SPDX-License-Identifier: BSD-3-Clause
;; The common scenario in Guile; posix-shm.scm makes the binding from the JSON of the ABI.
(use-modules (ice-9 format) (ice-9 match) (ice-9 textual-ports) (ice-9 threads) (rnrs bytevectors) (srfi srfi-1) (system foreign))
(load-from-path "posix-shm.scm")

(define size 32768)
(define read-write (logior PSHM_PROT_READ PSHM_PROT_WRITE))

(define (check result)
  (if (negative? result)
      (error (pshm-strerror result))
      result))

(define (expect got wanted)
  (unless (equal? got wanted)
    (error (format #f "~s instead of ~s" got wanted))))

(define* (map-object fd length #:optional (offset 0) (protections read-write))
  (check (pshm-map fd length protections PSHM_MAP_SHARED offset)))

;; The memory itself, as a bytevector.
(define (memory-at address length)
  (pointer->bytevector (make-pointer address) length))

(define (int-ref bytes) (bytevector-s32-native-ref bytes 0))

(define (text-of bytes)
  (utf8->string (u8-list->bytevector (take-while positive? (bytevector->u8-list bytes)))))

(define (mapped? name)
  (and (string-contains (call-with-input-file "/proc/self/maps" get-string-all) name) #t))

;; The fields as an association list from (a part of) the constant's name.
(define (stat-of fd)
  (let ((fields (make-bytevector (* 8 16))))
    (expect (check (pshm-fstat fd fields 16)) 16)
    (filter-map
     (lambda (constant)
       (let ((name (assoc-ref constant "name")))
         (and (string-prefix? "PSHM_STAT_" name)
              (cons (string->symbol (string-drop name 10))
                    (bytevector-s64-native-ref fields (* 8 (assoc-ref constant "value")))))))
     (entries "constants"))))

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
      (let ((guarded (memory-at (at shared 'guarded) 8)))
        (bytevector-s64-native-set! guarded 0 (1+ (bytevector-s64-native-ref guarded 0))))
      (check (pshm-lock-release (at shared 'lock)))
      (check (pshm-atomic-update32 (at shared 'atomic) PSHM_ATOMIC_ADD 1))
      (loop (1+ turn)))))

;; Wait for the lock that another process holds, while a thread of this one runs, and the collector; count beside it; wait for
;; its leave.
(define (count-beside name offset)
  (let* ((fd (check (pshm-open name PSHM_DIRECTION_IO 0 PSHM_IF_DOES_NOT_EXIST_ERROR 0 #f)))
         (address (map-object fd (+ shared-offset 64)))
         (shared (+ address offset)))
    (add-and-wake (at shared 'arrived))
    (call-with-new-thread (lambda ()
                            (usleep 50000)
                            (gc)
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
  (define memory #f)

  (define (open-exclusively)
    (pshm-open name PSHM_DIRECTION_IO PSHM_IF_EXISTS_ERROR PSHM_IF_DOES_NOT_EXIST_CREATE #o600 created))

  (define (point title thunk)
    (set! number (1+ number))
    (catch #t
      (lambda ()
        (thunk)
        (format #t "ok ~a - ~a~%" number title))
      (lambda (key . arguments)
        (set! failures (1+ failures))
        (format #t "not ok ~a - ~a~%# ~a ~s~%" number title key arguments)))
    (force-output))

  (point "load the library and check its version"
    (lambda ()
      (let ((version (pshm-version)))
        (expect (pshm-version-string)
                (format #f "~a.~a.~a" (quotient version 1000000) (modulo (quotient version 1000) 1000)
                        (modulo version 1000)))
        (expect (pshm-version-string) (assoc-ref abi "version")))))
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
      (set! address (map-object fd size))
      (set! memory (memory-at address size))))
  (point "write a pattern, read it back through pshm_read"
    (lambda ()
      (let ((pattern (u8-list->bytevector (list-tabulate 256 (lambda (i) (modulo (* i 7) 256)))))
            (bytes (make-bytevector 256)))
        (bytevector-copy! pattern 0 memory 4096 256)
        (expect (pshm-read fd bytes 256 4096) 256)
        (expect bytes pattern)
        (expect (pshm-write fd (string->utf8 "hello") 5 100) 5)
        (expect (utf8->string (memory-at (+ address 100) 5)) "hello")
        (expect (pshm-read fd bytes 256 (- size 100)) 100))))
  (point "stat with named fields"
    (lambda ()
      (let ((fields (stat-of fd)))
        (expect (map (lambda (key) (assq-ref fields key)) '(SIZE MODE NLINK)) (list size #o600 1))
        (expect (>= (assq-ref fields 'BLOCKS) (quotient size (* 2 512))) #t))))
  (point "parse a permission list"
    (lambda ()
      (let ((keywords "user-read user-write group-read")
            (text (make-bytevector 64 0)))
        (expect (pshm-flags-parse PSHM_KIND_MODE keywords) #o640)
        (check (pshm-flags-format PSHM_KIND_MODE #o640 text 64))
        (expect (text-of text) keywords)
        (expect (pshm-error-name (pshm-flags-parse PSHM_KIND_MODE "user-fly")) "EINVAL"))))
  (point "enumerate the constants"
    (lambda ()
      (let ((count (pshm-constant-count)))
        (expect (list-tabulate count (lambda (i) (cons (pshm-constant-name i) (pshm-constant-value i))))
                (map (lambda (constant) (cons (assoc-ref constant "name") (assoc-ref constant "value")))
                     (entries "constants")))
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
             (fields (stat-of anonymous)))
        (expect (assq-ref fields 'NLINK) 0)
        (expect (assq-ref fields 'MODE) #o640)
        (check (pshm-close anonymous)))))
  (point "hand a descriptor to another process"
    (lambda ()
      (let ((here (make-bytevector 4))
            (there (make-bytevector 4))
            (consumer (getenv "POSIX_SHM_CONSUMER")))
        (check (pshm-socketpair here there))
        (bytevector-s64-native-set! memory 0 (expt 2 53))
        (check (pshm-send (int-ref here) fd -1))
        ;; `system*' would close the socket in the child.
        (match (primitive-fork)
          (0
           (check (pshm-set-inheritable (int-ref there) 1))
           (execl consumer consumer "receive" (number->string (int-ref there))))
          (child
           (expect (status:exit-val (cdr (waitpid child))) 0)))
        (expect (bytevector-s64-native-ref memory 0) (1+ (expt 2 53)))
        (check (pshm-close (int-ref here)))
        (check (pshm-close (int-ref there))))))
  (point "count with another process under a lock, and wake each other"
    (lambda ()
      (let ((shared (+ address shared-offset)))
        (expect (acquire (at shared 'lock)) 0)
        (system (format #f "~a count ~a ~a &" (getenv "POSIX_SHM_CONSUMER") name shared-offset))
        (wait-until (at shared 'arrived) 1)
        (wait-until (at shared 'beside) 1)
        (check (pshm-lock-release (at shared 'lock)))
        (take-turns shared)
        (wait-until (at shared 'done) 1)
        (expect (bytevector-s64-native-ref memory (at shared-offset 'guarded)) (* 2 turns))
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
  (format #t "1..~a~%" number)
  (exit (zero? failures)))

;; The other end of the hand-over: add one to the number at the start of the object.
(define (receive socket)
  (let* ((fd (check (pshm-receive socket -1)))
         (address (map-object fd 8))
         (memory (memory-at address 8)))
    (bytevector-s64-native-set! memory 0 (1+ (bytevector-s64-native-ref memory 0)))
    (check (pshm-unmap address 8))
    (check (pshm-close fd))))

;; A record: int64, int32, 4 bytes unused, 48 bytes of text, 64 bytes of pattern.
(define record-size 128)

(define (put-record fd slot offset)
  (let* ((address (map-object fd record-size offset))
         (record (memory-at address record-size))
         (text (string->utf8 "guile grüßt")))
    (bytevector-s64-native-set! record 0 (- -9007199254740993 slot))
    (bytevector-s32-native-set! record 8 (- -1 slot))
    (bytevector-copy! text 0 record 16 (bytevector-length text))
    (do ((i 0 (1+ i))) ((= i 64))
      (bytevector-u8-set! record (+ 64 i) (modulo (+ (* slot 31) (* i 7)) 256)))
    (check (pshm-unmap address record-size))))

(define (print-record address slot)
  (let ((record (memory-at address record-size)))
    (format #t "~a\t~a\t~a\t~a\t~a~%" slot
            (bytevector-s64-native-ref record 0)
            (bytevector-s32-native-ref record 8)
            (fold (lambda (i sum) (+ sum (* (1+ i) (bytevector-u8-ref record (+ 64 i))))) 0 (iota 64))
            (text-of (memory-at (+ address 16) 48)))))

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
    (for-each (lambda (slot) (print-record (+ address (* slot record-size)) slot)) (iota count))
    (check (pshm-unmap address length))
    (check (pshm-close fd)))
  (let* ((received (check (pshm-receive socket -1)))
         (address (map-object received record-size 0 PSHM_PROT_READ)))
    (print-record address "received")
    (check (pshm-unmap address record-size))
    (check (pshm-close received))))

(match (cdr (command-line))
  (("scenario" name) (scenario name))
  (("receive" socket) (receive (string->number socket)))
  (("count" name offset) (count-beside name (string->number offset)))
  (("write" name slot socket) (write-record name (string->number slot) (string->number socket)))
  (("read" name count socket) (read-records name (string->number count) (string->number socket))))

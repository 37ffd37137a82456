;; SPDX-License-Identifier: BSD-3-Clause
;; The common scenario in Chicken, which compiles it; posix-shm.scm makes the binding from the JSON of the ABI.
(import scheme (chicken base) (chicken bitwise) (chicken condition) (chicken format) (chicken io) (chicken memory)
        (chicken process) (chicken process-context) (chicken string) (srfi 4))
(include "posix-shm.scm")

(define size 32768)
(define read-write (bitwise-ior PSHM_PROT_READ PSHM_PROT_WRITE))

(define (check result)
  (if (negative? result)
      (error (pshm-strerror result))
      result))

(define (expect got wanted)
  (unless (equal? got wanted)
    (error (format "~s instead of ~s" got wanted))))

(define (iota count)
  (let loop ((i (- count 1)) (numbers '()))
    (if (negative? i) numbers (loop (- i 1) (cons i numbers)))))

(define (map-object fd length #!optional (offset 0) (protections read-write))
  (check (pshm-map fd length protections PSHM_MAP_SHARED offset)))

(define (at address) (address->pointer address))

(define (store-text! address text)
  (for-each (lambda (i) (pointer-u8-set! (at (+ address i)) (char->integer (string-ref text i))))
            (iota (string-length text))))

(define (fetch-text address length)
  (list->string (map (lambda (i) (integer->char (pointer-u8-ref (at (+ address i))))) (iota length))))

(define (up-to-nul text)
  (let loop ((i 0))
    (if (char=? (string-ref text i) #\nul) (substring text 0 i) (loop (+ i 1)))))

(define (mapped? name)
  (and (substring-index name (call-with-input-file "/proc/self/maps" (lambda (maps) (read-string #f maps)))) #t))

(define (stat-of fd)
  (let ((fields (make-s64vector 16 0)))
    (expect (check (pshm-fstat fd fields 16)) 16)
    (lambda (name)
      (s64vector-ref fields (check (pshm-constant (string-append "PSHM_STAT_" name)))))))

;; What two processes share: where it begins in the object of the scenario, and what is where: a lock, what it guards, and
;; words.
(define shared-offset 8192)
(define turns 1000)
(define all (- (expt 2 31) 1))
(define long (* 600 (expt 10 9)))
(define slice (expt 10 7))

(define (part shared what)
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
      (expect (acquire (part shared 'lock)) 0)
      (pointer-s64-set! (address->pointer (part shared 'guarded)) (+ 1 (pointer-s64-ref (address->pointer (part shared 'guarded)))))
      (check (pshm-lock-release (part shared 'lock)))
      (check (pshm-atomic-update32 (part shared 'atomic) PSHM_ATOMIC_ADD 1))
      (loop (+ turn 1)))))

;; In slices, between which the program does something else.
(define (acquire-in-slices lock do-something)
  (let ((held (pshm-lock-acquire lock slice)))
    (cond ((failed? held "ETIMEDOUT" "EINTR")
           (do-something)
           (acquire-in-slices lock do-something))
          (else (check held)))))

;; Wait for the lock that another process holds, and do something else meanwhile; count beside it; wait for its leave.
(define (count-beside name offset)
  (let* ((fd (check (pshm-open name PSHM_DIRECTION_IO 0 PSHM_IF_DOES_NOT_EXIST_ERROR 0 #f)))
         (address (map-object fd (+ shared-offset 64)))
         (shared (+ address offset))
         (ran #f))
    (add-and-wake (part shared 'arrived))
    (expect (acquire-in-slices (part shared 'lock) (lambda ()
                                                      (unless ran
                                                        (set! ran #t)
                                                        (add-and-wake (part shared 'beside))))) 0)
    (check (pshm-lock-release (part shared 'lock)))
    (take-turns shared)
    (add-and-wake (part shared 'done))
    (wait-until (part shared 'gate) 1)
    (add-and-wake (part shared 'left))
    (check (pshm-unmap address (+ shared-offset 64)))
    (check (pshm-close fd))))

(define (scenario name)
  (define failures 0)
  (define number 0)
  (define created (make-s32vector 1 -1))
  (define fd #f)
  (define address #f)

  (define (open-exclusively)
    (pshm-open name PSHM_DIRECTION_IO PSHM_IF_EXISTS_ERROR PSHM_IF_DOES_NOT_EXIST_CREATE
               #o600 created))

  (define (point title thunk)
    (set! number (+ number 1))
    (condition-case (begin (thunk)
                           (printf "ok ~a - ~a~%" number title))
      (problem ()
        (set! failures (+ failures 1))
        (printf "not ok ~a - ~a~%# ~a~%" number title (get-condition-property problem 'exn 'message problem))))
    (flush-output))

  (point "load the library and check its version"
    (lambda ()
      (let ((version (pshm-version)))
        (expect version (foreign-value "PSHM_VERSION_MAJOR * 1000000 + PSHM_VERSION_MINOR * 1000 + PSHM_VERSION_PATCH" int))
        (expect (pshm-version-string)
                (format "~a.~a.~a" (quotient version 1000000) (modulo (quotient version 1000) 1000)
                        (modulo version 1000))))))
  (point "open exclusively"
    (lambda ()
      (set! fd (check (open-exclusively)))
      (expect (s32vector-ref created 0) 1)))
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
      (let ((pattern (list->string (map (lambda (i) (integer->char (modulo (* i 7) 256))) (iota 256))))
            (bytes (make-string 256)))
        (store-text! (+ address 4096) pattern)
        (expect (pshm-read fd bytes 256 4096) 256)
        (expect bytes pattern)
        (expect (pshm-write fd "hello" 5 100) 5)
        (expect (fetch-text (+ address 100) 5) "hello")
        (expect (pshm-read fd bytes 256 (- size 100)) 100))))
  (point "stat with named fields"
    (lambda ()
      (let ((field (stat-of fd)))
        (expect (map field '("SIZE" "MODE" "NLINK")) (list size #o600 1))
        (expect (>= (field "BLOCKS") (quotient size (* 2 512))) #t))))
  (point "parse a permission list"
    (lambda ()
      (let ((keywords "user-read user-write group-read")
            (text (make-string 64)))
        (expect (pshm-flags-parse PSHM_KIND_MODE keywords) #o640)
        (check (pshm-flags-format PSHM_KIND_MODE #o640 text 64))
        (expect (up-to-nul text) keywords)
        (expect (pshm-error-name (pshm-flags-parse PSHM_KIND_MODE "user-fly")) "EINVAL"))))
  (point "enumerate the constants"
    (lambda ()
      (let ((count (pshm-constant-count)))
        (expect (> count 50) #t)
        (for-each (lambda (i) (expect (pshm-constant (pshm-constant-name i)) (pshm-constant-value i))) (iota count))
        (expect PSHM_O_CREAT (foreign-value "PSHM_O_CREAT" int))
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
        (expect (field "NLINK") 0)
        (expect (field "MODE") #o640)
        (check (pshm-close anonymous)))))
  (point "hand a descriptor to another process"
    (lambda ()
      (let ((here (make-s32vector 1)) (there (make-s32vector 1)))
        (check (pshm-socketpair here there))
        (pointer-s64-set! (at address) (expt 2 53))
        (check (pshm-send (s32vector-ref here 0) fd -1))
        (check (pshm-set-inheritable (s32vector-ref there 0) 1))
        (expect (system (format "~a receive ~a" (get-environment-variable "POSIX_SHM_CONSUMER") (s32vector-ref there 0)))
                0)
        (expect (pointer-s64-ref (at address)) (+ (expt 2 53) 1))
        (check (pshm-close (s32vector-ref here 0)))
        (check (pshm-close (s32vector-ref there 0))))))
  (point "count with another process under a lock, and wake each other"
    (lambda ()
      (let ((shared (+ address shared-offset)))
        (expect (acquire (part shared 'lock)) 0)
        (system (format "~a count ~a ~a &" (get-environment-variable "POSIX_SHM_CONSUMER") name shared-offset))
        (wait-until (part shared 'arrived) 1)
        (wait-until (part shared 'beside) 1)
        (check (pshm-lock-release (part shared 'lock)))
        (take-turns shared)
        (wait-until (part shared 'done) 1)
        (expect (pointer-s64-ref (address->pointer (part shared 'guarded))) (* 2 turns))
        (expect (pshm-atomic-load32 (part shared 'atomic)) (* 2 turns))
        (add-and-wake (part shared 'gate))
        (wait-until (part shared 'left) 1))))
  (point "close, delete"
    (lambda ()
      (expect (mapped? name) #t)
      (check (pshm-unmap address size))
      (expect (mapped? name) #f)
      (check (pshm-close fd))
      (expect (pshm-error-name (pshm-close fd)) "EBADF")
      (check (pshm-delete name))
      (expect (pshm-error-name (pshm-delete name)) "ENOENT")))
  (printf "1..~a~%" number)
  (exit failures))

;; The other end of the hand-over: add one to the number at the start of the object.
(define (receive-object socket)
  (let* ((fd (check (pshm-receive socket -1)))
         (address (map-object fd 8)))
    (pointer-s64-set! (at address) (+ 1 (pointer-s64-ref (at address))))
    (check (pshm-unmap address 8))
    (check (pshm-close fd))))

;; A record: int64, int32, 4 bytes unused, 48 bytes of text, 64 bytes of pattern.
(define record-size 128)

(define (put-record fd slot offset)
  (let ((address (map-object fd record-size offset)))
    (pointer-s64-set! (at address) (- -9007199254740993 slot))
    (pointer-s32-set! (at (+ address 8)) (- -1 slot))
    (store-text! (+ address 16) "chicken gr\xc3\xbc\xc3\x9ft")
    (for-each (lambda (i) (pointer-u8-set! (at (+ address 64 i)) (modulo (+ (* slot 31) (* i 7)) 256))) (iota 64))
    (check (pshm-unmap address record-size))))

(define (print-record address slot)
  (printf "~a\t~a\t~a\t~a\t~a~%" slot
          (pointer-s64-ref (at address))
          (pointer-s32-ref (at (+ address 8)))
          (apply + (map (lambda (i) (* (+ i 1) (pointer-u8-ref (at (+ address 64 i))))) (iota 64)))
          (up-to-nul (fetch-text (+ address 16) 48))))

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

(let ((mode (car (command-line-arguments))) (arguments (cdr (command-line-arguments))))
  (define (number i) (string->number (list-ref arguments i)))
  (cond
    ((string=? mode "scenario") (scenario (car arguments)))
    ((string=? mode "receive") (receive-object (number 0)))
    ((string=? mode "count") (count-beside (car arguments) (number 1)))
    ((string=? mode "write") (write-record (car arguments) (number 1) (number 2)))
    ((string=? mode "read") (read-records (car arguments) (number 1) (number 2)))))

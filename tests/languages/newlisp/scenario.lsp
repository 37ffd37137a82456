; SPDX-License-Identifier: BSD-3-Clause
; The common scenario in newLISP; posix-shm.lsp makes the binding from the JSON of the ABI.
(load (append (env "POSIX_SHM_BINDINGS") "/newlisp/posix-shm.lsp"))

(constant 'SIZE 32768)
(constant 'RECORD 128)
(set 'read-write (| PSHM_PROT_READ PSHM_PROT_WRITE))

; What two processes share: where it begins in the object of the scenario, and what is where: a lock, what it guards, and words.
(constant 'SHARED 8192)
(constant 'TURNS 1000)
(constant 'ALL 2147483647)
(constant 'LONG 600000000000)
(constant 'SLICE 10000000)
(set 'parts '((lock 0) (guarded 8) (atomic 16) (arrived 20) (beside 24) (done 28) (gate 32) (left 36)))

(define (check result)
  (if (< result 0) (throw-error (pshm_strerror result)) result))

(define (expect got wanted)
  (unless (= got wanted) (throw-error (string got " instead of " wanted))))

(define (map-object fd len (offset 0) (protections read-write))
  (check (pshm_map fd len protections PSHM_MAP_SHARED offset)))

(define (buffer size) (dup "\000" size))

(define (int-in bytes) (first (unpack "ld" bytes)))

(define (store bytes memory) (cpymem bytes memory (length bytes)))

(define (mapped? name)
  (let (maps (open "/proc/self/maps" "read") found nil)
    (while (read-line maps) (if (find name (current-line)) (set 'found true)))
    (close maps)
    found))

; The fields as an association list, from the constants' names.
(define (stat-of fd)
  (let (fields (buffer (* 8 16)) values '())
    (expect (check (pshm_fstat fd fields 16)) 16)
    (set 'values (unpack (dup "Ld" 16) fields))
    (map (fn (item) (list (slice (lookup "name" item) 10) (values (lookup "value" item))))
         (filter (fn (item) (starts-with (lookup "name" item) "PSHM_STAT_")) (lookup "constants" abi)))))

(set 'points '() 'number 0 'failures 0)

; (point title body ...): good when nothing in it throws.
(define-macro (point title)
  (inc number)
  (if (catch (eval (cons 'begin (args))) 'problem)
      (println "ok " number " - " title)
      (begin
        (inc failures)
        (println "not ok " number " - " title)
        (println (join (map (fn (line) (append "# " line)) (parse problem "\n")) "\n")))))

(define (open-exclusively)
  (pshm_open name PSHM_DIRECTION_IO PSHM_IF_EXISTS_ERROR PSHM_IF_DOES_NOT_EXIST_CREATE 0600 created))

(define (part shared what) (+ shared (lookup what parts)))

; Whether a call failed with an error of these names; EINTR: a handler of a signal has run, and one calls again.
(define (failed? result)
  (and (< result 0) (member (pshm_error_name result) (args))))

(define (acquire lock)
  (let (held (pshm_lock_acquire lock LONG))
    (while (failed? held "EINTR") (set 'held (pshm_lock_acquire lock LONG)))
    (check held)))

; In slices, between which the program does something else.
(define (acquire-in-slices lock function)
  (let (held (pshm_lock_acquire lock SLICE) slices 0)
    (while (failed? held "ETIMEDOUT" "EINTR")
      (function (inc slices))
      (set 'held (pshm_lock_acquire lock SLICE)))
    (check held)))

(define (add-and-wake word)
  (check (pshm_atomic_update32 word PSHM_ATOMIC_ADD 1))
  (check (pshm_atomic_wake word ALL)))

(define (wait-until word value)
  (let (seen (check (pshm_atomic_load32 word)) result 0)
    (while (!= seen value)
      (set 'result (pshm_atomic_wait word seen LONG))
      (unless (failed? result "EINTR") (check result))
      (set 'seen (check (pshm_atomic_load32 word))))))

(define (take-turns shared)
  (let (guarded (part shared 'guarded))
    (dotimes (turn TURNS)
      (expect (acquire (part shared 'lock)) 0)
      (store (pack "Ld" (+ 1 (get-long guarded))) guarded)
      (check (pshm_lock_release (part shared 'lock)))
      (check (pshm_atomic_update32 (part shared 'atomic) PSHM_ATOMIC_ADD 1)))))

; Wait for the lock that another process holds, and do something else meanwhile; count beside it; wait for its leave.
(define (count-beside name offset)
  (letn (fd (check (pshm_open name PSHM_DIRECTION_IO 0 PSHM_IF_DOES_NOT_EXIST_ERROR 0 0))
         memory (map-object fd (+ SHARED 64))
         shared (+ memory (int offset)))
    (add-and-wake (part shared 'arrived))
    (expect (acquire-in-slices (part shared 'lock)
                               (fn (slices) (if (= slices 1) (add-and-wake (part shared 'beside)))))
            0)
    (check (pshm_lock_release (part shared 'lock)))
    (take-turns shared)
    (add-and-wake (part shared 'done))
    (wait-until (part shared 'gate) 1)
    (add-and-wake (part shared 'left))
    (check (pshm_unmap memory (+ SHARED 64)))
    (check (pshm_close fd))))

(define (scenario name)
  (let (created (pack "ld" -1) fd nil memory nil)
    (point "load the library and check its version"
      (let (version (pshm_version))
        (expect (pshm_version_string) (format "%d.%d.%d" (/ version 1000000) (% (/ version 1000) 1000) (% version 1000)))
        (expect (pshm_version_string) (lookup "version" abi))))
    (point "open exclusively"
      (set 'fd (check (open-exclusively)))
      (expect (int-in created) 1))
    (point "be told by name that it exists"
      (expect (pshm_error_name (open-exclusively)) "EEXIST")
      (expect (pshm_error_name (pshm_errno)) "EEXIST"))
    (point "size, allocate, map"
      (check (pshm_truncate fd SIZE))
      (check (pshm_allocate fd (/ SIZE 2)))
      (set 'memory (map-object fd SIZE)))
    (point "write a pattern, read it back through pshm_read"
      (let (pattern (pack (dup "b" 256) (map (fn (i) (% (* i 7) 256)) (sequence 0 255))) bytes (buffer 256))
        (store pattern (+ memory 4096))
        (expect (pshm_read fd bytes 256 4096) 256)
        (expect bytes pattern)
        (expect (pshm_write fd "hello" 5 100) 5)
        (expect (get-string (+ memory 100) 5) "hello")
        (expect (pshm_read fd bytes 256 (- SIZE 100)) 100)))
    (point "stat with named fields"
      (let (fields (stat-of fd))
        (expect (map (fn (key) (lookup key fields)) '("SIZE" "MODE" "NLINK")) (list SIZE 0600 1))
        (expect (>= (lookup "BLOCKS" fields) (/ SIZE 2 512)) true)))
    (point "parse a permission list"
      (let (keywords "user-read user-write group-read" text (buffer 64))
        (expect (pshm_flags_parse PSHM_KIND_MODE keywords) 0640)
        (check (pshm_flags_format PSHM_KIND_MODE 0640 text 64))
        (expect (get-string text) keywords)
        (expect (pshm_error_name (pshm_flags_parse PSHM_KIND_MODE "user-fly")) "EINVAL")))
    (point "enumerate the constants"
      (expect (map (fn (i) (list (pshm_constant_name i) (pshm_constant_value i)))
                   (sequence 0 (- (pshm_constant_count) 1)))
              (map (fn (item) (list (lookup "name" item) (lookup "value" item))) (lookup "constants" abi)))
      (expect (pshm_error_name (pshm_constant_value (pshm_constant_count))) "EINVAL"))
    (point "fail with the right error name"
      (expect (pshm_error_name (pshm_open (append name "-none") PSHM_DIRECTION_INPUT 0 0 0 0)) "ENOENT")
      (expect (pshm_error_name (pshm_delete "noslash")) "EINVAL")
      (expect (pshm_error_name (pshm_map fd -1 read-write PSHM_MAP_SHARED 0)) "EINVAL")
      (expect (pshm_error_name (pshm_errno)) "EINVAL"))
    (point "make an anonymous object"
      (letn (anonymous (check (pshm_open_anonymous PSHM_DIRECTION_IO 0640 0))
             fields (stat-of anonymous))
        (expect (lookup "NLINK" fields) 0)
        (expect (lookup "MODE" fields) 0640)
        (check (pshm_close anonymous))))
    (point "pass a descriptor to another process"
      (let (here (buffer 4) there (buffer 4))
        (check (pshm_socketpair here there))
        (store (pack "Ld" 9007199254740992) memory)
        (check (pshm_send (int-in here) fd -1))
        (check (pshm_set_inheritable (int-in there) 1))
        (expect (! (string (env "POSIX_SHM_CONSUMER") " receive " (int-in there))) 0)
        (expect (get-long memory) 9007199254740993)
        (check (pshm_close (int-in here)))
        (check (pshm_close (int-in there)))))
    (point "count with another process under a lock, and wake each other"
      (let (shared (+ memory SHARED))
        (expect (acquire (part shared 'lock)) 0)
        (! (string (env "POSIX_SHM_CONSUMER") " count " name " " SHARED " &"))
        (wait-until (part shared 'beside) 1)
        (check (pshm_lock_release (part shared 'lock)))
        (take-turns shared)
        (wait-until (part shared 'done) 1)
        (expect (get-long (part shared 'guarded)) (* 2 TURNS))
        (expect (pshm_atomic_load32 (part shared 'atomic)) (* 2 TURNS))
        (add-and-wake (part shared 'gate))
        (wait-until (part shared 'left) 1)))
    (point "close, delete"
      (expect (mapped? name) true)
      (check (pshm_unmap memory SIZE))
      (expect (mapped? name) nil)
      (check (pshm_close fd))
      (expect (pshm_error_name (pshm_close fd)) "EBADF")
      (check (pshm_delete name))
      (expect (pshm_error_name (pshm_delete name)) "ENOENT"))
    (println "1.." number)))

; The receiver of the descriptor: add one to the number at the start of the object.
(define (receive-object socket)
  (letn (fd (check (pshm_receive (int socket) -1)) memory (map-object fd 8))
    (store (pack "Ld" (+ 1 (get-long memory))) memory)
    (check (pshm_unmap memory 8))
    (check (pshm_close fd))))

; A record: int64, int32, 4 bytes unused, 48 bytes of text, 64 bytes of pattern.
(define (put-record fd slot offset)
  (let (memory (map-object fd RECORD offset)
        pattern (map (fn (i) (% (+ (* slot 31) (* i 7)) 256)) (sequence 0 63)))
    (store (pack "Ld ld ld s48" (- -9007199254740993 slot) (- -1 slot) 0 "newlisp grüßt") memory)
    (store (pack (dup "b" 64) pattern) (+ memory 64))
    (check (pshm_unmap memory RECORD))))

(define (print-record memory slot)
  (let (pattern (unpack (dup "b" 64) (+ memory 64)))
    (println slot "\t" (get-long memory) "\t" (first (unpack "ld" (+ memory 8))) "\t"
             (apply + (map * (sequence 1 64) pattern)) "\t" (get-string (+ memory 16)))))

; Write one's record into the object, and into an anonymous one that goes to the socket.
(define (write-record name slot socket)
  (let (fd (check (pshm_open name PSHM_DIRECTION_IO 0 PSHM_IF_DOES_NOT_EXIST_ERROR 0 0))
        anonymous (check (pshm_open_anonymous PSHM_DIRECTION_IO 0600 0)))
    (put-record fd (int slot) (* (int slot) RECORD))
    (check (pshm_close fd))
    (check (pshm_truncate anonymous RECORD))
    (put-record anonymous (int slot) 0)
    (check (pshm_send (int socket) anonymous -1))
    (check (pshm_close anonymous))))

; Print every record of the object, then the one of the object that comes from the socket.
(define (read-records name total socket)
  (letn (fd (check (pshm_open name PSHM_DIRECTION_INPUT 0 0 0 0))
         len (* (int total) RECORD)
         memory (map-object fd len 0 PSHM_PROT_READ))
    (dotimes (slot (int total)) (print-record (+ memory (* slot RECORD)) slot))
    (check (pshm_unmap memory len))
    (check (pshm_close fd)))
  (letn (received (check (pshm_receive (int socket) -1))
         memory (map-object received RECORD 0 PSHM_PROT_READ))
    (print-record memory "received")
    (check (pshm_unmap memory RECORD))
    (check (pshm_close received))))

; Message N of an exchange is N * STEP bytes of a pattern, from byte N of it.
(constant 'CAPACITY PSHM_RING_CAPACITY_MIN)
(constant 'RING (+ PSHM_RING_HEADER_SIZE CAPACITY))
(constant 'MESSAGES 41)
(constant 'STEP 51)
(constant 'LONGEST 2040)
(set 'pattern (pack (dup "b" (+ LONGEST MESSAGES)) (map (fn (i) (% (* i 7) 256)) (sequence 0 (+ LONGEST MESSAGES -1)))))

; (wait-for call): the result of a call that waits, perhaps an address, or the name of its error.
(define-macro (wait-for call)
  (let (result (eval call))
    (while (failed? result "EINTR") (set 'result (eval call)))
    (if (< result 0) (pshm_error_name result) result)))

(define (join-rings from to)
  (check (pshm_ring_join to CAPACITY PSHM_RING_SENDER))
  (check (pshm_ring_join from CAPACITY PSHM_RING_RECEIVER)))

; Send a message, and receive it back. Whether the two are equal.
(define (comes-back? there back message)
  (let (received (buffer LONGEST) len 0)
    (expect (wait-for (pshm_ring_send there CAPACITY message (length message) LONG)) 0)
    (set 'len (wait-for (pshm_ring_receive back CAPACITY received LONGEST LONG)))
    (and (= len (length message)) (= (slice received 0 len) message))))

; How many messages come back as they were.
(define (talk there back)
  (let (good 0 received (buffer LONGEST))
    (join-rings back there)
    (dotimes (n MESSAGES) (if (comes-back? there back (slice pattern n (* n STEP))) (inc good)))
    (check (pshm_ring_leave there CAPACITY PSHM_RING_SENDER))
    (expect (wait-for (pshm_ring_receive back CAPACITY received LONGEST LONG)) "ENODATA")
    (check (pshm_ring_leave back CAPACITY PSHM_RING_RECEIVER))
    good))

; Send back each message, from one ring into the other, until the sender leaves.
(define (serve there back)
  (let (bytes (buffer 8) message 0 len 0)
    (join-rings there back)
    (while (!= "ENODATA" (set 'message (wait-for (pshm_ring_peek there CAPACITY LONG bytes))))
      (set 'len (first (unpack "Ld" bytes)))
      (cpymem message (wait-for (pshm_ring_reserve back CAPACITY len LONG)) len)
      (check (pshm_ring_commit back CAPACITY len))
      (check (pshm_ring_release there CAPACITY)))
    (check (pshm_ring_leave back CAPACITY PSHM_RING_SENDER))
    (check (pshm_ring_leave there CAPACITY PSHM_RING_RECEIVER))))

; Talk to all others, and serve each of them, sender after sender.
(define (exchange name slot total)
  (letn (fd (check (pshm_open name PSHM_DIRECTION_IO 0 PSHM_IF_DOES_NOT_EXIST_ERROR 0 0))
         size (* total total 2 RING)
         memory (map-object fd size))
    (dotimes (pair (* total total))
      (letn (sender (/ pair total) receiver (% pair total) there (+ memory (* pair 2 RING)))
        (if (= sender receiver) nil
            (= sender slot) (println receiver "\t" (talk there (+ there RING)))
            (= receiver slot) (serve there (+ there RING)))))
    (check (pshm_unmap memory size))
    (check (pshm_close fd))))

(set 'arguments (3 (main-args)))
(apply (case (pop arguments)
         ("scenario" scenario) ("receive" receive-object) ("count" count-beside) ("write" write-record) ("read" read-records)
         ("exchange" (fn (name slot total) (exchange name (int slot) (int total)))))
       arguments)
(exit failures)

;;;; SPDX-License-Identifier: BSD-3-Clause
;;;; The common scenario in Common Lisp, over posix-shm/shim or posix-shm/alien. The file that loads this one has made the package
;;;; and defines what the two name differently: *null*, pointer-to, address-of, add-offset, u8, i32, i64, with-buffer, copy-memory,
;;;; equal-memory, encode, decode and run-shell.

(in-package #:consumer)

(defparameter *size* 32768)
(defparameter *read-write* (logior +pshm-prot-read+ +pshm-prot-write+))

(defun check (result)
  (if (minusp result)
      (error "~A" (pshm-strerror result))
      result))

(defun expect (got wanted)
  (unless (equal got wanted)
    (error "~S instead of ~S" got wanted)))

(defun map-object (fd length &key (offset 0) (protections *read-write*))
  (pointer-to (check (pshm-map fd length protections +pshm-map-shared+ offset))))

(defun unmap (pointer length)
  (check (pshm-unmap (address-of pointer) length)))

(defun store (pointer octets)
  (loop for octet in octets
        for i from 0
        do (setf (u8 pointer i) octet)))

(defun fetch (pointer count)
  (loop for i below count
        collect (u8 pointer i)))

(defun text (pointer count)
  "The text of UTF-8 at POINTER, which ends with a zero or after COUNT octets."
  (let ((octets (fetch pointer count)))
    (decode (subseq octets 0 (position 0 octets)))))

(defun stat (fd)
  "The fields of an object as a property list."
  (with-buffer (fields (* 16 8))
    (expect (check (pshm-fstat fd fields 16)) 16)
    (flet ((field (index)
             (i64 fields (* 8 index))))
      (list :size (field +pshm-stat-size+) :mode (field +pshm-stat-mode+)
            :nlink (field +pshm-stat-nlink+) :blocks (field +pshm-stat-blocks+)))))

(defun mapped (name)
  (with-open-file (maps "/proc/self/maps")
    (loop for line = (read-line maps nil)
          while line
          thereis (and (search name line) t))))

(defun environment (name)
  #+sbcl (sb-ext:posix-getenv name) #-sbcl (uiop:getenv name))

(defvar *number* 0)
(defvar *failures* 0)

(defun call-as-point (title function)
  (incf *number*)
  (handler-case (progn (funcall function)
                       (format t "ok ~D - ~A~%" *number* title))
    (error (condition)
      (incf *failures*)
      (format t "not ok ~D - ~A~%# ~A~%" *number* title condition)))
  (finish-output))

(defmacro point (title &body body)
  `(call-as-point ,title (lambda () ,@body)))

(defun open-exclusively (name created)
  (pshm-open name +pshm-direction-io+ +pshm-if-exists-error+ +pshm-if-does-not-exist-create+ #o600 created))

(defun constant-in-lisp (name)
  (symbol-value (find-symbol (format nil "+~A+" (substitute #\- #\_ name)) '#:consumer)))

;;; What two processes share: where it begins in the object of the scenario, and what is where: a lock, what it guards, and
;;; words.

(defparameter *shared* 8192)
(defparameter *turns* 1000)
(defparameter *all* (1- (expt 2 31)))
(defparameter *long* (* 600 (expt 10 9)))

(defun at (shared what)
  (+ shared (getf '(:lock 0 :guarded 8 :atomic 16 :arrived 20 :beside 24 :done 28 :gate 32 :left 36) what)))

(defun interrupted (result)
  "A handler of a signal has run: call again."
  (and (minusp result) (string= (pshm-error-name result) "EINTR")))

(defun acquire (lock)
  (loop for held = (pshm-lock-acquire lock *long*)
        unless (interrupted held)
          return (check held)))

(defun acquire-while (lock function)
  "Acquire a lock while FUNCTION runs: in a thread; where there are none, between slices of the wait."
  #+(or abcl sb-thread (and ecl threads))
  (progn (#+abcl threads:make-thread #+sbcl sb-thread:make-thread #+ecl mp:process-run-function #+ecl "beside"
          (lambda () (sleep 1/20) (funcall function)))
         (acquire lock))
  #-(or abcl sb-thread (and ecl threads))
  (loop for held = (pshm-lock-acquire lock 10000000)
        when (and (minusp held) (string/= (pshm-error-name held) "ETIMEDOUT") (not (interrupted held)))
          do (check held)
        unless (minusp held)
          return held
        do (funcall function)))

(defun add-and-wake (word)
  (check (pshm-atomic-update32 word +pshm-atomic-add+ 1))
  (check (pshm-atomic-wake word *all*)))

(defun wait-until (word value)
  (loop for now = (check (pshm-atomic-load32 word))
        until (= now value)
        do (let ((result (pshm-atomic-wait word now *long*)))
             (unless (interrupted result)
               (check result)))))

(defun take-turns (shared)
  (dotimes (i *turns*)
    (expect (acquire (at shared :lock)) 0)
    (incf (i64 (pointer-to (at shared :guarded))))
    (check (pshm-lock-release (at shared :lock)))
    (check (pshm-atomic-update32 (at shared :atomic) +pshm-atomic-add+ 1))))

(defun count-beside (name offset)
  "Wait for the lock that another process holds, while this one does something else; count beside it; wait for its leave."
  (let* ((fd (check (pshm-open name +pshm-direction-io+ 0 +pshm-if-does-not-exist-error+ 0 *null*)))
         (memory (map-object fd (+ *shared* 64)))
         (shared (+ (address-of memory) (parse-integer offset)))
         (slices 0))
    (add-and-wake (at shared :arrived))
    (expect (acquire-while (at shared :lock) (lambda ()
                                               #+sbcl (sb-ext:gc)
                                               (when (= (incf slices) 1)
                                                 (add-and-wake (at shared :beside)))))
            0)
    (check (pshm-lock-release (at shared :lock)))
    (take-turns shared)
    (add-and-wake (at shared :done))
    (wait-until (at shared :gate) 1)
    (add-and-wake (at shared :left))
    (unmap memory (+ *shared* 64))
    (check (pshm-close fd))))

(defun scenario (name)
  (let (fd memory)
    (point "load the library and check its version"
      (let ((version (pshm-version)))
        (expect (>= version +version+) t)
        (expect (pshm-version-string)
                (format nil "~D.~D.~D" (floor version 1000000) (mod (floor version 1000) 1000) (mod version 1000)))))
    (point "open exclusively"
      (with-buffer (created 4)
        (setf fd (check (open-exclusively name created)))
        (expect (i32 created) 1)))
    (point "be told by name that it exists"
      (expect (pshm-error-name (open-exclusively name *null*)) "EEXIST")
      (expect (pshm-error-name (pshm-errno)) "EEXIST"))
    (point "size, allocate, map"
      (check (pshm-truncate fd *size*))
      (check (pshm-allocate fd (floor *size* 2)))
      (setf memory (map-object fd *size*)))
    (point "write a pattern, read it back through pshm_read"
      (let ((pattern (loop for i below 256 collect (mod (* i 7) 256))))
        (store (add-offset memory 4096) pattern)
        (with-buffer (octets 256)
          (expect (pshm-read fd octets 256 4096) 256)
          (expect (fetch octets 256) pattern)
          (expect (pshm-read fd octets 256 (- *size* 100)) 100)
          (store octets (encode "hello"))
          (expect (pshm-write fd octets 5 100) 5)
          (expect (text (add-offset memory 100) 5) "hello"))))
    (point "stat with named fields"
      (let ((fields (stat fd)))
        (expect (list (getf fields :size) (getf fields :mode) (getf fields :nlink)) (list *size* #o600 1))
        (expect (>= (getf fields :blocks) (floor *size* (* 2 512))) t)))
    (point "parse a permission list"
      (let ((keywords "user-read user-write group-read"))
        (expect (pshm-flags-parse +pshm-kind-mode+ keywords) #o640)
        (with-buffer (buffer 64)
          (check (pshm-flags-format +pshm-kind-mode+ #o640 buffer 64))
          (expect (text buffer 64) keywords))
        (expect (pshm-error-name (pshm-flags-parse +pshm-kind-mode+ "user-fly")) "EINVAL")))
    (point "enumerate the constants"
      (let ((count (pshm-constant-count)))
        (expect (> count 50) t)
        (dotimes (i count)
          (expect (constant-in-lisp (pshm-constant-name i)) (pshm-constant-value i)))
        (expect (pshm-constant-name count) nil)))
    (point "fail with the right error name"
      (expect (pshm-error-name (pshm-open (format nil "~A-none" name) +pshm-direction-input+ 0 0 0 *null*)) "ENOENT")
      (expect (pshm-error-name (pshm-delete "noslash")) "EINVAL")
      (expect (pshm-error-name (pshm-map fd -1 *read-write* +pshm-map-shared+ 0)) "EINVAL")
      (expect (pshm-error-name (pshm-errno)) "EINVAL"))
    (point "make an anonymous object"
      (let ((anonymous (check (pshm-open-anonymous +pshm-direction-io+ #o640 0))))
        (destructuring-bind (&key mode nlink &allow-other-keys) (stat anonymous)
          (expect (list nlink mode) '(0 #o640)))
        (check (pshm-close anonymous))))
    (point "pass a descriptor to another process"
      (with-buffer (pair 8)
        (check (pshm-socketpair pair (add-offset pair 4)))
        (let ((here (i32 pair))
              (there (i32 pair 4)))
          (setf (i64 memory) (expt 2 53))
          (check (pshm-send here fd -1))
          (check (pshm-set-inheritable there 1))
          (expect (run-shell (format nil "~A receive ~D" (environment "POSIX_SHM_CONSUMER") there)) 0)
          (expect (i64 memory) (1+ (expt 2 53)))
          (check (pshm-close here))
          (check (pshm-close there)))))
    (point "count with another process under a lock, and wake each other"
      (let ((shared (+ (address-of memory) *shared*)))
        (expect (acquire (at shared :lock)) 0)
        (run-shell (format nil "~A count ~A ~D &" (environment "POSIX_SHM_CONSUMER") name *shared*))
        (wait-until (at shared :arrived) 1)
        (wait-until (at shared :beside) 1)
        (check (pshm-lock-release (at shared :lock)))
        (take-turns shared)
        (wait-until (at shared :done) 1)
        (expect (i64 (pointer-to (at shared :guarded))) (* 2 *turns*))
        (expect (pshm-atomic-load32 (at shared :atomic)) (* 2 *turns*))
        (add-and-wake (at shared :gate))
        (wait-until (at shared :left) 1)))
    (point "close, delete"
      (expect (mapped name) t)
      (unmap memory *size*)
      (expect (mapped name) nil)
      (check (pshm-close fd))
      #+sbcl (expect (pshm-error-name (pshm-close fd)) "EBADF")
      ;; Closed, or by now the number of a file that another thread of the JVM has opened: so only SBCL closes it again.
      (expect (plusp (pshm-delete-if-same name fd)) nil)
      (check (pshm-delete name))
      (expect (pshm-error-name (pshm-delete name)) "ENOENT"))
    (format t "1..~D~%" *number*)))

(defun receive (socket)
  "The receiver of the descriptor: add one to the number at the start of the object."
  (let* ((fd (check (pshm-receive (parse-integer socket) -1)))
         (memory (map-object fd 8)))
    (incf (i64 memory))
    (unmap memory 8)
    (check (pshm-close fd))))

;;; A record: int64, int32, 4 octets unused, 48 of text, 64 of a pattern.

(defparameter *record-size* 128)

(defun put-record (fd slot offset)
  (let ((record (map-object fd *record-size* :offset offset)))
    (setf (i64 record) (- -9007199254740993 slot)
          (i32 record 8) (- -1 slot))
    (store (add-offset record 16)
           (encode (format nil "~A gr~C~Ct" (environment "CONSUMER_LANGUAGE") (code-char 252) (code-char 223))))
    (store (add-offset record 64) (loop for i below 64 collect (mod (+ (* slot 31) (* i 7)) 256)))
    (unmap record *record-size*)))

(defun print-record (record slot)
  (format t "~{~A~^	~}~%"
          (list slot (i64 record) (i32 record 8)
                (loop for octet in (fetch (add-offset record 64) 64)
                      for factor from 1
                      sum (* factor octet))
                (text (add-offset record 16) 48))))

(defun write-record (name slot socket &aux (slot (parse-integer slot)))
  "Write one's record into the object, and into an anonymous one that goes to the socket."
  (let ((fd (check (pshm-open name +pshm-direction-io+ 0 +pshm-if-does-not-exist-error+ 0 *null*)))
        (anonymous (check (pshm-open-anonymous +pshm-direction-io+ #o600 0))))
    (put-record fd slot (* slot *record-size*))
    (check (pshm-close fd))
    (check (pshm-truncate anonymous *record-size*))
    (put-record anonymous slot 0)
    (check (pshm-send (parse-integer socket) anonymous -1))
    (check (pshm-close anonymous))))

(defun read-records (name count socket &aux (count (parse-integer count)))
  "Print every record of the object, then the one of the object that comes from the socket."
  (let* ((fd (check (pshm-open name +pshm-direction-input+ 0 0 0 *null*)))
         (length (* count *record-size*))
         (records (map-object fd length :protections +pshm-prot-read+)))
    (dotimes (slot count)
      (print-record (add-offset records (* slot *record-size*)) slot))
    (unmap records length)
    (check (pshm-close fd)))
  (let* ((received (check (pshm-receive (parse-integer socket) -1)))
         (record (map-object received *record-size* :protections +pshm-prot-read+)))
    (print-record record "received")
    (unmap record *record-size*)
    (check (pshm-close received))))

;;; Message N of an exchange is N * STEP octets of a pattern, from octet N of it.

(defparameter *capacity* +pshm-ring-capacity-min+)
(defparameter *ring-size* (+ +pshm-ring-header-size+ *capacity*))
(defparameter *messages* 41)
(defparameter *step* 51)
(defparameter *longest* 2040)
(defparameter *slice* 10000000)

(defun wait-for (function)
  "The result of a call that waits, perhaps an address, or the name of its error. In slices: CLISP has one thread."
  (loop for result = (funcall function)
        for name = (when (minusp result) (pshm-error-name result))
        unless (member name '("ETIMEDOUT" "EINTR") :test #'equal)
          return (or name result)))

(defun join (from to)
  (check (pshm-ring-join to *capacity* +pshm-ring-sender+))
  (check (pshm-ring-join from *capacity* +pshm-ring-receiver+)))

(defun receive-message (ring buffer)
  (wait-for (lambda () (pshm-ring-receive ring *capacity* buffer *longest* *slice*))))

(defun comes-back (there back message length)
  "Send a message, and receive it back. Whether the two are equal."
  (expect (wait-for (lambda () (pshm-ring-send there *capacity* message length *slice*))) 0)
  (with-buffer (buffer *longest*)
    (and (eql (receive-message back buffer) length)
         (equal-memory buffer message length))))

(defun talk (there back pattern)
  "How many messages come back as they were."
  (join back there)
  (prog1 (loop for n below *messages*
               count (comes-back there back (add-offset pattern n) (* n *step*)))
    (check (pshm-ring-leave there *capacity* +pshm-ring-sender+))
    (with-buffer (buffer *longest*)
      (expect (receive-message back buffer) "ENODATA"))
    (check (pshm-ring-leave back *capacity* +pshm-ring-receiver+))))

(defun send-back (message length back)
  (let ((copy (wait-for (lambda () (pshm-ring-reserve back *capacity* length *slice*)))))
    (copy-memory (pointer-to copy) (pointer-to message) length)
    (check (pshm-ring-commit back *capacity* length))))

(defun serve (there back)
  "Send back each message, from one ring into the other, until the sender leaves."
  (join there back)
  (with-buffer (length 8)
    (loop for message = (wait-for (lambda () (pshm-ring-peek there *capacity* *slice* length)))
          until (equal message "ENODATA")
          do (send-back message (i64 length) back)
             (check (pshm-ring-release there *capacity*))))
  (check (pshm-ring-leave back *capacity* +pshm-ring-sender+))
  (check (pshm-ring-leave there *capacity* +pshm-ring-receiver+)))

(defun meet (sender receiver slot there pattern)
  (let ((back (+ there *ring-size*)))
    (cond ((= sender receiver))
          ((= sender slot)
           (format t "~D	~D~%" receiver (talk there back pattern))
           (finish-output))
          ((= receiver slot)
           (serve there back)))))

(defun exchange (name slot count &aux (slot (parse-integer slot)) (count (parse-integer count)))
  "Talk to all others, and serve each of them, sender after sender."
  (let* ((fd (check (pshm-open name +pshm-direction-io+ 0 +pshm-if-does-not-exist-error+ 0 *null*)))
         (size (* count count 2 *ring-size*))
         (rings (map-object fd size)))
    (with-buffer (pattern (+ *longest* *messages*))
      (store pattern (loop for i below (+ *longest* *messages*) collect (mod (* i 7) 256)))
      (dotimes (pair (* count count))
        (meet (floor pair count) (mod pair count) slot (+ (address-of rings) (* pair 2 *ring-size*)) pattern)))
    (unmap rings size)
    (check (pshm-close fd))))

(defun words (text)
  (loop for start = 0 then (1+ end)
        for end = (position #\Space text :start start)
        collect (subseq text start end)
        while end))

(defun quit (code)
  #+sbcl (sb-ext:exit :code code) #-sbcl (uiop:quit code))

(defun main ()
  (destructuring-bind (mode &rest arguments) (words (environment "CONSUMER_ARGUMENTS"))
    (apply (cdr (assoc mode '(("scenario" . scenario) ("receive" . receive) ("count" . count-beside)
                              ("write" . write-record) ("read" . read-records) ("exchange" . exchange))
                       :test #'string=))
           arguments)))

(handler-case (main)
  (error (condition)
    (format *error-output* "~&~A~%" condition)
    (quit 1)))
(quit (min *failures* 1))

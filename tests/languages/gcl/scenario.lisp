;;;; SPDX-License-Identifier: BSD-3-Clause
;;;; The common scenario in GCL, which compiles and links it behind posix-shm.lisp.

(defparameter *size* 32768)
(defparameter *read-write* (logior +pshm-prot-read+ +pshm-prot-write+))

;; GCL has no conditions outside of its ANSI image: a point catches what is thrown.
(defun check (result)
  (if (minusp result)
      (throw 'problem (pshm-strerror result))
      result))

(defun expect (got wanted)
  (unless (equal got wanted)
    (throw 'problem (format nil "~S instead of ~S" got wanted))))

(defun map-object (fd length &optional (offset 0) (protections *read-write*))
  (check (pshm-map fd length protections +pshm-map-shared+ offset)))

(defun store (address octets)
  (dolist (octet octets)
    (store-number address 1 octet)
    (incf address)))

(defun fetch (address count)
  (let ((octets '()))
    (dotimes (i count (nreverse octets))
      (push (load-number (+ address i) 1) octets))))

(defun octets (text)
  (map 'list #'char-code text))

(defun text (octets)
  (map 'string #'code-char (subseq octets 0 (position 0 octets))))

(defun pattern (count start)
  (let ((octets '()))
    (dotimes (i count (nreverse octets))
      (push (mod (+ start (* i 7)) 256) octets))))

(defun mapped (name)
  (with-open-file (maps "/proc/self/maps")
    (do ((line (read-line maps nil) (read-line maps nil)))
        ((or (null line) (search name line)) (not (null line))))))

;; The fields as a property list.
(defun stat (fd)
  (let ((fields (make-buffer (* 8 16))))
    (expect (check (pshm-fstat fd (address-of fields) 16)) 16)
    (flet ((field (index) (load-number (+ (address-of fields) (* 8 index)) 8)))
      (list :size (field +pshm-stat-size+) :mode (field +pshm-stat-mode+)
            :nlink (field +pshm-stat-nlink+) :blocks (field +pshm-stat-blocks+)))))

(defvar *number* 0)
(defvar *failures* 0)

(defmacro point (title &rest body)
  `(let ((problem (catch 'problem ,@body nil)))
     (incf *number*)
     (format t "~:[ok~;not ok~] ~D - ~A~%" problem *number* ,title)
     (when problem
       (incf *failures*)
       (format t "# ~A~%" problem))
     (finish-output)))

(defun open-exclusively (name created)
  (pshm-open name +pshm-direction-io+ +pshm-if-exists-error+ +pshm-if-does-not-exist-create+ #o600
             (if created (address-of created) 0)))

(defun constant-in-lisp (name)
  (symbol-value (find-symbol (format nil "+~A+" (substitute #\- #\_ name)) :user)))

;; What two processes share: where it begins in the object of the scenario, and what is where: a lock, what it guards, and
;; words.
(defparameter *shared* 8192)
(defparameter *turns* 1000)
(defparameter *all* (1- (expt 2 31)))
(defparameter *long* (* 600 (expt 10 9)))

(defun at (shared what)
  (+ shared (getf '(:lock 0 :guarded 8 :atomic 16 :arrived 20 :beside 24 :done 28 :gate 32 :left 36) what)))

;; A handler of a signal has run: call again.
(defun interrupted (result)
  (and (minusp result) (equal (pshm-error-name result) "EINTR")))

(defun acquire (lock)
  (do ((held (pshm-lock-acquire lock *long*) (pshm-lock-acquire lock *long*)))
      ((not (interrupted held)) (check held))))

;; In slices, between which the program does something else.
(defun acquire-in-slices (lock function)
  (do ((held (pshm-lock-acquire lock 10000000) (pshm-lock-acquire lock 10000000))
       (slices 1 (1+ slices)))
      ((not (member (pshm-error-name held) '("ETIMEDOUT" "EINTR") :test #'equal)) (check held))
    (funcall function slices)))

(defun add-and-wake (word)
  (check (pshm-atomic-update32 word +pshm-atomic-add+ 1))
  (check (pshm-atomic-wake word *all*)))

(defun wait-until (word value)
  (do ((now (check (pshm-atomic-load32 word)) (check (pshm-atomic-load32 word))))
      ((= now value))
    (let ((result (pshm-atomic-wait word now *long*)))
      (unless (interrupted result)
        (check result)))))

(defun take-turns (shared)
  (dotimes (i *turns*)
    (expect (acquire (at shared :lock)) 0)
    (store-number (at shared :guarded) 8 (1+ (load-number (at shared :guarded) 8)))
    (check (pshm-lock-release (at shared :lock)))
    (check (pshm-atomic-update32 (at shared :atomic) +pshm-atomic-add+ 1))))

;; Wait for the lock that another process holds, and do something else meanwhile; count beside it; wait for its leave.
(defun count-beside (name offset)
  (let* ((fd (check (pshm-open name +pshm-direction-io+ 0 +pshm-if-does-not-exist-error+ 0 0)))
         (address (map-object fd (+ *shared* 64)))
         (shared (+ address (parse-integer offset))))
    (add-and-wake (at shared :arrived))
    (expect (acquire-in-slices (at shared :lock)
                               #'(lambda (slices)
                                   (when (= slices 1)
                                     (add-and-wake (at shared :beside)))))
            0)
    (check (pshm-lock-release (at shared :lock)))
    (take-turns shared)
    (add-and-wake (at shared :done))
    (wait-until (at shared :gate) 1)
    (add-and-wake (at shared :left))
    (check (pshm-unmap address (+ *shared* 64)))
    (check (pshm-close fd))))

(defun scenario (name)
  (let (fd address)
    (point "load the library and check its version"
      (let ((version (pshm-version)))
        (expect (pshm-version-string)
                (format nil "~D.~D.~D" (floor version 1000000) (mod (floor version 1000) 1000) (mod version 1000)))
        (expect (pshm-version-string) +version+)))
    (point "open exclusively"
      (let ((created (make-buffer 4)))
        (setq fd (check (open-exclusively name created)))
        (expect (load-number (address-of created) 4) 1)))
    (point "be told by name that it exists"
      (expect (pshm-error-name (open-exclusively name nil)) "EEXIST")
      (expect (pshm-error-name (pshm-errno)) "EEXIST"))
    (point "size, allocate, map"
      (check (pshm-truncate fd *size*))
      (check (pshm-allocate fd (floor *size* 2)))
      (setq address (map-object fd *size*)))
    (point "write a pattern, read it back through pshm_read"
      (store (+ address 4096) (pattern 256 0))
      (let ((buffer (make-buffer 256)))
        (expect (pshm-read fd (address-of buffer) 256 4096) 256)
        (expect (octets buffer) (pattern 256 0))
        (expect (pshm-read fd (address-of buffer) 256 (- *size* 100)) 100))
      (expect (pshm-write fd (address-of "hello") 5 100) 5)
      (expect (text (fetch (+ address 100) 5)) "hello"))
    (point "stat with named fields"
      (let ((fields (stat fd)))
        (expect (list (getf fields :size) (getf fields :mode) (getf fields :nlink)) (list *size* #o600 1))
        (expect (>= (getf fields :blocks) (floor *size* (* 2 512))) t)))
    (point "parse a permission list"
      (let ((keywords "user-read user-write group-read")
            (buffer (make-buffer 64)))
        (expect (pshm-flags-parse +pshm-kind-mode+ keywords) #o640)
        (check (pshm-flags-format +pshm-kind-mode+ #o640 (address-of buffer) 64))
        (expect (text (octets buffer)) keywords)
        (expect (pshm-error-name (pshm-flags-parse +pshm-kind-mode+ "user-fly")) "EINVAL")))
    (point "enumerate the constants"
      (let ((count (pshm-constant-count)))
        (expect count +constants+)
        (dotimes (i count)
          (expect (constant-in-lisp (pshm-constant-name i)) (pshm-constant-value i)))
        (expect (pshm-error-name (pshm-constant-value count)) "EINVAL")))
    (point "fail with the right error name"
      (expect (pshm-error-name (pshm-open (format nil "~A-none" name) +pshm-direction-input+ 0 0 0 0)) "ENOENT")
      (expect (pshm-error-name (pshm-delete "noslash")) "EINVAL")
      (expect (pshm-error-name (pshm-map fd -1 *read-write* +pshm-map-shared+ 0)) "EINVAL")
      (expect (pshm-error-name (pshm-errno)) "EINVAL"))
    (point "make an anonymous object"
      (let* ((anonymous (check (pshm-open-anonymous +pshm-direction-io+ #o640 0)))
             (fields (stat anonymous)))
        (expect (list (getf fields :nlink) (getf fields :mode)) '(0 #o640))
        (check (pshm-close anonymous))))
    (point "pass a descriptor to another process"
      (let ((pair (make-buffer 8)))
        (check (pshm-socketpair (address-of pair) (+ (address-of pair) 4)))
        (let ((here (load-number (address-of pair) 4))
              (there (load-number (+ (address-of pair) 4) 4)))
          (store-number address 8 (expt 2 53))
          (check (pshm-send here fd -1))
          (check (pshm-set-inheritable there 1))
          (expect (si::system (format nil "~A receive ~D" (si::getenv "POSIX_SHM_CONSUMER") there)) 0)
          (expect (load-number address 8) (1+ (expt 2 53)))
          (check (pshm-close here))
          (check (pshm-close there)))))
    (point "count with another process under a lock, and wake each other"
      (let ((shared (+ address *shared*)))
        (expect (acquire (at shared :lock)) 0)
        ;; `si::system' waits; a stream from a command does not.
        (open (format nil "|~A count ~A ~D" (si::getenv "POSIX_SHM_CONSUMER") name *shared*))
        (wait-until (at shared :arrived) 1)
        (wait-until (at shared :beside) 1)
        (check (pshm-lock-release (at shared :lock)))
        (take-turns shared)
        (wait-until (at shared :done) 1)
        (expect (load-number (at shared :guarded) 8) (* 2 *turns*))
        (expect (pshm-atomic-load32 (at shared :atomic)) (* 2 *turns*))
        (add-and-wake (at shared :gate))
        (wait-until (at shared :left) 1)))
    (point "close, delete"
      (expect (mapped name) t)
      (check (pshm-unmap address *size*))
      (expect (mapped name) nil)
      (check (pshm-close fd))
      (expect (pshm-error-name (pshm-close fd)) "EBADF")
      (check (pshm-delete name))
      (expect (pshm-error-name (pshm-delete name)) "ENOENT"))
    (format t "1..~D~%" *number*)))

;; The receiver of the descriptor: add one to the number at the start of the object.
(defun receive (socket)
  (let* ((fd (check (pshm-receive (parse-integer socket) -1)))
         (address (map-object fd 8)))
    (store-number address 8 (1+ (load-number address 8)))
    (check (pshm-unmap address 8))
    (check (pshm-close fd))))

;; A record: int64, int32, 4 bytes unused, 48 bytes of text, 64 bytes of pattern.
(defparameter *record-size* 128)

(defun put-record (fd slot offset)
  (let ((address (map-object fd *record-size* offset)))
    (store-number address 8 (- -9007199254740993 slot))
    (store-number (+ address 8) 4 (- -1 slot))
    ;; A character of GCL is a byte: the text of this file is UTF-8 as it stands.
    (store (+ address 16) (octets "gcl grüßt"))
    (store (+ address 64) (pattern 64 (* slot 31)))
    (check (pshm-unmap address *record-size*))))

(defun print-record (address slot)
  (let ((place 0) (sum 0))
    (dolist (octet (fetch (+ address 64) 64))
      (incf sum (* (incf place) octet)))
    (format t "~A	~D	~D	~D	~A~%" slot (load-number address 8) (load-number (+ address 8) 4) sum
            (text (fetch (+ address 16) 48)))))

;; Write one's record into the object, and into an anonymous one that goes to the socket.
(defun write-record (name slot socket)
  (let* ((slot (parse-integer slot))
         (fd (check (pshm-open name +pshm-direction-io+ 0 +pshm-if-does-not-exist-error+ 0 0)))
         (anonymous (check (pshm-open-anonymous +pshm-direction-io+ #o600 0))))
    (put-record fd slot (* slot *record-size*))
    (check (pshm-close fd))
    (check (pshm-truncate anonymous *record-size*))
    (put-record anonymous slot 0)
    (check (pshm-send (parse-integer socket) anonymous -1))
    (check (pshm-close anonymous))))

;; Print every record of the object, then the one of the object that comes from the socket.
(defun read-records (name count socket)
  (let* ((count (parse-integer count))
         (length (* count *record-size*))
         (fd (check (pshm-open name +pshm-direction-input+ 0 0 0 0)))
         (address (map-object fd length 0 +pshm-prot-read+)))
    (dotimes (slot count)
      (print-record (+ address (* slot *record-size*)) slot))
    (check (pshm-unmap address length))
    (check (pshm-close fd)))
  (let* ((received (check (pshm-receive (parse-integer socket) -1)))
         (address (map-object received *record-size* 0 +pshm-prot-read+)))
    (print-record address "received")
    (check (pshm-unmap address *record-size*))
    (check (pshm-close received))))

;; Message N of an exchange is N * STEP bytes of a pattern, from byte N of it.
(defparameter *capacity* +pshm-ring-capacity-min+)
(defparameter *ring-size* (+ +pshm-ring-header-size+ *capacity*))
(defparameter *messages* 41)
(defparameter *step* 51)
(defparameter *longest* 2040)
(defparameter *pattern* (make-buffer (+ *longest* *messages*)))
(defparameter *buffer* (make-buffer *longest*))

;; The result of a call that waits, perhaps an address, or the name of its error.
(defun wait-for (function)
  (do ((result (funcall function) (funcall function)))
      ((not (interrupted result)) (if (minusp result) (pshm-error-name result) result))))

(defun join (from to)
  (check (pshm-ring-join to *capacity* +pshm-ring-sender+))
  (check (pshm-ring-join from *capacity* +pshm-ring-receiver+)))

(defun receive-message (ring)
  (wait-for #'(lambda () (pshm-ring-receive ring *capacity* (address-of *buffer*) *longest* *long*))))

;; Send message N, and receive it back. Whether the two are equal.
(defun comes-back (there back n)
  (let ((length (* n *step*)))
    (expect (wait-for #'(lambda () (pshm-ring-send there *capacity* (+ (address-of *pattern*) n) length *long*))) 0)
    (and (eql (receive-message back) length)
         (equal (subseq *buffer* 0 length) (subseq *pattern* n (+ n length))))))

;; How many messages come back as they were.
(defun talk (there back)
  (join back there)
  (let ((good 0))
    (dotimes (n *messages*)
      (when (comes-back there back n)
        (incf good)))
    (check (pshm-ring-leave there *capacity* +pshm-ring-sender+))
    (expect (receive-message back) "ENODATA")
    (check (pshm-ring-leave back *capacity* +pshm-ring-receiver+))
    good))

(defun send-back (message length back)
  (let ((copy (wait-for #'(lambda () (pshm-ring-reserve back *capacity* length *long*)))))
    (dotimes (i length)
      (store-number (+ copy i) 1 (load-number (+ message i) 1)))
    (check (pshm-ring-commit back *capacity* length))))

;; Send back each message, from one ring into the other, until the sender leaves.
(defun serve (there back)
  (join there back)
  (let ((length (make-buffer 8)))
    (flet ((peek () (wait-for #'(lambda () (pshm-ring-peek there *capacity* *long* (address-of length))))))
      (do ((message (peek) (peek)))
          ((equal message "ENODATA"))
        (send-back message (load-number (address-of length) 8) back)
        (check (pshm-ring-release there *capacity*)))))
  (check (pshm-ring-leave back *capacity* +pshm-ring-sender+))
  (check (pshm-ring-leave there *capacity* +pshm-ring-receiver+)))

;; Talk to all others, and serve each of them, sender after sender.
(defun exchange (name slot count)
  (let* ((slot (parse-integer slot))
         (count (parse-integer count))
         (fd (check (pshm-open name +pshm-direction-io+ 0 +pshm-if-does-not-exist-error+ 0 0)))
         (size (* count count 2 *ring-size*))
         (rings (map-object fd size)))
    (store (address-of *pattern*) (pattern (+ *longest* *messages*) 0))
    (dotimes (pair (* count count))
      (let ((sender (floor pair count))
            (receiver (mod pair count))
            (there (+ rings (* pair 2 *ring-size*))))
        (cond ((= sender receiver))
              ((= sender slot)
               (format t "~D	~D~%" receiver (talk there (+ there *ring-size*)))
               (finish-output))
              ((= receiver slot)
               (serve there (+ there *ring-size*))))))
    (check (pshm-unmap rings size))
    (check (pshm-close fd))))

(defun words (text)
  (let ((end (position #\Space text)))
    (cons (subseq text 0 end) (when end (words (subseq text (1+ end)))))))

(defun main ()
  (let* ((words (words (si::getenv "CONSUMER_ARGUMENTS")))
         (problem (catch 'problem
                    (apply (cdr (assoc (first words)
                                       '(("scenario" . scenario) ("receive" . receive) ("count" . count-beside)
                                         ("write" . write-record) ("read" . read-records) ("exchange" . exchange))
                                       :test #'equal))
                           (rest words))
                    nil)))
    (when problem
      (format *error-output* "~A~%" problem))
    (bye (if (or problem (plusp *failures*)) 1 0))))

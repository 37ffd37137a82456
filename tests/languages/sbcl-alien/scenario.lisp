;;;; SPDX-License-Identifier: BSD-3-Clause
;;;; The common scenario in a bare SBCL: no ASDF, no CFFI. Buffers are vectors, passed as they are.

(load (sb-ext:posix-getenv "POSIX_SHM_LISP"))

(defpackage #:consumer
  (:use #:cl #:posix-shm/alien)
  (:import-from #:sb-sys #:int-sap #:sap+ #:sap-int #:sap-ref-8 #:signed-sap-ref-32 #:signed-sap-ref-64 #:vector-sap
                #:with-pinned-objects))

(in-package #:consumer)

(defparameter *size* 32768)
(defparameter *read-write* (logior +pshm-prot-read+ +pshm-prot-write+))
(defparameter *null* (int-sap 0))

(defmacro with-buffer ((sap vector type count) &body body)
  "Run BODY with VECTOR a new vector of COUNT zeros, and SAP its address."
  `(let ((,vector (make-array ,count :element-type ',type :initial-element 0)))
     (with-pinned-objects (,vector)
       (let ((,sap (vector-sap ,vector)))
         ,@body))))

(defun check (result)
  (if (minusp result)
      (error "~A" (pshm-strerror result))
      result))

(defun expect (got wanted)
  (unless (equalp got wanted)
    (error "~S instead of ~S" got wanted)))

(defun map-object (fd length &key (offset 0) (protections *read-write*))
  (int-sap (check (pshm-map fd length protections +pshm-map-shared+ offset))))

(defun unmap (sap length)
  (check (pshm-unmap (sap-int sap) length)))

(defun store (sap octets)
  (dotimes (i (length octets))
    (setf (sap-ref-8 sap i) (aref octets i))))

(defun fetch (sap count)
  (let ((octets (make-array count :element-type '(unsigned-byte 8))))
    (dotimes (i count octets)
      (setf (aref octets i) (sap-ref-8 sap i)))))

(defun octets (text)
  (sb-ext:string-to-octets text :external-format :utf-8))

(defun text (octets)
  (sb-ext:octets-to-string octets :external-format :utf-8 :end (or (position 0 octets) (length octets))))

(defun stat (fd)
  "The fields of an object as a property list."
  (with-buffer (sap fields (signed-byte 64) 16)
    (expect (check (pshm-fstat fd sap 16)) 16)
    (list :size (aref fields +pshm-stat-size+) :mode (aref fields +pshm-stat-mode+)
          :nlink (aref fields +pshm-stat-nlink+) :blocks (aref fields +pshm-stat-blocks+))))

(defun mapped (name)
  (with-open-file (maps "/proc/self/maps")
    (loop for line = (read-line maps nil)
          while line
          thereis (and (search name line) t))))

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
  (symbol-value (find-symbol (format nil "+~A+" (substitute #\- #\_ name)) '#:posix-shm/alien)))

(defun run-shell (command)
  (sb-alien:alien-funcall (sb-alien:extern-alien "system" (function sb-alien:int sb-alien:c-string)) command))

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
  "Acquire a lock while FUNCTION runs in a thread."
  (sb-thread:make-thread function)
  (acquire lock))

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
    (incf (signed-sap-ref-64 (int-sap (at shared :guarded)) 0))
    (check (pshm-lock-release (at shared :lock)))
    (check (pshm-atomic-update32 (at shared :atomic) +pshm-atomic-add+ 1))))

(defun count-beside (name offset)
  "Wait for the lock that another process holds, while this one does something else; count beside it; wait for its leave."
  (let* ((fd (check (pshm-open name +pshm-direction-io+ 0 +pshm-if-does-not-exist-error+ 0 *null*)))
         (memory (map-object fd (+ *shared* 64)))
         (shared (+ (sap-int memory) (parse-integer offset))))
    (add-and-wake (at shared :arrived))
    (expect (acquire-while (at shared :lock) (lambda ()
                                               (sleep 1/20)
                                               (sb-ext:gc)
                                               (add-and-wake (at shared :beside))))
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
      (with-buffer (sap created (signed-byte 32) 1)
        (setf fd (check (open-exclusively name sap)))
        (expect (aref created 0) 1)))
    (point "be told by name that it exists"
      (expect (pshm-error-name (open-exclusively name *null*)) "EEXIST")
      (expect (pshm-error-name (pshm-errno)) "EEXIST"))
    (point "size, allocate, map"
      (check (pshm-truncate fd *size*))
      (check (pshm-allocate fd (floor *size* 2)))
      (setf memory (map-object fd *size*)))
    (point "write a pattern, read it back through pshm_read"
      (let ((pattern (coerce (loop for i below 256 collect (mod (* i 7) 256)) '(vector (unsigned-byte 8)))))
        (store (sap+ memory 4096) pattern)
        (with-buffer (sap octets (unsigned-byte 8) 256)
          (expect (pshm-read fd sap 256 4096) 256)
          (expect octets pattern)
          (expect (pshm-read fd sap 256 (- *size* 100)) 100)))
      (let ((hello (octets "hello")))
        (with-pinned-objects (hello)
          (expect (pshm-write fd (vector-sap hello) 5 100) 5)))
      (expect (text (fetch (sap+ memory 100) 5)) "hello"))
    (point "stat with named fields"
      (let ((fields (stat fd)))
        (expect (list (getf fields :size) (getf fields :mode) (getf fields :nlink)) (list *size* #o600 1))
        (expect (>= (getf fields :blocks) (floor *size* (* 2 512))) t)))
    (point "parse a permission list"
      (let ((keywords "user-read user-write group-read"))
        (expect (pshm-flags-parse +pshm-kind-mode+ keywords) #o640)
        (with-buffer (sap octets (unsigned-byte 8) 64)
          (check (pshm-flags-format +pshm-kind-mode+ #o640 sap 64))
          (expect (text octets) keywords))
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
    (point "hand a descriptor to another process"
      (with-buffer (sap pair (signed-byte 32) 2)
        (check (pshm-socketpair sap (sap+ sap 4)))
        (setf (signed-sap-ref-64 memory 0) (expt 2 53))
        (check (pshm-send (aref pair 0) fd -1))
        (check (pshm-set-inheritable (aref pair 1) 1))
        ;; `run-program' closes descriptors in the child.
        (expect (run-shell (format nil "~A receive ~D" (sb-ext:posix-getenv "POSIX_SHM_CONSUMER") (aref pair 1))) 0)
        (expect (signed-sap-ref-64 memory 0) (1+ (expt 2 53)))
        (check (pshm-close (aref pair 0)))
        (check (pshm-close (aref pair 1)))))
    (point "count with another process under a lock, and wake each other"
      (let ((shared (+ (sap-int memory) *shared*)))
        (expect (acquire (at shared :lock)) 0)
        (run-shell (format nil "~A count ~A ~D &" (sb-ext:posix-getenv "POSIX_SHM_CONSUMER") name *shared*))
        (wait-until (at shared :arrived) 1)
        (wait-until (at shared :beside) 1)
        (check (pshm-lock-release (at shared :lock)))
        (take-turns shared)
        (wait-until (at shared :done) 1)
        (expect (signed-sap-ref-64 (int-sap (at shared :guarded)) 0) (* 2 *turns*))
        (expect (pshm-atomic-load32 (at shared :atomic)) (* 2 *turns*))
        (add-and-wake (at shared :gate))
        (wait-until (at shared :left) 1)))
    (point "close, delete"
      (expect (mapped name) t)
      (unmap memory *size*)
      (expect (mapped name) nil)
      (check (pshm-close fd))
      (expect (pshm-error-name (pshm-close fd)) "EBADF")
      (check (pshm-delete name))
      (expect (pshm-error-name (pshm-delete name)) "ENOENT"))
    (format t "1..~D~%" *number*)))

(defun receive (socket)
  "The other end of the hand-over: add one to the number at the start of the object."
  (let* ((fd (check (pshm-receive (parse-integer socket) -1)))
         (memory (map-object fd 8)))
    (incf (signed-sap-ref-64 memory 0))
    (unmap memory 8)
    (check (pshm-close fd))))

;;; A record: int64, int32, 4 bytes unused, 48 bytes of text, 64 bytes of pattern.

(defparameter *record-size* 128)

(defun put-record (fd slot offset)
  (let ((record (map-object fd *record-size* :offset offset)))
    (setf (signed-sap-ref-64 record 0) (- -9007199254740993 slot)
          (signed-sap-ref-32 record 8) (- -1 slot))
    (store (sap+ record 16) (octets (format nil "sbcl-alien gr~C~Ct" (code-char 252) (code-char 223))))
    (store (sap+ record 64)
           (coerce (loop for i below 64 collect (mod (+ (* slot 31) (* i 7)) 256)) '(vector (unsigned-byte 8))))
    (unmap record *record-size*)))

(defun print-record (record slot)
  (format t "~{~A~^	~}~%"
          (list slot (signed-sap-ref-64 record 0) (signed-sap-ref-32 record 8)
                (loop for octet across (fetch (sap+ record 64) 64)
                      for place from 1
                      sum (* place octet))
                (text (fetch (sap+ record 16) 48)))))

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
      (print-record (sap+ records (* slot *record-size*)) slot))
    (unmap records length)
    (check (pshm-close fd)))
  (let* ((received (check (pshm-receive (parse-integer socket) -1)))
         (record (map-object received *record-size* :protections +pshm-prot-read+)))
    (print-record record "received")
    (unmap record *record-size*)
    (check (pshm-close received))))

(defun words (text)
  (loop for start = 0 then (1+ end)
        for end = (position #\Space text :start start)
        collect (subseq text start end)
        while end))

(destructuring-bind (mode &rest arguments) (words (sb-ext:posix-getenv "CONSUMER_ARGUMENTS"))
  (apply (cdr (assoc mode '(("scenario" . scenario) ("receive" . receive) ("count" . count-beside)
                              ("write" . write-record) ("read" . read-records))
                     :test #'string=))
         arguments))
(sb-ext:exit :code (min *failures* 1))

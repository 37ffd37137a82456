;;;; SPDX-License-Identifier: BSD-3-Clause
;;;; Both strata through posix-shm/alien in SBCL without ASDF or CFFI. Prints TAP; the exit code is 0 when everything passes.

(load (merge-pathnames "../../lisp-bindings/alien/load.lisp" *load-truename*))
(load (merge-pathnames "../lib/tap.lisp" *load-truename*))

(defpackage #:posix-shm/alien-test
  (:use #:cl #:posix-shm/alien))

(in-package #:posix-shm/alien-test)

(defmacro check (description form)
  "Print whether FORM is true."
  `(let* ((problem nil)
          (truth (handler-case ,form
                   (error (condition)
                     (setf problem (princ-to-string condition))
                     nil))))
     (tap:ok truth ,description problem)))

(defun number-of (name)
  (- (pshm-error-number name)))

(defmacro rejects (form)
  `(handler-case (progn ,form nil)
     (type-error () t)))

(defmacro with-integers ((pointer count vector) &body body)
  "Run BODY with POINTER to COUNT integers of 64 bits, which VECTOR shows."
  `(let ((,vector (make-array ,count :element-type '(signed-byte 64) :initial-element 0)))
     (sb-sys:with-pinned-objects (,vector)
       (let ((,pointer (sb-sys:vector-sap ,vector)))
         ,@body))))

(defvar *null* (sb-sys:int-sap 0))
(defvar *name* (format nil "/posix-shm-alien-~D" (posix-shm/host:process-id)))

(check "there is no CFFI" (not (find-package '#:cffi)))
(check "there is no ASDF" (not (find-package '#:asdf)))
(check "the version" (and (>= (pshm-version) +version+) (stringp (pshm-version-string))))
(check "every external symbol is there"
       (loop for symbol being the external-symbols of '#:posix-shm/alien
             always (or (fboundp symbol) (boundp symbol))))
(check "as many functions as posix-shm/shim has"
       (with-open-file (exports (merge-pathnames "../../lisp-bindings/shim/exports.sexp" *load-truename*))
         (loop for symbol in (read exports)
               always (or (not (eql 0 (search "PSHM-" (symbol-name symbol))))
                          (eq :external (nth-value 1 (find-symbol (symbol-name symbol) '#:posix-shm/alien)))))))
(check "every function has a docstring"
       (loop for symbol being the external-symbols of '#:posix-shm/alien
             always (or (not (fboundp symbol)) (documentation symbol 'function))))
(check "every function is called here"
       (let ((text (with-open-file (stream *load-truename*)
                     (format nil "~{~A~%~}" (loop for line = (read-line stream nil) while line collect line)))))
         (loop for symbol being the external-symbols of '#:posix-shm/alien
               for name = (string-downcase symbol)
               always (or (not (fboundp symbol))
                          (search (format nil "(~A " name) text)
                          (search (format nil "(~A)" name) text)
                          (format t "# ~A is not~%" name)))))
(check "constants agree with the library"
       (loop for index below (pshm-constant-count)
             for name = (format nil "+~A+" (substitute #\- #\_ (pshm-constant-name index)))
             always (eql (pshm-constant-value index) (symbol-value (find-symbol name '#:posix-shm/alien)))))

(check "a constant by its name" (= +pshm-o-rdwr+ (pshm-constant "PSHM_O_RDWR")))
(check "the page size" (and (<= 4096 (pshm-page-size)) (= 1 (logcount (pshm-page-size)))))
(check "the length of names"
       (flet ((delete-long (length)
                (pshm-delete (format nil "/~A" (make-string (1- length) :initial-element #\x)))))
         (and (= (number-of "ENOENT") (delete-long (pshm-name-max)))
              (= (number-of "ENAMETOOLONG") (delete-long (1+ (pshm-name-max)))))))
(check "every error has a name, and every name its number"
       (loop for index below (pshm-error-count)
             for number = (pshm-error-at index)
             always (= number (pshm-error-number (pshm-error-name number)))))
(check "set-errno" (and (= 0 (pshm-set-errno 5)) (= 5 (pshm-errno)) (= 0 (pshm-set-errno 0)) (= 0 (pshm-errno))))

(let ((fd (pshm-shm-open *name* (logior +pshm-o-rdwr+ +pshm-o-creat+ +pshm-o-excl+) #o600)))
  (check "shm-open" (>= fd 0))
  (check "shm-open of what exists"
         (= (number-of "EEXIST") (pshm-shm-open *name* (logior +pshm-o-rdwr+ +pshm-o-creat+ +pshm-o-excl+) #o600)))
  (check "errno" (= (pshm-error-number "EEXIST") (pshm-errno)))
  (check "ftruncate" (= 0 (pshm-ftruncate fd 10000)))
  (check "fallocate" (= 0 (pshm-fallocate fd 0 10000)))
  (check "fchmod and fchown" (and (= 0 (pshm-fchmod fd #o640)) (= 0 (pshm-fchown fd -1 -1))))
  (with-integers (fields +stat-fields+ values)
    (check "fstat" (and (= +stat-fields+ (pshm-fstat fd fields +stat-fields+))
                        (= 10000 (aref values +pshm-stat-size+))
                        (= #o640 (aref values +pshm-stat-mode+)))))
  (let ((address (pshm-mmap 0 4096 (logior +pshm-prot-read+ +pshm-prot-write+) +pshm-map-shared+ fd 0))
        (other (pshm-map fd 10 +pshm-prot-read+ +pshm-map-shared+ 3)))
    (check "mmap and map" (and (plusp address) (plusp other)))
    (setf (sb-sys:sap-ref-8 (sb-sys:int-sap address) 5) 42)
    (check "they are one memory" (= 42 (sb-sys:sap-ref-8 (sb-sys:int-sap other) 2)))
    (check "mprotect" (= 0 (pshm-mprotect address 4096 +pshm-prot-read+)))
    (check "msync" (= 0 (pshm-msync address 4096 +pshm-ms-sync+)))
    (check "munmap and unmap" (and (= 0 (pshm-munmap address 4096)) (= 0 (pshm-unmap other 10)))))
  (check "a failing mmap" (= (number-of "EINVAL") (pshm-mmap 0 0 1 1 fd 0)))
  (with-integers (octets 1 values)
    (setf (aref values 0) #x0807060504030201)
    (check "write" (= 8 (pshm-write fd octets 8 100)))
    (setf (aref values 0) 0)
    (check "read" (and (= 8 (pshm-read fd octets 8 100)) (= #x0807060504030201 (aref values 0)))))
  (let ((copy (pshm-dup fd)))
    (check "dup and set-inheritable" (and (= 0 (pshm-set-inheritable copy 1)) (= 0 (pshm-close copy)))))
  (let ((reader (pshm-reopen fd +pshm-direction-input+)))
    (check "reopen" (= (number-of "EACCES") (pshm-map reader 10 +pshm-prot-write+ +pshm-map-shared+ 0)))
    (pshm-close reader))
  (check "delete-if-same" (= 1 (pshm-delete-if-same *name* fd)))
  (check "shm-unlink of nothing" (= (number-of "ENOENT") (pshm-shm-unlink *name*)))
  (check "integers that do not fit are rejected"
         (and (rejects (pshm-truncate fd (expt 2 70))) (rejects (pshm-truncate (expt 2 32) 0))
              (rejects (pshm-truncate fd 1.0)) (rejects (pshm-truncate nil 0))))
  (with-integers (fields +stat-fields+ values)
    (pshm-fstat fd fields +stat-fields+)
    (check "and nothing was changed" (= 10000 (aref values +pshm-stat-size+))))
  (check "close" (= 0 (pshm-close fd)))
  (check "close again" (= (number-of "EBADF") (pshm-close fd))))

(check "names with a NUL are rejected" (rejects (pshm-shm-open (format nil "/a~Cb" (code-char 0)) 0 0)))
(check "names that are no strings are rejected" (and (rejects (pshm-delete nil)) (rejects (pshm-delete :name))))

(with-integers (created 1 values)
  (let ((fd (pshm-open *name* +pshm-direction-io+ +pshm-if-exists-error+ +pshm-if-does-not-exist-create+ #o600 created)))
    (check "open" (and (>= fd 0) (= 1 (ldb (byte 32 0) (aref values 0)))))
    (check "delete" (= 0 (pshm-delete *name*)))
    (pshm-close fd)))

(let ((fd (pshm-open-anonymous +pshm-direction-io+ #o600 0)))
  (check "open-anonymous" (>= fd 0))
  (check "truncate, allocate and discard"
         (and (= 0 (pshm-truncate fd 100)) (= 0 (pshm-allocate fd 100)) (= 0 (pshm-discard fd 0 100))))
  (let ((address (pshm-map-prefixed fd 100 (logior +pshm-prot-read+ +pshm-prot-write+) +pshm-map-shared+ 0 16)))
    (check "map-prefixed" (and (plusp address) (zerop (mod address (pshm-page-size)))))
    (check "copy and fill"
           (let ((sap (sb-sys:int-sap address)))
             (and (= 0 (pshm-fill address 7 10))
                  (= 0 (pshm-copy (- address 16) address 16))
                  (= 7 (sb-sys:sap-ref-8 sap 9) (sb-sys:sap-ref-8 sap -7))
                  (= 0 (sb-sys:sap-ref-8 sap 10) (sb-sys:sap-ref-8 sap -6)))))
    (check "unmap-prefixed" (= 0 (pshm-unmap-prefixed address 100 16))))
  (check "seal and seals" (or (/= 1 (pshm-has "seals"))
                              (and (= 0 (pshm-seal fd +pshm-seal-shrink+))
                                   (logtest +pshm-seal-shrink+ (pshm-seals fd)))))
  (with-integers (sockets 2 values)
    (check "socketpair" (= 0 (pshm-socketpair sockets (sb-sys:sap+ sockets 8))))
    (check "send" (= 0 (pshm-send (aref values 0) fd -1)))
    (let ((received (pshm-receive (aref values 1) -1)))
      (check "receive" (>= received 0))
      (pshm-close received))
    (pshm-close (aref values 0))
    (pshm-close (aref values 1)))
  (pshm-close fd))

(let ((fd (pshm-open-anonymous +pshm-direction-io+ #o640 +pshm-anonymous-nameable+))
      (published (concatenate 'string *name* "-published")))
  (pshm-ftruncate fd 10000)
  (check "open-wait before there is an object" (= (number-of "EAGAIN") (pshm-open-wait published +pshm-direction-io+ 1 0)))
  (check "publish" (and (= 0 (pshm-publish fd published +pshm-if-exists-error+))
                        (= (number-of "EXDEV") (pshm-publish fd (concatenate 'string published "-again") +pshm-if-exists-error+))))
  (let ((other (pshm-open-wait published +pshm-direction-input+ 10000 0)))
    (check "open-wait" (>= other 0))
    (check "delete-if-same of what was published" (= 1 (pshm-delete-if-same published other)))
    (pshm-close other))
  (pshm-close fd))

(with-integers (total 2 values)
  (check "space" (= 0 (pshm-space total (sb-sys:sap+ total 8)))))
(check "list" (>= (pshm-list *null* 0) 0))
(check "keywords" (= #o600 (pshm-flags-parse +pshm-kind-mode+ "user-read user-write")))
(with-integers (text 4 values)
  (check "and back" (and (= 21 (pshm-flags-format +pshm-kind-mode+ #o600 text 32))
                         (= #o600 (pshm-flags-parse +pshm-kind-mode+ (sb-alien::c-string-to-string text :latin-1 'character))))))
(with-integers (words 4 values)
  (let* ((address (sb-sys:sap-int words))
         (lock (+ address 24))
         (old (sb-sys:sap+ words 16)))
    (fill values 0)
    (check "atomics of 32 bits"
           (and (= 0 (pshm-atomic-store32 address -1)) (= #xffffffff (pshm-atomic-load32 address))
                (= #xffffffff (pshm-atomic-update32 address +pshm-atomic-add+ 8))
                (= 7 (pshm-atomic-compare-exchange32 address 7 9)) (= 9 (pshm-atomic-load32 address))))
    (check "atomics of 64 bits"
           (and (= 0 (pshm-atomic-store64 (+ address 8) -5))
                (= 0 (pshm-atomic-load64 (+ address 8) old)) (= -5 (aref values 2))
                (= 0 (pshm-atomic-update64 (+ address 8) +pshm-atomic-exchange+ 7 old)) (= -5 (aref values 2))
                (= 0 (pshm-atomic-compare-exchange64 (+ address 8) 6 8 old)) (= 7 (aref values 2) (aref values 1))))
    (check "wait and wake"
           (and (= (number-of "EAGAIN") (pshm-atomic-wait address 9 0)) (= 0 (pshm-atomic-wait address 8 0))
                (= 0 (pshm-atomic-wake address 1))))
    (check "lock"
           (and (= 0 (pshm-lock-owner lock)) (= 0 (pshm-lock-acquire lock -1))
                (= (pshm-process-self) (pshm-lock-owner lock)) (= (number-of "EAGAIN") (pshm-lock-acquire lock 0))
                (= 0 (pshm-lock-mark-repaired lock)) (= 0 (pshm-lock-release lock))
                (= (number-of "EPERM") (pshm-lock-release lock)) (= 0 (aref values 3))))
    (check "alive" (= 1 (pshm-process-alive (pshm-process-self))))))
(let* ((capacity 4096)
       (ring (pshm-mmap 0 (+ +pshm-ring-header-size+ capacity) (logior +pshm-prot-read+ +pshm-prot-write+)
                        (logior +pshm-map-shared+ +pshm-map-anonymous+) -1 0)))
  (check "a message through a ring"
         (with-integers (length 1 lengths)
           (and (<= 0 (pshm-ring-join ring capacity +pshm-ring-sender+)) (<= 0 (pshm-ring-join ring capacity +pshm-ring-receiver+))
                (plusp (pshm-ring-reserve ring capacity 8 0)) (= 0 (pshm-ring-commit ring capacity 8))
                (plusp (pshm-ring-peek ring capacity 0 length)) (= 8 (aref lengths 0)) (= 0 (pshm-ring-release ring capacity))
                (<= 0 (pshm-ring-send ring capacity length 8 0)) (= 8 (pshm-ring-receive ring capacity length 8 0))
                (= 8 (aref lengths 0)) (= (number-of "EAGAIN") (pshm-ring-receive ring capacity length 8 0))
                (= 0 (pshm-ring-leave ring capacity +pshm-ring-sender+))
                (= 0 (pshm-ring-leave ring capacity +pshm-ring-receiver+)))))
  (pshm-munmap ring (+ +pshm-ring-header-size+ capacity)))
(check "strerror" (string= "no such object, file or directory" (pshm-strerror (number-of "ENOENT"))))

(tap:finish)

;;;; SPDX-License-Identifier: BSD-3-Clause
;;;; Operations on objects, seen from the outside.

(in-package #:posix-shm/test)

(defmacro no-values (form)
  `(is (null (multiple-value-list ,form))))

(deftest classes-and-predicates
  (without-leaks
    (let ((shm (open-shm* :direction :io)))
      (is (typep shm 'open-shm))
      (is (typep shm 'shm))
      (is-true (shm-p shm))
      (is-true (open-shm-p shm))
      (is (subtypep 'open-shm 'shm))
      (is (subtypep 'closed-shm 'shm))
      (is (eq t (close-shm shm)))
      (is (null (close-shm shm))))))

(deftest closing-what-someone-else-closed
  (let ((shm (with-object (shm)
               (make-shm (apart (posix-shm/ffi:dup (shm-fd shm)))))))
    (is (= 0 (posix-shm/ffi:close (shm-fd shm))))
    (is (eq :ebadf (keyword-of (close-shm shm))))
    (is (null (close-shm shm)))))

(deftest adopting-a-descriptor
  (without-leaks
    (with-object (shm 100)
      (let ((adopted (make-shm (posix-shm/ffi:dup (shm-fd shm)) "another")))
        (is (string= "another" (shm-name adopted)))
        (is (= 100 (stat-size (shm-stats adopted))))
        (is (= (stat-ino (shm-stats shm)) (stat-ino (shm-stats adopted))))
        (is (eq t (close-shm adopted)))
        (is-true (open-shm-p shm))
        (let ((nameless (make-shm (posix-shm/ffi:dup (shm-fd shm)))))
          (is (null (shm-name nameless)))
          (is (eql 0 (search "#<SHM " (prin1-to-string nameless))))
          (close-shm nameless))))))

(deftest sizes
  (with-object (shm)
    (no-values (truncate-shm shm 5000))
    (is (= 5000 (stat-size (shm-stats shm))))
    (is (= 0 (stat-blocks (shm-stats shm))))
    (no-values (truncate-shm shm 10))
    (is (= 10 (stat-size (shm-stats shm))))
    (no-values (allocate-shm shm 10000))
    (is (= 10000 (stat-size (shm-stats shm))))
    (is (<= 20 (stat-blocks (shm-stats shm))))
    (no-values (allocate-shm shm 0))
    (is (= 10000 (stat-size (shm-stats shm))))))

(deftest discarding-gives-memory-back
  (with-object (shm)
    (cond ((= 0 (posix-shm/shim:pshm-has "discard"))
           (is (eq :enotsup (keyword-of (discard-shm shm 0 1))))
           (skip "the platform cannot give pages back"))
          (t
           (let ((read (octets 9 9 9))
                 (page (posix-shm/shim:pshm-page-size)))
             (allocate-shm shm (* 2 page))
             (write-shm shm (octets 1 2 3) :offset (1- page))
             (no-values (discard-shm shm page page))
             (is (= (* 2 page) (stat-size (shm-stats shm))))
             (is (= page (* 512 (stat-blocks (shm-stats shm)))))
             (read-shm shm read :offset (1- page))
             (is (equalp (octets 1 0 0) read))
             (no-values (discard-shm shm 0 0))
             (is (= page (* 512 (stat-blocks (shm-stats shm)))))
             (no-values (discard-shm shm 0 (1- (expt 2 63))))
             (is (= 0 (stat-blocks (shm-stats shm))))
             (is (= (* 2 page) (stat-size (shm-stats shm)))))))))

(deftest more-than-there-is
  (with-name (name)
    (with-open-shm (shm name :direction :io :if-does-not-exist :create)
      (truncate-shm shm 100)
      (multiple-value-bind (total free) (shm-space)
        (is (if (plusp total) (<= 0 free total) (plusp free)))
        (when (plusp total)
          (let ((report (report-of (allocate-shm shm (* 2 total)))))
            (is (says "ENOSPC" report))
            (is (says "in total" report))
            (is (says "free" report)))))
      (is (= 100 (stat-size (shm-stats shm))))
      (is (member (keyword-of (allocate-shm shm (1- (expt 2 63)))) '(:enospc :efbig :einval)))
      (is (= 100 (stat-size (shm-stats shm)))))))

(deftest permissions-and-owner
  (with-object (shm)
    (dolist (permissions '(() (:user-read) (:user-read :user-write :group-read :other-read)
                           (:user-write :group-write :other-write)))
      (no-values (chmod-shm shm permissions))
      (is (equal permissions (stat-mode (shm-stats shm))))
      (no-values (chmod-shm shm (stat-mode (shm-stats shm))))
      (is (equal permissions (stat-mode (shm-stats shm)))))
    (no-values (chmod-shm shm '(:rusr :wgrp)))
    (is (equal '(:user-read :group-write) (stat-mode (shm-stats shm))))
    (no-values (chmod-shm shm :rusr))
    (is (equal '(:user-read) (stat-mode (shm-stats shm))))
    (no-values (chown-shm shm nil nil))
    (no-values (chown-shm shm (stat-uid (shm-stats shm)) (stat-gid (shm-stats shm))))))

(defun owner (shm)
  (let ((stat (shm-stats shm)))
    (list (stat-uid stat) (stat-gid stat))))

(defun superuser-p ()
  (zerop (cffi:foreign-funcall "geteuid" :unsigned-int)))

(defun process-that-is-gone ()
  (let ((process (parse-integer (uiop:run-program "echo $$" :output :string) :junk-allowed t)))
    (loop repeat 100
          while (alive-p process)
          do (sleep 0.01))
    process))

(deftest leavings-are-removed
  (let ((gone (prefix (process-that-is-gone)))
        (living (prefix (cffi:foreign-funcall "getppid" :int))))
    (flet ((made (prefix)
             (let ((name (concatenate 'string prefix "leaving")))
               (make-object name)
               name)))
      (let ((names (list (made gone) (made living) (made (prefix))))
            (others (list (made "/posix-shm-test-") (made "/posix-shm-tes-1-"))))
        (unwind-protect
             (flet ((left () (remove-if-not #'object-exists-p (append names others))))
               ;; Nobody knows an object of another process that has just been made.
               (remove-leavings 600)
               (is (equal (append (subseq names 0 2) others) (left)))
               ;; The kernel's clock of files may be ahead of that of Lisp.
               (remove-leavings -1)
               (is (equal (append (subseq names 1 2) others) (left))))
          (mapc #'posix-shm/shim:pshm-delete (append names others)))))))

(deftest giving-an-object-away
  (with-object (shm)
    (let ((before (owner shm)))
      (cond ((superuser-p)
             (chown-shm shm 12 nil)
             (is (equal (list 12 (second before)) (owner shm)))
             (chown-shm shm nil 34)
             (is (equal '(12 34) (owner shm)))
             ;; (uid_t) -1, as the system's headers have it.
             (no-values (chown-shm shm #xFFFFFFFF #xFFFFFFFF))
             (is (equal '(12 34) (owner shm)))
             (chown-shm shm 56 #xFFFFFFFF)
             (is (equal '(56 34) (owner shm))))
            (t
             (is (eq :eperm (keyword-of (chown-shm shm 0 nil))))
             (is (equal before (owner shm))))))))

(deftest executable-where-asked-for
  (with-open-shm* (shm :direction :io :permissions '(:user-all))
    (is (equal '(:user-read :user-write :user-exec) (stat-mode (shm-stats shm))))))

(defun unix-nanoseconds ()
  "Now, in nanoseconds since the Unix epoch, to the second."
  (* (- (get-universal-time) 2208988800) 1000000000))

(deftest descriptions
  (with-name (name)
    (make-object name :size 123)
    (with-open-shm (shm name)
      (let ((stat (shm-stats shm)))
        (is (typep stat 'stat))
        (is (= 123 (stat-size stat)))
        (is (= 1 (stat-nlink stat)))
        (is (plusp (stat-ino stat)))
        (is (typep (stat-dev stat) '(unsigned-byte 64)))
        (is (typep (stat-rdev stat) '(unsigned-byte 64)))
        (is (plusp (stat-blksize stat)))
        (is (= 0 (stat-blocks stat)))
        (is (<= 0 (stat-uid stat)))
        (is (<= 0 (stat-gid stat)))
        (dolist (time (list (stat-atime stat) (stat-mtime stat) (stat-ctime stat)))
          (is (< (abs (- time (unix-nanoseconds))) (* 100 1000000000))))
        (delete-shm name)
        (is (= 1 (stat-nlink stat)))
        (is (= 0 (stat-nlink (shm-stats shm))))))))

(deftest deleting
  (with-name (name)
    (make-object name)
    (is (eq t (delete-shm name)))
    (is-false (object-exists-p name))
    (signals shm-does-not-exist (delete-shm name))
    (is (eq :enoent (keyword-of (delete-shm name))))))

(deftest deleting-only-the-same
  (with-name (name)
    (make-object name)
    (with-open-shm (old name :direction :io)
      (with-open-shm (new name :direction :io :if-exists :supersede)
        (is (null (delete-shm-if-same name old)))
        (is-true (object-exists-p name))
        (is (eq t (delete-shm-if-same name new)))
        (is-false (object-exists-p name))
        (signals shm-does-not-exist (delete-shm-if-same name new))))))

(deftest listing
  (with-name (name)
    (is-false (member name (list-shm) :test #'string=))
    (make-object name)
    (is-true (member name (list-shm) :test #'string=))
    (delete-shm name)
    (is-false (member name (list-shm) :test #'string=))))

(defun make-object-of-octets (octets)
  "Make an object whose name is OCTETS, whatever these are."
  (cffi:with-foreign-object (name :uint8 256)
    (loop for octet in octets
          for index from 0
          do (setf (cffi:mem-aref name :uint8 index) octet
                   (cffi:mem-aref name :uint8 (1+ index)) 0))
    (posix-shm/shim:pshm-close (posix-shm/shim:pshm-open name 2 1 2 #o600 (cffi:null-pointer)))))

(defparameter *names-in-octets*
  '((#xFF) (#x80) (#xC3) (#xC3 #x28) (#xE2 #x82) (#xE2 #x82 #x41) (#xF0 #x9F #x98) (#xF0 #x9F #x98 #x80) (#xC3 #xA9)
    (#xC0 #xAF) (#xE0 #x80 #xAF) (#xF0 #x80 #x80 #xAF) (#xF4 #x90 #x80 #x80) (#xF8 #x88 #x80 #x80 #x80)
    (#xED #xA0 #x80) (#xED #xB2 #x80) (#xED #xB3 #xBF) (#xED #xA0 #xBD #xED #xB8 #x80) (#xEF #xBF #xBD) (#xEF #xBF #xBF)
    (#x61 #xFE #x62 #xC3 #xA9 #xFE))
  "Octets of names: good and bad UTF-8 of every width, cut short, overlong, too large, and halves of pairs.")

(deftest every-name-that-is-listed-is-taken
  (with-name (base)
    (dolist (octets *names-in-octets*)
      (make-object-of-octets (append (map 'list #'char-code base) octets)))
    (let ((names (remove-if-not (lambda (name) (eql 0 (search base name))) (list-shm))))
      (is (= (length *names-in-octets*) (length names)))
      (is (= (length names) (length (remove-duplicates names :test #'string=))))
      (dolist (name names)
        (is-true (object-exists-p name))
        (with-open-shm (shm name :direction :io)
          (is (equal name (shm-name shm)))
          (is (eq t (delete-shm-if-same name shm))))
        (is-false (object-exists-p name))
        (is (= -1 (posix-shm/ffi:shm-unlink name)))
        (is (eq :enoent posix-shm/ffi:*errno*))))
    (is-false (find-if (lambda (name) (eql 0 (search base name))) (list-shm)))))

(deftest anonymous-objects
  (with-object (shm 100)
    (let ((name (shm-name shm)))
      (is (char= #\/ (char name 0)))
      (is-false (object-exists-p name))
      (is-false (member name (list-shm) :test #'string=))
      (is (= 0 (stat-nlink (shm-stats shm))))))
  (with-open-shm* (shm)
    (is (eq :eacces (keyword-of (mmap-shm shm 100)))))
  (with-open-shm* (shm :direction :io :permissions '(:user-read :group-write))
    (is (equal '(:user-read :group-write) (stat-mode (shm-stats shm))))))

(defun label-p (object)
  "Is OBJECT a name that an object could have, of 24 random digits in the end?"
  (and (stringp object)
       (= 30 (length object))
       (eql 0 (search "/pshm-" object))
       (loop for index from 6 below 30 always (digit-char-p (char object index) 16))
       (not (loop for index from 6 below 30 by 2 always (char= (char object index) (char object (1+ index)))))))

(deftest labels-of-anonymous-objects
  (let ((labels (loop repeat 50
                      collect (with-object (shm) (shm-name shm)))))
    (is (every #'label-p labels))
    (is (= 50 (length (remove-duplicates labels :test #'string=)))))
  ;; The same before and after closing, and made as well where it is first asked for afterwards.
  (let ((asked (open-shm* :direction :io))
        (unasked (open-shm* :direction :io)))
    (let ((label (shm-name asked)))
      (is-true (search label (prin1-to-string asked)))
      (close-shm asked)
      (close-shm unasked)
      (is (eq label (shm-name asked)))
      (is-true (search label (prin1-to-string asked))))
    (is (label-p (shm-name unasked)))
    (is (eq (shm-name unasked) (shm-name unasked))))
  ;; Another descriptor of the same object has the same label, whichever is asked first.
  (when (= 1 (posix-shm/shim:pshm-has "reopen"))
    (with-object (shm)
      (let ((reader (reopen-shm shm)))
        (close-shm reader)
        (is (eq (shm-name reader) (shm-name shm)))))))

(deftest no-attempts
  (without-leaks
    (let ((condition (handler-case (open-shm* :attempts 0) (error (condition) condition))))
      (is (typep condition 'shm-exists))
      (is (eq :eexist (posix-shm-error-keyword condition)))
      (is (eq 'open-shm* (posix-shm-error-operation condition)))))
  (rejects direction (open-shm* :attempts 0 :direction :output))
  (close-shm (open-shm* :attempts 1)))

(deftest huge-objects
  (if (= 1 (posix-shm/shim:pshm-has "huge-objects"))
      (let ((result (handler-case (close-shm (open-shm* :direction :io :huge t))
                      (shm-error (condition) (posix-shm-error-keyword condition)))))
        (is (member result '(t :enomem :enosys :einval))))
      (is (eq :enotsup (keyword-of (open-shm* :direction :io :huge t))))))

(deftest seals
  (if (/= 1 (posix-shm/shim:pshm-has "seals"))
      (skip "this platform has no seals")
      (progn
        (with-object (shm 4096)
          (no-values (seal-shm shm '(:shrink :grow)))
          (is (member :shrink (shm-seals shm)))
          (is (member :grow (shm-seals shm)))
          (is (eq :eperm (keyword-of (truncate-shm shm 0))))
          (is (says "seal" (report-of (truncate-shm shm 8192))))
          (is (= 4096 (stat-size (shm-stats shm))))
          (with-mmap (ptr shm 4096)
            (is (eq :ebusy (keyword-of (seal-shm shm :write)))))
          (no-values (seal-shm shm :write))
          (is (eq :eperm (keyword-of (mmap-shm shm 4096))))
          (no-values (seal-shm shm :seal))
          (is (eq :eperm (keyword-of (seal-shm shm :write)))))
        (with-name (name)
          (make-object name)
          (with-open-shm (shm name :direction :io)
            (is (eq :eperm (keyword-of (seal-shm shm :shrink)))))))))

(deftest a-description-can-be-read-back
  (with-object (shm 100)
    (let* ((stats (shm-stats shm))
           (again (with-standard-io-syntax (read-from-string (prin1-to-string stats)))))
      (is (equalp stats again)))))

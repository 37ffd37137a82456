;;;; SPDX-License-Identifier: BSD-3-Clause
;;;; What describe and shm-usage print.

(in-package #:posix-shm/test)

(defun description (object)
  (with-output-to-string (*standard-output*)
    (describe object)))

(defun mapped-at (pointer)
  "The address of POINTER as the system writes it."
  (format nil "~(~X~)-" (cffi:pointer-address pointer)))

(deftest an-open-object-is-described
  (with-name (name)
    (make-object name :size 5000 :permissions '(:user-read :user-write :group-read))
    (with-open-shm (shm name :direction :io)
      (let ((text (description shm))
            (stat (shm-stats shm)))
        (is (says "an open shared memory object." text))
        (is (says name text))
        (is (says (format nil "~D, close-on-exec" (shm-fd shm)) text))
        (is (says "5000 octets (4.9 KiB), no memory" text))
        (is (says "rw-r-----" text))
        (is (says (format nil "(~D), group" (stat-uid stat)) text)))
      (chmod-shm shm '(:user-all :other-exec))
      (allocate-shm shm 5000)
      (setf (shm-inheritable-p shm) t)
      (let ((text (description shm)))
        (is (says "rwx-----x" text))
        (is (says "8 KiB of memory" text))
        (is (says "inheritable" text))))))

(deftest sizes-below-a-kibibyte
  (with-object (shm 100)
    (is (says "100 octets, no memory" (description shm)))
    (allocate-shm shm 100)
    (is (says (format nil "100 octets, ~D KiB of memory" (floor (shm-page-size) 1024)) (description shm)))
    (truncate-shm shm 1)
    (is (says "1 octet, " (description shm))))
  (with-object (shm)
    (is (says "0 octets, no memory" (description shm))))
  (is (string= "1 octet" (posix-shm::human-octets 1)))
  (is (string= "2 octets" (posix-shm::human-octets 2))))

(deftest mappings-are-described
  (on-linux
    (with-object (shm 16384)
      (with-object (other 4096)
        (is (says "none in this process" (description shm)))
        (with-mmap (one shm 16384)
          (with-mmap (two shm 4096 :prot :read :offset 8192)
            (with-mmap (not-this other 4096)
              (let ((text (description shm)))
                (is (says (format nil "~A~(~X~) rw-s, 16 KiB from 0" (mapped-at one) (+ 16384 (cffi:pointer-address one))) text))
                (is (says (mapped-at two) text))
                (is (says "r--s, 4 KiB from 8192" text))
                (is-false (says (mapped-at not-this) text))
                (is (says (mapped-at not-this) (description other))))))
          (is-false (says "r--s" (description shm))))
        (is (says "none in this process" (description shm)))))))

(deftest seals-are-described
  (with-object (shm 100)
    (if (null (handler-case (shm-seals shm) (shm-error () '(:none))))
        (progn (is (says "Seals:" (description shm)))
               (is (says "none" (description shm)))
               (seal-shm shm '(:shrink :grow))
               (is (says ":SHRINK :GROW" (description shm))))
        (pass))))

(deftest a-closed-object-is-described
  (let ((shm (open-shm* :direction :io)))
    (close-shm shm)
    (let ((text (description shm)))
      (is (says "a closed shared memory object." text))
      (is (says (shm-name shm) text))
      (is-false (says "Size" text))))
  (let ((shm (open-shm* :direction :io)))
    (posix-shm/ffi:close (shm-fd shm))
    (is (says "Failure" (description shm)))
    (handler-case (close-shm shm)
      (shm-error () (pass)))))

(deftest devices-as-the-system-writes-them
  (is (string= "00:1a" (posix-shm::device-text #x1A)))
  (is (string= "08:01" (posix-shm::device-text #x801)))
  ;; The minor number has twenty bits, of which eight come first; the major number has more.
  (is (string= "103:12345" (posix-shm::device-text (logior #x45 (ash #x103 8) (ash #x123 20)))))
  (is (string= "1fff:00" (posix-shm::device-text (logior (ash #xFFF 8) (ash 1 44))))))

(defun usage-line (name)
  "The words of the line about NAME that shm-usage prints."
  (with-input-from-string (lines (with-output-to-string (*standard-output*) (shm-usage)))
    (loop for line = (read-line lines nil)
          while line
          when (and (search name line) (= (length line) (+ (search name line) (length name))))
            return line)))

(deftest usage-has-every-object
  (with-name (name)
    (is (null (usage-line name)))
    (make-object name :size 5000 :permissions '(:user-read :user-write))
    (let ((line (usage-line name)))
      (is (says "rw-------" line))
      (is (says "4.9 KiB" line))
      (is (says " s " line)))
    (with-open-shm (shm name :direction :io)
      (allocate-shm shm 2097152)
      (chmod-shm shm 0))
    ;; Also one that its owner may not open.
    (let ((line (usage-line name)))
      (is (says "---------" line))
      (is (search "2 MiB" line :start2 (+ 5 (search "2 MiB" line)))))
    (is (equal '() (multiple-value-list (shm-usage (make-broadcast-stream)))))
    (let ((text (with-output-to-string (stream) (shm-usage stream))))
      (is (says "owner" text))
      (is (says "object" text))
      (is (says "free" text)))))

(deftest usage-is-sorted-by-owner-and-size
  (flet ((usage (owner size)
           (posix-shm::make-usage "/x" owner '() size 0 0)))
    (is (equal '(("alice" 9) ("alice" 3) ("bob" 100))
               (mapcar (lambda (usage) (list (posix-shm::usage-owner usage) (posix-shm::usage-size usage)))
                       (sort (list (usage "bob" 100) (usage "alice" 3) (usage "alice" 9)) #'posix-shm::usage-before-p)))))
  (flet ((usage (name)
           (posix-shm::make-usage name "alice" '() 9 0 0)))
    (is (equal '("/a" "/b" "/c")
               (mapcar #'posix-shm::usage-name (sort (list (usage "/b") (usage "/c") (usage "/a")) #'posix-shm::usage-before-p)))))
  (flet ((age (seconds)
           (posix-shm::age-text (* 1000000000 (- (posix-shm::seconds-since-epoch) seconds)))))
    (is (member (age 50) '("50 s" "51 s") :test #'string=))
    (is (string= "5 min" (age 301)))
    (is (string= "3 h" (age 10810)))
    (is (string= "4 d" (age 345610)))))

(deftest usage-on-opening
  (with-name (name)
    (make-object name :size 100)
    (is (equalp (posix-shm::usage-by-opening name) (posix-shm::usage-of name)))
    (is (null (posix-shm::usage-by-opening "/no-such-shm")))))

;;; A name may have any octets but a slash and NUL. What commands a terminal is not sent to one.
(deftest usage-of-names-with-control-characters
  (let ((name (format nil "~A-~C~C[31m~C\\" (fresh-name) #\Newline (code-char 27) (code-char 127))))
    (unwind-protect
         (progn (make-object name :size 100)
                (let ((text (with-output-to-string (stream) (shm-usage stream))))
                  (is (says "-\\012\\033[31m\\177\\\\" text))
                  (is-false (find (code-char 27) text))))
      (delete-shm name))))

(deftest usage-to-what-is-no-stream
  (dolist (stream (list nil 3 "text" (make-string-input-stream "")))
    (rejects stream (shm-usage stream)))
  (is (says "object" (with-output-to-string (*standard-output*) (shm-usage t)))))

;;;; SPDX-License-Identifier: BSD-3-Clause
;;;; The session that the library is known by, line by line, as one types it in CL-USER.

(in-package #:posix-shm/test)

(defvar *session*
  '(("(use-package :posix-shm)" "T")
    ("(defparameter +shm-size+ (* 10 (cffi:foreign-type-size :int)))" "+SHM-SIZE+")
    ("(defvar *shm*)" "*SHM*")
    ("(null (setf *shm* (open-shm \"/foobar-shm\" :direction :io :if-does-not-exist :create
                                                 :permissions '(:user-read :user-write))))" "NIL")
    ("(eql 0 (search \"#<SHM for \\\"/foobar-shm\\\" \" (prin1-to-string *shm*)))" "T")
    ("(typep (shm-fd *shm*) '(integer 0))" "T")
    ("(truncate-shm *shm* +shm-size+)" "")
    ("(defparameter *ptr1* (mmap-shm *shm* +shm-size+ :prot '(:write)))" "*PTR1*")
    ("(defparameter *ptr2* (mmap-shm *shm* +shm-size+ :prot '(:read)))" "*PTR2*")
    ("(dotimes (i 10) (setf (cffi:mem-aref *ptr1* :int i) (* i 10)))" "NIL")
    ("(loop for i below 10 collect (cffi:mem-aref *ptr2* :int i))" "(0 10 20 30 40 50 60 70 80 90)")
    ("(munmap *ptr1* +shm-size+)" "")
    ("(munmap *ptr2* +shm-size+)" "")
    ("(close-shm *shm*)" "T")
    ("(with-open-shm (shm \"/foobar-shm\" :direction :io)
        (truncate-shm shm 100)
        (with-mmap (ptr shm 100)
          (setf (cffi:mem-aref ptr :int 0) 7)))" "7")
    ("(with-mmapped-shm (shm ptr (\"/foobar-shm\" :direction :io) (100))
        (cffi:mem-aref ptr :int 0))" "7")
    ("(delete-shm \"/foobar-shm\")" "T")
    ("(defvar *anon-shm* (open-shm* :direction :io :permissions '(:user-all)))" "*ANON-SHM*")
    ("(close-shm *anon-shm*)" "T")
    ("(with-open-shm* (anon-shm :direction :io :permissions '(:user-all))
        (open-shm-p anon-shm))" "T"))
  "What is typed, and what is printed.")

(defun type-into-repl (text)
  "Read and evaluate TEXT as a REPL does; return what it prints."
  (let ((*package* (find-package '#:cl-user)))
    (format nil "~{~A~^ ; ~}" (multiple-value-list (eval (read-from-string text))))))

(defun under-name (name text)
  "TEXT with NAME for the name of the session's object: other processes may have the session's own."
  (loop for start = (search "/foobar-shm" text)
        while start
        do (setf text (concatenate 'string (subseq text 0 start) name (subseq text (+ start 11))))
        finally (return text)))

(deftest the-session-gives-what-the-readme-shows
  ;; It may have been typed before, in this very image.
  (dolist (name '("*SHM*" "*ANON-SHM*"))
    (makunbound (intern name '#:cl-user)))
  (without-leaks
    (with-name (name)
      (loop for (typed expected) in *session*
            for printed = (type-into-repl (under-name name typed))
            do (is (string= expected printed) "~A printed ~A, not ~A" typed printed expected)))))

(deftest an-object-prints-as-in-the-readme
  (with-name (name)
    (make-object name)
    (let ((shm (open-shm name)))
      (is (eql 0 (search (format nil "#<SHM for ~S" name) (prin1-to-string shm))))
      (is-false (says "closed" (prin1-to-string shm)))
      (close-shm shm)
      (is (says "(closed)" (prin1-to-string shm))))))

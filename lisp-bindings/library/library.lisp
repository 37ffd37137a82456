;;;; SPDX-License-Identifier: BSD-3-Clause
;;;; Where the library is, and whether it is the right one.

(defpackage #:posix-shm/library
  (:use #:cl #:posix-shm/host #:posix-shm/compile)
  (:documentation "Finding and loading the shared object libposix-shm.")
  (:export #:load-library #:load-library-again #:ensure-library #:library #:*image* #:*loaded-image* #:*when-opened* #:*when-loaded*
           #:shm-library-error #:shm-library-error-tried #:*shm-library-folders* #:*load-shm-library-at-start*))

(in-package #:posix-shm/library)

(define-condition shm-library-error (error)
  ((message :initarg :message :initform "The shared object libposix-shm cannot be used.")
   (tried :initarg :tried :initform '() :reader tried))
  (:report (lambda (condition stream)
             (with-slots (message tried) condition
               (format stream "~A~@[~%Tried, in this order:~{~%  ~A~}~]" message tried))))
  (:documentation "The library was not found, or what was found is not the right one."))

(defun shm-library-error-tried (condition)
  "Return what was tried, in that order, each with the reason why it was not taken."
  (tried condition))

(defparameter *soname* #+darwin "libposix-shm.0.dylib" #-darwin "libposix-shm.so.0"
  "The name under which the library is installed.")

(declaim (type fixnum *image* *loaded-image*))

(defvar *library* nil "The path of the library that was loaded, or nil where the process had it by itself.")
(defvar *first-library* nil "The path of the one that was loaded before an image was dumped.")
(defvar *version* nil "The version that is needed.")
(defvar *image* 0 "Counts the images that this one descends from: descriptors of an earlier one are gone.")

;;; Folders, as native names: an image that was dumped may have no ASDF to ask, and strings survive.

(defvar *home* nil "The folder of posix-shm.asd.")
(defvar *root* nil "The folder above that of posix-shm.asd.")
(defvar *cache* nil "The folder for the compiled library, or nil where there is none.")

(defun asdf-function (name)
  (and (find-package '#:asdf) (find-symbol name '#:asdf)))

(defun parent (folder)
  "The folder above FOLDER. Cut from the text: some implementations take no file whose path has .. in it."
  (subseq folder 0 (1+ (or (position #\/ folder :from-end t :end (1- (length folder))) 0))))

(defun home ()
  "The folder of posix-shm.asd: where ASDF found it, or else where this file was compiled from."
  (let* ((from-asdf (asdf-function "SYSTEM-SOURCE-DIRECTORY"))
         (folder (or (and from-asdf (ignore-errors (native-name (funcall from-asdf "posix-shm"))))
                     (parent (native-name (make-pathname :name nil :type nil :version nil
                                                         :defaults #.(or *compile-file-truename* *load-truename*)))))))
    (or (true-folder folder) folder)))

(defun user-cache ()
  "The folder of the user's cache, or nil. One that is not absolute is no folder, says the XDG base directory specification."
  (let ((cache (environment-variable "XDG_CACHE_HOME"))
        (home (user-folder)))
    (cond ((and cache (eql #\/ (char cache 0))) cache)
          (home (format nil "~A/.cache" (string-right-trim "/" home))))))

(defun cache ()
  "Where ASDF keeps compiled files; without ASDF, a folder of the user's cache."
  (let ((translate (asdf-function "APPLY-OUTPUT-TRANSLATIONS"))
        (cache (user-cache)))
    (cond (translate (native-name (funcall translate (parse-native-name (format nil "~Ashim/" (home))))))
          (cache (format nil "~A/common-lisp/posix-shm-~A/" cache (machine-type))))))

(defun in-root (path)
  (format nil "~A~A" *root* path))

;;; Settings of a program, before it loads the library or dumps an image.

(defvar *shm-library-folders* '() "Folders, as native names, in which the library is looked for first.")
(defvar *load-shm-library-at-start* t "Is the library loaded when an image starts? Where it is not, LOAD-SHM-LIBRARY or the first object does.")
(defvar *when-opened* '() "Functions to call with the path of the library when it has been opened.")
(defvar *when-loaded* '() "Functions to call when an image that has started has the library, at once or later.")

;;; A candidate is tried by a function of the version that is needed. It returns the path of a good library, or nil and the
;;; reason why there is none.

(defun version-text (version)
  (format nil "~D.~D.~D" (floor version 1000000) (mod (floor version 1000) 1000) (mod version 1000)))

;;; CLISP and ABCL read names as the locale says; ABCL puts this character for what it cannot read.
(defun likely-reason (path)
  "Why there is no library at PATH, where the system's loader does not say."
  (cond ((find #+abcl (code-char #xfffd) #-abcl nil path) "the locale lacks characters of it")
        ((and (find #\/ path) (not (file-there-p path))) "no such file")
        (t "the system's loader gives no reason")))

(defun check-library (path version)
  (multiple-value-bind (found reason) (version-of-file path)
    (cond ((null found) (values nil (or reason (likely-reason path))))
          ((< found version) (values nil (format nil "version ~A, older than the ~A that is needed"
                                                 (version-text found) (version-text version))))
          (t path))))

;;; The folder above that of posix-shm.asd may be anybody's, such as /tmp, and so may all be that is found in it.

(defun folders-to (path root)
  "The folders from ROOT, which PATH begins with, down to that of PATH, and PATH."
  (append (loop for slash = (1- (length root)) then (position #\/ path :start (1+ slash))
                while slash collect (subseq path 0 (1+ slash)))
          (list path)))

(defun ours-p (path)
  "May nobody write PATH, or a folder from the root down to it, who may not write posix-shm.asd?"
  (trusted-p (folders-to path *root*) (owner-of *home*)))

(defparameter *not-ours* "not taken, since another user may write it or a folder that it is in")

(defun try-built (path version)
  "The library of a build tree, unless a source is newer."
  (let ((built (and (probe-file (parse-native-name path)) (file-write-date (parse-native-name path))))
        (changed (newest-source (in-root "shim/"))))
    (cond ((null built) (values nil "no such file"))
          ((not (ours-p path)) (values nil *not-ours*))
          ((and changed (> changed built)) (values nil "older than its sources: run make"))
          (t (check-library path version)))))

(defun sources-there-p ()
  "Are C sources beside the Lisp systems?"
  (values (sources (in-root "shim/"))))

(defun try-compiling (version)
  (when (and (sources-there-p) (notevery #'ours-p (list (in-root "shim/src/") (in-root "shim/include/posix-shm/"))))
    (return-from try-compiling (values nil *not-ours*)))
  (multiple-value-bind (path reason) (compile-library version (in-root "shim/") *cache*)
    (cond ((null path) (values nil reason))
          ((not (trusted-p (list (folder-of path) path))) (values nil *not-ours*))
          (t (check-library path version)))))

(defun candidate (path version)
  (cons path (lambda () (check-library path version))))

(defun in-folder (folder name)
  (format nil "~A~:[/~;~]~A" folder (eql #\/ (char folder (1- (length folder)))) name))

(defun built-paths ()
  (loop for folder in '("shim/.libs/" "build/shim/.libs/")
        collect (in-root (in-folder folder *soname*))))

(defun built-candidates (version)
  (loop for path in (built-paths)
        collect (let ((path path))
                  (cons path (lambda () (try-built path version))))))

;;; An image that was delivered runs on another machine, where the paths of the machine that built it are nobody's, or anybody's.

(defvar *machine* nil "The machine that the library was first loaded on.")
(defvar *file-names* (list *soname*) "The names that the library's file may have: the installed one, and that of the one taken.")

(defun delivered-p ()
  "Is this an image that was dumped, or a program that ECL has linked?"
  (or (plusp *image*)
      #+ecl (not (find-package '#:asdf))))

(defun here-p (path)
  "Does PATH lie on the machine where this image was made, where only root and this user may write it?"
  (and *machine*
       (equal *machine* (machine-identity))
       (trusted-p (folders-to path (if (eql (mismatch *root* path) (length *root*)) *root* (folder-of path))))))

(defun home-paths ()
  "The paths of the machine that this image was made on. Only they are absolute."
  (remove-if-not (lambda (path) (and (find #\/ path) (here-p path)))
                 (remove-duplicates (append (and *first-library* (list *first-library*)) (built-paths))
                                    :test #'string= :from-end t)))

(defun try-beside (folder path root version)
  "The library PATH below ROOT, for a program in FOLDER, unless somebody may write it who may not write there."
  (if (and (file-there-p path) (not (trusted-p (folders-to path root) (owner-of folder))))
      (values nil *not-ours*)
      (check-library path version)))

(defun beside-program (version)
  "The candidates beside the executable, and beside the image."
  (flet ((candidate (folder path root)
           (cons path (lambda () (try-beside folder path root version)))))
    (loop for folder in (program-folders)
          append (loop for name in *file-names*
                       collect (candidate folder (in-folder folder name) folder)
                       collect (candidate folder (in-folder folder (format nil "../lib/~A" name)) (in-folder folder "../"))))))

(defun folder-candidates (version)
  (loop for folder in *shm-library-folders*
        append (loop for name in *file-names* collect (candidate (in-folder folder name) version))))

(defun candidates (version)
  "The candidates, in order: a label and a function each."
  (let ((installed (candidate *soname* version)))
    (append (folder-candidates version)
            (if (delivered-p)
                (append (beside-program version)
                        (list installed)
                        (loop for path in (home-paths) collect (candidate path version)))
                (append (built-candidates version)
                        (list installed
                              (cons (format nil "compiling ~A" (in-root "shim/src")) (lambda () (try-compiling version)))))))))

(defun try (function)
  "What FUNCTION returns, or nil and the error in it as a reason."
  (handler-case (funcall function)
    (error (condition) (values nil (princ-to-string condition)))))

(defun named ()
  "What POSIX_SHM_LIBRARY names, or nil."
  (handler-case (environment-variable "POSIX_SHM_LIBRARY")
    (error (condition)
      (error 'shm-library-error :message (format nil "The environment variable POSIX_SHM_LIBRARY cannot be read in the locale: ~A"
                                             condition)))))

(defun absolute (path)
  "PATH without . and .. in it where it is relative or has ..; a bare name is left to the loader's search."
  (let ((slash (position #\/ path :from-end t)))
    (if (or (null slash) (and (eql #\/ (char path 0)) (not (search "/../" path))))
        path
        (let ((folder (true-folder (subseq path 0 (1+ slash)))))
          (if folder
              (format nil "~A~A" folder (subseq path (1+ slash)))
              path)))))

(defun find-named (name version)
  "The path of the library that NAME, the value of POSIX_SHM_LIBRARY, stands for, or an error."
  (multiple-value-bind (path reason) (try (lambda () (check-library (absolute name) version)))
    (or path
        (error 'shm-library-error
               :message (format nil "The environment variable POSIX_SHM_LIBRARY names ~A, which cannot be used: ~A." name reason)))))

(defun message-of-none ()
  (cond ((delivered-p)
         "The shared object libposix-shm was not found. Put it beside the program, or install it, or set the
environment variable POSIX_SHM_LIBRARY to its path.")
        ((sources-there-p)
         "The shared object libposix-shm was not found. Set the environment variable POSIX_SHM_LIBRARY to its path,
or install it, or install a C compiler.")
        (t "The shared object libposix-shm was not found: install the C library posix-shm, or set the environment variable
POSIX_SHM_LIBRARY to its path.")))

(defun find-candidate (version)
  (let ((tried (list "POSIX_SHM_LIBRARY: not set")))
    (loop for (text . function) in (candidates version)
          do (multiple-value-bind (path reason) (try function)
               (when path
                 (return-from find-candidate path))
               (push (format nil "~A: ~A" text reason) tried)))
    (error 'shm-library-error
           :message (message-of-none)
           :tried (reverse tried))))

(defun find-library (version)
  "The path of a library of VERSION or later, or an error that says what was tried."
  (let ((name (named)))
    (if name (find-named name version) (find-candidate version))))

;;; Loading

(defun library ()
  "Return the path of the library that was loaded, nil where the process had it by itself; and its version as text."
  (let ((version (version-in-process)))
    (values *library* (and version (version-text version)))))

(defun open-found (version)
  "Find a library of VERSION or later and open it for the whole process."
  (let ((path (find-library version)))
    (handler-case (open-library path)
      (error (condition)
        (error 'shm-library-error :message (format nil "The library ~A cannot be opened: ~A" path condition))))
    (setf *library* path)
    (dolist (function *when-opened*)
      (funcall function path))
    path))

(defun load-library (version)
  "Have a library of VERSION, a number as pshm_version gives it, or a later one in this process."
  (setf *home* (home)
        *root* (parent *home*)
        *cache* (cache))
  (let ((present (version-in-process)))
    (cond ((null present)
           (open-found version))
          ;; A second library would not replace the functions of the first.
          ((< present version)
           (error 'shm-library-error
                  :message (format nil "This Lisp has libposix-shm ~A loaded~@[ from ~A~], but needs ~A or later. Restart this Lisp."
                                   (version-text present) *library* (version-text version)))))
    (setf *version* version
          *machine* (machine-identity)
          *first-library* *library*)
    (when *library*
      (pushnew (subseq *library* (1+ (or (position #\/ *library* :from-end t) -1))) *file-names* :test #'string=))
    *library*))

(defvar *loaded-image* 0 "The image that the library was loaded for.")

(defun ensure-library ()
  "Have the library loaded, where it was put off when this image started. Return what LIBRARY returns."
  (unless (eql *loaded-image* *image*)
    (unless #+clisp nil #-clisp (version-in-process)
      (open-found *version*))
    (setf *loaded-image* *image*)
    (mapc #'funcall *when-loaded*))
  (library))

(defun load-library-again ()
  "After an image has started: find the library, wherever it is now. Descriptors of the image's past are gone."
  (incf *image*)
  (setf *library* nil)
  (when *load-shm-library-at-start*
    (ensure-library)))

(call-at-start 'load-library-again)

(defun version-number (version)
  "What pshm-version gives for VERSION, a string such as \"0.1.0\"."
  (loop with number = 0
        for start = 0 then (1+ end)
        for end = (position #\. version :start start)
        do (setf number (+ (* 1000 number) (parse-integer version :start start :end end)))
        while end
        finally (return number)))

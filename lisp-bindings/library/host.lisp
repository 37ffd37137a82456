;;;; SPDX-License-Identifier: BSD-3-Clause
;;;; Files, the environment and programs: functions that the implementations name differently. SBCL needs neither CFFI nor ASDF.

(defpackage #:posix-shm/host
  (:use #:cl)
  (:documentation "What posix-shm needs of the implementation.")
  (:export #:environment-variable #:native-name #:parse-native-name #:run #:process-id #:rename
           #:delete-if-there #:true-folder #:file-there-p #:user-folder #:open-library #:version-of-file #:version-in-process
           #:machine-identity #:program-folders #:folder-of #:words #:owner-of #:trusted-p
           #+ecl #:function-cell #+ecl #:function-pointer #:uninterrupted #:to-the-end #:with-cleanup
           #:with-undo #:briefly-unless-left #:briefly-uninterrupted #:with-interrupt-windows #:interrupt-window
           #:with-acquired #:current-thread #:swap-car #:fill-car #+ecl #:call-in-turn #:turn-into #:call-at-start #:define-inline
           #:+finalizers+ #:finalize #:cancel-finalizer))

(in-package #:posix-shm/host)

;;; What each implementation needs so that a short function costs nothing.

(defmacro define-inline (name &body definition)
  "Define the function NAME, inline. CLISP has it inline in the same file only if it is defined while that is compiled, and ECL only
if it is declared before the definition is expanded."
  #+ecl (proclaim `(inline ,name))
  `(progn
     (declaim (inline ,name))
     (#+clisp eval-when #+clisp (:compile-toplevel :load-toplevel :execute) #-clisp progn
       (defun ,name ,@definition))))

;;; Processes and files. Names are text everywhere but at the edge. There ECL 21.2 has a character for each octet, in the names
;;; of files and in the environment; ECL 24.5 still in the environment, but not in names. So each of the two is tried.

#+ecl
(defun decoded (name)
  "The text of NAME, if its characters are octets of UTF-8; else NAME."
  (handler-case (babel:octets-to-string (map '(vector (unsigned-byte 8)) #'char-code name) :encoding :utf-8 :errorp t)
    (error () name)))

#+ecl
(defun names-are-text-p ()
  "Does ECL encode the names of files by itself? Where it does not, a name with a character beyond #xFF is an error."
  (handler-case (progn (probe-file (format nil "/~C" (code-char #x20AC))) t)
    (error () nil)))

#+ecl
(defvar *names-are-text* (names-are-text-p))

(defun from-system (name)
  "The text of the file name NAME, which the implementation has from the system."
  #+ecl (if *names-are-text* name (decoded name))
  #-ecl name)

(defun to-system (name)
  "NAME as the implementation passes it to the system."
  #+ecl (if *names-are-text*
            name
            (map 'base-string #'code-char (babel:string-to-octets name :encoding :utf-8)))
  #-ecl name)

(defun environment-variable (name)
  "The value of the environment variable NAME, or nil where it is unset or empty."
  (let ((value #+sbcl (sb-ext:posix-getenv name) #-sbcl (uiop:getenv name)))
    (and value (plusp (length value)) #+ecl (decoded value) #-ecl value)))

(defun native-name (pathname)
  "PATHNAME as the system writes it."
  #+sbcl (sb-ext:native-namestring pathname) #-sbcl (from-system (uiop:native-namestring pathname)))

(defun parse-native-name (name)
  "The pathname of NAME, as the system writes it: no character of it is a wildcard on SBCL."
  #+sbcl (sb-ext:parse-native-namestring name) #-sbcl (uiop:parse-native-namestring (to-system name)))

(defun file-there-p (name)
  #+sbcl (probe-file (parse-native-name name))
  #-sbcl (zerop (cffi:foreign-funcall "access" :string name :int 0 :int)))

;;; A path that is relative begins where dlopen(3) begins, in the folder of the process.
(defun true-folder (name)
  "The absolute name, without . and .., of the folder NAME, or nil where there is none. It ends with a slash."
  #+sbcl (let* ((*default-pathname-defaults* #p"")
                (folder (probe-file (sb-ext:parse-native-namestring name nil #p"" :as-directory t))))
           (and folder (native-name folder)))
  #-sbcl (cffi:with-foreign-pointer (buffer 4097)
           (unless (cffi:null-pointer-p (cffi:foreign-funcall "realpath" :string name :pointer buffer :pointer))
             (let ((true (cffi:foreign-string-to-lisp buffer)))
               (if (string= true "/") true (concatenate 'string true "/"))))))

;;; Programs that are delivered

(defun first-line (file)
  (with-open-file (stream file :if-does-not-exist nil)
    (and stream (read-line stream nil))))

(defun machine-identity ()
  "An identifier of this machine, or nil."
  (or #+linux (ignore-errors (first-line "/etc/machine-id"))
      (ignore-errors (machine-instance))))

(defun folder-of (name)
  (subseq name 0 (1+ (or (position #\/ name :from-end t) -1))))

(defun executable ()
  "The path of the program that runs, or nil."
  #+sbcl (and sb-ext:*runtime-pathname* (native-name sb-ext:*runtime-pathname*))
  #+(and linux (not sbcl)) (ignore-errors (link-target "/proc/self/exe"))
  #-(or sbcl linux) nil)

#+(and linux (not sbcl))
(defun link-target (name)
  (cffi:with-foreign-pointer (buffer 4097)
    (let ((count (cffi:foreign-funcall "readlink" :string name :pointer buffer :long 4096 :long)))
      (and (plusp count) (cffi:foreign-string-to-lisp buffer :count count)))))

#+(or sbcl clisp)
(defun image ()
  "The path of the image that runs, as far as it is another file than the program, or nil."
  #+sbcl (and sb-ext:*core-pathname* (native-name sb-ext:*core-pathname*))
  #+clisp (let* ((words (coerce (ext:argv) 'list))
                 (image (second (member "-M" words :test #'equal))))
            (and image (find #\/ image) image)))

(defun program-folders ()
  "The folders of the program that runs and of the image that it has loaded."
  (let ((names (list (executable) #+(or sbcl clisp) (image))))
    (remove-duplicates (loop for name in names when name collect (folder-of name)) :test #'string=)))

;;; Who may write a file: SBCL asks the system, the others ask ls(1), which has one format everywhere.

(defun words (text)
  "The words of TEXT, between blanks."
  (loop for start = 0 then (1+ end)
        for end = (position #\Space text :start start)
        for word = (subseq text start end)
        unless (string= word "") collect word
        while end))

#+sbcl
(defun permissions (name)
  (let ((stat (find-symbol "UNIX-STAT" '#:sb-unix)))
    (multiple-value-bind (done device inode mode links owner group) (funcall stat name)
      (declare (ignore device inode links))
      (and done (list (list owner group (logtest #o20 mode) (logtest #o2 mode)))))))

#-sbcl
(defun listed-permissions (line)
  (destructuring-bind (modes links owner group &rest others) (words line)
    (declare (ignore links others))
    (list (parse-integer owner) (parse-integer group) (eql #\w (char modes 5)) (eql #\w (char modes 8)))))

(defun permissions-of (names)
  "A list for each of the files NAMES that is there: its owner, its group, may the group write it, may everybody?"
  #+sbcl (mapcan #'permissions names)
  #-sbcl (with-input-from-string (lines (nth-value 1 (apply #'run "ls" "-ldLn" names)))
           (loop for line = (read-line lines nil)
                 while line collect (listed-permissions line))))

(defun owner-of (name)
  "The user id that the file NAME belongs to, or nil where nothing here can say."
  (first (first (ignore-errors (permissions-of (list name))))))

(defun user-id ()
  #+sbcl (sb-unix:unix-getuid) #-sbcl (cffi:foreign-funcall "geteuid" :unsigned-int))

(defun trusted-p (names &optional keeper)
  "May nobody write the files NAMES but root, this user, and the user whose id is KEEPER?"
  (flet ((trusted-p (owner group group-writes everybody-writes)
           (and (member owner (list 0 (user-id) keeper))
                (not everybody-writes)
                ;; Many systems give each user a group of the same number, and new files to it.
                (or (not group-writes) (eql group owner)))))
    (let ((found (ignore-errors (permissions-of names))))
      (and (eql (length found) (length names))
           (every (lambda (permissions) (apply #'trusted-p permissions)) found)))))

(defun user-folder ()
  "The user's home, as HOME says or else the user database: an absolute name, or nil."
  (flet ((absolute (name)
           (and name (eql #\/ (char name 0)) name)))
    (or (absolute (environment-variable "HOME"))
        #+sbcl (absolute (ignore-errors (sb-unix:uid-homedir (sb-unix:unix-getuid)))))))

(defun run (program &rest arguments)
  "Run PROGRAM, looked up in the path. Return its exit code, and what it printed."
  #+sbcl
  (let* ((process nil)
         (output (with-output-to-string (stream)
                   (setf process (sb-ext:run-program program arguments :search t :input nil :output stream
                                                                       :error :output)))))
    (values (sb-ext:process-exit-code process) output))
  #-sbcl
  (multiple-value-bind (output errors code)
      (uiop:run-program (mapcar #'to-system (cons program arguments)) :output :string :error-output :output :ignore-error-status t)
    (declare (ignore errors))
    (values code output)))

(defun process-id ()
  #+sbcl (sb-unix:unix-getpid) #-sbcl (cffi:foreign-funcall "getpid" :int))

(defun rename (from to)
  "Give the file FROM the name TO in one step, whether or not TO exists."
  ;; Not rename-file, which fills in what TO lacks.
  (unless #+sbcl (sb-unix:unix-rename from to)
          #-sbcl (zerop (cffi:foreign-funcall "rename" :string from :string to :int))
    (error "~A cannot be renamed to ~A." from to)))

(defun delete-if-there (name)
  #+sbcl (sb-unix:unix-unlink name)
  #-sbcl (cffi:foreign-funcall "unlink" :string name :int))

;;; Images

(defun call-at-start (function)
  "Call the global function FUNCTION whenever an image that is dumped from this one starts. ECL and ABCL dump none."
  (declare (ignorable function))
  #+sbcl (pushnew function sb-ext:*init-hooks*)
  #+clisp (pushnew function custom:*init-hooks*)
  #+ccl (pushnew function ccl:*lisp-startup-functions*)
  #+cmucl (pushnew function ext:*after-save-initializations*)
  #+allegro (pushnew function excl:*restart-actions*)
  ;; LispWorks, Clasp and others have UIOP's hook, which its dump-image heeds.
  #-(or sbcl clisp ccl cmucl allegro ecl abcl) (uiop:register-image-restore-hook function nil))

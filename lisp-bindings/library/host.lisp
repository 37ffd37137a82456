;;;; SPDX-License-Identifier: BSD-3-Clause
;;;; What each implementation calls differently. On SBCL nothing here needs CFFI or ASDF.

(defpackage #:posix-shm/host
  (:use #:cl)
  (:documentation "What posix-shm needs of the implementation.")
  (:export #:environment-variable #:native-name #:parse-native-name #:run #:process-id #:rename
           #:delete-if-there #:true-folder #:file-there-p #:user-folder #:open-library #:version-of-file #:version-in-process
           #:machine-identity #:program-folders #:trusted-folder-p
           #+ecl #:function-cell #+ecl #:function-pointer #:uninterrupted #:to-the-end #:with-cleanup
           #:with-undo #:briefly-unless-left #:briefly-uninterrupted #:with-interrupt-windows #:interrupt-window
           #:with-acquired #:current-thread #:swap-car #:fill-car #:turn-into #:call-at-start #:define-inline))

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
  "NAME as the implementation hands it to the system."
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
  "What tells this machine from others, or nil."
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

(defun owner-of (folder)
  "The user id that FOLDER belongs to, or nil where nothing here can say."
  (declare (ignorable folder))
  #+sbcl (let ((stat (find-symbol "UNIX-STAT" '#:sb-unix)))
           (when (and stat (fboundp stat))
             (multiple-value-bind (done device inode mode links owner) (funcall stat folder)
               (declare (ignore device inode mode links))
               (and done owner))))
  #+clisp (let ((stat (find-symbol "FILE-STAT" '#:posix))
                (uid (find-symbol "FILE-STAT-UID" '#:posix)))
            (and stat uid (ignore-errors (funcall uid (funcall stat folder))))))

(defun trusted-folder-p (folder)
  "Does FOLDER belong to root or to this user?"
  (let ((owner (owner-of folder)))
    (and owner
         (or (zerop owner)
             (= owner #+sbcl (sb-unix:unix-getuid) #-sbcl (cffi:foreign-funcall "geteuid" :unsigned-int))))))

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

;;; Shared libraries

(defun open-library (path)
  "Make the functions of the shared library at PATH known to the whole process."
  ;; Not saved: SBCL would open it again at this very path when the image starts, and die where it is gone.
  #+sbcl (sb-alien:load-shared-object (parse-native-name path) :dont-save t)
  #-sbcl (prog1 (cffi:load-foreign-library (to-system path))
           #+ecl (forget-pointers)))

;;; ECL would look a function up at every call, by its name, in one library of the process after the other. Its pointer is kept,
;;; until a library is opened.

#+ecl
(defvar *function-cells* '() "A cell for each function that was asked for: (pointer . name), or (nil . name).")

#+ecl
(defun function-cell (name)
  "The cell of the function NAME."
  (or (find name *function-cells* :key #'cdr :test #'string=)
      (first (push (cons nil name) *function-cells*))))

#+ecl
(defun find-pointer (cell)
  (setf (car cell) (or (cffi:foreign-symbol-pointer (cdr cell))
                       (error "There is no function ~A in the libraries of this process." (cdr cell)))))

#+ecl
(declaim (inline function-pointer))

#+ecl
(defun function-pointer (cell)
  (or (car cell) (find-pointer cell)))

#+ecl
(defun forget-pointers ()
  (dolist (cell *function-cells*)
    (setf (car cell) nil)))

#+sbcl
(defun call-version (address)
  (sb-alien:alien-funcall (sb-alien:sap-alien (sb-sys:int-sap address) (function sb-alien:int))))

(defun version-in-process ()
  "The version of the library that the process has already, or nil."
  #+sbcl
  (let ((address (sb-sys:find-foreign-symbol-address "pshm_version")))
    (and address (call-version address)))
  #-sbcl
  (let ((pointer (cffi:foreign-symbol-pointer "pshm_version")))
    (and pointer (cffi:foreign-funcall-pointer pointer () :int))))

(defconstant +lazy+ 1 "RTLD_LAZY, the same everywhere.")

;;; The library is opened for the question alone: one that is refused must leave no function behind, since what is
;;; opened first is what every later call finds.
(defun version-of-file (path)
  "The version of the library at PATH, or nil and the reason why it is no such library.
The reason is nil where the implementation itself has asked the loader in the meantime."
  #+sbcl
  (let ((handle (sb-alien:alien-funcall
                 (sb-alien:extern-alien "dlopen" (function sb-alien:unsigned-long sb-alien:c-string sb-alien:int))
                 path +lazy+)))
    (if (zerop handle)
        (values nil (sb-alien:alien-funcall (sb-alien:extern-alien "dlerror" (function sb-alien:c-string))))
        (let ((address (sb-alien:alien-funcall
                        (sb-alien:extern-alien "dlsym" (function sb-alien:unsigned-long sb-alien:unsigned-long
                                                                 sb-alien:c-string))
                        handle "pshm_version")))
          (multiple-value-prog1 (if (zerop address) (values nil "it has no pshm_version") (call-version address))
            (sb-alien:alien-funcall
             (sb-alien:extern-alien "dlclose" (function sb-alien:int sb-alien:unsigned-long)) handle)))))
  #-sbcl
  (let ((handle (cffi:foreign-funcall "dlopen" :string path :int +lazy+ :pointer)))
    (if (cffi:null-pointer-p handle)
        (values nil (cffi:foreign-funcall "dlerror" :string))
        (let ((pointer (cffi:foreign-funcall "dlsym" :pointer handle :string "pshm_version" :pointer)))
          (multiple-value-prog1 (if (cffi:null-pointer-p pointer)
                                    (values nil "it has no pshm_version")
                                    (cffi:foreign-funcall-pointer pointer () :int))
            (cffi:foreign-funcall "dlclose" :pointer handle :int))))))

;;; Interrupts and threads. CLISP and ABCL have no way to hold interrupts back. What CCL, LispWorks, Allegro, Clasp and CMUCL are
;;; said here to have is from their manuals, and was not run; on any other Lisp nothing is held back, and swaps take a lock.

(defmacro uninterrupted (&body body)
  "Run BODY, which must be short and must not signal, without asynchronous interrupts."
  #+sbcl `(sb-sys:without-interrupts ,@body)
  #+(or ecl clasp) `(mp:without-interrupts ,@body)
  #+ccl `(ccl:without-interrupts ,@body)
  #+lispworks `(mp:with-interrupts-blocked ,@body)
  #+allegro `(excl:with-delayed-interrupts ,@body)
  #+cmucl `(sys:without-interrupts ,@body)
  #-(or sbcl ecl clasp ccl lispworks allegro cmucl) `(progn ,@body))

#+(and sbcl (not sb-safepoint))
(eval-when (:compile-toplevel :load-toplevel :execute)
  (defun interrupt-symbols ()
    "What says that an interrupt is pending, and what runs it, where this SBCL has both."
    (let ((symbols (list (find-symbol "*INTERRUPT-PENDING*" '#:sb-sys) (find-symbol "RECEIVE-PENDING-INTERRUPT" '#:sb-unix))))
      (and (first symbols) (second symbols) (fboundp (second symbols)) symbols))))

(defmacro briefly-uninterrupted (&body body)
  "Run BODY, a call that does not unwind, without asynchronous interrupts, and return its value. On SBCL this is
sb-sys:without-interrupts but for its unwind-protect, which takes longer than a lock."
  `(briefly-unless-left nil ,@body))

(defmacro briefly-unless-left (undo &body body)
  "The same; if an interrupt that came meanwhile leaves it, run UNDO, as a cleanup. No other interrupt costs anything."
  #+(and sbcl (not sb-safepoint))
  (destructuring-bind (&optional pending receive) (interrupt-symbols)
    (when pending
      (return-from briefly-unless-left
        `(prog1 (let ((sb-sys:*interrupts-enabled* nil)) ,@body)
           (when (and sb-sys:*interrupts-enabled* ,pending)
             ,(if undo `(with-undo (,receive) ,undo) `(,receive)))))))
  (if undo
      `(with-undo (uninterrupted ,@body) ,undo)
      `(uninterrupted ,@body)))

;;; ECL 21.2 runs an interrupt even so when it comes while memory is being allocated: the handler of its signal looks only at
;;; whether C code holds interrupts back. The arguments of a call are allocated before it, and nothing is after it: a call that
;;; an interrupt left has not been made.
(defmacro to-the-end (&body body)
  "Run BODY inside of UNINTERRUPTED, and run it again where an interrupt has left it all the same, up to twice. Return its
value, which is not nil."
  #-ecl `(progn ,@body)
  #+ecl (let ((value (gensym)))
          `(let ((,value nil))
             (flet ((body () (setf ,value (progn ,@body))))
               (declare (inline body))
               (unwind-protect (body)
                 (unless ,value
                   (unwind-protect (body)
                     (unless ,value (body)))))
               ,value))))

(defmacro with-local-interrupts (form)
  "Run FORM, inside of UNINTERRUPTED, with interrupts as they were outside of that."
  #+sbcl `(sb-sys:with-local-interrupts ,form)
  #+(or ecl clasp) `(mp:with-local-interrupts ,form)
  #+ccl `(ccl:with-interrupts-enabled ,form)
  #+lispworks `(mp:allowing-block-interrupts nil ,form)
  #-(or sbcl ecl clasp ccl lispworks) form)

(defmacro with-cleanup (form &body cleanup)
  "Run FORM with interrupts as they were, and CLEANUP without them: no interrupt comes between the two, or inside CLEANUP.
CLEANUP may be run again, as TO-THE-END says."
  #+(or sbcl ecl clasp ccl lispworks)
  `(uninterrupted
     (unwind-protect (with-local-interrupts ,form)
       (to-the-end ,@cleanup t)))
  #-(or sbcl ecl clasp ccl lispworks)
  `(unwind-protect ,form (uninterrupted ,@cleanup)))

(defmacro with-undo (form &body undo)
  "Run FORM with interrupts as they were, and return its values, with which no interrupt interferes any more. If it is left
otherwise, run UNDO, as a cleanup."
  (let ((done (gensym "DONE")))
    `(let ((,done nil))
       (#+(or sbcl ecl clasp ccl lispworks) uninterrupted #-(or sbcl ecl clasp ccl lispworks) progn
         (unwind-protect (multiple-value-prog1 (with-local-interrupts ,form)
                           (setf ,done t))
           (unless ,done
             (uninterrupted (to-the-end ,@undo t))))))))

;;; Waiting, and what is acquired by that. A window runs the interrupts that were held back, if the caller lets them run.

(defmacro with-interrupt-windows (&body body)
  "Run BODY without interrupts, but for those that run in its windows."
  #+sbcl `(sb-sys:without-interrupts (sb-sys:allow-with-interrupts ,@body))
  #+(or ecl clasp) `(mp:without-interrupts (mp:allow-with-interrupts ,@body))
  #-(or sbcl ecl clasp) `(progn ,@body))

(defmacro interrupt-window ()
  #+sbcl `(sb-sys:with-interrupts nil)
  #+(or ecl clasp) `(mp:with-interrupts nil)
  #-(or sbcl ecl clasp) nil)

(defmacro with-acquired ((variable try wait) form &body cleanup)
  "Bind VARIABLE to what TRY returns, without interrupts, or where that is nil to what WAIT returns, which has windows for them.
Unless that is nil, too, run FORM with interrupts as they were, and then CLEANUP without them, on every way out. No interrupt
comes between, where interrupts can be held back."
  #+(or sbcl ecl clasp)
  `(#+sbcl sb-sys:without-interrupts #-sbcl mp:without-interrupts
    (let ((,variable (or ,try (#+sbcl sb-sys:allow-with-interrupts #-sbcl mp:allow-with-interrupts ,wait))))
      (when ,variable
        (unwind-protect (#+sbcl sb-sys:with-local-interrupts #-sbcl mp:with-local-interrupts ,form)
          (to-the-end ,@cleanup t)))))
  #-(or sbcl ecl clasp)
  `(let ((,variable nil))
     (unwind-protect (when (setf ,variable (or ,try ,wait))
                       ,form)
       (when ,variable
         (uninterrupted ,@cleanup)))))

(defmacro current-thread ()
  "What this thread is known by: the same for none but itself."
  #+(and sbcl sb-thread) 'sb-thread:*current-thread*
  #+(or ecl clasp lispworks allegro) 'mp:*current-process*
  #+ccl 'ccl:*current-process*
  #+abcl '(threads:current-thread)
  #+(or clisp cmucl (and sbcl (not sb-thread))) t
  #-(or sbcl ecl clasp lispworks allegro ccl abcl clisp cmucl) '(uiop:symbol-call '#:bordeaux-threads '#:current-thread))

;;; Where there is neither a compare-and-swap of conses nor a lock of the implementation's, ASDF loads Bordeaux Threads.
#-(or sbcl ecl abcl ccl lispworks allegro clasp clisp cmucl)
(progn
  (defvar *swaps* (uiop:symbol-call '#:bordeaux-threads '#:make-lock "posix-shm"))
  (defun call-alone (function)
    (let ((acquire (uiop:find-symbol* '#:acquire-lock '#:bordeaux-threads))
          (release (uiop:find-symbol* '#:release-lock '#:bordeaux-threads)))
      (funcall acquire *swaps*)
      (unwind-protect (funcall function)
        (funcall release *swaps*)))))

#+sbcl
(declaim (inline swap-car))

(defun swap-car (cell new)
  "Put NEW into the car of CELL and return what was there, in one step."
  #+sbcl (loop (let ((old (car cell)))
                 (when (eq (sb-ext:compare-and-swap (car cell) old new) old)
                   (return old))))
  #+(and ecl threads) (loop (let ((old (car cell)))
                              (when (eq (mp:compare-and-swap (car cell) old new) old)
                                (return old))))
  #+clasp (loop (let ((old (car cell)))
                  (when (eq (mp:cas (car cell) old new) old)
                    (return old))))
  #+lispworks (loop (let ((old (car cell)))
                      (when (sys:compare-and-swap (car cell) old new)
                        (return old))))
  #+allegro (loop (let ((old (car cell)))
                    (when (excl:atomic-conditional-setf (car cell) new old)
                      (return old))))
  #+ccl (loop (let ((old (car cell)))
                (when (ccl::conditional-store (car cell) old new)
                  (return old))))
  #+abcl (threads:synchronized-on cell (shiftf (car cell) new))
  ;; These have one thread: what may come in between is an interrupt.
  #+(or clisp cmucl (and ecl (not threads))) (uninterrupted (shiftf (car cell) new))
  #-(or sbcl ecl abcl ccl lispworks allegro clasp clisp cmucl) (call-alone (lambda () (shiftf (car cell) new))))

(defun fill-car (cell new)
  "Put NEW into the car of CELL where it is nil. Return what is there then: every thread gets the same."
  #+sbcl (or (sb-ext:compare-and-swap (car cell) nil new) new)
  #+(and ecl threads) (or (mp:compare-and-swap (car cell) nil new) new)
  #+abcl (threads:synchronized-on cell (or (car cell) (setf (car cell) new)))
  #-(or sbcl (and ecl threads) abcl) (or (car cell) (setf (car cell) new)))

;;; Classes. An instance of SBCL says in one word whose it is. Between classes with the same slots that word is all there is to
;;; change: no lock is taken, no copy made, and no other thread sees half of it. A class that has been redefined has another
;;; word by then, and an SBCL that calls it something else is not known here: both are left to change-class.

#+sbcl
(eval-when (:compile-toplevel :load-toplevel :execute)
  (defun layout-works-p (accessor)
    "Does ACCESSOR make of an instance of one class one of another?"
    (ignore-errors
     (let ((instance (allocate-instance (find-class 'one-probe)))
           (other (allocate-instance (find-class 'other-probe))))
       (funcall (fdefinition (list 'setf accessor)) (funcall accessor other) instance)
       (eq (class-of instance) (find-class 'other-probe)))))
  (defun layout-accessor ()
    "The accessor of that word, or nil: it was renamed in SBCL 2.3.5."
    (loop for name in '("%INSTANCE-LAYOUT" "%INSTANCE-WRAPPER")
          for accessor = (find-symbol name '#:sb-kernel)
          when (and accessor (fboundp accessor) (fboundp (list 'setf accessor))
                    ;; SBCL 2.2 has both names, and only one of them is that of the whole word.
                    (layout-works-p accessor))
            return accessor))
  (defclass probe () ((slot :initform nil)))
  (defclass one-probe (probe) ())
  (defclass other-probe (probe) ()))

#+sbcl
(defmacro layout-of (class)
  "The word of the instances of CLASS, as the class is now."
  `(,(layout-accessor) (allocate-instance (find-class ',class))))

;;; A class has another word once more is known of it, such as after a method was added. So the two words are looked up again
;;; where an instance has another one than was expected.
(defmacro turn-into (to from instance)
  "Make of the variable INSTANCE, if it is of the class named FROM, one of the class named TO, which has the same slots."
  #+sbcl (let ((layout (layout-accessor)))
           (when layout
             (return-from turn-into
               `(let* ((known (load-time-value (list (cons nil nil))))
                       (words (car known)))
                  (cond ((eq (,layout ,instance) (car words))
                         (setf (,layout ,instance) (cdr words)))
                        ((typep ,instance ',from)
                         (when (eq (class-of ,instance) (find-class ',from))
                           (setf (car known) (cons (layout-of ,from) (layout-of ,to))))
                         (change-class ,instance ',to)))))))
  `(when (typep ,instance ',from)
     (change-class ,instance (load-time-value (find-class ',to)))))

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

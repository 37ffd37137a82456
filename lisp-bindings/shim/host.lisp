;;;; SPDX-License-Identifier: BSD-3-Clause
;;;; What each implementation calls differently. On SBCL nothing here needs CFFI or ASDF.

(defpackage #:posix-shm/host
  (:use #:cl)
  (:documentation "What posix-shm needs of the implementation.")
  (:export #:environment-variable #:native-name #:parse-native-name #:run #:process-id #:rename
           #:delete-if-there #:true-folder #:file-there-p #:user-folder #:open-library #:version-of-file #:version-in-process
           #:uninterrupted #:to-the-end #:with-cleanup #:swap-car #:fill-car #:turn-into #:call-at-start))

(in-package #:posix-shm/host)

;;; Processes and files. Names are text everywhere but at the edge, where ECL has a character for each octet instead: a later
;;; ECL decodes them by itself.

(defun from-system (name)
  "The text of NAME, which the implementation has from the system. On ECL what is no UTF-8 stays as it is."
  #+ecl (if (< ext:+ecl-version-number+ 230909)
            (handler-case (babel:octets-to-string (map '(vector (unsigned-byte 8)) #'char-code name) :encoding :utf-8 :errorp t)
              (error () name))
            name)
  #-ecl name)

(defun to-system (name)
  "NAME as the implementation hands it to the system."
  #+ecl (if (< ext:+ecl-version-number+ 230909)
            (map 'base-string #'code-char (babel:string-to-octets name :encoding :utf-8))
            name)
  #-ecl name)

(defun environment-variable (name)
  "The value of the environment variable NAME, or nil where it is unset or empty."
  (let ((value #+sbcl (sb-ext:posix-getenv name) #-sbcl (uiop:getenv name)))
    (and value (plusp (length value)) (from-system value))))

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
  #-sbcl (cffi:load-foreign-library (to-system path)))

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

;;; Interrupts and threads. CLISP and ABCL have no way to hold interrupts back.

(defmacro uninterrupted (&body body)
  "Run BODY, which must be short and must not signal, without asynchronous interrupts."
  #+sbcl `(sb-sys:without-interrupts ,@body)
  #+ecl `(mp:without-interrupts ,@body)
  #-(or sbcl ecl) `(progn ,@body))

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

(defmacro with-cleanup (form &body cleanup)
  "Run FORM with interrupts as they were, and CLEANUP without them: no interrupt comes between the two, or inside CLEANUP.
CLEANUP may be run again, as TO-THE-END says."
  #+sbcl `(sb-sys:without-interrupts
            (unwind-protect (sb-sys:with-local-interrupts ,form)
              ,@cleanup))
  #+ecl `(mp:without-interrupts
           (unwind-protect (mp:with-local-interrupts ,form)
             (to-the-end ,@cleanup t)))
  #-(or sbcl ecl) `(unwind-protect ,form ,@cleanup))

(defun swap-car (cell new)
  "Put NEW into the car of CELL and return what was there, in one step."
  #+sbcl (loop (let ((old (car cell)))
                 (when (eq (sb-ext:compare-and-swap (car cell) old new) old)
                   (return old))))
  #+(and ecl threads) (loop (let ((old (car cell)))
                              (when (eq (mp:compare-and-swap (car cell) old new) old)
                                (return old))))
  #+abcl (threads:synchronized-on cell (shiftf (car cell) new))
  #-(or sbcl (and ecl threads) abcl) (shiftf (car cell) new))

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
  (defun known-instances-p ()
    (let ((reader (find-symbol "%INSTANCE-WRAPPER" "SB-KERNEL")))
      (and reader (fboundp reader) (fboundp (list 'setf reader)))))
  (defun wrapper-form (class)
    `(load-time-value (,(find-symbol "%INSTANCE-WRAPPER" "SB-KERNEL") (allocate-instance (find-class ',class))))))

(defmacro turn-into (to from instance)
  "Make of the variable INSTANCE, of the class named FROM, one of the class named TO, which has the same slots."
  #+sbcl (when (known-instances-p)
           (let ((wrapper (find-symbol "%INSTANCE-WRAPPER" "SB-KERNEL")))
             (return-from turn-into
               `(if (eq (,wrapper ,instance) ,(wrapper-form from))
                    (setf (,wrapper ,instance) ,(wrapper-form to))
                    (change-class ,instance ',to)))))
  `(progn ',from (change-class ,instance (load-time-value (find-class ',to)))))

;;; Images

(defun call-at-start (function)
  "Call the global function FUNCTION whenever an image that is dumped from this one starts. ECL and ABCL dump none."
  (declare (ignorable function))
  #+sbcl (pushnew function sb-ext:*init-hooks*)
  #+clisp (pushnew function custom:*init-hooks*))

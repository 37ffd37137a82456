;;;; SPDX-License-Identifier: BSD-3-Clause
;;;; Opening shared libraries, and the versions of the ones that are open.

(in-package #:posix-shm/host)

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

;;; The library is opened only to ask for its version: a rejected one must leave no function behind, since every later call finds
;;; the functions of the library that was opened first.
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

;;;; SPDX-License-Identifier: BSD-3-Clause
;;;; The external symbols of posix-shm, with posix-shm/streams, and of posix-shm/ffi are those that the API reference describes,
;;;; and the other way round; each has a docstring; and functions and macros have the lambda lists that the reference shows. As
;;;; TAP. The environment variable top_srcdir says where the reference is.

(require "asdf")

(defpackage #:packages-test (:use #:cl))
(in-package #:packages-test)

;;; Two files that define the same function: implementations that inline the first one do not notice. CLISP names both files; others
;;; also speak of what a file defines when it is compiled, and again when it is loaded.
(defvar *redefinitions* '())

(defun note-warning (warning)
  (let ((text (princ-to-string warning)))
    (when (and (search "redefining" text) (search "was defined in /" text))
      (push text *redefinitions*)))
  (muffle-warning warning))

(handler-bind ((warning #'note-warning))
  (let ((*standard-output* (make-broadcast-stream)))
    (asdf:load-system "posix-shm/streams")))

(load (merge-pathnames "../lib/tap.lisp" *load-truename*))

;;; The reference

(defun page-lines ()
  (uiop:read-file-lines (format nil "~A/doc/api-reference.md" (uiop:getenv "top_srcdir"))
                        :external-format #+clisp charset:utf-8 #-clisp :utf-8))

(defun after (prefix line)
  "What follows PREFIX in LINE, or nil."
  (and (<= (length prefix) (length line))
       (string= prefix line :end2 (length prefix))
       (subseq line (length prefix))))

(defun names-of-heading (heading)
  "The names of `a, b*' and of `open-shm (class)', without the marks of Markdown."
  (mapcar (lambda (name) (remove #\\ (string-trim " `" name)))
          (uiop:split-string (subseq heading 0 (or (search " (" heading) (length heading))) :separator ",")))

(defun form-of (line)
  "(name lambda-list) of a signature `name argument ... => values'."
  (let* ((text (subseq line 0 (or (search " =>" line) (length line))))
         (space (or (position #\Space text) (length text))))
    (list (subseq text 0 space)
          (let ((*package* (find-package '#:packages-test)))
            (read-from-string (format nil "(~A)" (subseq text space)))))))

(defun described-in (chapter)
  "Rows of (name kind lambda-list) from a chapter of entries."
  (loop with rows = '() and names = '() and kind = nil and signature = nil and inside = nil
        for line in (page-lines)
        do (cond ((after "## " line) (setf inside (string= line chapter)))
                 ((not inside))
                 ((after "#### " line) (setf names (names-of-heading (after "#### " line)) kind nil))
                 ((and names (null kind) (after "*" line))
                  (setf kind (string-trim "*" line))
                  (dolist (name names) (push (list name kind :none) rows)))
                 ((string= line "```text") (setf signature t))
                 ((after "```" line) (setf signature nil))
                 (signature
                  (destructuring-bind (name lambda-list) (form-of line)
                    (let ((row (find-if (lambda (row) (and (string= (first row) name) (string= (second row) kind))) rows)))
                      (when row
                        (setf (third row) lambda-list))))))
        finally (return (remove "Restart" (nreverse rows) :key #'second :test #'string=))))

(defun class-precedence-lists ()
  "Lists of names from the dictionary."
  (loop for (line empty names) on (page-lines)
        when (string= line "**Class precedence list**")
          collect (loop for name in (uiop:split-string names :separator ",")
                        collect (second (uiop:split-string name :separator "`")))))

;;; The packages

(defun external-names (packages)
  (let ((names '()))
    (dolist (package packages (sort names #'string<))
      (do-external-symbols (symbol package)
        (push (string-downcase symbol) names)))))

(defun find-external (name packages)
  "The symbol NAME that one of PACKAGES exports, or nil."
  (loop for package in packages
        do (multiple-value-bind (symbol status) (find-symbol (string-upcase name) package)
             (when (eq status :external)
               (return symbol)))))

(defun lambda-list-of (symbol)
  "What the implementation reports, or :none where it reports nothing."
  (or #+sbcl (progn (require "sb-introspect")
                    (list (funcall (intern "FUNCTION-LAMBDA-LIST" "SB-INTROSPECT") symbol)))
      #+ecl (multiple-value-bind (lambda-list found) (ext:function-lambda-list symbol)
              (and found (list lambda-list)))
      #+clisp (and (not (macro-function symbol)) (list (ext:arglist symbol)))
      #+abcl (and (not (macro-function symbol))
                  (multiple-value-bind (lambda-list known) (sys::arglist symbol)
                    (and known (list lambda-list))))
      :none))

(defun class-precedence (symbol)
  "The names of the classes that SYMBOL's class inherits from, first its own."
  (let ((class (find-class symbol)))
    (when (typep class 'standard-class)
      #+sbcl (sb-mop:finalize-inheritance class)
      #+(or ecl clisp) (clos:finalize-inheritance class)
      #+abcl (mop:finalize-inheritance class))
    (mapcar #'class-name
            #+sbcl (sb-mop:class-precedence-list class)
            #+(or ecl clisp) (clos:class-precedence-list class)
            #+abcl (mop:class-precedence-list class))))

(defun plain (lambda-list)
  "LAMBDA-LIST as names: without defaults, and without what a user does not write."
  (let ((section nil))
    (labels ((name (item)
               (cond ((null item) (list '()))
                     ((and (symbolp item) (member item '(&key &optional &rest &body) :test #'string=))
                      (setf section item)
                      (list (string-downcase item)))
                     ((and (consp item) (member section '(&key &optional) :test #'string=))
                      (list (string-downcase (if (consp (first item)) (first (first item)) (first item)))))
                     ((consp item) (let ((outer section))
                                     (setf section nil)
                                     (prog1 (list (plain item))
                                       (setf section outer))))
                     (t (list (string-downcase item))))))
      (loop for item in (if (member (first lambda-list) '(&whole)) (cddr lambda-list) lambda-list)
            append (name item)))))

(defun described-at-all-p (symbol)
  (some (lambda (kind) (documentation symbol kind)) '(function type variable structure)))

;;; Slots are no definitions. ABCL keeps no docstring of a deftype.
(defparameter *never-described*
  '("Slot" #+abcl "Type" #+abcl "Bitfield" #+abcl "Foreign structure"))

;;; Results

(defun check-package (packages rows &aux (package (first packages)))
  (let ((external (external-names packages))
        (described (sort (remove-duplicates (mapcar #'first rows) :test #'string=) #'string<)))
    (tap:ok (plusp (length described)) (format nil "the reference of ~(~A~) describes something" package))
    (tap:ok (equal external described) (format nil "the external symbols of ~(~A~) are those of its reference" package)
            (format nil "only in the package: ~{~A~^ ~}" (set-difference external described :test #'string=))
            (format nil "only in the reference: ~{~A~^ ~}" (set-difference described external :test #'string=)))
    (let ((silent (remove-if (lambda (name)
                               (or (described-at-all-p (find-external name packages))
                                   (member (second (find name rows :key #'first :test #'string=)) *never-described*
                                           :test #'equal)))
                             external)))
      (tap:ok (null silent) (format nil "every symbol of ~(~A~) has a docstring" package)
              (format nil "none: ~{~A~^ ~}" silent)))
    (loop for (name kind lambda-list) in rows
          for symbol = (find-external name packages)
          for reported = (and symbol (member kind '("Function" "Macro" "Reader" "Accessor") :test #'string=) (fboundp symbol)
                              (lambda-list-of symbol))
          when (member kind '("Function" "Macro" "Reader" "Accessor") :test #'string=)
            do (cond ((not (and symbol (fboundp symbol)))
                      (tap:ok nil (format nil "~(~A~) is a ~(~A~)" name kind)))
                     ((eq reported :none)
                      (tap:ok t (format nil "the lambda list of ~(~A~) # SKIP ~A reports none" name
                                        (lisp-implementation-type))))
                     (t
                      (tap:ok (equal (plain (first reported)) (plain lambda-list))
                              (format nil "the lambda list of ~(~A~)" name)
                              (format nil "in the reference: ~S" (plain lambda-list))
                              (format nil "in ~A: ~S" (lisp-implementation-type) (plain (first reported)))))))))

(defun check-class-precedence (names)
  "Classes of the implementation's own do not count; nor does the class that some put behind conditions."
  (let* ((class (find-symbol (string-upcase (first names)) '#:posix-shm))
         (reported (loop for name in (class-precedence class)
                         when (or (eq (symbol-package name) (find-package '#:cl))
                                  ;; Of our own, also one that posix-shm has from posix-shm/library.
                                  (multiple-value-bind (symbol status) (find-symbol (symbol-name name) '#:posix-shm)
                                    (and (eq symbol name) (member status '(:internal :external)))))
                           collect (string-downcase name))))
    (tap:ok (equal names (if (subtypep class 'condition) (remove "standard-object" reported :test #'string=) reported))
            (format nil "the class precedence list of ~(~A~)" class)
            (format nil "in the reference: ~S" names)
            (format nil "in ~A: ~S" (lisp-implementation-type) reported))))

#+clisp (tap:ok (null *redefinitions*) "no definition replaces one of another file" *redefinitions*)
(check-package '(#:posix-shm #:posix-shm/streams) (described-in "## Dictionary"))
(mapc #'check-class-precedence (class-precedence-lists))
(check-package '(#:posix-shm/ffi) (described-in "## The package posix-shm/ffi"))
(tap:finish)

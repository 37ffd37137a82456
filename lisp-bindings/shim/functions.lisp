;;;; SPDX-License-Identifier: BSD-3-Clause
;;;; A function of the library as one of Lisp. CFFI defines it, but on ECL, where a call through CFFI looks for the function by
;;;; its name every time, and makes lists of the arguments for libffi: 25 µs, of which the function itself takes 0.1.

(in-package #:posix-shm/shim)

#-ecl
(defmacro define-c-function ((name lisp-name) result &rest arguments)
  `(cffi:defcfun (,name ,lisp-name) ,result ,@arguments))

#+ecl
(eval-when (:compile-toplevel :load-toplevel :execute)
  (defun call-form (pointer result arguments)
    "A call as CFFI writes it for the C compiler, or through libffi where this is interpreted."
    (let ((cffi-sys:*cffi-ecl-method* :dlopen))
      (macroexpand-1 `(cffi-sys:%foreign-funcall-pointer
                       ,pointer
                       (,@(loop for (name type) in arguments
                                collect (cffi::canonicalize-foreign-type type)
                                collect name)
                        ,(cffi::canonicalize-foreign-type result)))))))

#+ecl
(defmacro define-c-function ((name lisp-name) result &rest arguments)
  "Define LISP-NAME as the function NAME of the library, whose arguments are integers and pointers. One of its results may be a
string, with its encoding."
  (let ((call (call-form `(posix-shm/host:function-pointer (load-time-value (posix-shm/host:function-cell ,name)))
                         (if (consp result) :pointer result)
                         arguments)))
    `(defun ,lisp-name ,(mapcar #'first arguments)
       ,(if (consp result)
            `(values (cffi:foreign-string-to-lisp ,call ,@(rest result)))
            call))))

;;;; SPDX-License-Identifier: BSD-3-Clause
;;;; The macros, each a few lines over a function, so that a correction reaches compiled callers.

(in-package #:posix-shm)

;; ABCL warns where a special variable is declared ignorable.
(defmacro variables-lambda (variables &body body)
  "A function of VARIABLES, any of which BODY may leave unused."
  `(lambda ,variables
     (declare (ignorable ,@(remove-if #+abcl #'ext:special-variable-p #-abcl (constantly nil) variables)))
     ,@body))

(defmacro with-open-shm ((shm name &rest options) &body body)
  #.(doc "with-open-shm" "Macro")
  `(call-with-open-shm (variables-lambda (,shm) ,@body) ,name ,@(fold-options options)))

(defmacro with-open-shm* ((shm &rest options) &body body)
  #.(doc "with-open-shm*" "Macro")
  `(call-with-open-shm* (variables-lambda (,shm) ,@body) ,@(fold-options options)))

(defmacro with-mmap ((ptr shm length &rest options) &body body)
  #.(doc "with-mmap" "Macro")
  `(call-with-mmap (variables-lambda (,ptr) ,@body) ,shm ,length ,@(fold-options options)))

;; Of a call with constants, compilers see that they are not of the types that the body may declare.
(defun call-without-object (function)
  (funcall (the function function) nil nil))

(eval-when (:compile-toplevel :load-toplevel :execute)
  (defun expand-opened (open shm variable name-and-options call arguments truncate body)
    "Open with the macro OPEN, and run BODY with the variables SHM and VARIABLE: by CALL, with ARGUMENTS that may use SHM; and
where SHM is nil, with nil and nothing evaluated."
    (let ((function (gensym "FUNCTION")))
      `(let ((,function (variables-lambda (,shm ,variable) ,@body)))
         (declare (dynamic-extent ,function))
         (,open (,shm ,@name-and-options)
           (if ,shm
               (,call ,function ,shm ,@arguments '%truncate ,truncate)
               (call-without-object ,function))))))

  (defun expand-sized-mmap (open shm ptr name-and-options length-and-options truncate body)
    "Open with the macro OPEN, size, map, and run BODY with the variables SHM and PTR."
    (destructuring-bind (length &rest options) length-and-options
      (expand-opened open shm ptr name-and-options 'call-with-sized-mmap `(,length ,@(fold-options options)) truncate body))))

(defmacro with-open-shm-and-mmap ((shm ptr (name &rest open-options) (length &rest mmap-options) &key (truncate t))
                                  &body body)
  #.(doc "with-open-shm-and-mmap" "Macro")
  (expand-sized-mmap 'with-open-shm shm ptr (cons name open-options) (cons length mmap-options) truncate body))

(defmacro with-open-shm-and-mmap* ((shm ptr (&rest open-options) (length &rest mmap-options) &key (truncate t))
                                   &body body)
  #.(doc "with-open-shm-and-mmap*" "Macro")
  (expand-sized-mmap 'with-open-shm* shm ptr open-options (cons length mmap-options) truncate body))

;;; Other names for the same macros.

(defmacro with-mmapped-shm (&whole form
                            (shm ptr (name &rest open-options) (length &rest mmap-options) &key (truncate t))
                            &body body)
  #.(doc "with-mmapped-shm" "Macro")
  (declare (ignore shm ptr name open-options length mmap-options truncate body))
  `(with-open-shm-and-mmap ,@(rest form)))

(defmacro with-mmapped-shm* (&whole form
                             (shm ptr (&rest open-options) (length &rest mmap-options) &key (truncate t))
                             &body body)
  #.(doc "with-mmapped-shm*" "Macro")
  (declare (ignore shm ptr open-options length mmap-options truncate body))
  `(with-open-shm-and-mmap* ,@(rest form)))

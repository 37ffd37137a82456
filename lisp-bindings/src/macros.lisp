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

(eval-when (:compile-toplevel :load-toplevel :execute)
  (defun expand-sized-mmap (open shm ptr name-and-options length-and-options truncate body)
    "Open with the macro OPEN, size, map, and run BODY with the variables SHM and PTR."
    (let ((opened (gensym "SHM")))
      `(,open (,opened ,@name-and-options)
         (call-with-sized-mmap (variables-lambda (,shm ,ptr) ,@body)
                               ,opened ,(first length-and-options) ,@(fold-options (rest length-and-options))
                               '%truncate ,truncate)))))

(defmacro with-open-shm-and-mmap ((shm ptr (name &rest open-options) (length &rest mmap-options) &key (truncate t))
                                  &body body)
  #.(doc "with-open-shm-and-mmap" "Macro")
  (expand-sized-mmap 'with-open-shm shm ptr (cons name open-options) (cons length mmap-options) truncate body))

(defmacro with-open-shm-and-mmap* ((shm ptr (&rest open-options) (length &rest mmap-options) &key (truncate t))
                                   &body body)
  #.(doc "with-open-shm-and-mmap*" "Macro")
  (expand-sized-mmap 'with-open-shm* shm ptr open-options (cons length mmap-options) truncate body))

(defmacro with-mmapped-shm ((shm ptr (name &rest open-options) (length &rest mmap-options) &key (truncate t))
                            &body body)
  #.(doc "with-mmapped-shm" "Macro")
  (expand-sized-mmap 'with-open-shm shm ptr (cons name open-options) (cons length mmap-options) truncate body))

(defmacro with-mmapped-shm* ((shm ptr (&rest open-options) (length &rest mmap-options) &key (truncate t)) &body body)
  #.(doc "with-mmapped-shm*" "Macro")
  (expand-sized-mmap 'with-open-shm* shm ptr open-options (cons length mmap-options) truncate body))

;;;; SPDX-License-Identifier: BSD-3-Clause
;;;; Load the library before the bindings are: they are made for a version, which they say on their first lines.

(in-package #:posix-shm/library)

(load-library
 #.(with-open-file (bindings (merge-pathnames "bindings.lisp" (or *compile-file-truename* *load-truename*)))
     (loop for form = (read bindings)
           when (and (eq (first form) 'defconstant) (string= (second form) '+version+))
             return (third form))))

;;;; SPDX-License-Identifier: BSD-3-Clause
;;;; Load the library before the bindings are: they are made for a version, and so is this.

(in-package #:posix-shm/library)

(load-library
 #.(with-open-file (version (merge-pathnames "../version.sexp" (or *compile-file-truename* *load-truename*)))
     (version-number (read version))))

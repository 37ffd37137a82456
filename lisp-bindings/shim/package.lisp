;;;; SPDX-License-Identifier: BSD-3-Clause

(defpackage #:posix-shm/shim
  (:use #:cl)
  (:documentation "The functions and constants of libposix-shm, with the results as the shim gives them: a negative one is
a negated errno.")
  (:export #:check-int #:check-int64 #:plain-string-p #:with-simple-string #:with-c-string #:with-plain-name
           #:string-octets #:octets-string #:invalid-argument #:argument-name)
  (:export . #.(with-open-file (exports (merge-pathnames "exports.sexp" (or *compile-file-truename* *load-truename*)))
                 (read exports))))

;;;; SPDX-License-Identifier: BSD-3-Clause

(defpackage #:posix-shm/test
  (:documentation "The tests of posix-shm.")
  (:use #:cl #:posix-shm)
  (:import-from #:fiveam #:is #:is-true #:is-false #:signals #:finishes #:skip #:pass #:fail)
  (:export #:run-tests))

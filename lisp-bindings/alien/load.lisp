;;;; SPDX-License-Identifier: BSD-3-Clause
;;;; Loads the package posix-shm/alien into SBCL without ASDF or CFFI.

(in-package #:cl-user)

(dolist (file '("implementation" "../library/host" "../library/dlopen" "../library/interrupts" "../library/threads"
                "../library/classes" "../library/compile" "../library/library" "../library/load" "bindings"))
  (load (merge-pathnames (concatenate 'string file ".lisp") *load-truename*)))

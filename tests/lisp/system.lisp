;;;; SPDX-License-Identifier: BSD-3-Clause
;;;; posix-shm/alien as a system, where ASDF knows no CFFI.

(require "asdf")
(asdf:load-system "posix-shm/alien")
(assert (not (find-package "CFFI")))
(assert (plusp (funcall (read-from-string "posix-shm/alien:pshm-version"))))

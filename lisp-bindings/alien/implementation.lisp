;;;; SPDX-License-Identifier: BSD-3-Clause

(in-package #:cl-user)

#-sbcl (error "posix-shm/alien is for SBCL. Elsewhere, load posix-shm/shim: the same functions through CFFI.")

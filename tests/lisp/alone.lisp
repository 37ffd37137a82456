;;;; SPDX-License-Identifier: BSD-3-Clause
;;;; Load the Lisp tree, or the system of it that LOADS names, and print the version of each system, what else describes it, and a
;;;; docstring of each package.

(require "asdf")
(handler-case
    (progn
      (asdf:load-system (or (uiop:getenv "LOADS") "posix-shm"))
      (dolist (name '("posix-shm" "posix-shm/library" "posix-shm/shim" "posix-shm/ffi" "posix-shm/alien" "posix-shm/test"))
        (let ((system (asdf:find-system name)))
          (format t "~&SYSTEM ~A ~A ~:[incomplete~;complete~]~%" name (asdf:component-version system)
                  (every (lambda (text) (and (stringp text) (plusp (length text))))
                         (list (asdf:system-description system) (asdf:system-long-description system)
                               (asdf:system-author system) (asdf:system-maintainer system) (asdf:system-license system)
                               (asdf:system-homepage system) (asdf:system-bug-tracker system)
                               (second (asdf:system-source-control system)))))))
      (format t "~&VERSION ~:[refused~;satisfied~]~%"
              (asdf:version-satisfies (asdf:find-system "posix-shm") "0.0.7"))
      (loop for (name package) in '(("DELETE-SHM" "POSIX-SHM") ("STRERROR" "POSIX-SHM/FFI"))
            when (find-package package)
              do (format t "~&DOCSTRING ~A ~:[old~;changed~]~%" name
                         (search "CHANGED" (documentation (find-symbol name package) 'function))))
      (finish-output))
  (error (condition)
    (format t "~&ERROR ~A~%" condition)
    (finish-output)
    (uiop:quit 1)))
(uiop:quit 0)

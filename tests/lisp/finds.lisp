;;;; SPDX-License-Identifier: BSD-3-Clause
;;;; Load posix-shm/library in SBCL without ASDF or CFFI: LISP_BINDINGS is the folder, VERSION the version to request after loading.

(handler-case
    (progn
      (dolist (file '("host" "dlopen" "interrupts" "threads" "classes" "compile" "library" "load"))
        (load (format nil "~A/library/~A.lisp" (sb-ext:posix-getenv "LISP_BINDINGS") file)))
      (format t "~&LIBRARY ~A~%" (funcall (read-from-string "posix-shm/library:library")))
      (let ((version (sb-ext:posix-getenv "VERSION")))
        (when version
          (funcall (read-from-string "posix-shm/library:load-library") (parse-integer version)))))
  (error (condition)
    ;; SBCL has begun a line of its own on the error stream.
    (format t "~%ERROR ~A~%" condition)
    (sb-ext:exit :code 1)))

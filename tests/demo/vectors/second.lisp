;;;; SPDX-License-Identifier: BSD-3-Clause
;;;; The second process: maps the array that the first one has made, and works when it is told to.

(load (merge-pathnames "work.lisp" *load-truename*))

(defun answer (control &rest arguments)
  (format t "~?~%" control arguments)
  (finish-output))

(defun serve (name length)
  (with-open-shm-vector (shm vector (name :direction :io :if-does-not-exist :error)
                         ('double-float (* 3 length)) :truncate nil)
    (declare (ignore shm))
    (answer "ready")
    (loop for line = (read-line)
          until (string= line "end")
          do (work vector 1 (parse-integer line) length)
             (answer "done"))
    (answer "Lisp:   the second process sees ~S as the last" (aref vector (1- (length vector))))))

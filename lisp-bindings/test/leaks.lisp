;;;; SPDX-License-Identifier: BSD-3-Clause
;;;; Objects that close themselves once they are garbage, objects of users' classes, and descriptors that programs inherit.

(in-package #:posix-shm/test)

(defun collect-garbage ()
  #+sbcl (sb-ext:gc :full t)
  #+ecl (progn (si:gc t) (make-list 10000))
  #+clisp (ext:gc)
  #+abcl (ext:gc))

(defvar *leaks* '() "What was warned of: names and descriptors.")

(defun call-counting-leaks (function)
  "Call FUNCTION while warnings go to *leaks*."
  (let ((warn (fdefinition 'posix-shm::warn-of-leak)))
    (setf *leaks* '())
    (unwind-protect (progn (setf (fdefinition 'posix-shm::warn-of-leak)
                                 (lambda (name descriptor) (push (cons name descriptor) *leaks*)))
                           (funcall function))
      (setf (fdefinition 'posix-shm::warn-of-leak) warn))))

(defmacro counting-leaks (&body body)
  `(call-counting-leaks (lambda () ,@body)))

;; What an earlier test has lost may be found late.
(defun leaks-of (name)
  "The leaks of the object NAME, or with nil of those without a name."
  (remove-if-not (lambda (leak) (if name (equal name (car leak)) (posix-shm::anonymous-name-p (car leak)))) *leaks*))

(defun wait-for-leaks (count name)
  "Collect garbage until COUNT were warned of, or for some seconds."
  (loop repeat 100
        until (<= count (length (leaks-of name)))
        do (collect-garbage)
           #+ecl (close-shm (open-shm*))
           (sleep 0.05)))

(defun lose (function count)
  "Call FUNCTION so often, keep nothing of its results, and leave nothing of them on the stack. Return how often."
  (loop repeat count do (funcall function))
  (labels ((deep (depth) (if (zerop depth) 0 (1+ (deep (1- depth))))))
    (deep 200))
  count)

(deftest leaked-objects-are-closed
  (with-name (name)
    (make-object name)
    (let ((before (open-descriptors)))
      (counting-leaks
        (lose (lambda () (shm-fd (open-shm name :finalize t))) 40)
        ;; A stack may seem to refer to some of them.
        (wait-for-leaks 35 name)
        (let ((leaks (leaks-of name)))
          (is (<= 35 (length leaks) 40))
          (is (null (intersection (mapcar #'cdr leaks) before)))
          (is (<= (length (left-open before)) (- 40 (length leaks)))))))))

(deftest leaked-objects-without-a-name
  (counting-leaks
    (lose (lambda () (shm-fd (open-shm* :finalize t))) 10)
    (wait-for-leaks 8 nil)
    (is (<= 8 (length (leaks-of nil)) 10)))
  (if (posix-shm::feature-p "publish")
      (with-name (name)
        (counting-leaks
          (lose (lambda ()
                  (let ((shm (open-shm* :direction :io :finalize t :nameable t)))
                    (publish-shm shm name :if-exists :supersede)))
                10)
          (wait-for-leaks 8 name)
          (is (<= 8 (length (leaks-of name)) 10))))
      (pass)))

;; It finds an empty cell otherwise, so that only its own memory tells.
#+sbcl
(deftest a-closed-object-has-no-finalizer
  (let ((shm nil)
        (finalizer nil))
    (lose (lambda ()
            (call-hooked 'posix-shm/host:finalize
                         (lambda (original object function)
                           (setf finalizer (sb-ext:make-weak-pointer function))
                           (funcall original object function))
                         (lambda () (setf shm (open-shm* :finalize t)))))
          1)
    (collect-garbage)
    (is-true (sb-ext:weak-pointer-value finalizer))
    (lose (lambda () (close-shm shm)) 1)
    (collect-garbage)
    (is-false (sb-ext:weak-pointer-value finalizer))
    (is-false (open-shm-p shm))))

(deftest closing-cancels-the-finalizer
  (without-leaks
    (with-name (name)
      (make-object name)
      (counting-leaks
        (let ((others '()))
          (lose (lambda ()
                  (let ((shm (open-shm name :finalize t)))
                    (close-shm shm)
                    ;; It gets the number of the descriptor that was closed.
                    (push (open-shm*) others)))
                20)
          (lose (lambda () (with-open-shm (shm name :finalize t) (shm-fd shm))) 20)
          (loop repeat 5 do (collect-garbage) (sleep 0.05) (close-shm (open-shm* :finalize t)))
          (is (null (leaks-of name)))
          (is-true (every (lambda (shm) (stat-size (shm-stats shm))) others))
          (mapc #'close-shm others))))))

(deftest without-finalize-nothing-is-closed
  (with-name (name)
    (make-object name)
    (let ((descriptors '()))
      (counting-leaks
        (lose (lambda () (push (shm-fd (open-shm name)) descriptors)) 10)
        (loop repeat 3 do (collect-garbage) (sleep 0.05) (close-shm (open-shm* :finalize t)))
        (is (null (leaks-of name)))
        (is (null (set-difference descriptors (open-descriptors))))
        (mapc #'posix-shm/ffi:close descriptors)))))

(deftest an-object-that-is-not-opened-leaks-nothing
  (without-leaks
    (counting-leaks
      (with-name (name)
        (lose (lambda () (open-shm name :if-does-not-exist nil :finalize t)) 5)
        (lose (lambda () (handler-case (open-shm name :finalize t) (shm-does-not-exist () nil))) 5)
        (loop repeat 3 do (collect-garbage) (sleep 0.05) (close-shm (open-shm* :finalize t)))
        (is (null (leaks-of name)))))))

(deftest the-warning-names-the-object
  (let ((cell (posix-shm::cell-of (open-shm* :direction :io))))
    (handler-case (progn (posix-shm::close-leaked cell (list "/some-name"))
                         (posix-shm::report-leaks))
      (shm-leaked (condition)
        (is (string= "/some-name" (shm-error-name condition)))
        (is (says "/some-name" (princ-to-string condition)))
        (is (says "with-open-shm" (princ-to-string condition))))
      (:no-error (&rest values)
        (fail "nothing was signalled, but ~S returned" values)))
    (is (null (car cell)))
    (is (null (posix-shm::close-leaked cell (list "/some-name"))))))

(deftest a-descriptor-that-others-have-closed-is-not-named
  (let* ((shm (open-shm* :direction :io))
         (cell (posix-shm::cell-of shm)))
    (posix-shm/ffi:close (shm-fd shm))
    (counting-leaks
      (posix-shm::close-leaked cell (list "/some-name"))
      (posix-shm::report-leaks)
      (is (equal '("/some-name") (find "/some-name" *leaks* :key #'car :test #'equal))))))

(deftest an-unmapped-vector-keeps-no-object
  (dolist (use (list (lambda (shm) (unmap-shm-vector (map-shm-vector shm '(unsigned-byte 8) 4096)))
                     (lambda (shm) (with-shm-array (array shm 'double-float '(8 8)) (shm-aref array 1 1)))
                     (lambda (shm) (with-shm-array (array shm '(unsigned-byte 16) '(8 8) :release t) (shm-aref array 1 1)))))
    (with-name (name)
      (make-object name :size 4096)
      (counting-leaks
        (lose (lambda ()
                (funcall use (open-shm name :direction :io :finalize t))
                nil)
              10)
        (wait-for-leaks 8 name)
        (is (<= 8 (length (leaks-of name)) 10) "~D of ~S" (length (leaks-of name)) use))))
  ;; Nor do a vector and a lock that are kept.
  (with-name (name)
    (make-object name :size 100)
    (let ((kept '()))
      (counting-leaks
        (lose (lambda ()
                (let ((shm (open-shm name :direction :io :finalize t)))
                  (with-shm-vector (vector shm '(unsigned-byte 64) 10)
                    (push (list vector (make-shm-lock vector)) kept))
                  nil))
              10)
        (wait-for-leaks 8 name)
        (is (<= 8 (length (leaks-of name)) 10)))
      (is (= 10 (length kept)))
      (is (says name (prin1-to-string (second (first kept))))))))

#+ecl
(deftest a-handler-of-leaks-that-leaves
  (let ((shm (open-shm* :direction :io))
        (told '()))
    (posix-shm::report-leaks)
    (let ((posix-shm::*finalizing* t))
      (dolist (name '("/one" "/two" "/three"))
        (posix-shm::keep-leak (list (list name))))
      (flet ((close-and-leave ()
               (handler-case (close-shm shm)
                 (shm-leaked (condition) (push (shm-error-name condition) told)))))
        (close-and-leave)
        (is-false (open-shm-p shm))
        (close-and-leave)
        (close-and-leave)
        (is (null (set-exclusive-or '("/one" "/two" "/three") told :test #'equal)))
        (is (null (close-and-leave)))))))

;;; Classes of users

(defclass frame-shm (open-shm)
  ((frames :initform 0 :accessor frames-of)))

(deftest a-subclass-keeps-its-slots
  (without-leaks
    (with-name (name)
      (make-object name :size 100)
      (dolist (class (list 'frame-shm (find-class 'frame-shm)))
        (let ((shm (open-shm name :class class)))
          (is (typep shm 'frame-shm))
          (is (= 100 (stat-size (shm-stats shm))))
          (setf (frames-of shm) 7)
          (is (eq t (close-shm shm)))
          (is (eq nil (close-shm shm)))
          (is (= 7 (frames-of shm)))
          (is (typep shm 'frame-shm))
          (is-false (open-shm-p shm))
          (is (string= name (shm-name shm)))
          (is (says "(closed)" (prin1-to-string shm)))
          (rejects shm (shm-fd shm))
          (rejects shm (truncate-shm shm 0))
          (is (= 7 (frames-of shm))))))
    (with-open-shm* (shm :class 'frame-shm :direction :io)
      (is (typep shm 'frame-shm))
      (is (= 0 (frames-of shm))))
    (let ((plain (open-shm*)))
      (close-shm plain)
      (is (eq 'closed-shm (type-of plain))))))

(deftest bad-classes-are-rejected
  (with-name (name)
    (dolist (class (list 'no-such-class 'shm 'closed-shm 'string 7 "open-shm" nil))
      (rejects class (open-shm name :class class))
      (rejects class (open-shm* :class class)))
    (is-false (object-exists-p name))))

;;; Programs that inherit, as the reference has them in a table.

(defun reading-command (fd)
  (format nil "cat /dev/fd/~D 2>/dev/null; exit 0" fd))

(defun lines-of (stream)
  (unwind-protect (format nil "~{~A~}" (loop for line = (read-line stream nil) while line collect line))
    (close stream)))

(defun run-programs (fd)
  "What a shell reads from the descriptor FD, for each way to start it: name, expected if it is inheritable, and text."
  (let ((command (list "/bin/sh" "-c" (reading-command fd))))
    (declare (ignorable command))
    (append
     #+sbcl (flet ((run (&rest options)
                     (with-output-to-string (output)
                       (apply #'sb-ext:run-program (first command) (rest command) :output output options))))
              (list (list "run-program" nil (run))
                    (list ":preserve-fds" t (run :preserve-fds (list fd)))))
     #+ecl (list (list "ext:run-program" t (lines-of (ext:run-program (first command) (rest command) :output :stream))))
     #+clisp (list (list "ext:run-program" nil
                         (lines-of (ext:run-program (first command) :arguments (rest command) :output :stream))))
     #+abcl (list (list "system:run-program" nil
                        (lines-of (sys:process-output (sys:run-program (first command) (rest command))))))
     (list (list "uiop:run-program" #+ecl t #-ecl nil (uiop:run-program command :output :string :ignore-error-status t)))
     #-clisp (list (list "uiop:launch-program" #+ecl t #-ecl nil
                         (lines-of (uiop:process-info-output (uiop:launch-program command :output :stream))))))))

(deftest programs-inherit-as-the-reference-says
  (with-object (shm 5)
    (write-shm shm (octets 104 101 108 108 111))
    (let ((fd (posix-shm/ffi:dup (shm-fd shm))))
      (dolist (inheritable '(t nil))
        (let ((other (make-shm fd)))
          (setf (shm-inheritable-p other) inheritable)
          (loop for (name passed text) in (run-programs fd)
                do (is (string= (if (and inheritable passed) "hello" "") text) "~A, inheritable ~S: ~S" name inheritable text))))
      (posix-shm/ffi:close fd))))

;;;; SPDX-License-Identifier: BSD-3-Clause
;;;; open-shm, and the restarts around it.

(in-package #:posix-shm)

(defconstant +default-permissions+ (logior +pshm-mode-user-read+ +pshm-mode-user-write+
                                           +pshm-mode-group-read+ +pshm-mode-other-read+))

(defun failure-class (operation result)
  "The class of the condition for RESULT of OPERATION. To have no file system for objects is another failure than to have no
object."
  (cond ((eql result (- *eexist*)) 'shm-exists)
        ((/= result (- *enoent*)) 'shm-error)
        ((and (eq operation 'open-shm) (file-system-missing-p)) 'shm-error)
        (t 'shm-does-not-exist)))

(defun named-failure (operation result name)
  "The condition for RESULT of an operation on a name."
  (failure (failure-class operation result) operation result name))

(declaim (inline make-options))

(defstruct options
  "The arguments of open-shm as the library takes them."
  (direction 0 :type fixnum)
  (if-exists 0 :type fixnum)
  (if-does-not-exist 0 :type fixnum)
  (permissions 0 :type fixnum))

(declaim (inline open-cell))

(defun open-cell (cell name options)
  "Open into CELL what NAME points to. Return the library's result, and whether the object was created."
  (cffi:with-foreign-object (created :int)
    (let* ((direction (options-direction options))
           (if-exists (options-if-exists options))
           (if-does-not-exist (options-if-does-not-exist options))
           (permissions (options-permissions options))
           (result (briefly-unless-left (close-cell cell)
                     (let ((result (pshm-open name direction if-exists if-does-not-exist permissions created)))
                       (unless (minusp result)
                         (setf (car cell) result))
                       result))))
      (values result (and (not (minusp result)) (= 1 (cffi:mem-ref created :int)))))))

(defun open-another (cell name options)
  "Open into CELL the object NAME, which is none of those that most have, but well-formed."
  (let ((name (portable-name name)))
    (with-c-string (name)
      (open-cell cell name options))))

(defun nil-asked-p (result options)
  (or (and (eql result (- *eexist*)) (= (options-if-exists options) +pshm-if-exists-nil+))
      (and (eql result (- *enoent*)) (= (options-if-does-not-exist options) +pshm-if-does-not-exist-nil+)
           (not (file-system-missing-p)))))

;; Calls and returns cost most right after a system call: there are few on the way that most take.
(declaim (inline try-open))

(defun try-open (shm name options &aux (cell (cell-of shm)))
  "Open NAME as SHM. Return SHM, or nil where nil was asked for; whether it was created; and what went wrong, or nil."
  (multiple-value-bind (result created)
      (and (simple-string-p name)
           (with-plain-name (pointer name)
             (open-cell cell pointer options)))
    (declare (type (or null fixnum) result))
    (unless result
      (let ((condition (name-error name 'open-shm)))
        (when condition
          (return-from try-open (values nil nil condition))))
      (setf name (kept-name name)
            (values result created) (open-another cell name options)))
    (setf (name-or-label shm) name)
    (cond ((not (minusp result)) (values shm created nil))
          ((nil-asked-p result options) (values nil nil nil))
          (t (values nil nil (named-failure 'open-shm result name))))))

(defun read-another-name ()
  (format *query-io* "~&Another name, as a string: ")
  (finish-output *query-io*)
  (list (let ((*read-eval* nil))
          (read *query-io*))))

;;; For invoke-shm-restart: restarts of the same names may be around that are somebody else's.
(defvar *restarts* '() "The restarts that failures offer, the innermost first.")

(defun signal-with-restarts (condition others)
  "Signal CONDITION, with the restarts that are around it but for OTHERS."
  (let* ((ours (set-difference (compute-restarts) others))
         (*restarts* (append ours *restarts*)))
    (with-condition-restarts condition ours
      (error condition))))

(defun name-to-try (condition name options &aux (others (compute-restarts)))
  "Signal CONDITION, which came of opening NAME, and offer the restarts. Return the name to open next, with OPTIONS as they
are then."
  (flet ((exists-p (ignored)
           (declare (ignore ignored))
           (typep condition 'shm-exists))
         (missing-p (ignored)
           (declare (ignore ignored))
           (typep condition 'shm-does-not-exist))
         (create-or (if-exists)
           (setf (options-if-exists options) if-exists
                 (options-if-does-not-exist options) +pshm-if-does-not-exist-create+)
           name))
    (restart-case (signal-with-restarts condition others)
      (continue ()
        :report "Try again."
        name)
      (use-value (another-name)
        :report "Open another name."
        :interactive read-another-name
        another-name)
      (overwrite ()
        :test exists-p
        :report "Open the object that exists, as it is."
        (create-or +pshm-if-exists-overwrite+))
      (truncate ()
        :test exists-p
        :report "Open the object that exists, and empty it."
        (create-or +pshm-if-exists-truncate+))
      (supersede ()
        :test exists-p
        :report "Replace the existing object with a new one."
        (create-or +pshm-if-exists-supersede+))
      (create ()
        :test missing-p
        :report "Create it."
        (create-or (options-if-exists options))))))

(declaim (inline open-with-restarts))

(defun open-with-restarts (shm name options)
  "Open NAME as SHM, and offer the restarts as long as it fails. Return what open-shm returns."
  (loop
    (multiple-value-bind (shm-or-nil created condition) (try-open shm name options)
      (unless condition
        (return (values shm-or-nil created)))
      (setf name (name-to-try condition name options)))))

;;; The keywords of open-shm and of what wraps it, written once.
(eval-when (:compile-toplevel :load-toplevel :execute)
  (defparameter *open-keys*
    '(&key (direction :input) (if-exists :overwrite) (if-does-not-exist nil if-does-not-exist-p)
           (permissions +default-permissions+) (class 'open-shm) finalize)))

(declaim (inline parse-options))

(defun parse-options (direction if-exists if-does-not-exist if-does-not-exist-p permissions)
  ;; The defaults are what most calls have: they are not looked up.
  (make-options :direction (if (eq direction :input)
                               +pshm-direction-input+
                               (choice-value direction 'direction *directions* 'open-shm))
                :if-exists (if (eq if-exists :overwrite)
                               +pshm-if-exists-overwrite+
                               (choice-value if-exists 'if-exists *if-exists* 'open-shm))
                :if-does-not-exist (if if-does-not-exist-p
                                       (choice-value if-does-not-exist 'if-does-not-exist *if-does-not-exist* 'open-shm)
                                       +pshm-if-does-not-exist-default+)
                :permissions (if (eql permissions +default-permissions+)
                                 permissions
                                 (flags-value permissions *permissions* 'open-shm))))

(declaim (inline open-object))

(defun open-object (shm name options finalize)
  "Open NAME as SHM, which closes itself once it is garbage if FINALIZE is true. Return what open-shm returns."
  (flet ((open-it ()
           (open-with-restarts shm name options)))
    (declare (dynamic-extent #'open-it))
    (if finalize (call-finalizing #'open-it shm 'open-shm) (open-it))))

(defun open-shm (name . #.*open-keys*)
  #.(doc "open-shm")
  (let ((options (parse-options direction if-exists if-does-not-exist if-does-not-exist-p permissions)))
    (declare (dynamic-extent options))
    (open-object (make-object class 'open-shm) name options finalize)))

(define-folding open-shm 1)

(defun call-with-open-shm (function name . #.*open-keys*)
  "Call FUNCTION with what open-shm returns for NAME and the options, and close it on every way out."
  (let ((shm (make-object class 'open-shm))
        (options (parse-options direction if-exists if-does-not-exist if-does-not-exist-p permissions)))
    (call-and-close (lambda () (funcall function (values (open-object shm name options finalize)))) shm)))

;;; The restarts' names stay inside: they conflict with other packages' symbols where this one is used.

(define-condition no-such-restart (control-error)
  ((restart :initarg :restart))
  (:report (lambda (condition stream)
             (format stream "No failure of an operation on an object offers the restart ~(~S~) here."
                     (slot-value condition 'restart)))))

(defun invoke-shm-restart (restart &rest arguments)
  #.(doc "invoke-shm-restart")
  (let ((name (cdr (assoc restart '((:continue . continue) (:use-value . use-value) (:overwrite . overwrite)
                                    (:truncate . truncate) (:supersede . supersede) (:create . create)
                                    (:extend . extend) (:repair . repair))))))
    (unless name
      (reject 'invoke-shm-restart 'restart restart
              '(member :continue :use-value :overwrite :truncate :supersede :create :extend :repair)
              "it must be one of :CONTINUE :USE-VALUE :OVERWRITE :TRUNCATE :SUPERSEDE :CREATE :EXTEND :REPAIR."))
    (apply #'invoke-restart
           (or (find name *restarts* :key #'restart-name) (error 'no-such-restart :restart restart))
           arguments)))

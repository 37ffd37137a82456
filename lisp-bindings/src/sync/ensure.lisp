;;;; SPDX-License-Identifier: BSD-3-Clause
;;;; Whichever process comes first makes an object, and the others find it complete.

(in-package #:posix-shm)

(defstruct (wanted (:constructor make-wanted (name portable direction size permissions initialize timeout)))
  "The object that ensure-shm is asked for, with the arguments as the library takes them."
  name portable direction size permissions initialize timeout)

;;; The keywords of ensure-shm and of what wraps it, written once.
(eval-when (:compile-toplevel :load-toplevel :execute)
  (defparameter *ensure-keys*
    '(&key initialize (direction :io) (permissions +default-permissions+) (timeout 10))))

(defun check-initialize (value)
  (if (typep value '(or function symbol))
      value
      (reject 'ensure-shm 'initialize value '(or function symbol) "it must be a function of one argument, or nil.")))

(defun parse-wanted (name size initialize direction permissions timeout)
  (let ((name (check-name name 'ensure-shm)))
    (make-wanted name (portable-name name)
                 (choice-value direction 'direction *directions* 'ensure-shm)
                 (check-size size 'size 'ensure-shm)
                 (flags-value permissions *permissions* 'ensure-shm)
                 (check-initialize initialize)
                 (check-timeout timeout 'ensure-shm))))

(defun check-wanted (result wanted)
  "Return RESULT, unless it is an error."
  (if (minusp result)
      (error (named-failure 'ensure-shm result (wanted-name wanted)))
      result))

;;; Opening what is there

(defun look-for (shm wanted left)
  "Open the object as SHM, if it comes within the seconds LEFT or a part of them. Return the library's result."
  (await-object (cell-of shm) (wanted-portable wanted) (wanted-direction wanted) (wanted-size wanted) left))

(defun missing-p (name)
  "Is there no object NAME, complete or not?"
  (let ((result 0)
        (created (cffi:null-pointer)))
    (with-c-string (name)
      (uninterrupted
        (setf result (pshm-open name +pshm-direction-input+ +pshm-if-exists-default+ +pshm-if-does-not-exist-nil+ 0 created))
        (unless (minusp result)
          (pshm-close result))))
    (eql result (- *enoent*))))

;;; Making it

(defmacro with-own-object ((shm &rest undo) &body body)
  "Run BODY, which makes an object and returns true when it has its name and is complete. Otherwise, and on every other way out, run
UNDO and close the object."
  (let ((kept (gensym "KEPT")))
    `(let ((,kept nil))
       (with-cleanup (setf ,kept (progn ,@body))
         (unless ,kept
           ,@undo
           (close-cell (cell-of ,shm))))
       ,kept)))

(defun fill-object (shm wanted)
  "Give the new object its memory and its contents."
  (let* ((descriptor (descriptor shm 'ensure-shm))
         (size (wanted-size wanted))
         (result (uninterrupted (pshm-allocate descriptor size))))
    (check-wanted (if (eql result (- *enotsup*)) (pshm-truncate descriptor size) result) wanted)
    (when (wanted-initialize wanted)
      (funcall (wanted-initialize wanted) shm))))

(defun replace-descriptor (shm open)
  "Have SHM own the descriptor that the function OPEN makes, if it makes one, and close the old one. Return the library's result."
  (let ((cell (cell-of shm))
        (result 0))
    (uninterrupted
      (setf result (funcall open))
      (unless (minusp result)
        (pshm-close (swap-car cell result))))
    result))

(defun reopen-by-descriptor (shm)
  (let ((descriptor (descriptor shm 'ensure-shm)))
    (replace-descriptor shm (lambda () (pshm-reopen descriptor +pshm-direction-input+)))))

(defun reopen-by-name (shm name)
  (let ((created (cffi:null-pointer)))
    (with-c-string (name)
      (replace-descriptor shm (lambda ()
                                (pshm-open name +pshm-direction-input+ +pshm-if-exists-default+ +pshm-if-does-not-exist-error+ 0
                                           created))))))

(defun narrow (shm wanted)
  "Have SHM only read its complete object, if no more is wanted: by its name where the system cannot open it by its descriptor."
  (when (= (wanted-direction wanted) +pshm-direction-input+)
    (let ((result (reopen-by-descriptor shm)))
      (check-wanted (if (eql result (- *enotsup*)) (reopen-by-name shm (wanted-portable wanted)) result) wanted))))

(defun make-unnamed (shm wanted)
  (let ((permissions (wanted-permissions wanted))
        (cell (cell-of shm))
        (result 0))
    (uninterrupted
      (setf result (pshm-open-anonymous +pshm-direction-io+ permissions +pshm-anonymous-nameable+))
      (unless (minusp result)
        (setf (car cell) result)))
    (check-wanted result wanted)
    (setf (name-or-label shm) (list nil))))

(defun make-and-publish (shm wanted if-exists)
  "Make the object, complete, and then give it its name. Return true, or nil where another process was faster."
  (with-own-object (shm)
    (make-unnamed shm wanted)
    (fill-object shm wanted)
    (let ((result (publish shm (wanted-name wanted) if-exists 'ensure-shm)))
      (unless (eql result (- *eexist*))
        (check-wanted result wanted)
        t))))

;;; Where nothing can be published, nobody may open the object before it is complete.

(defun make-forbidden (shm state wanted if-exists)
  "Make the object without any permissions, and set the car of STATE to :forbidden. Return true, or nil where another process was
faster."
  (let ((name (wanted-portable wanted))
        (created (cffi:null-pointer))
        (cell (cell-of shm))
        (result 0))
    (with-c-string (name)
      (uninterrupted
        (setf result (pshm-open name +pshm-direction-io+ if-exists +pshm-if-does-not-exist-create+ 0 created))
        (unless (minusp result)
          (setf (car cell) result
                (car state) :forbidden))))
    (unless (eql result (- *eexist*))
      (check-wanted result wanted)
      (setf (name-or-label shm) (wanted-name wanted)))))

(defun permit (shm state wanted)
  "Give the complete object its permissions, and set the car of STATE to :permitted."
  (let ((descriptor (descriptor shm 'ensure-shm))
        (permissions (wanted-permissions wanted))
        (result 0))
    (uninterrupted
      (setf result (pshm-fchmod descriptor permissions))
      (unless (minusp result)
        (setf (car state) :permitted)))
    (check-wanted result wanted)))

(defun delete-forbidden (shm state name)
  "Delete NAME, of the object of SHM, if nobody else may have opened it yet. For a cleanup. INITIALIZE may have closed the object."
  (when (eq :forbidden (car state))
    (let ((descriptor (live-descriptor shm)))
      (if descriptor
          (pshm-delete-if-same name descriptor)
          (pshm-delete name)))))

(defun make-and-permit (shm wanted if-exists)
  "Make the object under its name, and give it its permissions when it is complete. Return true, or nil where another process was
faster."
  (unless (feature-p "permissions")
    (check-wanted (- *enotsup*) wanted))
  (let ((state (list nil)))
    (with-own-object (shm (delete-forbidden shm state (wanted-portable wanted)))
      (when (make-forbidden shm state wanted if-exists)
        (fill-object shm wanted)
        (permit shm state wanted)))))

(defun create-wanted (shm wanted if-exists)
  "Make the object, and return true; or nil where another process was faster."
  (when (if (feature-p "publish")
            (make-and-publish shm wanted if-exists)
            (make-and-permit shm wanted if-exists))
    (narrow shm wanted)
    t))

;;; One or the other

(defun wait-or-supersede (shm wanted &aux (others (compute-restarts)))
  "Signal that the object has not been completed in time. Return true where a new one has replaced it, and nil where the
wait is to continue."
  (restart-case (signal-with-restarts (timeout-of-object 'ensure-shm (wanted-name wanted)) others)
    (continue ()
      :report "Wait for the object as long again."
      nil)
    (supersede ()
      :report "Replace the incomplete object with a new one."
      (create-wanted shm wanted +pshm-if-exists-supersede+))))

(defun open-or-make (shm wanted moment)
  "Open the object as SHM, or make it. Return :opened, :made, or nil where MOMENT has come."
  (loop for left = (seconds-left moment)
        for result = (look-for shm wanted 0)
        do (cond ((not (minusp result)) (return :opened))
                 ((not (may-come-p result)) (check-wanted result wanted))
                 ((missing-p (wanted-portable wanted))
                  (when (create-wanted shm wanted +pshm-if-exists-nil+)
                    (return :made)))
                 ((eql left 0) (return nil))
                 ((not (minusp (look-for shm wanted left))) (return :opened)))))

(defun ensure-object (shm wanted)
  "Open the object as SHM, or make it. Return whether this call made it. A success leaves *errno* alone."
  (loop with errno = (pshm-errno)
        for outcome = (or (open-or-make shm wanted (moment-after (wanted-timeout wanted)))
                          (and (wait-or-supersede shm wanted) :made))
        when outcome
          do (setf (name-or-label shm) (wanted-name wanted))
             (pshm-set-errno errno)
             (return (eq outcome :made))))

(defun ensure-shm (name size . #.*ensure-keys*)
  #.(doc "ensure-shm")
  (let ((wanted (parse-wanted name size initialize direction permissions timeout))
        (shm (make-instance 'open-shm)))
    (closed-unless-returned (shm)
      (values shm (ensure-object shm wanted)))))

(define-folding ensure-shm 2)

(defun call-with-ensured-shm (function name size . #.*ensure-keys*)
  "Call FUNCTION with the object that ensure-shm returns, and a pointer to SIZE octets of it; unmap and close on every way out."
  (let ((wanted (parse-wanted name size initialize direction permissions timeout))
        (shm (make-instance 'open-shm)))
    (call-and-close (lambda ()
                        (ensure-object shm wanted)
                        (call-with-mmap (lambda (pointer) (funcall function shm pointer))
                                        shm size :prot (if (eq direction :input) :read '(:read :write))))
                      shm)))

(defmacro with-ensured-shm ((shm ptr (name size &rest options)) &body body)
  #.(doc "with-ensured-shm" "Macro")
  `(call-with-ensured-shm (variables-lambda (,shm ,ptr) ,@body) ,name ,size ,@(fold-options options)))

;;;; SPDX-License-Identifier: BSD-3-Clause
;;;; Deferring asynchronous interrupts. CLISP and ABCL have no way to do so. What CCL, LispWorks, Allegro, Clasp and CMUCL are said
;;;; here to have is from their manuals, and was not run; any other Lisp defers nothing.

(in-package #:posix-shm/host)

(defmacro uninterrupted (&body body)
  "Run BODY, which must be short and must not signal, without asynchronous interrupts."
  #+sbcl `(sb-sys:without-interrupts ,@body)
  #+(or ecl clasp) `(mp:without-interrupts ,@body)
  #+ccl `(ccl:without-interrupts ,@body)
  #+lispworks `(mp:with-interrupts-blocked ,@body)
  #+allegro `(excl:with-delayed-interrupts ,@body)
  #+cmucl `(sys:without-interrupts ,@body)
  #-(or sbcl ecl clasp ccl lispworks allegro cmucl) `(progn ,@body))

#+(and sbcl (not sb-safepoint))
(eval-when (:compile-toplevel :load-toplevel :execute)
  (defun interrupt-symbols ()
    "What says that an interrupt is pending, and what runs it, where this SBCL has both."
    (let ((symbols (list (find-symbol "*INTERRUPT-PENDING*" '#:sb-sys) (find-symbol "RECEIVE-PENDING-INTERRUPT" '#:sb-unix))))
      (and (first symbols) (second symbols) (fboundp (second symbols)) symbols))))

(defmacro briefly-uninterrupted (&body body)
  "Run BODY, a call that does not unwind, without asynchronous interrupts, and return its value. On SBCL this is
sb-sys:without-interrupts but for its unwind-protect, which takes longer than a lock."
  `(briefly-unless-left nil ,@body))

(defmacro briefly-unless-left (undo &body body)
  "The same; if an interrupt that came meanwhile leaves it, run UNDO, as a cleanup. No other interrupt costs anything."
  #+(and sbcl (not sb-safepoint))
  (destructuring-bind (&optional pending receive) (interrupt-symbols)
    (when pending
      (return-from briefly-unless-left
        `(prog1 (let ((sb-sys:*interrupts-enabled* nil)) ,@body)
           (when (and sb-sys:*interrupts-enabled* ,pending)
             ,(if undo `(with-undo (,receive) ,undo) `(,receive)))))))
  (if undo
      `(with-undo (uninterrupted ,@body) ,undo)
      `(uninterrupted ,@body)))

;;; ECL 21.2 runs an interrupt even so when it comes while memory is being allocated: the handler of its signal looks only at
;;; whether C code holds interrupts back. The arguments of a call are allocated before it, and nothing is after it: a call that
;;; an interrupt left has not been made.
(defmacro to-the-end (&body body)
  "Run BODY inside of UNINTERRUPTED, and run it again where an interrupt has left it all the same, up to twice. Return its
value, which is not nil."
  #-ecl `(progn ,@body)
  #+ecl (let ((value (gensym)))
          `(let ((,value nil))
             (flet ((body () (setf ,value (progn ,@body))))
               (declare (inline body))
               (unwind-protect (body)
                 (unless ,value
                   (unwind-protect (body)
                     (unless ,value (body)))))
               ,value))))

(defmacro with-local-interrupts (form)
  "Run FORM, inside of UNINTERRUPTED, with interrupts as they were outside of that."
  #+sbcl `(sb-sys:with-local-interrupts ,form)
  #+(or ecl clasp) `(mp:with-local-interrupts ,form)
  #+ccl `(ccl:with-interrupts-enabled ,form)
  #+lispworks `(mp:allowing-block-interrupts nil ,form)
  #-(or sbcl ecl clasp ccl lispworks) form)

(defmacro with-cleanup (form &body cleanup)
  "Run FORM with interrupts as they were, and CLEANUP without them: no interrupt comes between the two, or inside CLEANUP.
CLEANUP may be run again, as TO-THE-END says."
  #+(or sbcl ecl clasp ccl lispworks)
  `(uninterrupted
     (unwind-protect (with-local-interrupts ,form)
       (to-the-end ,@cleanup t)))
  #-(or sbcl ecl clasp ccl lispworks)
  `(unwind-protect ,form (uninterrupted ,@cleanup)))

(defmacro with-undo (form &body undo)
  "Run FORM with interrupts as they were, and return its values, with which no interrupt interferes any more. If it is left
otherwise, run UNDO, as a cleanup."
  (let ((done (gensym "DONE")))
    `(let ((,done nil))
       (#+(or sbcl ecl clasp ccl lispworks) uninterrupted #-(or sbcl ecl clasp ccl lispworks) progn
         (unwind-protect (multiple-value-prog1 (with-local-interrupts ,form)
                           (setf ,done t))
           (unless ,done
             (uninterrupted (to-the-end ,@undo t))))))))

;;; Waiting, and what is acquired by that. A window runs the interrupts that were held back, if the caller lets them run.

(defmacro with-interrupt-windows (&body body)
  "Run BODY without interrupts, but for those that run in its windows."
  #+sbcl `(sb-sys:without-interrupts (sb-sys:allow-with-interrupts ,@body))
  #+(or ecl clasp) `(mp:without-interrupts (mp:allow-with-interrupts ,@body))
  #-(or sbcl ecl clasp) `(progn ,@body))

(defmacro interrupt-window ()
  #+sbcl `(sb-sys:with-interrupts nil)
  #+(or ecl clasp) `(mp:with-interrupts nil)
  #-(or sbcl ecl clasp) nil)

(defmacro with-acquired ((variable try wait) form cleanup &body after)
  "Bind VARIABLE to what TRY returns, without interrupts, or where that is nil to what WAIT returns, which has windows for them.
Unless that is nil, too, run FORM with interrupts as they were, and then CLEANUP without them, on every way out. No interrupt
comes between, where interrupts can be held back. CLEANUP may run although nothing was acquired, and does nothing then. Return the
values of FORM after AFTER, with interrupts as they were."
  #+(or sbcl clasp)
  `(multiple-value-prog1
       (#+sbcl sb-sys:without-interrupts #-sbcl mp:without-interrupts
        (let ((,variable (or ,try (#+sbcl sb-sys:allow-with-interrupts #-sbcl mp:allow-with-interrupts ,wait))))
          (when ,variable
            (unwind-protect (#+sbcl sb-sys:with-local-interrupts #-sbcl mp:with-local-interrupts ,form)
              ,cleanup))))
     ,@after)
  ;; An interrupt that comes inside C code, of TRY or of unwind-protect itself, runs at the end of that, whatever is bound. So
  ;; TRY is inside of the unwind-protect. What mp:without-interrupts binds besides would take longer than a lock.
  #+ecl
  (let ((enabled (gensym "ENABLED")))
    `(let ((,enabled ext:*interrupts-enabled*))
       (multiple-value-prog1
           (let ((ext:*interrupts-enabled* nil))
             (unwind-protect (let ((,variable (or ,try (with-interrupt-windows ,wait))))
                               (when ,variable
                                 (let ((ext:*interrupts-enabled* ,enabled))
                                   (when ,enabled
                                     (si::check-pending-interrupts))
                                   ,form)))
               ,cleanup))
         (when ,enabled
           (si::check-pending-interrupts))
         ,@after)))
  #-(or sbcl ecl clasp)
  `(let ((,variable nil))
     (multiple-value-prog1
         (unwind-protect (when (setf ,variable (or ,try ,wait))
                           ,form)
           (when ,variable
             (uninterrupted ,cleanup)))
       ,@after)))

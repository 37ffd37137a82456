;;;; SPDX-License-Identifier: BSD-3-Clause
;;;; The restarts of open-shm: by invoke-shm-restart, by their names, and by a person at the debugger.

(in-package #:posix-shm/test)

(defmacro with-restart-chosen ((type &rest restart) &body body)
  "Run BODY; at the first condition of TYPE, invoke RESTART."
  (let ((done (gensym)))
    `(let ((,done nil))
       (handler-bind ((,type (lambda (condition)
                               (declare (ignorable condition))
                               (unless ,done
                                 (setf ,done t)
                                 (invoke-shm-restart ,@restart)))))
         ,@body))))

(deftest continue-tries-again
  (with-name (name)
    (let ((tries 0))
      (handler-bind ((shm-does-not-exist (lambda (condition)
                                           (when (= 3 (incf tries))
                                             (make-object name :size 8))
                                           (continue condition))))
        (with-open-shm (shm name)
          (is (= 8 (stat-size (shm-stats shm))))))
      (is (= 3 tries)))))

(deftest use-value-opens-another-name
  (with-name (missing)
    (with-name (name)
      (make-object name)
      (with-restart-chosen (shm-does-not-exist :use-value name)
        (with-open-shm (shm missing)
          (is (string= name (shm-name shm)))))
      (handler-bind ((shm-does-not-exist (lambda (condition) (use-value name condition))))
        (with-open-shm (shm missing)
          (is (string= name (shm-name shm)))))
      (with-restart-chosen (shm-invalid-argument :use-value name)
        (with-open-shm (shm "/bad/name")
          (is (string= name (shm-name shm))))))))

(deftest overwrite-opens-what-exists
  (with-name (name)
    (make-object name :size 100)
    (with-restart-chosen (shm-exists :overwrite)
      (multiple-value-bind (shm created) (open-shm name :direction :io :if-exists :error :if-does-not-exist :create)
        (is-false created)
        (is (= 100 (stat-size (shm-stats shm))))
        (close-shm shm)))))

(deftest truncate-empties-what-exists
  (with-name (name)
    (make-object name :size 100)
    (with-restart-chosen (shm-exists :truncate)
      (with-open-shm (shm name :direction :io :if-exists :error)
        (is (= 0 (stat-size (shm-stats shm))))))))

(deftest supersede-replaces-the-existing-object
  (with-name (name)
    (make-object name :size 100)
    (with-open-shm (old name)
      (with-restart-chosen (shm-exists :supersede)
        (with-open-shm (shm name :direction :io :if-exists :error)
          (is (= 0 (stat-size (shm-stats shm))))
          (is (/= (stat-ino (shm-stats old)) (stat-ino (shm-stats shm))))))
      (is (= 100 (stat-size (shm-stats old)))))))

(deftest create-creates-what-is-missing
  (with-name (name)
    (with-restart-chosen (shm-does-not-exist :create)
      (multiple-value-bind (shm created) (open-shm name :direction :io :permissions #o600)
        (is-true created)
        (is (equal '(:user-read :user-write) (stat-mode (shm-stats shm))))
        (close-shm shm)))
    (is-true (object-exists-p name))))

(defun offered-restarts (name &rest options)
  "The names of the restarts that a person sees."
  (block nil
    (handler-bind ((error (lambda (condition)
                            (return (remove-duplicates
                                     (intersection '("CONTINUE" "USE-VALUE" "OVERWRITE" "TRUNCATE" "SUPERSEDE" "CREATE")
                                                   (mapcar (lambda (restart) (string (restart-name restart)))
                                                           (compute-restarts condition))
                                                   :test #'string=)
                                     :test #'string=)))))
      (apply #'open-shm name options))))

(deftest only-restarts-that-help-are-offered
  (with-name (name)
    (let ((offered (offered-restarts name)))
      (is-true (member "CREATE" offered :test #'string=))
      (is-false (member "OVERWRITE" offered :test #'string=))
      (is-false (member "SUPERSEDE" offered :test #'string=)))
    (make-object name)
    (let ((offered (offered-restarts name :direction :io :if-exists :error)))
      (is-false (member "CREATE" offered :test #'string=))
      (dolist (restart '("CONTINUE" "USE-VALUE" "OVERWRITE" "TRUNCATE" "SUPERSEDE"))
        (is-true (member restart offered :test #'string=) "~A is not offered" restart)))))

(defun named-restart (name condition)
  (find name (compute-restarts condition) :key (lambda (restart) (string (restart-name restart))) :test #'string=))

(defun make-object-of-size (name size)
  "Let NAME be an object of SIZE octets, new or not."
  (with-open-shm (shm name :direction :io :if-does-not-exist :create)
    (truncate-shm shm size)))

(deftest a-person-chooses-a-restart
  (with-name (missing)
    (with-name (name)
      (make-object name)
      (let ((*query-io* (make-two-way-stream (make-string-input-stream (prin1-to-string name))
                                             (make-string-output-stream))))
        (handler-bind ((shm-does-not-exist (lambda (condition)
                                             (invoke-restart-interactively (find-restart 'use-value condition)))))
          (with-open-shm (shm missing)
            (is (string= name (shm-name shm))))))
      (loop for (restart size) in '(("OVERWRITE" 100) ("TRUNCATE" 0) ("SUPERSEDE" 0))
            do (make-object-of-size name 100)
               (let ((before (inode name)))
                 (handler-bind ((shm-exists (lambda (condition)
                                              (invoke-restart-interactively (named-restart restart condition)))))
                   (with-open-shm (shm name :direction :io :if-exists :error)
                     (is (= size (stat-size (shm-stats shm))))
                     (is (eq (string= restart "SUPERSEDE") (/= before (stat-ino (shm-stats shm))))))))))
    (handler-bind ((shm-does-not-exist (lambda (condition)
                                         (invoke-restart-interactively (named-restart "CREATE" condition)))))
      (with-open-shm (shm missing :direction :io)
        (is-true (open-shm-p shm))))
    (is-true (object-exists-p missing))))

(deftest a-person-who-errs-is-asked-again
  (with-name (missing)
    (with-name (name)
      (make-object name)
      ;; Two answers that are no names, then one that is.
      (let ((*query-io* (make-two-way-stream (make-string-input-stream (format nil "no-string \"/a/b\" ~S" name))
                                             (make-string-output-stream)))
            (conditions '()))
        (handler-bind ((shm-error (lambda (condition)
                                    (push (type-of condition) conditions)
                                    (invoke-restart-interactively (find-restart 'use-value condition)))))
          (with-open-shm (shm missing)
            (is (string= name (shm-name shm)))))
        (is (equal '(shm-invalid-argument shm-invalid-argument shm-does-not-exist) conditions))))))

(deftest every-restart-reports-itself
  (with-name (name)
    (flet ((reports (restarts condition)
             (loop for restart in restarts
                   collect (princ-to-string (named-restart restart condition)))))
      (let ((reports (append (block nil
                               (handler-bind ((shm-does-not-exist (lambda (condition)
                                                                    (return (reports '("CREATE") condition)))))
                                 (open-shm name)))
                             (block nil
                               (make-object name)
                               (handler-bind ((shm-exists (lambda (condition)
                                                            (return (reports '("OVERWRITE" "TRUNCATE" "SUPERSEDE" "USE-VALUE"
                                                                               "CONTINUE")
                                                                             condition)))))
                                 (open-shm name :direction :io :if-exists :error))))))
        (is (= 6 (length reports)))
        (dolist (report reports)
          (is (find #\Space report)))))))

(deftest there-must-be-such-a-restart
  (signals control-error (invoke-shm-restart :overwrite))
  (rejects restart (invoke-shm-restart :destroy)))

(deftest only-restarts-of-ours-are-invoked
  (is (eq :rejected
          (restart-case (handler-bind ((shm-error (lambda (condition)
                                                    (declare (ignore condition))
                                                    (handler-case (invoke-shm-restart :continue)
                                                      (control-error () (invoke-restart 'done))))))
                          (with-open-shm* (shm)
                            (truncate-shm shm -1)))
            (continue () (values :not-ours))
            (done () (values :rejected)))))
  (with-name (name)
    (is (eq :rejected
            (restart-case (handler-bind ((shm-error (lambda (condition)
                                                      (declare (ignore condition))
                                                      (handler-case (invoke-shm-restart :overwrite)
                                                        (control-error () (invoke-restart 'done))))))
                            (open-shm name :if-does-not-exist :error))
              (done () (values :rejected))))))
  (is (says "offers the restart :continue" (report-of (invoke-shm-restart :continue)))))

(deftest a-restart-of-an-outer-failure-is-found
  (with-name (missing)
    (with-name (existing)
      (make-object existing)
      (handler-bind ((shm-does-not-exist
                       (lambda (condition)
                         (declare (ignore condition))
                         (handler-bind ((shm-exists (lambda (condition)
                                                      (declare (ignore condition))
                                                      (invoke-shm-restart :create))))
                           (open-shm existing :direction :io :if-exists :error)))))
        (with-open-shm (shm missing :direction :io :if-does-not-exist :error)
          (is (string= missing (shm-name shm)))))
      (is-true (object-exists-p missing)))))

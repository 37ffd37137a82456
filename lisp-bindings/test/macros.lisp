;;;; SPDX-License-Identifier: BSD-3-Clause
;;;; The macros: every way out closes and unmaps, declarations are allowed, nil is passed on.

(in-package #:posix-shm/test)

(deftest values-of-the-macros
  (with-name (name)
    (without-leaks
      (is (equal '(1 2) (multiple-value-list (with-open-shm (shm name :direction :io :if-does-not-exist :create)
                                               (values 1 2)))))
      (is (equal '(1 2) (multiple-value-list (with-open-shm* (shm) (values 1 2)))))
      (with-object (shm 10)
        (is (equal '(1 2) (multiple-value-list (with-mmap (ptr shm 10) (values 1 2))))))
      (is (null (multiple-value-list (with-open-shm-and-mmap* (shm ptr (:direction :io) (10)) (values)))))
      (is (null (with-open-shm* (shm)))))))

(deftest every-way-out-closes-and-unmaps
  (without-leaks
    (let ((kept '()))
      (block done
        (with-open-shm-and-mmap* (shm ptr (:direction :io) (10))
          (push shm kept)
          (return-from done)))
      (catch 'done
        (with-open-shm* (outer :direction :io)
          (push outer kept)
          (truncate-shm outer 10)
          (with-mmap (one outer 10)
            (with-open-shm* (inner :direction :io)
              (push inner kept)
              (truncate-shm inner 10)
              (with-mmap (two inner 10)
                (throw 'done nil))))))
      (handler-case (with-mmapped-shm* (shm ptr (:direction :io) (10))
                      (push shm kept)
                      (error "on purpose"))
        (error ()))
      (tagbody
         (with-open-shm* (shm)
           (push shm kept)
           (go out))
       out)
      (is (= 5 (length kept)))
      (dolist (shm kept)
        (is (typep shm 'closed-shm))))))

;; Only on SBCL is it certain that a function is called by its name, also from its own file.
(deftest unmapped-before-closed
  #-sbcl (skip "only SBCL lets a test look on")
  #+sbcl
  (let ((mappings (mappings-of-objects))
        (closings '())
        (original (fdefinition 'posix-shm::close-descriptor)))
    (unwind-protect
         (progn (setf (fdefinition 'posix-shm::close-descriptor)
                      (lambda (shm)
                        (push (- (mappings-of-objects) mappings) closings)
                        (funcall original shm)))
                (catch 'done
                  (with-open-shm* (outer :direction :io)
                    (truncate-shm outer 10)
                    (with-mmap (one outer 10)
                      (with-open-shm-and-mmap* (inner two (:direction :io) (10))
                        (throw 'done nil))))))
      (setf (fdefinition 'posix-shm::close-descriptor) original))
    ;; The inner object is closed while the outer mapping is still there; the outer one when there is none.
    (is (equal '(1 0) (reverse closings)))))

(deftest declarations-in-bodies
  (with-name (name)
    (is (= 3 (with-open-shm (shm name :direction :io :if-does-not-exist :create)
               (declare (ignore shm) (optimize (speed 1)))
               3)))
    (is (= 3 (with-open-shm* (shm)
               (declare (ignorable shm))
               3)))
    (with-object (shm 10)
      (is (= 3 (with-mmap (ptr shm 10)
                 (declare (ignore ptr))
                 3))))
    (is (= 3 (with-open-shm-and-mmap (shm ptr (name :direction :io) (10))
               (declare (ignore shm ptr))
               3)))
    (is (= 3 (with-mmapped-shm (shm ptr (name :direction :io) (10))
               (declare (type shm shm) (ignore ptr))
               (if shm 3 4))))
    (is (= 3 (with-open-shm-and-mmap* (shm ptr (:direction :io) (10))
               (declare (ignore ptr) (type open-shm shm))
               (if shm 3 4))))
    (is (= 3 (with-mmapped-shm* (shm ptr (:direction :io) (10))
               (declare (ignore ptr shm))
               3)))))

(deftest nil-is-passed-on
  (with-name (name)
    (without-leaks
      (is (equal '(nil) (with-open-shm (shm name :if-does-not-exist nil) (list shm))))
      (is (equal '(nil nil) (with-open-shm-and-mmap (shm ptr (name :if-does-not-exist nil) (10)) (list shm ptr))))
      (is (equal '(nil nil) (with-mmapped-shm (shm ptr (name :if-does-not-exist nil) (10)) (list shm ptr))))
      (is (equal '(nil) (with-mmap (ptr nil 10) (list ptr))))
      (make-object name)
      (is (equal '(nil nil) (with-open-shm-and-mmap (shm ptr (name :direction :io :if-exists nil) (10))
                              (list shm ptr))))
      (is (= 0 (object-size name))))))

(deftest sizing-is-optional
  (with-name (name)
    (with-open-shm-and-mmap (shm ptr (name :direction :io :if-does-not-exist :create) (100))
      (is (= 100 (stat-size (shm-stats shm)))))
    (with-open-shm-and-mmap (shm ptr (name :direction :io) (10) :truncate nil)
      (is (= 100 (stat-size (shm-stats shm)))))
    (with-mmapped-shm (shm ptr (name) (10 :prot '(:read)) :truncate nil)
      (is (= 0 (cffi:mem-ref ptr :int))))
    (with-open-shm-and-mmap (shm ptr (name :direction :io) (10))
      (is (= 10 (stat-size (shm-stats shm)))))
    (is (= 100 (with-mmapped-shm* (shm ptr (:direction :io) (100) :truncate t) (stat-size (shm-stats shm)))))))

(deftest a-reader-cannot-set-the-size-and-hears-how-not-to
  (with-name (name)
    (make-object name :size 100)
    (without-leaks
      (macrolet ((check (length &rest options)
                   `(dolist (report (list (report-of (with-open-shm-and-mmap (shm ptr (name) (,length ,@options)) ptr))
                                          (report-of (with-mmapped-shm (shm ptr (name) (,length ,@options)) ptr))
                                          (report-of (with-open-shm-vector (shm vector (name)
                                                                            ('(unsigned-byte 8) ,length ,@options))
                                                       vector))))
                      (is (says "truncate-shm of" report))
                      (is (says ":truncate nil" report)))))
        (check 200)
        (check 100)
        (check 10)
        (check 10 :prot :read))
      (signals shm-error (with-mmapped-shm (shm ptr (name) (10)) ptr))
      (is (= 100 (object-size name))))))

(deftest arguments-are-evaluated-once-and-in-order
  (let ((order '()))
    (flet ((note (tag value) (push tag order) value))
      (with-name (name)
        (with-open-shm-and-mmap (shm ptr ((note :name name) :direction (note :direction :io)
                                                            :if-does-not-exist (note :missing :create))
                                     ((note :length 10) :prot (note :prot '(:read :write))))
          (declare (ignore shm ptr))))
      (is (equal '(:name :direction :missing :length :prot) (reverse order)))
      (setf order '())
      (with-open-shm-vector* (shm vector ((note :key :direction) (note :direction :io))
                                  ((note :type 'double-float) (note :length 10) :allocate (note :allocate t))
                                  :truncate (note :truncate t))
        (declare (ignore shm vector)))
      (is (equal '(:key :direction :type :length :allocate :truncate) (reverse order))))))

(deftest the-length-and-the-options-may-use-the-object
  (macrolet ((check (open-and-map)
               `(with-name (name)
                  (make-object name :size 100)
                  (is (equal '(100 7)
                             (,open-and-map (shm ptr (name :direction :io)
                                                 ((stat-size (shm-stats shm))
                                                  :prot (if (open-shm-p shm) '(:read :write) '()))
                                                 :truncate (null shm))
                               (setf (cffi:mem-ref ptr :uint8 99) 7)
                               (list (stat-size (shm-stats shm)) (cffi:mem-ref ptr :uint8 99))))))))
    (check with-open-shm-and-mmap)
    (check with-mmapped-shm))
  (macrolet ((check (open-and-map)
               `(is (= 50 (,open-and-map (shm ptr (:direction :io)
                                              ((progn (truncate-shm shm 50) (stat-size (shm-stats shm)))
                                               :offset (- (stat-size (shm-stats shm)) 50)))
                            (declare (ignore ptr))
                            (stat-size (shm-stats shm)))))))
    (check with-open-shm-and-mmap*)
    (check with-mmapped-shm*))
  (with-name (name)
    (make-object name :size 40)
    (is (= 5 (with-open-shm-vector (shm vector (name :direction :io)
                                        ('double-float (floor (stat-size (shm-stats shm)) 8) :allocate (open-shm-p shm)))
               (shm-vector-length vector)))))
  (is (= 5 (with-open-shm-vector* (shm vector (:direction :io) ('double-float (if (open-shm-p shm) 5 6)))
             (shm-vector-length vector)))))

(deftest without-an-object-nothing-else-is-evaluated
  (with-name (name)
    (flet ((never (&rest ignored)
             (declare (ignore ignored))
             (error "It was evaluated.")))
      (is (equal '(nil nil) (with-open-shm-and-mmap (shm ptr (name :if-does-not-exist nil)
                                                         ((never shm) :offset (never)) :truncate (never))
                              (list shm ptr))))
      (is (equal '(nil nil) (with-mmapped-shm (shm ptr (name :if-does-not-exist nil) ((never shm) :flags (never)))
                              (list shm ptr))))
      (is (equal '(nil nil) (with-open-shm-vector (shm vector (name :if-does-not-exist nil)
                                                       ((never) (never shm) :offset (never)) :truncate (never))
                              (list shm vector)))))
    (is-false (object-exists-p name))))

(deftest the-body-may-change-its-variables
  (without-leaks
    (with-open-shm* (shm :direction :io)
      (setf shm nil))
    (with-open-shm-and-mmap* (shm ptr (:direction :io) (10))
      (setf shm nil ptr nil))
    (with-object (shm 10)
      (with-mmap (ptr shm 10)
        (setf ptr nil shm nil)))))

(deftest a-failure-inside-leaks-nothing
  (without-leaks
    (is (eq :einval (keyword-of (with-open-shm-and-mmap* (shm ptr (:direction :io) (0)) ptr))))
    (rejects length (with-open-shm-and-mmap* (shm ptr (:direction :io) (-1)) ptr))
    (with-name (name)
      (make-object name :size 10)
      (is (eq :eacces (keyword-of (with-open-shm-and-mmap (shm ptr (name) (10) :truncate nil) ptr)))))))

(deftest closing-inside-is-allowed
  (without-leaks
    (with-open-shm* (shm)
      (is (eq t (close-shm shm))))
    (with-object (shm 10)
      (with-mmap (ptr shm 10)
        (close-shm shm)
        (is (= 5 (setf (cffi:mem-ref ptr :int) 5)))))))

(defvar *special* nil)

(deftest a-special-variable-is-bound
  (flet ((special-fd ()
           (shm-fd *special*)))
    (multiple-value-bind (function warnings failure)
        (let ((*error-output* (make-broadcast-stream)))
          (compile nil '(lambda (special-fd)
                         (with-open-shm* (*special*) (funcall special-fd)))))
      (is (null warnings))
      (is (null failure))
      (is (<= 0 (funcall function #'special-fd))))))

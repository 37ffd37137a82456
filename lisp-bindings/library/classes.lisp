;;;; SPDX-License-Identifier: BSD-3-Clause
;;;; Changing the class of an instance. An instance of SBCL says in one word whose it is. Between classes with the same slots that
;;;; word is all there is to change: no lock is taken, no copy made, and no other thread sees half of it. A class that has been
;;;; redefined has another word by then, and an SBCL that calls it something else is not known here: both are left to change-class.

(in-package #:posix-shm/host)

#+sbcl
(eval-when (:compile-toplevel :load-toplevel :execute)
  (defun layout-setter (accessor)
    "The setter: the function of that name; or, as in SBCL 2.1.1, the expansion of setf; or nil."
    (let ((name (list 'setf accessor)))
      (cond ((fboundp name) (fdefinition name))
            ((not (eq 'funcall (first (nth-value 3 (get-setf-expansion (list accessor 'instance))))))
             (compile nil `(lambda (value instance) (setf (,accessor instance) value)))))))
  (defun layout-works-p (accessor)
    "Does ACCESSOR make of an instance of one class one of another?"
    (ignore-errors
     (let ((instance (allocate-instance (find-class 'one-probe)))
           (other (allocate-instance (find-class 'other-probe))))
       (funcall (layout-setter accessor) (funcall accessor other) instance)
       (eq (class-of instance) (find-class 'other-probe)))))
  (defun layout-accessor ()
    "The accessor of that word, or nil: it was renamed in SBCL 2.3.5."
    (loop for name in '("%INSTANCE-LAYOUT" "%INSTANCE-WRAPPER")
          for accessor = (find-symbol name '#:sb-kernel)
          when (and accessor (fboundp accessor)
                    ;; SBCL 2.2 has both names, and only one of them is that of the whole word.
                    (layout-works-p accessor))
            return accessor))
  (defclass probe () ((slot :initform nil)))
  (defclass one-probe (probe) ())
  (defclass other-probe (probe) ()))

#+sbcl
(defmacro layout-of (class)
  "The word of the instances of CLASS, as the class is now."
  `(,(layout-accessor) (allocate-instance (find-class ',class))))

;;; A class has another word once more is known of it, such as after a method was added. So the two words are looked up again
;;; where an instance has another one than was expected.
(defmacro turn-into (to from instance)
  "Make of the variable INSTANCE, if it is of the class named FROM and not of a subclass, one of the class named TO, which has the
same slots."
  #+sbcl (let ((layout (layout-accessor)))
           (when layout
             (return-from turn-into
               `(let* ((known (load-time-value (list (cons nil nil))))
                       (words (car known)))
                  (cond ((eq (,layout ,instance) (car words))
                         (setf (,layout ,instance) (cdr words)))
                        ((eq (class-of ,instance) (find-class ',from))
                         (setf (car known) (cons (layout-of ,from) (layout-of ,to)))
                         (change-class ,instance ',to)))))))
  `(when (eq (class-of ,instance) (load-time-value (find-class ',from)))
     (change-class ,instance (load-time-value (find-class ',to)))))

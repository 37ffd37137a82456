;;;; SPDX-License-Identifier: BSD-3-Clause
;;;; Lists of keywords as integers, and choices of one keyword. The tables come from the generated bindings.

(in-package #:posix-shm)

(eval-when (:compile-toplevel :load-toplevel :execute)
  (defun keyword-table (kind)
    "The keywords of KIND, each with its integer."
    (cdr (assoc kind *keywords*)))

  (defun constants-table (prefix)
    "The constants of posix-shm/shim whose names begin with PREFIX, as keywords, each with its integer."
    (let ((start (format nil "+PSHM-~A-" prefix)))
      (sort (loop for symbol being the external-symbols of '#:posix-shm/shim
                  for name = (symbol-name symbol)
                  when (and (boundp symbol) (eql (mismatch start name) (length start)))
                    collect (cons (intern (subseq name (length start) (1- (length name))) '#:keyword)
                                  (symbol-value symbol)))
            #'< :key #'cdr))))

(defstruct (flags (:constructor make-flags (argument table &aux (mask (reduce #'logior table :key #'cdr)))))
  "What an argument that is a list of keywords can hold."
  argument table mask)

(defvar *permissions* (make-flags 'permissions '#.(keyword-table :mode)))
(defvar *protections* (make-flags 'prot '#.(keyword-table :prot)))
(defvar *mapping-flags* (make-flags 'flags '#.(keyword-table :map-flag)))
(defvar *msync-flags* (make-flags 'flags '#.(keyword-table :msync-flag)))
(defvar *seals* (make-flags 'seals '#.(constants-table "SEAL")))

(defun sum-of-keywords (designator table)
  "The integer of DESIGNATOR, a keyword or a proper list of keywords of TABLE, or nil and what is wrong with it."
  (let ((sum 0))
    (loop for rest = (if (listp designator) designator (list designator)) then (cdr rest)
          ;; Goes half as fast: only in a circle are the two ever the same.
          for count of-type fixnum from 1
          for behind = rest then (if (oddp count) (cdr behind) behind)
          while (consp rest)
          do (let ((row (assoc (car rest) table :test #'eq)))
               (if (and row (or (= count 1) (not (eq rest behind))))
                   (setf sum (logior sum (cdr row)))
                   (return-from sum-of-keywords (values nil (if row designator (car rest))))))
          finally (when rest
                    (return-from sum-of-keywords (values nil rest))))
    sum))

(defun refuse-flags (designator culprit flags operation)
  (refuse operation (flags-argument flags) designator '(or list keyword integer)
          (text "~S is none of ~{~S~^ ~}, and not an integer of their bits." culprit
                (mapcar #'car (flags-table flags)))))

(defun flags-value (designator flags operation)
  "DESIGNATOR, a list of keywords, one keyword, or an integer, as an integer."
  (if (integerp designator)
      (if (and (not (minusp designator)) (zerop (logandc2 designator (flags-mask flags))))
          designator
          (refuse-flags designator designator flags operation))
      (multiple-value-bind (sum culprit) (sum-of-keywords designator (flags-table flags))
        (or sum (refuse-flags designator culprit flags operation)))))

(defun flags-keywords (integer flags)
  (loop for (keyword . bits) in (flags-table flags)
        when (logtest bits integer)
          collect keyword))

;;; Choices. The option nil has the name of the constant, too.

(defun choice-value (designator argument table operation)
  "DESIGNATOR, one of the keywords of TABLE, as an integer."
  (or (cdr (assoc designator table :test #'eq))
      (refuse operation argument designator `(member ,@(mapcar #'car table))
              (text "it must be one of ~{~S~^ ~}." (mapcar #'car table)))))

(eval-when (:compile-toplevel :load-toplevel :execute)
  (defun choices (prefix)
    "The keywords of a choice but for `default`, which is not to be written; nil is nil and not a keyword."
    (loop for (keyword . value) in (constants-table prefix)
          unless (eq keyword :default)
            collect (cons (if (eq keyword :nil) nil keyword) value))))

(defparameter *directions* '#.(choices "DIRECTION"))
(defparameter *if-exists* '#.(choices "IF-EXISTS"))
(defparameter *if-does-not-exist* '#.(choices "IF-DOES-NOT-EXIST"))

;;; Constant lists become integers when the caller is compiled. What is not constant, or not valid, is left to the call.

(defun fold-constant (form flags)
  (let ((designator (cond ((keywordp form) form)
                          ((null form) '())
                          ((and (consp form) (eq (first form) 'quote) (= (length form) 2)) (second form))
                          (t (return-from fold-constant form)))))
    (or (sum-of-keywords designator (flags-table flags)) form)))

(defun fold-options (options)
  "A list of keyword arguments, with the constant ones folded."
  (if (and (evenp (length options)) (loop for key in options by #'cddr always (keywordp key)))
      (loop for (key form) on options by #'cddr
            for flags = (case key
                          (:permissions *permissions*)
                          (:prot *protections*)
                          (:flags *mapping-flags*))
            collect key
            collect (if flags (fold-constant form flags) form))
      options))

(defmacro define-folding (operator required)
  "A compiler macro for OPERATOR, which has REQUIRED arguments before its options. A call that has too few is left to the
compiler to complain about."
  `(define-compiler-macro ,operator (&whole form &rest arguments)
     (let ((folded (and (<= ,required (length arguments))
                        (append (subseq arguments 0 ,required) (fold-options (nthcdr ,required arguments))))))
       (if (or (null folded) (equal folded arguments)) form (cons ',operator folded)))))

(defmacro define-folding-of-last (operator flags)
  "A compiler macro for OPERATOR, whose second argument, the last, is one of FLAGS."
  `(define-compiler-macro ,operator (&whole form &rest arguments)
     (let ((folded (and (= 2 (length arguments))
                        (list (first arguments) (fold-constant (second arguments) ,flags)))))
       (if (or (null folded) (equal folded arguments)) form (cons ',operator folded)))))

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
  "An argument that is a list of keywords: its name, its table, and all bits."
  argument table
  (mask 0 :type (unsigned-byte 31)))

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

(defun octal-reading (value)
  "The number that the decimal digits of VALUE are in octal, the notation of permissions, or nil."
  (and (typep value '(integer 8 777))
       (ignore-errors (parse-integer (text "~D" value) :radix 8))))

(defun permissions-hint (culprit)
  (let ((octal (if (stringp culprit) (ignore-errors (parse-integer culprit :radix 8)) (octal-reading culprit))))
    (cond ((and octal (<= 0 octal #o777)) (text " As an integer they are written #o~O." octal))
          ((typep culprit '(integer #o1000 #o7777)) " Objects have no setuid, setgid or sticky bit.")
          ((member culprit '(:read :write :exec :execute)) " Say whose: :USER-READ, :GROUP-READ, :OTHER-READ."))))

(defun next-row (row count letter other)
  "The row of LETTER, the COUNTth, in the table of distances to OTHER, after ROW."
  (let ((left count))
    (cons count (loop for (diagonal above) on row
                      for match across other
                      collect (setf left (min (1+ left) (1+ above) (+ diagonal (if (char= letter match) 0 1))))))))

(defun distance (one other)
  "How many letters are to be changed, inserted or deleted to make the string OTHER of the string ONE."
  (let ((row (loop for index from 0 to (length other) collect index)))
    (loop for letter across one
          for count from 1
          do (setf row (next-row row count letter other)))
    (car (last row))))

(defun slip-p (one other)
  "Do the two strings differ by a letter, or by the order of the letters?"
  (or (<= (distance one other) 1)
      (string= (sort (copy-seq one) #'char<) (sort (copy-seq other) #'char<))))

(defun near-keyword (culprit keywords)
  "The one of KEYWORDS, if any, that CULPRIT is likely to stand for."
  (when (symbolp culprit)
    (find-if (lambda (keyword)
               (and (< 3 (length (symbol-name keyword)))
                    (slip-p (symbol-name culprit) (symbol-name keyword))))
             keywords)))

(defun flags-requirement (culprit flags)
  "A sentence about CULPRIT, which is none of FLAGS."
  (let* ((keywords (mapcar #'car (flags-table flags)))
         (near (near-keyword culprit keywords)))
    (text "~S is none of ~{~S~^ ~}, and not an integer of their bits.~@[ Did you mean ~S?~]~@[~A~]" culprit keywords near
          (and (eq 'permissions (flags-argument flags)) (permissions-hint culprit)))))

(defun reject-flags (designator culprit flags operation)
  (reject operation (flags-argument flags) designator '(or list keyword integer) (flags-requirement culprit flags)))

(defun flags-value (designator flags operation)
  "DESIGNATOR, a list of keywords, one keyword, or an integer, as an integer."
  (if (integerp designator)
      (if (and (not (minusp designator)) (zerop (logandc2 designator (flags-mask flags))))
          designator
          (reject-flags designator designator flags operation))
      (multiple-value-bind (sum culprit) (sum-of-keywords designator (flags-table flags))
        (or sum (reject-flags designator culprit flags operation)))))

(defun flags-keywords (integer flags)
  (loop for (keyword . bits) in (flags-table flags)
        when (logtest bits integer)
          collect keyword))

;;; Choices. The option nil has the name of the constant, too.

(defun choice-requirement (designator table)
  (let ((keywords (mapcar #'car table)))
    (text "it must be one of ~{~S~^ ~}.~@[ Did you mean ~S?~]~:[~; Memory is written through a mapping that can also be read: :IO.~]"
          keywords (and designator (near-keyword designator (remove nil keywords)))
          (and (member designator '(:output :out :write)) (assoc :io table)))))

(defun choice-value (designator argument table operation)
  "DESIGNATOR, one of the keywords of TABLE, as an integer."
  (or (cdr (assoc designator table :test #'eq))
      (reject operation argument designator `(member ,@(mapcar #'car table)) (choice-requirement designator table))))

(eval-when (:compile-toplevel :load-toplevel :execute)
  (defun choices (prefix)
    "The keywords of a choice but for `default`, which is not to be written; nil is nil and not a keyword."
    (loop for (keyword . value) in (constants-table prefix)
          unless (eq keyword :default)
            collect (cons (if (eq keyword :nil) nil keyword) value))))

(defparameter *directions* '#.(choices "DIRECTION"))
(defparameter *if-exists* '#.(choices "IF-EXISTS"))
(defparameter *if-does-not-exist* '#.(choices "IF-DOES-NOT-EXIST"))
(defparameter *updates* '#.(choices "ATOMIC"))
(defparameter *word-types* '((:uint32 . 0) (:int32 . 1) (:uint64 . 2) (:int64 . 3)) "The types of words behind a pointer.")
(defparameter *channel-roles* `((:sender . ,+pshm-ring-sender+) (:receiver . ,+pshm-ring-receiver+) (:server . 3) (:client . 4))
  "The ends of one ring, and those of two.")
(defparameter *short* '((:error . 0) (:count . 1)) "What write-shm does where the object ends before the octets do.")

;;; Constant lists become integers when the caller is compiled. What is not constant, or not valid, is left to the call; of what
;;; is constant and not valid the compiler warns.

(define-condition bad-constant (simple-warning)
  ()
  (:documentation "A call that is compiled has a constant argument that is always an error."))

(defun constant-designator (form)
  "What FORM, a constant keyword or list of them, stands for; and whether it is one."
  (cond ((or (keywordp form) (null form)) (values form t))
        ((and (consp form) (eq (first form) 'quote) (= (length form) 2)) (values (second form) t))))

(defun warn-of-constant (argument form requirement)
  (warn 'bad-constant :format-control "The argument ~A is ~S: ~A" :format-arguments (list argument form requirement)))

(defun sum-or-culprit (designator flags)
  "The integer of DESIGNATOR, one of FLAGS, a list of them or an integer, or nil and what is wrong with it."
  (cond ((not (integerp designator)) (sum-of-keywords designator (flags-table flags)))
        ((zerop (logandc2 designator (flags-mask flags))) designator)
        (t (values nil designator))))

(defun fold-constant (form flags)
  (multiple-value-bind (designator constant) (if (integerp form) (values form t) (constant-designator form))
    (multiple-value-bind (sum culprit) (and constant (sum-or-culprit designator flags))
      (when (and constant (not sum))
        (warn-of-constant (flags-argument flags) form (flags-requirement culprit flags)))
      (or sum form))))

(defun check-role-name (form)
  (check-choice form 'role *channel-roles*))

(defun fold-msync-flags (form)
  (fold-constant form *msync-flags*))

(defun check-choice (form argument table)
  "Return FORM. Where it is a constant and none of TABLE, warn."
  (multiple-value-bind (designator constant) (constant-designator form)
    (unless (or (not constant) (assoc designator table :test #'eq))
      (warn-of-constant argument form (choice-requirement designator table))))
  form)

(defun check-seconds (form)
  "Return FORM. Where it is a constant and no timeout, warn."
  (when (typep form '(and (or number string character keyword) (not (real 0))))
    (warn-of-constant 'timeout form "it must be a non-negative number of seconds, or nil."))
  form)

(defun check-class-name (form)
  "Return FORM. Where it is the name of a class that is known, and none of objects, warn."
  (multiple-value-bind (name constant) (constant-designator form)
    (let ((class (and constant name (symbolp name) (find-class name nil)))
          (objects (find-class 'open-shm nil)))
      (when (and class objects (not (subtypep class objects)))
        (warn-of-constant 'class form "it is no subclass of OPEN-SHM."))))
  form)

(defun check-encoding-name (form)
  "Return FORM. Where it is a keyword and no encoding, warn."
  (when (and (keywordp form) (not (ignore-errors (babel-encodings:get-character-encoding form))))
    (warn-of-constant 'encoding form "it is no encoding of Babel (babel:list-character-encodings)."))
  form)

(defun fold-option (key form)
  "The value FORM of the option KEY, folded as in every operator that has an option of this name."
  (case key
    (:permissions (fold-constant form *permissions*))
    (:prot (fold-constant form *protections*))
    ;; nil is the default.
    (:flags (if form (fold-constant form *mapping-flags*) form))
    (:direction (check-choice form 'direction *directions*))
    (:if-exists (check-choice form 'if-exists *if-exists*))
    (:if-does-not-exist (check-choice form 'if-does-not-exist *if-does-not-exist*))
    (:short (check-choice form 'short *short*))
    (:type (if form (check-choice form 'type *word-types*) form))
    (:timeout (check-seconds form))
    (:class (check-class-name form))
    (:encoding (check-encoding-name form))
    (t form)))

(defun fold-by (checks key form)
  "The argument FORM, whose key or position is KEY, folded by its row (key function) of CHECKS, or as its key says."
  (let ((check (second (assoc key checks))))
    (if check (funcall check form) (fold-option key form))))

(defun fold-options (options &optional checks)
  "A list of keyword arguments, with the constant ones folded."
  (if (and (evenp (length options)) (loop for key in options by #'cddr always (keywordp key)))
      (loop for (key form) on options by #'cddr
            collect key
            collect (fold-by checks key form))
      options))

(defun fold-arguments (arguments required checks)
  "ARGUMENTS, with the constant ones folded; nil where there are fewer than REQUIRED."
  (when (<= required (length arguments))
    (append (loop for form in (subseq arguments 0 required)
                  for position from 0
                  collect (fold-by checks position form))
            (fold-options (nthcdr required arguments) checks))))

(defmacro define-folding (operator required &key plain checks)
  "A compiler macro for OPERATOR, which has REQUIRED arguments before its options. A call that has too few is left to the
compiler to complain about. One without options is a call of PLAIN, if there is one: a function of the required arguments. CHECKS
are rows (key function) for arguments of this operator alone, where the key of a required one is its position."
  `(define-compiler-macro ,operator (&whole form &rest arguments)
     (let ((folded (fold-arguments arguments ,required ',checks)))
       (cond ,@(and plain `(((= ,required (length arguments)) (cons ',plain arguments))))
             ((or (null folded) (equal folded arguments)) form)
             (t (cons ',operator folded))))))

(defmacro define-folding-of-last (operator flags)
  "A compiler macro for OPERATOR, whose second argument, the last, is one of FLAGS."
  `(define-compiler-macro ,operator (&whole form &rest arguments)
     (let ((folded (and (= 2 (length arguments))
                        (list (first arguments) (fold-constant (second arguments) ,flags)))))
       (if (or (null folded) (equal folded arguments)) form (cons ',operator folded)))))

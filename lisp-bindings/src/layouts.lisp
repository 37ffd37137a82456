;;;; SPDX-License-Identifier: BSD-3-Clause
;;;; Structures of CFFI as C and numpy declare them.

(in-package #:posix-shm)

(defstruct (layout (:constructor make-layout (name symbol kind size alignment members)))
  "A structure or a union, SYMBOL in CFFI: KIND is :struct or :union, and MEMBERS are in the order of their offsets."
  name symbol kind size alignment members)

(defstruct (member-of-layout (:conc-name member-) (:constructor make-member (name offset size alignment dimensions element)))
  "ELEMENT is a layout, or (C numpy) of a number; with \"char\", a text of so many octets."
  name offset size alignment dimensions element)

(defun reject-layout (type requirement)
  (reject 'print-shm-layout 'type type '(or symbol (cons (member :struct :union) (cons symbol null))) requirement))

;;; Names

(defparameter *words-of-c*
  '("auto" "break" "case" "char" "const" "continue" "default" "do" "double" "else" "enum" "extern" "float" "for" "goto" "if"
    "inline" "int" "long" "register" "restrict" "return" "short" "signed" "sizeof" "static" "struct" "switch" "typedef" "union"
    "unsigned" "void" "volatile" "while"
    ;; Of C23, and what compilers reserve besides.
    "alignas" "alignof" "bool" "constexpr" "false" "nullptr" "static_assert" "thread_local" "true" "typeof" "typeof_unqual"
    "asm" "fortran" "i386" "linux" "near" "far" "unix"
    ;; Of C++.
    "and" "and_eq" "bitand" "bitor" "catch" "char8_t" "char16_t" "char32_t" "class" "co_await" "co_return" "co_yield" "compl"
    "concept" "consteval" "constinit" "const_cast" "decltype" "delete" "dynamic_cast" "explicit" "export" "friend" "mutable"
    "namespace" "new" "noexcept" "not" "not_eq" "operator" "or" "or_eq" "private" "protected" "public" "reinterpret_cast"
    "requires" "static_cast" "template" "this" "throw" "try" "typeid" "typename" "using" "virtual" "wchar_t" "xor" "xor_eq")
  "The words that cannot name a member in C or C++.")

(defun identifier (symbol)
  "SYMBOL as C and Python can write it."
  (let ((name (map 'string (lambda (character)
                             (if (and (alphanumericp character) (< (char-code character) 128)) (char-downcase character) #\_))
                   (symbol-name symbol))))
    (cond ((member name *words-of-c* :test #'string=) (concatenate 'string name "_"))
          ((or (string= name "") (digit-char-p (char name 0))) (concatenate 'string "_" name))
          (t name))))

;;; Reading CFFI's description

(defun number-names (type)
  "How C and numpy call the foreign TYPE, a number or a pointer; or nil."
  (let* ((canonical (ignore-errors (cffi::canonicalize-foreign-type type)))
         (octets (and canonical (cffi:foreign-type-size canonical))))
    (case canonical
      (:float '("float" "f4"))
      (:double '("double" "f8"))
      (:pointer `("void *" ,(text "u~D" octets)))
      ((:char :short :int :long :long-long)
       (if (eq type :char) '("char" "i1") (list (text "int~D_t" (* 8 octets)) (text "i~D" octets))))
      ((:unsigned-char :unsigned-short :unsigned-int :unsigned-long :unsigned-long-long)
       (list (text "uint~D_t" (* 8 octets)) (text "u~D" octets))))))

(defun aggregate-p (type)
  (typep (ignore-errors (cffi::follow-typedefs (cffi::parse-type type))) 'cffi::foreign-struct-type))

(defun element-and-dimensions (type)
  "The type of the elements of TYPE, which may be (:array type dimension ...), and the dimensions."
  (if (and (consp type) (eq (first type) :array))
      (values (second type) (cddr type))
      (values type '())))

(defun member-at (whole name)
  "The member of the type WHOLE that the slot NAME is."
  (multiple-value-bind (type dimensions) (element-and-dimensions (cffi:foreign-slot-type whole name))
    (let* ((count (ignore-errors (cffi:foreign-slot-count whole name)))
           (dimensions (if (and count (/= count 1)) (cons count dimensions) dimensions))
           (element (if (aggregate-p type) (layout-of-type type) (number-names type))))
      (unless element
        (reject-layout whole (text "its slot ~S is of the type ~S, which has no layout in C and numpy." name type)))
      (make-member (identifier name) (cffi:foreign-slot-offset whole name)
                   (* (reduce #'* dimensions) (cffi:foreign-type-size type)) (cffi:foreign-type-alignment type)
                   dimensions element))))

(defun name-of-layout (parsed)
  (identifier (cffi::name parsed)))

(defun check-names (layout type)
  (let ((names (mapcar #'member-name (layout-members layout))))
    (unless (= (length names) (length (remove-duplicates names :test #'string=)))
      (reject-layout type (text "two of its slots have one name in C: ~{~A~^ ~}." names)))
    layout))

;; With :count 0 CFFI gives a slot of a number no memory, and does not say so.
(defun check-ends (layout type)
  (dolist (member (layout-members layout) layout)
    (when (or (member 0 (member-dimensions member))
              (> (+ (member-offset member) (member-size member)) (layout-size layout)))
      (reject-layout type (text "its slot ~A has no elements, or lies beyond its end." (member-name member))))))

(defun layout-of-type (type)
  (let* ((parsed (cffi::follow-typedefs (cffi::parse-type type)))
         (kind (if (typep parsed 'cffi::foreign-union-type) :union :struct))
         (whole (list kind (cffi::name parsed))))
    (check-ends (check-names (make-layout (name-of-layout parsed) (cffi::name parsed) kind
                                          (cffi:foreign-type-size whole) (cffi:foreign-type-alignment whole)
                                          (sort (mapcar (lambda (name) (member-at whole name)) (cffi:foreign-slot-names whole))
                                                #'< :key #'member-offset))
                             type)
                type)))

(defun find-layout (type)
  "The layout of TYPE: (:struct name), (:union name), or a name of either. CFFI warns of a structure's name alone."
  (loop for candidate in (if (and (symbolp type) type) (list (list :struct type) (list :union type) type) (list type))
        when (aggregate-p candidate)
          return (layout-of-type candidate)
        finally (reject-layout type (text "it must be the name of a structure of cffi:defcstruct or a union of cffi:defcunion: NAME, ~
                                           (:STRUCT NAME) or (:UNION NAME)."))))

;;; C. Its compiler places members by itself: what CFFI was told otherwise is made of explicit octets, or is an error.

(defun align (position alignment)
  (* alignment (ceiling position alignment)))

(defun c-declaration (element name dimensions)
  (let ((type (if (layout-p element)
                  (text "~(~A~) ~A " (layout-kind element) (layout-name element))
                  (text "~A~:[ ~;~]" (first element) (string= (first element) "void *")))))
    (text "~A~A~{[~D]~}" type name dimensions)))

(defun name-of-padding (layout from)
  "A name that no member has."
  (loop for name = (text "padding_at_~D" from) then (text "~A_" name)
        unless (find name (layout-members layout) :key #'member-name :test #'string=)
          return name))

(defun padding (layout from to)
  (and (< from to)
       (list (text "unsigned char ~A[~D]; /* ~D */" (name-of-padding layout from) (- to from) from))))

(defun check-placed (member position type)
  "C can have MEMBER of a structure behind POSITION where CFFI has it."
  (let ((offset (member-offset member)))
    (unless (and (<= position offset) (zerop (mod offset (member-alignment member))))
      (reject-layout type (text "C cannot place ~A at ~D." (member-name member) offset)))))

(defun c-members (layout type)
  "The lines of the members of LAYOUT."
  (let ((lines '())
        (position 0)
        (structure (eq :struct (layout-kind layout))))
    (dolist (member (layout-members layout))
      (let ((offset (member-offset member)))
        (when structure
          (check-placed member position type)
          (unless (= offset (align position (member-alignment member)))
            (setf lines (append (padding layout position offset) lines))))
        (push (text "~A; /* ~D */" (c-declaration (member-element member) (member-name member) (member-dimensions member)) offset)
              lines)
        (setf position (max position (+ offset (member-size member))))))
    ;; In a union everything begins at 0.
    (unless (= (layout-size layout) (align position (layout-alignment layout)))
      (setf lines (append (padding layout (if structure position 0) (layout-size layout)) lines)))
    (reverse lines)))

(defun same-layout-p (one other)
  (and (eq (layout-symbol one) (layout-symbol other))
       (eq (layout-kind one) (layout-kind other))))

(defun inner-layouts (layout)
  "The layouts that LAYOUT consists of, and itself, each after those that it needs."
  (remove-duplicates (append (loop for member in (layout-members layout)
                                   when (layout-p (member-element member))
                                     append (inner-layouts (member-element member)))
                             (list layout))
                     :test #'same-layout-p :from-end t))

(defun check-tags (layouts type)
  "Return LAYOUTS, if each has a name of its own in C, where structures and unions share them."
  (let ((names (mapcar #'layout-name layouts)))
    (unless (= (length names) (length (remove-duplicates names :test #'string=)))
      (reject-layout type (text "two of the structures and unions in it have one name in C: ~{~A~^ ~}." names)))
    layouts))

(defun print-as-c (layout type stream)
  (loop for (inner . others) on (check-tags (inner-layouts layout) type)
        for name = (text "~(~A~) ~A" (layout-kind inner) (layout-name inner))
        do (format stream "~A {~%~{~C~A~%~}};~%_Static_assert(sizeof(~A) == ~D, \"size of ~A\");~%~:[~;~%~]"
                   name (loop for line in (c-members inner type) collect #\Tab collect line) name (layout-size inner) name others)))

;;; numpy

(defun numpy-format (member)
  (let ((element (member-element member))
        (dimensions (member-dimensions member)))
    (cond ((layout-p element)
           (text "~:[~A~;(~A, (~{~D,~^ ~}))~]" dimensions (numpy-dtype element) dimensions))
          ((and dimensions (string= (first element) "char"))
           (text "~:[\"S~D\"~;(\"S~D\", (~{~D,~^ ~}))~]" (rest dimensions) (car (last dimensions)) (butlast dimensions)))
          (t
           (text "~:[\"~A\"~;(\"~A\", (~{~D,~^ ~}))~]" dimensions (second element) dimensions)))))

(defun numpy-dtype (layout)
  (let ((members (layout-members layout)))
    (text "numpy.dtype({\"names\": [~{\"~A\"~^, ~}], \"formats\": [~{~A~^, ~}], \"offsets\": [~{~D~^, ~}], \"itemsize\": ~D})"
          (mapcar #'member-name members) (mapcar #'numpy-format members) (mapcar #'member-offset members) (layout-size layout))))

(eval-when (:compile-toplevel :load-toplevel :execute)
  (defparameter *layout-languages* '((:c . 0) (:numpy . 1))))

(defun print-shm-layout (type language &optional (stream *standard-output*))
  #.(doc "print-shm-layout")
  (let ((layout (find-layout type))
        (stream (check-output-stream stream 'print-shm-layout)))
    (with-plain-printer
      (if (zerop (choice-value language 'language *layout-languages* 'print-shm-layout))
          (print-as-c layout type stream)
          (format stream "~A~%" (numpy-dtype layout))))
    (values)))

(define-compiler-macro print-shm-layout (&whole form type &optional (language nil language-p) &rest others)
  (declare (ignore type others))
  (when language-p
    (check-choice language 'language *layout-languages*))
  form)

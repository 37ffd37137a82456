;;;; SPDX-License-Identifier: BSD-3-Clause
;;;; Strings in shared memory. A field is a range of octets: no string is read or written beyond it.

(in-package #:posix-shm)

(deftype octet-vector ()
  '(simple-array (unsigned-byte 8) (*)))

;;; Encodings. Those that come in two byte orders are taken in that of the machine, without a mark.

(defun reject-encoding (designator argument operation)
  (reject operation argument designator 'keyword
          "it must be an encoding of Babel, such as :UTF-8 (babel:list-character-encodings)."))

(defun known-encoding (designator)
  "The encoding of Babel that DESIGNATOR names, or nil. Babel's table of code page 437 is that of another one."
  (let ((found (ignore-errors (babel-encodings:get-character-encoding designator))))
    (and found
         (not (eq :cp437 (babel-encodings:enc-name found)))
         found)))

(defun definite-encoding (designator argument operation)
  "The encoding of Babel that DESIGNATOR names."
  (let ((found (or (known-encoding designator) (reject-encoding designator argument operation))))
    (if (babel-encodings:ambiguous-encoding-p found)
        (babel-encodings:get-character-encoding
         (intern (text "~A~A" (babel-encodings:enc-name found) #+little-endian "LE" #-little-endian "BE") '#:keyword))
        found)))

(defun unit-octets (encoding)
  (floor (babel-encodings:enc-code-unit-size encoding) 8))

(defstruct (text-encoding (:conc-name encoding-) (:constructor make-text-encoding (name unit)))
  "An encoding: its name in Babel, and the octets of a code unit."
  name
  (unit 1 :type (integer 1 8)))

(defvar *text-encodings* '() "Those that were asked for, by their designators. Babel takes as long to find one as to use it.")

(defun find-text-encoding (designator operation)
  (or (cdr (assoc designator *text-encodings* :test #'eq))
      (let* ((found (definite-encoding designator 'encoding operation))
             (encoding (make-text-encoding (babel-encodings:enc-name found) (unit-octets found))))
        (push (cons designator encoding) *text-encodings*)
        encoding)))

;;; Fields

(defstruct (field (:constructor make-field (where start end)))
  "The octets of WHERE, a vector or a pointer, from START up to END."
  where
  (start 0 :type (unsigned-byte 62))
  (end 0 :type (unsigned-byte 62)))

(declaim (inline field-octets))

(defun field-octets (field)
  (- (field-end field) (field-start field)))

(defun check-octet (value argument least operation)
  (if (typep value `(integer ,least (,(ash 1 62))))
      value
      (reject operation argument value `(integer ,least (,(ash 1 62)))
              (text "it must be an integer from ~D~:[~;: the end of the field behind a pointer is unknown~]." least (eq argument 'end)))))

(defun reject-field (where operation)
  (reject operation 'where where '(or (vector (unsigned-byte 8)) shm-view cffi:foreign-pointer)
          "it must be a vector of octets, or a foreign pointer: (map-shm-vector shm '(unsigned-byte 8) length) maps one."))

(defun octets-p (where)
  "Is WHERE a vector of octets, or a view of such?"
  (typecase where
    (octet-vector t)
    (shm-view (eq (region-element (shm-view-region where)) #.(table-form '(unsigned-byte 8))))
    (vector (equal (array-element-type where) '(unsigned-byte 8)))))

(defun parse-field (where start end operation)
  (cond ((octets-p where)
         (let ((end (check-range where start end operation)))
           (make-field where start end)))
        ((cffi:pointerp where)
         (let ((start (check-octet start 'start 0 operation)))
           (check-address where operation)
           (make-field where start (check-octet end 'end start operation))))
        (t
         (reject-field where operation))))

(defun octet-element ()
  #.(table-form '(unsigned-byte 8)))

(defun copy-from-pointer (octets from)
  "Fill OCTETS, a vector of the heap, with what is at the address FROM."
  (with-address (to octets 1)
    (if to
        (pshm-copy to from (length octets))
        (copy-from-address octets 0 from (length octets) (octet-element)))))

(defun copy-to-pointer (octets to)
  (with-address (from octets 1)
    (if from
        (pshm-copy to from (length octets))
        (copy-to-address to octets 0 (length octets) (octet-element)))))

(defun copy-from-field (field count)
  "The first COUNT octets of FIELD in a vector of the heap, which nobody else changes."
  (let ((octets (make-array count :element-type '(unsigned-byte 8)))
        (where (field-where field))
        (start (field-start field)))
    (if (cffi:pointerp where)
        (copy-from-pointer octets (+ start (address-of where)))
        (replace-shm-vector octets where :start2 start :end2 (+ start count)))
    octets))

(defun copy-to-field (octets field)
  (let ((where (field-where field))
        (start (field-start field)))
    (if (cffi:pointerp where)
        (copy-to-pointer octets (+ start (address-of where)))
        (replace-shm-vector where octets :start1 start))))

(defun name-of-field (field)
  "The name of the object that FIELD is in, if it is known."
  (name-of-region (and (not (cffi:pointerp (field-where field))) (find-region (field-where field)))))

;;; Writing

(defun reject-string (string requirement field)
  (reject 'write-shm-string 'string string 'string requirement :name (name-of-field field)))

(defun check-string-argument (string null-terminated field)
  (cond ((not (stringp string))
         (reject-string string "it must be a string." field))
        ((and null-terminated (find (code-char 0) string))
         (reject-string string
                        (text "it has a NUL at ~D, where a reader of it would end." (position (code-char 0) string))
                        field))))

(defun encoded (string encoding field)
  "The octets of STRING, or an error that says that a character has none."
  (handler-case (encode-string string (encoding-name encoding) :errorp t)
    ;; Some encoders of Babel fail with errors of other types.
    (error ()
      (reject-string string (text "it has a character that the encoding ~S has not." (encoding-name encoding)) field))))

(defun with-terminator (octets unit)
  (let ((longer (make-array (+ (length octets) unit) :element-type '(unsigned-byte 8) :initial-element 0)))
    (replace longer (the octet-vector octets))))

(defun reject-long-string (string octets encoding null-terminated field)
  (reject-string string
                 (text "it takes ~D octets in ~S~:[~;, with its NUL~], and the field from ~D to ~D has ~D."
                       (length octets) (encoding-name encoding) null-terminated
                       (field-start field) (field-end field) (field-octets field))
                 field))

(defun write-shm-string (where string &key (start 0) end (encoding :utf-8) null-terminated)
  #.(doc "write-shm-string")
  (let* ((encoding (find-text-encoding encoding 'write-shm-string))
         (field (parse-field where start end 'write-shm-string)))
    (check-string-argument string null-terminated field)
    (let* ((plain (encoded string encoding field))
           (octets (if null-terminated (with-terminator plain (encoding-unit encoding)) plain)))
      (when (> (length octets) (field-octets field))
        (reject-long-string string octets encoding null-terminated field))
      (copy-to-field octets field)
      (+ (field-start field) (length octets)))))

(define-folding write-shm-string 2)

;;; Reading

(define-condition shm-string-error (shm-error)
  ()
  (:report report-failure)
  (:documentation #.(doc "shm-string-error" "Condition")))

(defun fail-to-read (field hint)
  (error 'shm-string-error :operation 'read-shm-string :errno *eilseq* :name (name-of-field field)
                           :hint (text "The field from ~D to ~D ~A" (field-start field) (field-end field) hint)))

(defun terminator (octets unit)
  "Where the first code unit of OCTETS that is zero begins, or nil."
  (declare (type octet-vector octets) (type (integer 1 8) unit))
  (flet ((zerop-at (start)
           (loop for index of-type fixnum from start below (+ start unit)
                 always (zerop (aref octets index)))))
    (if (= unit 1)
        (dotimes (index (length octets))
          (when (zerop (aref octets index))
            (return index)))
        (loop for start of-type fixnum from 0 to (- (length octets) unit) by unit
              when (zerop-at start)
                return start))))

(defun terminated-octets (field unit)
  "Octets of FIELD, and where the first NUL is in them. Nobody looks at the memory twice: what was copied is what is searched."
  (loop with size = (field-octets field)
        for count = (min size 256) then (min size (* 2 count))
        for octets = (copy-from-field field count)
        for end = (terminator octets unit)
        when end
          return (values octets end)
        when (= count size)
          do (fail-to-read field "has no NUL: the string would run beyond it.")))

(defun cut-p (octets end encoding)
  "Do OCTETS end at END within a character, where Babel would look behind it?"
  (declare (type octet-vector octets) (type (unsigned-byte 62) end))
  (if (eq (encoding-name encoding) :gbk)
      (loop for start of-type (unsigned-byte 62) = 0 then (+ start (if (<= (aref octets start) #x80) 1 2))
            while (< start end)
            finally (return (/= start end)))
      (plusp (mod end (encoding-unit encoding)))))

(defun begins-utf-8-p (octets start end)
  "Do OCTETS from START to END begin a character in UTF-8, and do not end it?"
  (declare (type octet-vector octets))
  (let ((lead (aref octets start)))
    (and (<= #xC2 lead #xF4)
         (< (- end start) (cond ((< lead #xE0) 2) ((< lead #xF0) 3) (t 4))))))

(defun half-p (octets end encoding)
  "Do OCTETS end at END within a character, after Babel has said so? It also does where an octet begins no character at all."
  (declare (type octet-vector octets))
  (or (not (eq :utf-8 (encoding-name encoding)))
      (let ((lead (position-if (lambda (octet) (/= #x80 (logand #xC0 octet))) octets :end end :from-end t)))
        (and lead (begins-utf-8-p octets lead end)))))

(defun fail-to-decode (field encoding half)
  (fail-to-read field
                (if half
                    "ends within a character."
                    (text "has octets that are no character in ~S." (encoding-name encoding)))))

(defun decoded (octets end encoding field)
  "The string that OCTETS up to END are in ENCODING."
  (when (cut-p octets end encoding)
    (fail-to-decode field encoding t))
  (let ((string (handler-case (decode-octets octets 0 end (encoding-name encoding) :errorp t)
                  (babel-encodings:end-of-input-in-character ()
                    (fail-to-decode field encoding (half-p octets end encoding)))
                  (error ()
                    (fail-to-decode field encoding nil)))))
    ;; Babel finds them in other encodings.
    (when (and (= 4 (encoding-unit encoding)) (lone-surrogate string))
      (fail-to-decode field encoding nil))
    string))

(defun read-shm-string (where &key (start 0) end (encoding :utf-8) null-terminated)
  #.(doc "read-shm-string")
  (let* ((encoding (find-text-encoding encoding 'read-shm-string))
         (field (parse-field where start end 'read-shm-string))
         (size (field-octets field)))
    (multiple-value-bind (octets end)
        (if null-terminated (terminated-octets field (encoding-unit encoding)) (values (copy-from-field field size) size))
      (decoded octets end encoding field))))

(define-folding read-shm-string 1)

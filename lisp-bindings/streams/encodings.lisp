;;;; SPDX-License-Identifier: BSD-3-Clause
;;;; Encodings of Babel, and what a stream needs to know of one: where a character ends.

(in-package #:posix-shm/streams)

(deftype octets () '(simple-array (unsigned-byte 8) (*)))

(defstruct (encoding (:constructor make-encoding (name unit most ascii newline)))
  "An encoding: its name in Babel, the octets of a code unit, the most octets of a character, whether the characters of ASCII are
octets of the same number, and the octets of a newline, a code unit."
  name
  (unit 1 :type (integer 1 4))
  (most 1 :type (integer 1 8))
  ascii
  (newline (make-array 1 :element-type '(unsigned-byte 8) :initial-element 10) :type octets))

(defun encode (string name &optional (start 0) (end (length string)))
  (encode-string string name :start start :end end))

(defun ascii-p (name)
  "Does the encoding NAME have the characters of ASCII as octets of the same number? In those of East Asia some are also second
octets, but no control character is, and none is first."
  (let ((characters (coerce (loop for code below 128 collect (code-char code)) '(simple-array character (*)))))
    (ignore-errors (equalp (encode characters name) (coerce (loop for code below 128 collect code) 'octets)))))

(defun find-encoding (designator operation)
  (let* ((found (definite-encoding designator 'external-format operation))
         (name (babel-encodings:enc-name found))
         (unit (unit-octets found)))
    (make-encoding name unit (min 8 (* unit (babel-encodings:enc-max-units-per-char found))) (ascii-p name)
                   (coerce (encode (string #\Newline) name) 'octets))))

;;; Where a character ends. Babel has no function for that, but says whether octets are a whole character.

(defun whole-p (octets start end name)
  (handler-case (progn (decode-octets octets start end name :errorp t) t)
    (error () nil)))

(defun octets-by-trial (octets start end encoding)
  "How many octets the character at START has, or nil where it does not end before END."
  (loop with most = (encoding-most encoding)
        for count from (encoding-unit encoding) by (encoding-unit encoding)
        while (<= (+ start count) end)
        do (when (or (>= count most) (whole-p octets start (+ start count) (encoding-name encoding)))
             (return count))))

(defun octets-of-utf-8 (lead)
  "How many octets the character has that begins with LEAD. One that begins none counts alone."
  (declare (type (unsigned-byte 8) lead))
  (cond ((< lead #xC0) 1)
        ((< lead #xE0) 2)
        ((< lead #xF0) 3)
        ((< lead #xF8) 4)
        (t 1)))

(defun octets-by-lead (lead encoding)
  "How many octets the character has that begins with LEAD, or nil where LEAD does not decide it. Babel's decoder of GBK looks
behind the end, so it cannot be asked."
  (declare (type (unsigned-byte 8) lead))
  (cond ((eq (encoding-name encoding) :utf-8) (octets-of-utf-8 lead))
        ((eq (encoding-name encoding) :gbk) (if (<= lead #x80) 1 2))
        ((= (encoding-most encoding) (encoding-unit encoding)) (encoding-unit encoding))))

(defun octets-of-character (octets start end encoding)
  "How many octets the character at START has, or nil where it does not end before END."
  (declare (type octets octets) (type fixnum start end))
  (let ((count (octets-by-lead (aref octets start) encoding)))
    (cond ((null count) (octets-by-trial octets start end encoding))
          ((<= (+ start count) end) count))))

(defun decode (octets start end encoding)
  "The characters of OCTETS from START to END."
  (decode-octets octets start end (encoding-name encoding)))

(defun decode-one (octets start end encoding)
  "A string of the character of OCTETS from START to END. Where it takes two of this Lisp's, lines have it, and nothing less has."
  (let ((string (decode octets start end encoding)))
    (when (and (typep string '(simple-array character (*))) (< 1 (length string)) (pair-p string 0 2))
      (error 'babel-encodings:character-out-of-range :buffer octets :position start :encoding (encoding-name encoding)
                                                     :octets (subseq octets start end)))
    string))

(defun ascii-string (octets start end)
  "The characters of OCTETS from START to END, or nil where one is none of ASCII."
  (declare (type octets octets) (type (unsigned-byte 32) start end) (optimize speed))
  (let ((string (make-string (- end start))))
    (loop for index of-type (unsigned-byte 32) from start below end
          for target of-type (unsigned-byte 32) from 0
          do (let ((octet (aref octets index)))
               (when (>= octet 128)
                 (return-from ascii-string nil))
               (setf (schar string target) (code-char octet))))
    string))

(defun characters (octets start end encoding)
  "The characters of OCTETS from START to END, a string."
  (or (and (encoding-ascii encoding) (ascii-string octets start end))
      (decode octets start end encoding)))

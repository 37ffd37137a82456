;;;; SPDX-License-Identifier: BSD-3-Clause
;;;; Characters above U+FFFF. Where a character has sixteen bits, as on ABCL, a string has two for one of them, a surrogate pair, of
;;;; which Babel makes six octets in UTF-8, and it reads four octets as another character. Java's coders take pairs.

(in-package #:posix-shm)

(defun utf-p (name)
  (member name '(:utf-8 :utf-16le :utf-16be :utf-32le :utf-32be)))

(declaim (inline surrogate-p pair-p))

(defun surrogate-p (string index)
  (declare (type (simple-array character (*)) string) (type (unsigned-byte 32) index))
  (= #xD800 (logand #x1FF800 (char-code (schar string index)))))

(defun pair-p (string index end)
  "Does a surrogate pair begin at INDEX of STRING and end before END? Where a character may have more than sixteen bits, none does."
  (declare (type (simple-array character (*)) string) (type (unsigned-byte 32) index end)
           (ignorable string index end))
  (and #.(= char-code-limit #x10000)
       (< (1+ index) end)
       (= #xD800 (logand #x1FFC00 (char-code (schar string index))))
       (= #xDC00 (logand #x1FFC00 (char-code (schar string (1+ index)))))))

(defun lone-surrogate (string &optional (start 0) (end (length string)))
  "The position in STRING from START to END of the first code that is half of a surrogate pair without the other half, or nil."
  (declare (type (unsigned-byte 32) start end))
  (let ((string (if (typep string '(simple-array character (*))) string (coerce string '(simple-array character (*)))))
        (index start))
    (declare (type (simple-array character (*)) string) (type (unsigned-byte 32) index) (optimize speed))
    (loop while (< index end)
          do (cond ((not (surrogate-p string index)) (incf index))
                   ((pair-p string index end) (incf index 2))
                   (t (return index))))))

#+abcl
(progn
  (defun surrogate-code-p (character)
    (<= #xD800 (char-code character) #xDFFF))

  (defvar *charsets* '((:utf-8 . "UTF-8") (:utf-16le . "UTF-16LE") (:utf-16be . "UTF-16BE") (:utf-32le . "UTF-32LE")
                       (:utf-32be . "UTF-32BE")))

  (defun charset (name)
    (java:jstatic "forName" "java.nio.charset.Charset" (cdr (assoc name *charsets*))))

  (defun encode-pairs (string name)
    "The octets of STRING, which has surrogates only in pairs, in the encoding NAME."
    (let* ((octets (java:jcall (java:jmethod "java.lang.String" "getBytes" "java.nio.charset.Charset") string (charset name)))
           (count (java:jarray-length octets))
           (vector (make-array count :element-type '(unsigned-byte 8))))
      (dotimes (index count vector)
        (setf (aref vector index) (ldb (byte 8 0) (java:jarray-ref octets index))))))

  (defun decode-pairs (octets start end name)
    "The characters of OCTETS from START to END in the encoding NAME, or nil where these are not all characters."
    (let ((decoder (java:jcall (java:jmethod "java.nio.charset.Charset" "newDecoder") (charset name)))
          (buffer (heap-buffer octets start (- end start) (find 8 *words* :key #'words-bits))))
      (handler-case (coerce (java:jcall (java:jmethod "java.lang.Object" "toString")
                                        (java:jcall (java:jmethod "java.nio.charset.CharsetDecoder" "decode" "java.nio.ByteBuffer")
                                                    decoder buffer))
                            '(simple-array character (*)))
        (java:java-exception () nil))))

  (defun decodes-pairs-p (octets start end name)
    "May OCTETS from START to END have a pair? In UTF-8 and UTF-16 an octet of it is large."
    (and (utf-p name)
         (or (member name '(:utf-32le :utf-32be))
             (find-if (lambda (octet) (<= #xD8 octet)) octets :start start :end end)))))

(defun check-surrogates (string start end name)
  "Signal an error of Babel's, which itself makes octets of half a pair."
  (let ((index (and (utf-p name) (lone-surrogate string start end))))
    (when index
      (error 'babel-encodings:character-encoding-error :buffer string :position index :encoding name
                                                       :code (char-code (char string index))))))

(defun errors-p ()
  "Is a character without octets, or are octets without a character, an error? Babel has replacements otherwise."
  (not babel-encodings:*suppress-character-coding-errors*))

(defun encode-string (string name &key (start 0) (end (length string)) (errorp (errors-p)))
  "The octets of STRING from START to END in the encoding NAME."
  (when errorp
    (check-surrogates string start end name))
  (cond #+abcl ((and (utf-p name) (find-if #'surrogate-code-p string :start start :end end))
                (encode-pairs (subseq string start end) name))
        (t (babel:string-to-octets string :start start :end end :encoding name :use-bom nil :errorp errorp))))

(defun decode-octets (octets start end name &key (errorp (errors-p)))
  "The characters of OCTETS from START to END in the encoding NAME."
  (or #+abcl (and (decodes-pairs-p octets start end name) (decode-pairs octets start end name))
      ;; It also says what is wrong.
      (values (babel:octets-to-string (the (simple-array (unsigned-byte 8) (*)) octets)
                                      :start start :end end :encoding name :errorp errorp))))

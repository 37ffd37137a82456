;;;; SPDX-License-Identifier: BSD-3-Clause
;;;; Writing octets and characters. A character is never in two messages. Interrupts run while a full buffer is sent, and not while
;;;; one is filled: they may write, too.

(in-package #:posix-shm/streams)

(defconstant +run+ 64 "Characters that Babel encodes at a time: fewer octets than the smallest buffer has.")

(declaim (inline free-octets))

(defun free-octets (output)
  (- (length (output-octets output)) (output-fill output)))

(defun store-octets (output octets start end)
  "Put OCTETS from START to END, which fit, into the buffer. Return their number."
  (replace (output-octets output) octets :start1 (output-fill output) :start2 start :end2 end)
  (incf (output-fill output) (- end start))
  (- end start))

(defun put-octets (stream output octets start end)
  "Write OCTETS from START to END, and send when the buffer is full."
  (loop until (= start end)
        do (incf start (briefly-uninterrupted (store-octets output octets start (min end (+ start (free-octets output))))))
           (when (zerop (free-octets output))
             (flush stream))))

(declaim (inline store-octet put-octet))

(defun store-octet (output octet)
  "Put OCTET into the buffer, and return true; or nil where it is full."
  (let ((fill (output-fill output)))
    (when (< fill (length (output-octets output)))
      (setf (aref (output-octets output) fill) octet
            (output-fill output) (1+ fill))
      t)))

(defun put-octet (stream output octet)
  "A buffer that could not be sent when it became full is sent first."
  (loop until (briefly-uninterrupted (store-octet output octet))
        do (flush stream))
  (when (zerop (free-octets output))
    (flush stream)))

(defmethod stream-write-byte ((stream shm-output-stream) octet)
  (check-type octet (unsigned-byte 8))
  (put-octet stream (the-output stream) octet)
  octet)

;;; Characters: those of ASCII by a loop, and the others by Babel.

(defun move-column (output string start end)
  "The column after STRING from START to END was written."
  (let ((newline (position #\Newline string :start start :end end :from-end t)))
    (if newline
        (setf (output-column output) (- end newline 1))
        (incf (output-column output) (- end start)))))

(defun end-of-run (string start end)
  "Where some of the characters of STRING from START to END end, with no surrogate pair in two parts."
  (let ((limit (+ start +run+)))
    (cond ((<= end limit) end)
          ((and (typep string '(simple-array character (*))) (pair-p string (1- limit) end)) (1- limit))
          (t limit))))

(defun put-encoded (stream output string start end encoding)
  "Write some of the characters of STRING from START to END. Return the index behind them."
  (let* ((end (end-of-run string start end))
         (octets (encode string (encoding-name encoding) start end)))
    (loop until (briefly-uninterrupted (and (<= (length octets) (free-octets output))
                                            (store-octets output octets 0 (length octets))))
          do (flush stream))
    (move-column output string start end)
    (when (zerop (free-octets output))
      (flush stream))
    end))

(defmacro define-ascii-writer (name type)
  `(defun ,name (output string start end)
     "Copy the characters of STRING from START to END, up to one that is none of ASCII, or until the buffer is full. Return the
index behind them."
     (declare (type output output) (type ,type string) (type (unsigned-byte 32) start end) (optimize speed))
     (let* ((octets (output-octets output))
            (fill (output-fill output))
            (end (min end (+ start (- (length octets) fill))))
            ;; Where the column would be 0.
            (origin (- start (output-column output))))
       (declare (type (unsigned-byte 32) fill end) (type fixnum origin))
       (loop while (< start end)
             do (let ((code (char-code (schar string start))))
                  (when (>= code 128)
                    (return))
                  (setf (aref octets fill) code)
                  (incf fill)
                  (incf start)
                  (when (= code 10)
                    (setf origin start))))
       (setf (output-fill output) fill
             (output-column output) (- start origin))
       start)))

(define-ascii-writer put-ascii (simple-array character (*)))
(define-ascii-writer put-base (simple-array base-char (*)))

(defun put-plain (output string start end)
  (typecase string
    ((simple-array character (*)) (put-ascii output string start end))
    (t (put-base output string start end))))

(defun plain-string (string start end)
  "The characters of STRING from START to END in a simple string, and where they are there."
  (if (typep string '(or (simple-array character (*)) (simple-array base-char (*))))
      (values string start end)
      (values (coerce (subseq string start end) '(simple-array character (*))) 0 (- end start))))

(defun next-other (string start end)
  "The end of a run of characters from START on: at the next one of ASCII, or soon."
  (or (position-if (lambda (character) (< (char-code character) 128)) string :start start :end (min end (+ start +run+)))
      (end-of-run string start end)))

(defun put-string (stream output string start end)
  (let* ((encoding (encoding-of stream))
         (ascii (encoding-ascii encoding)))
    (loop while (< start end)
          do (when ascii
               (setf start (briefly-uninterrupted (put-plain output string start end))))
             (cond ((zerop (free-octets output)) (flush stream))
                   ((< start end)
                    (setf start (put-encoded stream output string start (if ascii (next-other string start end) end) encoding)))))))

(defun write-characters (stream string start end)
  (let ((output (the-output stream)))
    (multiple-value-bind (plain first last) (plain-string string start end)
      (put-string stream output plain first last))))

(defmethod stream-write-string ((stream shm-output-stream) string &optional (start 0) end)
  (write-characters stream string (or start 0) (or end (length string)))
  string)

(defmethod stream-write-char ((stream shm-output-stream) character)
  (let ((output (the-output stream))
        (code (char-code character)))
    (cond ((and (< code 128) (encoding-ascii (encoding-of stream)))
           (setf (output-column output) (if (= code 10) 0 (1+ (output-column output))))
           (put-octet stream output code))
          (t
           (put-encoded stream output (make-string 1 :initial-element character) 0 1 (encoding-of stream))))
    character))

(defmethod stream-terpri ((stream shm-output-stream))
  (stream-write-char stream #\Newline)
  nil)

(defmethod stream-line-column ((stream shm-output-stream))
  (output-column (the-output stream)))

(defmethod stream-start-line-p ((stream shm-output-stream))
  (zerop (output-column (the-output stream))))

(defmethod stream-fresh-line ((stream shm-output-stream))
  (unless (stream-start-line-p stream)
    (stream-terpri stream)
    t))

;;; Sequences: strings, vectors of octets, and what has elements of both kinds.

(defun write-elements (stream sequence start end)
  (let ((elements (subseq sequence start end)))
    (map nil (lambda (element)
               (if (characterp element) (stream-write-char stream element) (stream-write-byte stream element)))
         elements)))

(defmethod stream-write-sequence ((stream shm-output-stream) sequence start end &key)
  (let ((start (or start 0))
        (end (or end (length sequence))))
    (typecase sequence
      (string (write-characters stream sequence start end))
      (octets (put-octets stream (the-output stream) sequence start end))
      (t (write-elements stream sequence start end)))
    sequence))

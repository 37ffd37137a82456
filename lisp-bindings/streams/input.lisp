;;;; SPDX-License-Identifier: BSD-3-Clause
;;;; Reading octets and characters. A message is received as soon as its octets are in the buffer, whatever interrupts then, and
;;;; octets are read as soon as their element is to be returned. A character, or a line, may be in several messages. Interrupts and
;;;; handlers that run while a call waits may read, too: afterwards the buffer is looked at again.

(in-package #:posix-shm/streams)

;;; More octets. The last character that was read stays in the buffer, so that it can be unread.

(defun move-into (input new octets)
  "Move what is kept to the beginning of the buffer NEW, and return true, if OCTETS more fit behind it. Without interrupts."
  (let* ((keep (or (input-last input) (input-start input)))
         (kept (- (input-end input) keep)))
    (when (<= (+ kept octets) (length new))
      (replace new (input-octets input) :start2 keep :end2 (input-end input))
      (setf (input-octets input) new
            (input-last input) (and (input-last input) 0)
            (input-start input) (- (input-start input) keep)
            (input-end input) kept)
      t)))

(defun grow (input octets)
  "Have space for OCTETS octets behind those that are kept."
  (loop for old = (input-octets input)
        for new = (make-array (max (* 2 (length old)) (+ (length old) octets)) :element-type '(unsigned-byte 8))
        until (uninterrupted (or (move-into input (input-octets input) octets)
                                 (move-into input new octets)))))

(defun recycle (input)
  "Let the buffer begin at its beginning, if all of it was read. Without interrupts."
  (and (= (input-start input) (input-end input))
       (move-into input (input-octets input) 0)))

(defun receive-more (stream input messages timeout if-timeout)
  "Receive a message behind the octets that are there, unless others than MESSAGES have been received. Return what receive-buffer
does."
  (let ((octets (input-octets input)))
    (flet ((start ()
             (and (eq octets (input-octets input))
                  (eql messages (input-messages input))
                  (input-end input)))
           (keep (length)
             (incf (input-end input) length)
             (setf (input-messages input) (ldb (byte 28 0) (1+ messages)))))
      (declare (dynamic-extent #'start #'keep))
      (receive-buffer (shm-stream-channel stream) octets #'start #'keep timeout if-timeout))))

(defun refill (stream input &optional (timeout (timeout-of stream)) (if-timeout 0))
  "Receive a message. Return true, after which the buffer is to be looked at again; or nil where the sender has left, or TIMEOUT is
over and IF-TIMEOUT is not 0."
  (briefly-uninterrupted (recycle input))
  (with-stream-errors (stream)
    (loop with messages = (input-messages input)
          for length = (receive-more stream input messages timeout if-timeout)
          do (cond ((null length) (return nil))
                   ((>= length +too-long+) (grow input (- length +too-long+)))
                   ((/= messages (input-messages input)) (return t))))))

(declaim (inline more-p consume))

(defun more-p (stream input)
  "Is there an octet to read? At the end of the stream there is none."
  (loop
    (cond ((< (input-start input) (input-end input)) (return t))
          ((not (refill stream input)) (return nil)))))

(defun consume (input start next &optional last)
  "The octets from START to NEXT have been read: those of a character that can be unread if LAST is true. Return nil where somebody
else has read them. Without interrupts."
  (when (and (= start (input-start input)) (<= next (input-end input)))
    (setf (input-last input) (and last start)
          (input-start input) next)
    t))

;;; What an operation has read in part, and that it does not return, since it is left, is there for the next one.

(defun put-back (input octets)
  "Put OCTETS before those that have not been read. For an undo."
  (let* ((count (length octets))
         (start (input-start input))
         (end (input-end input))
         (new (if (<= count start)
                  (input-octets input)
                  (make-array (max (length (input-octets input)) (+ count (- end start))) :element-type '(unsigned-byte 8))))
         (first (if (<= count start) (- start count) 0)))
    (unless (<= count start)
      (replace new (input-octets input) :start1 count :start2 start :end2 end))
    (replace new octets :start1 first)
    (setf (input-octets input) new
          (input-last input) nil
          (input-start input) first
          (input-end input) (+ first count (- end start)))))

(defun octets-of-elements (stream sequence start end)
  "The octets of the characters or octets of SEQUENCE from START to END, all of one kind."
  (let ((part (subseq sequence start end))
        (babel-encodings:*suppress-character-coding-errors* t))
    (cond ((= start end) (make-array 0 :element-type '(unsigned-byte 8)))
          ((characterp (elt part 0)) (encode (coerce part '(simple-array character (*))) (encoding-name (encoding-of stream))))
          (t (coerce part 'octets)))))

;;; Octets

(declaim (inline pop-octet))

(defun pop-octet (input)
  "Read an octet that is there, or return nil. Without interrupts."
  (let ((start (input-start input)))
    (when (< start (input-end input))
      (setf (input-last input) nil
            (input-start input) (1+ start))
      (aref (input-octets input) start))))

(defun take-octet (stream input)
  (loop
    (let ((octet (briefly-uninterrupted (pop-octet input))))
      (cond (octet (return octet))
            ((not (refill stream input)) (return :eof))))))

(defmethod stream-read-byte ((stream shm-input-stream))
  (take-octet stream (the-input stream)))

(defun next-octet (stream input)
  "The next octet, which stays, and where it begins and ends."
  (if (more-p stream input)
      (let ((start (input-start input)))
        (values (aref (input-octets input) start) start (1+ start)))
      :eof))

;;; Characters. Octets that are no character are read by the error that they are.

(defmacro decoding ((input start next) form)
  "The value of FORM, which decodes; and whether it was an error, after which the octets from START to NEXT have been read."
  `(let ((failed nil))
     (values (handler-bind ((error (lambda (condition)
                                     (declare (ignore condition))
                                     (setf failed (consume ,input ,start ,next)))))
               ,form)
             failed)))

(defun decode-at (input start next encoding)
  "The character from START to NEXT, and START; or nil where it has been read, as an error."
  (multiple-value-bind (string failed) (decoding (input start next) (decode-one (input-octets input) start next encoding))
    (values (if (plusp (length string)) (char string 0) (code-char #xFFFD))
            (if failed nil start))))

(defun next-character (stream input encoding)
  "The next character, which stays, and where it begins and ends. At the end of the stream there may be only the beginning of one."
  (loop
    (unless (more-p stream input)
      (return :eof))
    (let* ((start (input-start input))
           (count (octets-of-character (input-octets input) start (input-end input) encoding)))
      (when (or count (not (refill stream input)))
        (let ((next (if count (+ start count) (input-end input))))
          (multiple-value-bind (character start) (decode-at input (if count start (input-start input)) next encoding)
            (return (values character start next))))))))

(declaim (inline pop-ascii))

(defun pop-ascii (input)
  "Read a character of ASCII that is there, or return nil. Without interrupts."
  (let ((start (input-start input)))
    (when (< start (input-end input))
      (let ((octet (aref (input-octets input) start)))
        (when (< octet 128)
          (setf (input-last input) start
                (input-start input) (1+ start))
          (code-char octet))))))

(defun take-decoded (stream input encoding)
  (loop
    (multiple-value-bind (character start next) (next-character stream input encoding)
      (when (or (eq character :eof)
                (null start)
                (briefly-uninterrupted (consume input start next t)))
        (return character)))))

(defun take-character (stream input)
  (let ((encoding (encoding-of stream)))
    (or (and (encoding-ascii encoding) (briefly-uninterrupted (pop-ascii input)))
        (take-decoded stream input encoding))))

(defmethod stream-read-char ((stream shm-input-stream))
  (take-character stream (the-input stream)))

(defmethod stream-unread-char ((stream shm-input-stream) character)
  (declare (ignore character))
  (let ((input (the-input stream)))
    (unless (input-last input)
      (error 'shm-stream-error :stream stream :channel (shm-stream-channel stream)
                               :hint "There is no character to unread: one can be, which was read last."))
    (setf (input-start input) (input-last input)
          (input-last input) nil)
    nil))

(defmethod stream-peek-char ((stream shm-input-stream))
  (let ((character (stream-read-char stream)))
    (unless (eq character :eof)
      (stream-unread-char stream character))
    character))

;;; What is there now

(defun octet-ready-p (stream input)
  "Is there an octet that can be read without waiting?"
  (loop
    (cond ((< (input-start input) (input-end input)) (return t))
          ((not (refill stream input 0 1)) (return nil)))))

(defun ended-p (stream)
  "Has the sender left, and is no message in the channel any more?"
  (handler-case (progn (await-message-length (shm-stream-channel stream) 0 1 0) nil)
    (shm-peer-left () t)))

(defun whole-character-p (input encoding)
  (let ((start (input-start input))
        (end (input-end input)))
    (and (< start end)
         (octets-of-character (input-octets input) start end encoding))))

(defun character-ready-p (stream input)
  "Is there a whole character, or the rest of the stream, that can be read without waiting?"
  (loop
    (cond ((whole-character-p input (encoding-of stream)) (return t))
          ((not (refill stream input 0 1))
           (return (and (< (input-start input) (input-end input)) (ended-p stream)))))))

(defun ready-p (stream input)
  (if (eq (element-type-of stream) 'character)
      (character-ready-p stream input)
      (octet-ready-p stream input)))

(defmethod stream-listen ((stream shm-input-stream))
  (handler-case (ready-p stream (the-input stream))
    (shm-peer-died () nil)))

(defmethod stream-read-char-no-hang ((stream shm-input-stream))
  (let ((input (the-input stream)))
    (cond ((character-ready-p stream input) (stream-read-char stream))
          ((and (= (input-start input) (input-end input)) (ended-p stream)) :eof))))

(defmethod stream-clear-input ((stream shm-input-stream))
  (let ((input (the-input stream)))
    (loop
      (setf (input-start input) (input-end input)
            (input-last input) nil)
      (unless (octet-ready-p stream input)
        (return nil)))))

;;; Lines. A newline is a code unit, and part of no other character. Nothing is read before the line is complete.

(defun find-octet (octet octets start end)
  (declare (type octets octets) (type (unsigned-byte 8) octet) (type (unsigned-byte 32) start end) (optimize speed))
  (loop for index of-type (unsigned-byte 32) from start below end
        do (when (= octet (aref octets index))
             (return index))))

(defun find-unit (unit octets start end)
  (loop with width = (length unit)
        for index from start to (- end width) by width
        do (unless (mismatch unit octets :start2 index :end2 (+ index width))
             (return index))))

(defun find-newline (newline octets start end)
  (if (= 1 (length newline))
      (find-octet (aref newline 0) octets start end)
      (find-unit newline octets start end)))

(defun take-line (input start end next encoding)
  "The characters from START to END, after which the stream goes on at NEXT; or nil where somebody else has read them."
  (multiple-value-bind (string failed) (decoding (input start next) (characters (input-octets input) start end encoding))
    (and (or failed (briefly-uninterrupted (consume input start next)))
         string)))

(defun complete-line (stream input)
  "Where the next line begins and ends, and where the stream goes on, and nil; at the end of the stream where its rest ends, and t.
Each octet is looked at once."
  (loop with newline = (encoding-newline (encoding-of stream))
        with width = (length newline)
        with looked = 0
        for start = (input-start input)
        for found = (find-newline newline (input-octets input) (+ start looked) (input-end input))
        do (when found
             (return (values start found (+ found width) nil)))
           (setf looked (* width (floor (- (input-end input) start) width)))
           (unless (refill stream input)
             (return (values (input-start input) (input-end input) (input-end input) t)))
           ;; It has moved, or somebody else has read.
           (unless (= start (input-start input))
             (setf looked 0))))

(defmethod stream-read-line ((stream shm-input-stream))
  (loop with input = (the-input stream)
        do (multiple-value-bind (start end next missing) (complete-line stream input)
             (let ((line (take-line input start end next (encoding-of stream))))
               (when line
                 (return (values line missing)))))))

;;; Sequences

(defun copy-ascii (input target start end)
  "Copy characters of ASCII from the buffer into TARGET, a simple string of characters. Return the index behind them."
  (declare (type input input) (type (simple-array character (*)) target) (type (unsigned-byte 32) start end) (optimize speed))
  (let ((octets (input-octets input))
        (index (input-start input))
        (limit (input-end input)))
    (declare (type (unsigned-byte 32) index limit))
    (loop while (and (< start end) (< index limit))
          do (let ((octet (aref octets index)))
               (when (>= octet 128)
                 (return))
               (setf (schar target start) (code-char octet))
               (incf start)
               (incf index)))
    (setf (input-last input) nil
          (input-start input) index)
    start))

(defun copy-octets (input target start end)
  "Copy octets from the buffer into TARGET. Return the index behind them. Without interrupts."
  (let* ((first (input-start input))
         (count (min (- end start) (- (input-end input) first))))
    (replace target (input-octets input) :start1 start :start2 first :end2 (+ first count))
    (setf (input-last input) nil
          (input-start input) (+ first count))
    (+ start count)))

(defmacro reading-elements ((index stream input sequence) &body body)
  "Run BODY, which advances the variable INDEX over the elements of SEQUENCE as it reads them, and return INDEX. If it is left, put
them back."
  `(let ((first ,index))
     (with-undo (progn ,@body ,index)
       (put-back ,input (octets-of-elements ,stream ,sequence first ,index)))))

(defun take-octets (stream input target start end)
  "Read octets into TARGET. Return the index behind the last one."
  (reading-elements (start stream input target)
    (loop while (< start end)
          do (let ((before start))
               (briefly-uninterrupted (setf start (copy-octets input target start end)))
               (unless (or (< before start) (refill stream input))
                 (return))))))

(defmacro take-element (index input sequence next)
  "Store what NEXT returns into SEQUENCE at INDEX, and advance INDEX. Return nil at the end of the stream."
  `(multiple-value-bind (element from to) ,next
     (unless (eq element :eof)
       (setf (elt ,sequence ,index) element)
       (briefly-uninterrupted
         (when (or (null from) (consume ,input from to))
           (incf ,index)))
       t)))

(defun take-characters (stream input target start end)
  "Read characters into TARGET, a vector. Return the index behind the last one."
  (let* ((encoding (encoding-of stream))
         (fast (and (typep target '(simple-array character (*))) (encoding-ascii encoding))))
    (reading-elements (start stream input target)
      (loop while (< start end)
            do (when fast
                 (briefly-uninterrupted (setf start (copy-ascii input target start end))))
               (unless (or (= start end)
                           (take-element start input target (next-character stream input encoding)))
                 (return))))))

(defun take-elements (stream input sequence start end)
  "Read characters or octets, as the stream's element type is, into SEQUENCE, which may have any elements."
  (let ((characters (eq (element-type-of stream) 'character)))
    (reading-elements (start stream input sequence)
      (loop while (and (< start end)
                       (take-element start input sequence
                                     (if characters
                                         (next-character stream input (encoding-of stream))
                                         (next-octet stream input))))))))

(defmethod stream-read-sequence ((stream shm-input-stream) sequence start end &key)
  (let ((input (the-input stream))
        (start (or start 0))
        (end (or end (length sequence))))
    (cond ((stringp sequence) (take-characters stream input sequence start end))
          ((and (vectorp sequence) (subtypep (array-element-type sequence) 'integer))
           (take-octets stream input sequence start end))
          (t (take-elements stream input sequence start end)))))

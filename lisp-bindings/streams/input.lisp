;;;; SPDX-License-Identifier: BSD-3-Clause
;;;; Reading octets and characters. A message is received as soon as its octets are in the buffer, whatever interrupts then. A
;;;; character, or a line, may be in several messages.

(in-package #:posix-shm/streams)

;;; More octets

(defun grow (input octets)
  "Have room for OCTETS octets after those that have not been read."
  (let* ((start (input-start input))
         (kept (- (input-end input) start))
         (old (input-octets input))
         (needed (+ kept octets))
         (new (if (<= needed (length old))
                  old
                  (make-array (max needed (* 2 (length old))) :element-type '(unsigned-byte 8)))))
    (uninterrupted
      (replace new old :start2 start :end2 (input-end input))
      (setf (input-octets input) new
            (input-start input) 0
            (input-end input) kept
            (input-last input) nil))))

(defun receive-more (stream input timeout if-timeout)
  "Receive a message behind the octets that are there. Return its length, +too-long+, or nil where the time is over or the
sender has left."
  (let ((octets (input-octets input))
        (end (input-end input)))
    (flet ((keep (length)
             (setf (input-end input) (+ end length))))
      (declare (dynamic-extent #'keep))
      (receive-range (shm-stream-channel stream) octets end (- (length octets) end)
                     (load-time-value (find-element '(unsigned-byte 8))) timeout if-timeout 1 #'keep))))

(defun refill (stream input &optional (timeout (timeout-of stream)) (if-timeout 0))
  "Receive a message that is not empty. Return true, or nil where the sender has left, or TIMEOUT is over and IF-TIMEOUT is not 0."
  (when (= (input-start input) (input-end input))
    (uninterrupted
      (setf (input-start input) 0
            (input-end input) 0
            (input-last input) nil)))
  (with-stream-errors (stream)
    (loop
      (let ((length (receive-more stream input timeout if-timeout)))
        (cond ((null length) (return nil))
              ((eql length +too-long+)
               (grow input (or (await-message-length (shm-stream-channel stream) 0 1 1) 0)))
              ((plusp length) (return t)))))))

(declaim (inline more-p))

(defun more-p (stream input)
  "Is there an octet to read? At the end of the stream there is none."
  (or (< (input-start input) (input-end input))
      (refill stream input)))

;;; Octets

(defun take-octet (stream input)
  (if (more-p stream input)
      (let ((start (input-start input)))
        (setf (input-last input) nil
              (input-start input) (1+ start))
        (aref (input-octets input) start))
      :eof))

(defmethod stream-read-byte ((stream shm-input-stream))
  (take-octet stream (the-input stream)))

(defun take-octets (stream input target start end)
  "Read octets into TARGET. Return the index behind the last one."
  (setf (input-last input) nil)
  (loop while (and (< start end) (more-p stream input))
        do (let* ((first (input-start input))
                  (count (min (- end start) (- (input-end input) first))))
             (replace target (input-octets input) :start1 start :start2 first :end2 (+ first count))
             (setf (input-start input) (+ first count))
             (incf start count)))
  start)

;;; Characters

(defun decode-character (stream input encoding)
  "The character that begins at the start, which is there. At the end of the stream it may be only the beginning of one."
  (loop for start = (input-start input)
        for count = (octets-of-character (input-octets input) start (input-end input) encoding)
        until (or count (not (refill stream input)))
        finally (let* ((start (input-start input))
                       (end (if count (+ start count) (input-end input))))
                  (setf (input-last input) start
                        (input-start input) end)
                  (return (let ((string (decode (input-octets input) start end encoding)))
                            (if (plusp (length string)) (char string 0) (code-char #xFFFD)))))))

(defun take-character (stream input)
  (if (more-p stream input)
      (let* ((start (input-start input))
             (octet (aref (input-octets input) start))
             (encoding (encoding-of stream)))
        (cond ((and (< octet 128) (encoding-ascii encoding))
               (setf (input-last input) start
                     (input-start input) (1+ start))
               (code-char octet))
              (t (decode-character stream input encoding))))
      :eof))

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

(defun ready-p (stream input)
  "Is there an octet that can be read without waiting?"
  (or (< (input-start input) (input-end input))
      (refill stream input 0 1)))

(defmethod stream-listen ((stream shm-input-stream))
  (handler-case (ready-p stream (the-input stream))
    (shm-peer-died () nil)))

(defun ended-p (stream)
  "Has the sender left, and is nothing to be read any more?"
  (handler-case (progn (await-message-length (shm-stream-channel stream) 0 1 0) nil)
    (shm-peer-left () t)))

(defmethod stream-read-char-no-hang ((stream shm-input-stream))
  (cond ((ready-p stream (the-input stream)) (stream-read-char stream))
        ((ended-p stream) :eof)))

(defmethod stream-clear-input ((stream shm-input-stream))
  (let ((input (the-input stream)))
    (loop
      (setf (input-start input) (input-end input)
            (input-last input) nil)
      (unless (ready-p stream input)
        (return nil)))))

;;; Lines. In an encoding that has ASCII a newline is an octet, and part of no other character.

(defun find-newline (octets start end)
  (declare (type octets octets) (type (unsigned-byte 32) start end) (optimize speed))
  (loop for index of-type (unsigned-byte 32) from start below end
        do (when (= 10 (aref octets index))
             (return index))))

(defun take-line (stream input end next)
  "The characters before END, after which the stream goes on at NEXT."
  (let ((start (input-start input)))
    (setf (input-last input) nil
          (input-start input) next)
    (characters (input-octets input) start end (encoding-of stream))))

(defun read-octet-line (stream input)
  "Look for a newline, each octet once."
  (loop with looked = 0
        for start = (input-start input)
        for newline = (find-newline (input-octets input) (+ start looked) (input-end input))
        do (when newline
             (return (values (take-line stream input newline (1+ newline)) nil)))
           (setf looked (- (input-end input) start))
           (unless (refill stream input)
             (return (values (take-line stream input (input-end input) (input-end input)) t)))))

(defun read-character-line (stream input)
  (let ((missing t))
    (values (with-output-to-string (line)
              (loop for character = (take-character stream input)
                    until (eq character :eof)
                    do (when (char= character #\Newline)
                         (setf missing nil)
                         (return))
                       (write-char character line)))
            missing)))

(defmethod stream-read-line ((stream shm-input-stream))
  (let ((input (the-input stream)))
    (if (encoding-ascii (encoding-of stream))
        (read-octet-line stream input)
        (read-character-line stream input))))

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

(defun take-characters (stream input target start end)
  "Read characters into TARGET, a vector. Return the index behind the last one."
  (loop with fast = (and (typep target '(simple-array character (*))) (encoding-ascii (encoding-of stream)))
        while (< start end)
        do (when fast
             (setf start (copy-ascii input target start end)))
           (when (< start end)
             (let ((character (take-character stream input)))
               (when (eq character :eof)
                 (return))
               (setf (aref target start) character)
               (incf start))))
  start)

(defun take-elements (stream input sequence start end)
  "Read characters or octets, as the stream's element type is, into SEQUENCE, which may have any elements."
  (loop with take = (if (eq (element-type-of stream) 'character) #'take-character #'take-octet)
        while (< start end)
        do (let ((element (funcall take stream input)))
             (when (eq element :eof)
               (return))
             (setf (elt sequence start) element)
             (incf start)))
  start)

(defmethod stream-read-sequence ((stream shm-input-stream) sequence start end &key)
  (let ((input (the-input stream))
        (start (or start 0))
        (end (or end (length sequence))))
    (cond ((stringp sequence) (take-characters stream input sequence start end))
          ((and (vectorp sequence) (subtypep (array-element-type sequence) 'integer))
           (take-octets stream input sequence start end))
          (t (take-elements stream input sequence start end)))))

;;;; SPDX-License-Identifier: BSD-3-Clause
;;;; Streams over channels. Tests of their own system, since trivial-gray-streams changes the image.

(in-package #:posix-shm/test)

(eval-when (:compile-toplevel :load-toplevel :execute)
  (use-package '#:posix-shm/streams))

(defvar *other-tests* *tests* "The tests of the other system.")

(defun run-stream-tests ()
  (run-tests (reverse (ldiff *tests* *other-tests*))))

(defmacro with-streams ((output input &rest options) &body body)
  "Run BODY with a stream to write to and one that reads what was written, in one process."
  `(with-ends (sender receiver)
     (let ((,output (make-shm-stream sender ,@options))
           (,input (make-shm-stream receiver ,@options)))
       ,@body)))

(defparameter *text*
  (coerce (list #\a #\Space (code-char 228) (code-char #x20AC) #\b (code-char #x3042) (code-char #x1F600) #\z) 'string)
  "Characters of one to four octets in UTF-8.")

(defparameter *latin* (coerce (list #\a (code-char 228) (code-char 255) #\z) 'string))

;;; ECL 21.2 calls stream-read-line, and does not look at what it returns.
(defun no-line-p (input)
  "Is INPUT at its end, as read-line says it?"
  (let ((values (values-of (read-line input nil :end))))
    (or (eq :end (first values))
        #+ecl (equal '("" t) values))))

(deftest lines-arrive
  (with-streams (output input)
    (write-line "one" output)
    (format output "two ~D~%~%" 2)
    (write-string *text* output)
    (terpri output)
    (write-string "no newline" output)
    (is (equal '(t) (values-of (close output))))
    (is (equal '("one" nil) (values-of (read-line input))))
    (is (equal "two 2" (read-line input)))
    (is (equal "" (read-line input)))
    (is (equal *text* (read-line input)))
    (is (equal '("no newline" t) (values-of (read-line input))))
    (is-true (no-line-p input))
    (is (eq :end (read-char input nil :end)))
    (is (eq :end (read-byte input nil :end)))
    (is (eq :end (handler-case (read-char input) (end-of-file (condition) (and (eq input (stream-error-stream condition)) :end)))))
    (is (typep (read-line input nil "none") 'string))))

(deftest lines-longer-than-a-message
  (with-forks
    (where-ensured
      (with-name (name)
        (let* ((long (make-string 100000 :initial-element #\x))
               (child (start-child (lambda ()
                                     (with-open-shm-stream (output name :sender :capacity 4096)
                                       (write-line long output)
                                       (write-string long output :start 99000)
                                       t)))))
          (with-open-shm-stream (input name :receiver :capacity 4096 :timeout 60)
            (is (string= long (read-line input)))
            (is (equal '(1000 t) (multiple-value-bind (line missing) (read-line input) (list (length line) missing)))))
          (is (= 0 (wait-for-child child))))))))

(deftest output-is-sent-when
  (with-streams (output input)
    (write-string "abc" output)
    (is-false (listen input))
    (is (null (read-char-no-hang input)))
    (finish-output output)
    (is-true (listen input))
    (is (eql #\a (read-char-no-hang input)))
    (is (eql #\b (read-char input)))
    (is (eql #\c (read-char input)))
    (is-false (listen input))
    (write-char #\d output)
    (force-output output)
    (is (eql #\d (read-char input)))
    ;; A full buffer is sent by itself.
    (loop repeat 512 do (write-char #\e output))
    (is-true (listen input))
    (clear-input input)
    (is-false (listen input))
    (write-string "gone" output)
    (clear-output output)
    (finish-output output)
    (is-false (listen input))))

(deftest characters-are-peeked-at-and-unread
  (with-streams (output input)
    (write-string *text* output)
    (finish-output output)
    (loop for character across *text*
          do (is (eql character (peek-char nil input)))
             (is (eql character (read-char input)))
             (unread-char character input)
             (is (eql character (read-char input))))
    (write-string "   (a . b) 42 " output)
    (finish-output output)
    (is (eql #\( (peek-char t input)))
    ;; ABCL's reader takes no Gray stream.
    #-abcl (is (equal '(a . b) (let ((*package* (find-package '#:posix-shm/test))) (read input))))
    #-abcl (is (eql 42 (read input)))
    #+abcl (clear-input input)
    (is (eq :rejected (handler-case (progn (read-byte-after output input) (unread-char #\x input) :done)
                       (stream-error () :rejected))))))

(defun read-byte-after (output input)
  (write-byte 1 output)
  (finish-output output)
  (read-byte input))

(deftest columns
  (with-streams (output input)
    (is-false (fresh-line output))
    (write-string "abc" output)
    (is-true (fresh-line output))
    (is-false (fresh-line output))
    (write-string (format nil "x~%yz") output)
    (is (eql 2 (trivial-gray-streams:stream-line-column output)))
    (format output "~10Tq")
    (finish-output output)
    (is (equal '("abc" "x" "yz        q") (list (read-line input) (read-line input) (progn (close output) (read-line input)))))))

(deftest octets-and-characters
  (with-streams (output input)
    (write-byte 200 output)
    (write-string "ab" output)
    (write-sequence (bytes 5 250) output :start 1)
    (write-sequence (list 1 2) output)
    (write-sequence (list #\c 3) output)
    (finish-output output)
    (is (eql 200 (read-byte input)))
    (is (eql #\a (read-char input)))
    (let ((octets (bytes 8)))
      (is (eql 6 (read-sequence octets input :start 1 :end 6)))
      (is (equalp #(0 98 251 252 253 254 6 7) octets)))
    (let ((list (make-list 3)))
      (is (eql 2 (read-sequence list input :end 2)))
      (is (equal (list (code-char 1) (code-char 2) nil) list)))
    (is (eql #\c (read-char input)))
    (is (eql 3 (read-byte input)))
    (is (eq :rejected (handler-case (write-byte 256 output) (type-error () :rejected))))))

(deftest sequences-in-many-messages
  (with-forks
    (where-ensured
      (with-name (name)
        (let* ((octets (bytes 50000))
               (child (start-child (lambda ()
                                     (with-open-shm-stream (output name :sender :capacity 4096 :element-type '(unsigned-byte 8))
                                       (write-sequence octets output)
                                       (dotimes (time 2000)
                                         (write-string *text* output))
                                       t)))))
          (with-open-shm-stream (input name :receiver :capacity 4096 :element-type '(unsigned-byte 8) :timeout 60)
            (let ((got (make-array 50000 :element-type '(unsigned-byte 8)))
                  (text (make-string (* 2000 (length *text*)))))
              (is (eql 50000 (read-sequence got input)))
              (is (equalp octets got))
              (is (eql (length text) (read-sequence text input)))
              (is (loop for start from 0 below (length text) by (length *text*)
                        always (string= *text* text :start2 start :end2 (+ start (length *text*)))))
              (is (eql 0 (read-sequence got input)))))
          (is (= 0 (wait-for-child child))))))))

(deftest a-character-is-in-one-message
  ;; So what another language receives can be decoded, message by message.
  (with-ends (sender receiver)
    (let ((output (make-shm-stream sender))
          (texts '()))
      (dotimes (lead 16)
        (write-string (make-string (+ 500 lead) :initial-element #\a) output)
        (loop for character across *text* do (write-char character output))
        (write-string *text* output)
        (finish-output output)
        (loop for octets = (receive-message receiver :timeout 0 :if-timeout nil)
              while octets
              do (push (babel:octets-to-string octets :encoding :utf-8 :errorp t) texts)))
      (is (string= (apply #'concatenate 'string (loop for lead below 16
                                                      collect (make-string (+ 500 lead) :initial-element #\a)
                                                      collect *text* collect *text*))
                   (apply #'concatenate 'string (reverse texts)))))))

(deftest strings-of-all-kinds
  (with-streams (output input)
    (dolist (string (list (coerce "base" 'simple-base-string) "plain" (make-array 3 :element-type 'character :displaced-to "xabcx"
                                                                                    :displaced-index-offset 1)
                          (make-array 4 :element-type 'character :adjustable t :fill-pointer 2 :initial-element #\f) ""))
      (write-line string output)
      (finish-output output)
      (is (string= string (read-line input)))
      (when (plusp (length string))
        (write-string string output :start 1)
        (terpri output)
        (finish-output output)
        (is (string= (subseq string 1) (read-line input)))))))

(deftest encodings
  (dolist (encoding '(:utf-8 :utf-16 :utf-16be :utf-16le :utf-32 :utf-32be))
    (with-streams (output input :external-format encoding)
      (dotimes (time 3)
        (write-line *text* output)
        (finish-output output))
      (is (string= *text* (read-line input)) "~S" encoding)
      (is (eql #\a (read-char input)))
      (let ((rest (make-string (length *text*))))
        (is (eql (length rest) (read-sequence rest input)))
        (is (string= (format nil "~A~%" (subseq *text* 1)) rest)))
      (is (string= *text* (read-line input)))))
  (dolist (encoding '(:latin-1 :cp1252 :iso-8859-1))
    (with-streams (output input :external-format encoding)
      (write-line *latin* output)
      (finish-output output)
      (is (eql #\a (read-char input)))
      (is (eql (code-char 228) (read-char input)))
      (is (string= (subseq *latin* 2) (read-line input)) "~S" encoding))))

(deftest characters-in-several-messages
  ;; As another language may send them: each octet alone.
  (dolist (encoding '(:utf-8 :utf-16le :utf-32le :gbk :eucjp :cp932))
    (with-ends (sender receiver)
      (let ((input (make-shm-stream receiver :external-format encoding))
            (text (case encoding
                    (:gbk (coerce (list #\a (code-char #x4E2D) #\b) 'string))
                    ((:eucjp :cp932) (coerce (list #\a (code-char #x3042) #\b) 'string))
                    (t *text*))))
        (flet ((send (text)
                 (loop for octet across (babel:string-to-octets text :encoding encoding :use-bom nil)
                       do (send-message sender (bytes 1 octet))
                          (send-message sender (bytes 0)))))
          (send text)
          (is (string= text (coerce (loop repeat (length text) collect (read-char input)) 'string)) "~S" encoding)
          (send (format nil "~A~%" text))
          (is (string= text (read-line input)) "~S" encoding))))))

;;; Where a character takes two of this Lisp's, it arrives within a line; one at a time, there is no character that it could be.
(deftest lines-with-characters-beyond-sixteen-bits
  (dolist (encoding '(:utf-8 :utf-16 :utf-32))
    (with-streams (output input :external-format encoding)
      (loop for length from 60 to 66
            for line = (text-of (make-string length :initial-element (code-char 228)) #x1F600 #x10FFFF "z" #x10000)
            do (write-line line output)
               (finish-output output)
               (is (string= line (read-line input)) "~S ~D" encoding length))
      (write-line (text-of #x1F600 "z") output)
      (finish-output output)
      (if (< char-code-limit #x110000)
          (signals error (read-char input))
          (is (eql (code-char #x1F600) (read-char input))))
      (is (eql #\z (read-char input)))
      (signals error (write-string (text-of "a" (string (code-char #xD800)) "b") output))
      (signals error (write-char (code-char #xDC00) output)))))

(deftest octets-that-are-no-text
  (with-ends (sender receiver)
    (let ((input (make-shm-stream receiver)))
      (send-message sender (coerce '(97 195 10 98 10) '(vector (unsigned-byte 8))))
      (is (eq :error (handler-case (read-line input) (babel:character-decoding-error () :error))))
      (is (string= "b" (read-line input)) "the stream goes on behind it")
      (let ((babel:*default-character-encoding* :latin-1)
            (babel-encodings:*suppress-character-coding-errors* t))
        (send-message sender (coerce '(97 195 10) '(vector (unsigned-byte 8))))
        (is (eql 2 (length (read-line input))) "or has replacements")))))

(deftest arguments-of-streams
  (with-ends (sender receiver)
    (rejects external-format (make-shm-stream sender :external-format :no-such-format))
    (rejects element-type (make-shm-stream sender :element-type '(unsigned-byte 16)))
    (rejects timeout (make-shm-stream sender :timeout -1))
    (rejects channel (make-shm-stream "channel"))
    (let ((output (make-shm-stream sender))
          (input (make-shm-stream receiver :element-type '(unsigned-byte 8))))
      (is (typep output 'shm-stream))
      (is (eq sender (shm-stream-channel output)))
      (is (equal '(t nil nil t) (list (output-stream-p output) (and (input-stream-p output) t)
                                      (and (output-stream-p input) t) (input-stream-p input))))
      (is (eq 'character (stream-element-type output)))
      (is (equal '(unsigned-byte 8) (stream-element-type input)))
      (close-shm-channel sender)
      (rejects channel (make-shm-stream sender)))))

(deftest a-closed-stream
  (with-streams (output input)
    (is-true (open-stream-p output))
    (write-string "sent" output)
    (close output)
    (is-false (open-stream-p output))
    (is (null (close output)))
    (is (says "closed" (prin1-to-string output)))
    (is (eq output (handler-case (write-char #\a output) (stream-error (condition) (stream-error-stream condition)))))
    (is (string= "sent" (read-line input)))
    (close input)
    (is (eq :rejected (handler-case (read-char input) (stream-error () :rejected))))))

(deftest closing-with-abort
  (with-streams (output input)
    (write-string "never sent" output)
    (close output :abort t)
    (is (eq :end (read-char input nil :end))))
  (with-ends (sender receiver)
    (is (eq :error (handler-case (with-shm-stream (output sender)
                                   (write-line "sent" output)
                                   (finish-output output)
                                   (write-line "not sent" output)
                                   (error "out"))
                     (simple-error () :error))))
    (with-shm-stream (input receiver)
      (is (string= "sent" (read-line input)))
      (is-true (no-line-p input)))
    (is (null (close-shm-channel receiver)))))

(deftest a-stream-that-times-out
  (with-streams (output input :timeout 1/10)
    (let ((condition nil))
      (takes (1/10 60) :timeout (handler-case (read-char input) (shm-timeout (caught) (setf condition caught) :timeout)))
      (is (typep condition 'stream-error))
      (is (eq input (stream-error-stream condition)))
      (is (says "ETIMEDOUT" (princ-to-string condition))))
    (is (eql #\x (handler-bind ((shm-timeout (lambda (condition)
                                               (write-char #\x output)
                                               (finish-output output)
                                               (is-true (find-restart 'continue condition))
                                               (invoke-shm-restart :continue))))
                   (read-char input))))
    ;; A full ring.
    (is (eq :timeout (handler-case (loop (write-string (make-string 512 :initial-element #\a) output)) (shm-timeout () :timeout))))
    (is-true (listen input))
    ;; One at a time: the buffer stays full, and nothing is written beyond it.
    (is (eq :timeout (handler-case (loop (write-char #\b output)) (shm-timeout () :timeout))))
    (is (eq :timeout (handler-case (write-char #\b output) (shm-timeout () :timeout))))
    (is (eq :timeout (handler-case (write-byte 98 output) (shm-timeout () :timeout))))
    (loop while (listen input) do (read-char input))
    (write-char #\c output)
    (finish-output output)
    (is (eql #\c (loop for last = nil then next
                       for next = (and (listen input) (read-char input))
                       unless next return last)))))

(deftest a-writer-that-died
  (with-forks
    (where-ensured
      (with-name (name)
        (let ((child (start-child (lambda ()
                                    (let ((output (open-shm-stream name :sender)))
                                      (write-line "complete" output)
                                      (finish-output output)
                                      (write-string "never sent" output)
                                      (loop (sleep 60)))))))
          (with-open-shm-stream (input name :receiver :timeout 60)
            (is (string= "complete" (read-line input)))
            (kill-child child)
            (let ((condition (handler-case (read-line input) (shm-peer-died (condition) condition))))
              (is (typep condition 'shm-peer-died))
              (is (typep condition 'stream-error))
              (is (eq input (stream-error-stream condition)))
              (is (eql child (ldb (byte 22 0) (shm-channel-error-peer condition)))))
            (is-false (listen input))
            (with-open-shm-stream (output name :sender)
              (write-line "another one" output))
            (is (string= "another one" (read-line input)))
            (is-true (no-line-p input))))))))

(deftest a-reader-that-died
  (with-forks
    (where-ensured
      (with-name (name)
        (let* ((child (start-child (lambda ()
                                     (let ((input (open-shm-stream name :receiver :capacity 4096)))
                                       (read-line input)
                                       (loop (sleep 60))))))
               (output (open-shm-stream name :sender :capacity 4096)))
          (write-line "a line" output)
          (finish-output output)
          (loop repeat 1000 until (zerop (octets-in-ring name)) do (sleep 0.001))
          (kill-child child)
          (is (eq :died (handler-case (loop (write-string (make-string 512 :initial-element #\a) output))
                          (shm-peer-died (condition) (and (typep condition 'stream-error) :died)))))
          (is-true (open-stream-p output))
          (is (eq t (close output :abort t))))))))

(defun octets-in-ring (name)
  "What is in the ring of NAME and not received, in octets."
  (with-open-shm-vector (shm words (name :direction :io) ('(unsigned-byte 32) 64) :truncate nil)
    (- (shm-aref words 16) (shm-aref words 32))))

(deftest a-duplex-stream
  (with-forks
    (where-ensured
      (with-name (name)
        (let ((child (start-child (lambda ()
                                    (with-open-shm-stream (server name :server)
                                      (loop for form = (read server nil :end)
                                            until (eq form :end)
                                            do (print (eval form) server)
                                               (finish-output server))
                                      t)))))
          (with-open-shm-stream (client name :client :timeout 60)
            (is-true (and (input-stream-p client) (output-stream-p client)))
            (loop for number below 20
                  do (format client "(+ 1 ~D)~%" number)
                     (finish-output client)
                     (is (eql (1+ number) (read client)))))
          (is (= 0 (wait-for-child child))))))))

(deftest streams-leave-nothing
  (where-ensured
    (with-name (name)
      (without-leaks
        (dotimes (time 3)
          (with-open-shm-stream (output name :sender)
            (write-line "a" output))
          (let ((input (open-shm-stream name :receiver)))
            (is (string= "a" (read-line input)))
            (close input)))
        (is (eq :error (handler-case (open-shm-stream name :receiver :external-format :none) (error () :error))))))))

(deftest interrupts-lose-nothing-of-a-stream
  #-sb-thread (skip "tried on SBCL")
  #+sb-thread
  (let ((next 0)
        (seen -1)
        (wrong 0)
        (storm (make-storm)))
    (with-ends (sender receiver)
      (let ((output (make-shm-stream sender :timeout 1/10))
            (input (make-shm-stream receiver :timeout 1/100)))
        (run-storm storm
                   (list (lambda ()
                           ;; A line is in the buffer, or not: only sending may be interrupted.
                           (posix-shm/host:uninterrupted
                             (when (< (posix-shm/streams::output-fill (posix-shm/streams::output-of output)) 100)
                               (format output "~D~%" next)
                               (incf next)))
                           (handler-case (finish-output output) (shm-timeout () nil)))
                         (lambda ()
                           (posix-shm/host:with-interrupt-windows
                             (let ((line (handler-case (read-line input) (shm-timeout () nil))))
                               (when line
                                 (if (eql (parse-integer line :junk-allowed t) (1+ seen)) (incf seen) (incf wrong)))))))
                   300 t)))
    (is (= 0 wrong))
    (is (< 10 seen) "~D lines" seen)
    (is (< 10 (storm-thrown storm)))))

(defun load-flexi-streams ()
  "Load flexi-streams, whose system definition warns. Return nil where it is not installed."
  (handler-bind ((warning #'muffle-warning))
    (when (asdf:find-system "flexi-streams" nil)
      (let ((*standard-output* (make-broadcast-stream)))
        (asdf:load-system "flexi-streams")))))

(deftest flexi-streams-on-top
  (if (not (load-flexi-streams))
      (skip "flexi-streams is not installed")
      (check-flexi-streams)))

(defun check-flexi-streams ()
  (with-streams (output input :element-type '(unsigned-byte 8))
    (flet ((flexi (stream format)
             (uiop:symbol-call '#:flexi-streams '#:make-flexi-stream stream :external-format format)))
      (let ((writer (flexi output '(:utf-8 :eol-style :crlf)))
            (reader (flexi input '(:utf-8 :eol-style :crlf))))
        (write-line *text* writer)
        (write-byte 7 writer)
        (finish-output writer)
        (is (string= *text* (read-line reader)))
        (is (eql 7 (read-byte reader)))
        (let ((octets (babel:string-to-octets (format nil "~C~%" #\Return))))
          (is (equalp #(13 10) octets)))
        (close writer)
        (is (eq :end (read-char reader nil :end)))))))

(deftest docstrings-of-streams
  (let ((silent (loop for symbol being the external-symbols of '#:posix-shm/streams
                      unless (docstring symbol) collect symbol)))
    (is (null silent))))

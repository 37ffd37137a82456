;;;; SPDX-License-Identifier: BSD-3-Clause
;;;; Streams in the middle of whose operations a handler or an interrupt uses the stream, or leaves the operation.

(in-package #:posix-shm/test)

(defun rest-of (input)
  "All characters that can be read of INPUT now."
  (with-output-to-string (text)
    (loop for character = (read-char-no-hang input nil nil)
          while character
          do (write-char character text))))

(defun send-text (sender text &optional (encoding :utf-8))
  (send-message sender (babel:string-to-octets text :encoding encoding :use-bom nil)))

(defmacro when-it-times-out ((&rest event) &body body)
  "Run BODY; whenever it times out, do EVENT and continue."
  `(handler-bind ((shm-timeout (lambda (condition)
                                 (declare (ignore condition))
                                 ,@event
                                 (invoke-shm-restart :continue))))
     ,@body))

(defmacro times-out-p (&body body)
  `(eq :timeout (handler-case (progn ,@body) (shm-timeout () :timeout))))

;;; A handler writes while a buffer waits for space, and the text arrives complete, once, and in order.

(defun fill-ring-up (sender)
  "Fill the ring to its last octet. Return how many messages were sent."
  (+ (fill-ring sender) (fill-ring sender (bytes 0))))

(deftest a-handler-that-writes-while-a-stream-is-flushed
  ;; Without a length it writes only once, and sends nothing itself.
  (dolist (length '(nil 1 100 300 511 600 2000))
    (with-ends (sender receiver)
      (let ((messages (fill-ring-up sender))
            (output (make-shm-stream sender :timeout 1/100))
            (more (and length (make-string length :initial-element #\x)))
            (times 0))
        (write-string "the first, " output)
        (when-it-times-out ((incf times)
                            (cond ((= 1 times)
                                   (write-string "second " output))
                                  ((= 2 times)
                                   (dotimes (message messages) (receive-message receiver))
                                   (when more
                                     (write-string more output)
                                     (finish-output output)
                                     (write-string " third" output)))))
          (finish-output output))
        (is (eql 2 times))
        (is (string= (format nil "the first, second ~@[~A third~]" more)
                     (rest-of (make-shm-stream receiver))))))))

(deftest a-handler-that-writes-while-a-buffer-is-full
  (with-ends (sender receiver)
    (let ((messages (fill-ring-up sender))
          (output (make-shm-stream sender :timeout 1/100))
          (times 0))
      (write-string (make-string 500 :initial-element #\a) output)
      (when-it-times-out ((incf times)
                          (dotimes (message messages) (receive-message receiver))
                          (write-string "handler" output))
        (write-string "0123456789abcdefghij" output))
      (finish-output output)
      (is (eql 1 times))
      (let ((text (rest-of (make-shm-stream receiver))))
        (is (eql 527 (length text)))
        (is (eql 500 (search "0123456789ab" text)))
        (is (eql 512 (search "handlercdefghij" text)))))))

(deftest a-handler-that-reads-while-a-stream-reads
  (with-ends (sender receiver)
    (let ((input (make-shm-stream receiver :timeout 1/100))
          (seen '()))
      (when-it-times-out ((send-text sender (format nil "one~%two~%three"))
                          (push (read-line input) seen))
        (is (equal "two" (read-line input))))
      (is (equal '("one") seen))
      ;; The handler reads all that there was, and more: the line begins behind that.
      (when-it-times-out ((send-text sender (format nil "~%abc~%"))
                          (push (read-line input) seen)
                          (push (read-char input) seen))
        (is (equal "bc" (read-line input))))
      (is (equal '(#\a "three" "one") seen)))))

;;; What was read in part is there for the next time.

(deftest a-line-that-times-out
  (dolist (encoding '(:utf-8 :latin-1 :utf-16le :utf-16be :utf-32le))
    (with-ends (sender receiver)
      (let ((input (make-shm-stream receiver :timeout 1/100 :external-format encoding)))
        (send-text sender "half a" encoding)
        (is-true (times-out-p (read-line input)))
        (send-text sender (format nil " line~%and more") encoding)
        (is (equal '("half a line" nil) (values-of (read-line input))) "~S" encoding)
        (is-true (times-out-p (read-line input)))
        (close-shm-channel sender)
        (is (equal '("and more" t) (values-of (read-line input))))))))

(deftest a-newline-in-two-messages
  (dolist (encoding '(:utf-16le :utf-16be :utf-32be))
    (with-ends (sender receiver)
      (let ((input (make-shm-stream receiver :timeout 1/100 :external-format encoding))
            ;; In UTF-16 the octets of this one are 10 and 10: it is no newline, wherever one begins to look.
            (text (coerce (list #\a (code-char #x0A0A) (code-char #x0A00) (code-char #x000B) #\Newline #\b #\Newline) 'string)))
        (loop for octet across (babel:string-to-octets text :encoding encoding :use-bom nil)
              do (send-message sender (bytes 1 octet)))
        (is (string= (subseq text 0 4) (read-line input)) "~S" encoding)
        (is (string= "b" (read-line input)))))))

(deftest a-sequence-that-times-out
  (dolist (encoding '(:utf-8 :utf-16le))
    (with-ends (sender receiver)
      (let ((input (make-shm-stream receiver :timeout 1/100 :external-format encoding))
            (text (make-string 12)))
        (send-text sender "ab" encoding)
        (send-text sender *text* encoding)
        (is-true (times-out-p (read-sequence text input)))
        (is-true (times-out-p (read-sequence (make-list 11) input)))
        (is-true (times-out-p (read-sequence (make-array 11) input)))
        (send-text sender "cd" encoding)
        (is (eql 12 (read-sequence text input)))
        (is (string= (format nil "ab~Acd" *text*) text) "~S" encoding)))))

(deftest octets-that-time-out
  (with-ends (sender receiver)
    (let ((input (make-shm-stream receiver :timeout 1/100 :element-type '(unsigned-byte 8)))
          (octets (bytes 1000)))
      (loop for start from 0 below 900 by 100
            do (send-message sender octets :start start :end (+ start 100))
               (when (zerop (mod start 300))
                 (is-true (times-out-p (read-sequence (bytes 1000) input)))
                 (is-true (times-out-p (read-sequence (make-list 1000) input)))
                 (is-true (times-out-p (read-sequence (make-array 1000 :element-type '(unsigned-byte 32)) input)))))
      (is (eql 0 (read-byte input)))
      (send-message sender octets :start 900)
      (let ((got (bytes 1000)))
        (is (eql 1000 (read-sequence got input :start 1)))
        (is (equalp octets got))))))

(deftest unread-characters-come-first
  ;; An element that does not fit leaves the operation in the middle of a message.
  #-sbcl (skip "a base-char may be any character")
  #+sbcl
  (with-ends (sender receiver)
    (let ((input (make-shm-stream receiver)))
      (send-text sender (format nil "ab~Acd" (code-char 228)))
      (is (eq :error (handler-case (read-sequence (make-array 5 :element-type 'base-char) input) (type-error () :error))))
      (is (string= (format nil "ab~Acd" (code-char 228)) (rest-of input))))))

;;; What can be read without waiting

(deftest a-character-is-unread-after-listen
  (with-ends (sender receiver)
    (let ((input (make-shm-stream receiver)))
      (send-text sender *text*)
      (loop for character across *text*
            do (is (eql character (read-char input)))
               (listen input)
               (unread-char character input)
               (is (eql character (read-char input))))
      ;; The buffer is empty; then it is refilled; then it grows.
      (is-false (listen input))
      (dolist (more (list "b" (make-string 2000 :initial-element #\c)))
        (send-text sender more)
        (is-true (listen input))
        (unread-char #\z input)
        (is (eql #\z (read-char input))))
      (unread-char #\z input)
      (is (string= (format nil "zb~A" (make-string 2000 :initial-element #\c)) (rest-of input))))))

(deftest half-a-character-is-none
  (dolist (encoding '(:utf-8 :utf-16le :utf-32be :gbk))
    (with-ends (sender receiver)
      (let* ((input (make-shm-stream receiver :external-format encoding))
             (text (coerce (list (code-char #x4E2D)) 'string))
             (octets (babel:string-to-octets text :encoding encoding :use-bom nil)))
        (loop for octet across (subseq octets 0 (1- (length octets)))
              do (send-message sender (bytes 1 octet))
                 (is-false (listen input) "~S" encoding)
                 (is (null (read-char-no-hang input))))
        (send-message sender octets :start (1- (length octets)))
        (is-true (listen input))
        (is (eql (char text 0) (read-char-no-hang input)))
        (is-false (listen input))
        (is (null (read-char-no-hang input)))))))

(deftest octets-are-ready-one-by-one
  (with-ends (sender receiver)
    (let ((input (make-shm-stream receiver :element-type '(unsigned-byte 8))))
      (send-message sender (bytes 1 195))
      (is-true (listen input))
      (is (null (read-char-no-hang input)))
      (is (eql 195 (read-byte input))))))

(deftest half-a-character-at-the-end
  (with-ends (sender receiver)
    (let ((input (make-shm-stream receiver)))
      (send-message sender (bytes 1 195))
      (is-false (listen input))
      (close-shm-channel sender)
      (is-true (listen input))
      (is (eq :error (handler-case (read-char-no-hang input) (babel:character-decoding-error () :error))))
      (is (eq :end (read-char-no-hang input nil :end))))))

;;; Closing

(deftest a-close-that-is-left-can-be-repeated
  ;; As if an interrupt came before the channel is left.
  (with-ends (sender receiver)
    (let ((output (make-shm-stream sender)))
      (is (eq :out (catch 'out
                     (call-hooked 'close-shm-channel
                                  (lambda (original channel)
                                    (declare (ignore original channel))
                                    (throw 'out :out))
                                  (lambda () (close output))))))
      (is-true (open-stream-p output))
      (is (eq t (close output)))
      (is-false (open-stream-p output))
      (is (null (close-shm-channel sender)) "it has left")
      (is (null (receive-message receiver :if-peer-left nil))))))

(deftest a-stream-is-closed-without-interrupts
  (with-ring (vector)
    (dolist (body (list (lambda (stream) stream)
                        (lambda (stream) (throw 'out stream))))
      (let ((channel (make-shm-channel vector 4096 :sender))
            (held '()))
        (catch 'out
          (call-hooked 'close-shm-channel
                       (lambda (original channel)
                         (push (not (interrupts-run-p)) held)
                         (funcall original channel))
                       (lambda ()
                         (with-shm-stream (stream channel)
                           (funcall body stream)))))
        (is-true held)
        #+(or sbcl ecl) (is (every #'identity held))
        (is (null (close-shm-channel channel)) "it has left")))))

(deftest a-stream-that-cannot-be-made-leaves-its-channel
  ;; The encoding is looked for before the channel is opened, and once more when the stream is made.
  (where-ensured
    (with-name (name)
      (without-leaks
        (let ((times 0))
          (is (eq :out (catch 'out
                         (call-hooked 'posix-shm/streams::find-encoding
                                      (lambda (original &rest arguments)
                                        (when (= 2 (incf times))
                                          (throw 'out :out))
                                        (apply original arguments))
                                      (lambda () (open-shm-stream name :sender)))))))
        (is (eq t (close-shm-channel (open-shm-channel name :sender))) "the role is free")))))

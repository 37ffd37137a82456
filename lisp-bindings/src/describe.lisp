;;;; SPDX-License-Identifier: BSD-3-Clause
;;;; At the REPL: one object in words, and all of them in a table.

(in-package #:posix-shm)

;;; Words

(defun mode-text (permissions)
  "PERMISSIONS, a list of the long single keywords, as ls(1) writes them."
  (map 'string (lambda (keyword letter) (if (member keyword permissions) letter #\-))
       '(:user-read :user-write :user-exec :group-read :group-write :group-exec :other-read :other-write :other-exec)
       "rwxrwxrwx"))

(defun split-at (character line)
  (loop for start = 0 then (1+ end)
        for end = (position character line :start start)
        collect (subseq line start end)
        while end))

(defun lines-of-file (name)
  "The lines of the file NAME, none where there is no such file."
  (with-open-file (stream name :if-does-not-exist nil :external-format #+clisp charset:iso-8859-1 #-clisp :iso-8859-1)
    (and stream
         (loop for line = (read-line stream nil)
               while line collect line))))

(defun name-in-file (id file)
  "The name of the user, or of the group, ID in FILE, /etc/passwd or /etc/group; or the number as text."
  (or (loop for line in (lines-of-file file)
            for (name nil number) = (split-at #\: line)
            when (and number (eql id (parse-integer number :junk-allowed t)))
              return name)
      (text "~D" id)))

(defun user-name (id)
  (name-in-file id "/etc/passwd"))

(defun group-name (id)
  (name-in-file id "/etc/group"))

(defun seconds-since-epoch ()
  (- (get-universal-time) #.(encode-universal-time 0 0 0 1 1 1970 0)))

(defun age-text (nanoseconds)
  "How long ago the time NANOSECONDS was."
  (let ((age (max 0 (- (seconds-since-epoch) (floor nanoseconds 1000000000)))))
    (loop for (unit name) in '((86400 "d") (3600 "h") (60 "min"))
          when (>= age (* 2 unit))
            return (text "~D ~A" (floor age unit) name)
          finally (return (text "~D s" age)))))

;;; The mappings of this process

(defun device-text (device)
  "DEVICE as /proc/self/maps writes it."
  (let ((major (logior (ldb (byte 12 8) device) (ash (ldb (byte 20 44) device) 12)))
        (minor (logior (ldb (byte 8 0) device) (ash (ldb (byte 24 20) device) 8))))
    (text "~(~2,'0X:~2,'0X~)" major minor)))

(defun plain-words (line)
  (remove "" (split-at #\Space line) :test #'string=))

(defun hexadecimal (text)
  (parse-integer text :radix 16))

(defun mapping-text (range protections offset)
  (destructuring-bind (start end) (mapcar #'hexadecimal (split-at #\- range))
    (text "~A ~A, ~A from ~D" range protections (human-octets (- end start)) (hexadecimal offset))))

(defun mappings-of (stat)
  "A text for each mapping of the object that STAT describes, in this process; and whether the system tells."
  (let ((lines (lines-of-file "/proc/self/maps"))
        (device (device-text (stat-dev stat)))
        (inode (text "~D" (stat-ino stat))))
    (values (loop for line in lines
                  for (range protections offset this-device this-inode) = (plain-words line)
                  when (and (string= device this-device) (string= inode this-inode))
                    collect (mapping-text range protections offset))
            (and lines t))))

;;; Describing

(defun size-text (stat)
  (let ((size (stat-size stat))
        (memory (* 512 (stat-blocks stat))))
    (text "~D octet~:P~:[~*~; (~A)~], ~:[no memory~*~;~A of memory~]"
          size (<= 1024 size) (human-octets size) (plusp memory) (human-octets memory))))

(defun owner-text (stat)
  (text "~A (~D), group ~A (~D)" (user-name (stat-uid stat)) (stat-uid stat) (group-name (stat-gid stat)) (stat-gid stat)))

(defun seals-text (shm)
  (handler-case (text "~:[none~;~:*~{~S~^ ~}~]" (shm-seals shm))
    (shm-error () "not supported")))

(defun mappings-text (stat)
  (multiple-value-bind (mappings known) (mappings-of stat)
    (cond (mappings (text "~{~A~^~%               ~}" mappings))
          (known "none in this process")
          (t "not reported by this system"))))

(defun facts-of (shm)
  "Rows of what SHM, an open object, is: a title and a text."
  (let ((stat (shm-stats shm)))
    `(("Descriptor" ,(text "~D~:[, close-on-exec~;, inheritable~]" (shm-fd shm) (shm-inheritable-p shm)))
      ("Size" ,(size-text stat))
      ("Mode" ,(mode-text (stat-mode stat)))
      ("Owner" ,(owner-text stat))
      ("Seals" ,(seals-text shm))
      ("Mappings" ,(mappings-text stat)))))

;; Another part of the program may have closed the descriptor.
(defun facts-or-failure (shm)
  (handler-case (facts-of shm)
    (posix-shm-error (condition) `(("Failure" ,(princ-to-string condition))))))

(defmethod describe-object ((shm shm) stream)
  (let ((open (open-shm-p shm)))
    (format stream "~&~A~%  ~:[A closed~;An open~] shared memory object~:[~;, of the class ~:*~S~].~%" shm open
            (let ((class (class-name (class-of shm))))
              (and (not (member class '(open-shm closed-shm))) class)))
    (loop for (title text) in `(("Name" ,(text "~S" (name-of shm))) ,@(and open (facts-or-failure shm)))
          do (format stream "  ~12A ~A~%" (text "~A:" title) text))))

;;; All objects

(defstruct (usage (:constructor make-usage (name owner permissions size octets time)))
  "A row of the table: OCTETS are those of memory, TIME is that of the last change in nanoseconds."
  name owner permissions size octets time)

(defun usage-of-stat (name stat)
  (make-usage name (user-name (stat-uid stat)) (stat-mode stat) (stat-size stat) (* 512 (stat-blocks stat)) (stat-mtime stat)))

;; The structure of statx(2) is the same on every machine. An object that may not be opened can be looked at all the same.
#+linux
(defun usage-by-name (name)
  (let ((statx (cffi:foreign-symbol-pointer "statx"))
        (path (concatenate 'string *file-system* name)))
    (when statx
      (cffi:with-foreign-object (fields :uint8 256)
        (flet ((field (type offset)
                 (cffi:mem-ref fields type offset)))
          (with-c-string (path)
            (when (zerop (cffi:foreign-funcall-pointer statx () :int -100 :pointer path :int #x100 :unsigned-int #x7FF
                                                             :pointer fields :int))
              (make-usage name (user-name (field :uint32 20)) (permissions-list (field :uint16 28)) (field :uint64 40)
                          (* 512 (field :uint64 48)) (+ (* 1000000000 (field :int64 112)) (field :uint32 120))))))))))

(defun usage-by-opening (name)
  (handler-case (with-open-shm (shm name)
                  (usage-of-stat name (shm-stats shm)))
    (posix-shm-error () nil)))

(defun usage-of (name)
  "The space that the object NAME takes, or nil if it is gone or cannot be opened."
  (or #+linux (usage-by-name name)
      (usage-by-opening name)))

(defun usage-before-p (one other)
  (cond ((string/= (usage-owner one) (usage-owner other)) (string< (usage-owner one) (usage-owner other)))
        ((/= (usage-size one) (usage-size other)) (> (usage-size one) (usage-size other)))
        (t (string< (usage-name one) (usage-name other)))))

(defun escape (character)
  "CHARACTER as ls -b writes it, its octets in UTF-8 as \\ooo: others gave the names, which could command a terminal."
  (cond ((char= character #\\) "\\\\")
        ((graphic-char-p character) (string character))
        (t (text "~{\\~3,'0O~}" (coerce (babel:string-to-octets (string character) :encoding :utf-8) 'list)))))

(defun printable-name (name)
  (text "~{~A~}" (map 'list #'escape name)))

(defun usage-row (usage)
  (list (usage-owner usage) (mode-text (usage-permissions usage)) (human-octets (usage-size usage))
        (human-octets (usage-octets usage)) (age-text (usage-time usage)) (printable-name (usage-name usage))))

(defun print-rows (rows stream)
  "Print ROWS, lists of texts, in columns."
  (let ((widths (apply #'mapcar (lambda (&rest column) (reduce #'max column :key #'length)) rows)))
    (dolist (row rows)
      (format stream "~{~A~^  ~}~%"
              (loop for (text . others) on row
                    for width in widths
                    collect (if others (text "~vA" width text) text))))))

(defun print-file-system (usages stream)
  (multiple-value-bind (result total free) (measure-file-system)
    (format stream "~D object~:P, ~A~:[~; of ~A, ~A free~]~%" (length usages)
            (human-octets (reduce #'+ usages :key #'usage-octets))
            (and (not (minusp result)) (plusp total)) (human-octets total) (human-octets free))))

(defun shm-usage (&optional (stream *standard-output*))
  #.(doc "shm-usage")
  (let ((stream (check-output-stream stream 'shm-usage))
        (usages (sort (remove nil (mapcar #'usage-of (list-shm))) #'usage-before-p)))
    (with-plain-printer
      (when usages
        (print-rows (cons '("owner" "mode" "size" "memory" "age" "name") (mapcar #'usage-row usages)) stream))
      (print-file-system usages stream))
    (values)))

;;;; SPDX-License-Identifier: BSD-3-Clause
;;;; Memory.

(in-package #:posix-shm/test)

(deftest two-mappings-are-one-memory
  (without-leaks
    (with-object (shm 100)
      (let ((writer (mmap-shm shm 100 :prot '(:write)))
            (reader (mmap-shm shm 100 :prot '(:read))))
        (is (cffi:pointerp writer))
        (setf (cffi:mem-aref writer :int 3) 42)
        (is (= 42 (cffi:mem-aref reader :int 3)))
        (no-values (munmap writer 100))
        (is (= 42 (cffi:mem-aref reader :int 3)))
        (no-values (munmap reader 100))))))

(deftest any-offset-will-do
  (without-leaks
    (with-object (shm 10000)
      (write-shm shm (coerce '(1 2 3 4) '(vector (unsigned-byte 8))) :offset 5001)
      (with-mmap (ptr shm 4 :prot '(:read) :offset 5001)
        (is (equal '(1 2 3 4) (loop for index below 4 collect (cffi:mem-aref ptr :uint8 index))))))))

(deftest a-private-mapping-changes-nothing
  (with-object (shm 100)
    (with-mmap (ptr shm 100 :flags '(:private))
      (setf (cffi:mem-ref ptr :int) 42))
    (with-mmap (ptr shm 100 :prot :read)
      (is (= 0 (cffi:mem-ref ptr :int))))))

(deftest no-protection-is-no-access
  (with-object (shm 4096)
    (let ((ptr (mmap-shm shm 4096 :prot ())))
      (is-true (mapped-p ptr "---s"))
      (munmap ptr 4096))))

(deftest memory-of-no-object
  (without-leaks
    (let ((ptr (mmap-shm nil 4096 :flags '(:private :anonymous))))
      (is (= 0 (cffi:mem-ref ptr :int)))
      (munmap ptr 4096))
    (with-mmap (ptr nil 4096 :flags '(:shared :anonymous))
      (is (= 7 (setf (cffi:mem-ref ptr :int) 7))))))

(deftest memory-is-mapped-in-pages
  (let ((page (shm-page-size)))
    (is (= 1 (logcount page)))
    (with-object (shm (* 3 page))
      (let ((pointer (mmap-shm shm 1 :offset page)))
        (is (zerop (mod (cffi:pointer-address pointer) page)))
        (munmap pointer 1))
      (with-shm-vector (vector shm '(unsigned-byte 8) 1 :offset (* 2 page))
        (is (= 1 (shm-vector-length vector))))
      #+sbcl
      (rejects offset (map-shm-vector shm '(unsigned-byte 8) 1 :offset (floor page 2)))
      #-sbcl
      (with-shm-vector (vector shm '(unsigned-byte 8) 1 :offset (floor page 2))
        (setf (shm-aref vector 0) 7)
        (with-mmap (pointer shm page)
          (is (= 7 (cffi:mem-ref pointer :uint8 (floor page 2))))))
      #+linux
      (let ((pointer (mmap-shm shm (1+ page))))
        (is (= (* 2 page) (mapped-octets pointer)))
        (munmap pointer (1+ page))))))

(deftest an-address-as-a-hint
  (let* ((page (posix-shm/shim:pshm-page-size))
         (reserved (mmap-shm nil (* 4 page) :prot () :flags '(:private :anonymous)))
         (hint (cffi:inc-pointer reserved page)))
    (with-object (shm page)
      (with-mmap (ptr shm page :ptr hint :flags '(:shared :fixed))
        (is (cffi:pointer-eq hint ptr))
        (is (= 9 (setf (cffi:mem-ref ptr :int) 9))))
      (is (says "OFFSET must be multiples" (report-of (mmap-shm shm page :ptr hint :flags '(:shared :fixed) :offset 1)))))
    (munmap reserved (* 4 page))))

(deftest failing-to-map
  (with-object (shm 100)
    (let ((condition (handler-case (mmap-shm shm 0) (error (condition) condition))))
      (is (typep condition 'mmap-error))
      (is-false (typep condition 'shm-error))
      (is (eq :einval (posix-shm-error-keyword condition)))
      (is (eq 'mmap-shm (posix-shm-error-operation condition))))
    (is (eq :einval (keyword-of (mmap-shm shm 100 :flags '(:shared :private)))))
    (is (eq :einval (keyword-of (mmap-shm shm 100 :flags 0))))
    (is (eq :einval (keyword-of (mmap-shm shm 100 :flags '(:shared :anonymous)))))
    (is (eq :eoverflow (keyword-of (mmap-shm shm 100 :offset (1- (expt 2 63))))))
    (is (eq :enomem (keyword-of (mmap-shm shm (- (expt 2 62) 4096)))))))

(defun locked-kibibytes ()
  "How much memory this process has locked."
  (with-open-file (stream "/proc/self/status")
    (loop for line = (read-line stream)
          when (eql 0 (search "VmLck:" line))
            return (parse-integer line :start 6 :junk-allowed t))))

(deftest flags-of-ours-reach-the-library
  (with-object (shm 8192)
    (if (= 1 (posix-shm/shim:pshm-has "populate"))
        (progn
          (with-mmap (ptr shm 8192 :flags '(:shared :populate))
            (is (<= 16 (stat-blocks (shm-stats shm)))))
          (is (eq :enospc (keyword-of (mmap-shm shm 100000 :flags '(:shared :populate))))))
        (is (eq :enotsup (keyword-of (mmap-shm shm 8192 :flags '(:shared :populate))))))
    (is (member (keyword-of (with-mmap (ptr shm 8192 :flags '(:shared :lock))
                              (on-linux
                                (is (<= 8 (locked-kibibytes))))))
                '(nil :eperm :enomem :eagain)))
    (is (null (keyword-of (with-mmap (ptr shm 8192 :flags '(:shared :huge)) ptr))))
    (if (= 1 (posix-shm/shim:pshm-has "nodump"))
        (with-mmap (ptr shm 8192 :flags '(:shared :nodump))
          (on-linux
            (is-true (memory-flag-p ptr "dd"))))
        (is (eq :enotsup (keyword-of (mmap-shm shm 8192 :flags '(:shared :nodump))))))))

(defun memory-flag-p (pointer flag)
  "Does the mapping that begins at POINTER have FLAG, two letters, among its VmFlags (proc(5))?"
  (with-open-file (stream "/proc/self/smaps")
    (let ((start (format nil "~(~8,'0x~)-" (cffi:pointer-address pointer))))
      (loop for line = (read-line stream)
            until (eql 0 (search start line)))
      (loop for line = (read-line stream)
            when (eql 0 (search "VmFlags:" line))
              return (search flag line)))))

(deftest an-address-that-is-taken
  (with-object (shm 4096)
    (let ((reserved (mmap-shm nil 8192 :prot () :flags '(:private :anonymous))))
      (is (eq :eexist (keyword-of (mmap-shm shm 4096 :ptr reserved :flags '(:shared :fixed-noreplace)))))
      (munmap reserved 8192)
      (let ((ptr (mmap-shm shm 4096 :ptr reserved :flags '(:shared :fixed-noreplace))))
        (is (cffi:pointer-eq reserved ptr))
        (is (eq :eexist (keyword-of (mmap-shm shm 4096 :ptr reserved :flags '(:shared :fixed-noreplace)))))
        (munmap ptr 4096)))))

(deftest writing-back
  (with-object (shm 10000)
    (with-mmap (ptr shm 100 :offset 5001)
      (no-values (msync ptr 100))
      (no-values (msync ptr 100 :flags :async))
      (no-values (msync ptr 0 :flags '(:sync :invalidate)))
      (is (eq :einval (keyword-of (msync ptr 100 :flags ()))))
      (is (eq :einval (keyword-of (msync ptr 100 :flags '(:sync :async)))))
      (is (eq :enomem (keyword-of (msync ptr (1- (expt 2 63))))))
      (is (eq 'msync (handler-case (msync ptr 100 :flags ())
                       (mmap-error (condition) (posix-shm-error-operation condition)))))
      (rejects flags (msync ptr 100 :flags '(:synchronously)))
      (rejects length (msync ptr -1)))
    (let ((ptr (mmap-shm shm 4096)))
      (munmap ptr 4096)
      (is (eq :enomem (keyword-of (msync ptr 4096))))))
  (rejects ptr (msync (cffi:null-pointer) 100)))

;;; The size of an object in the macros

(defmacro sized-again ((length &rest options) &body body)
  "The error that a sizing macro ends with over an object of 4096 octets, or nil, and the size that the object has then."
  `(with-name (name)
     (make-object name :size 4096)
     (list (handler-case (with-mmapped-shm (shm ptr (name :direction :io) (,length ,@options)) ,@body nil)
             (posix-shm-error (condition) (posix-shm-error-keyword condition)))
           (object-size name))))

(deftest nothing-is-cut-off-that-is-not-mapped
  (without-leaks
    (is (equal '(nil 10) (sized-again (10))))
    (is (equal '(nil 5000) (sized-again (5000))))
    (is (equal '(:einval 4096) (sized-again (10 :prot (list :bogus)))))
    (is (equal '(:einval 4096) (sized-again (10 :ptr 0))))
    (is (equal '(:einval 4096) (sized-again (10 :offset -1))))
    (is (equal '(:einval 4096) (sized-again (0))))
    (is (equal '(:einval 4096) (sized-again (10 :flags '(:shared :private)))))
    (is (equal '(nil 10) (sized-again (10 :flags ()))))
    (is (equal '(:einval 4096) (sized-again (nil))))))

(deftest a-size-that-ends-with-what-is-mapped
  (without-leaks
    (is (equal '(nil 8202) (sized-again (10 :offset 8192)
                             (setf (cffi:mem-ref ptr :uint8 9) 7))))
    (is (equal '(nil 110) (sized-again (10 :offset 100)
                            (setf (cffi:mem-ref ptr :uint8 9) 7))))
    (is (equal '(:einval 4096) (sized-again (10 :offset (1- (expt 2 63))))))))

(deftest forms-are-evaluated-from-left-to-right
  (let ((order '()))
    (flet ((note (value)
             (push value order)
             value))
      (with-name (name)
        (with-open-shm-and-mmap (shm ptr ((note name) :direction (note :io) :if-does-not-exist (note :create))
                                     ((note 10) :prot (note '(:read)) :offset (note 0)) :truncate (note t)))
        (is (equal (list name :io :create 10 '(:read) 0 t) (reverse order)))
        (setf order '())
        (with-open-shm-vector (shm vector ((note name) :direction (note :io))
                                   ((note '(unsigned-byte 8)) (note 10) :offset (note 0)) :truncate (note t)))
        (is (equal (list name :io '(unsigned-byte 8) 10 0 t) (reverse order)))))))

(deftest no-flags-are-the-default
  (with-object (shm 100)
    (dolist (flags '(nil ()))
      (let ((pointer (mmap-shm shm 100 :flags flags)))
        (with-mmap (other shm 100 :flags nil)
          (setf (cffi:mem-ref pointer :int) 42)
          (is (= 42 (cffi:mem-ref other :int))))
        (munmap pointer 100)))
    (with-shm-vector (vector shm '(unsigned-byte 8) 100 :flags nil)
      (setf (shm-aref vector 0) 7)
      (let ((read (octets 0)))
        (read-shm shm read)
        (is (equalp (octets 7) read))))))

(deftest mapping-functions-signal-mmap-errors
  (with-object (shm 100)
    (dolist (operation (list (lambda () (munmap (cffi:null-pointer) 100))
                             (lambda () (munmap 7 100))
                             (lambda () (mmap-shm nil 100))
                             (lambda () (mmap-shm shm 100 :offset -1))
                             (lambda () (mmap-shm shm -1))
                             (lambda () (mmap-shm shm 100 :ptr 7))
                             (lambda () (with-mmap (ptr shm -1) ptr))
                             (lambda () (with-open-shm-and-mmap* (shm ptr (:direction :io) (10 :offset -1)) ptr))
                             (lambda () (map-shm-vector shm 'character 1))
                             (lambda () (map-shm-vector shm '(unsigned-byte 8) 101))
                             (lambda () (unmap-shm-vector 7))))
      (let ((condition (handler-case (funcall operation) (error (condition) condition))))
        (is (typep condition 'mmap-error) "~S" condition)
        (is (typep condition 'type-error))
        (is-false (typep condition 'shm-error))))))

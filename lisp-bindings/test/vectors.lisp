;;;; SPDX-License-Identifier: BSD-3-Clause
;;;; Vectors whose elements are the shared memory, and views where there are no such vectors.

(in-package #:posix-shm/test)

(defvar *element-types*
  '((unsigned-byte 8) (signed-byte 8) (unsigned-byte 16) (signed-byte 16) (unsigned-byte 32) (signed-byte 32)
    (unsigned-byte 64) (signed-byte 64) single-float double-float (complex single-float) (complex double-float)))

(defun real-types ()
  (remove-if-not #'shm-vector-real-p *element-types*))

(defun bits-of (type)
  (if (consp type) (second type) 0))

(defun octets-of (type)
  (cond ((equal type '(complex single-float)) 8)
        ((equal type '(complex double-float)) 16)
        ((consp type) (/ (bits-of type) 8))
        ((eq type 'single-float) 4)
        (t 8)))

(defun samples (type)
  "Elements of TYPE: the least and the largest, and some between."
  (cond ((eq type 'single-float) (list 0.0 1.0 -1.5 most-positive-single-float most-negative-single-float))
        ((eq type 'double-float) (list 0d0 1d0 -1.5d0 most-positive-double-float most-negative-double-float))
        ((eq (first type) 'complex) (mapcar (lambda (part) (complex part (- part))) (samples (second type))))
        ((eq (first type) 'unsigned-byte) (list 0 1 100 (ash 1 (1- (bits-of type))) (1- (ash 1 (bits-of type)))))
        (t (list 0 1 -100 (- (ash 1 (1- (bits-of type)))) (1- (ash 1 (1- (bits-of type))))))))

(defun sample (type index)
  (elt (samples type) (mod index 5)))

(defun elements (vector &optional (start 0) (end (shm-vector-length vector)))
  (loop for index from start below end collect (shm-aref vector index)))

(defun heap-vector (type length &optional (first 0))
  (let ((vector (make-array length :element-type type :initial-element (sample type 0))))
    (dotimes (index length vector)
      (setf (aref vector index) (sample type (+ index first))))))

(defmacro with-vector ((vector type length &rest options) &body body)
  (let ((shm (gensym)))
    `(with-open-shm-vector* (,shm ,vector (:direction :io) (,type ,length ,@options))
       (declare (ignorable ,shm))
       ,@body)))

(deftest what-is-real-here
  #+sbcl (is (= 12 (length (real-types))))
  #+ecl (is (= 12 (length (real-types))))
  #+abcl (is (equal '((unsigned-byte 8) (unsigned-byte 16) (unsigned-byte 32)) (real-types)))
  #+clisp (is (null (real-types)))
  (dolist (type '(t nil bit character base-char fixnum (unsigned-byte 7) (unsigned-byte 15) (unsigned-byte 31)
                  (unsigned-byte 62) (unsigned-byte 63) no-such-type (vector t)))
    #+abcl (unless (member type '(fixnum)) (is-false (shm-vector-real-p type)))
    #-abcl (is-false (shm-vector-real-p type))))

(deftest two-mappings-and-a-pointer-see-the-same
  (dolist (type *element-types*)
    (with-object (shm 4096)
      (with-shm-vector (one shm type 20)
        (with-shm-vector (other shm type 20 :prot :read)
          (is (eq (and (shm-vector-real-p type) t) (vectorp one)))
          (is (= 20 (shm-vector-length one)))
          (is (equal type (shm-vector-element-type one)))
          (is (every #'zerop (elements one)))
          (dotimes (index 20)
            (setf (shm-aref one index) (sample type index)))
          (is (equal (loop for index below 20 collect (sample type index)) (elements other))))))))

(deftest elements-are-as-c-has-them
  (loop for (type foreign) in '(((unsigned-byte 8) :uint8) ((signed-byte 8) :int8) ((unsigned-byte 16) :uint16)
                                ((signed-byte 16) :int16) ((unsigned-byte 32) :uint32) ((signed-byte 32) :int32)
                                ((unsigned-byte 64) :uint64) ((signed-byte 64) :int64) (single-float :float)
                                (double-float :double))
        do (with-object (shm 8192)
             (with-mmap (pointer shm 8192)
               (with-shm-vector (vector shm type 10 :offset 4096)
                 (setf (shm-aref vector 0) (sample type 1)
                       (shm-aref vector 9) (sample type 4))
                 (let ((start (cffi:inc-pointer pointer 4096)))
                   (is (eql (sample type 1) (cffi:mem-aref start foreign 0)))
                   (is (eql (sample type 4) (cffi:mem-aref start foreign 9)))
                   (setf (cffi:mem-aref start foreign 3) (sample type 3))
                   (is (eql (sample type 3) (shm-aref vector 3))))))))
  (with-object (shm 4096)
    (with-shm-vector (complex shm '(complex double-float) 2)
      (with-shm-vector (parts shm 'double-float 4)
        (setf (shm-aref complex 1) #c(1d0 -2d0))
        (is (equal '(0d0 0d0 1d0 -2d0) (elements parts)))))))

(deftest functions-of-lisp-take-real-vectors
  (dolist (type (real-types))
    (with-vector (vector type 50)
      (let ((heap (heap-vector type 50)))
        (replace vector heap)
        (is (equalp heap vector))
        (is (equalp (reverse heap) (reverse vector)))
        (is (equalp (copy-seq heap) (copy-seq vector)))
        (is (equalp (subseq heap 3 9) (subseq vector 3 9)))
        (is (= (reduce #'+ heap :end 3) (reduce #'+ vector :end 3)))
        (is (= (count (sample type 4) heap) (count (sample type 4) vector)))
        (is (= (position (sample type 3) heap) (position (sample type 3) vector)))
        (is (null (mismatch heap vector)))
        (is (null (search heap vector :start2 1)))
        (is (eq vector (map-into vector #'identity heap)))
        (is (eq vector (fill vector (sample type 2) :start 40)))
        (is (equal (sample type 2) (aref vector 49)))
        (replace vector heap)
        (is (equalp (nreverse (copy-seq heap)) (nreverse vector)))
        (unless (equal (if (consp type) (first type) type) 'complex)
          (is (equalp (sort (copy-seq heap) #'<) (sort vector #'<))))
        (is (typep vector `(simple-array ,(array-element-type vector) (50))))
        (is (string= (prin1-to-string (copy-seq vector)) (prin1-to-string vector)))
        (is (plusp (length (with-output-to-string (*standard-output*) (describe vector)))))
        (let ((table (make-hash-table :test 'eq)))
          (setf (gethash vector table) t)
          (is-true (gethash vector table)))))))

(deftest what-cannot-be-a-vector-is-refused
  (with-object (shm 8292)
    (dolist (type '(t nil bit character (unsigned-byte 7) (unsigned-byte 62) (unsigned-byte 1) (signed-byte 65)
                    no-such-type 7 "text" (vector t) float))
      (refuses (element-type) (map-shm-vector shm type 1)))
    (dolist (length '(0 -1 1.0 nil :one #.(ash 1 70)))
      (refuses (length) (map-shm-vector shm 'double-float length)))
    (refuses (length) (map-shm-vector shm '(unsigned-byte 8) 8293))
    (refuses (length) (map-shm-vector shm 'double-float 1037))
    (refuses (length) (map-shm-vector shm '(unsigned-byte 8) 101 :offset 8192))
    (refuses (length) (map-shm-vector shm '(unsigned-byte 8) 1 :offset 12288))
    (dolist (offset '(1 8 4095 -4096 1.0 nil))
      (refuses (offset) (map-shm-vector shm '(unsigned-byte 8) 1 :offset offset)))
    (dolist (prot '(() :write :none (:write :exec) :bogus 8))
      (refuses (prot) (map-shm-vector shm '(unsigned-byte 8) 1 :prot prot)))
    (refuses (flags) (map-shm-vector shm '(unsigned-byte 8) 1 :flags :bogus))
    (is (eq :einval (keyword-of (map-shm-vector shm '(unsigned-byte 8) 1 :flags '(:shared :fixed)))))
    (refuses (shm) (map-shm-vector nil '(unsigned-byte 8) 1))
    (refuses (vector) (unmap-shm-vector (make-array 3)))
    (refuses (vector) (unmap-shm-vector 7))
    (without-leaks
      (unmap-shm-vector (map-shm-vector shm '(unsigned-byte 8) 8292))
      (unmap-shm-vector (map-shm-vector shm '(unsigned-byte 8) 100 :offset 8192) :release t)))
  (let ((closed (open-shm* :direction :io)))
    (close-shm closed)
    (refuses (shm) (map-shm-vector closed '(unsigned-byte 8) 1))))

(deftest reports-say-how-much-there-is
  (with-object (shm 100)
    (is (says "from 1 to 12" (report-of (map-shm-vector shm 'double-float 13))))
    (is (says "page size" (report-of (map-shm-vector shm 'double-float 13 :offset 8))))
    (is (says "DOUBLE-FLOAT" (report-of (map-shm-vector shm 'character 13))))))

(deftest a-vector-is-allocated-on-request
  (with-object (shm)
    (with-shm-vector (vector shm 'double-float 1000 :offset 4096 :allocate t)
      (is (= 12096 (stat-size (shm-stats shm))))
      (is (<= 8 (/ (* 512 (stat-blocks (shm-stats shm))) 1024)))
      (is (= 0d0 (shm-aref vector 999)))))
  (with-object (shm 100000)
    (with-shm-vector (vector shm 'double-float 10 :allocate t)
      (is (= 100000 (stat-size (shm-stats shm))))))
  (with-object (shm 100)
    (is (member (keyword-of (map-shm-vector shm '(unsigned-byte 8) (ash 1 61) :allocate t)) '(:enospc :efbig :einval)))
    (is (= 100 (stat-size (shm-stats shm))))))

(deftest private-vectors-are-this-process-s
  (with-object (shm 4096)
    (with-shm-vector (own shm '(unsigned-byte 32) 4 :flags :private)
      (with-shm-vector (common shm '(unsigned-byte 32) 4)
        (setf (shm-aref own 1) 7)
        (is (= 0 (shm-aref common 1)))
        (is (= 7 (shm-aref own 1)))))))

(deftest what-is-unmapped-is-empty
  (dolist (release '(nil t))
    (dolist (type *element-types*)
      (with-object (shm 40960)
        (without-leaks
          (let ((vector (map-shm-vector shm type 1000)))
            (setf (shm-aref vector 999) (sample type 1))
            (is (eq t (unmap-shm-vector vector :release release)))
            (unless (and release (shm-vector-real-p type) #-sbcl nil)
              (is (= 0 (shm-vector-length vector)))
              (signals error (shm-aref vector 0))
              (signals error (shm-aref vector 999))
              (signals error (setf (shm-aref vector 0) (sample type 0)))
              (is (null (elements vector)))
              (is (plusp (length (prin1-to-string vector))))
              (unless (and release (vectorp vector))
                (is (eq nil (unmap-shm-vector vector)))))
            (with-shm-vector (again shm type 1000)
              (is (equal (sample type 1) (shm-aref again 999))))))))))

(deftest a-vector-is-unmapped-once
  (if (not (threads-p))
      (skip "this Lisp has no threads")
      (with-object (shm 4096)
        (dolist (type '((unsigned-byte 8) (signed-byte 8)))
          (dotimes (round 20)
            (let* ((vector (map-shm-vector shm type 100))
                   (go nil)
                   (results (in-threads 4 (lambda (index)
                                            (when (= index 3)
                                              (setf go t))
                                            (loop until go do (sleep 0.0001))
                                            (handler-case (unmap-shm-vector vector)
                                              (error (condition) condition))))))
              (is (equal '(t) (remove nil results)))))))))

(deftest macros-unmap-on-every-way-out
  (with-object (shm 4096)
    (without-leaks
      (dolist (type '(double-float (signed-byte 8)))
        (is (eq :value (with-shm-vector (vector shm type 10) (declare (ignore vector)) :value)))
        (is (eq :thrown (catch 'out (with-shm-vector (vector shm type 10) (throw 'out :thrown)))))
        (signals simple-error (with-shm-vector (vector shm type 10 :release t) (error "out")))
        (let ((kept (with-shm-vector (vector shm type 10) vector)))
          (is (= 0 (shm-vector-length kept))))
        (is (equal '(t 0) (with-shm-vector (vector shm type 10)
                            (list (unmap-shm-vector vector) (shm-vector-length vector))))))))
  (is (equal '(1 2) (multiple-value-list (with-shm-vector (vector nil 'double-float 10)
                                           (is (null vector))
                                           (values 1 2)))))
  (with-name (name)
    (is (equal '(nil nil) (with-open-shm-vector (shm vector (name :if-does-not-exist nil) ('double-float 10))
                            (list shm vector))))
    (with-open-shm-vector (shm vector (name :direction :io :if-does-not-exist :create) ('double-float 10 :offset 4096))
      (is (= 4176 (stat-size (shm-stats shm))))
      (setf (shm-aref vector 9) 1d0))
    (with-open-shm-vector (shm vector (name) ('double-float 5 :offset 4096 :prot '(:read)) :truncate nil)
      (is (= 4176 (stat-size (shm-stats shm))))
      (is (= 5 (shm-vector-length vector))))
    (refuses (length) (with-open-shm-vector (shm vector (name) ('double-float 11 :offset 4096) :truncate nil)
                        (declare (ignorable shm vector))))))

(deftest a-view-checks-what-it-is-given
  (with-object (shm 4096)
    (dolist (type (set-difference *element-types* (real-types) :test #'equal))
      (with-shm-vector (view shm type 10)
        (is (typep view 'shm-view))
        (dolist (index '(-1 10 1.0 nil))
          (refuses (index) (shm-aref view index))
          (refuses (index) (setf (shm-aref view index) (sample type 0))))
        (refuses (item) (setf (shm-aref view 0) :no-number))
        (is (every #'zerop (elements view))))))
  (pass))

;;; Copies

(deftest copies-are-exact
  (let ((random (make-random-state nil)))
    (dolist (type *element-types*)
      (with-vector (vector type 60)
        (dotimes (round 40)
          (let* ((model (coerce (loop for index below 60 collect (sample type (+ index round))) 'simple-vector))
                 (heap (heap-vector type 30 round))
                 (start1 (random 60 random))
                 (end1 (+ start1 (random (- 61 start1) random)))
                 (start2 (random 30 random))
                 (end2 (+ start2 (random (- 31 start2) random))))
            (dotimes (index 60)
              (setf (shm-aref vector index) (svref model index)))
            (flet ((check (what)
                     (is (equal (coerce model 'list) (elements vector)) "~A, ~S, ~A" what type
                         (list start1 end1 start2 end2))))
              (is (eq vector (replace-shm-vector vector heap :start1 start1 :end1 end1 :start2 start2 :end2 end2)))
              (replace model heap :start1 start1 :end1 end1 :start2 start2 :end2 end2)
              (check "from the heap")
              (is (eq vector (fill-shm-vector vector (sample type 2) :start start1 :end end1)))
              (fill model (sample type 2) :start start1 :end end1)
              (check "fill")
              (replace-shm-vector vector vector :start1 start1 :end1 end1 :start2 start2)
              (replace model (copy-seq model) :start1 start1 :end1 end1 :start2 start2)
              (check "within")
              (replace-shm-vector heap vector :start1 start2 :end1 end2 :start2 start1)
              (let ((expected (heap-vector type 30 round)))
                (replace expected model :start1 start2 :end1 end2 :start2 start1)
                (is (equalp expected heap))))))))))

(deftest many-elements-are-copied
  (dolist (type *element-types*)
    ;; More than is copied at once where a vector cannot be passed itself.
    (let* ((length (/ 160000 (octets-of type)))
           (last (1- length))
           (heap (heap-vector type length)))
      (with-vector (vector type length)
        (replace-shm-vector vector heap)
        (is (equal (sample type last) (shm-aref vector last)))
        (let ((back (heap-vector type length 1)))
          (replace-shm-vector back vector)
          (is (equalp heap back)))
        (fill-shm-vector vector (sample type 3) :start 1 :end last)
        (is (equal (sample type 0) (shm-aref vector 0)))
        (is (equal (sample type 3) (shm-aref vector 1)))
        (is (equal (sample type 3) (shm-aref vector (1- last))))
        (is (equal (sample type last) (shm-aref vector last)))))))

(deftest general-vectors-are-copied-and-checked
  (with-vector (vector '(unsigned-byte 8) 4)
    (replace-shm-vector vector (vector 1 2 3 4))
    (is (equal '(1 2 3 4) (elements vector)))
    (signals error (replace-shm-vector vector (vector 1 256)))
    (signals error (replace-shm-vector vector (vector :no)))
    (is (equalp #(1 2 3 4) (replace-shm-vector (make-array 4) vector)))))

(deftest bad-copies-are-refused
  (with-vector (vector '(unsigned-byte 16) 4)
    (refuses (source) (replace-shm-vector vector (heap-vector '(unsigned-byte 8) 4)))
    (refuses (source) (replace-shm-vector vector "text"))
    (refuses (source) (replace-shm-vector vector '(1 2)))
    (refuses (target) (replace-shm-vector "text" vector))
    (refuses (end) (replace-shm-vector vector (vector 1) :end1 5))
    (refuses (start) (replace-shm-vector vector (vector 1) :start1 5))
    (refuses (start) (replace-shm-vector vector (vector 1) :start2 2))
    (refuses (end) (fill-shm-vector vector 1 :end 5))
    (refuses (start) (fill-shm-vector vector 1 :start 3 :end 2))
    (refuses (item) (fill-shm-vector vector 65536))
    (refuses (item) (fill-shm-vector vector 1.0))
    (refuses (vector) (fill-shm-vector "text" #\a))
    (is (equal '(0 0 0 0) (elements vector)))))

(defvar *nothing* nil)

;; A store that is looked at once is found in the processor itself, lost or not.
(defun pause ()
  (dotimes (index 100)
    (setf *nothing* index)))

(defun lost-stores (vector neighbour rounds)
  "How often the element 3 of VECTOR was not as stored, while NEIGHBOUR stored to those before it."
  (let ((done nil))
    (first (in-threads 2 (lambda (index)
                           (if (= index 1)
                               (loop until done do (funcall neighbour vector))
                               (unwind-protect
                                    (loop for round below rounds
                                          count (progn (setf (shm-aref vector 3) (mod round 256))
                                                       (pause)
                                                       (/= (shm-aref vector 3) (mod round 256))))
                                 (setf done t))))))))

(deftest neighbours-are-left-alone
  (if (not (threads-p))
      (skip "this Lisp has no threads")
      (with-vector (vector '(unsigned-byte 8) 16)
        (let ((rounds #+sbcl 2000000 #-sbcl 20000)
              (three (heap-vector '(unsigned-byte 8) 3)))
          (is (= 0 (lost-stores vector (lambda (vector) (fill-shm-vector vector 9 :end 3)) rounds)))
          (is (= 0 (lost-stores vector (lambda (vector) (replace-shm-vector vector three)) rounds)))))))

;;; Octets of any vector, to any offset

(deftest octets-of-any-vector-go-in-and-out
  (dolist (type *element-types*)
    (let* ((heap (heap-vector type 10))
           (specialised (not (eq t (array-element-type heap))))
           (octets (octets-of type)))
      (with-vector (vector type 10)
        (replace-shm-vector vector heap)
        (with-object (shm 400)
          (is (= (* 10 octets) (write-shm shm vector :offset 3)))
          (with-vector (back type 10)
            (is (= (* 10 octets) (read-shm shm back :offset 3)))
            (is (equal (elements vector) (elements back))))
          (when specialised
            (let ((back (heap-vector type 10 1)))
              (is (= (* 10 octets) (read-shm shm back :offset 3)))
              (is (equalp heap back))
              (is (= (* 2 octets) (write-shm shm heap :start 4 :end 6 :offset 101)))
              (is (= (* 2 octets) (read-shm shm back :start 7 :end 9 :offset 101)))
              (is (equalp (subseq heap 4 6) (subseq back 7 9)))
              (is (equalp (subseq heap 0 7) (subseq back 0 7)))
              (is (equal (aref heap 9) (aref back 9)))))
          (is (= 0 (read-shm shm vector :offset 400)))
          (is (= 0 (read-shm shm vector :start 5 :end 5))))))))

(deftest counts-are-octets-and-end-inside-an-element
  (dolist (type '((unsigned-byte 32) (signed-byte 64)))
    (with-object (shm 14)
      (let ((all-ones (if (equal type '(signed-byte 64)) -1 #xFFFFFFFF)))
        (with-vector (ones type 8)
          (fill-shm-vector ones all-ones)
          (is (= 14 (write-shm shm ones)))
          (with-vector (back type 8)
            (is (= 14 (read-shm shm back)))
            (let* ((whole (floor 14 (octets-of type)))
                   (rest (- 14 (* whole (octets-of type)))))
              (is (eql all-ones (shm-aref back (1- whole))))
              (is (eql (1- (ash 1 (* 8 rest))) (shm-aref back whole)))
              (is (eql 0 (shm-aref back (1+ whole)))))))))))

(deftest vectors-that-are-not-simple-go-in-and-out
  (let* ((type '(unsigned-byte 32))
         (base (heap-vector type 10))
         (displaced (make-array 4 :element-type type :displaced-to base :displaced-index-offset 3))
         (filled (make-array 8 :element-type type :fill-pointer 3 :initial-element 77)))
    (with-object (shm 100)
      (is (= 12 (write-shm shm filled)))
      (is (= 16 (read-shm shm displaced)))
      (is (equalp #(77 77 77 0) displaced))
      (is (equal (list 77 77 77 0) (coerce (subseq base 3 7) 'list)))
      (is (= (sample type 2) (aref base 2)))
      (is (= (sample type 7) (aref base 7)))
      (with-shm-vector (vector shm type 25)
        (replace-shm-vector displaced vector :start2 2)
        (is (equalp #(77 0 0 0) displaced))
        (replace-shm-vector vector filled :start1 20)
        (is (equal '(0 77 77 77 0) (elements vector 19 24)))))))

(deftest vectors-of-no-numbers-are-refused
  (with-object (shm 100)
    (dolist (vector (list (make-array 4) (make-string 4) (make-array 4 :element-type 'bit)
                          (make-array '(2 2) :element-type '(unsigned-byte 8))
                          #+sbcl (make-array 4 :element-type 'fixnum)))
      (refuses (vector) (read-shm shm vector))
      (refuses (vector) (write-shm shm vector)))))

;;; Other processes

(defmacro exit-code-of-child (&body body)
  "Run BODY in a child of this process: 0 when it returns true, 1 when it returns nil, 2 for an error."
  `(call-in-child (lambda () ,@body)))

(defmacro faults-p (&body body)
  "Does BODY end in a memory fault that is reported as an error? To be asked in a child."
  `(progn
     ;; The implementation writes a warning there, too.
     (cffi:foreign-funcall "close" :int 2 :int)
     (handler-case (progn ,@body nil)
       (#+sbcl sb-sys:memory-fault-error #+ecl ext:segmentation-violation #-(or sbcl ecl) program-error () t))))

(defun call-in-child (function)
  (declare (ignorable function))
  (finish-output)
  #+(or sbcl ecl clisp)
  (let ((child #+sbcl (sb-posix:fork) #-sbcl (cffi:foreign-funcall "fork" :int)))
    (if (zerop child)
        (let ((code 3))
          (unwind-protect
               (setf code (handler-case (if (funcall function) 0 1)
                            (error () 2)))
            (cffi:foreign-funcall "_exit" :int code :void)))
        (cffi:with-foreign-object (status :int)
          (cffi:foreign-funcall "waitpid" :int child :pointer status :int 0 :int)
          (let ((status (cffi:mem-ref status :int)))
            (if (zerop (logand status 127)) (ash status -8) (- (logand status 127))))))))

(defun fork-p ()
  #+(or sbcl ecl clisp) t
  #-(or sbcl ecl clisp) nil)

(deftest a-child-stores-and-the-parent-sees-it
  (if (not (fork-p))
      (skip "this Lisp cannot fork")
      (dolist (type *element-types*)
        (with-vector (vector type 100)
          (is (= 0 (exit-code-of-child
                     (setf (shm-aref vector 99) (sample type 4))
                     (unmap-shm-vector vector)
                     (= 0 (shm-vector-length vector)))))
          (is (= 100 (shm-vector-length vector)))
          (is (equal (sample type 4) (shm-aref vector 99)))))))

(deftest a-store-to-a-read-only-vector-is-reported
  #-(or sbcl ecl) (skip "a memory fault ends this Lisp")
  #+(or sbcl ecl)
  (dolist (type *element-types*)
    (with-object (shm 4096)
      (with-shm-vector (vector shm type 10 :prot '(:read))
        (is (= 0 (exit-code-of-child (faults-p (setf (shm-aref vector 3) (sample type 1))))))
        (is (every #'zerop (elements vector)))))))

;;; Images. SBCL's are in vectors-sbcl.lisp; ECL and ABCL save none.

#+clisp
(defvar *view* nil "What the image that the next test saves has of its past.")

#+clisp
(defun report-view ()
  (format t "~S~%" (list (shm-vector-length *view*)
                         (handler-case (shm-aref *view* 0) (error () :error))
                         (unmap-shm-vector *view*)
                         (with-vector (vector 'double-float 4)
                           (setf (shm-aref vector 3) 1.5d0)
                           (shm-aref vector 3))))
  (finish-output)
  (ext:quit))

(deftest a-saved-image-has-empty-views
  #-clisp (skip "CLISP alone saves images with views")
  #+clisp
  (let ((image (format nil "/tmp/posix-shm-test-~D.mem" (posix-shm/host:process-id))))
    (unwind-protect
         (with-vector (vector 'double-float 10)
           (setf *view* vector)
           (is (= 0 (exit-code-of-child
                      (let ((*standard-output* (make-broadcast-stream)))
                        (ext:saveinitmem image :quiet t :init-function #'report-view)
                        t))))
           (is (says "(0 :ERROR NIL 1.5d0)"
                     (nth-value 1 (posix-shm/host:run "clisp" "-norc" "-q" "-q" "-M" image)))))
      (setf *view* nil)
      (when (probe-file image)
        (delete-file image)))))

;;;; SPDX-License-Identifier: BSD-3-Clause
;;;; Copies between vectors, and between a vector and an object.

(in-package #:posix-shm/test)

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
    (rejects (elt source 1) (replace-shm-vector vector (vector 9 256)))
    (rejects (elt source 0) (replace-shm-vector vector (vector :no)))
    (is (equal '(1 2 3 4) (elements vector)))
    (is (equalp #(1 2 3 4) (replace-shm-vector (make-array 4) vector)))))

(deftest bad-copies-are-rejected
  (with-vector (vector '(unsigned-byte 16) 4)
    (rejects source (replace-shm-vector vector (heap-vector '(unsigned-byte 8) 4)))
    (rejects source (replace-shm-vector vector "text"))
    (rejects source (replace-shm-vector vector '(1 2)))
    (rejects target (replace-shm-vector "text" vector))
    (rejects end1 (replace-shm-vector vector (vector 1) :end1 5))
    (rejects end2 (replace-shm-vector vector (vector 1) :end2 2))
    (rejects start1 (replace-shm-vector vector (vector 1) :start1 5))
    (rejects start2 (replace-shm-vector vector (vector 1) :start2 2))
    (rejects end (fill-shm-vector vector 1 :end 5))
    (rejects start (fill-shm-vector vector 1 :start 3 :end 2))
    (rejects item (fill-shm-vector vector 65536))
    (rejects item (fill-shm-vector vector 1.0))
    (rejects vector (fill-shm-vector "text" #\a))
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
          (is (= 14 (write-shm shm ones :short :count)))
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

(deftest vectors-of-no-numbers-are-rejected
  (with-object (shm 100)
    (dolist (vector (list (make-array 4) (make-string 4) (make-array 4 :element-type 'bit)
                          (make-array '(2 2) :element-type '(unsigned-byte 8))
                          #+sbcl (make-array 4 :element-type 'fixnum)))
      (rejects vector (read-shm shm vector))
      (rejects vector (write-shm shm vector)))))

;;; Arrays that share their elements

(deftest a-copy-within-one-vector-may-overlap
  (let ((heap (heap-vector '(unsigned-byte 8) 4)))
    (replace heap '(1 2 3 4))
    (let ((displaced (make-array 3 :element-type '(unsigned-byte 8) :displaced-to heap)))
      (replace-shm-vector heap displaced :start1 1)
      (is (equalp #(1 1 2 3) heap))
      (replace heap '(1 2 3 4))
      (replace-shm-vector displaced heap :start2 1)
      (is (equalp #(2 3 4 4) heap))))
  (dolist (type (real-types))
    ;; More than is copied at once.
    (let* ((length (/ 160000 (octets-of type)))
           (heap (heap-vector type length)))
      (with-vector (vector type length)
        (dolist (from-displaced '(t nil))
          (let ((displaced (make-array (1- length) :element-type type :displaced-to vector
                                                   :displaced-index-offset (if from-displaced 0 1))))
            (replace-shm-vector vector heap)
            (if from-displaced
                (replace-shm-vector vector displaced :start1 1)
                (replace-shm-vector displaced vector))
            (is (equalp (subseq heap 0 (1- length)) (subseq vector 1)))))))))

(deftest elements-of-a-general-vector-are-checked-for-any-target
  (let ((heap (heap-vector '(unsigned-byte 8) 4)))
    (fill heap 7)
    (rejects (elt source 1) (replace-shm-vector heap (vector 9 300)))
    (rejects (elt source 0) (replace-shm-vector heap (vector :no) :start1 2))
    (is (equalp #(7 7) (subseq heap 2)))
    (is (equalp #(1 2 7 7) (replace-shm-vector heap (vector 1 2))))))

(deftest an-item-must-be-an-element
  (dolist (type '((unsigned-byte 8) (unsigned-byte 16) (unsigned-byte 32)))
    (with-vector (vector type 4)
      (setf (shm-aref vector 1) 7)
      (signals type-error (setf (shm-aref vector 1) (ash 1 (bits-of type))))
      (signals type-error (setf (shm-aref vector 1) -1))
      (is (= 7 (shm-aref vector 1)))))
  (is (= 300 (setf (shm-aref (make-array 2) 1) 300))))

;;; Every way that elements go: from general and specialised vectors, simple or not, and of every type

(defun border-samples (type)
  "The samples of TYPE and, of floats, a zero that is negative."
  (append (samples type)
          (case type
            (single-float '(-0.0))
            (double-float '(-0d0)))))

(defun beyond (type)
  "What is no element of TYPE, but nearly."
  (cond ((eq type 'single-float) '(1d0 1 nil))
        ((eq type 'double-float) '(1.0 1 nil))
        ((equal type '(complex single-float)) '(#c(1d0 1d0) 1.0 nil))
        ((equal type '(complex double-float)) '(#c(1.0 1.0) 1d0 nil))
        ((eq (first type) 'unsigned-byte) (list -1 (ash 1 (bits-of type)) 1.0 nil))
        (t (list (1- (- (ash 1 (1- (bits-of type))))) (ash 1 (1- (bits-of type))) 1.0 nil))))

(defun shapes (type items)
  "Vectors of ITEMS: of any object and of TYPE; simple, displaced, adjustable and with a fill pointer."
  (let ((length (length items)))
    (loop for element-type in (list t type)
          append (list (make-array length :element-type element-type :initial-contents items)
                       (make-array length :element-type element-type :displaced-index-offset 3
                                          :displaced-to (make-array (+ 5 length)
                                                                    :element-type element-type
                                                                    :initial-contents `(,@(subseq items 0 3)
                                                                                        ,@items ,@(subseq items 0 2))))
                       (make-array length :element-type element-type :initial-contents items :adjustable t)
                       (make-array length :element-type element-type :initial-contents items :fill-pointer t)))))

;;; ABCL has adjustable vectors of any object alone for most types.
(defun specialised-shapes (type items)
  "Those of the shapes that are specialised on TYPE."
  (remove t (nthcdr 4 (shapes type items)) :key #'array-element-type))

(defun octets-of-vector (shm vector)
  "The octets of VECTOR, by way of the object SHM."
  (let ((octets (make-array (* (shm-vector-length vector) (octets-of (shm-vector-element-type vector)))
                            :element-type '(unsigned-byte 8))))
    (write-shm shm vector)
    (read-shm shm octets)
    octets))

(deftest a-block-has-the-octets-of-its-elements
  (dolist (type *element-types*)
    (let ((items (border-samples type)))
      (with-object (shm 4096)
        (with-vector (one-by-one type (length items))
          (loop for item in items
                for index from 0
                do (setf (shm-aref one-by-one index) item))
          (dolist (source (shapes type items))
            (with-vector (vector type (length items))
              (replace-shm-vector vector source)
              (is (equalp (octets-of-vector shm one-by-one) (octets-of-vector shm vector)) "~S of ~S" (type-of source) type)
              (let ((target (first (shapes type (reverse items)))))
                (replace-shm-vector target vector)
                (is (every #'eql items target) "~S" type)))))))))

(deftest elements-come-back-into-every-shape
  (dolist (type *element-types*)
    (let ((items (border-samples type)))
      (with-vector (vector type (length items))
        (replace-shm-vector vector (coerce items 'vector))
        (dolist (target (shapes type (substitute (first items) (second items) items)))
          (replace-shm-vector target vector :start1 1 :start2 1)
          (is (every #'eql items target) "~S of ~S" (type-of target) type)
          (fill target (first items))
          (replace-shm-vector target vector :start1 2 :end1 4 :start2 1)
          (is (every #'eql (list (first items) (first items) (second items) (third items) (first items)) target)
              "~S of ~S" (type-of target) type))))))

(deftest an-error-names-the-index-of-an-unsuitable-element
  (dolist (type *element-types*)
    (with-vector (vector type 5)
      (let ((items (samples type)))
        (replace-shm-vector vector (coerce items 'vector))
        (dolist (bad (beyond type))
          (dolist (source (subseq (shapes t (list (first items) (first items) bad (first items) (first items))) 0 4))
            (rejects (elt source 2) (replace-shm-vector vector source :start2 1))
            (is (equal items (elements vector)) "~S, ~S" type bad)))))))

(deftest octets-of-every-shape-go-to-any-offset
  (dolist (type *element-types*)
    (unless (eq t (upgraded-array-element-type type))
      (let* ((items (samples type))
             (octets (octets-of type)))
        (with-object (shm 500)
          (dolist (source (specialised-shapes type items))
            (is (= (* 3 octets) (write-shm shm source :start 1 :end 4 :offset 7)))
            (dolist (target (specialised-shapes type (reverse items)))
              (is (= (* 3 octets) (read-shm shm target :start 2 :offset 7)))
              (is (every #'eql (list* (elt items 4) (elt items 3) (subseq items 1 4)) target)
                  "~S from ~S" (type-of target) (type-of source)))))))))

(deftest fills-of-every-length
  (dolist (type *element-types*)
    (let ((per-page (/ 4096 (octets-of type))))
      (with-vector (vector type (+ 3 (* 2 per-page)))
        (dolist (count (list 0 1 2 3 5 (1- per-page) per-page (1+ per-page) (1+ (* 2 per-page))))
          (dolist (item (border-samples type))
            (fill-shm-vector vector (sample type 0))
            (fill-shm-vector vector item :start 1 :end (1+ count))
            (is (eql (sample type 0) (shm-aref vector 0)))
            (is (eql (sample type 0) (shm-aref vector (1+ count))))
            (is (loop for index from 1 to count always (eql item (shm-aref vector index))) "~S: ~S of ~S" count item type)))))))

(deftest a-type-is-found-however-it-is-asked-for
  (dolist (type *element-types*)
    (let ((element (posix-shm::find-element type)))
      (is (equal type (posix-shm::element-type element)))
      (is (eq element (posix-shm::find-element (copy-tree type))))
      (unless (eq t (upgraded-array-element-type type))
        (dolist (vector (specialised-shapes type (samples type)))
          (is (eq element (posix-shm::element-of vector)) "~S" (type-of vector))))))
  ;; ABCL's subtypep takes (unsigned-byte 8 8) for octets, and (complex) for (complex single-float).
  (dolist (type '((unsigned-byte . 8) #-abcl (unsigned-byte 8 8) (unsigned-byte *) unsigned-byte (unsigned-byte nil)
                  (complex float) complex #-abcl (complex) ((unsigned-byte) 8) (single-float) "double-float" (integer 0 256)))
    (is (or (null (posix-shm::find-element type))
            ;; (single-float) is single-float.
            (equal type '(single-float))))))

(deftest timeouts-leave-copies-whole
  #-sbcl (skip "timeouts are SBCL's")
  #+sbcl
  (with-vector (vector 'double-float 5000)
    (let ((general (make-array 5000 :initial-element 1d0))
          (back (make-array 5000))
          (random (sb-ext:seed-random-state 7)))
      (is (= 300 (loop repeat 300
                       count (handler-case (sb-ext:with-timeout (+ 0.0001 (random 0.001 random))
                                             (loop (replace-shm-vector vector general)
                                                   (fill-shm-vector vector 2d0)
                                                   (replace-shm-vector back vector)))
                               (sb-ext:timeout () t)))))
      (is (every (lambda (double) (member double '(1d0 2d0))) vector))
      (fill-shm-vector vector 3d0)
      (replace-shm-vector back vector)
      (is (every (lambda (double) (= 3d0 double)) back)))))

;;;; SPDX-License-Identifier: BSD-3-Clause
;;;; Operations of SBCL on a vector outside of its heap: collect, verify, fork, save, shrink, overrun. POSIX_SHM_STRESS
;;;; says for how many seconds each of the long ones runs; 2 by default.

(in-package #:posix-shm/test)

(defun stress-seconds ()
  (parse-integer (or (posix-shm/host:environment-variable "POSIX_SHM_STRESS") "2")))

(defmacro until-time (&body body)
  "Run BODY again and again for stress-seconds. Return how often."
  (let ((end (gensym)))
    `(let ((,end (+ (get-internal-real-time) (* (stress-seconds) internal-time-units-per-second))))
       (loop while (< (get-internal-real-time) ,end)
             count (progn ,@body t)))))

(defun verification ()
  (sb-sys:find-foreign-symbol-address "verify_gens"))

(defmacro with-verification (&body body)
  "Let the collector verify its whole heap after every collection: it ends the process if it finds anything."
  `(if (verification)
       (let ((old (sb-alien:extern-alien "verify_gens" (sb-alien:unsigned 8))))
         (unwind-protect (progn (setf (sb-alien:extern-alien "verify_gens" (sb-alien:unsigned 8)) 0)
                                ,@body)
           (setf (sb-alien:extern-alien "verify_gens" (sb-alien:unsigned 8)) old)))
       (progn ,@body)))

(defun garbage ()
  "Make some of every size, and let something old point to something new."
  (let ((list (loop repeat 1000 collect (make-array (random 100)))))
    (setf (svref (first (remove 0 list :key #'length)) 0) (make-string 5000))
    (length list)))

(defun life (type length)
  "Map a vector, use it, keep it in what is collected, unmap it; is everything as it should be?"
  (with-open-shm* (shm :direction :io)
    (let* ((vector (map-shm-vector shm type length :allocate t))
           (holder (list (vector vector) (make-array 3 :initial-element vector))))
      (setf (shm-aref vector (1- length)) (sample type 1))
      (garbage)
      (sb-ext:gc :gen (random 3))
      (prog1 (and (eq vector (svref (second holder) 2))
                  (equal (sample type 1) (shm-aref vector (1- length)))
                  (equal type (array-element-type vector)))
        (unmap-shm-vector vector :release t)))))

(deftest collections-leave-vectors-alone
  (let ((kept '())
        (hooked 0))
    (with-object (shm 65536)
      (dolist (type *element-types*)
        (let ((vector (map-shm-vector shm type 1000)))
          (push vector kept)))
      (flet ((look ()
               (dolist (vector kept)
                 (incf hooked (if (= 1000 (length vector)) 1 1000000000)))))
        (push #'look sb-ext:*after-gc-hooks*)
        (unwind-protect
             (progn (with-verification
                      (is (plusp (until-time (garbage) (sb-ext:gc :full t)))))
                    (loop repeat 50 while (zerop hooked) do (sleep 0.1)))
          (setf sb-ext:*after-gc-hooks* (remove #'look sb-ext:*after-gc-hooks*))))
      (is (< 0 hooked 1000000000))
      (is (every (lambda (vector) (= 1000 (length vector))) kept))
      (is (equal (reverse *element-types*) (mapcar #'array-element-type kept)))
      (mapc (lambda (vector) (unmap-shm-vector vector :release t)) kept))))

(deftest threads-map-collect-and-unmap
  (without-leaks
    (let ((failures (in-threads 4 (lambda (index)
                                    (let ((bad 0))
                                      (until-time
                                        (unless (life (nth (random 12) *element-types*) (1+ (random 5000)))
                                          (incf bad)))
                                      (list index bad))))))
      (is (equal '((0 0) (1 0) (2 0) (3 0)) failures)))))

(deftest a-released-region-can-be-mapped-by-another-thread-immediately
  (without-leaks
    (with-object (shm 8192)
      (let* ((vector (map-shm-vector shm '(unsigned-byte 8) 8192))
             (address (sb-kernel:get-lisp-obj-address vector))
             (unmap (fdefinition 'posix-shm::unmap-elements))
             (others '()))
        (flet ((map-others ()
                 ;; As other threads do: one of them gets the address.
                 (loop repeat 100
                       do (push (map-shm-vector shm '(unsigned-byte 8) 8192) others)
                       until (= address (sb-kernel:get-lisp-obj-address (first others))))))
          (unwind-protect
               (progn (setf (fdefinition 'posix-shm::unmap-elements)
                            (lambda (&rest arguments)
                              (prog1 (apply unmap arguments)
                                (map-others))))
                      (is (eq t (unmap-shm-vector vector :release t))))
            (setf (fdefinition 'posix-shm::unmap-elements) unmap))
          (is (= address (sb-kernel:get-lisp-obj-address (first others))))
          (dolist (other others)
            (is (eq t (unmap-shm-vector other :release t)))))))))

(deftest a-tombstone-survives-collections
  (let ((dead (loop for type in *element-types*
                    collect (with-vector (vector type 1000)
                              (fill-shm-vector vector (sample type 1))
                              vector))))
    (with-verification
      (loop repeat 3 do (garbage) (sb-ext:gc :full t)))
    (dolist (vector dead)
      (is (= 0 (length vector)))
      (signals error (aref vector 0)))))

;;; Retired tombstones

(defun protections-at (address)
  "The protections of the mapping that ADDRESS is in, as /proc has them, or nil."
  (loop for line in (mappings)
        for dash = (position #\- line)
        for space = (position #\Space line)
        when (and (<= (parse-integer line :end dash :radix 16) address)
                  (< address (parse-integer line :start (1+ dash) :end space :radix 16)))
          return (subseq line (1+ space) (+ 5 space))))

(defun retire-all (shm)
  "Have every vector that was unmapped before retired, and some more."
  (tombstones shm 1001))

(deftest retired-vectors-cost-no-mapping-and-no-memory
  (on-linux
    (with-object (shm 4096)
      (tombstones shm 1100)
      (let ((mappings (length (mappings)))
            (ranges (length posix-shm::*ranges*)))
        (tombstones shm 5000)
        (is (< (length (mappings)) (+ mappings 100)))
        (is (< (length posix-shm::*ranges*) (+ ranges 100)))))))

(deftest a-retired-vector-is-a-safe-fault
  (on-linux
    (with-object (shm 8192)
      (dolist (type '(double-float (unsigned-byte 8)))
        (let* ((vector (map-shm-vector shm type 1000))
               (address (posix-shm::vector-key vector)))
          (fill-shm-vector vector (sample type 1))
          (unmap-shm-vector vector)
          (is (string= "rw-p" (protections-at address)))
          (is (string= "---p" (protections-at (+ 16 address))))
          (retire-all shm)
          (is (string= "---p" (protections-at address)))
          (is (string= "---p" (protections-at (+ 16 address))))
          (signals error (aref vector 0))
          (signals error (length vector))
          (is (eq nil (unmap-shm-vector vector)))
          (with-verification
            (garbage)
            (sb-ext:gc :full t))
          (is (eq nil (unmap-shm-vector vector :release t)))
          (is (string= "---p" (protections-at address))))))))

(deftest retired-vectors-can-be-read-while-an-image-is-saved
  (on-linux
    (with-object (shm 4096)
      (let* ((vector (first (tombstones shm 1)))
             (address (posix-shm::vector-key vector)))
        (retire-all shm)
        (posix-shm::show-ranges)
        (is (string= "r--p" (protections-at address)))
        (is (= 0 (sb-sys:sap-ref-word (sb-sys:int-sap (logandc2 address 15)) 0)))
        (is (eq nil (unmap-shm-vector vector)))
        ;; No image was saved: the next one that is retired closes them again.
        (tombstones shm 1)
        (is (string= "---p" (protections-at address)))))))

(deftest a-tombstone-that-cannot-be-retired-remains
  (with-object (shm 4096)
    (let ((vector (first (tombstones shm 1)))
          (forbid (fdefinition 'posix-shm::forbid)))
      (tombstones shm 999)
      (let ((rows (hash-table-count posix-shm::*regions*)))
        (unwind-protect
             (progn (setf (fdefinition 'posix-shm::forbid)
                          (lambda (address octets)
                            (if (= octets 8192)
                                (- (posix-shm/shim:pshm-error-number "ENOMEM"))
                                (funcall forbid address octets))))
                    (tombstones shm 1))
          (setf (fdefinition 'posix-shm::forbid) forbid))
        (is (= (1+ rows) (hash-table-count posix-shm::*regions*))))
      (is (= 0 (length vector)))
      (is (eq nil (unmap-shm-vector vector))))))

(defun call-among-mappings (function count)
  "Call FUNCTION while a page full of nines is mapped COUNT times: wherever there is space, at the former address of a vector if possible."
  (with-object (shm 4096)
    (with-shm-vector (nines shm '(unsigned-byte 8) 4096)
      (fill nines 9)
      (let ((pointers (loop repeat count collect (mmap-shm shm 4096))))
        (unwind-protect (funcall function nines)
          (dolist (pointer pointers)
            (munmap pointer 4096)))))))

(deftest code-without-checks-faults-and-corrupts-nothing
  (let ((vector (with-vector (vector '(unsigned-byte 8) 4096) vector))
        (store (compile nil '(lambda (vector index)
                              (declare (optimize speed (safety 0)) (fixnum index)
                                       (type (simple-array (unsigned-byte 8) (*)) vector))
                              (setf (aref vector index) 7)))))
    (call-among-mappings (lambda (nines)
                           (dolist (index '(0 100 4095))
                             (is (= 0 (exit-code-of-child (faults-p (funcall store vector index))))))
                           (is (every (lambda (octet) (= 9 octet)) nines)))
                         200)))

(defun read-until-error (vector)
  "Read VECTOR, all sevens, until that is an error. Return what else was read."
  (declare (type (simple-array (unsigned-byte 32) (*)) vector))
  (let ((others '()))
    (handler-case (loop (loop for index below 1024
                              do (unless (= 7 (aref vector index))
                                   (push (aref vector index) others))))
      (error () others))))

(deftest a-thread-that-reads-meets-an-error-and-nothing-else
  (dotimes (round 30)
    (with-object (shm 4096)
      (let ((vector (map-shm-vector shm '(unsigned-byte 32) 1024))
            (started (sb-thread:make-semaphore)))
        (fill-shm-vector vector 7)
        (let ((reader (sb-thread:make-thread (lambda ()
                                               (sb-thread:signal-semaphore started)
                                               (read-until-error vector)))))
          (sb-thread:wait-on-semaphore started)
          (sleep 0.002)
          (unmap-shm-vector vector)
          (call-among-mappings (lambda (nines)
                                 (declare (ignore nines))
                                 (is (eq '() (sb-thread:join-thread reader :timeout 20))))
                               50))))))

(deftest a-vector-that-was-shrunk-is-unmapped-whole
  (with-object (shm 409600)
    (without-leaks
      (dolist (release '(nil t))
        (let ((vector (map-shm-vector shm '(unsigned-byte 8) 409600)))
          (sb-kernel:%shrink-vector vector 10)
          (is (= 10 (length vector)))
          (is (eq t (unmap-shm-vector vector :release release))))))))

(deftest a-failing-unmap-changes-nothing
  (with-object (shm 4096)
    (let ((vector (map-shm-vector shm 'double-float 100))
          (bury (fdefinition 'posix-shm::bury)))
      (setf (aref vector 99) 7d0)
      (unwind-protect
           (progn (setf (fdefinition 'posix-shm::bury)
                        (lambda (region)
                          (declare (ignore region))
                          (- (posix-shm/shim:pshm-error-number "ENOMEM"))))
                  (signals mmap-error (unmap-shm-vector vector))
                  (is (eq :enomem (keyword-of (unmap-shm-vector vector)))))
        (setf (fdefinition 'posix-shm::bury) bury))
      (is (= 100 (length vector)))
      (is (= 7d0 (aref vector 99)))
      (is (eq t (unmap-shm-vector vector))))))

(deftest processes-count-together
  (with-vector (vector '(unsigned-byte 64) 2)
    (let ((count 100000))
      (flet ((increments ()
               (let ((vector vector))
                 (declare (type (simple-array (unsigned-byte 64) (*)) vector))
                 (loop repeat count do (sb-ext:atomic-incf (aref vector 1)))
                 t)))
        (let ((thread (sb-posix:fork)))
          (cond ((zerop thread)
                 (increments)
                 (cffi:foreign-funcall "_exit" :int 0 :void))
                (t
                 (increments)
                 (sb-posix:waitpid thread 0)))))
      (is (= (* 2 count) (aref vector 1))))))

(deftest timeouts-leak-no-vector
  (without-leaks
    (let ((random (sb-ext:seed-random-state 42)))
      (is (= (rounds 1000)
             (loop repeat (rounds 1000)
                   count (handler-case (sb-ext:with-timeout (+ 0.0001 (random 0.001 random))
                                         (loop (with-vector (vector 'double-float 1000 :release t)
                                                 (setf (aref vector 0) 1d0))))
                           (sb-ext:timeout () t))))))))

;;; Nothing may read or store beyond the last page of a vector.

(defun guarded-vector (shm type)
  "A vector that ends where a page ends, before a page that allows nothing. The object has two pages."
  (let* ((length (/ 4096 (octets-of type)))
         (vector (map-shm-vector shm type (* 2 length))))
    (posix-shm::set-real-length vector length)
    (assert (zerop (posix-shm/shim:pshm-mprotect (+ 4096 (sb-sys:sap-int (sb-sys:vector-sap vector))) 4096 0)))
    vector))

(defparameter *whole-vector-functions*
  '(copy-seq reverse nreverse length
    (lambda (v) (fill v (aref v 0)))
    (lambda (v) (replace v (copy-seq v)))
    (lambda (v) (replace v v :start1 1))
    (lambda (v) (replace v v :start2 1))
    (lambda (v) (subseq v 1))
    (lambda (v) (map-into v #'identity v))
    (lambda (v) (map 'vector #'identity v))
    (lambda (v) (reduce #'+ v))
    (lambda (v) (find :none v))
    (lambda (v) (find :none v :from-end t))
    (lambda (v) (position (aref v (1- (length v))) v))
    (lambda (v) (mismatch v (copy-seq v)))
    (lambda (v) (equalp v (copy-seq v)))
    (lambda (v) (concatenate 'vector v v))
    (lambda (v) (coerce v 'list))
    (lambda (v) (sort v (lambda (one other) (< (realpart one) (realpart other)))))
    (lambda (v) (search v v))
    (lambda (v) (substitute (aref v 0) (aref v 1) v))
    (lambda (v) (remove (aref v 0) v))
    (lambda (v) (prin1-to-string v))
    (lambda (v) (sxhash v))
    (lambda (v) (fill-shm-vector v (aref v 0)))
    (lambda (v) (replace-shm-vector v (copy-seq v)))))

(deftest nothing-reaches-beyond-the-last-page
  (let ((functions (mapcar (lambda (form) (if (symbolp form) (fdefinition form) (compile nil form)))
                           *whole-vector-functions*)))
    (dolist (type *element-types*)
      (with-object (shm 8192)
        (let ((vector (guarded-vector shm type)))
          (dotimes (index (length vector))
            (setf (aref vector index) (sample type (mod index 2))))
          (loop for function in functions
                for form in *whole-vector-functions*
                do (is-true (handler-case (progn (funcall function vector) t)
                              (error () nil))
                            "~S of ~S reached beyond" form type))
          (unmap-shm-vector vector :release t))))))

;;; Images

(defvar *kept* nil "What the image that the next test saves has of its past.")

(defun image-report ()
  "What is in an image about the vectors of its past, and whether new ones work."
  (handler-case
      (let ((*read-default-float-format* 'single-float)
            (*print-pretty* nil))
        (sb-ext:gc :full t)
        (format t "~S~%" (list (mapcar #'array-dimensions *kept*)
                               (mapcar #'array-element-type *kept*)
                               (mapcar (lambda (array) (handler-case (row-major-aref array 0) (error () :error))) *kept*)
                               (mapcar #'unmap-shm-array (butlast *kept*))
                               (with-vector (vector 'double-float 10)
                                 (setf (aref vector 9) 1.5d0)
                                 (aref vector 9))))
        (finish-output)
        (sb-ext:exit :code 0 :abort t))
    (error (condition)
      (format t "~A~%" condition)
      (finish-output)
      (sb-ext:exit :code 1 :abort t))))

;;; The system may have mapped something else at the address of a vector: then the image prints an error, and must be started again.
(defun report-of-core (core)
  "What the image in the file CORE prints when it starts."
  (loop repeat 10
        for report = (with-output-to-string (output)
                       (sb-ext:run-program sb-ext:*runtime-pathname*
                                           (list "--core" core "--noinform" "--no-sysinit" "--no-userinit" "--disable-debugger")
                                           :output output :error nil :input nil))
        unless (string= report "")
          return report
        finally (return report)))

(deftest a-saved-image-has-empty-vectors
  (let ((core (format nil "~A/posix-shm-test-~D.core" (or (posix-shm/host:environment-variable "TMPDIR") "/tmp")
                      (posix-shm/host:process-id))))
    (unwind-protect
         (with-object (shm 4096)
           (setf *kept* (list (map-shm-vector shm 'double-float 100)
                              (map-shm-vector shm '(unsigned-byte 8) 4096)
                              (with-shm-vector (dead shm '(signed-byte 32) 10) dead)
                              (map-shm-array shm '(signed-byte 8) '(3 4))
                              (with-shm-array (dead shm '(unsigned-byte 16) '(5 6) :release t) dead)))
           (is (= 0 (exit-code-of-child (sb-ext:save-lisp-and-die core :toplevel #'image-report))))
           (is (string= (format nil "(((0) (0) (0) (0 0) (0 0)) ~
                                      (DOUBLE-FLOAT (UNSIGNED-BYTE 8) (SIGNED-BYTE 32) (SIGNED-BYTE 8) (UNSIGNED-BYTE 16)) ~
                                      (:ERROR :ERROR :ERROR :ERROR :ERROR) (NIL NIL NIL NIL) 1.5d0)~%")
                        (report-of-core core)))
           ;; The process that goes on has them still.
           (is (= 4096 (length (second *kept*))))
           (mapc #'unmap-shm-array (butlast *kept*)))
      (setf *kept* nil)
      (when (probe-file core)
        (delete-file core)))))

(deftest an-image-whose-addresses-are-in-use-reports-it
  (with-vector (vector '(unsigned-byte 8) 4096)
    (setf (aref vector 0) 7)
    (is (says "in use" (report-of (posix-shm::restore-tombstone (posix-shm::data-address vector)
                                                                (posix-shm::find-element '(unsigned-byte 8)) 4096))))
    (is (= 4096 (length vector)))
    (is (= 7 (aref vector 0)))))

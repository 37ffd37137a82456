;;;; SPDX-License-Identifier: BSD-3-Clause
;;;; Atomics through the library: what every implementation has, and SBCL for what the compiler knows no type of.

(in-package #:posix-shm)

;;; Foreign memory for a result of 64 bits costs CLISP and ECL more than the call. So one piece is kept, by the image that
;;; it is in; a call that comes during another one, of another thread or out of an interrupt, has a piece of its own.

#+(or clisp ecl)
(defvar *output* (list nil) "(pointer . image) in its car, while no call uses it.")

#+(or clisp ecl)
(defun take-output ()
  (let ((output (swap-car *output* nil)))
    (if (and output (eql (cdr output) *image*))
        output
        (cons (cffi:foreign-alloc :int64) *image*))))

#+(or clisp ecl)
(defun give-output-back (output)
  (let ((other (swap-car *output* output)))
    (when (and other (eql (cdr other) *image*))
      (cffi:foreign-free (car other)))))

(defmacro with-int64-output ((output call) &body body)
  "Run BODY with OUTPUT as what CALL stored through the pointer OUTPUT."
  #+(or clisp ecl)
  (let ((memory (gensym "MEMORY")))
    `(let* ((,memory (take-output))
            (,output (car ,memory)))
       (let ((,output (unwind-protect (progn ,call
                                             (cffi:mem-ref ,output :int64))
                        (give-output-back ,memory))))
         ,@body)))
  #-(or clisp ecl)
  `(cffi:with-foreign-object (,output :int64)
     ,call
     (let ((,output (cffi:mem-ref ,output :int64)))
       ,@body)))

(defun load-word (where index type)
  (with-word (address word where index type 'shm-atomic)
    (if (= 32 (word-bits word))
        (from-uint32 (check-done (%pshm-atomic-load32 address) 'shm-atomic) word)
        (with-int64-output (value (check-done (%pshm-atomic-load64 address value) 'shm-atomic))
          (from-int64 value word)))))

(defun store-word (value where index type)
  (with-word (address word where index type 'shm-atomic)
    (check-value value 'value word 'shm-atomic)
    (check-done (if (= 32 (word-bits word))
                    (%pshm-atomic-store32 address value)
                    (%pshm-atomic-store64 address (to-int64 value)))
                'shm-atomic)
    value))

(defun update-word (where index update operand type operation argument)
  "Do UPDATE, the number of an operation, with OPERAND, the argument named ARGUMENT. Return what was there."
  (with-word (address word where index type operation)
    (check-operand operand argument word operation)
    (if (= 32 (word-bits word))
        (from-uint32 (check-done (%pshm-atomic-update32 address update operand) operation) word)
        (with-int64-output (old (check-done (%pshm-atomic-update64 address update (to-int64 operand) old) operation))
          (from-int64 old word)))))

(defun update-word-by-keyword (where index update operand type)
  (update-word where index (choice-value update 'operation *updates* 'shm-atomic-update) operand type
               'shm-atomic-update 'operand))

(defun compare-and-swap-word (where index old new type)
  (with-word (address word where index type 'shm-compare-and-swap)
    (check-value old 'old word 'shm-compare-and-swap)
    (check-value new 'new word 'shm-compare-and-swap)
    (if (= 32 (word-bits word))
        (from-uint32 (check-done (%pshm-atomic-compare-exchange32 address old new) 'shm-compare-and-swap) word)
        (with-int64-output (found (check-done (%pshm-atomic-compare-exchange64 address (to-int64 old) (to-int64 new) found)
                                              'shm-compare-and-swap))
          (from-int64 found word)))))

;;; The operators. Where the compiler of SBCL knows that WHERE is a vector, or finds that it is one when the call is made, the
;;; processor's instructions are the call: see machine.lisp.

#+(and sbcl x86-64 sb-thread)
(declaim (inline shm-atomic (setf shm-atomic) shm-atomic-update shm-atomic-incf shm-compare-and-swap))

(defun shm-atomic (where index &key type)
  #.(doc "shm-atomic" "Accessor")
  (or-machine (load-raw where index type)
    (load-word where index type)))

(defun (setf shm-atomic) (value where index &key type)
  (or-machine (store-raw where index type value)
    (store-word value where index type)))

(defun shm-atomic-update (where index operation operand &key type)
  #.(doc "shm-atomic-update")
  (or-machine (update-raw where index type operation operand)
    (update-word-by-keyword where index operation operand type)))

(defun shm-atomic-incf (where index &key (delta 1) type)
  #.(doc "shm-atomic-incf")
  (or-machine (update-raw where index type :add delta)
    (update-word where index +pshm-atomic-add+ delta type 'shm-atomic-incf 'delta)))

(defun shm-compare-and-swap (where index old new &key type)
  #.(doc "shm-compare-and-swap")
  (or-machine (compare-and-swap-raw where index type old new)
    (compare-and-swap-word where index old new type)))

;;; Calls without options: nothing of them needs to be parsed, and 1 need not be checked.

#+(or ecl clisp)
(defun load-here (where index)
  (or #+ecl (load-in-c where index)
      (load-word where index nil)))

#+(or ecl clisp)
(defun increment-here (where index)
  (or #+ecl (increment-in-c where index)
      (with-word (address word where index nil 'shm-atomic-incf)
        (if (eql 32 (word-bits word))
            (from-uint32 (check-done (%pshm-atomic-update32 address +pshm-atomic-add+ 1) 'shm-atomic-incf) word)
            (with-int64-output (old (check-done (%pshm-atomic-update64 address +pshm-atomic-add+ 1 old) 'shm-atomic-incf))
              (from-int64 old word))))))

;;; Constants that are always wrong.

(defun check-update (form)
  (check-choice form 'operation *updates*))

(define-folding shm-atomic 2 #+(or ecl clisp) :plain #+(or ecl clisp) load-here)
(define-folding shm-atomic-update 4 :checks ((2 check-update)))
(define-folding shm-atomic-incf 2 #+(or ecl clisp) :plain #+(or ecl clisp) increment-here)
(define-folding shm-compare-and-swap 4)

#+sbcl
(define-compiler-macro (setf shm-atomic) (&whole form &rest arguments)
  (fold-arguments arguments 3 '())
  form)

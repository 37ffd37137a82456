;;;; SPDX-License-Identifier: BSD-3-Clause
;;;; Atomics as instructions of the processor: on SBCL on x86-64, for simple vectors. An SBCL without threads leaves out the lock
;;;; prefix, which other processes need, and no other processor was tried: there the library is called. So it is for what an SBCL
;;;; has no instruction for: 2.1.1 swaps no words in foreign memory.

(in-package #:posix-shm)

#-(and sbcl x86-64 sb-thread)
(defmacro or-machine (form otherwise)
  (declare (ignore form))
  otherwise)

;;; Words are raw here, without a sign, and only what goes in and comes out may have one. The variables WHERE and INDEX are those
;;; of the operators.

#+(and sbcl x86-64 sb-thread)
(eval-when (:compile-toplevel :load-toplevel :execute)
  (defun raw-place (bits)
    `(,(if (= bits 32) 'sb-sys:sap-ref-32 'sb-sys:sap-ref-64)
      (sb-sys:vector-sap where) (the (unsigned-byte 62) (* index ,(floor bits 8)))))

  (defun to-raw (form bits)
    "FORM, an operand, modulo 2^BITS."
    `(let ((operand ,form))
       (if (minusp operand)
           (ldb (byte ,bits 0) (the (signed-byte ,bits) operand))
           (the (unsigned-byte ,bits) operand))))

  (defun from-raw (form bits signed)
    (cond ((not signed) form)
          ((= bits 64) `(sb-c::mask-signed-field 64 (the (unsigned-byte 64) ,form)))
          (t `(let ((raw ,form))
                (declare (type (unsigned-byte 32) raw))
                (if (logbitp 31 raw) (- raw ,(ash 1 32)) raw)))))

  ;; SBCL 2.2 cannot assemble a constant there.
  (defun swap-form (bits old new)
    "Compare and swap the word: NEW in a register, whatever the compiler knows of it."
    `(sb-ext:cas ,(raw-place bits) ,old (sb-ext:truly-the (unsigned-byte ,bits) (sb-sys:sap-int (sb-sys:int-sap ,new)))))

  (defun swaps-p (bits)
    "Does the compiler know how to compare and swap a word?"
    (fboundp `(sb-ext:cas ,(first (raw-place bits)))))

  (defun updated-raw (operation bits)
    "The word after OPERATION with the variable OPERAND, where the variable OLD is what it was."
    `(case ,operation
       (:add (ldb (byte ,bits 0) (+ old operand)))
       (:and (logand old operand))
       (:or (logior old operand))
       (:xor (logxor old operand))
       (t operand)))

  (defun update-in-loop (operation operand bits)
    `(let ((operand ,(to-raw operand bits))
           (old ,(raw-place bits)))
       (declare (type (unsigned-byte ,bits) operand old))
       (loop
         (let ((found ,(swap-form bits 'old (updated-raw operation bits))))
           (when (= found old)
             (return old))
           (setf old found)))))

  ;; The operator behind sb-ext:atomic-incf, which itself takes no vector whose words have a sign.
  (defun adder ()
    (find-symbol "%ARRAY-ATOMIC-INCF/WORD" '#:sb-kernel))

  (defun compiled-adder (type)
    (handler-bind ((warning #'error))
      (compile nil `(lambda (vector index delta)
                      (declare (type (simple-array ,type (*)) vector) (type (integer 0 2) index) (type (unsigned-byte 64) delta))
                      (,(adder) vector index delta)))))

  (defun adder-works-p (type)
    "Does it add to vectors of TYPE, and does the sum wrap?"
    (ignore-errors
     (let ((vector (make-array 3 :element-type type :initial-element 2))
           (add (compiled-adder type)))
       (and (= (funcall add vector 1 (- (ash 1 64) 4)) 2)
            (= (funcall add vector 1 5) (- (ash 1 64) 2))
            (equalp vector #(2 3 2))))))

  (defun add-by-adder (operand bits)
    `(,(adder) where index ,(to-raw operand bits)))

  (defun update-forms (type operation operand bits)
    "Which of the operations are instructions here, as a test, and a form that does the one."
    (let ((swap (and (swaps-p bits) (update-in-loop operation operand bits)))
          (add (and (= bits 64) (adder-works-p type) (add-by-adder operand bits))))
      (values (if swap
                  `(member ,operation '(:add :and :or :xor :exchange))
                  (and add `(eq ,operation :add)))
              (if (and swap add)
                  `(if (eq ,operation :add) ,add ,swap)
                  (or swap add)))))

  ;; Each returns what makes sure that the arguments are good, and what is done then. The former is nil where nothing can be done.

  (defun load-raw (type bits signed)
    (declare (ignore type))
    (values t (from-raw (raw-place bits) bits signed)))

  (defun store-raw (type bits signed value)
    (declare (ignore signed))
    (values `(typep ,value ',type)
            `(progn (setf ,(raw-place bits) ,(to-raw value bits))
                    (sb-thread:barrier (:memory))
                    ,value)))

  (defun update-raw (type bits signed operation operand)
    (multiple-value-bind (known form) (update-forms type operation operand bits)
      (values (and known
                   `(and ,known (typep ,operand '(integer ,(- (ash 1 (1- bits))) ,(1- (ash 1 bits))))))
              (from-raw form bits signed))))

  (defun compare-and-swap-raw (type bits signed old new)
    (values (and (swaps-p bits)
                 `(and (typep ,old ',type) (typep ,new ',type)))
            (from-raw (swap-form bits (to-raw old bits) (to-raw new bits)) bits signed)))

  (defun machine-clause (row name arguments)
    "The clause for the words of ROW, in a list, or nil where the library is called."
    (destructuring-bind (type bits signed) (rest row)
      (multiple-value-bind (good form) (apply name type bits signed arguments)
        (when good
          `(((simple-array ,type (*))
             (when (and (typep index 'fixnum) (< -1 index (length where)) ,good)
               (return-from machine
                 (locally (declare (optimize speed (safety 0)) (sb-ext:muffle-conditions sb-ext:compiler-note))
                   (sb-sys:with-pinned-objects (where)
                     ,form)))))))))))

#+(and sbcl x86-64 sb-thread)
(defmacro or-machine ((name where index type &rest arguments) otherwise)
  "Do NAME, one of the functions above, if WHERE is a simple vector of words and the arguments are good; else OTHERWISE, which
signals what is wrong. Where the type of WHERE is known, the compiler leaves one case."
  (assert (and (eq where 'where) (eq index 'index)))
  `(block machine
     (unless ,type
       (typecase where
         ,@(loop for row in *word-rows* append (machine-clause row name arguments))))
     ,otherwise))

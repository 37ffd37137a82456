;;;; SPDX-License-Identifier: BSD-3-Clause
;;;; The common case of words and locks on ECL, in C, where a slot is no call, and an argument's type no search: the function of
;;;; the library is called from there. Whatever is not common is left to the functions in Lisp, which also say what is wrong.

(in-package #:posix-shm)

(defmacro function-of-library (name)
  `(function-pointer (load-time-value (function-cell ,name))))

(defmacro in-c (otherwise arguments types result code)
  "The RESULT of CODE, in C, or OTHERWISE where nothing compiles C."
  `(ext:with-backend
     :bytecodes ,otherwise
     :c/c++ (ffi:c-inline ,arguments ,types ,result ,code :one-liner nil)))

;;; Words in vectors.

(defmacro with-word-in-c ((call-32 call-64) where index function-32 function-64)
  "The value that CALL-32 or CALL-64, expressions of C, has of the word of WHERE, a vector, at INDEX. Nil where there is none."
  `(in-c nil
         (,where ,index (function-of-library ,function-32) (function-of-library ,function-64))
         (:object :object :pointer-void :pointer-void) :object
         ,(format nil "{
  cl_object value = ECL_NIL;
  if (ECL_VECTORP(#0) && ECL_FIXNUMP(#1) && ecl_fixnum(#1) >= 0 && (cl_index)ecl_fixnum(#1) < (#0)->vector.fillp) {
    cl_index index = ecl_fixnum(#1);
    int64_t word = 0;
    switch ((#0)->vector.elttype) {
    case ecl_aet_b32: case ecl_aet_i32: {
      int64_t address = (intptr_t)((#0)->vector.self.b32 + index);
      word = ~A;
      if (word >= 0)
        value = ecl_make_fixnum((#0)->vector.elttype == ecl_aet_i32 ? (cl_fixnum)(int32_t)word : (cl_fixnum)word);
      break;
    }
    case ecl_aet_b64: case ecl_aet_i64: {
      int64_t address = (intptr_t)((#0)->vector.self.b64 + index);
      if (~A >= 0)
        value = (#0)->vector.elttype == ecl_aet_i64 ? ecl_make_int64_t(word) : ecl_make_uint64_t((uint64_t)word);
      break;
    }
    default: break;
    }
  }
  @(return) = value;
}" call-32 call-64)))

(defun load-in-c (where index)
  "The word of WHERE, a vector, at INDEX, or nil where there is none."
  (with-word-in-c ("((int64_t (*)(int64_t))#2)(address)" "((int (*)(int64_t, int64_t *))#3)(address, &word)")
    where index "pshm_atomic_load32" "pshm_atomic_load64"))

(defun increment-in-c (where index)
  "Increment the word of WHERE, a vector, at INDEX, and return what it was, or nil where there is none."
  (with-word-in-c ("((int64_t (*)(int64_t, int, int64_t))#2)(address, 1, 1)"
                   "((int (*)(int64_t, int, int64_t, int64_t *))#3)(address, 1, 1, &word)")
    where index "pshm_atomic_update32" "pshm_atomic_update64"))

;;; Locks. Interrupts are held back as ECL's own C code does it, through which none comes; nothing is allocated meanwhile. As macros
;;; these are part of the functions that use them.

(eval-when (:compile-toplevel :load-toplevel :execute)
  (defconstant +left-to-lisp+ (- (expt 2 31)) "What no function of the library returns.")

  (defun lock-slot (name)
    "Where a shm-lock has the slot NAME."
    (position name '(region address pointer cell holder victim))))

(defmacro with-lock-in-c ((code) lock function)
  "What CODE leaves in the variable result for LOCK, if that is one in memory that is there, or else +LEFT-TO-LISP+. CODE knows the
slots of the lock, its address, the thread, and the pointer to FUNCTION."
  `(in-c +left-to-lisp+
         (,lock (load-time-value (find-class 'shm-lock)) '*image* 'mp:*current-process* (load-time-value (function-cell ,function)))
         (:object :object :object :object :object) :int
         ,(format nil "{
  int result = ~D;
  if (ECL_INSTANCEP(#0) && ECL_STRUCT_TYPE(#0) == (#1) && !Null(ECL_CONS_CAR(#4))) {
    cl_object *slots = (#0)->instance.slots;
    if (!Null(ECL_CONS_CAR(slots[~D])) && ECL_CONS_CDR(slots[~:*~D]) == ECL_SYM_VAL(cl_env_copy, #2) && ECL_FIXNUMP(slots[~D])) {
      int64_t address = ecl_fixnum(slots[~:*~D]);
      cl_object thread = ECL_SYM_VAL(cl_env_copy, #3);
      void *function = ECL_CONS_CAR(#4)->foreign.data;
      ecl_disable_interrupts_env(cl_env_copy);
      ~A
      ecl_enable_interrupts_env(cl_env_copy);
    }
  }
  @(return) = result;
}" +left-to-lisp+ (lock-slot 'cell) (lock-slot 'address) code)))

(defmacro acquire-in-c (lock)
  "Acquire LOCK if it is free, and return the library's result, which is negative where the lock is not held."
  `(with-lock-in-c (,(format nil "if (Null(slots[~D]) && (*(volatile uint64_t *)(intptr_t)address & ~~(UINT64_C(3) << 22)) == 0)
        result = ((int (*)(int64_t, int64_t))function)(address, 0);
      if (result >= 0)
        slots[~:*~D] = thread;
      if (result > 0)
        slots[~D] = ECL_NIL;" (lock-slot 'holder) (lock-slot 'victim)))
     ,lock "pshm_lock_acquire"))

(defmacro release-in-c (lock)
  "Release LOCK, if this thread holds it, and return the library's result."
  `(with-lock-in-c (,(format nil "if (slots[~D] == thread) {
        slots[~:*~D] = ECL_NIL;
        result = ((int (*)(int64_t))function)(address);
      }" (lock-slot 'holder)))
     ,lock "pshm_lock_release"))

(defmacro free-in-c-p (lock)
  "Is LOCK one in memory that is there, which no thread holds by this object?"
  `(in-c nil
         (,lock (load-time-value (find-class 'shm-lock)) '*image*)
         (:object :object :object) :bool
         ,(format nil "{
  @(return) = 0;
  if (ECL_INSTANCEP(#0) && ECL_STRUCT_TYPE(#0) == (#1)) {
    cl_object *slots = (#0)->instance.slots;
    @(return) = Null(slots[~D]) && !Null(ECL_CONS_CAR(slots[~D])) && ECL_CONS_CDR(slots[~:*~D]) == ECL_SYM_VAL(cl_env_copy, #2);
  }
}" (lock-slot 'holder) (lock-slot 'cell))))

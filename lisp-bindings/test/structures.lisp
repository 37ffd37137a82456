;;;; SPDX-License-Identifier: BSD-3-Clause
;;;; Structures whose layouts are printed: by the suite, and for a compiler and numpy by tests/lisp/layouts.test.

(in-package #:posix-shm/test)

(cffi:defcstruct pixel-point
  (x :int16)
  (y :int16))

(cffi:defcunion number-union
  (whole :int64)
  (fraction :double))

(cffi:defctype frame-count :uint64)

(cffi:defcenum frame-state :idle :busy)

(cffi:defcstruct frame-layout
  (width :uint32)
  (height :unsigned-int)
  (time :double)
  (frame-name :char :count 30)
  (corners (:struct pixel-point) :count 4)
  (number (:union number-union))
  (samples :float :count 3)
  (frames frame-count)
  (state frame-state)
  (flag :uint8)
  (next :pointer)
  (int :int8))

(cffi:defcstruct placed-layout
  (first :uint8 :offset 0)
  (second :uint32 :offset 64))

(cffi:defcstruct overlapping-layout
  (first :uint32 :offset 0)
  (second :uint32 :offset 2))

(cffi:defcstruct ambiguous-layout
  (a-b :int)
  (a_b :int))

(cffi:defcstruct odd-layout
  (enabled (:boolean :int))
  (text :string))

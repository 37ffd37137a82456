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

;;; What C has no name for, or another one.

(cffi:defcstruct words-layout
  (class :int32)
  (asm :int32)
  (typeof :int32)
  (linux :int32)
  (unix :int32)
  (bool :int32)
  (nullptr :int32)
  (template :int32))

(cffi:defcstruct padded-layout
  (padding-at-1 :uint8)
  (padding-at-1- :uint8 :offset 1)
  (padding-at-2 :uint32 :offset 16))

(cffi:defcunion (padded-union :size 32)
  (whole :int32)
  (fraction :double))

(cffi:defcstruct union-layout
  (first :uint8)
  (second (:union padded-union))
  (third :uint8))

(cffi:defcstruct no-elements-layout
  (first :uint8)
  (second :uint8 :count 0))

(cffi:defcstruct no-points-layout
  (first :uint32)
  (second (:struct pixel-point) :count 0)
  (third :uint32))

(cffi:defctype point-type (:struct pixel-point))

(cffi:defcunion point-union
  (number :int32)
  (point point-type))

;; Of one name in C.
(cffi:defcstruct pixel_point
  (z :double))

(cffi:defcstruct two-points-layout
  (one (:struct pixel-point))
  (other (:struct pixel_point)))

(cffi:defcunion shared-tag (whole :int32))
(cffi:defcstruct shared_tag (whole :int32))

(cffi:defcstruct two-kinds-layout
  (one (:union shared-tag))
  (other (:struct shared_tag)))

;;;; SPDX-License-Identifier: BSD-3-Clause
;;;; Structures of CFFI in the words of C and numpy. tests/lisp/layouts.test gives them to a compiler and to numpy.

(in-package #:posix-shm/test)

(defun layout-text (type language)
  (with-output-to-string (stream)
    (print-shm-layout type language stream)))

(deftest a-structure-as-c
  (is (string= (format nil "struct pixel_point {~%~Cint16_t x; /* 0 */~%~Cint16_t y; /* 2 */~%};~%~
                            _Static_assert(sizeof(struct pixel_point) == 4, \"size of struct pixel_point\");~%" #\Tab #\Tab)
               (layout-text 'pixel-point :c)))
  (let ((text (layout-text '(:struct frame-layout) :c)))
    (dolist (line '("uint32_t width; /* 0 */" "uint32_t height; /* 4 */" "double time; /* 8 */" "char frame_name[30]; /* 16 */"
                    "struct pixel_point corners[4]; /* 46 */" "union number_union number; /* 64 */" "float samples[3]; /* 72 */"
                    "uint64_t frames; /* 88 */" "int8_t int_;" "uint8_t flag;" "void *next;" "union number_union {"))
      (is (says line text) "~A is missing in ~A" line text))
    (is (< (search "struct pixel_point {" text) (search "union number_union {" text) (search "struct frame_layout {" text)))
    (is-false (says "padding" text)))
  (is (says "unsigned char padding_at_1[63]; /* 1 */" (layout-text 'placed-layout :c)))
  (is (says "int32_t enabled; /* 0 */" (layout-text 'odd-layout :c)))
  (is (says "void *text; /* 8 */" (layout-text 'odd-layout :c))))

(deftest a-structure-as-numpy
  (is (string= (format nil "numpy.dtype({\"names\": [\"x\", \"y\"], \"formats\": [\"i2\", \"i2\"], \"offsets\": [0, 2], ~
                            \"itemsize\": 4})~%")
               (layout-text 'pixel-point :numpy)))
  (let ((text (layout-text 'frame-layout :numpy)))
    (dolist (part '("\"S30\"" "(\"f4\", (3,))" "\"u8\"" "\"itemsize\"" "numpy.dtype({\"names\": [\"x\""))
      (is (says part text) "~A is missing in ~A" part text)))
  (is (says "\"offsets\": [0, 2]" (layout-text 'overlapping-layout :numpy))))

(deftest layouts-that-cannot-be-declared
  (rejects type (layout-text 'overlapping-layout :c))
  (is (says "second at 2" (report-of (layout-text 'overlapping-layout :c))))
  (rejects type (layout-text 'ambiguous-layout :c))
  (dolist (type (list :int 'no-such-structure '(:struct no-such-structure) nil "frame" 7))
    (rejects type (layout-text type :c)))
  (rejects language (layout-text 'pixel-point :fortran))
  (is (equal '() (multiple-value-list (print-shm-layout 'pixel-point :c (make-broadcast-stream))))))

;;;; SPDX-License-Identifier: BSD-3-Clause
;;;; The suite with a test that fails and one that checks nothing: the exit code must report it.

(require "asdf")
(asdf:load-system "posix-shm/test")
(in-package #:posix-shm/test)
(setf *tests* '())
(deftest a-test-that-fails
  (is (= 1 2)))
(deftest a-test-that-checks-nothing)
(load (merge-pathnames "../../lisp-bindings/test/run.lisp" *load-truename*))

;;;; SPDX-License-Identifier: BSD-3-Clause
;;;; Functions that are called once an object is garbage. Those of CCL, Clasp and CMUCL are from their manuals, and were not run.

(in-package #:posix-shm/host)

(defconstant +finalizers+ #+(or sbcl ecl clisp abcl ccl clasp cmucl) t #-(or sbcl ecl clisp abcl ccl clasp cmucl) nil
  "Is there something here that calls a function when an object is garbage?")

(defun finalize (object function)
  "Call FUNCTION, which does not refer to OBJECT, once nothing else does either, in a thread and at a time of the implementation's
choice. Images that are saved have no finalizers."
  (declare (ignorable object function))
  #+sbcl (sb-ext:finalize object function :dont-save t)
  #+(or abcl cmucl) (ext:finalize object function)
  #+ecl (ext:set-finalizer object (lambda (object) (declare (ignore object)) (funcall function)))
  #+clisp (ext:finalize object (lambda (object) (declare (ignore object)) (funcall function)))
  #+ccl (ccl:terminate-when-unreachable object (lambda (object) (declare (ignore object)) (funcall function)))
  #+clasp (gctools:finalize object (lambda (object) (declare (ignore object)) (funcall function))))

(defun cancel-finalizer (object)
  "Forget the finalizer of OBJECT. CLISP has no function for that: there it is called all the same, and must find nothing to do."
  (declare (ignorable object))
  #+sbcl (sb-ext:cancel-finalization object)
  #+(or abcl cmucl) (ext:cancel-finalization object)
  #+ecl (ext:set-finalizer object nil)
  #+ccl (ccl:cancel-terminate-when-unreachable object)
  #+clasp (gctools:definalize object))

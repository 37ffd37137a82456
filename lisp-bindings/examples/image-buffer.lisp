;;;; SPDX-License-Identifier: BSD-3-Clause
;;;; An image buffer like that of a Wayland client: an anonymous pool with two buffers, whose descriptor is sent to the
;;;; compositor. This program also plays the compositor: it receives the descriptor, maps it for reading and reads it.
;;;;
;;;;   sbcl --load image-buffer.lisp        (or any other implementation)

(require "asdf")
(asdf:load-system "posix-shm")

(defpackage #:image-buffer
  (:use #:cl #:posix-shm))

(in-package #:image-buffer)

(defconstant +width+ 320)
(defconstant +height+ 200)
(defconstant +stride+ (* 4 +width+))
(defconstant +buffer-size+ (* +stride+ +height+))
(defconstant +pool-size+ (* 2 +buffer-size+) "One buffer to show, one to draw.")

(defun pixel (pool buffer x y)
  (cffi:mem-ref pool :uint32 (+ (* buffer +buffer-size+) (* y +stride+) (* 4 x))))

(defun (setf pixel) (value pool buffer x y)
  (setf (cffi:mem-ref pool :uint32 (+ (* buffer +buffer-size+) (* y +stride+) (* 4 x))) value))

(defun draw (pool buffer)
  "A gradient, in the format argb8888."
  (dotimes (y +height+)
    (dotimes (x +width+)
      (setf (pixel pool buffer x y)
            (logior #xFF000000 (ash (floor (* 255 x) (1- +width+)) 16) (ash (floor (* 255 y) (1- +height+)) 8)
                    (* 255 buffer))))))

(defun compositor (socket)
  "Look at the corners of both buffers."
  (let ((shm (receive-shm socket)))
    (unwind-protect
         (with-mmap (pool shm +pool-size+ :prot '(:read))
           (dotimes (buffer 2)
             (format t "~&buffer ~D: ~{~8,'0X~^ ~}~%" buffer
                     (loop for (x y) in `((0 0) (,(1- +width+) 0) (0 ,(1- +height+)) (,(1- +width+) ,(1- +height+)))
                           collect (pixel pool buffer x y)))))
      (close-shm shm))))

(defun client (socket)
  "Draw into both buffers of a pool, and send the pool over SOCKET."
  (with-open-shm-and-mmap* (shm pool (:direction :io :permissions '(:user-read :user-write)) (+pool-size+))
    ;; A pool that is sealed against shrinking cannot make the compositor fault.
    (seal-shm shm :shrink)
    (dotimes (buffer 2)
      (draw pool buffer))
    (send-shm shm socket)))

(multiple-value-bind (client compositor) (shm-socketpair)
  (client client)
  (compositor compositor)
  (posix-shm/ffi:close client)
  (posix-shm/ffi:close compositor))
(finish-output)
(uiop:quit 0)

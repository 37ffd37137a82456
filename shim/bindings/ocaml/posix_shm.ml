(* SPDX-License-Identifier: BSD-3-Clause *)
(* libposix-shm for OCaml with ctypes: #directory "PREFIX/share/posix-shm/ocaml", #use "posix_shm.ml"; then
   pshm_close fd, prot_read and so on. Declare functions and constants that are missing here in the same way.
   The environment variable POSIX_SHM_LIBRARY overrides the file that the system finds. *)

#use "topfind"
#thread
#require "ctypes.foreign"

open Ctypes

let environment name default = Option.value (Sys.getenv_opt name) ~default
let library =
  Dl.dlopen ~filename:(environment "POSIX_SHM_LIBRARY" "libposix-shm.so.0") ~flags:[Dl.RTLD_NOW]
let shm name typ = Foreign.foreign ~from:library name typ
(* Other threads run while a call waits. *)
let waiting name typ = Foreign.foreign ~from:library ~release_runtime_lock:true name typ

let pshm_version = shm "pshm_version" (void @-> returning int)
let pshm_version_string = shm "pshm_version_string" (void @-> returning string)
let pshm_errno = shm "pshm_errno" (void @-> returning int)
let pshm_strerror = shm "pshm_strerror" (int @-> returning string)
let pshm_error_name = shm "pshm_error_name" (int @-> returning string)
let pshm_constant_count = shm "pshm_constant_count" (void @-> returning int)
let pshm_constant_name = shm "pshm_constant_name" (int @-> returning string_opt)
let pshm_constant_value = shm "pshm_constant_value" (int @-> returning int)
let pshm_constant = shm "pshm_constant" (string @-> returning int)
let pshm_flags_parse = shm "pshm_flags_parse" (int @-> string @-> returning int)
let pshm_flags_format = shm "pshm_flags_format" (int @-> int @-> ocaml_bytes @-> int64_t @-> returning int64_t)
let pshm_fstat = shm "pshm_fstat" (int @-> ptr int64_t @-> int @-> returning int)
let pshm_close = shm "pshm_close" (int @-> returning int)
let pshm_set_inheritable = shm "pshm_set_inheritable" (int @-> int @-> returning int)
let pshm_open = shm "pshm_open" (string @-> int @-> int @-> int @-> int @-> ptr_opt int @-> returning int)
let pshm_open_anonymous = shm "pshm_open_anonymous" (int @-> int @-> int @-> returning int)
let pshm_delete = shm "pshm_delete" (string @-> returning int)
let pshm_truncate = shm "pshm_truncate" (int @-> int64_t @-> returning int)
let pshm_allocate = shm "pshm_allocate" (int @-> int64_t @-> returning int)
let pshm_map = shm "pshm_map" (int @-> int64_t @-> int @-> int @-> int64_t @-> returning int64_t)
let pshm_unmap = shm "pshm_unmap" (int64_t @-> int64_t @-> returning int)
let pshm_read = shm "pshm_read" (int @-> ocaml_bytes @-> int64_t @-> int64_t @-> returning int64_t)
let pshm_write = shm "pshm_write" (int @-> ocaml_string @-> int64_t @-> int64_t @-> returning int64_t)
let pshm_send = waiting "pshm_send" (int @-> int @-> int64_t @-> returning int)
let pshm_receive = waiting "pshm_receive" (int @-> int64_t @-> returning int)
let pshm_socketpair = shm "pshm_socketpair" (ptr int @-> ptr int @-> returning int)
let pshm_atomic_load32 = shm "pshm_atomic_load32" (int64_t @-> returning int64_t)
let pshm_atomic_store32 = shm "pshm_atomic_store32" (int64_t @-> int64_t @-> returning int)
let pshm_atomic_update32 = shm "pshm_atomic_update32" (int64_t @-> int @-> int64_t @-> returning int64_t)
let pshm_atomic_compare_exchange32 =
  shm "pshm_atomic_compare_exchange32" (int64_t @-> int64_t @-> int64_t @-> returning int64_t)
let pshm_atomic_load64 = shm "pshm_atomic_load64" (int64_t @-> ptr int64_t @-> returning int)
let pshm_atomic_store64 = shm "pshm_atomic_store64" (int64_t @-> int64_t @-> returning int)
let pshm_atomic_update64 = shm "pshm_atomic_update64" (int64_t @-> int @-> int64_t @-> ptr_opt int64_t @-> returning int)
let pshm_atomic_compare_exchange64 =
  shm "pshm_atomic_compare_exchange64" (int64_t @-> int64_t @-> int64_t @-> ptr_opt int64_t @-> returning int)
let pshm_atomic_wait = waiting "pshm_atomic_wait" (int64_t @-> int64_t @-> int64_t @-> returning int)
let pshm_atomic_wake = shm "pshm_atomic_wake" (int64_t @-> int @-> returning int)
let pshm_lock_acquire = waiting "pshm_lock_acquire" (int64_t @-> int64_t @-> returning int)
let pshm_lock_release = shm "pshm_lock_release" (int64_t @-> returning int)
let pshm_lock_mark_repaired = shm "pshm_lock_mark_repaired" (int64_t @-> returning int)
let pshm_ring_join = shm "pshm_ring_join" (int64_t @-> int64_t @-> int @-> returning int)
let pshm_ring_leave = shm "pshm_ring_leave" (int64_t @-> int64_t @-> int @-> returning int)
let pshm_ring_reserve = waiting "pshm_ring_reserve" (int64_t @-> int64_t @-> int64_t @-> int64_t @-> returning int64_t)
let pshm_ring_commit = shm "pshm_ring_commit" (int64_t @-> int64_t @-> int64_t @-> returning int)
let pshm_ring_peek = waiting "pshm_ring_peek" (int64_t @-> int64_t @-> int64_t @-> ptr int64_t @-> returning int64_t)
let pshm_ring_release = shm "pshm_ring_release" (int64_t @-> int64_t @-> returning int)
let pshm_ring_send = waiting "pshm_ring_send" (int64_t @-> int64_t @-> ptr char @-> int64_t @-> int64_t @-> returning int)
let pshm_ring_receive =
  waiting "pshm_ring_receive" (int64_t @-> int64_t @-> ptr char @-> int64_t @-> int64_t @-> returning int64_t)

let prot_read = pshm_constant "PSHM_PROT_READ"
let prot_write = pshm_constant "PSHM_PROT_WRITE"
let map_shared = pshm_constant "PSHM_MAP_SHARED"
let direction_input = pshm_constant "PSHM_DIRECTION_INPUT"
let direction_io = pshm_constant "PSHM_DIRECTION_IO"
let if_exists_error = pshm_constant "PSHM_IF_EXISTS_ERROR"
let if_does_not_exist_error = pshm_constant "PSHM_IF_DOES_NOT_EXIST_ERROR"
let if_does_not_exist_create = pshm_constant "PSHM_IF_DOES_NOT_EXIST_CREATE"
let atomic_add = pshm_constant "PSHM_ATOMIC_ADD"
let ring_sender = pshm_constant "PSHM_RING_SENDER"
let ring_receiver = pshm_constant "PSHM_RING_RECEIVER"
let ring_header_size = pshm_constant "PSHM_RING_HEADER_SIZE"
let ring_capacity_min = pshm_constant "PSHM_RING_CAPACITY_MIN"

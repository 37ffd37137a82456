(* SPDX-License-Identifier: BSD-3-Clause *)
(* The common scenario in OCaml. The types of a foreign function are OCaml's own, checked when the program is read:
   posix_shm.ml declares what is used, and asks the library for the constants. *)
#use "posix_shm.ml"

let size = 32768
let read_write = prot_read lor prot_write
let forever = -1L

(* What two processes share: where it begins in the object of the scenario, and what is where: a lock, what it guards, and words. *)
let shared_offset = 8192
let lock = 0 and guarded = 8 and atomic = 16 and arrived = 20 and beside = 24 and finished = 28 and gate = 32 and left = 36
let turns = 1000
let all = 0x7fffffff
let long = 600_000_000_000L

let check result = if result < 0 then failwith (pshm_strerror result) else result
let check64 result = if result < 0L then failwith (pshm_strerror (Int64.to_int result)) else result
let done_ result = ignore (check result)
let error_name result = pshm_error_name result

let expect show got wanted =
  if got <> wanted then failwith (Printf.sprintf "%s instead of %s" (show got) (show wanted))
let expect_int = expect string_of_int
let expect_int64 = expect Int64.to_string
let expect_string = expect (fun text -> text)

let map_object ?(offset = 0) ?(protections = read_write) fd length =
  check64 (pshm_map fd (Int64.of_int length) protections map_shared (Int64.of_int offset))
let unmap address length = done_ (pshm_unmap address (Int64.of_int length))

(* The memory at an address, as a pointer to a type. *)
let at typ ?(offset = 0) address =
  from_voidp typ (ptr_of_raw_address (Nativeint.add (Int64.to_nativeint address) (Nativeint.of_int offset)))

let store address offset text = String.iteri (fun i c -> (at char ~offset address +@ i) <-@ c) text
let fetch address offset length = string_from_ptr (at char ~offset address) ~length
let up_to_nul text = List.hd (String.split_on_char '\000' text)

let mapped name =
  let maps = open_in "/proc/self/maps" in
  let rec search () =
    match input_line maps with
    | line -> String.ends_with ~suffix:name line || search ()
    | exception End_of_file -> false in
  Fun.protect search ~finally:(fun () -> close_in maps)

let stat fd =
  let fields = CArray.make int64_t 16 in
  expect_int (check (pshm_fstat fd (CArray.start fields) 16)) 16;
  fun name -> Int64.to_int (CArray.get fields (check (pshm_constant ("PSHM_STAT_" ^ name))))

(* A handler of a signal has run: call again. *)
let rec again call =
  let result = call () in
  if result < 0 && error_name result = "EINTR" then again call else check result

let word shared offset = Int64.add shared (Int64.of_int offset)
let acquire shared = again (fun () -> pshm_lock_acquire (word shared lock) long)
let add shared offset = ignore (check64 (pshm_atomic_update32 (word shared offset) atomic_add 1L))
let load shared offset = Int64.to_int (check64 (pshm_atomic_load32 (word shared offset)))

let add_and_wake shared offset =
  add shared offset;
  done_ (pshm_atomic_wake (word shared offset) all)

let rec wait_until shared offset value =
  let now = load shared offset in
  if now <> value then begin
    ignore (again (fun () -> pshm_atomic_wait (word shared offset) (Int64.of_int now) long));
    wait_until shared offset value
  end

let take_turns shared =
  let number = at int64_t ~offset:guarded shared in
  for _ = 1 to turns do
    expect_int (acquire shared) 0;
    number <-@ Int64.succ !@number;
    done_ (pshm_lock_release (word shared lock));
    add shared atomic
  done

(* Wait for the lock that another process holds, while a thread of this one runs; count beside it; wait for its leave. *)
let count name offset =
  let fd = check (pshm_open name direction_io 0 if_does_not_exist_error 0 None) in
  let address = map_object fd (shared_offset + 64) in
  let shared = word address offset in
  add_and_wake shared arrived;
  ignore (Thread.create (fun () -> Thread.delay 0.05; Gc.full_major (); add_and_wake shared beside) ());
  expect_int (acquire shared) 0;
  done_ (pshm_lock_release (word shared lock));
  take_turns shared;
  add_and_wake shared finished;
  wait_until shared gate 1;
  add_and_wake shared left;
  unmap address (shared_offset + 64);
  done_ (pshm_close fd)

let scenario name =
  let created = allocate int (-1) and fd = ref (-1) and address = ref 0L in
  let open_exclusively () =
    pshm_open name direction_io if_exists_error if_does_not_exist_create 0o600 (Some created) in
  let points = [
    "load the library and check its version", (fun () ->
      let version = pshm_version () in
      expect_string (pshm_version_string ())
        (Printf.sprintf "%d.%d.%d" (version / 1_000_000) (version / 1000 mod 1000) (version mod 1000)));
    "open exclusively", (fun () ->
      fd := check (open_exclusively ());
      expect_int !@created 1);
    "be told by name that it exists", (fun () ->
      expect_string (error_name (open_exclusively ())) "EEXIST";
      expect_string (error_name (pshm_errno ())) "EEXIST");
    "size, allocate, map", (fun () ->
      done_ (pshm_truncate !fd (Int64.of_int size));
      done_ (pshm_allocate !fd (Int64.of_int (size / 2)));
      address := map_object !fd size);
    "write a pattern, read it back through pshm_read", (fun () ->
      let pattern = String.init 256 (fun i -> Char.chr (i * 7 mod 256)) and bytes = Bytes.create 256 in
      store !address 4096 pattern;
      expect_int64 (pshm_read !fd (ocaml_bytes_start bytes) 256L 4096L) 256L;
      expect_string (Bytes.to_string bytes) pattern;
      expect_int64 (pshm_write !fd (ocaml_string_start "hello") 5L 100L) 5L;
      expect_string (fetch !address 100 5) "hello";
      expect_int64 (pshm_read !fd (ocaml_bytes_start bytes) 256L (Int64.of_int (size - 100))) 100L);
    "stat with named fields", (fun () ->
      let field = stat !fd in
      expect_int (field "SIZE") size;
      expect_int (field "MODE") 0o600;
      expect_int (field "NLINK") 1;
      expect string_of_bool (field "BLOCKS" >= size / 2 / 512) true);
    "parse a permission list", (fun () ->
      let mode = pshm_constant "PSHM_KIND_MODE" and keywords = "user-read user-write group-read" in
      expect_int (pshm_flags_parse mode keywords) 0o640;
      let text = Bytes.create 64 in
      let used = Int64.to_int (check64 (pshm_flags_format mode 0o640 (ocaml_bytes_start text) 64L)) in
      expect_string (Bytes.sub_string text 0 (used - 1)) keywords;
      expect_string (error_name (pshm_flags_parse mode "user-fly")) "EINVAL");
    "enumerate the constants", (fun () ->
      let count = pshm_constant_count () in
      expect string_of_bool (count > 50) true;
      for i = 0 to count - 1 do
        expect_int (pshm_constant (Option.get (pshm_constant_name i))) (pshm_constant_value i)
      done;
      expect_int map_shared 1;
      expect string_of_bool (pshm_constant_name count = None) true);
    "fail with the right error name", (fun () ->
      expect_string (error_name (pshm_open (name ^ "-none") direction_input 0 0 0 None)) "ENOENT";
      expect_string (error_name (pshm_delete "noslash")) "EINVAL";
      expect_string (error_name (Int64.to_int (pshm_map !fd (-1L) read_write map_shared 0L))) "EINVAL";
      expect_string (error_name (pshm_errno ())) "EINVAL");
    "make an anonymous object", (fun () ->
      let anonymous = check (pshm_open_anonymous direction_io 0o640 0) in
      let field = stat anonymous in
      expect_int (field "NLINK") 0;
      expect_int (field "MODE") 0o640;
      done_ (pshm_close anonymous));
    "pass a descriptor to another process", (fun () ->
      let here = allocate int 0 and there = allocate int 0 in
      done_ (pshm_socketpair here there);
      at int64_t !address <-@ 9007199254740992L;
      done_ (pshm_send !@here !fd forever);
      done_ (pshm_set_inheritable !@there 1);
      expect_int (Sys.command (Printf.sprintf "%s receive %d" (Sys.getenv "POSIX_SHM_CONSUMER") !@there)) 0;
      expect_int64 !@(at int64_t !address) 9007199254740993L;
      done_ (pshm_close !@here);
      done_ (pshm_close !@there));
    "count with another process under a lock, and wake each other", (fun () ->
      let shared = word !address shared_offset in
      expect_int (acquire shared) 0;
      expect_int (Sys.command (Printf.sprintf "%s count %s %d &" (Sys.getenv "POSIX_SHM_CONSUMER") name shared_offset)) 0;
      wait_until shared arrived 1;
      wait_until shared beside 1;
      done_ (pshm_lock_release (word shared lock));
      take_turns shared;
      wait_until shared finished 1;
      expect_int64 !@(at int64_t ~offset:guarded shared) (Int64.of_int (2 * turns));
      expect_int (load shared atomic) (2 * turns);
      add_and_wake shared gate;
      wait_until shared left 1);
    "close, delete", (fun () ->
      expect string_of_bool (mapped name) true;
      unmap !address size;
      expect string_of_bool (mapped name) false;
      done_ (pshm_close !fd);
      expect_string (error_name (pshm_close !fd)) "EBADF";
      done_ (pshm_delete name);
      expect_string (error_name (pshm_delete name)) "ENOENT")] in
  let point number (title, body) =
    match body () with
    | () -> Printf.printf "ok %d - %s\n%!" (number + 1) title; true
    | exception problem ->
      Printf.printf "not ok %d - %s\n# %s\n%!" (number + 1) title (Printexc.to_string problem); false in
  let results = List.mapi point points in
  Printf.printf "1..%d\n" (List.length results);
  exit (if List.mem false results then 1 else 0)

(* The receiver of the descriptor: add one to the number at the start of the object. *)
let receive socket =
  let fd = check (pshm_receive socket forever) in
  let address = map_object fd 8 in
  let number = at int64_t address in
  number <-@ Int64.succ !@number;
  unmap address 8;
  done_ (pshm_close fd)

(* A record: int64, int32, 4 bytes unused, 48 bytes of text, 64 bytes of pattern. *)
let record = 128

let put_record fd slot offset =
  let address = map_object ~offset fd record in
  at int64_t address <-@ Int64.sub (-9007199254740993L) (Int64.of_int slot);
  at int32_t ~offset:8 address <-@ Int32.of_int (-1 - slot);
  store address 16 "ocaml gr\195\188\195\159t";
  store address 64 (String.init 64 (fun i -> Char.chr ((slot * 31 + i * 7) mod 256)));
  unmap address record

let print_record address offset slot =
  let pattern = fetch address (offset + 64) 64 and sum = ref 0 in
  String.iteri (fun i byte -> sum := !sum + (i + 1) * Char.code byte) pattern;
  Printf.printf "%s\t%Ld\t%ld\t%d\t%s\n" slot !@(at int64_t ~offset address) !@(at int32_t ~offset:(offset + 8) address)
    !sum (up_to_nul (fetch address (offset + 16) 48))

(* Write one's record into the object, and into an anonymous one that goes to the socket. *)
let write name slot socket =
  let fd = check (pshm_open name direction_io 0 if_does_not_exist_error 0 None) in
  put_record fd slot (slot * record);
  done_ (pshm_close fd);
  let anonymous = check (pshm_open_anonymous direction_io 0o600 0) in
  done_ (pshm_truncate anonymous (Int64.of_int record));
  put_record anonymous slot 0;
  done_ (pshm_send socket anonymous forever);
  done_ (pshm_close anonymous)

(* Print every record of the object, then the one of the object that comes from the socket. *)
let read name count socket =
  let fd = check (pshm_open name direction_input 0 0 0 None) in
  let address = map_object ~protections:prot_read fd (count * record) in
  for slot = 0 to count - 1 do print_record address (slot * record) (string_of_int slot) done;
  unmap address (count * record);
  done_ (pshm_close fd);
  let received = check (pshm_receive socket forever) in
  let address = map_object ~protections:prot_read received record in
  print_record address 0 "received";
  unmap address record;
  done_ (pshm_close received)

(* Message N of an exchange is N * STEP bytes of a pattern, from byte N of it. *)
let capacity = Int64.of_int ring_capacity_min
let ring = ring_header_size + ring_capacity_min
let messages = 41 and step = 51 and longest = 2040
let pattern = CArray.of_list char (List.init (longest + messages) (fun i -> Char.chr (i * 7 mod 256)))

(* A call that waits: its result, perhaps an address, or the name of its error. *)
let rec wait_for call =
  let result = call () in
  if result >= 0L then Ok result
  else match error_name (Int64.to_int result) with
    | "EINTR" -> wait_for call
    | name -> Error name

let must call = match wait_for call with Ok result -> result | Error name -> failwith name

let join from into =
  done_ (pshm_ring_join into capacity ring_sender);
  done_ (pshm_ring_join from capacity ring_receiver)

let receive_message ring buffer =
  wait_for (fun () -> pshm_ring_receive ring capacity (CArray.start buffer) (Int64.of_int longest) long)

(* Send message N, and receive it back. Whether the two are equal. *)
let comes_back there back n =
  let message = CArray.start pattern +@ n and length = n * step and buffer = CArray.make char longest in
  ignore (must (fun () -> Int64.of_int (pshm_ring_send there capacity message (Int64.of_int length) long)));
  receive_message back buffer = Ok (Int64.of_int length)
  && string_from_ptr (CArray.start buffer) ~length = string_from_ptr message ~length

(* How many messages come back as they were. *)
let talk there back =
  join back there;
  let good = List.length (List.filter (comes_back there back) (List.init messages Fun.id)) in
  done_ (pshm_ring_leave there capacity ring_sender);
  if receive_message back (CArray.make char longest) <> Error "ENODATA" then failwith "no end";
  done_ (pshm_ring_leave back capacity ring_receiver);
  good

let bytes_at address length = bigarray_of_ptr array1 (Int64.to_int length) Bigarray.char (at char address)

(* Send back each message, from one ring into the other, until the sender leaves. *)
let serve there back =
  let length = allocate int64_t 0L in
  let rec next () =
    match wait_for (fun () -> pshm_ring_peek there capacity long length) with
    | Error "ENODATA" -> ()
    | Error name -> failwith name
    | Ok message ->
      let copy = must (fun () -> pshm_ring_reserve back capacity !@length long) in
      Bigarray.Array1.blit (bytes_at message !@length) (bytes_at copy !@length);
      done_ (pshm_ring_commit back capacity !@length);
      done_ (pshm_ring_release there capacity);
      next () in
  join there back;
  next ();
  done_ (pshm_ring_leave back capacity ring_sender);
  done_ (pshm_ring_leave there capacity ring_receiver)

(* Talk to all others, and serve each of them, sender after sender. *)
let exchange name slot count =
  let fd = check (pshm_open name direction_io 0 if_does_not_exist_error 0 None) in
  let size = count * count * 2 * ring in
  let rings = map_object fd size in
  for pair = 0 to count * count - 1 do
    let sender = pair / count and receiver = pair mod count and there = word rings (pair * 2 * ring) in
    let back = word there ring in
    if sender <> receiver && sender = slot then Printf.printf "%d\t%d\n%!" receiver (talk there back)
    else if sender <> receiver && receiver = slot then serve there back
  done;
  unmap rings size;
  done_ (pshm_close fd)

let () =
  match List.tl (Array.to_list Sys.argv) with
  | ["scenario"; name] -> scenario name
  | ["receive"; socket] -> receive (int_of_string socket)
  | ["count"; name; offset] -> count name (int_of_string offset)
  | ["exchange"; name; slot; count] -> exchange name (int_of_string slot) (int_of_string count)
  | ["write"; name; slot; socket] -> write name (int_of_string slot) (int_of_string socket)
  | ["read"; name; count; socket] -> read name (int_of_string count) (int_of_string socket)
  | _ -> exit 2

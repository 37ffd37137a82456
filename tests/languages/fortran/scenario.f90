! SPDX-License-Identifier: BSD-3-Clause
! The common scenario in Fortran, over the generated module posix_shm. The first failure ends it.
module common_scenario
  use, intrinsic :: iso_fortran_env, only: error_unit, output_unit
  use posix_shm
  implicit none

  integer, parameter :: i4 = c_int, i8 = c_int64_t
  integer(i8), parameter :: extent = 32768, no_limit = -1, long = 600000000000_i8
  integer(i4), parameter :: read_write = ior(PSHM_PROT_READ, PSHM_PROT_WRITE)

  ! What two processes share: where it begins in the object of the scenario, and what is where: a lock, what it guards, and words.
  integer(i8), parameter :: shared_offset = 8192
  integer(i8), parameter :: at_lock = 0, at_guarded = 8, at_atomic = 16, at_arrived = 20, at_beside = 24, at_done = 28, &
    at_gate = 32, at_left = 36
  integer, parameter :: turns = 1000

  ! A record: int64, int32, 4 bytes unused, 48 bytes of text, 64 bytes of pattern.
  integer(i8), parameter :: record_size = 128

  ! Message N of an exchange is N * STEP bytes of a pattern, from byte N of it.
  integer(i8), parameter :: capacity = PSHM_RING_CAPACITY_MIN, ring = PSHM_RING_HEADER_SIZE + capacity
  integer, parameter :: messages = 41, step = 51, longest = 2040

  integer :: number = 0
  character(:), allocatable :: title

  interface check
    module procedure check4, check8
  end interface

contains

  ! Points: the next one begins where the one before has succeeded.

  subroutine point(next)
    character(*), intent(in) :: next

    call succeed()
    number = number + 1
    title = next
  end subroutine

  subroutine succeed()
    if (number > 0) write (output_unit, '(a, i0, a)') "ok ", number, " - " // title
    flush (output_unit)
  end subroutine

  subroutine fail(message)
    character(*), intent(in) :: message

    if (number > 0) write (output_unit, '(a, i0, a)') "not ok ", number, " - " // title
    write (merge(output_unit, error_unit, number > 0), '(a)') "# " // message
    flush (output_unit)
    error stop 1, quiet=.true.
  end subroutine

  subroutine expect(condition, message)
    logical, intent(in) :: condition
    character(*), intent(in) :: message

    if (.not. condition) call fail(message)
  end subroutine

  subroutine expect_error(result, name)
    integer(i4), intent(in) :: result
    character(*), intent(in) :: name

    call expect(pshm_failed(result), "success instead of " // name)
    call expect(pshm_error_name(result) == name, pshm_error_name(result) // " instead of " // name)
  end subroutine

  integer(i4) function check4(result)
    integer(i4), intent(in) :: result

    if (pshm_failed(result)) call fail(pshm_strerror(result))
    check4 = result
  end function

  integer(i8) function check8(result)
    integer(i8), intent(in) :: result

    if (pshm_failed(result)) call fail(pshm_strerror(int(result, i4)))
    check8 = result
  end function

  subroutine must(result)
    integer(i4), intent(in) :: result

    if (pshm_failed(result)) call fail(pshm_strerror(result))
  end subroutine

  ! Memory

  integer(i8) function map(fd, length, offset, protections)
    integer(i4), intent(in) :: fd
    integer(i8), intent(in) :: length, offset
    integer(i4), intent(in), optional :: protections
    integer(i4) :: access

    access = read_write
    if (present(protections)) access = protections
    map = check(pshm_map(fd, length, access, PSHM_MAP_SHARED, offset))
  end function

  function number_at(address) result(number)
    integer(i8), intent(in) :: address
    integer(i8), pointer :: number

    call c_f_pointer(pshm_pointer(address), number)
  end function

  function bytes_at(address, count) result(bytes)
    integer(i8), intent(in) :: address
    integer, intent(in) :: count
    character(1), pointer :: bytes(:)

    call c_f_pointer(pshm_pointer(address), bytes, [count])
  end function

  function text_of(bytes) result(text)
    character(1), intent(in) :: bytes(:)
    character(size(bytes)) :: text

    text = transfer(bytes, text)
  end function

  logical function mapped(name)
    character(*), intent(in) :: name
    character(1000) :: line
    integer :: unit, status

    mapped = .false.
    open (newunit=unit, file="/proc/self/maps", action="read")
    do
      read (unit, '(a)', iostat=status) line
      if (status /= 0) exit
      mapped = mapped .or. index(line, name) > 0
    end do
    close (unit)
  end function

  function pattern(count, first) result(bytes)
    integer, intent(in) :: count, first
    character(1) :: bytes(count)
    integer :: i

    bytes = [(achar_of(first + i * 7), i = 0, count - 1)]
  end function

  pure character(1) function achar_of(value)
    integer, intent(in) :: value

    achar_of = char(modulo(value, 256))
  end function

  ! Counting with another process

  integer(i4) function acquire(lock)
    integer(i8), intent(in) :: lock

    do
      acquire = pshm_lock_acquire(lock, long)
      if (acquire >= 0) exit
      if (pshm_error_name(acquire) /= "EINTR") call must(acquire)
    end do
  end function

  subroutine add_and_wake(word)
    integer(i8), intent(in) :: word
    integer(i8) :: old

    old = check(pshm_atomic_update32(word, PSHM_ATOMIC_ADD, 1_i8))
    call must(pshm_atomic_wake(word, huge(0_i4)))
  end subroutine

  subroutine wait_until(word, wanted)
    integer(i8), intent(in) :: word, wanted
    integer(i8) :: now
    integer(i4) :: result

    do
      now = check(pshm_atomic_load32(word))
      if (now == wanted) exit
      result = pshm_atomic_wait(word, now, long)
      if (result < 0) then
        if (pshm_error_name(result) /= "EINTR") call must(result)
      end if
    end do
  end subroutine

  subroutine take_turns(shared)
    integer(i8), intent(in) :: shared
    integer(i8), pointer :: guarded
    integer(i8) :: old
    integer :: turn

    guarded => number_at(shared + at_guarded)
    do turn = 1, turns
      call expect(acquire(shared + at_lock) == 0, "the lock is damaged")
      guarded = guarded + 1
      call must(pshm_lock_release(shared + at_lock))
      old = check(pshm_atomic_update32(shared + at_atomic, PSHM_ATOMIC_ADD, 1_i8))
    end do
  end subroutine

  ! Wait for the lock that another process holds, while a thread of this one runs; count beside it; wait for its leave.
  subroutine count(name, offset)
    character(*), intent(in) :: name
    integer(i8), intent(in) :: offset
    integer(i8) :: address, shared
    integer(i4) :: fd

    fd = check(pshm_open(name, PSHM_DIRECTION_IO, PSHM_IF_EXISTS_DEFAULT, PSHM_IF_DOES_NOT_EXIST_ERROR, 0))
    address = map(fd, shared_offset + 64, 0_i8)
    shared = address + offset
    call add_and_wake(shared + at_arrived)
    !$omp parallel sections num_threads(2)
    !$omp section
    call expect(acquire(shared + at_lock) == 0, "the lock is damaged")
    !$omp section
    call execute_command_line("sleep 0.05")
    call add_and_wake(shared + at_beside)
    !$omp end parallel sections
    call must(pshm_lock_release(shared + at_lock))
    call take_turns(shared)
    call add_and_wake(shared + at_done)
    call wait_until(shared + at_gate, 1_i8)
    call add_and_wake(shared + at_left)
    call must(pshm_unmap(address, shared_offset + 64))
    call must(pshm_close(fd))
  end subroutine

  ! The scenario

  function consumer()
    character(:), allocatable :: consumer
    integer :: length

    call get_environment_variable("POSIX_SHM_CONSUMER", length=length)
    allocate (character(length) :: consumer)
    call get_environment_variable("POSIX_SHM_CONSUMER", consumer)
  end function

  function decimal(number)
    integer(i8), intent(in) :: number
    character(:), allocatable :: decimal
    character(20) :: digits

    write (digits, '(i0)') number
    decimal = trim(digits)
  end function

  subroutine scenario(name)
    character(*), intent(in) :: name
    integer(i8) :: address, shared, fields(0:15)
    integer(i4) :: version, fd, created, anonymous, here, there, status, i
    character(1) :: bytes(256)
    character(1), pointer :: memory(:)
    character(:), allocatable :: keywords
    character(20) :: text

    call point("load the library and check its version")
    version = pshm_version()
    write (text, '(i0, 2(".", i0))') version / 1000000, modulo(version / 1000, 1000), modulo(version, 1000)
    call expect(pshm_version_string() == text, "the versions differ")

    call point("open exclusively")
    fd = check(open_exclusively())
    call expect(created == 1, "not created")

    call point("be told by name that it exists")
    call expect_error(open_exclusively(), "EEXIST")
    call expect(pshm_error_name(pshm_errno()) == "EEXIST", "another last error")

    call point("size, allocate, map")
    call must(pshm_truncate(fd, extent))
    call must(pshm_allocate(fd, extent / 2))
    address = map(fd, extent, 0_i8)
    memory => bytes_at(address, int(extent))

    call point("write a pattern, read it back through pshm_read")
    memory(4097:4352) = pattern(256, 0)
    call expect(pshm_read(fd, bytes, 256_i8, 4096_i8) == 256, "read less than 256 bytes")
    call expect(all(bytes == pattern(256, 0)), "read another pattern")
    call expect(pshm_write(fd, "hello", 5_i8, 100_i8) == 5, "wrote less than 5 bytes")
    call expect(text_of(memory(101:105)) == "hello", "wrote something else")
    call expect(pshm_read(fd, bytes, 256_i8, extent - 100) == 100, "read beyond the end")

    call point("stat with named fields")
    call expect(check(pshm_fstat(fd, fields, size(fields))) == size(fields), "another number of fields")
    call expect(fields(PSHM_STAT_SIZE) == extent, "another size")
    call expect(fields(PSHM_STAT_MODE) == int(o"600"), "other permissions")
    call expect(fields(PSHM_STAT_NLINK) == 1, "another number of names")
    call expect(fields(PSHM_STAT_BLOCKS) >= extent / 2 / 512, "too few blocks")

    call point("parse a permission list")
    call expect(pshm_flags_parse(PSHM_KIND_MODE, "user-read user-write group-read") == int(o"640"), "other permissions")
    call expect(check(pshm_flags_format(PSHM_KIND_MODE, int(o"640"), keywords)) == len(keywords) + 1, "another length")
    call expect(keywords == "user-read user-write group-read", "other keywords")
    call expect_error(pshm_flags_parse(PSHM_KIND_MODE, "user-fly"), "EINVAL")

    call point("enumerate the constants")
    call expect(pshm_constant_count() > 50, "few constants")
    do i = 0, pshm_constant_count() - 1
      call expect(pshm_constant(pshm_constant_name(i)) == pshm_constant_value(i), pshm_constant_name(i))
    end do
    call expect(pshm_constant("PSHM_MAP_SHARED") == PSHM_MAP_SHARED, "PSHM_MAP_SHARED")
    call expect(pshm_constant_name(pshm_constant_count()) == "", "a constant too many")

    call point("fail with the right error name")
    call expect_error(pshm_open(name // "-none", PSHM_DIRECTION_INPUT, 0, 0, 0), "ENOENT")
    call expect_error(pshm_delete("noslash"), "EINVAL")
    call expect_error(pshm_delete(name // "-none" // c_null_char // "x"), "EINVAL")
    call expect_error(int(pshm_map(fd, -1_i8, read_write, PSHM_MAP_SHARED, 0_i8), i4), "EINVAL")
    call expect(pshm_error_name(pshm_errno()) == "EINVAL", "another last error")

    call point("make an anonymous object")
    anonymous = check(pshm_open_anonymous(PSHM_DIRECTION_IO, int(o"640"), 0))
    call must(pshm_fstat(anonymous, fields, size(fields)))
    call expect(fields(PSHM_STAT_NLINK) == 0, "it has a name")
    call expect(fields(PSHM_STAT_MODE) == int(o"640"), "other permissions")
    call must(pshm_close(anonymous))

    call point("pass a descriptor to another process")
    call must(pshm_socketpair(here, there))
    number_at(address) = 9007199254740992_i8
    call must(pshm_send(here, fd, no_limit))
    call must(pshm_set_inheritable(there, 1))
    call execute_command_line(consumer() // " receive " // decimal(int(there, i8)), exitstat=status)
    call expect(status == 0, "the other process failed")
    call expect(number_at(address) == 9007199254740993_i8, "another number")
    call must(pshm_close(here))
    call must(pshm_close(there))

    call point("count with another process under a lock, and wake each other")
    shared = address + shared_offset
    call expect(acquire(shared + at_lock) == 0, "the lock is damaged")
    call execute_command_line(consumer() // " count " // name // " " // decimal(shared_offset) // " &")
    call wait_until(shared + at_arrived, 1_i8)
    call wait_until(shared + at_beside, 1_i8)
    call must(pshm_lock_release(shared + at_lock))
    call take_turns(shared)
    call wait_until(shared + at_done, 1_i8)
    call expect(number_at(shared + at_guarded) == 2 * turns, "lost under the lock: " // decimal(number_at(shared + at_guarded)))
    call expect(pshm_atomic_load32(shared + at_atomic) == 2 * turns, "lost in the atomic")
    call add_and_wake(shared + at_gate)
    call wait_until(shared + at_left, 1_i8)

    call point("close, delete")
    call expect(mapped(name), "not mapped")
    call must(pshm_unmap(address, extent))
    call expect(.not. mapped(name), "still mapped")
    call must(pshm_close(fd))
    call expect_error(pshm_close(fd), "EBADF")
    call must(pshm_delete(name))
    call expect_error(pshm_delete(name), "ENOENT")

    call succeed()
    write (output_unit, '(a, i0)') "1..", number

  contains

    integer(i4) function open_exclusively()
      open_exclusively = pshm_open(name, PSHM_DIRECTION_IO, PSHM_IF_EXISTS_ERROR, PSHM_IF_DOES_NOT_EXIST_CREATE, &
        int(o"600"), created)
    end function
  end subroutine

  ! The receiver of the descriptor: add one to the number at the start of the object.
  subroutine receive(socket)
    integer(i4), intent(in) :: socket
    integer(i8) :: address
    integer(i4) :: fd

    fd = check(pshm_receive(socket, no_limit))
    address = map(fd, 8_i8, 0_i8)
    number_at(address) = number_at(address) + 1
    call must(pshm_unmap(address, 8_i8))
    call must(pshm_close(fd))
  end subroutine

  ! Records

  subroutine put_record(fd, slot, offset)
    integer(i4), intent(in) :: fd, slot
    integer(i8), intent(in) :: offset
    character(*), parameter :: text = "fortran grüßt"
    character(1), pointer :: bytes(:)
    integer(i4), pointer :: small
    integer(i8) :: address

    address = map(fd, record_size, offset)
    number_at(address) = -9007199254740993_i8 - slot
    call c_f_pointer(pshm_pointer(address + 8), small)
    small = -1 - slot
    bytes => bytes_at(address, int(record_size))
    bytes(17:16 + len(text)) = transfer(text, bytes(1:0))
    bytes(65:128) = pattern(64, slot * 31)
    call must(pshm_unmap(address, record_size))
  end subroutine

  subroutine print_record(address, slot)
    integer(i8), intent(in) :: address
    character(*), intent(in) :: slot
    character(1), pointer :: bytes(:)
    integer(i4), pointer :: small
    character(48) :: text
    integer :: i, sum

    call c_f_pointer(pshm_pointer(address + 8), small)
    bytes => bytes_at(address, int(record_size))
    sum = 0
    do i = 1, 64
      sum = sum + i * ichar(bytes(64 + i))
    end do
    text = text_of(bytes(17:64))
    write (output_unit, '(*(g0))') slot, char(9), number_at(address), char(9), small, char(9), sum, char(9), &
      text(:index(text, c_null_char) - 1)
  end subroutine

  ! Write one's record into the object, and into an anonymous one that goes to the socket.
  subroutine write_records(name, slot, socket)
    character(*), intent(in) :: name
    integer(i4), intent(in) :: slot, socket
    integer(i4) :: fd

    fd = check(pshm_open(name, PSHM_DIRECTION_IO, PSHM_IF_EXISTS_DEFAULT, PSHM_IF_DOES_NOT_EXIST_ERROR, 0))
    call put_record(fd, slot, slot * record_size)
    call must(pshm_close(fd))
    fd = check(pshm_open_anonymous(PSHM_DIRECTION_IO, int(o"600"), 0))
    call must(pshm_truncate(fd, record_size))
    call put_record(fd, slot, 0_i8)
    call must(pshm_send(socket, fd, no_limit))
    call must(pshm_close(fd))
  end subroutine

  ! Print every record of the object, then the one of the object that comes from the socket.
  subroutine read_records(name, count, socket)
    character(*), intent(in) :: name
    integer(i4), intent(in) :: count, socket
    integer(i8) :: address, slot
    integer(i4) :: fd

    fd = check(pshm_open(name, PSHM_DIRECTION_INPUT, 0, 0, 0))
    address = map(fd, count * record_size, 0_i8, PSHM_PROT_READ)
    do slot = 0, count - 1
      call print_record(address + slot * record_size, decimal(slot))
    end do
    call must(pshm_unmap(address, count * record_size))
    call must(pshm_close(fd))
    fd = check(pshm_receive(socket, no_limit))
    address = map(fd, record_size, 0_i8, PSHM_PROT_READ)
    call print_record(address, "received")
    call must(pshm_unmap(address, record_size))
    call must(pshm_close(fd))
  end subroutine

  ! Messages

  subroutine join(from, to)
    integer(i8), intent(in) :: from, to

    call must(pshm_ring_join(to, capacity, PSHM_RING_SENDER))
    call must(pshm_ring_join(from, capacity, PSHM_RING_RECEIVER))
  end subroutine

  logical function interrupted(result)
    integer(i8), intent(in) :: result

    interrupted = pshm_failed(result)
    if (interrupted) interrupted = pshm_error_name(int(result, i4)) == "EINTR"
  end function

  ! Wait for a message. Its address, or an error.
  integer(i8) function peek(from, length)
    integer(i8), intent(in) :: from
    integer(i8), intent(out) :: length

    do
      peek = pshm_ring_peek(from, capacity, long, length)
      if (.not. interrupted(peek)) exit
    end do
  end function

  ! Send each message, and receive it back. How many are equal.
  integer function talk(there, back)
    integer(i8), intent(in) :: there, back
    character(1) :: all_bytes(0:longest + messages), buffer(longest)
    integer(i8) :: result, length
    integer :: n

    call join(back, there)
    all_bytes = pattern(size(all_bytes), 0)
    talk = 0
    do n = 0, messages - 1
      do
        result = pshm_ring_send(there, capacity, all_bytes(n:), int(n * step, i8), long)
        if (.not. interrupted(result)) exit
      end do
      result = check(result)
      do
        length = pshm_ring_receive(back, capacity, buffer, size(buffer, kind=i8), long)
        if (.not. interrupted(length)) exit
      end do
      if (check(length) == n * step .and. all(buffer(:n * step) == all_bytes(n:n + n * step - 1))) talk = talk + 1
    end do
    call must(pshm_ring_leave(there, capacity, PSHM_RING_SENDER))
    call expect_error(int(peek(back, length), i4), "ENODATA")
    call must(pshm_ring_leave(back, capacity, PSHM_RING_RECEIVER))
  end function

  ! Send back each message, from one ring into the other, until the sender leaves.
  subroutine serve(there, back)
    integer(i8), intent(in) :: there, back
    integer(i8) :: message, copy, length

    call join(there, back)
    do
      message = peek(there, length)
      if (pshm_failed(message)) exit
      do
        copy = pshm_ring_reserve(back, capacity, length, long)
        if (.not. interrupted(copy)) exit
      end do
      call must(pshm_copy(check(copy), message, length))
      call must(pshm_ring_commit(back, capacity, length))
      call must(pshm_ring_release(there, capacity))
    end do
    call expect_error(int(message, i4), "ENODATA")
    call must(pshm_ring_leave(back, capacity, PSHM_RING_SENDER))
    call must(pshm_ring_leave(there, capacity, PSHM_RING_RECEIVER))
  end subroutine

  ! Talk to all others, and serve each of them, sender after sender.
  subroutine exchange(name, slot, count)
    character(*), intent(in) :: name
    integer(i4), intent(in) :: slot, count
    integer(i8) :: rings, there, extent
    integer(i4) :: fd, sender, receiver

    extent = 2 * ring * count * count
    fd = check(pshm_open(name, PSHM_DIRECTION_IO, PSHM_IF_EXISTS_DEFAULT, PSHM_IF_DOES_NOT_EXIST_ERROR, 0))
    rings = map(fd, extent, 0_i8)
    do sender = 0, count - 1
      do receiver = 0, count - 1
        there = rings + 2 * ring * (sender * count + receiver)
        if (sender == receiver) cycle
        if (sender == slot) write (output_unit, '(i0, a, i0)') receiver, char(9), talk(there, there + ring)
        if (receiver == slot) call serve(there, there + ring)
      end do
    end do
    call must(pshm_unmap(rings, extent))
    call must(pshm_close(fd))
  end subroutine

  ! Arguments of the program

  function argument(i)
    integer, intent(in) :: i
    character(:), allocatable :: argument
    integer :: length

    call get_command_argument(i, length=length)
    allocate (character(length) :: argument)
    call get_command_argument(i, argument)
  end function

  integer(i4) function integer_argument(i)
    integer, intent(in) :: i
    character(:), allocatable :: digits

    digits = argument(i)
    read (digits, *) integer_argument
  end function
end module

program main
  use common_scenario

  select case (argument(1))
  case ("scenario")
    call scenario(argument(2))
  case ("receive")
    call receive(integer_argument(2))
  case ("count")
    call count(argument(2), int(integer_argument(3), i8))
  case ("exchange")
    call exchange(argument(2), integer_argument(3), integer_argument(4))
  case ("write")
    call write_records(argument(2), integer_argument(3), integer_argument(4))
  case ("read")
    call read_records(argument(2), integer_argument(3), integer_argument(4))
  case default
    error stop 2
  end select
end program

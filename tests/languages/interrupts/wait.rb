# SPDX-License-Identifier: BSD-3-Clause
# Wait without a limit in the call that CALL names, and print what Ctrl-C is to the program.
require "posix_shm"

CAPACITY = Shm::RING_CAPACITY_MIN
SIZE = Shm::RING_HEADER_SIZE + CAPACITY
fd = Shm.open_anonymous(Shm::DIRECTION_IO, 0600, 0)
Shm.truncate(fd, 2 * SIZE)
memory = Shm.map(fd, 2 * SIZE, Shm::PROT_READ | Shm::PROT_WRITE, Shm::MAP_SHARED, 0)
word, lock, ring = memory, memory + 8, memory + 64
here, there = FFI::MemoryPointer.new(:int), FFI::MemoryPointer.new(:int)
Shm.socketpair(here, there)
Shm.lock_acquire(lock, 0)
Shm.ring_join(ring, CAPACITY, Shm::RING_RECEIVER)
call = {
  "word" => -> { Shm.atomic_wait(word, 0, -1) },
  "lock" => -> { Shm.lock_acquire(lock, -1) },
  "message" => -> { Shm.ring_receive(ring, CAPACITY, nil, 0, -1) },
  "object" => -> { Shm.open_wait("/pshm-nobody-makes-this", Shm::DIRECTION_INPUT, 0, -1) },
  "descriptor" => -> { Shm.receive(here.read_int, -1) }
}.fetch(ENV["CALL"])

$stdout.sync = true
puts "waiting"
begin
  nil while Shm.error_name(call.call) == "EINTR"
  puts "the call has returned"
rescue Interrupt
  puts "Interrupt"
end

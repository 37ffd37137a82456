# SPDX-License-Identifier: BSD-3-Clause
# One of the programs that together.test runs in pairs.
require "posix_shm"

LOCK, HERE, WORD, WIDE, FIRST, SECOND, SWAPPED, DONE, SIZE = 0, 8, 12, 16, 24, 32, 40, 44, 4096

def check(result)
  raise Shm.strerror(result) if (-4095..-1).cover?(result)
  result
end

def meet(word)
  check(Shm.atomic_update32(word, Shm::ATOMIC_ADD, 1))
  check(Shm.atomic_wake(word, 2147483647))
  while (here = Shm.atomic_load32(word)) < 2
    Shm.atomic_wait(word, here, -1)
  end
end

def turn(address, fields)
  check(Shm.atomic_update32(address + WORD, Shm::ATOMIC_ADD, 1))
  check(Shm.atomic_update64(address + WIDE, Shm::ATOMIC_ADD, -3, nil))
  loop do
    old = Shm.atomic_load32(address + SWAPPED)
    break if Shm.atomic_compare_exchange32(address + SWAPPED, old, old + 1) == old
  end
  check(Shm.lock_acquire(address + LOCK, -1))
  fields.put_int64(0, fields.get_int64(0) + 1)
  fields.put_int64(8, fields.get_int64(8) + 1)
  raise "two were inside at once" unless fields.get_int64(0) == fields.get_int64(8)
  check(Shm.lock_release(address + LOCK))
end

turns, *names = ENV["TOGETHER"].split
names.each do |name|
  fd = check(Shm.open(name, Shm::DIRECTION_IO, 0, 0, 0, nil))
  address = check(Shm.map(fd, SIZE, Shm::PROT_READ | Shm::PROT_WRITE, Shm::MAP_SHARED, 0))
  meet(address + HERE)
  turns.to_i.times { turn(address, FFI::Pointer.new(address + FIRST)) }
  meet(address + DONE)
end
puts "done"

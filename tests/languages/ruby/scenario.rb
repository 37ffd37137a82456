# SPDX-License-Identifier: BSD-3-Clause
# The common scenario in Ruby, over the ffi gem or Fiddle; posix_shm.rb makes the binding from the JSON of the ABI. The file that
# requires this one defines LANGUAGE and what the two name differently: buffer, bytes, store, pointer, address, text.

SIZE = 32768
READ_WRITE = Shm::PROT_READ | Shm::PROT_WRITE

# What two processes share: where it begins in the object of the scenario, and what is where: a lock, what it guards, and words.
SHARED = 8192
LOCK, GUARDED, ATOMIC, ARRIVED, BESIDE, DONE, GATE, LEFT = 0, 8, 16, 20, 24, 28, 32, 36
TURNS = 1000
ALL = 2**31 - 1
LONG = 600 * 10**9

def check(result)
  raise SystemCallError.new(text(Shm.pshm_strerror(result)), -result) if result.negative?
  result
end

def error_name(result) = text(Shm.pshm_error_name(result))

def expect(got, wanted)
  raise "#{got.inspect} instead of #{wanted.inspect}" unless got == wanted
end

def number(memory, offset = 0) = bytes(memory, offset, 8).unpack1("q")

def store_number(memory, number) = store(memory, 0, [number].pack("q"))

# Map a part of an object, as a pointer. Unmapped after the block, if there is one.
def map(fd, length, offset: 0, protections: READ_WRITE)
  address = check(Shm.pshm_map(fd, length, protections, Shm::MAP_SHARED, offset))
  memory = pointer(address, length)
  return memory unless block_given?
  begin
    yield memory
  ensure
    check(Shm.pshm_unmap(address, length))
  end
end

def mapped?(name) = File.read("/proc/self/maps").include?(name)

def stat(fd)
  fields = buffer(8 * 16)
  expect(check(Shm.pshm_fstat(fd, fields, 16)), 16)
  values = bytes(fields, 0, 8 * 16).unpack("q16")
  Shm.constants.grep(/^STAT_/).to_h { |name| [name.to_s.delete_prefix("STAT_"), values[Shm.const_get(name)]] }
end

class Scenario
  attr_reader :points

  def initialize(name)
    @name = name
    @created = buffer(4)
    store(@created, 0, [-1].pack("l"))
    @points = []
    define
  end

  def point(title, &body) = @points << [title, body]

  def open_exclusively
    Shm.pshm_open(@name, Shm::DIRECTION_IO, Shm::IF_EXISTS_ERROR, Shm::IF_DOES_NOT_EXIST_CREATE, 0600, @created)
  end

  def define
    point "load the library and check its version" do
      version = Shm.pshm_version
      numbers = [version / 1_000_000, version / 1000 % 1000, version % 1000].join(".")
      expect(text(Shm.pshm_version_string), numbers)
      expect(numbers, Shm::ABI["version"])
    end
    point "open exclusively" do
      @fd = check(open_exclusively)
      expect(bytes(@created, 0, 4).unpack1("l"), 1)
    end
    point "be told by name that it exists" do
      expect(error_name(open_exclusively), "EEXIST")
      expect(error_name(Shm.pshm_errno), "EEXIST")
    end
    point "size, allocate, map" do
      check(Shm.pshm_truncate(@fd, SIZE))
      check(Shm.pshm_allocate(@fd, SIZE / 2))
      @memory = map(@fd, SIZE)
    end
    point "write a pattern, read it back through pshm_read" do
      pattern = (0..255).map { |i| i * 7 % 256 }.pack("C*")
      store(@memory, 4096, pattern)
      copy = buffer(256)
      expect(Shm.pshm_read(@fd, copy, 256, 4096), 256)
      expect(bytes(copy, 0, 256), pattern)
      store(copy, 0, "hello")
      expect(Shm.pshm_write(@fd, copy, 5, 100), 5)
      expect(bytes(@memory, 100, 5), "hello")
      expect(Shm.pshm_read(@fd, copy, 256, SIZE - 100), 100)
    end
    point "stat with named fields" do
      fields = stat(@fd)
      expect(fields.values_at("SIZE", "MODE", "NLINK"), [SIZE, 0600, 1])
      expect(fields["BLOCKS"] >= SIZE / 2 / 512, true)
    end
    point "parse a permission list" do
      keywords = "user-read user-write group-read"
      expect(Shm.pshm_flags_parse(Shm::KIND_MODE, keywords), 0640)
      formatted = buffer(64)
      check(Shm.pshm_flags_format(Shm::KIND_MODE, 0640, formatted, 64))
      expect(bytes(formatted, 0, 64).unpack1("Z*"), keywords)
      expect(error_name(Shm.pshm_flags_parse(Shm::KIND_MODE, "user-fly")), "EINVAL")
    end
    point "enumerate the constants" do
      count = Shm.pshm_constant_count
      library = (0...count).to_h { |i| [text(Shm.pshm_constant_name(i)), Shm.pshm_constant_value(i)] }
      expect(library, Shm::ABI["constants"].to_h { |constant| constant.values_at("name", "value") })
      expect(text(Shm.pshm_constant_name(count)), nil)
    end
    point "fail with the right error name" do
      expect(error_name(Shm.pshm_open("#{@name}-none", Shm::DIRECTION_INPUT, 0, 0, 0, nil)), "ENOENT")
      expect(error_name(Shm.pshm_delete("noslash")), "EINVAL")
      expect(error_name(Shm.pshm_map(@fd, -1, READ_WRITE, Shm::MAP_SHARED, 0)), "EINVAL")
      expect(error_name(Shm.pshm_errno), "EINVAL")
      begin
        check(Shm.pshm_delete("#{@name}-none"))
        raise "an object that does not exist was deleted"
      rescue Errno::ENOENT
        # Ruby has a class for each errno.
      end
    end
    point "make an anonymous object" do
      anonymous = check(Shm.pshm_open_anonymous(Shm::DIRECTION_IO, 0640, 0))
      expect(stat(anonymous).values_at("NLINK", "MODE"), [0, 0640])
      check(Shm.pshm_close(anonymous))
    end
    point "pass a descriptor to another process" do
      first, second = buffer(4), buffer(4)
      check(Shm.pshm_socketpair(first, second))
      here, there = [first, second].map { |fd| bytes(fd, 0, 4).unpack1("l") }
      store_number(@memory, 2**53)
      check(Shm.pshm_send(here, @fd, -1))
      check(Shm.pshm_set_inheritable(there, 1))
      expect(system(ENV["POSIX_SHM_CONSUMER"], "receive", there.to_s), true)
      expect(number(@memory), 2**53 + 1)
      check(Shm.pshm_close(here))
      check(Shm.pshm_close(there))
    end
    point "count with another process under a lock, and wake each other" do
      shared = address(@memory) + SHARED
      expect(acquire(shared + LOCK), 0)
      child = spawn(ENV["POSIX_SHM_CONSUMER"], "count", @name, SHARED.to_s)
      wait_until(shared + ARRIVED, 1)
      wait_until(shared + BESIDE, 1)
      check(Shm.pshm_lock_release(shared + LOCK))
      take_turns(shared)
      wait_until(shared + DONE, 1)
      expect(number(@memory, SHARED + GUARDED), 2 * TURNS)
      expect(Shm.pshm_atomic_load32(shared + ATOMIC), 2 * TURNS)
      add_and_wake(shared + GATE)
      wait_until(shared + LEFT, 1)
      Process.wait(child)
    end
    point "close, delete" do
      expect(mapped?(@name), true)
      check(Shm.pshm_unmap(address(@memory), SIZE))
      expect(mapped?(@name), false)
      check(Shm.pshm_close(@fd))
      expect(error_name(Shm.pshm_close(@fd)), "EBADF")
      check(Shm.pshm_delete(@name))
      expect(error_name(Shm.pshm_delete(@name)), "ENOENT")
    end
  end
end

def scenario(name)
  $stdout.sync = true
  points = Scenario.new(name).points
  puts "1..#{points.size}"
  good = points.each.with_index(1).map do |(title, body), number|
    body.call
    puts "ok #{number} - #{title}"
    true
  rescue StandardError => error
    puts "not ok #{number} - #{title}"
    warn error.full_message
    false
  end
  exit good.all?
end

# The receiver of the descriptor: add one to the number at the start of the object.
def receive(socket)
  fd = check(Shm.pshm_receive(socket.to_i, -1))
  map(fd, 8) { |memory| store_number(memory, number(memory) + 1) }
  check(Shm.pshm_close(fd))
end

# int64, int32, 4 bytes unused, 48 bytes of text, 64 bytes of pattern.
RECORD = "q l x4 a48 C64"
RECORD_SIZE = 128

def put_record(fd, slot, offset)
  pattern = (0..63).map { |i| (slot * 31 + i * 7) % 256 }
  record = [-9007199254740993 - slot, -1 - slot, "#{LANGUAGE} grüßt", *pattern].pack(RECORD)
  map(fd, RECORD_SIZE, offset: offset) { |memory| store(memory, 0, record) }
end

def print_record(memory, offset, slot)
  number, small, greeting, *pattern = bytes(memory, offset, RECORD_SIZE).unpack(RECORD.sub("a48", "Z48"))
  sum = pattern.each.with_index(1).sum { |byte, factor| byte * factor }
  puts [slot, number, small, sum, greeting].join("\t")
end

def acquire(lock)
  nil while error_name(held = Shm.pshm_lock_acquire(lock, LONG)) == "EINTR" # a handler of a signal has run
  check(held)
end

def add_and_wake(word)
  check(Shm.pshm_atomic_update32(word, Shm::ATOMIC_ADD, 1))
  check(Shm.pshm_atomic_wake(word, ALL))
end

def wait_until(word, value)
  while (now = check(Shm.pshm_atomic_load32(word))) != value
    result = Shm.pshm_atomic_wait(word, now, LONG)
    check(result) unless error_name(result) == "EINTR"
  end
end

def take_turns(shared)
  guarded = pointer(shared + GUARDED, 8)
  TURNS.times do
    expect(acquire(shared + LOCK), 0)
    store_number(guarded, number(guarded) + 1)
    check(Shm.pshm_lock_release(shared + LOCK))
    check(Shm.pshm_atomic_update32(shared + ATOMIC, Shm::ATOMIC_ADD, 1))
  end
end

# Wait for the lock that another process holds, while a thread of this one runs; count beside it; wait for its leave.
def count(name, offset)
  fd = check(Shm.pshm_open(name, Shm::DIRECTION_IO, 0, Shm::IF_DOES_NOT_EXIST_ERROR, 0, nil))
  map(fd, SHARED + 64) do |memory|
    shared = address(memory) + offset.to_i
    add_and_wake(shared + ARRIVED)
    Thread.new { sleep 0.05; add_and_wake(shared + BESIDE) }
    expect(acquire(shared + LOCK), 0)
    check(Shm.pshm_lock_release(shared + LOCK))
    take_turns(shared)
    add_and_wake(shared + DONE)
    wait_until(shared + GATE, 1)
    add_and_wake(shared + LEFT)
  end
  check(Shm.pshm_close(fd))
end

# Write one's record into the object, and into an anonymous one that goes to the socket.
def write(name, slot, socket)
  slot = slot.to_i
  fd = check(Shm.pshm_open(name, Shm::DIRECTION_IO, 0, Shm::IF_DOES_NOT_EXIST_ERROR, 0, nil))
  put_record(fd, slot, slot * RECORD_SIZE)
  check(Shm.pshm_close(fd))
  anonymous = check(Shm.pshm_open_anonymous(Shm::DIRECTION_IO, 0600, 0))
  check(Shm.pshm_truncate(anonymous, RECORD_SIZE))
  put_record(anonymous, slot, 0)
  check(Shm.pshm_send(socket.to_i, anonymous, -1))
  check(Shm.pshm_close(anonymous))
end

# Print every record of the object, then the one of the object that comes from the socket.
def read(name, count, socket)
  count = count.to_i
  fd = check(Shm.pshm_open(name, Shm::DIRECTION_INPUT, 0, 0, 0, nil))
  map(fd, count * RECORD_SIZE, protections: Shm::PROT_READ) do |memory|
    count.times { |slot| print_record(memory, slot * RECORD_SIZE, slot) }
  end
  check(Shm.pshm_close(fd))
  received = check(Shm.pshm_receive(socket.to_i, -1))
  map(received, RECORD_SIZE, protections: Shm::PROT_READ) do |memory|
    print_record(memory, 0, "received")
  end
  check(Shm.pshm_close(received))
end

# Message N of an exchange is N * STEP bytes of a pattern, from byte N of it.
CAPACITY, MESSAGES, STEP, LONGEST = Shm::RING_CAPACITY_MIN, 41, 51, 2040
RING = Shm::RING_HEADER_SIZE + CAPACITY
PATTERN = (0...LONGEST + MESSAGES).map { |i| i * 7 % 256 }.pack("C*")

# The result of a call that waits, perhaps an address, or the name of its error.
def wait_for(call, *arguments)
  nil while (result = Shm.public_send(call, *arguments)).negative? && error_name(result) == "EINTR"
  result.negative? ? error_name(result) : result
end

def join(from, to)
  check(Shm.pshm_ring_join(to, CAPACITY, Shm::RING_SENDER))
  check(Shm.pshm_ring_join(from, CAPACITY, Shm::RING_RECEIVER))
end

# Send a message, and receive it back. Whether the two are equal.
def comes_back?(there, back, message)
  sent, received = buffer(LONGEST), buffer(LONGEST)
  store(sent, 0, message)
  expect(wait_for(:pshm_ring_send, there, CAPACITY, sent, message.bytesize, LONG), 0)
  length = wait_for(:pshm_ring_receive, back, CAPACITY, received, LONGEST, LONG)
  bytes(received, 0, length) == message
end

# How many messages come back as they were.
def talk(there, back)
  join(back, there)
  good = (0...MESSAGES).count { |n| comes_back?(there, back, PATTERN[n, n * STEP]) }
  check(Shm.pshm_ring_leave(there, CAPACITY, Shm::RING_SENDER))
  expect(wait_for(:pshm_ring_receive, back, CAPACITY, buffer(LONGEST), LONGEST, LONG), "ENODATA")
  check(Shm.pshm_ring_leave(back, CAPACITY, Shm::RING_RECEIVER))
  good
end

# Send back each message, from one ring into the other, until the sender leaves.
def serve(there, back)
  counter = buffer(8)
  join(there, back)
  while (message = wait_for(:pshm_ring_peek, there, CAPACITY, LONG, counter)) != "ENODATA"
    length = number(counter)
    copy = wait_for(:pshm_ring_reserve, back, CAPACITY, length, LONG)
    store(pointer(copy, length), 0, bytes(pointer(message, length), 0, length))
    check(Shm.pshm_ring_commit(back, CAPACITY, length))
    check(Shm.pshm_ring_release(there, CAPACITY))
  end
  check(Shm.pshm_ring_leave(back, CAPACITY, Shm::RING_SENDER))
  check(Shm.pshm_ring_leave(there, CAPACITY, Shm::RING_RECEIVER))
end

# Talk to all others, and serve each of them, sender after sender.
def exchange(name, slot, count)
  slot, count = slot.to_i, count.to_i
  $stdout.sync = true
  fd = check(Shm.pshm_open(name, Shm::DIRECTION_IO, 0, Shm::IF_DOES_NOT_EXIST_ERROR, 0, nil))
  map(fd, count * count * 2 * RING) do |memory|
    (0...count).to_a.permutation(2) do |sender, receiver|
      there = address(memory) + (sender * count + receiver) * 2 * RING
      puts [receiver, talk(there, there + RING)].join("\t") if sender == slot
      serve(there, there + RING) if receiver == slot
    end
  end
  check(Shm.pshm_close(fd))
end

send(ARGV[0], *ARGV.drop(1)) if %w[scenario receive count write read exchange].include?(ARGV[0])

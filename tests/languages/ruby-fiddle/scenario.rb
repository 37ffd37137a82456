# SPDX-License-Identifier: BSD-3-Clause
# The common scenario in Ruby with Fiddle; posix_shm.rb makes the binding from the JSON of the ABI.
require "posix_shm"

SIZE = 32768
INT = Fiddle::SIZEOF_INT
READ_WRITE = Shm::PROT_READ | Shm::PROT_WRITE

# What two processes share: where it begins in the object of the scenario, and what is where: a lock, what it guards, and words.
SHARED = 8192
LOCK, GUARDED, ATOMIC, ARRIVED, BESIDE, DONE, GATE, LEFT = 0, 8, 16, 20, 24, 28, 32, 36
TURNS = 1000
ALL = 2**31 - 1
LONG = 600 * 10**9

def check(result)
  raise SystemCallError.new(Shm.pshm_strerror(result).to_s, -result) if result.negative?
  result
end

def error_name(result) = Shm.pshm_error_name(result).to_s

def expect(got, wanted)
  raise "#{got.inspect} instead of #{wanted.inspect}" unless got == wanted
end

# Map a part of an object, as a Fiddle::Pointer. Unmapped after the block, if there is one.
def map(fd, length, offset: 0, protections: READ_WRITE)
  address = check(Shm.pshm_map(fd, length, protections, Shm::MAP_SHARED, offset))
  memory = Fiddle::Pointer.new(address, length)
  return memory unless block_given?
  begin
    yield memory
  ensure
    check(Shm.pshm_unmap(address, length))
  end
end

def mapped?(name) = File.read("/proc/self/maps").include?(name)

def stat(fd)
  fields = "\0" * (8 * 16)
  expect(check(Shm.pshm_fstat(fd, fields, 16)), 16)
  values = fields.unpack("q16")
  Shm.constants.grep(/^STAT_/).to_h { |name| [name.to_s.delete_prefix("STAT_"), values[Shm.const_get(name)]] }
end

class Scenario
  attr_reader :points

  def initialize(name)
    @name = name
    @created = [-1].pack("l")
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
      text = [version / 1_000_000, version / 1000 % 1000, version % 1000].join(".")
      expect(Shm.pshm_version_string.to_s, text)
      expect(text, Shm::ABI["version"])
    end
    point "open exclusively" do
      @fd = check(open_exclusively)
      expect(@created.unpack1("l"), 1)
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
      @memory[4096, 256] = pattern
      bytes = "\0".b * 256
      expect(Shm.pshm_read(@fd, bytes, 256, 4096), 256)
      expect(bytes, pattern)
      expect(Shm.pshm_write(@fd, "hello", 5, 100), 5)
      expect(@memory[100, 5], "hello")
      expect(Shm.pshm_read(@fd, bytes, 256, SIZE - 100), 100)
    end
    point "stat with named fields" do
      fields = stat(@fd)
      expect(fields.values_at("SIZE", "MODE", "NLINK"), [SIZE, 0600, 1])
      expect(fields["BLOCKS"] >= SIZE / 2 / 512, true)
    end
    point "parse a permission list" do
      keywords = "user-read user-write group-read"
      expect(Shm.pshm_flags_parse(Shm::KIND_MODE, keywords), 0640)
      text = "\0" * 64
      check(Shm.pshm_flags_format(Shm::KIND_MODE, 0640, text, text.bytesize))
      expect(text.unpack1("Z*"), keywords)
      expect(error_name(Shm.pshm_flags_parse(Shm::KIND_MODE, "user-fly")), "EINVAL")
    end
    point "enumerate the constants" do
      count = Shm.pshm_constant_count
      library = (0...count).to_h { |i| [Shm.pshm_constant_name(i).to_s, Shm.pshm_constant_value(i)] }
      expect(library, Shm::ABI["constants"].to_h { |constant| constant.values_at("name", "value") })
      expect(Shm.pshm_constant_name(count).null?, true)
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
    point "hand a descriptor to another process" do
      first, second = "\0" * INT, "\0" * INT
      check(Shm.pshm_socketpair(first, second))
      here, there = first.unpack1("l"), second.unpack1("l")
      @memory[0, 8] = [2**53].pack("q")
      check(Shm.pshm_send(here, @fd, -1))
      check(Shm.pshm_set_inheritable(there, 1))
      expect(system(ENV["POSIX_SHM_CONSUMER"], "receive", there.to_s), true)
      expect(@memory[0, 8].unpack1("q"), 2**53 + 1)
      check(Shm.pshm_close(here))
      check(Shm.pshm_close(there))
    end
    point "count with another process under a lock, and wake each other" do
      shared = @memory.to_i + SHARED
      expect(acquire(shared + LOCK), 0)
      child = spawn(ENV["POSIX_SHM_CONSUMER"], "count", @name, SHARED.to_s)
      wait_until(shared + ARRIVED, 1)
      wait_until(shared + BESIDE, 1)
      check(Shm.pshm_lock_release(shared + LOCK))
      take_turns(shared)
      wait_until(shared + DONE, 1)
      expect(@memory[SHARED + GUARDED, 8].unpack1("q"), 2 * TURNS)
      expect(Shm.pshm_atomic_load32(shared + ATOMIC), 2 * TURNS)
      add_and_wake(shared + GATE)
      wait_until(shared + LEFT, 1)
      Process.wait(child)
    end
    point "close, delete" do
      expect(mapped?(@name), true)
      check(Shm.pshm_unmap(@memory.to_i, SIZE))
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

# The other end of the hand-over: add one to the number at the start of the object.
def receive(socket)
  fd = check(Shm.pshm_receive(socket.to_i, -1))
  map(fd, 8) { |memory| memory[0, 8] = [memory[0, 8].unpack1("q") + 1].pack("q") }
  check(Shm.pshm_close(fd))
end

# int64, int32, 4 bytes unused, 48 bytes of text, 64 bytes of pattern.
RECORD = "q l x4 a48 C64"
RECORD_SIZE = 128

def put_record(fd, slot, offset)
  pattern = (0..63).map { |i| (slot * 31 + i * 7) % 256 }
  record = [-9007199254740993 - slot, -1 - slot, "ruby-fiddle grüßt", *pattern].pack(RECORD)
  map(fd, RECORD_SIZE, offset: offset) { |memory| memory[0, RECORD_SIZE] = record }
end

def print_record(bytes, slot)
  number, small, text, *pattern = bytes.unpack(RECORD.sub("a48", "Z48"))
  sum = pattern.each.with_index(1).sum { |byte, place| byte * place }
  puts [slot, number, small, sum, text].join("\t")
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
  guarded = Fiddle::Pointer.new(shared + GUARDED)
  TURNS.times do
    expect(acquire(shared + LOCK), 0)
    guarded[0, 8] = [guarded[0, 8].unpack1("q") + 1].pack("q")
    check(Shm.pshm_lock_release(shared + LOCK))
    check(Shm.pshm_atomic_update32(shared + ATOMIC, Shm::ATOMIC_ADD, 1))
  end
end

# Wait for the lock that another process holds, while a thread of this one runs; count beside it; wait for its leave.
def count(name, offset)
  fd = check(Shm.pshm_open(name, Shm::DIRECTION_IO, 0, Shm::IF_DOES_NOT_EXIST_ERROR, 0, nil))
  map(fd, SHARED + 64) do |memory|
    shared = memory.to_i + offset.to_i
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
    count.times { |slot| print_record(memory[slot * RECORD_SIZE, RECORD_SIZE], slot) }
  end
  check(Shm.pshm_close(fd))
  received = check(Shm.pshm_receive(socket.to_i, -1))
  map(received, RECORD_SIZE, protections: Shm::PROT_READ) do |memory|
    print_record(memory[0, RECORD_SIZE], "received")
  end
  check(Shm.pshm_close(received))
end

send(ARGV[0], *ARGV.drop(1)) if %w[scenario receive count write read].include?(ARGV[0])

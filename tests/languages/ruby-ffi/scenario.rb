# SPDX-License-Identifier: BSD-3-Clause
# The common scenario in Ruby with the ffi gem; posix_shm.rb makes the binding from the JSON of the ABI.
require "posix_shm"

SIZE = 32768
READ_WRITE = Shm::PROT_READ | Shm::PROT_WRITE

# What two processes share: where it begins in the object of the scenario, and what is where: a lock, what it guards, and words.
SHARED = 8192
LOCK, GUARDED, ATOMIC, ARRIVED, BESIDE, DONE, GATE, LEFT = 0, 8, 16, 20, 24, 28, 32, 36
TURNS = 1000
ALL = 2**31 - 1
LONG = 600 * 10**9

def check(result)
  raise SystemCallError.new(Shm.strerror(result), -result) if result.negative?
  result
end

def error_name(result) = Shm.error_name(result)

def expect(got, wanted)
  raise "#{got.inspect} instead of #{wanted.inspect}" unless got == wanted
end

# Map a part of an object, as an FFI::Pointer. Unmapped after the block, if there is one.
def map(fd, length, offset: 0, protections: READ_WRITE)
  address = check(Shm.map(fd, length, protections, Shm::MAP_SHARED, offset))
  memory = FFI::Pointer.new(address).slice(0, length)
  return memory unless block_given?
  begin
    yield memory
  ensure
    check(Shm.unmap(address, length))
  end
end

def mapped?(name) = File.read("/proc/self/maps").include?(name)

def stat(fd)
  fields = FFI::MemoryPointer.new(:int64, 16)
  expect(check(Shm.fstat(fd, fields, 16)), 16)
  values = fields.read_array_of_int64(16)
  Shm.constants.grep(/^STAT_/).to_h { |name| [name.to_s.delete_prefix("STAT_"), values[Shm.const_get(name)]] }
end

class Scenario
  attr_reader :points

  def initialize(name)
    @name = name
    @created = FFI::MemoryPointer.new(:int)
    @points = []
    define
  end

  def point(title, &body) = @points << [title, body]

  def open_exclusively
    Shm.open(@name, Shm::DIRECTION_IO, Shm::IF_EXISTS_ERROR, Shm::IF_DOES_NOT_EXIST_CREATE, 0600, @created)
  end

  def define
    point "load the library and check its version" do
      version = Shm.version
      text = [version / 1_000_000, version / 1000 % 1000, version % 1000].join(".")
      expect(Shm.version_string, text)
      expect(text, Shm::ABI["version"])
    end
    point "open exclusively" do
      @fd = check(open_exclusively)
      expect(@created.read_int, 1)
    end
    point "be told by name that it exists" do
      expect(error_name(open_exclusively), "EEXIST")
      expect(error_name(Shm.errno), "EEXIST")
    end
    point "size, allocate, map" do
      check(Shm.truncate(@fd, SIZE))
      check(Shm.allocate(@fd, SIZE / 2))
      @memory = map(@fd, SIZE)
    end
    point "write a pattern, read it back through pshm_read" do
      pattern = (0..255).map { |i| i * 7 % 256 }.pack("C*")
      @memory.put_bytes(4096, pattern)
      bytes = FFI::MemoryPointer.new(256)
      expect(Shm.read(@fd, bytes, 256, 4096), 256)
      expect(bytes.read_bytes(256), pattern)
      expect(Shm.write(@fd, FFI::MemoryPointer.from_string("hello"), 5, 100), 5)
      expect(@memory.get_bytes(100, 5), "hello")
      expect(Shm.read(@fd, bytes, 256, SIZE - 100), 100)
    end
    point "stat with named fields" do
      fields = stat(@fd)
      expect(fields.values_at("SIZE", "MODE", "NLINK"), [SIZE, 0600, 1])
      expect(fields["BLOCKS"] >= SIZE / 2 / 512, true)
    end
    point "parse a permission list" do
      keywords = "user-read user-write group-read"
      expect(Shm.flags_parse(Shm::KIND_MODE, keywords), 0640)
      text = FFI::MemoryPointer.new(64)
      check(Shm.flags_format(Shm::KIND_MODE, 0640, text, text.size))
      expect(text.read_string, keywords)
      expect(error_name(Shm.flags_parse(Shm::KIND_MODE, "user-fly")), "EINVAL")
    end
    point "enumerate the constants" do
      count = Shm.constant_count
      library = (0...count).to_h { |i| [Shm.constant_name(i), Shm.constant_value(i)] }
      expect(library, Shm::ABI["constants"].to_h { |constant| constant.values_at("name", "value") })
      expect(Shm.constant_name(count), nil)
    end
    point "fail with the right error name" do
      expect(error_name(Shm.open("#{@name}-none", Shm::DIRECTION_INPUT, 0, 0, 0, nil)), "ENOENT")
      expect(error_name(Shm.delete("noslash")), "EINVAL")
      expect(error_name(Shm.map(@fd, -1, READ_WRITE, Shm::MAP_SHARED, 0)), "EINVAL")
      expect(error_name(Shm.errno), "EINVAL")
      begin
        check(Shm.delete("#{@name}-none"))
        raise "an object that does not exist was deleted"
      rescue Errno::ENOENT
        # Ruby has a class for each errno.
      end
    end
    point "make an anonymous object" do
      anonymous = check(Shm.open_anonymous(Shm::DIRECTION_IO, 0640, 0))
      expect(stat(anonymous).values_at("NLINK", "MODE"), [0, 0640])
      check(Shm.close(anonymous))
    end
    point "hand a descriptor to another process" do
      first, second = FFI::MemoryPointer.new(:int), FFI::MemoryPointer.new(:int)
      check(Shm.socketpair(first, second))
      here, there = first.read_int, second.read_int
      @memory.write_int64(2**53)
      check(Shm.send(here, @fd, -1))
      check(Shm.set_inheritable(there, 1))
      expect(system(ENV["POSIX_SHM_CONSUMER"], "receive", there.to_s), true)
      expect(@memory.read_int64, 2**53 + 1)
      check(Shm.close(here))
      check(Shm.close(there))
    end
    point "count with another process under a lock, and wake each other" do
      shared = @memory.address + SHARED
      expect(acquire(shared + LOCK), 0)
      child = spawn(ENV["POSIX_SHM_CONSUMER"], "count", @name, SHARED.to_s)
      wait_until(shared + ARRIVED, 1)
      wait_until(shared + BESIDE, 1)
      check(Shm.lock_release(shared + LOCK))
      take_turns(shared)
      wait_until(shared + DONE, 1)
      expect(@memory.get_int64(SHARED + GUARDED), 2 * TURNS)
      expect(Shm.atomic_load32(shared + ATOMIC), 2 * TURNS)
      add_and_wake(shared + GATE)
      wait_until(shared + LEFT, 1)
      Process.wait(child)
    end
    point "close, delete" do
      expect(mapped?(@name), true)
      check(Shm.unmap(@memory.address, SIZE))
      expect(mapped?(@name), false)
      check(Shm.close(@fd))
      expect(error_name(Shm.close(@fd)), "EBADF")
      check(Shm.delete(@name))
      expect(error_name(Shm.delete(@name)), "ENOENT")
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
  fd = check(Shm.receive(socket.to_i, -1))
  map(fd, 8) { |memory| memory.write_int64(memory.read_int64 + 1) }
  check(Shm.close(fd))
end

class Record < FFI::Struct
  layout :number, :int64, :small, :int32, :unused, :int32, :text, [:char, 48], :pattern, [:uint8, 64]
end

def put_record(fd, slot, offset)
  map(fd, Record.size, offset: offset) do |memory|
    record = Record.new(memory)
    record[:number] = -9007199254740993 - slot
    record[:small] = -1 - slot
    record[:text].to_ptr.put_string(0, "ruby-ffi grüßt")
    64.times { |i| record[:pattern][i] = (slot * 31 + i * 7) % 256 }
  end
end

def print_record(memory, slot)
  record = Record.new(memory)
  sum = record[:pattern].to_a.each.with_index(1).sum { |byte, place| byte * place }
  puts [slot, record[:number], record[:small], sum, record[:text].to_s.force_encoding("UTF-8")].join("\t")
end

def acquire(lock)
  nil while error_name(held = Shm.lock_acquire(lock, LONG)) == "EINTR" # a handler of a signal has run
  check(held)
end

def add_and_wake(word)
  check(Shm.atomic_update32(word, Shm::ATOMIC_ADD, 1))
  check(Shm.atomic_wake(word, ALL))
end

def wait_until(word, value)
  while (now = check(Shm.atomic_load32(word))) != value
    result = Shm.atomic_wait(word, now, LONG)
    check(result) unless error_name(result) == "EINTR"
  end
end

def take_turns(shared)
  guarded = FFI::Pointer.new(shared + GUARDED)
  TURNS.times do
    expect(acquire(shared + LOCK), 0)
    guarded.write_int64(guarded.read_int64 + 1)
    check(Shm.lock_release(shared + LOCK))
    check(Shm.atomic_update32(shared + ATOMIC, Shm::ATOMIC_ADD, 1))
  end
end

# Wait for the lock that another process holds, while a thread of this one runs; count beside it; wait for its leave.
def count(name, offset)
  fd = check(Shm.open(name, Shm::DIRECTION_IO, 0, Shm::IF_DOES_NOT_EXIST_ERROR, 0, nil))
  map(fd, SHARED + 64) do |memory|
    shared = memory.address + offset.to_i
    add_and_wake(shared + ARRIVED)
    Thread.new { sleep 0.05; add_and_wake(shared + BESIDE) }
    expect(acquire(shared + LOCK), 0)
    check(Shm.lock_release(shared + LOCK))
    take_turns(shared)
    add_and_wake(shared + DONE)
    wait_until(shared + GATE, 1)
    add_and_wake(shared + LEFT)
  end
  check(Shm.close(fd))
end

# Write one's record into the object, and into an anonymous one that goes to the socket.
def write(name, slot, socket)
  slot = slot.to_i
  fd = check(Shm.open(name, Shm::DIRECTION_IO, 0, Shm::IF_DOES_NOT_EXIST_ERROR, 0, nil))
  put_record(fd, slot, slot * Record.size)
  check(Shm.close(fd))
  anonymous = check(Shm.open_anonymous(Shm::DIRECTION_IO, 0600, 0))
  check(Shm.truncate(anonymous, Record.size))
  put_record(anonymous, slot, 0)
  check(Shm.send(socket.to_i, anonymous, -1))
  check(Shm.close(anonymous))
end

# Print every record of the object, then the one of the object that comes from the socket.
def read(name, count, socket)
  count = count.to_i
  fd = check(Shm.open(name, Shm::DIRECTION_INPUT, 0, 0, 0, nil))
  map(fd, count * Record.size, protections: Shm::PROT_READ) do |memory|
    count.times { |slot| print_record(memory + slot * Record.size, slot) }
  end
  check(Shm.close(fd))
  received = check(Shm.receive(socket.to_i, -1))
  map(received, Record.size, protections: Shm::PROT_READ) do |memory|
    print_record(memory, "received")
  end
  check(Shm.close(received))
end

send(ARGV[0], *ARGV.drop(1)) if %w[scenario receive count write read].include?(ARGV[0])

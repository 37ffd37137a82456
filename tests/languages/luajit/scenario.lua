-- SPDX-License-Identifier: BSD-3-Clause
-- The common scenario in LuaJIT. The declarations are the generated posix_shm.lua, found through LUA_PATH.
local ffi = require "ffi"
local shm = require "posix_shm"

local SIZE = 32768
local PROTECTIONS = bit.bor(shm.PSHM_PROT_READ, shm.PSHM_PROT_WRITE)

-- What two processes share: where it begins in the object of the scenario, and what is where: a lock, what it guards, and words.
local SHARED = 8192
local AT = { lock = 0, guarded = 8, atomic = 16, arrived = 20, beside = 24, done = 28, gate = 32, left = 36 }
local TURNS, ALL, LONG, SLICE = 1000, 2147483647, 600000000000LL, 10000000LL

local function pointer(kind, address)
  return ffi.cast(kind, ffi.cast("intptr_t", address))
end

local function check(result)
  if result < 0 then error(ffi.string(shm.pshm_strerror(tonumber(result))), 2) end
  return result
end

local function error_name(result)
  return ffi.string(shm.pshm_error_name(tonumber(result)))
end

local function expect(got, wanted)
  if got ~= wanted then error(("%s instead of %s"):format(tostring(got), tostring(wanted)), 2) end
end

local function map(fd, length, offset)
  return check(shm.pshm_map(fd, length, PROTECTIONS, shm.PSHM_MAP_SHARED, offset))
end

local function mapped(name)
  for line in io.lines "/proc/self/maps" do
    if line:find(name, 1, true) then return true end
  end
  return false
end

local function stat(fd)
  local fields = ffi.new("int64_t[16]")
  expect(check(shm.pshm_fstat(fd, fields, 16)), 16)
  return function(name) return tonumber(fields[shm["PSHM_STAT_" .. name]]) end
end

-- A handler of a signal has run: call again.
local function interrupted(result)
  return error_name(result) == "EINTR"
end

local function acquire(lock)
  local held
  repeat held = shm.pshm_lock_acquire(lock, LONG) until not interrupted(held)
  return check(held)
end

-- In slices, between which other coroutines have their turn.
local function acquire_in_slices(lock)
  while true do
    local held = shm.pshm_lock_acquire(lock, SLICE)
    if held >= 0 then return held end
    if error_name(held) ~= "ETIMEDOUT" and not interrupted(held) then check(held) end
    coroutine.yield()
  end
end

local function add_and_wake(word)
  check(shm.pshm_atomic_update32(word, shm.PSHM_ATOMIC_ADD, 1))
  check(shm.pshm_atomic_wake(word, ALL))
end

local function wait_until(word, value)
  while true do
    local now = check(shm.pshm_atomic_load32(word))
    if now == value then return end
    local result = shm.pshm_atomic_wait(word, now, LONG)
    if not interrupted(result) then check(result) end
  end
end

local function take_turns(shared)
  local guarded = pointer("int64_t *", shared + AT.guarded)
  for _ = 1, TURNS do
    expect(acquire(shared + AT.lock), 0)
    guarded[0] = guarded[0] + 1
    check(shm.pshm_lock_release(shared + AT.lock))
    check(shm.pshm_atomic_update32(shared + AT.atomic, shm.PSHM_ATOMIC_ADD, 1))
  end
end

-- Wait for the lock that another process holds, while a coroutine of this one runs; count beside it; wait for its leave.
local function count(name, offset)
  local fd = check(shm.pshm_open(name, shm.PSHM_DIRECTION_IO, 0, shm.PSHM_IF_DOES_NOT_EXIST_ERROR, 0, nil))
  local address = map(fd, SHARED + 64, 0)
  local shared = address + offset
  add_and_wake(shared + AT.arrived)
  local waiter = coroutine.wrap(function() return acquire_in_slices(shared + AT.lock) end)
  local held = waiter()
  if held == nil then add_and_wake(shared + AT.beside) end
  while held == nil do held = waiter() end
  expect(held, 0)
  check(shm.pshm_lock_release(shared + AT.lock))
  take_turns(shared)
  add_and_wake(shared + AT.done)
  wait_until(shared + AT.gate, 1)
  add_and_wake(shared + AT.left)
  check(shm.pshm_unmap(address, SHARED + 64))
  check(shm.pshm_close(fd))
end

local function scenario(name)
  local fd, address, memory
  local created = ffi.new("int[1]", -1)
  local function open_exclusively()
    return shm.pshm_open(name, shm.PSHM_DIRECTION_IO, shm.PSHM_IF_EXISTS_ERROR, shm.PSHM_IF_DOES_NOT_EXIST_CREATE,
      tonumber("600", 8), created)
  end

  local points = {
    {"load the library and check its version", function()
      local version = shm.pshm_version()
      local text = ("%d.%d.%d"):format(version / 1000000, version / 1000 % 1000, version % 1000)
      expect(version >= 1000, true)
      expect(ffi.string(shm.pshm_version_string()), text)
    end},
    {"open exclusively", function()
      fd = check(open_exclusively())
      expect(created[0], 1)
    end},
    {"be told by name that it exists", function()
      expect(error_name(open_exclusively()), "EEXIST")
      expect(error_name(shm.pshm_errno()), "EEXIST")
    end},
    {"size, allocate, map", function()
      check(shm.pshm_truncate(fd, SIZE))
      check(shm.pshm_allocate(fd, SIZE / 2))
      address = map(fd, SIZE, 0)
      memory = pointer("uint8_t *", address)
    end},
    {"write a pattern, read it back through pshm_read", function()
      for i = 0, 255 do memory[4096 + i] = (i * 7) % 256 end
      local bytes = ffi.new("uint8_t[256]")
      expect(shm.pshm_read(fd, bytes, 256, 4096), 256LL)
      for i = 0, 255 do expect(bytes[i], (i * 7) % 256) end
      expect(shm.pshm_write(fd, "hello", 5, 100), 5LL)
      expect(ffi.string(memory + 100, 5), "hello")
      expect(shm.pshm_read(fd, bytes, 256, SIZE - 100), 100LL)
    end},
    {"stat with named fields", function()
      local field = stat(fd)
      expect(field "SIZE", SIZE)
      expect(field "MODE", tonumber("600", 8))
      expect(field "NLINK", 1)
      expect(field "BLOCKS" >= SIZE / 2 / 512, true)
    end},
    {"parse a permission list", function()
      local keywords = "user-read user-write group-read"
      local mode = shm.pshm_flags_parse(shm.PSHM_KIND_MODE, keywords)
      expect(mode, tonumber("640", 8))
      local text = ffi.new("char[64]")
      check(shm.pshm_flags_format(shm.PSHM_KIND_MODE, mode, text, 64))
      expect(ffi.string(text), keywords)
      expect(error_name(shm.pshm_flags_parse(shm.PSHM_KIND_MODE, "user-fly")), "EINVAL")
    end},
    {"enumerate the constants", function()
      local count = shm.pshm_constant_count()
      expect(count > 50, true)
      for i = 0, count - 1 do
        expect(shm[ffi.string(shm.pshm_constant_name(i))], shm.pshm_constant_value(i))
      end
      expect(shm.pshm_constant_name(count), nil)
    end},
    {"fail with the right error name", function()
      expect(error_name(shm.pshm_open(name .. "-none", shm.PSHM_DIRECTION_INPUT, 0, 0, 0, nil)), "ENOENT")
      expect(error_name(shm.pshm_delete("noslash")), "EINVAL")
      expect(error_name(shm.pshm_map(fd, -1, PROTECTIONS, shm.PSHM_MAP_SHARED, 0)), "EINVAL")
      expect(error_name(shm.pshm_errno()), "EINVAL")
    end},
    {"make an anonymous object", function()
      local anonymous = check(shm.pshm_open_anonymous(shm.PSHM_DIRECTION_IO, tonumber("640", 8), 0))
      local field = stat(anonymous)
      expect(field "NLINK", 0)
      expect(field "MODE", tonumber("640", 8))
      check(shm.pshm_close(anonymous))
    end},
    {"pass a descriptor to another process", function()
      local here, there = ffi.new("int[1]"), ffi.new("int[1]")
      check(shm.pshm_socketpair(here, there))
      local number = pointer("int64_t *", address)
      number[0] = 9007199254740992LL
      check(shm.pshm_send(here[0], fd, -1))
      check(shm.pshm_set_inheritable(there[0], 1))
      expect(os.execute(("%s receive %d"):format(os.getenv "POSIX_SHM_CONSUMER", there[0])), 0)
      expect(number[0], 9007199254740993LL)
      check(shm.pshm_close(here[0]))
      check(shm.pshm_close(there[0]))
    end},
    {"count with another process under a lock, and wake each other", function()
      local shared = address + SHARED
      expect(acquire(shared + AT.lock), 0)
      os.execute(("%s count %s %d &"):format(os.getenv "POSIX_SHM_CONSUMER", name, SHARED))
      wait_until(shared + AT.arrived, 1)
      wait_until(shared + AT.beside, 1)
      check(shm.pshm_lock_release(shared + AT.lock))
      take_turns(shared)
      wait_until(shared + AT.done, 1)
      expect(pointer("int64_t *", shared + AT.guarded)[0], 2LL * TURNS)
      expect(shm.pshm_atomic_load32(shared + AT.atomic), 2LL * TURNS)
      add_and_wake(shared + AT.gate)
      wait_until(shared + AT.left, 1)
    end},
    {"close, delete", function()
      expect(mapped(name), true)
      check(shm.pshm_unmap(address, SIZE))
      expect(mapped(name), false)
      check(shm.pshm_close(fd))
      expect(error_name(shm.pshm_close(fd)), "EBADF")
      check(shm.pshm_delete(name))
      expect(error_name(shm.pshm_delete(name)), "ENOENT")
    end},
  }

  local failures = 0
  print("1.." .. #points)
  for i, point in ipairs(points) do
    local ok, message = pcall(point[2])
    print(("%s %d - %s"):format(ok and "ok" or "not ok", i, point[1]))
    if not ok then print("# " .. tostring(message)); failures = failures + 1 end
  end
  return failures == 0
end

-- The receiver of the descriptor: add one to the number at the start of the object.
local function receive(socket)
  local fd = check(shm.pshm_receive(socket, -1))
  local address = map(fd, 8, 0)
  local number = pointer("int64_t *", address)
  number[0] = number[0] + 1
  check(shm.pshm_unmap(address, 8))
  check(shm.pshm_close(fd))
end

-- A record: int64, int32, 4 bytes unused, 48 bytes of text, 64 bytes of pattern.
local RECORD = 128

local function put_record(address, slot)
  pointer("int64_t *", address)[0] = -9007199254740993LL - slot
  pointer("int32_t *", address + 8)[0] = -1 - slot
  ffi.copy(pointer("char *", address + 16), "luajit grüßt")
  local pattern = pointer("uint8_t *", address + 64)
  for i = 0, 63 do pattern[i] = (slot * 31 + i * 7) % 256 end
end

local function print_record(address, slot)
  local pattern, sum = pointer("uint8_t *", address + 64), 0
  for i = 0, 63 do sum = sum + (i + 1) * pattern[i] end
  local number = tostring(pointer("int64_t *", address)[0]):gsub("LL", "")
  print(slot, number, pointer("int32_t *", address + 8)[0], sum, ffi.string(pointer("char *", address + 16)))
end

-- Write one's record into the object, and into an anonymous one that goes to the socket.
local function write(name, slot, socket)
  local fd = check(shm.pshm_open(name, shm.PSHM_DIRECTION_IO, 0, shm.PSHM_IF_DOES_NOT_EXIST_ERROR, 0, nil))
  local address = map(fd, RECORD, slot * RECORD)
  put_record(address, slot)
  check(shm.pshm_unmap(address, RECORD))
  check(shm.pshm_close(fd))
  local anonymous = check(shm.pshm_open_anonymous(shm.PSHM_DIRECTION_IO, tonumber("600", 8), 0))
  check(shm.pshm_truncate(anonymous, RECORD))
  address = map(anonymous, RECORD, 0)
  put_record(address, slot)
  check(shm.pshm_unmap(address, RECORD))
  check(shm.pshm_send(socket, anonymous, -1))
  check(shm.pshm_close(anonymous))
end

-- Print every record of the object, then the one of the object that comes from the socket.
local function read(name, count, socket)
  local fd = check(shm.pshm_open(name, shm.PSHM_DIRECTION_INPUT, 0, 0, 0, nil))
  local address = check(shm.pshm_map(fd, count * RECORD, shm.PSHM_PROT_READ, shm.PSHM_MAP_SHARED, 0))
  for slot = 0, count - 1 do print_record(address + slot * RECORD, slot) end
  check(shm.pshm_unmap(address, count * RECORD))
  check(shm.pshm_close(fd))
  local received = check(shm.pshm_receive(socket, -1))
  address = check(shm.pshm_map(received, RECORD, shm.PSHM_PROT_READ, shm.PSHM_MAP_SHARED, 0))
  print_record(address, "received")
  check(shm.pshm_unmap(address, RECORD))
  check(shm.pshm_close(received))
end

-- Message N of an exchange is N * STEP bytes of a pattern, from byte N of it.
local CAPACITY, MESSAGES, STEP, LONGEST = tonumber(shm.PSHM_RING_CAPACITY_MIN), 41, 51, 2040
local RING = tonumber(shm.PSHM_RING_HEADER_SIZE) + CAPACITY
local pattern = ffi.new("uint8_t[?]", LONGEST + MESSAGES)
for i = 0, LONGEST + MESSAGES - 1 do pattern[i] = i * 7 % 256 end

-- The result of a call that waits, perhaps an address, or the name of its error.
local function wait_for(call, ...)
  local result
  repeat result = call(...) until result >= 0 or not interrupted(result)
  return result >= 0 and result or error_name(result)
end

local function join(from, to)
  check(shm.pshm_ring_join(to, CAPACITY, shm.PSHM_RING_SENDER))
  check(shm.pshm_ring_join(from, CAPACITY, shm.PSHM_RING_RECEIVER))
end

-- Send each message, and receive it back. How many are equal.
local function talk(there, back)
  join(back, there)
  local buffer, good = ffi.new("uint8_t[?]", LONGEST), 0
  for n = 0, MESSAGES - 1 do
    expect(wait_for(shm.pshm_ring_send, there, CAPACITY, pattern + n, n * STEP, LONG), 0)
    local length = wait_for(shm.pshm_ring_receive, back, CAPACITY, buffer, LONGEST, LONG)
    if length == n * STEP and ffi.string(buffer, length) == ffi.string(pattern + n, length) then good = good + 1 end
  end
  check(shm.pshm_ring_leave(there, CAPACITY, shm.PSHM_RING_SENDER))
  expect(wait_for(shm.pshm_ring_receive, back, CAPACITY, buffer, LONGEST, LONG), "ENODATA")
  check(shm.pshm_ring_leave(back, CAPACITY, shm.PSHM_RING_RECEIVER))
  return good
end

-- Send back each message, from one ring into the other, until the sender leaves.
local function serve(there, back)
  join(there, back)
  local length = ffi.new("int64_t[1]")
  while true do
    local message = wait_for(shm.pshm_ring_peek, there, CAPACITY, LONG, length)
    if message == "ENODATA" then break end
    local copy = wait_for(shm.pshm_ring_reserve, back, CAPACITY, length[0], LONG)
    ffi.copy(pointer("char *", copy), pointer("char *", message), length[0])
    check(shm.pshm_ring_commit(back, CAPACITY, length[0]))
    check(shm.pshm_ring_release(there, CAPACITY))
  end
  check(shm.pshm_ring_leave(back, CAPACITY, shm.PSHM_RING_SENDER))
  check(shm.pshm_ring_leave(there, CAPACITY, shm.PSHM_RING_RECEIVER))
end

-- Talk to all others, and serve each of them, sender after sender.
local function exchange(name, slot, count)
  local size = count * count * 2 * RING
  local fd = check(shm.pshm_open(name, shm.PSHM_DIRECTION_IO, 0, shm.PSHM_IF_DOES_NOT_EXIST_ERROR, 0, nil))
  local rings = map(fd, size, 0)
  io.stdout:setvbuf "line"
  for sender = 0, count - 1 do
    for receiver = 0, count - 1 do
      local there = rings + (sender * count + receiver) * 2 * RING
      if sender == slot and receiver ~= slot then
        print(receiver, talk(there, there + RING))
      elseif receiver == slot and sender ~= slot then
        serve(there, there + RING)
      end
    end
  end
  check(shm.pshm_unmap(rings, size))
  check(shm.pshm_close(fd))
end

local mode, first, second, third = ...
if mode == "scenario" then os.exit(scenario(first))
elseif mode == "receive" then receive(tonumber(first))
elseif mode == "count" then count(first, tonumber(second))
elseif mode == "write" then write(first, tonumber(second), tonumber(third))
elseif mode == "exchange" then exchange(first, tonumber(second), tonumber(third))
elseif mode == "read" then read(first, tonumber(second), tonumber(third))
end

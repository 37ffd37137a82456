-- SPDX-License-Identifier: BSD-3-Clause
-- One of the four: count.lua NAME TURNS, in LuaJIT.
local ffi = require "ffi"
local shm = require "posix_shm"
ffi.cdef "int getpid(void);"

local SIZE, LOCK, COUNTER, COME, TURNS, PROCESSES, MINE = 4096, 0, 8, 16, 24, 4, 3

local function check(result)
  if result < 0 and result > -4096 then error(ffi.string(shm.pshm_strerror(tonumber(result)))) end
  return result
end

local function failed_with(result, name)
  return result < 0 and ffi.string(shm.pshm_error_name(tonumber(result))) == name
end

local function say(text)
  print(("LuaJIT, process %d: %s"):format(ffi.C.getpid(), text))
  io.stdout:flush()
end

-- Open the object, or make it: whichever process comes first.
local function ensure(name)
  local fd = shm.pshm_open_wait(name, shm.PSHM_DIRECTION_IO, SIZE, 0)
  if not failed_with(fd, "EAGAIN") then return check(fd) end
  fd = check(shm.pshm_open_anonymous(shm.PSHM_DIRECTION_IO, tonumber("600", 8), shm.PSHM_ANONYMOUS_NAMEABLE))
  check(shm.pshm_allocate(fd, SIZE))
  local result = shm.pshm_publish(fd, name, shm.PSHM_IF_EXISTS_NIL)
  if failed_with(result, "EEXIST") then
    shm.pshm_close(fd)
    return check(shm.pshm_open_wait(name, shm.PSHM_DIRECTION_IO, SIZE, -1))
  end
  check(result)
  say("makes the object")
  return fd
end

local function words(address)
  return ffi.cast("int64_t *", ffi.cast("intptr_t", address))
end

-- A process died inside: its turn is in the counter, and not among its turns, which are what counts.
local function repair(object)
  local sum, turns = 0, words(object + TURNS)
  for i = 0, PROCESSES - 1 do sum = sum + tonumber(turns[i]) end
  local counter = words(object + COUNTER)
  say(("is told that an owner died inside, and repairs the counter: %d instead of %d"):format(sum, tonumber(counter[0])))
  counter[0] = sum
  check(shm.pshm_lock_mark_repaired(object + LOCK))
end

local function take_turn(object)
  if check(shm.pshm_lock_acquire(object + LOCK, -1)) == 1 then repair(object) end
  local counter, turns = words(object + COUNTER), words(object + TURNS)
  counter[0] = counter[0] + 1
  turns[MINE] = turns[MINE] + 1
  check(shm.pshm_lock_release(object + LOCK))
end

-- Nobody begins before all four have come.
local function wait_for_others(object)
  local come = shm.pshm_atomic_update32(object + COME, shm.PSHM_ATOMIC_ADD, 1) + 1
  check(shm.pshm_atomic_wake(object + COME, 2147483647))
  while come < PROCESSES do
    shm.pshm_atomic_wait(object + COME, come, -1)
    come = shm.pshm_atomic_load32(object + COME)
  end
end

local protections = bit.bor(shm.PSHM_PROT_READ, shm.PSHM_PROT_WRITE)
local object = check(shm.pshm_map(ensure(arg[1]), SIZE, protections, shm.PSHM_MAP_SHARED, 0))
wait_for_others(object)
for _ = 1, tonumber(arg[2]) do take_turn(object) end
say("has taken all its turns")

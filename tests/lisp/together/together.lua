-- SPDX-License-Identifier: BSD-3-Clause
-- One of the programs that together.test runs in pairs.
local ffi = require "ffi"
local shm = require "posix_shm"

local LOCK, HERE, WORD, WIDE, FIRST, SECOND, SWAPPED, DONE, SIZE = 0, 8, 12, 16, 24, 32, 40, 44, 4096

local function check(result)
	if result < 0 and result >= -4095 then error(ffi.string(shm.pshm_strerror(tonumber(result)))) end
	return result
end

local function meet(word)
	check(shm.pshm_atomic_update32(word, shm.PSHM_ATOMIC_ADD, 1))
	check(shm.pshm_atomic_wake(word, 2147483647))
	local here = shm.pshm_atomic_load32(word)
	while here < 2 do
		shm.pshm_atomic_wait(word, here, -1)
		here = shm.pshm_atomic_load32(word)
	end
end

local function turn(address, first, second)
	check(shm.pshm_atomic_update32(address + WORD, shm.PSHM_ATOMIC_ADD, 1))
	check(shm.pshm_atomic_update64(address + WIDE, shm.PSHM_ATOMIC_ADD, -3, nil))
	local old
	repeat old = shm.pshm_atomic_load32(address + SWAPPED)
	until shm.pshm_atomic_compare_exchange32(address + SWAPPED, old, old + 1) == old
	check(shm.pshm_lock_acquire(address + LOCK, -1))
	first[0] = first[0] + 1
	second[0] = second[0] + 1
	assert(first[0] == second[0], "two were inside at once")
	check(shm.pshm_lock_release(address + LOCK))
end

local turns
for word in os.getenv("TOGETHER"):gmatch("%S+") do
	if not turns then
		turns = tonumber(word)
	else
		local fd = check(shm.pshm_open(word, shm.PSHM_DIRECTION_IO, 0, 0, 0, nil))
		local address = check(shm.pshm_map(fd, SIZE, bit.bor(shm.PSHM_PROT_READ, shm.PSHM_PROT_WRITE), shm.PSHM_MAP_SHARED, 0))
		local first, second = ffi.cast("volatile int64_t *", address + FIRST), ffi.cast("volatile int64_t *", address + SECOND)
		meet(address + HERE)
		for _ = 1, turns do turn(address, first, second) end
		meet(address + DONE)
	end
end
print("done")

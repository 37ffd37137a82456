-- SPDX-License-Identifier: BSD-3-Clause
-- What a program does with an object, in LuaJIT: through posix_shm.lua, and the system by hand. As lives.lisp.
local ffi = require "ffi"
local shm = require "posix_shm"

ffi.cdef [[
int shm_open(const char *name, int flags, unsigned mode);
int shm_unlink(const char *name);
int ftruncate(int fd, int64_t size);
int fstat(int fd, void *status);
void *mmap(void *address, size_t length, int protections, int flags, int fd, int64_t offset);
int munmap(void *address, size_t length);
int close(int fd);
int memfd_create(const char *name, unsigned flags);
int fchmod(int fd, unsigned mode);
int getpid(void);
int64_t lives_now(void);
int64_t lives_run(int what, int variant, int count, const char *name);
]]

local C = ffi.C
local lives = ffi.load(os.getenv "BENCH_LIVES")
local NEW, SIZE = 194, 65536 -- O_RDWR, O_CREAT and O_EXCL
local PROTECTIONS = shm.PSHM_PROT_READ + shm.PSHM_PROT_WRITE
local name = "/pshm-bench-" .. C.getpid()
local other = name .. "-"

local function check(result)
  if result < 0 then error "a call failed" end
  return result
end

local function map_by_hand(fd)
  local memory = C.mmap(nil, SIZE, 3, 1, fd, 0)
  if ffi.cast("intptr_t", memory) == -1 then error "mmap failed" end
  return memory
end

local function map_and_unmap(fd)
  check(shm.pshm_unmap(check(shm.pshm_map(fd, SIZE, PROTECTIONS, shm.PSHM_MAP_SHARED, 0)), SIZE))
end

local fields = ffi.new "int64_t[16]"
local status = ffi.new "int64_t[18]"
local fd = check(C.shm_open(name, NEW, 384))
check(C.ftruncate(fd, SIZE))

local cases = {
  { "open+close",
    function() check(shm.pshm_close(check(shm.pshm_open(name, shm.PSHM_DIRECTION_INPUT, 0, 0, 0, nil)))) end,
    function() check(C.close(check(C.shm_open(name, 0, 0)))) end },
  { "stat",
    function() check(shm.pshm_fstat(fd, fields, 16)) return tonumber(fields[shm.PSHM_STAT_SIZE]) end,
    function() check(C.fstat(fd, status)) return tonumber(status[6]) end },
  { "truncate",
    function() check(shm.pshm_truncate(fd, SIZE)) end,
    function() check(C.ftruncate(fd, SIZE)) end },
  { "map+unmap",
    function() map_and_unmap(fd) end,
    function() check(C.munmap(map_by_hand(fd), SIZE)) end },
  { "named",
    function()
      local new = check(shm.pshm_open(other, shm.PSHM_DIRECTION_IO, shm.PSHM_IF_EXISTS_ERROR, 0, 384, nil))
      check(shm.pshm_truncate(new, SIZE))
      map_and_unmap(new)
      check(shm.pshm_close(new))
      check(shm.pshm_delete(other))
    end,
    function()
      local new = check(C.shm_open(other, NEW, 384))
      check(C.ftruncate(new, SIZE))
      check(C.munmap(map_by_hand(new), SIZE))
      check(C.close(new))
      check(C.shm_unlink(other))
    end },
  { "anonymous",
    function()
      local new = check(shm.pshm_open_anonymous(shm.PSHM_DIRECTION_IO, 384, 0))
      check(shm.pshm_truncate(new, SIZE))
      map_and_unmap(new)
      check(shm.pshm_close(new))
    end,
    function()
      local new = check(C.memfd_create("bench", 3)) -- MFD_CLOEXEC and MFD_ALLOW_SEALING
      check(C.fchmod(new, 384))
      check(C.ftruncate(new, SIZE))
      check(C.munmap(map_by_hand(new), SIZE))
      check(C.close(new))
    end },
}

local function nanoseconds(call, count)
  local start = lives.lives_now()
  for _ = 1, count do call() end
  return tonumber(lives.lives_now() - start) / count
end

local function show(case, variant, number)
  print(("%s\t%s\t%.1f"):format(case, variant, number))
end

for index, case in ipairs(cases) do
  local title, ours, hand = case[1], case[2], case[3]
  local count = math.ceil(1e6 / nanoseconds(ours, 100)) + 1
  local variants = {
    function() show(title, "ours", nanoseconds(ours, count)) end,
    function() show(title, "hand", nanoseconds(hand, count)) end,
    function() show(title, "calls", tonumber(lives.lives_run(index - 1, 1, count, name)) / count) end,
  }
  for round = 1, tonumber(os.getenv "BENCH_ROUNDS") do
    for turn = 1, #variants do variants[(turn + round) % #variants + 1]() end
  end
end

C.close(fd)
C.shm_unlink(name)

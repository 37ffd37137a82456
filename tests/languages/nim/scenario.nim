# SPDX-License-Identifier: BSD-3-Clause
## The common scenario in Nim, with the generated module.
import std/[monotimes, os, osproc, sequtils, strformat, strutils, times]
import posix_shm

const
  size = 32768
  turns = 1000
  # A record: int64, int32, 4 bytes unused, 48 bytes of text, 64 bytes of pattern.
  record = 128
  # What two processes share: where it begins in the object of the scenario, and what is where: a lock, what it guards, and words.
  shared = 8192
  (lock, guarded, atomic, arrived, beside, done, gate, left) = (0, 8, 16, 20, 24, 28, 32, 36)
  limit = initDuration(minutes = 10)

template expect(got, wanted: untyped) =
  let (seen, right) = (got, wanted)
  if seen != right:
    raise newException(ValueError, "line " & $instantiationInfo().line & ": " & $seen & " instead of " & $right)

template errorNameOf(call: untyped): string =
  try:
    when typeof(call) is void: call
    else: discard call
    "no error"
  except PosixShmError as error:
    error.errorName

proc mapAll(fd: int, length: int64): int64 =
  map(fd, length)

proc mapped(name: string): bool =
  name in readFile("/proc/self/maps")

proc stat(fd: int): array[16, int64] =
  expect(fstat(fd, result), 16)

proc number(address: int64): ptr int64 =
  addr memory(address, int64)[0]

proc acquire(address: int64) =
  expect(lockAcquire(address, limit), false)

proc addAndWake(word: int64) =
  discard atomicUpdate32(word, Update.add, 1)
  atomicWake(word, high(int32))

proc waitUntil(word, value: int64) =
  while true:
    let now = atomicLoad32(word)
    if now == value:
      return
    atomicWait(word, now, limit)

proc takeTurns(address: int64) =
  for _ in 1 .. turns:
    acquire(address + lock)
    number(address + guarded)[] += 1
    lockRelease(address + lock)
    discard atomicUpdate32(address + atomic, Update.add, 1)

proc openOne(name: string): int =
  open(name, Direction.io, ifDoesNotExist = IfDoesNotExist.error).fd

proc wakeBeside(word: int64) {.thread.} =
  addAndWake(word)

proc count(name: string, offset: int64) =
  ## Wait for the lock that another process holds, while a thread of this one runs; count beside it; wait for its leave.
  let
    fd = openOne(name)
    address = mapAll(fd, shared + 64)
    memory = address + offset
  addAndWake(memory + arrived)
  var other: Thread[int64]
  createThread(other, wakeBeside, memory + beside)
  acquire(memory + lock)
  lockRelease(memory + lock)
  joinThread(other)
  takeTurns(memory)
  addAndWake(memory + done)
  waitUntil(memory + gate, 1)
  addAndWake(memory + left)
  unmap(address, shared + 64)
  close(fd)

proc consumer(arguments: varargs[string]): Process =
  startProcess(getEnv("POSIX_SHM_CONSUMER"), args = arguments, options = {poParentStreams})

var points, failures = 0

template point(title: string, body: untyped) =
  inc points
  try:
    body
    echo "ok ", points, " - ", title
  except CatchableError as problem:
    echo "not ok ", points, " - ", title, "\n# ", problem.msg
    inc failures

proc scenario(name: string) =
  var
    fd = -1
    address: int64
  template openExclusively(): untyped =
    open(name, Direction.io, IfExists.error, IfDoesNotExist.create, Mode(0o600))

  point "load the library and check its version":
    let version = version()
    expect(version >= declaredVersion, true)
    expect(versionString(), &"{version div 1000000}.{version div 1000 mod 1000}.{version mod 1000}")
  point "open exclusively":
    let (opened, created) = openExclusively()
    fd = opened
    expect(created, true)
  point "be told by name that it exists":
    expect(errorNameOf(openExclusively()), "EEXIST")
    expect(errorName(errno()), "EEXIST")
  point "size, allocate, map":
    truncate(fd, size)
    allocate(fd, size div 2)
    discardRange(fd, size div 2, size div 2)
    address = mapAll(fd, size)
  point "write a pattern, read it back through pshm_read":
    let bytes = memory(address, byte)
    for i in 0 .. 255:
      bytes[4096 + i] = byte(i * 7 and 255)
    var buffer: array[256, byte]
    expect(read(fd, buffer, 4096), 256)
    for i in 0 .. 255:
      expect(buffer[i], bytes[4096 + i])
    expect(write(fd, "hello".toOpenArrayByte(0, 4), 100), 5)
    expect(toSeq(0 .. 4).mapIt(char(bytes[100 + it])).join, "hello")
    expect(read(fd, buffer, size - 100), 100)
    expect(read(fd, buffer.toOpenArray(0, -1), 0), 0)
  point "stat with named fields":
    let fields = stat(fd)
    expect(fields[PSHM_STAT_SIZE], size)
    expect(fields[PSHM_STAT_MODE], 0o600)
    expect(fields[PSHM_STAT_NLINK], 1)
    expect(fields[PSHM_STAT_BLOCKS] >= size div 2 div 512, true)
  point "parse a permission list":
    const keywords = "user-read user-write group-read"
    expect(flagsParse(Kind.mode, keywords), 0o640)
    expect(flagsFormat(Kind.mode, 0o640), keywords)
    expect(errorNameOf(flagsParse(Kind.mode, "user-fly")), "EINVAL")
  point "enumerate the constants":
    let count = constantCount()
    expect(count > 50, true)
    for i in 0 ..< count:
      expect(constant(constantName(i)), constantValue(i))
    expect(constant("PSHM_MAP_SHARED"), MapShared.int)
    expect(constantName(count), "")
  point "fail with the right error name":
    expect(errorNameOf(posix_shm.open(name & "-none")), "ENOENT")
    expect(errorNameOf(delete("noslash")), "EINVAL")
    expect(errorNameOf(mapAll(fd, -1)), "EINVAL")
    expect(errorName(errno()), "EINVAL")
    doAssertRaises(ValueError):
      delete(name & "\0/x")
  point "make an anonymous object":
    let
      anonymous = openAnonymous(Direction.io, Mode(0o640))
      fields = stat(anonymous)
    expect(fields[PSHM_STAT_NLINK], 0)
    seal(anonymous, SealGrow or SealShrink)
    expect((seals(anonymous) and SealGrow) == SealGrow, true)
    expect(fields[PSHM_STAT_MODE], 0o640)
    close(anonymous)
  point "pass a descriptor to another process":
    let (here, there) = socketpair()
    number(address)[] = 9007199254740992
    send(here, fd)
    setInheritable(there, true)
    # startProcess closes no descriptor; this one is not close-on-exec any more.
    expect(consumer("receive", $there).waitForExit, 0)
    expect(number(address)[], 9007199254740993)
    close(here)
    close(there)
  point "count with another process under a lock, and wake each other":
    let memory = address + shared
    expect(lockAcquire(memory + lock, initDuration(weeks = 100_000)), false)
    expect(errorNameOf(lockAcquire(memory + lock, getMonoTime() - (getMonoTime() + initDuration(seconds = 1)))), "EAGAIN")
    expect(errorNameOf(atomicWait(memory + gate, 0, initDuration(nanoseconds = -1))), "EAGAIN")
    expect(errorNameOf(atomicWait(memory + gate, 0, initDuration(weeks = -100_000))), "EAGAIN")
    let child = consumer("count", name, $shared)
    waitUntil(memory + arrived, 1)
    waitUntil(memory + beside, 1)
    lockRelease(memory + lock)
    takeTurns(memory)
    waitUntil(memory + done, 1)
    expect(number(memory + guarded)[], 2 * turns)
    expect(atomicLoad32(memory + atomic), 2 * turns)
    addAndWake(memory + gate)
    waitUntil(memory + left, 1)
    expect(child.waitForExit, 0)
  point "close, delete":
    expect(name in list(), true)
    expect(mapped(name), true)
    unmap(address, size)
    expect(mapped(name), false)
    close(fd)
    expect(errorNameOf(close(fd)), "EBADF")
    delete(name)
    expect(errorNameOf(delete(name)), "ENOENT")
  echo "1..", points
  quit failures

proc receiveNumber(socket: int) =
  ## The receiver of the descriptor: add one to the number at the start of the object.
  let
    fd = receive(socket)
    address = mapAll(fd, 8)
  number(address)[] += 1
  unmap(address, 8)
  close(fd)

proc putRecord(fd, slot: int, offset: int64) =
  let
    address = map(fd, record, offset = offset)
    bytes = memory(address, byte)
  number(address)[] = -9007199254740993 - slot
  memory(address + 8, int32)[0] = int32(-1 - slot)
  for i, c in "nim grüßt":
    bytes[16 + i] = byte(c)
  for i in 0 .. 63:
    bytes[64 + i] = byte((slot * 31 + i * 7) and 255)
  unmap(address, record)

proc printRecord(address: int64, slot: string) =
  let bytes = memory(address, byte)
  var
    sum = 0
    text = ""
  for i in 0 .. 63:
    sum += (i + 1) * int(bytes[64 + i])
  for i in 16 .. 63:
    if bytes[i] != 0:
      text.add char(bytes[i])
  echo slot, "\t", number(address)[], "\t", memory(address + 8, int32)[0], "\t", sum, "\t", text

proc writeRecord(name: string, slot, socket: int) =
  ## Write one's record into the object, and into an anonymous one that goes to the socket.
  let fd = openOne(name)
  putRecord(fd, slot, slot * record)
  close(fd)
  let anonymous = openAnonymous(Direction.io, Mode(0o600))
  truncate(anonymous, record)
  putRecord(anonymous, slot, 0)
  send(socket, anonymous)
  close(anonymous)

proc readRecords(name: string, count, socket: int) =
  ## Print every record of the object, then the one of the object that comes from the socket.
  let
    fd = posix_shm.open(name).fd
    address = map(fd, count * record, ProtRead)
  for slot in 0 ..< count:
    printRecord(address + slot * record, $slot)
  unmap(address, count * record)
  close(fd)
  let
    received = receive(socket)
    second = map(received, record, ProtRead)
  printRecord(second, "received")
  unmap(second, record)
  close(received)

# Message N of an exchange is N * step bytes of a pattern, from byte N of it.
const
  capacity = PSHM_RING_CAPACITY_MIN.int
  ring = PSHM_RING_HEADER_SIZE.int + capacity
  (messages, step, longest) = (41, 51, 2040)

proc join(first, second: int64) =
  discard ringJoin(second, capacity, RingRole.sender)
  discard ringJoin(first, capacity, RingRole.receiver)

proc talk(there, back: int64): int =
  ## Send each message, and receive it back. How many are equal.
  let pattern = toSeq(0 ..< longest + messages).mapIt(byte(it * 7 and 255))
  var buffer = newSeq[byte](longest)
  join(back, there)
  for n in 0 ..< messages:
    let message = pattern[n ..< n + n * step]
    ringSend(there, capacity, message, limit)
    let length = ringReceive(back, capacity, buffer, limit)
    if buffer[0 ..< length] == message:
      inc result
  ringLeave(there, capacity, RingRole.sender)
  expect(errorNameOf(ringReceive(back, capacity, buffer, limit)), "ENODATA")
  ringLeave(back, capacity, RingRole.receiver)

proc sendBack(there, back: int64) =
  let
    (message, length) = ringPeek(there, capacity, limit)
    copy = ringReserve(back, capacity, length, limit)
  copyMem(memory(copy, byte), memory(message, byte), length)
  ringCommit(back, capacity, length)
  ringRelease(there, capacity)

proc serve(there, back: int64) =
  ## Send back each message, from one ring into the other, until the sender leaves.
  join(there, back)
  var ended = "no error"
  while ended == "no error":
    ended = errorNameOf(sendBack(there, back))
  expect(ended, "ENODATA")
  ringLeave(back, capacity, RingRole.sender)
  ringLeave(there, capacity, RingRole.receiver)

proc exchange(name: string, slot, count: int) =
  ## Talk to all others, and serve each of them, sender after sender.
  let
    fd = openOne(name)
    length = 2 * count * count * ring
    rings = mapAll(fd, length)
  for sender in 0 ..< count:
    for receiver in 0 ..< count:
      let there = rings + 2 * (sender * count + receiver) * ring
      if sender == receiver:
        continue
      if sender == slot:
        echo receiver, "\t", talk(there, there + ring)
      if receiver == slot:
        serve(there, there + ring)
  unmap(rings, length)
  close(fd)

let given = commandLineParams()
case given[0]
of "scenario": scenario(given[1])
of "receive": receiveNumber(given[1].parseInt)
of "count": count(given[1], given[2].parseInt)
of "write": writeRecord(given[1], given[2].parseInt, given[3].parseInt)
of "read": readRecords(given[1], given[2].parseInt, given[3].parseInt)
of "exchange": exchange(given[1], given[2].parseInt, given[3].parseInt)
else: quit 2

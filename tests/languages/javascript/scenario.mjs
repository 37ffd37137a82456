// SPDX-License-Identifier: BSD-3-Clause
// The common scenario in Node.js, Deno and Bun; the posix_shm.js of each makes the binding from the JSON of the ABI.
import { strict as assert } from 'node:assert';
import { Buffer } from 'node:buffer';
import { spawn, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import process from 'node:process';

const runtime = process.env.CONSUMER_LANGUAGE;
const { abi, shm, view: memoryAt } = await import(`${process.env.POSIX_SHM_BINDINGS}/${runtime}/posix_shm.js`);

const SIZE = 32768;
const READ_WRITE = shm.PSHM_PROT_READ | shm.PSHM_PROT_WRITE;

// What two processes share: where it begins in the object of the scenario, and what is where: a lock, what it guards, and words.
const SHARED = 8192;
const [LOCK, GUARDED, ATOMIC, ARRIVED, BESIDE, DONE, GATE, LEFT] = [0, 8, 16, 20, 24, 28, 32, 36];
const TURNS = 1000;
const ALL = 2 ** 31 - 1;
const LONG = 600e9;

function check(result) {
  if (result < 0) throw Object.assign(new Error(shm.pshm_strerror(result)), { code: errorName(result) });
  return result;
}

const errorName = result => shm.pshm_error_name(result);

// A mapping: the address for the library, and its bytes as a Buffer, and as a DataView, and its first number.
function map(fd, length, offset = 0, protections = READ_WRITE) {
  const address = check(shm.pshm_map(fd, length, protections, shm.PSHM_MAP_SHARED, offset));
  const memory = memoryAt(address, length);
  return {
    address,
    bytes: Buffer.from(memory),
    view: new DataView(memory),
    number: new BigInt64Array(memory, 0, 1),
    unmap: () => check(shm.pshm_unmap(address, length)),
  };
}

const mapped = name => fs.readFileSync('/proc/self/maps', 'latin1').includes(name);

function stat(fd) {
  const fields = new BigInt64Array(16);
  assert.equal(check(shm.pshm_fstat(fd, fields, fields.length)), 16);
  const names = Object.keys(shm).filter(name => name.startsWith('PSHM_STAT_'));
  return Object.fromEntries(names.map(name => [name.slice(10), fields[shm[name]]]));
}

function* points(name) {
  yield 'load the library and check its version';
  const version = shm.pshm_version();
  const text = [version / 1e6, version / 1000 % 1000, version % 1000].map(Math.trunc).join('.');
  assert.equal(shm.pshm_version_string(), text);
  assert.equal(text, abi.version);

  yield 'open exclusively';
  const created = new Int32Array([-1]);
  const openExclusively = () => shm.pshm_open(name, shm.PSHM_DIRECTION_IO, shm.PSHM_IF_EXISTS_ERROR,
    shm.PSHM_IF_DOES_NOT_EXIST_CREATE, 0o600, created);
  const fd = check(openExclusively());
  assert.equal(created[0], 1);

  yield 'be told by name that it exists';
  assert.equal(errorName(openExclusively()), 'EEXIST');
  assert.equal(errorName(shm.pshm_errno()), 'EEXIST');

  yield 'size, allocate, map';
  check(shm.pshm_truncate(fd, SIZE));
  check(shm.pshm_allocate(fd, SIZE / 2));
  const mapping = map(fd, SIZE);

  yield 'write a pattern, read it back through pshm_read';
  const pattern = Buffer.from(Array.from({ length: 256 }, (_, i) => i * 7 % 256));
  pattern.copy(mapping.bytes, 4096);
  const bytes = Buffer.alloc(256);
  assert.equal(shm.pshm_read(fd, bytes, 256, 4096), 256);
  assert.deepEqual(bytes, pattern);
  assert.equal(shm.pshm_write(fd, Buffer.from('hello'), 5, 100), 5);
  assert.equal(mapping.bytes.toString('latin1', 100, 105), 'hello');
  assert.equal(shm.pshm_read(fd, bytes, 256, SIZE - 100), 100);

  yield 'stat with named fields';
  const fields = stat(fd);
  assert.deepEqual([fields.SIZE, fields.MODE, fields.NLINK], [BigInt(SIZE), 0o600n, 1n]);
  assert(fields.BLOCKS >= SIZE / 2 / 512);

  yield 'parse a permission list';
  const keywords = 'user-read user-write group-read';
  assert.equal(shm.pshm_flags_parse(shm.PSHM_KIND_MODE, keywords), 0o640);
  const formatted = Buffer.alloc(64);
  const size = check(shm.pshm_flags_format(shm.PSHM_KIND_MODE, 0o640, formatted, formatted.length));
  assert.equal(formatted.toString('latin1', 0, size - 1), keywords);
  assert.equal(errorName(shm.pshm_flags_parse(shm.PSHM_KIND_MODE, 'user-fly')), 'EINVAL');

  yield 'enumerate the constants';
  const count = shm.pshm_constant_count();
  assert.equal(count, abi.constants.length);
  for (let i = 0; i < count; i++) assert.equal(shm.pshm_constant_value(i), shm[shm.pshm_constant_name(i)]);
  assert.equal(shm.pshm_constant_name(count), null);

  yield 'fail with the right error name';
  assert.equal(errorName(shm.pshm_open(name + '-none', shm.PSHM_DIRECTION_INPUT, 0, 0, 0, null)), 'ENOENT');
  assert.equal(errorName(shm.pshm_delete('noslash')), 'EINVAL');
  assert.equal(errorName(shm.pshm_map(fd, -1, READ_WRITE, shm.PSHM_MAP_SHARED, 0)), 'EINVAL');
  assert.equal(errorName(shm.pshm_errno()), 'EINVAL');
  assert.throws(() => check(shm.pshm_delete(name + '-none')), { code: 'ENOENT' });
  refuse(fd);

  yield 'make an anonymous object';
  const anonymous = check(shm.pshm_open_anonymous(shm.PSHM_DIRECTION_IO, 0o640, 0));
  const { NLINK, MODE } = stat(anonymous);
  assert.deepEqual([NLINK, MODE], [0n, 0o640n]);
  check(shm.pshm_close(anonymous));

  yield 'pass a descriptor to another process';
  const [here, there] = [new Int32Array(1), new Int32Array(1)];
  check(shm.pshm_socketpair(here, there));
  mapping.number[0] = 2n ** 53n;
  check(shm.pshm_send(here[0], fd, -1));
  // The child's descriptor 3 is our `there': spawn makes it inheritable for the child alone.
  const child = spawnSync(process.env.POSIX_SHM_CONSUMER, ['receive', '3'],
    { stdio: ['inherit', 'inherit', 'inherit', there[0]] });
  assert.equal(child.status, 0);
  assert.equal(mapping.number[0], 2n ** 53n + 1n);
  check(shm.pshm_close(here[0]));
  check(shm.pshm_close(there[0]));

  yield 'count with another process under a lock, and wake each other';
  const shared = mapping.address + SHARED;
  assert.equal(check(shm.pshm_lock_acquire(shared + LOCK, LONG)), 0);
  spawn(process.env.POSIX_SHM_CONSUMER, ['count', name, SHARED], { stdio: 'inherit' });
  waitUntil(shared + ARRIVED, 1);
  waitUntil(shared + BESIDE, 1);
  check(shm.pshm_lock_release(shared + LOCK));
  takeTurns(shared, new BigInt64Array(mapping.bytes.buffer, SHARED + GUARDED, 1));
  waitUntil(shared + DONE, 1);
  assert.equal(mapping.view.getBigInt64(SHARED + GUARDED, LITTLE_ENDIAN), 2n * BigInt(TURNS));
  assert.equal(shm.pshm_atomic_load32(shared + ATOMIC), 2 * TURNS);
  addAndWake(shared + GATE);
  waitUntil(shared + LEFT, 1);

  yield 'close, delete';
  assert(mapped(name));
  mapping.unmap();
  assert(!mapped(name));
  check(shm.pshm_close(fd));
  assert.equal(errorName(shm.pshm_close(fd)), 'EBADF');
  check(shm.pshm_delete(name));
  assert.equal(errorName(shm.pshm_delete(name)), 'ENOENT');
}

// Before C gets it: memory that is too small for what C writes, memory of other numbers, and a text that is none.
function refuse(fd) {
  assert.throws(() => shm.pshm_read(fd, new Uint8Array(1024), 2 ** 26, 0), RangeError);
  assert.throws(() => shm.pshm_fstat(fd, new BigInt64Array(1), 16), RangeError);
  assert.throws(() => shm.pshm_fstat(fd, new Int32Array(32), 16), TypeError);
  for (const memory of [new Int32Array(1), new Float64Array(1), [0], undefined, 'text'])
    assert.throws(() => shm.pshm_ring_peek(0, 4096, 0, memory), TypeError);
  assert.throws(() => shm.pshm_ring_peek(0, 4096, 0, new Uint8Array(4)), RangeError);
  for (const text of [undefined, new Uint8Array([47, 97]), '/lone-\ud800', '/nul-\0', ['/a']])
    assert.throws(() => shm.pshm_delete(text), TypeError);
}

// Each point is a pause of the generator, which gives the title of the next one.
function scenario(name) {
  let number = 0, title;
  try {
    for (const next of points(name)) {
      if (number > 0) console.log(`ok ${number} - ${title}`);
      number++;
      title = next;
    }
    console.log(`ok ${number} - ${title}\n1..${number}`);
  } catch (error) {
    console.log(`not ok ${number} - ${title}`);
    console.error(error);
    process.exitCode = 1;
  }
}

// The receiver of the descriptor: add one to the number at the start of the object.
function receive(socket) {
  const fd = check(shm.pshm_receive(Number(socket), -1));
  const mapping = map(fd, 8);
  mapping.number[0] += 1n;
  mapping.unmap();
  check(shm.pshm_close(fd));
}

// A handler of a signal has run: call again.
const interrupted = result => errorName(result) === 'EINTR';

function addAndWake(word) {
  check(shm.pshm_atomic_update32(word, shm.PSHM_ATOMIC_ADD, 1));
  check(shm.pshm_atomic_wake(word, ALL));
}

function waitUntil(word, value) {
  for (let now; (now = check(shm.pshm_atomic_load32(word))) !== value;) {
    const result = shm.pshm_atomic_wait(word, now, LONG);
    if (!interrupted(result)) check(result);
  }
}

function takeTurns(shared, guarded) {
  for (let i = 0; i < TURNS; i++) {
    let held;
    while (interrupted(held = shm.pshm_lock_acquire(shared + LOCK, LONG)));
    assert.equal(check(held), 0);
    guarded[0] += 1n;
    check(shm.pshm_lock_release(shared + LOCK));
    check(shm.pshm_atomic_update32(shared + ATOMIC, shm.PSHM_ATOMIC_ADD, 1));
  }
}

// Wait for the lock that another process holds, while a timer of this one runs; count beside it; wait for its leave.
async function count(name, offset) {
  const fd = check(shm.pshm_open(name, shm.PSHM_DIRECTION_IO, 0, shm.PSHM_IF_DOES_NOT_EXIST_ERROR, 0, null));
  const mapping = map(fd, SHARED + 64);
  const shared = mapping.address + Number(offset);
  addAndWake(shared + ARRIVED);
  setTimeout(addAndWake, 50, shared + BESIDE);
  if (runtime === 'deno') await readBesideWaits(shared + GATE);
  assert.equal(check(await shm.pshm_lock_acquire.promise(shared + LOCK, LONG)), 0);
  check(shm.pshm_lock_release(shared + LOCK));
  takeTurns(shared, new BigInt64Array(mapping.bytes.buffer, Number(offset) + GUARDED, 1));
  addAndWake(shared + DONE);
  waitUntil(shared + GATE, 1);
  addAndWake(shared + LEFT);
  mapping.unmap();
  check(shm.pshm_close(fd));
}

// More waits than Deno has threads for them: a file is read before they end.
async function readBesideWaits(word) {
  const waits = Array.from({ length: 40 }, () => shm.pshm_atomic_wait.promise(word, 0, 1e9));
  const first = await Promise.race([...waits, fs.promises.readFile('/dev/null').then(() => 'file')]);
  assert.equal(first, 'file');
  for (const result of await Promise.all(waits)) assert.equal(errorName(result), 'ETIMEDOUT');
}

// int64, int32, 4 bytes unused, 48 bytes of text, 64 bytes of pattern.
const RECORD = 128;
const LITTLE_ENDIAN = os.endianness() === 'LE';

function putRecord(fd, slot, offset) {
  const { bytes, view, unmap } = map(fd, RECORD, offset);
  view.setBigInt64(0, -9007199254740993n - BigInt(slot), LITTLE_ENDIAN);
  view.setInt32(8, -1 - slot, LITTLE_ENDIAN);
  bytes.write(`${runtime} grüßt`, 16);
  for (let i = 0; i < 64; i++) bytes[64 + i] = (slot * 31 + i * 7) % 256;
  unmap();
}

function printRecord(bytes, slot) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, RECORD);
  const text = bytes.subarray(16, 64);
  const sum = bytes.subarray(64, 128).reduce((sum, byte, i) => sum + (i + 1) * byte, 0);
  console.log([slot, view.getBigInt64(0, LITTLE_ENDIAN), view.getInt32(8, LITTLE_ENDIAN), sum,
    text.toString('utf8', 0, text.indexOf(0))].join('\t'));
}

// Write one's record into the object, and into an anonymous one that goes to the socket.
function write(name, slot, socket) {
  const fd = check(shm.pshm_open(name, shm.PSHM_DIRECTION_IO, 0, shm.PSHM_IF_DOES_NOT_EXIST_ERROR, 0, null));
  putRecord(fd, Number(slot), Number(slot) * RECORD);
  check(shm.pshm_close(fd));
  const anonymous = check(shm.pshm_open_anonymous(shm.PSHM_DIRECTION_IO, 0o600, 0));
  check(shm.pshm_truncate(anonymous, RECORD));
  putRecord(anonymous, Number(slot), 0);
  check(shm.pshm_send(Number(socket), anonymous, -1));
  check(shm.pshm_close(anonymous));
}

// Print every record of the object, then the one of the object that comes from the socket.
function read(name, count, socket) {
  const fd = check(shm.pshm_open(name, shm.PSHM_DIRECTION_INPUT, 0, 0, 0, null));
  const records = map(fd, count * RECORD, 0, shm.PSHM_PROT_READ);
  for (let slot = 0; slot < count; slot++)
    printRecord(records.bytes.subarray(slot * RECORD, (slot + 1) * RECORD), slot);
  records.unmap();
  check(shm.pshm_close(fd));
  const received = check(shm.pshm_receive(Number(socket), -1));
  const record = map(received, RECORD, 0, shm.PSHM_PROT_READ);
  printRecord(record.bytes, 'received');
  record.unmap();
  check(shm.pshm_close(received));
}

// Message N of an exchange is N * STEP bytes of a pattern, from byte N of it.
const CAPACITY = shm.PSHM_RING_CAPACITY_MIN;
const RING = shm.PSHM_RING_HEADER_SIZE + CAPACITY;
const [MESSAGES, STEP, LONGEST] = [41, 51, 2040];
const PATTERN = Buffer.from(Array.from({ length: LONGEST + MESSAGES }, (_, i) => i * 7 % 256));

// The result of a call that waits in another thread, perhaps an address, or the name of its error.
async function waitFor(call, ...options) {
  let result;
  while ((result = await call.promise(...options)) < 0 && interrupted(result));
  return result < 0 ? errorName(result) : result;
}

function join(from, to) {
  check(shm.pshm_ring_join(to, CAPACITY, shm.PSHM_RING_SENDER));
  check(shm.pshm_ring_join(from, CAPACITY, shm.PSHM_RING_RECEIVER));
}

// Send each message, and receive it back. How many are equal.
async function talk(there, back) {
  const bytes = Buffer.alloc(LONGEST);
  let good = 0;
  join(back, there);
  for (let n = 0; n < MESSAGES; n++) {
    const message = PATTERN.subarray(n, n + n * STEP);
    assert.equal(await waitFor(shm.pshm_ring_send, there, CAPACITY, message, message.length, LONG), 0);
    const length = await waitFor(shm.pshm_ring_receive, back, CAPACITY, bytes, LONGEST, LONG);
    if (message.equals(bytes.subarray(0, length))) good++;
  }
  check(shm.pshm_ring_leave(there, CAPACITY, shm.PSHM_RING_SENDER));
  assert.equal(await waitFor(shm.pshm_ring_receive, back, CAPACITY, bytes, LONGEST, LONG), 'ENODATA');
  check(shm.pshm_ring_leave(back, CAPACITY, shm.PSHM_RING_RECEIVER));
  return good;
}

// Send back each message, from one ring into the other, until the sender leaves.
async function serve(there, back, { address, bytes }) {
  const counter = new BigInt64Array(1);
  let message;
  join(there, back);
  while ((message = await waitFor(shm.pshm_ring_peek, there, CAPACITY, LONG, counter)) !== 'ENODATA') {
    const length = Number(counter[0]);
    const copy = await waitFor(shm.pshm_ring_reserve, back, CAPACITY, length, LONG);
    bytes.copy(bytes, copy - address, message - address, message - address + length);
    check(shm.pshm_ring_commit(back, CAPACITY, length));
    check(shm.pshm_ring_release(there, CAPACITY));
  }
  check(shm.pshm_ring_leave(back, CAPACITY, shm.PSHM_RING_SENDER));
  check(shm.pshm_ring_leave(there, CAPACITY, shm.PSHM_RING_RECEIVER));
}

// Talk to all others, and serve each of them, sender after sender.
async function exchange(name, slot, count) {
  const fd = check(shm.pshm_open(name, shm.PSHM_DIRECTION_IO, 0, shm.PSHM_IF_DOES_NOT_EXIST_ERROR, 0, null));
  const mapping = map(fd, count * count * 2 * RING);
  for (let pair = 0; pair < count * count; pair++) {
    const [sender, receiver] = [Math.trunc(pair / count), pair % count];
    const there = mapping.address + pair * 2 * RING;
    if (sender === receiver) continue;
    if (sender === Number(slot)) console.log(`${receiver}\t${await talk(there, there + RING)}`);
    if (receiver === Number(slot)) await serve(there, there + RING, mapping);
  }
  mapping.unmap();
  check(shm.pshm_close(fd));
}

const [mode, ...options] = process.argv.slice(2);
({ scenario, receive, count, write, read, exchange })[mode](...options);

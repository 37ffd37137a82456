// SPDX-License-Identifier: BSD-3-Clause
// Wait without a limit in the call that CALL names, and print what Ctrl-C is to the program: its handler runs, and ends the wait.
const { shm } = require('posix_shm.js');

const CAPACITY = shm.PSHM_RING_CAPACITY_MIN;
const SIZE = shm.PSHM_RING_HEADER_SIZE + CAPACITY;
const fd = shm.pshm_open_anonymous(shm.PSHM_DIRECTION_IO, 0o600, 0);
shm.pshm_truncate(fd, 2 * SIZE);
const memory = shm.pshm_map(fd, 2 * SIZE, shm.PSHM_PROT_READ | shm.PSHM_PROT_WRITE, shm.PSHM_MAP_SHARED, 0);
const [word, lock, ring] = [memory, memory + 8, memory + 64];
shm.pshm_lock_acquire(lock, 0);
shm.pshm_ring_join(ring, CAPACITY, shm.PSHM_RING_RECEIVER);
shm.pshm_ring_join(ring, CAPACITY, shm.PSHM_RING_SENDER);
const [wait, end] = {
  word: [() => shm.pshm_atomic_wait.promise(word, 0, -1), () => shm.pshm_atomic_wake(word, 1)],
  lock: [() => shm.pshm_lock_acquire.promise(lock, -1), () => shm.pshm_lock_release(lock)],
  message: [() => shm.pshm_ring_receive.promise(ring, CAPACITY, null, 0, -1), () => shm.pshm_ring_send(ring, CAPACITY, null, 0, 0)],
}[process.env.CALL];

process.once('SIGINT', () => {
  console.log('SIGINT');
  end();
});
wait().then(result => console.log('the call has returned', result));
console.log('waiting');

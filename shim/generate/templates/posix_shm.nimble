# {{ generated }}
version = "{{ model.version }}"
author = "The posix-shm authors"
description = "POSIX shared memory: objects, atomics, locks and message rings that processes in all languages share"
license = "BSD-3-Clause"
requires "nim >= 1.6.0"

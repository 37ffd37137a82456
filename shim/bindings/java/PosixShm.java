// SPDX-License-Identifier: BSD-3-Clause
// libposix-shm for Java with JNA: javac -cp jna.jar -sourcepath PREFIX/share/posix-shm/java Program.java; then
// SHM.pshm_close(fd), PosixShm.PROT_READ and so on. Declare functions and constants that are missing here in
// the same way.
// The environment variable POSIX_SHM_LIBRARY overrides the file that the system finds.

import com.sun.jna.*;
import com.sun.jna.ptr.IntByReference;

interface PosixShm extends Library {
    PosixShm SHM = Native.load(
        System.getenv().getOrDefault("POSIX_SHM_LIBRARY", "libposix-shm.so.0"), PosixShm.class);

    int pshm_version();
    String pshm_version_string();
    int pshm_errno();
    String pshm_strerror(int error);
    String pshm_error_name(int error);
    int pshm_constant_count();
    String pshm_constant_name(int index);
    int pshm_constant_value(int index);
    int pshm_constant(String name);
    int pshm_flags_parse(int kind, String keywords);
    long pshm_flags_format(int kind, int flags, byte[] keywords, long size);
    int pshm_fstat(int fd, long[] fields, int count);
    int pshm_close(int fd);
    int pshm_set_inheritable(int fd, int inheritable);
    int pshm_open(String name, int direction, int ifExists, int ifDoesNotExist, int permissions, IntByReference created);
    int pshm_open_anonymous(int direction, int permissions, int flags);
    int pshm_delete(String name);
    int pshm_delete_if_same(String name, int fd);
    int pshm_truncate(int fd, long size);
    int pshm_allocate(int fd, long size);
    long pshm_map(int fd, long length, int protections, int flags, long offset);
    int pshm_unmap(long address, long length);
    long pshm_read(int fd, byte[] bytes, long count, long offset);
    long pshm_write(int fd, byte[] bytes, long count, long offset);
    int pshm_send(int socket, int fd, long timeout);
    int pshm_receive(int socket, long timeout);
    int pshm_socketpair(IntByReference first, IntByReference second);
    long pshm_atomic_load32(long address);
    int pshm_atomic_store32(long address, long value);
    long pshm_atomic_update32(long address, int operation, long operand);
    long pshm_atomic_compare_exchange32(long address, long expected, long desired);
    int pshm_atomic_load64(long address, long[] value);
    int pshm_atomic_store64(long address, long value);
    int pshm_atomic_update64(long address, int operation, long operand, long[] old);
    int pshm_atomic_compare_exchange64(long address, long expected, long desired, long[] old);
    int pshm_atomic_wait(long address, long expected, long timeout);
    int pshm_atomic_wake(long address, int count);
    int pshm_lock_acquire(long address, long timeout);
    int pshm_lock_release(long address);
    int pshm_lock_mark_repaired(long address);
    int pshm_ring_join(long address, long capacity, int role);
    int pshm_ring_leave(long address, long capacity, int role);
    long pshm_ring_reserve(long address, long capacity, long length, long timeout);
    int pshm_ring_commit(long address, long capacity, long length);
    long pshm_ring_peek(long address, long capacity, long timeout, long[] length);
    int pshm_ring_release(long address, long capacity);
    int pshm_ring_send(long address, long capacity, byte[] bytes, long length, long timeout);
    long pshm_ring_receive(long address, long capacity, byte[] bytes, long size, long timeout);

    int PROT_READ = SHM.pshm_constant("PSHM_PROT_READ");
    int PROT_WRITE = SHM.pshm_constant("PSHM_PROT_WRITE");
    int MAP_SHARED = SHM.pshm_constant("PSHM_MAP_SHARED");
    int DIRECTION_INPUT = SHM.pshm_constant("PSHM_DIRECTION_INPUT");
    int DIRECTION_IO = SHM.pshm_constant("PSHM_DIRECTION_IO");
    int IF_EXISTS_ERROR = SHM.pshm_constant("PSHM_IF_EXISTS_ERROR");
    int IF_DOES_NOT_EXIST_ERROR = SHM.pshm_constant("PSHM_IF_DOES_NOT_EXIST_ERROR");
    int IF_DOES_NOT_EXIST_CREATE = SHM.pshm_constant("PSHM_IF_DOES_NOT_EXIST_CREATE");
    int ATOMIC_ADD = SHM.pshm_constant("PSHM_ATOMIC_ADD");
    int ATOMIC_AND = SHM.pshm_constant("PSHM_ATOMIC_AND");
    int ATOMIC_OR = SHM.pshm_constant("PSHM_ATOMIC_OR");
    int ATOMIC_XOR = SHM.pshm_constant("PSHM_ATOMIC_XOR");
    int ATOMIC_EXCHANGE = SHM.pshm_constant("PSHM_ATOMIC_EXCHANGE");
    int RING_SENDER = SHM.pshm_constant("PSHM_RING_SENDER");
    int RING_RECEIVER = SHM.pshm_constant("PSHM_RING_RECEIVER");
    int RING_HEADER_SIZE = SHM.pshm_constant("PSHM_RING_HEADER_SIZE");
    int RING_CAPACITY_MIN = SHM.pshm_constant("PSHM_RING_CAPACITY_MIN");
    int KIND_MODE = SHM.pshm_constant("PSHM_KIND_MODE");
}

// SPDX-License-Identifier: BSD-3-Clause
// The common scenario in Java with JNA. The functions of an interface are Java's own and the JDK has no JSON reader:
// PosixShm.java declares what is used, and asks the library for the constants.
import com.sun.jna.Native;
import com.sun.jna.NativeLibrary;
import com.sun.jna.Pointer;
import com.sun.jna.ptr.IntByReference;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.function.LongSupplier;

final class Scenario {
    static final PosixShm SHM = PosixShm.SHM;
    static final int SIZE = 32768;
    static final int READ_WRITE = PosixShm.PROT_READ | PosixShm.PROT_WRITE;
    // int64, int32, 4 bytes unused, 48 bytes of text, 64 bytes of pattern.
    static final int RECORD = 128;
    // What two processes share: where it begins in the object of the scenario, and what is where: a lock, what it guards, and words.
    static final int SHARED = 8192;
    static final int LOCK = 0, GUARDED = 8, ATOMIC = 16, ARRIVED = 20, BESIDE = 24, DONE = 28, GATE = 32, LEFT = 36;
    static final int TURNS = 1000;
    static final long LONG = 600_000_000_000L;

    interface Body {
        void run() throws Exception;
    }

    static int check(int result) {
        if (result < 0) throw new IllegalStateException(SHM.pshm_strerror(result));
        return result;
    }

    static long check(long result) {
        if (result < 0) check((int) result);
        return result;
    }

    static String errorName(long result) {
        return SHM.pshm_error_name((int) result);
    }

    static void expect(Object got, Object wanted) {
        if (!wanted.equals(got)) throw new AssertionError(got + " instead of " + wanted);
    }

    static long map(int fd, long length, long offset, int protections) {
        return check(SHM.pshm_map(fd, length, protections, PosixShm.MAP_SHARED, offset));
    }

    static long map(int fd, long length) {
        return map(fd, length, 0, READ_WRITE);
    }

    static boolean mapped(String name) throws java.io.IOException {
        return Files.readString(Path.of("/proc/self/maps")).contains(name);
    }

    /** The fields of an object, by the constants' names. */
    record Stat(long[] fields) {
        static Stat of(int fd) {
            long[] fields = new long[16];
            expect(check(SHM.pshm_fstat(fd, fields, fields.length)), 16);
            return new Stat(fields);
        }

        long get(String name) {
            return fields[check(SHM.pshm_constant("PSHM_STAT_" + name))];
        }
    }

    int number, failures;
    int fd;
    long address;
    Pointer memory;
    final String name;
    final IntByReference created = new IntByReference(-1);

    Scenario(String name) {
        this.name = name;
    }

    void point(String title, Body body) {
        number++;
        try {
            body.run();
            System.out.println("ok " + number + " - " + title);
        } catch (Throwable problem) {
            failures++;
            System.out.println("not ok " + number + " - " + title);
            problem.printStackTrace();
        }
    }

    int openExclusively() {
        return SHM.pshm_open(name, PosixShm.DIRECTION_IO, PosixShm.IF_EXISTS_ERROR, PosixShm.IF_DOES_NOT_EXIST_CREATE,
            0600, created);
    }

    void run() {
        point("load the library and check its version", () -> {
            int version = SHM.pshm_version();
            expect(version >= 1000, true);
            expect(SHM.pshm_version_string(),
                "%d.%d.%d".formatted(version / 1000000, version / 1000 % 1000, version % 1000));
        });
        point("open exclusively", () -> {
            fd = check(openExclusively());
            expect(created.getValue(), 1);
        });
        point("be told by name that it exists", () -> {
            expect(errorName(openExclusively()), "EEXIST");
            expect(errorName(SHM.pshm_errno()), "EEXIST");
        });
        point("size, allocate, map", () -> {
            check(SHM.pshm_truncate(fd, SIZE));
            check(SHM.pshm_allocate(fd, SIZE / 2));
            address = map(fd, SIZE);
            memory = new Pointer(address);
        });
        point("write a pattern, read it back through pshm_read", () -> {
            byte[] pattern = new byte[256], bytes = new byte[256];
            for (int i = 0; i < pattern.length; i++) pattern[i] = (byte) (i * 7);
            memory.write(4096, pattern, 0, pattern.length);
            expect(SHM.pshm_read(fd, bytes, bytes.length, 4096), 256L);
            expect(Arrays.equals(bytes, pattern), true);
            expect(SHM.pshm_write(fd, "hello".getBytes(StandardCharsets.UTF_8), 5, 100), 5L);
            expect(new String(memory.getByteArray(100, 5), StandardCharsets.UTF_8), "hello");
            expect(SHM.pshm_read(fd, bytes, bytes.length, SIZE - 100), 100L);
        });
        point("stat with named fields", () -> {
            Stat stat = Stat.of(fd);
            expect(stat.get("SIZE"), (long) SIZE);
            expect(stat.get("MODE"), 0600L);
            expect(stat.get("NLINK"), 1L);
            expect(stat.get("BLOCKS") >= SIZE / 2 / 512, true);
        });
        point("parse a permission list", () -> {
            String keywords = "user-read user-write group-read";
            expect(SHM.pshm_flags_parse(PosixShm.KIND_MODE, keywords), 0640);
            byte[] text = new byte[64];
            check(SHM.pshm_flags_format(PosixShm.KIND_MODE, 0640, text, text.length));
            expect(Native.toString(text), keywords);
            expect(errorName(SHM.pshm_flags_parse(PosixShm.KIND_MODE, "user-fly")), "EINVAL");
        });
        point("enumerate the constants", () -> {
            int count = SHM.pshm_constant_count();
            expect(count > 50, true);
            for (int i = 0; i < count; i++)
                expect(SHM.pshm_constant(SHM.pshm_constant_name(i)), SHM.pshm_constant_value(i));
            expect(PosixShm.MAP_SHARED, 1);
            expect(SHM.pshm_constant_name(count) == null, true);
        });
        point("fail with the right error name", () -> {
            expect(errorName(SHM.pshm_open(name + "-none", PosixShm.DIRECTION_INPUT, 0, 0, 0, null)), "ENOENT");
            expect(errorName(SHM.pshm_delete("noslash")), "EINVAL");
            expect(errorName(SHM.pshm_map(fd, -1, READ_WRITE, PosixShm.MAP_SHARED, 0)), "EINVAL");
            expect(errorName(SHM.pshm_errno()), "EINVAL");
        });
        point("make an anonymous object", () -> {
            int anonymous = check(SHM.pshm_open_anonymous(PosixShm.DIRECTION_IO, 0640, 0));
            Stat stat = Stat.of(anonymous);
            expect(stat.get("NLINK"), 0L);
            expect(stat.get("MODE"), 0640L);
            check(SHM.pshm_close(anonymous));
        });
        point("pass a descriptor to another process", () -> {
            IntByReference here = new IntByReference(), there = new IntByReference();
            check(SHM.pshm_socketpair(here, there));
            memory.setLong(0, 9007199254740992L);
            check(SHM.pshm_send(here.getValue(), fd, -1));
            check(SHM.pshm_set_inheritable(there.getValue(), 1));
            // ProcessBuilder closes every descriptor in the child but the first three; system(3) does not.
            String command = System.getenv("POSIX_SHM_CONSUMER") + " receive " + there.getValue();
            expect(NativeLibrary.getProcess().getFunction("system").invokeInt(new Object[] {command}), 0);
            expect(memory.getLong(0), 9007199254740993L);
            check(SHM.pshm_close(here.getValue()));
            check(SHM.pshm_close(there.getValue()));
        });
        point("count with another process under a lock, and wake each other", () -> {
            long shared = address + SHARED;
            expect(acquire(shared + LOCK), 0);
            Process child = new ProcessBuilder(System.getenv("POSIX_SHM_CONSUMER"), "count", name, "" + SHARED)
                .inheritIO().start();
            waitUntil(shared + ARRIVED, 1);
            waitUntil(shared + BESIDE, 1);
            check(SHM.pshm_lock_release(shared + LOCK));
            takeTurns(shared);
            waitUntil(shared + DONE, 1);
            expect(memory.getLong(SHARED + GUARDED), 2L * TURNS);
            expect(SHM.pshm_atomic_load32(shared + ATOMIC), 2L * TURNS);
            addAndWake(shared + GATE);
            waitUntil(shared + LEFT, 1);
            expect(child.waitFor(), 0);
        });
        point("close, delete", () -> {
            expect(mapped(name), true);
            check(SHM.pshm_unmap(address, SIZE));
            expect(mapped(name), false);
            check(SHM.pshm_close(fd));
            // Closed, or by now the number of a file that another thread of the JVM has opened: so it is not closed again.
            expect(SHM.pshm_delete_if_same(name, fd) > 0, false);
            check(SHM.pshm_delete(name));
            expect(errorName(SHM.pshm_delete(name)), "ENOENT");
        });
        System.out.println("1.." + number);
    }

    /** The receiver of the descriptor: add one to the number at the start of the object. */
    static void receive(int socket) {
        int fd = check(SHM.pshm_receive(socket, -1));
        long address = map(fd, 8);
        Pointer memory = new Pointer(address);
        memory.setLong(0, memory.getLong(0) + 1);
        check(SHM.pshm_unmap(address, 8));
        check(SHM.pshm_close(fd));
    }

    /** A handler of a signal has run: call again. */
    static boolean interrupted(long result) {
        return result < 0 && errorName(result).equals("EINTR");
    }

    static int acquire(long lock) {
        int held;
        do held = SHM.pshm_lock_acquire(lock, LONG); while (interrupted(held));
        return check(held);
    }

    static void addAndWake(long word) {
        check(SHM.pshm_atomic_update32(word, PosixShm.ATOMIC_ADD, 1));
        check(SHM.pshm_atomic_wake(word, Integer.MAX_VALUE));
    }

    static void waitUntil(long word, long value) {
        for (long now; (now = check(SHM.pshm_atomic_load32(word))) != value;) {
            int result = SHM.pshm_atomic_wait(word, now, LONG);
            if (!interrupted(result)) check(result);
        }
    }

    static void takeTurns(long shared) {
        Pointer guarded = new Pointer(shared + GUARDED);
        for (int i = 0; i < TURNS; i++) {
            expect(acquire(shared + LOCK), 0);
            guarded.setLong(0, guarded.getLong(0) + 1);
            check(SHM.pshm_lock_release(shared + LOCK));
            check(SHM.pshm_atomic_update32(shared + ATOMIC, PosixShm.ATOMIC_ADD, 1));
        }
    }

    /** Wait for the lock that another process holds, while a thread of this one runs; count beside it; wait for its leave. */
    static void count(String name, long offset) {
        int fd = check(SHM.pshm_open(name, PosixShm.DIRECTION_IO, 0, PosixShm.IF_DOES_NOT_EXIST_ERROR, 0, null));
        long address = map(fd, SHARED + 64);
        long shared = address + offset;
        addAndWake(shared + ARRIVED);
        new Thread(() -> {
            System.gc();
            addAndWake(shared + BESIDE);
        }).start();
        expect(acquire(shared + LOCK), 0);
        check(SHM.pshm_lock_release(shared + LOCK));
        takeTurns(shared);
        addAndWake(shared + DONE);
        waitUntil(shared + GATE, 1);
        addAndWake(shared + LEFT);
        check(SHM.pshm_unmap(address, SHARED + 64));
        check(SHM.pshm_close(fd));
    }

    static void putRecord(int fd, int slot, int offset) {
        long address = map(fd, RECORD, offset, READ_WRITE);
        Pointer record = new Pointer(address);
        record.setLong(0, -9007199254740993L - slot);
        record.setInt(8, -1 - slot);
        record.setString(16, "java gr\u00fc\u00dft", "UTF-8");
        for (int i = 0; i < 64; i++) record.setByte(64 + i, (byte) (slot * 31 + i * 7));
        check(SHM.pshm_unmap(address, RECORD));
    }

    static void printRecord(Pointer record, Object slot) {
        int sum = 0;
        for (int i = 0; i < 64; i++) sum += (i + 1) * (record.getByte(64 + i) & 0xff);
        System.out.println(slot + "\t" + record.getLong(0) + "\t" + record.getInt(8) + "\t" + sum + "\t"
            + record.getString(16, "UTF-8"));
    }

    /** Write one's record into the object, and into an anonymous one that goes to the socket. */
    static void write(String name, int slot, int socket) {
        int fd = check(SHM.pshm_open(name, PosixShm.DIRECTION_IO, 0, PosixShm.IF_DOES_NOT_EXIST_ERROR, 0, null));
        putRecord(fd, slot, slot * RECORD);
        check(SHM.pshm_close(fd));
        int anonymous = check(SHM.pshm_open_anonymous(PosixShm.DIRECTION_IO, 0600, 0));
        check(SHM.pshm_truncate(anonymous, RECORD));
        putRecord(anonymous, slot, 0);
        check(SHM.pshm_send(socket, anonymous, -1));
        check(SHM.pshm_close(anonymous));
    }

    /** Print every record of the object, then the one of the object that comes from the socket. */
    static void read(String name, int count, int socket) {
        int fd = check(SHM.pshm_open(name, PosixShm.DIRECTION_INPUT, 0, 0, 0, null));
        long address = map(fd, count * RECORD, 0, PosixShm.PROT_READ);
        for (int slot = 0; slot < count; slot++) printRecord(new Pointer(address + slot * RECORD), slot);
        check(SHM.pshm_unmap(address, count * RECORD));
        check(SHM.pshm_close(fd));
        int received = check(SHM.pshm_receive(socket, -1));
        address = map(received, RECORD, 0, PosixShm.PROT_READ);
        printRecord(new Pointer(address), "received");
        check(SHM.pshm_unmap(address, RECORD));
        check(SHM.pshm_close(received));
    }

    // Message N of an exchange is N * STEP bytes of a pattern, from byte N of it.
    static final int CAPACITY = PosixShm.RING_CAPACITY_MIN, RING = PosixShm.RING_HEADER_SIZE + CAPACITY;
    static final int MESSAGES = 41, STEP = 51, LONGEST = 2040;
    static final byte[] PATTERN = new byte[LONGEST + MESSAGES];

    static {
        for (int i = 0; i < PATTERN.length; i++) PATTERN[i] = (byte) (i * 7);
    }

    /** The result of a call that waits, perhaps an address; after a handler of a signal it is called again. */
    static long waitFor(LongSupplier call) {
        long result;
        do result = call.getAsLong(); while (interrupted(result));
        return result;
    }

    static boolean left(long result) {
        return result < 0 && errorName(result).equals("ENODATA");
    }

    static void join(long from, long to) {
        check(SHM.pshm_ring_join(to, CAPACITY, PosixShm.RING_SENDER));
        check(SHM.pshm_ring_join(from, CAPACITY, PosixShm.RING_RECEIVER));
    }

    /** Send a message, and receive it back. Whether the two are equal. */
    static boolean comesBack(long there, long back, byte[] message) {
        byte[] bytes = new byte[LONGEST];
        check(waitFor(() -> SHM.pshm_ring_send(there, CAPACITY, message, message.length, LONG)));
        int length = (int) check(waitFor(() -> SHM.pshm_ring_receive(back, CAPACITY, bytes, LONGEST, LONG)));
        return Arrays.equals(message, Arrays.copyOf(bytes, length));
    }

    /** How many messages come back as they were. */
    static int talk(long there, long back) {
        int good = 0;
        join(back, there);
        for (int n = 0; n < MESSAGES; n++)
            if (comesBack(there, back, Arrays.copyOfRange(PATTERN, n, n + n * STEP))) good++;
        check(SHM.pshm_ring_leave(there, CAPACITY, PosixShm.RING_SENDER));
        expect(left(waitFor(() -> SHM.pshm_ring_receive(back, CAPACITY, new byte[1], 1, LONG))), true);
        check(SHM.pshm_ring_leave(back, CAPACITY, PosixShm.RING_RECEIVER));
        return good;
    }

    /** Send back each message, from one ring into the other, until the sender leaves. */
    static void serve(long there, long back) {
        long[] length = new long[1];
        join(there, back);
        for (long message; !left(message = waitFor(() -> SHM.pshm_ring_peek(there, CAPACITY, LONG, length)));) {
            long copy = check(waitFor(() -> SHM.pshm_ring_reserve(back, CAPACITY, length[0], LONG)));
            new Pointer(copy).getByteBuffer(0, length[0]).put(new Pointer(check(message)).getByteBuffer(0, length[0]));
            check(SHM.pshm_ring_commit(back, CAPACITY, length[0]));
            check(SHM.pshm_ring_release(there, CAPACITY));
        }
        check(SHM.pshm_ring_leave(back, CAPACITY, PosixShm.RING_SENDER));
        check(SHM.pshm_ring_leave(there, CAPACITY, PosixShm.RING_RECEIVER));
    }

    /** Talk to all others, and serve each of them, sender after sender. */
    static void exchange(String name, int slot, int count) {
        int fd = check(SHM.pshm_open(name, PosixShm.DIRECTION_IO, 0, PosixShm.IF_DOES_NOT_EXIST_ERROR, 0, null));
        long size = 2L * count * count * RING;
        long rings = map(fd, size);
        for (int pair = 0; pair < count * count; pair++) {
            int sender = pair / count, receiver = pair % count;
            long there = rings + 2L * pair * RING;
            if (sender == receiver) continue;
            if (sender == slot) System.out.println(receiver + "\t" + talk(there, there + RING));
            if (receiver == slot) serve(there, there + RING);
        }
        check(SHM.pshm_unmap(rings, size));
        check(SHM.pshm_close(fd));
    }

    public static void main(String[] arguments) {
        switch (arguments[0]) {
            case "scenario" -> {
                Scenario scenario = new Scenario(arguments[1]);
                scenario.run();
                System.exit(scenario.failures);
            }
            case "receive" -> receive(Integer.parseInt(arguments[1]));
            case "count" -> count(arguments[1], Long.parseLong(arguments[2]));
            case "exchange" -> exchange(arguments[1], Integer.parseInt(arguments[2]), Integer.parseInt(arguments[3]));
            case "write" -> write(arguments[1], Integer.parseInt(arguments[2]), Integer.parseInt(arguments[3]));
            case "read" -> read(arguments[1], Integer.parseInt(arguments[2]), Integer.parseInt(arguments[3]));
            default -> System.exit(2);
        }
    }
}

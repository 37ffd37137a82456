// SPDX-License-Identifier: BSD-3-Clause
/// The common scenario in D, with the generated module.
module scenario;

import core.memory : GC;
import core.thread : Thread;
import core.time : Duration, hnsecs, MonoTime, msecs, seconds;
import std.algorithm : canFind;
import std.conv : octal, text, to;
import std.file : readText;
import std.format : format;
import std.process : Config, environment, spawnProcess, wait;
import std.stdio;
static import shm = posix_shm;
import posix_shm;

enum size = 32_768;
enum turns = 1000;
// A record: int64, int32, 4 bytes unused, 48 bytes of text, 64 bytes of pattern.
enum record = 128;
// What two processes share: where it begins in the object of the scenario, and what is where: a lock, what it guards, and words.
enum shared_ = 8192;
enum : long { lock = 0, guarded = 8, atomic = 16, arrived = 20, beside = 24, done = 28, gate = 32, left = 36 }
enum limit = 600.seconds;

Mode mode(int bits)
{
    return cast(Mode) bits;
}

void expect(T, U)(T got, U wanted, size_t line = __LINE__)
{
    if (got != wanted)
        throw new Exception(text("line ", line, ": ", got, " instead of ", wanted));
}

/// May code that the compiler checks read into an array of T?
enum safeToRead(T) = __traits(compiles, () @safe { T[] array; shm.read(0, array); });

string errorName(scope void delegate() call)
{
    try
        call();
    catch (PosixShmException error)
        return error.name;
    return "no error";
}

long map(int fd, long length)
{
    return shm.map(fd, length);
}

bool mapped(string name)
{
    return readText("/proc/self/maps").canFind(name);
}

long[16] stat(int fd)
{
    long[16] fields;
    expect(fstat(fd, fields), 16);
    return fields;
}

ref long number(long address)
{
    return memory!long(address, 1)[0];
}

void acquire(long address)
{
    expect(lockAcquire(address, limit), false);
}

void addAndWake(long word)
{
    atomicUpdate32(word, Update.add, 1);
    atomicWake(word, int.max);
}

void waitUntil(long word, long value)
{
    for (long now; (now = atomicLoad32(word)) != value;)
        atomicWait(word, now, limit);
}

void takeTurns(long address)
{
    foreach (_; 0 .. turns)
    {
        acquire(address + lock);
        number(address + guarded)++;
        lockRelease(address + lock);
        atomicUpdate32(address + atomic, Update.add, 1);
    }
}

int open(string name)
{
    return shm.open(name, Direction.io, IfExists.default_, IfDoesNotExist.error).fd;
}

/// Wait for the lock that another process holds, while a thread of this one runs; count beside it; wait for its leave.
void count(string name, long offset)
{
    const fd = open(name);
    const address = map(fd, shared_ + 64);
    const memory = address + offset;
    addAndWake(memory + arrived);
    auto other = new Thread({
        Thread.sleep(50.msecs);
        GC.collect();
        addAndWake(memory + beside);
    }).start();
    acquire(memory + lock);
    lockRelease(memory + lock);
    other.join();
    takeTurns(memory);
    addAndWake(memory + done);
    waitUntil(memory + gate, 1);
    addAndWake(memory + left);
    unmap(address, shared_ + 64);
    shm.close(fd);
}

auto consumer(string[] arguments...)
{
    return spawnProcess(environment["POSIX_SHM_CONSUMER"] ~ arguments, null, Config.inheritFDs);
}

int run(string name)
{
    int fd = -1;
    long address;
    auto openExclusively()
    {
        return shm.open(name, Direction.io, IfExists.error, IfDoesNotExist.create, mode(octal!600));
    }

    struct Point
    {
        string title;
        void delegate() body_;
    }

    const points = [
        Point("load the library and check its version", {
            const version_ = shm.version_();
            expect(version_ >= declaredVersion, true);
            expect(versionString(), format!"%d.%d.%d"(version_ / 1_000_000, version_ / 1000 % 1000, version_ % 1000));
        }),
        Point("open exclusively", {
            const opened = openExclusively();
            fd = opened.fd;
            expect(opened.created, true);
        }),
        Point("be told by name that it exists", {
            expect(errorName({ openExclusively(); }), "EEXIST");
            expect(shm.errorName(shm.errno()), "EEXIST");
        }),
        Point("size, allocate, map", {
            truncate(fd, size);
            allocate(fd, size / 2);
            address = map(fd, size);
        }),
        Point("write a pattern, read it back through pshm_read", {
            auto bytes = memory(address, size);
            foreach (i, ref b; bytes[4096 .. 4352])
                b = cast(ubyte)(i * 7);
            ubyte[256] buffer;
            expect(shm.read(fd, buffer, 4096), 256);
            expect(buffer[], bytes[4096 .. 4352]);
            expect(shm.write(fd, "hello", 100), 5);
            expect(cast(char[]) bytes[100 .. 105], "hello");
            expect(shm.read(fd, buffer, size - 100), 100);
            expect(shm.read(fd, null, 0), 0);
            char[5] word;
            expect(shm.read(fd, word, 100), 5);
            expect(word[], "hello");
            static assert(safeToRead!ubyte && !safeToRead!(int*) && !safeToRead!char);
        }),
        Point("stat with named fields", {
            const fields = stat(fd);
            expect(fields[PSHM_STAT_SIZE], size);
            expect(fields[PSHM_STAT_MODE], octal!600);
            expect(fields[PSHM_STAT_NLINK], 1);
            expect(fields[PSHM_STAT_BLOCKS] >= size / 2 / 512, true);
        }),
        Point("parse a permission list", {
            const keywords = "user-read user-write group-read";
            expect(flagsParse(Kind.mode, keywords), octal!640);
            expect(flagsFormat(Kind.mode, octal!640), keywords);
            expect(errorName({ flagsParse(Kind.mode, "user-fly"); }), "EINVAL");
        }),
        Point("enumerate the constants", {
            const count = constantCount();
            expect(count > 50, true);
            foreach (i; 0 .. count)
                expect(constant(constantName(i)), constantValue(i));
            expect(constant("PSHM_MAP_SHARED"), MapFlag.shared_);
            expect(constantName(count) is null, true);
        }),
        Point("fail with the right error name", {
            expect(errorName({ shm.open(name ~ "-none"); }), "ENOENT");
            expect(errorName({ shm.delete_("noslash"); }), "EINVAL");
            expect(errorName({ shm.delete_(name ~ "\0/x"); }), "EINVAL");
            expect(errorName({ map(fd, -1); }), "EINVAL");
            expect(shm.errorName(shm.errno()), "EINVAL");
            try
                shm.close(-1);
            catch (PosixShmException error)
                expect(error.msg, "pshm_close: " ~ shm.strerror(error.errno));
        }),
        Point("make an anonymous object", {
            const anonymous = openAnonymous(Direction.io, mode(octal!640));
            seal(anonymous, SealFlag.grow | SealFlag.shrink);
            expect((seals(anonymous) & SealFlag.grow) != 0, true);
            const fields = stat(anonymous);
            expect(fields[PSHM_STAT_NLINK], 0);
            expect(fields[PSHM_STAT_MODE], octal!640);
            shm.close(anonymous);
        }),
        Point("pass a descriptor to another process", {
            const pair = socketpair();
            number(address) = 9_007_199_254_740_992;
            shm.send(pair.first, fd);
            setInheritable(pair.second, true);
            expect(consumer("receive", pair.second.to!string).wait, 0);
            expect(number(address), 9_007_199_254_740_993);
            shm.close(pair.first);
            shm.close(pair.second);
        }),
        Point("count with another process under a lock, and wake each other", {
            const memory = address + shared_;
            expect(lockAcquire(memory + lock, Duration.max), false);
            expect(errorName({ lockAcquire(memory + lock, MonoTime.currTime - (MonoTime.currTime + 1.seconds)); }), "EAGAIN");
            expect(errorName({ atomicWait(memory + gate, 0, (-1).hnsecs); }), "EAGAIN");
            auto child = consumer("count", name, shared_.to!string);
            waitUntil(memory + arrived, 1);
            waitUntil(memory + beside, 1);
            lockRelease(memory + lock);
            takeTurns(memory);
            waitUntil(memory + done, 1);
            expect(number(memory + guarded), 2 * turns);
            expect(atomicLoad32(memory + atomic), 2 * turns);
            addAndWake(memory + gate);
            waitUntil(memory + left, 1);
            expect(child.wait, 0);
        }),
        Point("close, delete", {
            expect(shm.list().canFind(name), true);
            expect(mapped(name), true);
            unmap(address, size);
            expect(mapped(name), false);
            shm.close(fd);
            expect(errorName({ shm.close(fd); }), "EBADF");
            shm.delete_(name);
            expect(errorName({ shm.delete_(name); }), "ENOENT");
        }),
    ];

    int failures;
    writeln("1..", points.length);
    foreach (i, point; points)
    {
        string problem;
        try
            point.body_();
        catch (Exception error)
            problem = error.msg;
        writefln!"%s %d - %s"(problem is null ? "ok" : "not ok", i + 1, point.title);
        if (problem is null)
            continue;
        writeln("# ", problem);
        failures++;
    }
    return failures;
}

/// The receiver of the descriptor: add one to the number at the start of the object.
void receiveNumber(int socket)
{
    const fd = shm.receive(socket);
    const address = map(fd, 8);
    number(address)++;
    unmap(address, 8);
    shm.close(fd);
}

void putRecord(int fd, int slot, long offset)
{
    const address = shm.map(fd, record, Prot.read | Prot.write, MapFlag.shared_, offset);
    number(address) = -9_007_199_254_740_993 - slot;
    memory!int(address + 8, 1)[0] = -1 - slot;
    enum label = "d grüßt";
    memory!char(address + 16, label.length)[] = label;
    foreach (i, ref b; memory(address + 64, 64))
        b = cast(ubyte)(slot * 31 + i * 7);
    unmap(address, record);
}

void printRecord(long address, string slot)
{
    size_t sum;
    foreach (i, b; memory(address + 64, 64))
        sum += (i + 1) * b;
    auto label = memory!char(address + 16, 48);
    while (label[$ - 1] == 0)
        label = label[0 .. $ - 1];
    writefln!"%s\t%d\t%d\t%d\t%s"(slot, number(address), memory!int(address + 8, 1)[0], sum, label);
}

/// Write one's record into the object, and into an anonymous one that goes to the socket.
void writeRecord(string name, int slot, int socket)
{
    const fd = open(name);
    putRecord(fd, slot, slot * record);
    shm.close(fd);
    const anonymous = openAnonymous(Direction.io, mode(octal!600));
    truncate(anonymous, record);
    putRecord(anonymous, slot, 0);
    shm.send(socket, anonymous);
    shm.close(anonymous);
}

/// Print every record of the object, then the one of the object that comes from the socket.
void readRecords(string name, int count, int socket)
{
    const fd = shm.open(name).fd;
    const address = shm.map(fd, count * record, Prot.read);
    foreach (slot; 0 .. count)
        printRecord(address + slot * record, slot.to!string);
    unmap(address, count * record);
    shm.close(fd);
    const received = shm.receive(socket);
    const second = shm.map(received, record, Prot.read);
    printRecord(second, "received");
    unmap(second, record);
    shm.close(received);
}

// Message N of an exchange is N * step bytes of a pattern, from byte N of it.
enum capacity = PSHM_RING_CAPACITY_MIN, ring = PSHM_RING_HEADER_SIZE + capacity;
enum messages = 41, step = 51, longest = 2040;

void join(long from, long to)
{
    ringJoin(to, capacity, RingRole.sender);
    ringJoin(from, capacity, RingRole.receiver);
}

/// Send each message, and receive it back. How many are equal.
int talk(long there, long back)
{
    ubyte[longest + messages] pattern;
    foreach (i, ref b; pattern)
        b = cast(ubyte)(i * 7);
    ubyte[longest] buffer;
    int good;
    join(back, there);
    foreach (n; 0 .. messages)
    {
        const message = pattern[n .. n + n * step];
        ringSend(there, capacity, message, limit);
        const length = ringReceive(back, capacity, buffer, limit);
        good += buffer[0 .. length] == message;
    }
    ringLeave(there, capacity, RingRole.sender);
    expect(errorName({ ringReceive(back, capacity, buffer, limit); }), "ENODATA");
    ringLeave(back, capacity, RingRole.receiver);
    return good;
}

/// Send back each message, from one ring into the other, until the sender leaves.
void serve(long there, long back)
{
    join(there, back);
    const ended = errorName({
        for (;;)
        {
            const message = ringPeek(there, capacity, limit);
            const copy = ringReserve(back, capacity, message.length, limit);
            memory(copy, message.length)[] = memory(message.at, message.length)[];
            ringCommit(back, capacity, message.length);
            ringRelease(there, capacity);
        }
    });
    expect(ended, "ENODATA");
    ringLeave(back, capacity, RingRole.sender);
    ringLeave(there, capacity, RingRole.receiver);
}

/// Talk to all others, and serve each of them, sender after sender.
void exchange(string name, int slot, int count)
{
    const fd = open(name);
    const length = 2L * count * count * ring;
    const rings = map(fd, length);
    foreach (pair; 0 .. count * count)
    {
        const sender = pair / count, receiver = pair % count;
        const there = rings + 2L * pair * ring;
        if (sender == receiver)
            continue;
        if (sender == slot)
            writeln(receiver, "\t", talk(there, there + ring));
        if (receiver == slot)
            serve(there, there + ring);
    }
    unmap(rings, length);
    shm.close(fd);
}

int main(string[] arguments)
{
    const given = arguments[1 .. $];
    switch (given[0])
    {
    case "scenario":
        return run(given[1]);
    case "receive":
        receiveNumber(given[1].to!int);
        break;
    case "count":
        count(given[1], given[2].to!long);
        break;
    case "write":
        writeRecord(given[1], given[2].to!int, given[3].to!int);
        break;
    case "read":
        readRecords(given[1], given[2].to!int, given[3].to!int);
        break;
    case "exchange":
        exchange(given[1], given[2].to!int, given[3].to!int);
        break;
    default:
        return 2;
    }
    return 0;
}

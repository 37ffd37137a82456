// SPDX-License-Identifier: BSD-3-Clause
// The common scenario in C#, with the generated classes.
using System;
using System.Diagnostics;
using System.IO;
using System.Linq;
using System.Runtime.InteropServices;
using System.Text;
using System.Threading;
using PosixShm;

static class Scenario
{
    const int Size = 32768;
    const int Turns = 1000;
    // A record: int64, int32, 4 bytes unused, 48 bytes of text, 64 bytes of pattern.
    const int Record = 128;
    // What two processes share: where it begins in the object of the scenario, and what is where: a lock, what it guards, and words.
    const int Shared = 8192;
    const int Lock = 0, Guarded = 8, Atomic = 16, Arrived = 20, Beside = 24, Done = 28, Gate = 32, Left = 36;
    static readonly TimeSpan Long = TimeSpan.FromMinutes(10);

    // Process of Mono closes every descriptor in the child but the first three; system(3) does not.
    [DllImport("libc")]
    static extern int system(string command);

    static Mode Octal(string mode)
    {
        return (Mode)Convert.ToInt32(mode, 8);
    }

    static void Expect(object got, object wanted)
    {
        if (!got.Equals(wanted))
            throw new Exception(got + " instead of " + wanted);
    }

    static string ErrorName(Action call)
    {
        try
        {
            call();
            return "no error";
        }
        catch (ShmException error)
        {
            return error.Name;
        }
    }

    static long Map(int fd, long length)
    {
        return Shm.Map(fd, length);
    }

    static bool Mapped(string name)
    {
        return File.ReadAllText("/proc/self/maps").Contains(name);
    }

    static long[] Stat(int fd)
    {
        var fields = new long[16];
        Expect(Shm.Fstat(fd, fields), 16);
        return fields;
    }

    static long Field(long[] fields, StatField field)
    {
        return fields[(int)field];
    }

    static void Acquire(long address)
    {
        Expect(Shm.LockAcquire(address, Long), false);
    }

    static void AddAndWake(long word)
    {
        Shm.AtomicUpdate32(word, Update.Add, 1);
        Shm.AtomicWake(word, int.MaxValue);
    }

    static void WaitUntil(long word, long value)
    {
        for (long now; (now = Shm.AtomicLoad32(word)) != value;)
            Shm.AtomicWait(word, now, Long);
    }

    static void TakeTurns(long shared)
    {
        var guarded = new IntPtr(shared + Guarded);
        for (int i = 0; i < Turns; i++)
        {
            Acquire(shared + Lock);
            Marshal.WriteInt64(guarded, Marshal.ReadInt64(guarded) + 1);
            Shm.LockRelease(shared + Lock);
            Shm.AtomicUpdate32(shared + Atomic, Update.Add, 1);
        }
    }

    static int Open(string name)
    {
        return Shm.Open(name, Direction.IO, ifDoesNotExist: IfDoesNotExist.Error).fd;
    }

    // Wait for the lock that another process holds, while a thread of this one runs; count beside it; wait for its leave.
    static void Count(string name, long offset)
    {
        int fd = Open(name);
        long address = Map(fd, Shared + 64);
        long shared = address + offset;
        AddAndWake(shared + Arrived);
        new Thread(() =>
        {
            GC.Collect();
            AddAndWake(shared + Beside);
        }).Start();
        Acquire(shared + Lock);
        Shm.LockRelease(shared + Lock);
        TakeTurns(shared);
        AddAndWake(shared + Done);
        WaitUntil(shared + Gate, 1);
        AddAndWake(shared + Left);
        Shm.Unmap(address, Shared + 64);
        Shm.Close(fd);
    }

    static (int fd, bool created) OpenExclusively(string name)
    {
        return Shm.Open(name, Direction.IO, IfExists.Error, IfDoesNotExist.Create, Octal("600"));
    }

    static void Rejected<T>(Action call) where T : ArgumentException
    {
        try
        {
            call();
        }
        catch (T)
        {
            return;
        }
        throw new Exception("accepted, without " + typeof(T).Name);
    }

    static int number, failures;

    static void Point(string title, Action body)
    {
        number++;
        try
        {
            body();
            Console.WriteLine($"ok {number} - {title}");
        }
        catch (Exception problem)
        {
            Console.WriteLine($"not ok {number} - {title}\n# {problem.ToString().Replace("\n", "\n# ")}");
            failures++;
        }
    }

    static int Run(string name)
    {
        int fd = -1;
        long address = 0;
        string consumer = Environment.GetEnvironmentVariable("POSIX_SHM_CONSUMER");
        Point("load the library and check its version", () =>
        {
            int version = Shm.Version();
            Expect(version >= Shm.DeclaredVersion, true);
            Expect(Shm.VersionString(), $"{version / 1000000}.{version / 1000 % 1000}.{version % 1000}");
        });
        Point("open exclusively", () =>
        {
            var opened = OpenExclusively(name);
            fd = opened.fd;
            Expect(opened.created, true);
        });
        Point("be told by name that it exists", () =>
        {
            Expect(ErrorName(() => OpenExclusively(name)), "EEXIST");
            Expect(Shm.ErrorName(Shm.Errno()), "EEXIST");
        });
        Point("size, allocate, map", () =>
        {
            Shm.Truncate(fd, Size);
            Shm.Allocate(fd, Size / 2);
            address = Map(fd, Size);
        });
        Point("write a pattern, read it back through pshm_read", () =>
        {
            byte[] pattern = Enumerable.Range(0, 256).Select(i => (byte)(i * 7)).ToArray();
            Marshal.Copy(pattern, 0, new IntPtr(address + 4096), 256);
            var bytes = new byte[256];
            Expect(Shm.Read(fd, bytes, 4096), 256L);
            Expect(bytes.SequenceEqual(pattern), true);
            Expect(Shm.Write(fd, Encoding.UTF8.GetBytes("hello"), 100), 5L);
            Expect(Marshal.PtrToStringUTF8(new IntPtr(address + 100), 5), "hello");
            Expect(Shm.Read(fd, bytes, Size - 100), 100L);
            Expect(Shm.Read(fd, new byte[0], 0), 0L);
            Rejected<ArgumentNullException>(() => Shm.Read(fd, null, 0));
            Rejected<ArgumentNullException>(() => Shm.Fstat(fd, null));
        });
        Point("stat with named fields", () =>
        {
            long[] fields = Stat(fd);
            Expect(Field(fields, StatField.Size), (long)Size);
            Expect(Field(fields, StatField.Mode), (long)Octal("600"));
            Expect(Field(fields, StatField.Nlink), 1L);
            Expect(Field(fields, StatField.Blocks) >= Size / 2 / 512, true);
        });
        Point("parse a permission list", () =>
        {
            string keywords = "user-read user-write group-read";
            Expect(Shm.FlagsParse(Kind.Mode, keywords), (int)Octal("640"));
            Expect(Shm.FlagsFormat(Kind.Mode, (int)Octal("640")), keywords);
            Expect(ErrorName(() => Shm.FlagsParse(Kind.Mode, "user-fly")), "EINVAL");
        });
        Point("enumerate the constants", () =>
        {
            int count = Shm.ConstantCount();
            Expect(count > 50, true);
            for (int i = 0; i < count; i++)
                Expect(Shm.Constant(Shm.ConstantName(i)), Shm.ConstantValue(i));
            Expect(Shm.Constant("PSHM_MAP_SHARED"), (int)MapFlag.Shared);
            Expect(Shm.ConstantName(count) == null, true);
        });
        Point("fail with the right error name", () =>
        {
            Expect(ErrorName(() => Shm.Open(name + "-none")), "ENOENT");
            Expect(ErrorName(() => Shm.Delete("noslash")), "EINVAL");
            Expect(ErrorName(() => Map(fd, -1)), "EINVAL");
            Expect(Shm.ErrorName(Shm.Errno()), "EINVAL");
            Rejected<ArgumentException>(() => Shm.Delete(name + "\0/x"));
            Rejected<EncoderFallbackException>(() => Shm.Open(name + "\ud800", ifDoesNotExist: IfDoesNotExist.Create));
            Rejected<ArgumentNullException>(() => Shm.Delete(null));
        });
        Point("make an anonymous object", () =>
        {
            int anonymous = Shm.OpenAnonymous(Direction.IO, Octal("640"));
            Shm.Seal(anonymous, SealFlag.Grow | SealFlag.Shrink);
            Expect(Shm.Seals(anonymous).HasFlag(SealFlag.Grow), true);
            long[] fields = Stat(anonymous);
            Expect(Field(fields, StatField.Nlink), 0L);
            Expect(Field(fields, StatField.Mode), (long)Octal("640"));
            Shm.Close(anonymous);
        });
        Point("pass a descriptor to another process", () =>
        {
            // mcs of Mono drops a statement whose lambda takes a tuple apart.
            var pair = Shm.Socketpair();
            int here = pair.first, there = pair.second;
            Marshal.WriteInt64(new IntPtr(address), 9007199254740992);
            Shm.Send(here, fd);
            Shm.SetInheritable(there, true);
            Expect(system($"{consumer} receive {there}"), 0);
            Expect(Marshal.ReadInt64(new IntPtr(address)), 9007199254740993);
            Shm.Close(here);
            Shm.Close(there);
        });
        Point("count with another process under a lock, and wake each other", () =>
        {
            long shared = address + Shared;
            Expect(Shm.LockAcquire(shared + Lock, TimeSpan.MaxValue), false);
            Rejected<ArgumentOutOfRangeException>(() => Shm.LockAcquire(shared + Lock, TimeSpan.FromSeconds(-5)));
            Rejected<ArgumentOutOfRangeException>(() => Shm.AtomicWait(shared + Gate, 0, TimeSpan.MinValue));
            Expect(ErrorName(() => Shm.LockAcquire(shared + Lock, TimeSpan.Zero)), "EAGAIN");
            var start = new ProcessStartInfo(consumer, $"count {name} {Shared}") { UseShellExecute = false };
            using (Process child = Process.Start(start))
            {
                WaitUntil(shared + Arrived, 1);
                WaitUntil(shared + Beside, 1);
                Shm.LockRelease(shared + Lock);
                TakeTurns(shared);
                WaitUntil(shared + Done, 1);
                Expect(Marshal.ReadInt64(new IntPtr(shared + Guarded)), 2L * Turns);
                Expect(Shm.AtomicLoad32(shared + Atomic), 2L * Turns);
                AddAndWake(shared + Gate);
                WaitUntil(shared + Left, 1);
                child.WaitForExit();
                Expect(child.ExitCode, 0);
            }
        });
        Point("close, delete", () =>
        {
            Expect(Shm.List().Contains(name), true);
            Expect(Mapped(name), true);
            Shm.Unmap(address, Size);
            Expect(Mapped(name), false);
            Shm.Close(fd);
            // Closed, or by now the number of a file that another thread of the runtime has opened: so it is not closed again.
            string closed = ErrorName(() => Expect(Shm.DeleteIfSame(name, fd), false));
            Expect(closed == "EBADF" || closed == "no error", true);
            Shm.Delete(name);
            Expect(ErrorName(() => Shm.Delete(name)), "ENOENT");
        });
        Console.WriteLine("1.." + number);
        return failures;
    }

    // The receiver of the descriptor: add one to the number at the start of the object.
    static void Receive(int socket)
    {
        int fd = Shm.Receive(socket);
        long address = Map(fd, 8);
        var number = new IntPtr(address);
        Marshal.WriteInt64(number, Marshal.ReadInt64(number) + 1);
        Shm.Unmap(address, 8);
        Shm.Close(fd);
    }

    static void PutRecord(int fd, int slot, long offset)
    {
        long address = Shm.Map(fd, Record, offset: offset);
        var record = new IntPtr(address);
        Marshal.WriteInt64(record, -9007199254740993 - slot);
        Marshal.WriteInt32(record, 8, -1 - slot);
        byte[] text = Encoding.UTF8.GetBytes("csharp grüßt");
        Marshal.Copy(text, 0, record + 16, text.Length);
        for (int i = 0; i < 64; i++)
            Marshal.WriteByte(record, 64 + i, (byte)(slot * 31 + i * 7));
        Shm.Unmap(address, Record);
    }

    static void PrintRecord(long address, object slot)
    {
        var record = new IntPtr(address);
        int sum = Enumerable.Range(0, 64).Sum(i => (i + 1) * Marshal.ReadByte(record, 64 + i));
        Console.WriteLine($"{slot}\t{Marshal.ReadInt64(record)}\t{Marshal.ReadInt32(record, 8)}\t{sum}\t{Marshal.PtrToStringUTF8(record + 16)}");
    }

    // Write one's record into the object, and into an anonymous one that goes to the socket.
    static void Write(string name, int slot, int socket)
    {
        int fd = Open(name);
        PutRecord(fd, slot, slot * Record);
        Shm.Close(fd);
        int anonymous = Shm.OpenAnonymous(Direction.IO, Octal("600"));
        Shm.Truncate(anonymous, Record);
        PutRecord(anonymous, slot, 0);
        Shm.Send(socket, anonymous);
        Shm.Close(anonymous);
    }

    // Print every record of the object, then the one of the object that comes from the socket.
    static void Read(string name, int count, int socket)
    {
        int fd = Shm.Open(name).fd;
        long address = Shm.Map(fd, count * Record, Prot.Read);
        for (int slot = 0; slot < count; slot++)
            PrintRecord(address + slot * Record, slot);
        Shm.Unmap(address, count * Record);
        Shm.Close(fd);
        int received = Shm.Receive(socket);
        address = Shm.Map(received, Record, Prot.Read);
        PrintRecord(address, "received");
        Shm.Unmap(address, Record);
        Shm.Close(received);
    }

    // Message N of an exchange is N * Step bytes of a pattern, from byte N of it.
    const int Capacity = (int)RingSize.CapacityMin, Ring = (int)RingSize.HeaderSize + Capacity;
    const int Messages = 41, Step = 51, Longest = 2040;

    static void Join(long from, long to)
    {
        Shm.RingJoin(to, Capacity, RingRole.Sender);
        Shm.RingJoin(from, Capacity, RingRole.Receiver);
    }

    // Send each message, and receive it back. How many are equal.
    static int Talk(long there, long back)
    {
        byte[] pattern = Enumerable.Range(0, Longest + Messages).Select(i => (byte)(i * 7)).ToArray();
        var buffer = new byte[Longest];
        int good = 0;
        Join(back, there);
        for (int n = 0; n < Messages; n++)
        {
            byte[] message = pattern.Skip(n).Take(n * Step).ToArray();
            Shm.RingSend(there, Capacity, message, Long);
            int length = (int)Shm.RingReceive(back, Capacity, buffer, Long);
            if (buffer.Take(length).SequenceEqual(message))
                good++;
        }
        Shm.RingLeave(there, Capacity, RingRole.Sender);
        Expect(ErrorName(() => Shm.RingReceive(back, Capacity, buffer, Long)), "ENODATA");
        Shm.RingLeave(back, Capacity, RingRole.Receiver);
        return good;
    }

    // Send back one message, from one ring into the other.
    static void SendBack(long there, long back)
    {
        var message = Shm.RingPeek(there, Capacity, Long);
        var bytes = new byte[message.length];
        Marshal.Copy(new IntPtr(message.at), bytes, 0, bytes.Length);
        Marshal.Copy(bytes, 0, new IntPtr(Shm.RingReserve(back, Capacity, bytes.Length, Long)), bytes.Length);
        Shm.RingCommit(back, Capacity, bytes.Length);
        Shm.RingRelease(there, Capacity);
    }

    // Until the sender leaves.
    static void Serve(long there, long back)
    {
        Join(there, back);
        string ended;
        do ended = ErrorName(() => SendBack(there, back)); while (ended == "no error");
        Expect(ended, "ENODATA");
        Shm.RingLeave(back, Capacity, RingRole.Sender);
        Shm.RingLeave(there, Capacity, RingRole.Receiver);
    }

    // Talk to all others, and serve each of them, sender after sender.
    static void Exchange(string name, int slot, int count)
    {
        int fd = Open(name);
        long size = 2L * count * count * Ring;
        long rings = Map(fd, size);
        for (int pair = 0; pair < count * count; pair++)
        {
            int sender = pair / count, receiver = pair % count;
            long there = rings + 2L * pair * Ring;
            if (sender == receiver)
                continue;
            if (sender == slot)
                Console.WriteLine($"{receiver}\t{Talk(there, there + Ring)}");
            if (receiver == slot)
                Serve(there, there + Ring);
        }
        Shm.Unmap(rings, size);
        Shm.Close(fd);
    }

    static int Main(string[] arguments)
    {
        switch (arguments[0])
        {
            case "scenario": return Run(arguments[1]);
            case "receive": Receive(int.Parse(arguments[1])); return 0;
            case "count": Count(arguments[1], long.Parse(arguments[2])); return 0;
            case "exchange": Exchange(arguments[1], int.Parse(arguments[2]), int.Parse(arguments[3])); return 0;
            case "write": Write(arguments[1], int.Parse(arguments[2]), int.Parse(arguments[3])); return 0;
            case "read": Read(arguments[1], int.Parse(arguments[2]), int.Parse(arguments[3])); return 0;
            default: return 2;
        }
    }
}

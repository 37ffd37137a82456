// SPDX-License-Identifier: BSD-3-Clause
//! The common scenario in Rust, with the generated crate.
use posix_shm::*;
use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::io::{AsFd, AsRawFd, BorrowedFd, OwnedFd};
use std::process::Command;
use std::time::Duration;
use std::{env, fs, thread};

type Outcome<T = ()> = std::result::Result<T, Box<dyn std::error::Error>>;

const SIZE: i64 = 32768;
const TURNS: i64 = 1000;
// A record: int64, int32, 4 bytes unused, 48 bytes of text, 64 bytes of pattern.
const RECORD: i64 = 128;
// What two processes share: where it begins in the object of the scenario, and what is where: a lock, what it guards, and words.
const SHARED: i64 = 8192;
const LOCK: i64 = 0;
const GUARDED: i64 = 8;
const ATOMIC: i64 = 16;
const ARRIVED: i64 = 20;
const BESIDE: i64 = 24;
const DONE: i64 = 28;
const GATE: i64 = 32;
const LEFT: i64 = 36;
const LONG: Option<Duration> = Some(Duration::from_secs(600));

macro_rules! expect {
    ($got:expr, $wanted:expr) => {
        match (&$got, &$wanted) {
            (got, wanted) if got == wanted => (),
            (got, wanted) => return Err(format!("line {}: {:?} instead of {:?}", line!(), got, wanted).into()),
        }
    };
}

fn error_name<T>(result: Result<T>) -> String {
    result.err().map_or("no error".into(), |error| error.name().into())
}

fn map_object(fd: impl AsFd, length: i64) -> Result<i64> {
    map(fd.as_fd(), length, Prot::READ | Prot::WRITE, MapFlag::SHARED, 0)
}

/// The bytes of a mapping. Nothing else may change them meanwhile.
unsafe fn bytes<'a>(address: i64, length: usize) -> &'a mut [u8] {
    std::slice::from_raw_parts_mut(pointer(address), length)
}

fn mapped(name: &str) -> bool {
    fs::read_to_string("/proc/self/maps").unwrap().contains(name)
}

fn stat(fd: impl AsFd) -> Outcome<[i64; 16]> {
    let mut fields = [0; 16];
    expect!(fstat(fd, &mut fields)?, 16);
    Ok(fields)
}

/// A handler of a signal has run: call again.
fn again<T>(call: impl Fn() -> Result<T>) -> Result<T> {
    loop {
        match call() {
            Err(error) if error.name() == "EINTR" => continue,
            result => return result,
        }
    }
}

unsafe fn acquire(lock: i64) -> Result<bool> {
    again(|| lock_acquire(lock, LONG))
}

unsafe fn add_and_wake(word: i64) -> Result<()> {
    atomic_update32(word, Update::Add, 1)?;
    atomic_wake(word, i32::MAX)
}

unsafe fn wait_until(word: i64, value: i64) -> Result<()> {
    loop {
        let now = atomic_load32(word)?;
        if now == value {
            return Ok(());
        }
        again(|| atomic_wait(word, now, LONG))?;
    }
}

unsafe fn take_turns(shared: i64) -> Outcome {
    let guarded: *mut i64 = pointer(shared + GUARDED);
    for _ in 0..TURNS {
        expect!(acquire(shared + LOCK)?, false);
        *guarded += 1;
        lock_release(shared + LOCK)?;
        atomic_update32(shared + ATOMIC, Update::Add, 1)?;
    }
    Ok(())
}

/// Wait for the lock that another process holds, while a thread of this one runs; count beside it; wait for its leave.
unsafe fn count(name: &str, offset: i64) -> Outcome {
    let (fd, _) = open(name, Direction::Io, IfExists::Default, IfDoesNotExist::Error, Mode(0))?;
    let address = map_object(&fd, SHARED + 64)?;
    let shared = address + offset;
    add_and_wake(shared + ARRIVED)?;
    let beside = thread::spawn(move || add_and_wake(shared + BESIDE));
    expect!(acquire(shared + LOCK)?, false);
    lock_release(shared + LOCK)?;
    beside.join().unwrap()?;
    take_turns(shared)?;
    add_and_wake(shared + DONE)?;
    wait_until(shared + GATE, 1)?;
    add_and_wake(shared + LEFT)?;
    unmap(address, SHARED + 64)?;
    Ok(close(fd)?)
}

struct Scenario {
    name: String,
    fd: Option<OwnedFd>,
    address: i64,
}

impl Scenario {
    fn consumer() -> Command {
        Command::new(env::var_os("POSIX_SHM_CONSUMER").unwrap())
    }

    fn fd(&self) -> &OwnedFd {
        self.fd.as_ref().unwrap()
    }

    fn open_exclusively(&self) -> Result<(OwnedFd, bool)> {
        open(&self.name, Direction::Io, IfExists::Error, IfDoesNotExist::Create, Mode(0o600))
    }

    fn load(&mut self) -> Outcome {
        expect!(version() >= VERSION, true);
        let text = format!("{}.{}.{}", version() / 1000000, version() / 1000 % 1000, version() % 1000);
        expect!(version_string(), text);
        Ok(())
    }

    fn open(&mut self) -> Outcome {
        let (fd, created) = self.open_exclusively()?;
        expect!(created, true);
        self.fd = Some(fd);
        Ok(())
    }

    fn open_again(&mut self) -> Outcome {
        let error = self.open_exclusively().unwrap_err();
        expect!(error.name(), "EEXIST");
        expect!(error.kind(), std::io::ErrorKind::AlreadyExists);
        expect!(error.raw_os_error(), errno());
        Ok(())
    }

    fn map(&mut self) -> Outcome {
        truncate(self.fd(), SIZE)?;
        allocate(self.fd(), SIZE / 2)?;
        self.address = map_object(self.fd(), SIZE)?;
        Ok(())
    }

    fn copy(&mut self) -> Outcome {
        let pattern: Vec<u8> = (0..256).map(|i| (i * 7) as u8).collect();
        unsafe { bytes(self.address + 4096, 256) }.copy_from_slice(&pattern);
        let mut buffer = [0; 256];
        expect!(read(self.fd(), &mut buffer, 4096)?, 256);
        expect!(buffer[..], pattern[..]);
        expect!(write(self.fd(), b"hello", 100)?, 5);
        expect!(unsafe { bytes(self.address + 100, 5) }, b"hello");
        expect!(read(self.fd(), &mut buffer, SIZE - 100)?, 100);
        expect!(read(self.fd(), &mut [], 0)?, 0);
        Ok(())
    }

    fn describe(&mut self) -> Outcome {
        let fields = stat(self.fd())?;
        expect!(fields[STAT_SIZE as usize], SIZE);
        expect!(fields[STAT_MODE as usize], 0o600);
        expect!(fields[STAT_NLINK as usize], 1);
        expect!(fields[STAT_BLOCKS as usize] >= SIZE / 2 / 512, true);
        Ok(())
    }

    fn parse(&mut self) -> Outcome {
        let keywords = "user-read user-write group-read";
        expect!(flags_parse(Kind::Mode, keywords)?, 0o640);
        expect!(flags_format(Kind::Mode, 0o640)?, keywords);
        expect!(error_name(flags_parse(Kind::Mode, "user-fly")), "EINVAL");
        Ok(())
    }

    fn enumerate(&mut self) -> Outcome {
        let count = constant_count();
        expect!(count > 50, true);
        for index in 0..count {
            expect!(constant(&constant_name(index).unwrap())?, constant_value(index)?);
        }
        expect!(constant("PSHM_MAP_SHARED")?, MapFlag::SHARED.0);
        expect!(constant("PSHM_MAP_SHARED")?, sys::PSHM_MAP_SHARED);
        expect!(constant_name(count), None);
        Ok(())
    }

    fn fail(&mut self) -> Outcome {
        let missing = open(&(self.name.clone() + "-none"), Direction::Input, IfExists::Default, IfDoesNotExist::Default, Mode(0));
        expect!(error_name(missing), "ENOENT");
        expect!(error_name(delete("noslash")), "EINVAL");
        expect!(error_name(delete(&format!("{}\0/x", self.name))), "EINVAL");
        expect!(error_name(map_object(self.fd(), -1)), "EINVAL");
        expect!(error_name_of(errno()), "EINVAL");
        const NOT_FOUND: Error = Error::from_raw_os_error(2);
        expect!(matches!(delete(self.name.clone() + "-none"), Err(NOT_FOUND)), true);
        Ok(())
    }

    fn anonymous(&mut self) -> Outcome {
        let anonymous = open_anonymous(Direction::Io, Mode(0o640), AnonymousFlag::default())?;
        let fields = stat(&anonymous)?;
        expect!(fields[STAT_NLINK as usize], 0);
        expect!(fields[STAT_MODE as usize], 0o640);
        seal(&anonymous, SealFlag::GROW | SealFlag::SHRINK)?;
        expect!(seals(&anonymous)?.contains(SealFlag::GROW), true);
        let number = anonymous.as_raw_fd();
        drop(anonymous);
        expect!(error_name(check(unsafe { sys::pshm_close(number) })), "EBADF");
        let memory = map(None, SIZE, Prot::READ, MapFlag::PRIVATE | MapFlag::ANONYMOUS, 0)?;
        Ok(unsafe { unmap(memory, SIZE) }?)
    }

    fn pass_descriptor(&mut self) -> Outcome {
        let (here, there) = socketpair()?;
        let number: *mut i64 = pointer(self.address);
        unsafe { *number = 9007199254740992 };
        send(&here, self.fd(), None)?;
        set_inheritable(&there, true)?;
        expect!(Self::consumer().args(["receive", &there.as_raw_fd().to_string()]).status()?.success(), true);
        expect!(unsafe { *number }, 9007199254740993);
        close(here)?;
        Ok(close(there)?)
    }

    fn count(&mut self) -> Outcome {
        let shared = self.address + SHARED;
        unsafe {
            expect!(lock_acquire(shared + LOCK, Some(Duration::MAX))?, false);
            expect!(error_name(lock_acquire(shared + LOCK, Some(Duration::ZERO))), "EAGAIN");
            let mut child = Self::consumer().args(["count", &self.name, &SHARED.to_string()]).spawn()?;
            wait_until(shared + ARRIVED, 1)?;
            wait_until(shared + BESIDE, 1)?;
            lock_release(shared + LOCK)?;
            take_turns(shared)?;
            wait_until(shared + DONE, 1)?;
            expect!(*pointer::<i64>(shared + GUARDED), 2 * TURNS);
            expect!(atomic_load32(shared + ATOMIC)?, 2 * TURNS);
            add_and_wake(shared + GATE)?;
            wait_until(shared + LEFT, 1)?;
            expect!(child.wait()?.success(), true);
        }
        Ok(())
    }

    fn close(&mut self) -> Outcome {
        expect!(list()?.contains(&OsString::from(&self.name)), true);
        let mut latin = OsString::from(&self.name);
        latin.push(OsStr::from_bytes(b"-gr\xfc\xdf"));
        open(&latin, Direction::Io, IfExists::Error, IfDoesNotExist::Create, Mode(0o600))?;
        expect!(list()?.contains(&latin), true);
        delete(&latin)?;
        expect!(list()?.contains(&latin), false);
        expect!(mapped(&self.name), true);
        unsafe { unmap(self.address, SIZE) }?;
        expect!(mapped(&self.name), false);
        let fd = self.fd.take().unwrap();
        let number = fd.as_raw_fd();
        close(fd)?;
        expect!(error_name(check(unsafe { sys::pshm_close(number) })), "EBADF");
        delete(&self.name)?;
        expect!(error_name(delete(&self.name)), "ENOENT");
        Ok(())
    }

    fn run(&mut self) -> Outcome {
        type Point = (&'static str, fn(&mut Scenario) -> Outcome);
        let points: [Point; 13] = [
            ("load the library and check its version", Self::load),
            ("open exclusively", Self::open),
            ("be told by name that it exists", Self::open_again),
            ("size, allocate, map", Self::map),
            ("write a pattern, read it back through pshm_read", Self::copy),
            ("stat with named fields", Self::describe),
            ("parse a permission list", Self::parse),
            ("enumerate the constants", Self::enumerate),
            ("fail with the right error name", Self::fail),
            ("make an anonymous object", Self::anonymous),
            ("pass a descriptor to another process", Self::pass_descriptor),
            ("count with another process under a lock, and wake each other", Self::count),
            ("close, delete", Self::close),
        ];
        println!("1..{}", points.len());
        let mut failures = 0;
        for (number, (title, point)) in points.iter().enumerate() {
            let outcome = point(self);
            println!("{} {} - {}", if outcome.is_ok() { "ok" } else { "not ok" }, number + 1, title);
            if let Err(problem) = outcome {
                println!("# {}", problem);
                failures += 1;
            }
        }
        std::process::exit(failures);
    }
}

fn error_name_of(error: i32) -> String {
    posix_shm::error_name(error).into()
}

/// The receiver of the descriptor: add one to the number at the start of the object.
unsafe fn receive_number(socket: BorrowedFd) -> Outcome {
    let fd = receive(socket, None)?;
    let address = map_object(&fd, 8)?;
    *pointer::<i64>(address) += 1;
    unmap(address, 8)?;
    Ok(close(fd)?)
}

unsafe fn put_record(fd: &OwnedFd, slot: i64, offset: i64) -> Outcome {
    let address = map(fd.as_fd(), RECORD, Prot::READ | Prot::WRITE, MapFlag::SHARED, offset)?;
    let record = bytes(address, RECORD as usize);
    record[..8].copy_from_slice(&(-9007199254740993 - slot).to_ne_bytes());
    record[8..12].copy_from_slice(&(-1 - slot as i32).to_ne_bytes());
    let text = "rust grüßt".as_bytes();
    record[16..16 + text.len()].copy_from_slice(text);
    for i in 0..64 {
        record[64 + i] = (slot as usize * 31 + i * 7) as u8;
    }
    Ok(unmap(address, RECORD)?)
}

fn print_record(record: &[u8], slot: &str) {
    let number = i64::from_ne_bytes(record[..8].try_into().unwrap());
    let small = i32::from_ne_bytes(record[8..12].try_into().unwrap());
    let sum: u64 = record[64..128].iter().enumerate().map(|(i, &byte)| (i as u64 + 1) * u64::from(byte)).sum();
    let text = record[16..64].split(|&byte| byte == 0).next().unwrap();
    println!("{}\t{}\t{}\t{}\t{}", slot, number, small, sum, String::from_utf8_lossy(text));
}

/// Write one's record into the object, and into an anonymous one that goes to the socket.
unsafe fn write_record(name: &str, slot: i64, socket: BorrowedFd) -> Outcome {
    let (fd, _) = open(name, Direction::Io, IfExists::Default, IfDoesNotExist::Error, Mode(0))?;
    put_record(&fd, slot, slot * RECORD)?;
    close(fd)?;
    let anonymous = open_anonymous(Direction::Io, Mode(0o600), AnonymousFlag::default())?;
    truncate(&anonymous, RECORD)?;
    put_record(&anonymous, slot, 0)?;
    send(socket, &anonymous, None)?;
    Ok(close(anonymous)?)
}

/// Print every record of the object, then the one of the object that comes from the socket.
unsafe fn read_records(name: &str, count: i64, socket: BorrowedFd) -> Outcome {
    let (fd, _) = open(name, Direction::Input, IfExists::Default, IfDoesNotExist::Default, Mode(0))?;
    let address = map(fd.as_fd(), count * RECORD, Prot::READ, MapFlag::SHARED, 0)?;
    for slot in 0..count {
        print_record(bytes(address + slot * RECORD, RECORD as usize), &slot.to_string());
    }
    unmap(address, count * RECORD)?;
    close(fd)?;
    let received = receive(socket, None)?;
    let address = map(received.as_fd(), RECORD, Prot::READ, MapFlag::SHARED, 0)?;
    print_record(bytes(address, RECORD as usize), "received");
    unmap(address, RECORD)?;
    Ok(close(received)?)
}

// Message N of an exchange is N * STEP bytes of a pattern, from byte N of it.
const CAPACITY: i64 = RING_CAPACITY_MIN as i64;
const RING: i64 = RING_HEADER_SIZE as i64 + CAPACITY;
const MESSAGES: usize = 41;
const STEP: usize = 51;
const LONGEST: usize = 2040;

unsafe fn join(from: i64, to: i64) -> Result<()> {
    ring_join(to, CAPACITY, RingRole::Sender)?;
    ring_join(from, CAPACITY, RingRole::Receiver).map(|_| ())
}

/// Send each message, and receive it back. How many are equal.
unsafe fn talk(there: i64, back: i64) -> Outcome<usize> {
    let pattern: Vec<u8> = (0..LONGEST + MESSAGES).map(|i| (i * 7) as u8).collect();
    let mut buffer = [0; LONGEST];
    let mut good = 0;
    join(back, there)?;
    for n in 0..MESSAGES {
        let message = &pattern[n..n + n * STEP];
        again(|| ring_send(there, CAPACITY, message, LONG))?;
        let length = loop {
            match ring_receive(back, CAPACITY, &mut buffer, LONG) {
                Err(error) if error.name() == "EINTR" => continue,
                length => break length? as usize,
            }
        };
        good += usize::from(buffer[..length] == *message);
    }
    ring_leave(there, CAPACITY, RingRole::Sender)?;
    expect!(error_name(again(|| ring_peek(back, CAPACITY, LONG))), "ENODATA");
    ring_leave(back, CAPACITY, RingRole::Receiver)?;
    Ok(good)
}

/// Send back each message, from one ring into the other, until the sender leaves.
unsafe fn serve(there: i64, back: i64) -> Outcome {
    join(there, back)?;
    loop {
        let (message, length) = match again(|| ring_peek(there, CAPACITY, LONG)) {
            Err(error) if error.name() == "ENODATA" => break,
            found => found?,
        };
        let copy = again(|| ring_reserve(back, CAPACITY, length, LONG))?;
        pointer::<u8>(copy).copy_from_nonoverlapping(pointer(message), length as usize);
        ring_commit(back, CAPACITY, length)?;
        ring_release(there, CAPACITY)?;
    }
    ring_leave(back, CAPACITY, RingRole::Sender)?;
    Ok(ring_leave(there, CAPACITY, RingRole::Receiver)?)
}

/// Talk to all others, and serve each of them, sender after sender.
unsafe fn exchange(name: &str, slot: i64, count: i64) -> Outcome {
    let size = 2 * count * count * RING;
    let (fd, _) = open(name, Direction::Io, IfExists::Default, IfDoesNotExist::Error, Mode(0))?;
    let rings = map_object(&fd, size)?;
    for sender in 0..count {
        for receiver in (0..count).filter(|&receiver| receiver != sender) {
            let there = rings + 2 * (sender * count + receiver) * RING;
            if sender == slot {
                println!("{}\t{}", receiver, talk(there, there + RING)?);
            }
            if receiver == slot {
                serve(there, there + RING)?;
            }
        }
    }
    unmap(rings, size)?;
    Ok(close(fd)?)
}

/// A descriptor that this process has inherited.
unsafe fn borrowed(number: &str) -> Outcome<BorrowedFd<'static>> {
    Ok(BorrowedFd::borrow_raw(number.parse()?))
}

fn main() -> Outcome {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    unsafe {
        match arguments[..] {
            ["scenario", name] => Scenario { name: name.into(), fd: None, address: 0 }.run(),
            ["receive", socket] => receive_number(borrowed(socket)?),
            ["count", name, offset] => count(name, offset.parse()?),
            ["exchange", name, slot, count] => exchange(name, slot.parse()?, count.parse()?),
            ["write", name, slot, socket] => write_record(name, slot.parse()?, borrowed(socket)?),
            ["read", name, count, socket] => read_records(name, count.parse()?, borrowed(socket)?),
            _ => std::process::exit(2),
        }
    }
}

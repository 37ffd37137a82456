// SPDX-License-Identifier: BSD-3-Clause

// The common scenario in Go, with the generated module.
package main

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"reflect"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"time"
	"unsafe"

	shm "git.sr.ht/~shunter/posix-shm/shim/bindings/go"
)

const (
	size      = 32768
	turns     = 1000
	readWrite = shm.ProtRead | shm.ProtWrite
	// A record: int64, int32, 4 bytes unused, 48 bytes of text, 64 bytes of pattern.
	record = 128
	// What two processes share: where it begins in the object of the scenario, and what is where: a lock, what it guards, and words.
	shared  = 8192
	lock    = 0
	guarded = 8
	atomic  = 16
	arrived = 20
	beside  = 24
	done    = 28
	gate    = 32
	left    = 36
	long    = 600 * time.Second
	all     = 1<<31 - 1
)

// A step that fails panics, and its point is not ok.
func check(err error) {
	if err != nil {
		panic(err)
	}
}

func must[T any](value T, err error) T {
	check(err)
	return value
}

func expect(got, wanted any) {
	if !reflect.DeepEqual(got, wanted) {
		_, _, line, _ := runtime.Caller(1)
		panic(fmt.Sprintf("line %d: %v instead of %v", line, got, wanted))
	}
}

func errorName(err error) string {
	var failed *shm.Error
	if errors.As(err, &failed) {
		return failed.Name()
	}
	return "no error of the library"
}

func mapObject(fd int, length int64) int64 {
	return must(shm.Map(fd, length, readWrite, shm.MapShared, 0))
}

func mapped(name string) bool {
	return strings.Contains(string(must(os.ReadFile("/proc/self/maps"))), name)
}

func stat(fd int) []int64 {
	fields := make([]int64, 16)
	expect(must(shm.Fstat(fd, fields)), int32(16))
	return fields
}

func number(address int64) *int64 {
	return (*int64)(unsafe.Pointer(&shm.Memory(address, 8)[0]))
}

func acquire(address int64) {
	expect(must(shm.LockAcquire(address, long)), false)
}

func addAndWake(word int64) {
	must(shm.AtomicUpdate32(word, shm.AtomicAdd, 1))
	check(shm.AtomicWake(word, all))
}

func waitUntil(word, value int64) {
	for {
		now := must(shm.AtomicLoad32(word))
		if now == value {
			return
		}
		check(shm.AtomicWait(word, now, long))
	}
}

func takeTurns(address int64) {
	number := number(address + guarded)
	for i := 0; i < turns; i++ {
		acquire(address + lock)
		*number++
		check(shm.LockRelease(address + lock))
		must(shm.AtomicUpdate32(address+atomic, shm.AtomicAdd, 1))
	}
}

func open(name string) int {
	fd, _, err := shm.Open(name, shm.DirectionIO, 0, shm.IfDoesNotExistError, 0)
	check(err)
	return fd
}

// Wait for the lock that another process holds, while a goroutine of this one runs; count beside it; wait for its leave.
// A signal for the process goes to its first thread, which waits: the wait must go on.
func count(name string, offset int64) {
	runtime.LockOSThread()
	runtime.GOMAXPROCS(1)
	fd := open(name)
	address := mapObject(fd, shared+64)
	memory := address + offset
	addAndWake(memory + arrived)
	go func() {
		runtime.GC()
		time.Sleep(50 * time.Millisecond)
		check(syscall.Kill(os.Getpid(), syscall.SIGURG))
		addAndWake(memory + beside)
	}()
	acquire(memory + lock)
	check(shm.LockRelease(memory + lock))
	takeTurns(memory)
	addAndWake(memory + done)
	waitUntil(memory+gate, 1)
	addAndWake(memory + left)
	check(shm.Unmap(address, shared+64))
	check(shm.Close(fd))
}

func consumer(arguments ...string) *exec.Cmd {
	command := exec.Command(os.Getenv("POSIX_SHM_CONSUMER"), arguments...)
	command.Stdout, command.Stderr = os.Stdout, os.Stderr
	return command
}

// With an error a descriptor is -1, and every other result is zero.
func failWithoutResults(name string) {
	fd, created, err := shm.Open(name+"-none", shm.DirectionInput, 0, 0, 0)
	expect([]any{fd, created, errorName(err)}, []any{-1, false, "ENOENT"})
	fd, _, err = shm.Open(name+"\x00", shm.DirectionInput, 0, 0, 0)
	expect([]any{fd, errorName(err)}, []any{-1, "EINVAL"})
	fd, err = shm.Dup(-1)
	expect([]any{fd, errorName(err)}, []any{-1, "EBADF"})
	address, err := shm.Map(-1, 0, 0, 0, 0)
	expect([]any{address, errorName(err)}, []any{int64(0), "EINVAL"})
	alive, err := shm.ProcessAlive(-5)
	expect([]any{alive, errorName(err)}, []any{false, "EINVAL"})
	died, err := shm.LockAcquire(1, 0)
	expect([]any{died, errorName(err)}, []any{false, "EINVAL"})
	died, err = shm.RingJoin(1, capacity, shm.RingSender)
	expect([]any{died, errorName(err)}, []any{false, "EINVAL"})
}

type point struct {
	title string
	run   func()
}

func scenario(name string) {
	var fd int
	var address int64
	openExclusively := func() (int, bool, error) {
		return shm.Open(name, shm.DirectionIO, shm.IfExistsError, shm.IfDoesNotExistCreate, 0600)
	}
	points := []point{
		{"load the library and check its version", func() {
			version := shm.Version()
			expect(version >= shm.DeclaredVersion, true)
			expect(shm.VersionString(), fmt.Sprintf("%d.%d.%d", version/1000000, version/1000%1000, version%1000))
		}},
		{"open exclusively", func() {
			var created bool
			var err error
			fd, created, err = openExclusively()
			check(err)
			expect(created, true)
		}},
		{"be told by name that it exists", func() {
			_, _, err := openExclusively()
			expect(errorName(err), "EEXIST")
			expect(errors.Is(err, fs.ErrExist), true)
			expect(errors.Is(err, syscall.EEXIST), true)
			expect(err.Error(), "pshm_open: "+shm.Strerror(int32(syscall.EEXIST)))
		}},
		{"size, allocate, map", func() {
			check(shm.Truncate(fd, size))
			check(shm.Allocate(fd, size/2))
			address = mapObject(fd, size)
		}},
		{"write a pattern, read it back through pshm_read", func() {
			memory := shm.Memory(address, size)
			for i := 0; i < 256; i++ {
				memory[4096+i] = byte(i * 7)
			}
			buffer := make([]byte, 256)
			expect(must(shm.Read(fd, buffer, 4096)), int64(256))
			expect(buffer, memory[4096:4352])
			expect(must(shm.Write(fd, []byte("hello"), 100)), int64(5))
			expect(string(memory[100:105]), "hello")
			expect(must(shm.Read(fd, buffer, size-100)), int64(100))
			expect(must(shm.Read(fd, nil, 0)), int64(0))
			beside := &struct {
				pointer *int
				bytes   [5]byte
			}{pointer: new(int)}
			expect(must(shm.Read(fd, beside.bytes[:], 100)), int64(5))
			expect(must(shm.Write(fd, beside.bytes[:], 200)), int64(5))
			expect(string(memory[200:205]), "hello")
		}},
		{"stat with named fields", func() {
			fields := stat(fd)
			expect(fields[shm.StatSize], int64(size))
			expect(fields[shm.StatMode], int64(0600))
			expect(fields[shm.StatNlink], int64(1))
			expect(fields[shm.StatBlocks] >= size/2/512, true)
		}},
		{"parse a permission list", func() {
			keywords := "user-read user-write group-read"
			expect(must(shm.FlagsParse(shm.KindMode, keywords)), int32(0640))
			expect(must(shm.FlagsFormat(shm.KindMode, 0640)), keywords)
			_, err := shm.FlagsParse(shm.KindMode, "user-fly")
			expect(errorName(err), "EINVAL")
		}},
		{"enumerate the constants", func() {
			count := shm.ConstantCount()
			expect(count > 50, true)
			for i := int32(0); i < count; i++ {
				expect(must(shm.Constant(shm.ConstantName(i))), must(shm.ConstantValue(i)))
			}
			expect(must(shm.Constant("PSHM_MAP_SHARED")), int32(shm.MapShared))
			expect(shm.ConstantName(count), "")
		}},
		{"fail with the right error name", func() {
			_, _, err := shm.Open(name+"-none", shm.DirectionInput, 0, 0, 0)
			expect(errorName(err), "ENOENT")
			expect(errorName(shm.Delete("noslash")), "EINVAL")
			expect(errorName(shm.Delete(name+"\x00/x")), "EINVAL")
			_, err = shm.Map(fd, -1, readWrite, shm.MapShared, 0)
			expect(errorName(err), "EINVAL")
			expect(errors.Is(err, syscall.EINVAL), true)
			expect(errorName(shm.Truncate(fd+1<<32, 0)), "EBADF")
			expect(errorName(shm.Close(fd+1<<32)), "EBADF")
			failWithoutResults(name)
		}},
		{"make an anonymous object", func() {
			anonymous := must(shm.OpenAnonymous(shm.DirectionIO, 0640, 0))
			check(shm.Seal(anonymous, shm.SealGrow|shm.SealShrink))
			expect(must(shm.Seals(anonymous))&shm.SealGrow, shm.SealGrow)
			fields := stat(anonymous)
			expect(fields[shm.StatNlink], int64(0))
			expect(fields[shm.StatMode], int64(0640))
			check(shm.Close(anonymous))
		}},
		{"pass a descriptor to another process", func() {
			here, there, err := shm.Socketpair()
			check(err)
			*number(address) = 9007199254740992
			check(shm.Send(here, fd, shm.Forever))
			check(shm.SetInheritable(there, true))
			check(consumer("receive", strconv.Itoa(there)).Run())
			expect(*number(address), int64(9007199254740993))
			check(shm.Close(here))
			check(shm.Close(there))
		}},
		{"count with another process under a lock, and wake each other", func() {
			memory := address + shared
			expect(must(shm.LockAcquire(memory+lock, shm.Forever)), false)
			_, late := shm.LockAcquire(memory+lock, time.Until(time.Now().Add(-time.Second)))
			expect(errorName(late), "EAGAIN")
			expect(os.IsTimeout(late), true)
			expect(errorName(shm.AtomicWait(memory+gate, 0, -1)), "EAGAIN")
			child := consumer("count", name, strconv.Itoa(shared))
			check(child.Start())
			waitUntil(memory+arrived, 1)
			waitUntil(memory+beside, 1)
			check(shm.LockRelease(memory + lock))
			takeTurns(memory)
			waitUntil(memory+done, 1)
			expect(*number(memory + guarded), int64(2*turns))
			expect(must(shm.AtomicLoad32(memory+atomic)), int64(2*turns))
			addAndWake(memory + gate)
			waitUntil(memory+left, 1)
			check(child.Wait())
		}},
		{"close, delete", func() {
			found := false
			for _, other := range must(shm.List()) {
				found = found || other == name
			}
			expect(found, true)
			expect(mapped(name), true)
			check(shm.Unmap(address, size))
			expect(mapped(name), false)
			check(shm.Close(fd))
			expect(errorName(shm.Close(fd)), "EBADF")
			check(shm.Delete(name))
			expect(errorName(shm.Delete(name)), "ENOENT")
		}},
	}
	failures := 0
	fmt.Printf("1..%d\n", len(points))
	for i, point := range points {
		problem := attempt(point.run)
		if problem == nil {
			fmt.Printf("ok %d - %s\n", i+1, point.title)
		} else {
			fmt.Printf("not ok %d - %s\n# %v\n", i+1, point.title, problem)
			failures++
		}
	}
	os.Exit(failures)
}

func attempt(run func()) (problem any) {
	defer func() { problem = recover() }()
	run()
	return
}

// The receiver of the descriptor: add one to the number at the start of the object.
func receive(socket int) {
	fd := must(shm.Receive(socket, shm.Forever))
	address := mapObject(fd, 8)
	*number(address)++
	check(shm.Unmap(address, 8))
	check(shm.Close(fd))
}

func putRecord(fd, slot int, offset int64) {
	address := must(shm.Map(fd, record, readWrite, shm.MapShared, offset))
	memory := shm.Memory(address, record)
	binary.LittleEndian.PutUint64(memory, uint64(-9007199254740993-int64(slot)))
	binary.LittleEndian.PutUint32(memory[8:], uint32(-1-slot))
	copy(memory[16:], "go grüßt")
	for i := 0; i < 64; i++ {
		memory[64+i] = byte(slot*31 + i*7)
	}
	check(shm.Unmap(address, record))
}

func printRecord(memory []byte, slot any) {
	sum := 0
	for i := 0; i < 64; i++ {
		sum += (i + 1) * int(memory[64+i])
	}
	text, _, _ := bytes.Cut(memory[16:64], []byte{0})
	fmt.Printf("%v\t%d\t%d\t%d\t%s\n", slot, int64(binary.LittleEndian.Uint64(memory)), int32(binary.LittleEndian.Uint32(memory[8:])), sum, text)
}

// Write one's record into the object, and into an anonymous one that goes to the socket.
func write(name string, slot, socket int) {
	fd := open(name)
	putRecord(fd, slot, int64(slot)*record)
	check(shm.Close(fd))
	anonymous := must(shm.OpenAnonymous(shm.DirectionIO, 0600, 0))
	check(shm.Truncate(anonymous, record))
	putRecord(anonymous, slot, 0)
	check(shm.Send(socket, anonymous, shm.Forever))
	check(shm.Close(anonymous))
}

// Print every record of the object, then the one of the object that comes from the socket.
func read(name string, count, socket int) {
	fd, _, err := shm.Open(name, shm.DirectionInput, 0, 0, 0)
	check(err)
	length := int64(count) * record
	address := must(shm.Map(fd, length, shm.ProtRead, shm.MapShared, 0))
	for slot := 0; slot < count; slot++ {
		printRecord(shm.Memory(address+int64(slot)*record, record), slot)
	}
	check(shm.Unmap(address, length))
	check(shm.Close(fd))
	received := must(shm.Receive(socket, shm.Forever))
	address = must(shm.Map(received, record, shm.ProtRead, shm.MapShared, 0))
	printRecord(shm.Memory(address, record), "received")
	check(shm.Unmap(address, record))
	check(shm.Close(received))
}

// Message N of an exchange is N * step bytes of a pattern, from byte N of it.
const (
	capacity = shm.RingCapacityMin
	ring     = shm.RingHeaderSize + capacity
	messages = 41
	step     = 51
	longest  = 2040
)

func join(from, to int64) {
	must(shm.RingJoin(to, capacity, shm.RingSender))
	must(shm.RingJoin(from, capacity, shm.RingReceiver))
}

// Send each message, and receive it back. How many are equal.
func talk(there, back int64) (good int) {
	pattern := make([]byte, longest+messages)
	for i := range pattern {
		pattern[i] = byte(i * 7)
	}
	buffer := make([]byte, longest)
	join(back, there)
	for n := 0; n < messages; n++ {
		message := pattern[n : n+n*step]
		check(shm.RingSend(there, capacity, message, long))
		length := must(shm.RingReceive(back, capacity, buffer, long))
		if bytes.Equal(buffer[:length], message) {
			good++
		}
	}
	check(shm.RingLeave(there, capacity, shm.RingSender))
	_, err := shm.RingReceive(back, capacity, buffer, long)
	expect(errorName(err), "ENODATA")
	check(shm.RingLeave(back, capacity, shm.RingReceiver))
	return
}

// Send back each message, from one ring into the other, until the sender leaves.
func serve(there, back int64) {
	join(there, back)
	for {
		message, length, err := shm.RingPeek(there, capacity, long)
		if errors.Is(err, syscall.ENODATA) {
			break
		}
		check(err)
		place := must(shm.RingReserve(back, capacity, length, long))
		copy(shm.Memory(place, length), shm.Memory(message, length))
		check(shm.RingCommit(back, capacity, length))
		check(shm.RingRelease(there, capacity))
	}
	check(shm.RingLeave(back, capacity, shm.RingSender))
	check(shm.RingLeave(there, capacity, shm.RingReceiver))
}

// Talk to all others, and serve each of them, sender after sender.
func exchange(name string, slot, count int) {
	fd := open(name)
	size := int64(2 * count * count * ring)
	rings := mapObject(fd, size)
	for sender := 0; sender < count; sender++ {
		for receiver := 0; receiver < count; receiver++ {
			there := rings + int64(2*(sender*count+receiver)*ring)
			switch {
			case sender == receiver:
			case sender == slot:
				fmt.Printf("%d\t%d\n", receiver, talk(there, there+ring))
			case receiver == slot:
				serve(there, there+ring)
			}
		}
	}
	check(shm.Unmap(rings, size))
	check(shm.Close(fd))
}

func main() {
	integer := func(i int) int { return must(strconv.Atoi(os.Args[i])) }
	switch os.Args[1] {
	case "scenario":
		scenario(os.Args[2])
	case "receive":
		receive(integer(2))
	case "count":
		count(os.Args[2], int64(integer(3)))
	case "exchange":
		exchange(os.Args[2], integer(3), integer(4))
	case "write":
		write(os.Args[2], integer(3), integer(4))
	case "read":
		read(os.Args[2], integer(3), integer(4))
	default:
		os.Exit(2)
	}
}

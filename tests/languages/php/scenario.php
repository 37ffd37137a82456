<?php
// SPDX-License-Identifier: BSD-3-Clause
// The common scenario in PHP; posix_shm.php makes the binding from the JSON of the ABI.
declare(strict_types=1);

require 'posix_shm.php';

const SIZE = 32768;
const READ_WRITE = PSHM_PROT_READ | PSHM_PROT_WRITE;

// What two processes share: where it begins in the object of the scenario, and what is where: a lock, what it guards, and words.
const SHARED = 8192;
const LOCK = 0, GUARDED = 8, ATOMIC = 16, ARRIVED = 20, BESIDE = 24, DONE = 28, GATE = 32, LEFT = 36;
const TURNS = 1000;
const ALL = 2147483647;
const LONG = 600 * 1000000000;
const SLICE = 10 * 1000000;

function shm(): FFI
{
    return $GLOBALS['shm'];
}

function check(int $result): int
{
    if ($result < 0) {
        throw new RuntimeException(shm()->pshm_strerror($result), -$result);
    }
    return $result;
}

function error_name(int $result): string
{
    return shm()->pshm_error_name($result);
}

function expect(mixed $got, mixed $wanted): void
{
    if ($got !== $wanted) {
        throw new LogicException(var_export($got, true) . ' instead of ' . var_export($wanted, true));
    }
}

function map_object(int $fd, int $length, int $offset = 0, int $protections = READ_WRITE): int
{
    return check(shm()->pshm_map($fd, $length, $protections, PSHM_MAP_SHARED, $offset));
}

/** The memory at an address as an array of a C type. */
function at(string $type, int $address): FFI\CData
{
    return shm()->cast("$type *", $address);
}

function mapped(string $name): bool
{
    return str_contains(file_get_contents('/proc/self/maps'), $name);
}

function stat_fields(int $fd): array
{
    $fields = shm()->new('int64_t[16]');
    expect(check(shm()->pshm_fstat($fd, $fields, 16)), 16);
    $named = [];
    foreach (get_defined_constants(true)['user'] as $name => $index) {
        if (str_starts_with($name, 'PSHM_STAT_')) {
            $named[substr($name, 10)] = $fields[$index];
        }
    }
    return $named;
}

function points(string $name): Generator
{
    $shm = shm();

    yield 'load the library and check its version';
    $version = $shm->pshm_version();
    $text = sprintf('%d.%d.%d', intdiv($version, 1000000), intdiv($version, 1000) % 1000, $version % 1000);
    expect($shm->pshm_version_string(), $text);
    expect($text, $GLOBALS['abi']['version']);

    yield 'open exclusively';
    $created = $shm->new('int');
    $open_exclusively = fn (): int => $shm->pshm_open($name, PSHM_DIRECTION_IO, PSHM_IF_EXISTS_ERROR,
        PSHM_IF_DOES_NOT_EXIST_CREATE, 0600, FFI::addr($created));
    $fd = check($open_exclusively());
    expect($created->cdata, 1);

    yield 'be told by name that it exists';
    expect(error_name($open_exclusively()), 'EEXIST');
    expect(error_name($shm->pshm_errno()), 'EEXIST');

    yield 'size, allocate, map';
    check($shm->pshm_truncate($fd, SIZE));
    check($shm->pshm_allocate($fd, intdiv(SIZE, 2)));
    $address = map_object($fd, SIZE);

    yield 'write a pattern, read it back through pshm_read';
    $pattern = implode('', array_map(fn (int $i): string => chr($i * 7 % 256), range(0, 255)));
    FFI::memcpy(at('char', $address + 4096), $pattern, 256);
    $bytes = $shm->new('char[256]');
    expect($shm->pshm_read($fd, $bytes, 256, 4096), 256);
    expect(FFI::string($bytes, 256), $pattern);
    $hello = $shm->new('char[5]');
    FFI::memcpy($hello, 'hello', 5);
    expect($shm->pshm_write($fd, $hello, 5, 100), 5);
    expect(FFI::string(at('char', $address + 100), 5), 'hello');
    expect($shm->pshm_read($fd, $bytes, 256, SIZE - 100), 100);

    yield 'stat with named fields';
    $field = stat_fields($fd);
    expect([$field['SIZE'], $field['MODE'], $field['NLINK']], [SIZE, 0600, 1]);
    expect($field['BLOCKS'] >= intdiv(SIZE, 2 * 512), true);

    yield 'parse a permission list';
    $keywords = 'user-read user-write group-read';
    expect($shm->pshm_flags_parse(PSHM_KIND_MODE, $keywords), 0640);
    $text = $shm->new('char[64]');
    check($shm->pshm_flags_format(PSHM_KIND_MODE, 0640, $text, FFI::sizeof($text)));
    expect(FFI::string($text), $keywords);
    expect(error_name($shm->pshm_flags_parse(PSHM_KIND_MODE, 'user-fly')), 'EINVAL');

    yield 'enumerate the constants';
    $count = $shm->pshm_constant_count();
    expect($count, count($GLOBALS['abi']['constants']));
    for ($i = 0; $i < $count; $i++) {
        expect($shm->pshm_constant_value($i), constant($shm->pshm_constant_name($i)));
    }
    expect($shm->pshm_constant_name($count), null);

    yield 'fail with the right error name';
    expect(error_name($shm->pshm_open("$name-none", PSHM_DIRECTION_INPUT, 0, 0, 0, null)), 'ENOENT');
    expect(error_name($shm->pshm_delete('noslash')), 'EINVAL');
    expect(error_name($shm->pshm_map($fd, -1, READ_WRITE, PSHM_MAP_SHARED, 0)), 'EINVAL');
    expect(error_name($shm->pshm_errno()), 'EINVAL');

    yield 'make an anonymous object';
    $anonymous = check($shm->pshm_open_anonymous(PSHM_DIRECTION_IO, 0640, 0));
    $field = stat_fields($anonymous);
    expect([$field['NLINK'], $field['MODE']], [0, 0640]);
    check($shm->pshm_close($anonymous));

    yield 'pass a descriptor to another process';
    [$here, $there] = [$shm->new('int'), $shm->new('int')];
    check($shm->pshm_socketpair(FFI::addr($here), FFI::addr($there)));
    $number = at('int64_t', $address);
    $number[0] = 9007199254740992;
    check($shm->pshm_send($here->cdata, $fd, -1));
    check($shm->pshm_set_inheritable($there->cdata, 1));
    $child = proc_open([getenv('POSIX_SHM_CONSUMER'), 'receive', (string) $there->cdata], [], $pipes);
    expect(proc_close($child), 0);
    expect($number[0], 9007199254740993);
    check($shm->pshm_close($here->cdata));
    check($shm->pshm_close($there->cdata));

    yield 'count with another process under a lock, and wake each other';
    $shared = $address + SHARED;
    expect(acquire($shared + LOCK), 0);
    $child = proc_open([getenv('POSIX_SHM_CONSUMER'), 'count', $name, (string) SHARED], [], $pipes);
    wait_until($shared + ARRIVED, 1);
    wait_until($shared + BESIDE, 1);
    check($shm->pshm_lock_release($shared + LOCK));
    take_turns($shared);
    wait_until($shared + DONE, 1);
    expect(at('int64_t', $shared + GUARDED)[0], 2 * TURNS);
    expect($shm->pshm_atomic_load32($shared + ATOMIC), 2 * TURNS);
    add_and_wake($shared + GATE);
    wait_until($shared + LEFT, 1);
    expect(proc_close($child), 0);

    yield 'close, delete';
    expect(mapped($name), true);
    check($shm->pshm_unmap($address, SIZE));
    expect(mapped($name), false);
    check($shm->pshm_close($fd));
    expect(error_name($shm->pshm_close($fd)), 'EBADF');
    check($shm->pshm_delete($name));
    expect(error_name($shm->pshm_delete($name)), 'ENOENT');
}

/** Each point is a pause of the generator, which gives the title of the next one. */
function scenario(string $name): void
{
    $number = 0;
    $title = null;
    try {
        foreach (points($name) as $next) {
            if ($title !== null) {
                echo "ok $number - $title\n";
            }
            $number++;
            $title = $next;
        }
        echo "ok $number - $title\n1..$number\n";
    } catch (Throwable $error) {
        echo "not ok $number - $title\n";
        fwrite(STDERR, "$error\n");
        exit(1);
    }
}

/** The receiver of the descriptor: add one to the number at the start of the object. */
function receive(string $socket): void
{
    $fd = check(shm()->pshm_receive((int) $socket, -1));
    $address = map_object($fd, 8);
    $number = at('int64_t', $address);
    $number[0] = $number[0] + 1;
    check(shm()->pshm_unmap($address, 8));
    check(shm()->pshm_close($fd));
}

/** A handler of a signal has run: call again. */
function interrupted(int $result): bool
{
    return error_name($result) === 'EINTR';
}

function acquire(int $lock): int
{
    do {
        $held = shm()->pshm_lock_acquire($lock, LONG);
    } while (interrupted($held));
    return check($held);
}

/** Wait in slices, between which the program does something else. */
function acquire_in_slices(int $lock, callable $meanwhile): int
{
    while (in_array(error_name($held = shm()->pshm_lock_acquire($lock, SLICE)), ['ETIMEDOUT', 'EINTR'], true)) {
        $meanwhile();
    }
    return check($held);
}

function add_and_wake(int $word): void
{
    check(shm()->pshm_atomic_update32($word, PSHM_ATOMIC_ADD, 1));
    check(shm()->pshm_atomic_wake($word, ALL));
}

function wait_until(int $word, int $value): void
{
    while (($now = check(shm()->pshm_atomic_load32($word))) !== $value) {
        $result = shm()->pshm_atomic_wait($word, $now, LONG);
        if (!interrupted($result)) {
            check($result);
        }
    }
}

function take_turns(int $shared): void
{
    $guarded = at('int64_t', $shared + GUARDED);
    for ($i = 0; $i < TURNS; $i++) {
        expect(acquire($shared + LOCK), 0);
        $guarded[0] = $guarded[0] + 1;
        check(shm()->pshm_lock_release($shared + LOCK));
        check(shm()->pshm_atomic_update32($shared + ATOMIC, PSHM_ATOMIC_ADD, 1));
    }
}

/** Wait for the lock that another process holds, and do something else meanwhile; count beside it; wait for its leave. */
function count_beside(string $name, string $offset): void
{
    $fd = check(shm()->pshm_open($name, PSHM_DIRECTION_IO, 0, PSHM_IF_DOES_NOT_EXIST_ERROR, 0, null));
    $address = map_object($fd, SHARED + 64);
    $shared = $address + (int) $offset;
    $slices = 0;
    add_and_wake($shared + ARRIVED);
    expect(acquire_in_slices($shared + LOCK, function () use ($shared, &$slices): void {
        if ($slices++ === 0) {
            add_and_wake($shared + BESIDE);
        }
    }), 0);
    check(shm()->pshm_lock_release($shared + LOCK));
    take_turns($shared);
    add_and_wake($shared + DONE);
    wait_until($shared + GATE, 1);
    add_and_wake($shared + LEFT);
    check(shm()->pshm_unmap($address, SHARED + 64));
    check(shm()->pshm_close($fd));
}

// int64, int32, 4 bytes unused, 48 bytes of text, 64 bytes of pattern.
const RECORD = 128;

function put_record(int $fd, int $slot, int $offset): void
{
    $address = map_object($fd, RECORD, $offset);
    $pattern = array_map(fn (int $i): int => ($slot * 31 + $i * 7) % 256, range(0, 63));
    $record = pack('qlx4a48C64', -9007199254740993 - $slot, -1 - $slot, 'php grüßt', ...$pattern);
    FFI::memcpy(at('char', $address), $record, RECORD);
    check(shm()->pshm_unmap($address, RECORD));
}

function print_record(int $address, int|string $slot): void
{
    $record = unpack('qnumber/lsmall/x4/Z48text/C64pattern', FFI::string(at('char', $address), RECORD));
    $sum = 0;
    for ($i = 1; $i <= 64; $i++) {
        $sum += $i * $record["pattern$i"];
    }
    echo implode("\t", [$slot, $record['number'], $record['small'], $sum, $record['text']]), "\n";
}

/** Write one's record into the object, and into an anonymous one that goes to the socket. */
function write(string $name, string $slot, string $socket): void
{
    $fd = check(shm()->pshm_open($name, PSHM_DIRECTION_IO, 0, PSHM_IF_DOES_NOT_EXIST_ERROR, 0, null));
    put_record($fd, (int) $slot, (int) $slot * RECORD);
    check(shm()->pshm_close($fd));
    $anonymous = check(shm()->pshm_open_anonymous(PSHM_DIRECTION_IO, 0600, 0));
    check(shm()->pshm_truncate($anonymous, RECORD));
    put_record($anonymous, (int) $slot, 0);
    check(shm()->pshm_send((int) $socket, $anonymous, -1));
    check(shm()->pshm_close($anonymous));
}

/** Print every record of the object, then the one of the object that comes from the socket. */
function read(string $name, string $count, string $socket): void
{
    $length = (int) $count * RECORD;
    $fd = check(shm()->pshm_open($name, PSHM_DIRECTION_INPUT, 0, 0, 0, null));
    $address = map_object($fd, $length, 0, PSHM_PROT_READ);
    for ($slot = 0; $slot < (int) $count; $slot++) {
        print_record($address + $slot * RECORD, $slot);
    }
    check(shm()->pshm_unmap($address, $length));
    check(shm()->pshm_close($fd));
    $received = check(shm()->pshm_receive((int) $socket, -1));
    $address = map_object($received, RECORD, 0, PSHM_PROT_READ);
    print_record($address, 'received');
    check(shm()->pshm_unmap($address, RECORD));
    check(shm()->pshm_close($received));
}

// Message N of an exchange is N * STEP bytes of a pattern, from byte N of it.
const CAPACITY = PSHM_RING_CAPACITY_MIN;
const RING = PSHM_RING_HEADER_SIZE + CAPACITY;
const MESSAGES = 41, STEP = 51, LONGEST = 2040;

/** The result of a call that waits, perhaps an address, or the name of its error. */
function wait_for(callable $call): int|string
{
    while (($result = $call()) < 0 && interrupted($result)) {
        continue;
    }
    return $result < 0 ? error_name($result) : $result;
}

function message_buffer(): FFI\CData
{
    return shm()->new('char[' . LONGEST . ']');
}

function join_rings(int $from, int $to): void
{
    check(shm()->pshm_ring_join($to, CAPACITY, PSHM_RING_SENDER));
    check(shm()->pshm_ring_join($from, CAPACITY, PSHM_RING_RECEIVER));
}

function receive_message(int $ring, FFI\CData $buffer): int|string
{
    return wait_for(fn (): int => shm()->pshm_ring_receive($ring, CAPACITY, $buffer, LONGEST, LONG));
}

/** Send a message, and receive it back. Whether the two are equal. */
function comes_back(int $there, int $back, string $message): bool
{
    $buffer = message_buffer();
    FFI::memcpy($buffer, $message, strlen($message));
    expect(wait_for(fn (): int => shm()->pshm_ring_send($there, CAPACITY, $buffer, strlen($message), LONG)), 0);
    $buffer = message_buffer();
    $length = receive_message($back, $buffer);
    return $length === strlen($message) && FFI::string($buffer, $length) === $message;
}

/** How many messages come back as they were. */
function talk(int $there, int $back): int
{
    $pattern = implode('', array_map(fn (int $i): string => chr($i * 7 % 256), range(0, LONGEST + MESSAGES - 1)));
    $good = 0;
    join_rings($back, $there);
    for ($n = 0; $n < MESSAGES; $n++) {
        $good += (int) comes_back($there, $back, substr($pattern, $n, $n * STEP));
    }
    check(shm()->pshm_ring_leave($there, CAPACITY, PSHM_RING_SENDER));
    expect(receive_message($back, message_buffer()), 'ENODATA');
    check(shm()->pshm_ring_leave($back, CAPACITY, PSHM_RING_RECEIVER));
    return $good;
}

/** Send back each message, from one ring into the other, until the sender leaves. */
function serve(int $there, int $back): void
{
    $length = shm()->new('int64_t');
    $peek = fn (): int => shm()->pshm_ring_peek($there, CAPACITY, LONG, FFI::addr($length));
    $reserve = fn (): int => shm()->pshm_ring_reserve($back, CAPACITY, $length->cdata, LONG);
    join_rings($there, $back);
    while (($message = wait_for($peek)) !== 'ENODATA') {
        FFI::memcpy(at('char', wait_for($reserve)), at('char', $message), $length->cdata);
        check(shm()->pshm_ring_commit($back, CAPACITY, $length->cdata));
        check(shm()->pshm_ring_release($there, CAPACITY));
    }
    check(shm()->pshm_ring_leave($back, CAPACITY, PSHM_RING_SENDER));
    check(shm()->pshm_ring_leave($there, CAPACITY, PSHM_RING_RECEIVER));
}

/** Talk to all others, and serve each of them, sender after sender. */
function exchange(string $name, int $slot, int $count): void
{
    $size = $count * $count * 2 * RING;
    $fd = check(shm()->pshm_open($name, PSHM_DIRECTION_IO, 0, PSHM_IF_DOES_NOT_EXIST_ERROR, 0, null));
    $rings = map_object($fd, $size);
    for ($pair = 0; $pair < $count * $count; $pair++) {
        [$sender, $receiver] = [intdiv($pair, $count), $pair % $count];
        $there = $rings + $pair * 2 * RING;
        if ($sender !== $receiver && $sender === $slot) {
            echo "$receiver\t", talk($there, $there + RING), "\n";
        } elseif ($sender !== $receiver && $receiver === $slot) {
            serve($there, $there + RING);
        }
    }
    check(shm()->pshm_unmap($rings, $size));
    check(shm()->pshm_close($fd));
}

match ($argv[1]) {
    'exchange' => exchange($argv[2], (int) $argv[3], (int) $argv[4]),
    'scenario' => scenario($argv[2]),
    'receive' => receive($argv[2]),
    'count' => count_beside(...array_slice($argv, 2)),
    'write' => write(...array_slice($argv, 2)),
    'read' => read(...array_slice($argv, 2)),
};

# SPDX-License-Identifier: BSD-3-Clause
# The common scenario in Perl; PosixShm.pm makes the binding from the JSON of the ABI.
use strict;
use warnings;
use FFI::Platypus::Buffer qw(buffer_to_scalar grow scalar_to_pointer set_used_length);
use FFI::Platypus::Memory qw(memcpy);
use Test::More;
use Time::HiRes qw(ualarm);
use PosixShm;

*C = \%PosixShm::C;
our %C;
BEGIN {
	no strict 'refs';
	*{"main::$_->{name}"} = \&{"PosixShm::$_->{name}"} for @{ $PosixShm::ABI->{functions} };
}

use constant SIZE => 32768;
my $READ_WRITE = $C{PSHM_PROT_READ} | $C{PSHM_PROT_WRITE};

# What two processes share: where it begins in the object of the scenario, and what is where: a lock, what it guards, and words.
use constant {
	SHARED => 8192, LOCK => 0, GUARDED => 8, ATOMIC => 16, ARRIVED => 20, BESIDE => 24, DONE => 28, GATE => 32, LEFT => 36,
	TURNS => 1000, ALL => 2**31 - 1, LONG => 600 * 10**9, SLICE => 10 ** 7,
};

sub check {
	my ($result) = @_;
	die pshm_strerror($result) . "\n" if $result < 0;
	return $result;
}

sub map_object {
	my ($fd, $length, $offset, $protections) = @_;
	return check(pshm_map($fd, $length, $protections // $READ_WRITE, $C{PSHM_MAP_SHARED}, $offset // 0));
}

# Store a string's bytes at an address.
sub store {
	my ($address, $bytes) = @_;
	memcpy($address, scalar_to_pointer($bytes), length $bytes);
}

# A string of its own that a call writes into.
sub buffer {
	my ($size) = @_;
	my $buffer;
	grow($buffer, $size);
	set_used_length($buffer, $size);
	return $buffer;
}

sub text_of { return unpack 'Z*', $_[0] }

sub mapped {
	my ($name) = @_;
	open my $maps, '<', '/proc/self/maps' or die $!;
	return scalar grep { /\Q$name\E$/ } <$maps>;
}

sub stat_of {
	my ($fd) = @_;
	my @fields = (0) x 16;
	check(pshm_fstat($fd, \@fields, 16)) == 16 or die "not 16 fields\n";
	return map { /^PSHM_STAT_(.*)/ ? ($1 => $fields[ $C{$_} ]) : () } keys %C;
}

sub scenario {
	my ($name) = @_;
	my ($fd, $address, $created);
	my $open_exclusively = sub {
		return pshm_open($name, $C{PSHM_DIRECTION_IO}, $C{PSHM_IF_EXISTS_ERROR}, $C{PSHM_IF_DOES_NOT_EXIST_CREATE}, 0600,
			\$created);
	};

	# point TITLE, CODE: good when the code does not die and every comparison in it holds.
	my $point = sub {
		my ($title, $code) = @_;
		my @wrong;
		my $expect = sub {
			my ($got, $wanted) = @_;
			push @wrong, ($got // 'undef') . " instead of $wanted" if ($got // 'undef') ne $wanted;
		};
		eval { $code->($expect); 1 } or push @wrong, $@;
		ok(!@wrong, $title) or diag(@wrong);
	};

	plan tests => 13;
	$point->('load the library and check its version', sub {
		my ($expect) = @_;
		my $version = pshm_version();
		$expect->(pshm_version_string(), $PosixShm::ABI->{version});
		$expect->(join('.', int($version / 1e6), int($version / 1000) % 1000, $version % 1000), pshm_version_string());
	});
	$point->('open exclusively', sub {
		$fd = check($open_exclusively->());
		$_[0]->($created, 1);
	});
	$point->('be told by name that it exists', sub {
		$_[0]->(pshm_error_name($open_exclusively->()), 'EEXIST');
		$_[0]->(pshm_error_name(pshm_errno()), 'EEXIST');
	});
	$point->('size, allocate, map', sub {
		check(pshm_truncate($fd, SIZE));
		check(pshm_allocate($fd, SIZE / 2));
		$address = map_object($fd, SIZE);
	});
	$point->('write a pattern, read it back through pshm_read', sub {
		my ($expect) = @_;
		my $pattern = pack 'C*', map { $_ * 7 % 256 } 0 .. 255;
		store($address + 4096, $pattern);
		my $bytes = buffer(256);
		$expect->(pshm_read($fd, scalar_to_pointer($bytes), 256, 4096), 256);
		$expect->($bytes, $pattern);
		$expect->(pshm_write($fd, 'hello', 5, 100), 5);
		$expect->(buffer_to_scalar($address + 100, 5), 'hello');
		$expect->(pshm_read($fd, scalar_to_pointer($bytes), 256, SIZE - 100), 100);
	});
	$point->('stat with named fields', sub {
		my ($expect) = @_;
		my %field = stat_of($fd);
		$expect->("@field{qw(SIZE MODE NLINK)}", join ' ', SIZE, 0600, 1);
		$expect->($field{BLOCKS} >= SIZE / 2 / 512, 1);
	});
	$point->('parse a permission list', sub {
		my ($expect) = @_;
		my $keywords = 'user-read user-write group-read';
		$expect->(pshm_flags_parse($C{PSHM_KIND_MODE}, $keywords), 0640);
		my $text = buffer(64);
		check(pshm_flags_format($C{PSHM_KIND_MODE}, 0640, scalar_to_pointer($text), 64));
		$expect->(text_of($text), $keywords);
		$expect->(pshm_error_name(pshm_flags_parse($C{PSHM_KIND_MODE}, 'user-fly')), 'EINVAL');
	});
	$point->('enumerate the constants', sub {
		my ($expect) = @_;
		my $count = pshm_constant_count();
		$expect->($count, scalar keys %C);
		$expect->(pshm_constant_value($_), $C{ pshm_constant_name($_) }) for 0 .. $count - 1;
		$expect->(pshm_constant_name($count), 'undef');
	});
	$point->('fail with the right error name', sub {
		my ($expect) = @_;
		$expect->(pshm_error_name(pshm_open("$name-none", $C{PSHM_DIRECTION_INPUT}, 0, 0, 0, undef)), 'ENOENT');
		$expect->(pshm_error_name(pshm_delete('noslash')), 'EINVAL');
		$expect->(pshm_error_name(pshm_map($fd, -1, $READ_WRITE, $C{PSHM_MAP_SHARED}, 0)), 'EINVAL');
		$expect->(pshm_error_name(pshm_errno()), 'EINVAL');
	});
	$point->('make an anonymous object', sub {
		my ($expect) = @_;
		my $anonymous = check(pshm_open_anonymous($C{PSHM_DIRECTION_IO}, 0640, 0));
		my %field = stat_of($anonymous);
		$expect->("@field{qw(NLINK MODE)}", '0 ' . 0640);
		check(pshm_close($anonymous));
	});
	$point->('pass a descriptor to another process', sub {
		my ($expect) = @_;
		my ($here, $there);
		check(pshm_socketpair(\$here, \$there));
		store($address, pack 'q', 2**53);
		check(pshm_send($here, $fd, -1));
		check(pshm_set_inheritable($there, 1));
		$expect->(system($ENV{POSIX_SHM_CONSUMER}, 'receive', $there), 0);
		$expect->(unpack('q', buffer_to_scalar($address, 8)), 9007199254740993);
		check(pshm_close($_)) for $here, $there;
	});
	$point->('count with another process under a lock, and wake each other', sub {
		my ($expect) = @_;
		my $shared = $address + SHARED;
		$expect->(acquire($shared + LOCK), 0);
		system "$ENV{POSIX_SHM_CONSUMER} count $name ${\SHARED} &";
		wait_until($shared + ARRIVED, 1);
		wait_until($shared + BESIDE, 1);
		check(pshm_lock_release($shared + LOCK));
		take_turns($shared);
		wait_until($shared + DONE, 1);
		$expect->(unpack('q', buffer_to_scalar($shared + GUARDED, 8)), 2 * TURNS);
		$expect->(pshm_atomic_load32($shared + ATOMIC), 2 * TURNS);
		add_and_wake($shared + GATE);
		wait_until($shared + LEFT, 1);
	});
	$point->('close, delete', sub {
		my ($expect) = @_;
		$expect->(mapped($name), 1);
		check(pshm_unmap($address, SIZE));
		$expect->(mapped($name), 0);
		check(pshm_close($fd));
		$expect->(pshm_error_name(pshm_close($fd)), 'EBADF');
		check(pshm_delete($name));
		$expect->(pshm_error_name(pshm_delete($name)), 'ENOENT');
	});
}

# The receiver of the descriptor: add one to the number at the start of the object.
sub receive {
	my ($socket) = @_;
	my $fd = check(pshm_receive($socket, -1));
	my $address = map_object($fd, 8);
	store($address, pack 'q', 1 + unpack 'q', buffer_to_scalar($address, 8));
	check(pshm_unmap($address, 8));
	check(pshm_close($fd));
}

# A handler of a signal has run: call again.
sub interrupted { return pshm_error_name($_[0]) eq 'EINTR' }

# In slices: Perl runs a handler between two calls, and a signal that comes when the call does not sleep does not end it.
sub acquire {
	my ($lock) = @_;
	while (1) {
		my $held = pshm_lock_acquire($lock, SLICE);
		return check($held) unless interrupted($held) or pshm_error_name($held) eq 'ETIMEDOUT';
	}
}

sub add_and_wake {
	my ($word) = @_;
	check(pshm_atomic_update32($word, $C{PSHM_ATOMIC_ADD}, 1));
	check(pshm_atomic_wake($word, ALL));
}

sub wait_until {
	my ($word, $value) = @_;
	while ((my $now = check(pshm_atomic_load32($word))) != $value) {
		my $result = pshm_atomic_wait($word, $now, LONG);
		check($result) unless interrupted($result);
	}
}

sub take_turns {
	my ($shared) = @_;
	for (1 .. TURNS) {
		acquire($shared + LOCK) == 0 or die "a death\n";
		store($shared + GUARDED, pack 'q', 1 + unpack 'q', buffer_to_scalar($shared + GUARDED, 8));
		check(pshm_lock_release($shared + LOCK));
		check(pshm_atomic_update32($shared + ATOMIC, $C{PSHM_ATOMIC_ADD}, 1));
	}
}

# Wait for the lock that another process holds, while a timer of this one runs; count beside it; wait for its leave.
sub count {
	my ($name, $offset) = @_;
	my $fd = check(pshm_open($name, $C{PSHM_DIRECTION_IO}, 0, $C{PSHM_IF_DOES_NOT_EXIST_ERROR}, 0, undef));
	my $address = map_object($fd, SHARED + 64);
	my $shared = $address + $offset;
	local $SIG{ALRM} = sub { add_and_wake($shared + BESIDE) };
	add_and_wake($shared + ARRIVED);
	ualarm 50_000;
	acquire($shared + LOCK) == 0 or die "a death\n";
	check(pshm_lock_release($shared + LOCK));
	take_turns($shared);
	add_and_wake($shared + DONE);
	wait_until($shared + GATE, 1);
	add_and_wake($shared + LEFT);
	check(pshm_unmap($address, SHARED + 64));
	check(pshm_close($fd));
}

# int64, int32, 4 bytes unused, 48 bytes of text, 64 bytes of pattern.
use constant { RECORD => 'q l x4 a48 C64', RECORD_SIZE => 128 };

sub put_record {
	my ($fd, $slot, $offset) = @_;
	my $address = map_object($fd, RECORD_SIZE, $offset);
	my @pattern = map { ($slot * 31 + $_ * 7) % 256 } 0 .. 63;
	# Without `use utf8' the text of this file is bytes: UTF-8 as it stands.
	store($address, pack RECORD, -9007199254740993 - $slot, -1 - $slot, 'perl grüßt', @pattern);
	check(pshm_unmap($address, RECORD_SIZE));
}

sub print_record {
	my ($address, $slot) = @_;
	my ($number, $small, $text, @pattern) = unpack RECORD, buffer_to_scalar($address, RECORD_SIZE);
	my $sum = 0;
	$sum += ($_ + 1) * $pattern[$_] for 0 .. 63;
	print join("\t", $slot, $number, $small, $sum, text_of($text)), "\n";
}

# Write one's record into the object, and into an anonymous one that goes to the socket.
sub write_record {
	my ($name, $slot, $socket) = @_;
	my $fd = check(pshm_open($name, $C{PSHM_DIRECTION_IO}, 0, $C{PSHM_IF_DOES_NOT_EXIST_ERROR}, 0, undef));
	put_record($fd, $slot, $slot * RECORD_SIZE);
	check(pshm_close($fd));
	my $anonymous = check(pshm_open_anonymous($C{PSHM_DIRECTION_IO}, 0600, 0));
	check(pshm_truncate($anonymous, RECORD_SIZE));
	put_record($anonymous, $slot, 0);
	check(pshm_send($socket, $anonymous, -1));
	check(pshm_close($anonymous));
}

# Print every record of the object, then the one of the object that comes from the socket.
sub read_records {
	my ($name, $count, $socket) = @_;
	my $fd = check(pshm_open($name, $C{PSHM_DIRECTION_INPUT}, 0, 0, 0, undef));
	my $address = map_object($fd, $count * RECORD_SIZE, 0, $C{PSHM_PROT_READ});
	print_record($address + $_ * RECORD_SIZE, $_) for 0 .. $count - 1;
	check(pshm_unmap($address, $count * RECORD_SIZE));
	check(pshm_close($fd));
	my $received = check(pshm_receive($socket, -1));
	$address = map_object($received, RECORD_SIZE, 0, $C{PSHM_PROT_READ});
	print_record($address, 'received');
	check(pshm_unmap($address, RECORD_SIZE));
	check(pshm_close($received));
}

# Message N of an exchange is N * STEP bytes of a pattern, from byte N of it.
use constant { CAPACITY => $PosixShm::C{PSHM_RING_CAPACITY_MIN}, MESSAGES => 41, STEP => 51, LONGEST => 2040 };
use constant RING => $PosixShm::C{PSHM_RING_HEADER_SIZE} + CAPACITY;
my $pattern = pack 'C*', map { $_ * 7 % 256 } 0 .. LONGEST + MESSAGES - 1;

# The result of a call that waits, perhaps an address, or the name of its error.
sub wait_for {
	my ($call, @arguments) = @_;
	my $result;
	do { $result = $call->(@arguments) } while $result < 0 && interrupted($result);
	return $result < 0 ? pshm_error_name($result) : $result;
}

sub join_rings {
	my ($from, $to) = @_;
	check(pshm_ring_join($to, CAPACITY, $C{PSHM_RING_SENDER}));
	check(pshm_ring_join($from, CAPACITY, $C{PSHM_RING_RECEIVER}));
}

# Send each message, and receive it back. How many are equal.
sub talk {
	my ($there, $back) = @_;
	my $buffer = buffer(LONGEST);
	my $good = 0;
	join_rings($back, $there);
	for my $n (0 .. MESSAGES - 1) {
		my $message = substr $pattern, $n, $n * STEP;
		wait_for(\&pshm_ring_send, $there, CAPACITY, $message, length $message, LONG) eq '0' or die "not sent\n";
		my $length = wait_for(\&pshm_ring_receive, $back, CAPACITY, scalar_to_pointer($buffer), LONGEST, LONG);
		$good++ if $length eq length $message && substr($buffer, 0, $length) eq $message;
	}
	check(pshm_ring_leave($there, CAPACITY, $C{PSHM_RING_SENDER}));
	my $end = wait_for(\&pshm_ring_receive, $back, CAPACITY, scalar_to_pointer($buffer), LONGEST, LONG);
	$end eq 'ENODATA' or die "$end at the end\n";
	check(pshm_ring_leave($back, CAPACITY, $C{PSHM_RING_RECEIVER}));
	return $good;
}

# Send back each message, from one ring into the other, until the sender leaves.
sub serve {
	my ($there, $back) = @_;
	my @length = (0);
	join_rings($there, $back);
	while ((my $message = wait_for(\&pshm_ring_peek, $there, CAPACITY, LONG, \@length)) ne 'ENODATA') {
		memcpy(wait_for(\&pshm_ring_reserve, $back, CAPACITY, $length[0], LONG), $message, $length[0]);
		check(pshm_ring_commit($back, CAPACITY, $length[0]));
		check(pshm_ring_release($there, CAPACITY));
	}
	check(pshm_ring_leave($back, CAPACITY, $C{PSHM_RING_SENDER}));
	check(pshm_ring_leave($there, CAPACITY, $C{PSHM_RING_RECEIVER}));
}

# Talk to all others, and serve each of them, sender after sender.
sub exchange {
	my ($name, $slot, $count) = @_;
	my $size = $count * $count * 2 * RING;
	my $fd = check(pshm_open($name, $C{PSHM_DIRECTION_IO}, 0, $C{PSHM_IF_DOES_NOT_EXIST_ERROR}, 0, undef));
	my $rings = map_object($fd, $size);
	$| = 1;
	for my $sender (0 .. $count - 1) {
		for my $receiver (grep { $_ != $sender } 0 .. $count - 1) {
			my $there = $rings + ($sender * $count + $receiver) * 2 * RING;
			print $receiver, "\t", talk($there, $there + RING), "\n" if $sender == $slot;
			serve($there, $there + RING) if $receiver == $slot;
		}
	}
	check(pshm_unmap($rings, $size));
	check(pshm_close($fd));
}

my $mode = shift // '';
my %modes = (scenario => \&scenario, receive => \&receive, count => \&count, write => \&write_record, read => \&read_records,
	exchange => \&exchange);
$modes{$mode}->(@ARGV);

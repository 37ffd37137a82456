# SPDX-License-Identifier: BSD-3-Clause
# The common scenario in Tcl; posix_shm.tcl has critcl compile a command for each function of the JSON of the ABI.
source [file join $env(POSIX_SHM_BINDINGS) tcl posix_shm.tcl]

set SIZE 32768
set READ_WRITE [expr {$PSHM_PROT_READ | $PSHM_PROT_WRITE}]

# What two processes share: where it begins in the object of the scenario, and what is where: a lock, what it guards, and words.
set SHARED 8192
array set AT {lock 0 guarded 8 atomic 16 arrived 20 beside 24 done 28 gate 32 left 36}
set TURNS 1000
set ALL 2147483647
set LONG 600000000000
set SLICE 10000000

# Tcl has an errorCode for errors of the system: POSIX, the name, a text.
proc check result {
	if {$result < 0} {
		set text [pshm_strerror $result]
		throw [list POSIX [pshm_error_name $result] $text] $text
	}
	return $result
}

proc expect {got wanted} {
	if {$got ne $wanted} { error "$got instead of $wanted" }
}

proc map_object {fd length {offset 0} {protections ""}} {
	if {$protections eq ""} { set protections $::READ_WRITE }
	return [check [pshm_map $fd $length $protections $::PSHM_MAP_SHARED $offset]]
}

proc buffer size { return [binary format x$size] }

proc number {bytes format} {
	binary scan $bytes $format number
	return $number
}

proc text_of bytes { return [encoding convertfrom utf-8 [lindex [split $bytes \0] 0]] }

proc mapped name {
	set file [open /proc/self/maps]
	set found [string match "*$name*" [read $file]]
	close $file
	return $found
}

# The fields as a dictionary, by the constants' names.
proc stat_of fd {
	set bytes [buffer [expr {8 * 16}]]
	expect [check [pshm_fstat $fd bytes 16]] 16
	binary scan $bytes m16 fields
	foreach constant [info vars ::PSHM_STAT_*] {
		dict set named [string range $constant 12 end] [lindex $fields [set $constant]]
	}
	return $named
}

proc pattern {count start} {
	for {set i 0} {$i < $count} {incr i} { lappend bytes [expr {($start + $i * 7) % 256}] }
	return [binary format c* $bytes]
}

set number 0
set failures 0

proc point {title body} {
	incr ::number
	if {[catch {uplevel $body} problem]} {
		incr ::failures
		puts "not ok $::number - $title\n# $problem"
	} else {
		puts "ok $::number - $title"
	}
	flush stdout
}

proc open_exclusively name {
	global created
	return [pshm_open $name $::PSHM_DIRECTION_IO $::PSHM_IF_EXISTS_ERROR $::PSHM_IF_DOES_NOT_EXIST_CREATE 0o600 created]
}

proc scenario name {
	point "load the library and check its version" {
		set version [pshm_version]
		expect [pshm_version_string] [format %d.%d.%d [expr {$version / 1000000}] \
			[expr {$version / 1000 % 1000}] [expr {$version % 1000}]]
		expect [pshm_version_string] [dict get $::abi version]
	}
	point "open exclusively" {
		set ::created [buffer 4]
		set fd [check [open_exclusively $name]]
		expect [number $::created n] 1
	}
	point "be told by name that it exists" {
		expect [pshm_error_name [open_exclusively $name]] EEXIST
		expect [pshm_error_name [pshm_errno]] EEXIST
	}
	point "size, allocate, map" {
		check [pshm_truncate $fd $::SIZE]
		check [pshm_allocate $fd [expr {$::SIZE / 2}]]
		set address [map_object $fd $::SIZE]
	}
	point "write a pattern, read it back through pshm_read" {
		store [expr {$address + 4096}] [pattern 256 0]
		set bytes [buffer 256]
		expect [pshm_read $fd bytes 256 4096] 256
		expect $bytes [pattern 256 0]
		expect [pshm_write $fd hello 5 100] 5
		expect [fetch [expr {$address + 100}] 5] hello
		expect [pshm_read $fd bytes 256 [expr {$::SIZE - 100}]] 100
	}
	point "stat with named fields" {
		set fields [stat_of $fd]
		expect [list [dict get $fields SIZE] [dict get $fields MODE] [dict get $fields NLINK]] [list $::SIZE [expr 0o600] 1]
		expect [expr {[dict get $fields BLOCKS] >= $::SIZE / 2 / 512}] 1
	}
	point "parse a permission list" {
		set keywords "user-read user-write group-read"
		expect [pshm_flags_parse $::PSHM_KIND_MODE $keywords] [expr 0o640]
		set text [buffer 64]
		check [pshm_flags_format $::PSHM_KIND_MODE 0o640 text 64]
		expect [text_of $text] $keywords
		expect [pshm_error_name [pshm_flags_parse $::PSHM_KIND_MODE user-fly]] EINVAL
	}
	point "enumerate the constants" {
		set count [pshm_constant_count]
		expect $count [llength [dict get $::abi constants]]
		for {set i 0} {$i < $count} {incr i} {
			expect [pshm_constant_value $i] [set ::[pshm_constant_name $i]]
		}
		expect [pshm_constant_name $count] ""
	}
	point "fail with the right error name" {
		expect [pshm_error_name [pshm_open $name-none $::PSHM_DIRECTION_INPUT 0 0 0 ""]] ENOENT
		expect [pshm_error_name [pshm_delete noslash]] EINVAL
		expect [pshm_error_name [pshm_map $fd -1 $::READ_WRITE $::PSHM_MAP_SHARED 0]] EINVAL
		expect [pshm_error_name [pshm_errno]] EINVAL
		try {
			check [pshm_delete $name-none]
			error "an object that does not exist was deleted"
		} trap {POSIX ENOENT} {} {}
	}
	point "make an anonymous object" {
		set anonymous [check [pshm_open_anonymous $::PSHM_DIRECTION_IO 0o640 0]]
		set fields [stat_of $anonymous]
		expect [list [dict get $fields NLINK] [dict get $fields MODE]] [list 0 [expr 0o640]]
		check [pshm_close $anonymous]
	}
	point "pass a descriptor to another process" {
		lassign [list [buffer 4] [buffer 4]] first second
		check [pshm_socketpair first second]
		lassign [list [number $first n] [number $second n]] here there
		store $address [binary format m [expr {2 ** 53}]]
		check [pshm_send $here $fd -1]
		check [pshm_set_inheritable $there 1]
		exec -ignorestderr $::env(POSIX_SHM_CONSUMER) receive $there
		expect [number [fetch $address 8] m] [expr {2 ** 53 + 1}]
		check [pshm_close $here]
		check [pshm_close $there]
	}
	point "count with another process under a lock, and wake each other" {
		set shared [expr {$address + $::SHARED}]
		expect [acquire [at $shared lock]] 0
		exec $::env(POSIX_SHM_CONSUMER) count $name $::SHARED >@stdout 2>@stderr &
		wait_until [at $shared arrived] 1
		wait_until [at $shared beside] 1
		check [pshm_lock_release [at $shared lock]]
		take_turns $shared
		wait_until [at $shared done] 1
		expect [number [fetch [at $shared guarded] 8] m] [expr {2 * $::TURNS}]
		expect [pshm_atomic_load32 [at $shared atomic]] [expr {2 * $::TURNS}]
		add_and_wake [at $shared gate]
		wait_until [at $shared left] 1
	}
	point "close, delete" {
		expect [mapped $name] 1
		check [pshm_unmap $address $::SIZE]
		expect [mapped $name] 0
		check [pshm_close $fd]
		expect [pshm_error_name [pshm_close $fd]] EBADF
		check [pshm_delete $name]
		expect [pshm_error_name [pshm_delete $name]] ENOENT
	}
	puts "1..$::number"
}

# The receiver of the descriptor: add one to the number at the start of the object.
proc receive socket {
	set fd [check [pshm_receive $socket -1]]
	set address [map_object $fd 8]
	store $address [binary format m [expr {[number [fetch $address 8] m] + 1}]]
	check [pshm_unmap $address 8]
	check [pshm_close $fd]
}

proc at {shared what} { return [expr {$shared + $::AT($what)}] }

# In slices, between which the events of Tcl have their turn.
proc acquire lock {
	while {[pshm_error_name [set held [pshm_lock_acquire $lock $::SLICE]]] in {ETIMEDOUT EINTR}} { update }
	return [check $held]
}

proc add_and_wake word {
	check [pshm_atomic_update32 $word $::PSHM_ATOMIC_ADD 1]
	check [pshm_atomic_wake $word $::ALL]
}

proc wait_until {word value} {
	while {[set now [check [pshm_atomic_load32 $word]]] != $value} {
		set result [pshm_atomic_wait $word $now $::LONG]
		if {[pshm_error_name $result] ne "EINTR"} { check $result }
	}
}

proc take_turns shared {
	for {set i 0} {$i < $::TURNS} {incr i} {
		expect [acquire [at $shared lock]] 0
		store [at $shared guarded] [binary format m [expr {[number [fetch [at $shared guarded] 8] m] + 1}]]
		check [pshm_lock_release [at $shared lock]]
		check [pshm_atomic_update32 [at $shared atomic] $::PSHM_ATOMIC_ADD 1]
	}
}

# Wait for the lock that another process holds, while a timer of this one runs; count beside it; wait for its leave.
proc count {name offset} {
	set fd [check [pshm_open $name $::PSHM_DIRECTION_IO 0 $::PSHM_IF_DOES_NOT_EXIST_ERROR 0 ""]]
	set address [map_object $fd [expr {$::SHARED + 64}]]
	set shared [expr {$address + $offset}]
	add_and_wake [at $shared arrived]
	after 50 [list add_and_wake [at $shared beside]]
	expect [acquire [at $shared lock]] 0
	check [pshm_lock_release [at $shared lock]]
	take_turns $shared
	add_and_wake [at $shared done]
	wait_until [at $shared gate] 1
	add_and_wake [at $shared left]
	check [pshm_unmap $address [expr {$::SHARED + 64}]]
	check [pshm_close $fd]
}

# A record: int64, int32, 4 bytes unused, 48 bytes of text, 64 bytes of pattern.
set RECORD 128

proc put_record {fd slot offset} {
	set address [map_object $fd $::RECORD $offset]
	store $address [binary format mnx4a48a64 [expr {-9007199254740993 - $slot}] [expr {-1 - $slot}] \
		[encoding convertto utf-8 "tcl gr\u00fc\u00dft"] [pattern 64 [expr {$slot * 31}]]]
	check [pshm_unmap $address $::RECORD]
}

proc print_record {address slot} {
	binary scan [fetch $address $::RECORD] mnx4a48cu64 number small text pattern
	set sum 0
	set place 0
	foreach byte $pattern { incr sum [expr {[incr place] * $byte}] }
	puts [join [list $slot $number $small $sum [text_of $text]] \t]
}

# Write one's record into the object, and into an anonymous one that goes to the socket.
proc write {name slot socket} {
	set fd [check [pshm_open $name $::PSHM_DIRECTION_IO 0 $::PSHM_IF_DOES_NOT_EXIST_ERROR 0 ""]]
	put_record $fd $slot [expr {$slot * $::RECORD}]
	check [pshm_close $fd]
	set anonymous [check [pshm_open_anonymous $::PSHM_DIRECTION_IO 0o600 0]]
	check [pshm_truncate $anonymous $::RECORD]
	put_record $anonymous $slot 0
	check [pshm_send $socket $anonymous -1]
	check [pshm_close $anonymous]
}

# Print every record of the object, then the one of the object that comes from the socket.
proc read_records {name count socket} {
	set fd [check [pshm_open $name $::PSHM_DIRECTION_INPUT 0 0 0 ""]]
	set length [expr {$count * $::RECORD}]
	set address [map_object $fd $length 0 $::PSHM_PROT_READ]
	for {set slot 0} {$slot < $count} {incr slot} { print_record [expr {$address + $slot * $::RECORD}] $slot }
	check [pshm_unmap $address $length]
	check [pshm_close $fd]
	set received [check [pshm_receive $socket -1]]
	set address [map_object $received $::RECORD 0 $::PSHM_PROT_READ]
	print_record $address received
	check [pshm_unmap $address $::RECORD]
	check [pshm_close $received]
}

# Message N of an exchange is N * STEP bytes of a pattern, from byte N of it.
lassign [list $PSHM_RING_CAPACITY_MIN 41 51 2040] CAPACITY MESSAGES STEP LONGEST
set RING [expr {$PSHM_RING_HEADER_SIZE + $CAPACITY}]

# The result of a call that waits, perhaps an address, or the name of its error. In slices, between which the events of Tcl
# have their turn: the timeout comes last but for OUTPUT.
proc wait_for {call {output ""}} {
	set call [list {*}$call $::SLICE {*}$output]
	while {[set result [uplevel 1 $call]] < 0} {
		if {[pshm_error_name $result] ni {ETIMEDOUT EINTR}} { return [pshm_error_name $result] }
		update
	}
	return $result
}

proc join_rings {from to} {
	check [pshm_ring_join $to $::CAPACITY $::PSHM_RING_SENDER]
	check [pshm_ring_join $from $::CAPACITY $::PSHM_RING_RECEIVER]
}

# Send each message, and receive it back. How many are equal.
proc talk {there back} {
	set pattern [pattern [expr {$::LONGEST + $::MESSAGES}] 0]
	set buffer [buffer $::LONGEST]
	set good 0
	join_rings $back $there
	for {set n 0} {$n < $::MESSAGES} {incr n} {
		set message [string range $pattern $n [expr {$n + $n * $::STEP - 1}]]
		expect [wait_for [list pshm_ring_send $there $::CAPACITY $message [string length $message]]] 0
		set length [wait_for [list pshm_ring_receive $back $::CAPACITY buffer $::LONGEST]]
		incr good [expr {$length == [string length $message] && [string range $buffer 0 $length-1] eq $message}]
	}
	check [pshm_ring_leave $there $::CAPACITY $::PSHM_RING_SENDER]
	expect [wait_for [list pshm_ring_receive $back $::CAPACITY buffer $::LONGEST]] ENODATA
	check [pshm_ring_leave $back $::CAPACITY $::PSHM_RING_RECEIVER]
	return $good
}

# Send back each message, from one ring into the other, until the sender leaves.
proc serve {there back} {
	set bytes [buffer 8]
	join_rings $there $back
	while {[set message [wait_for [list pshm_ring_peek $there $::CAPACITY] bytes]] ne "ENODATA"} {
		set length [number $bytes m]
		store [wait_for [list pshm_ring_reserve $back $::CAPACITY $length]] [fetch $message $length]
		check [pshm_ring_commit $back $::CAPACITY $length]
		check [pshm_ring_release $there $::CAPACITY]
	}
	check [pshm_ring_leave $back $::CAPACITY $::PSHM_RING_SENDER]
	check [pshm_ring_leave $there $::CAPACITY $::PSHM_RING_RECEIVER]
}

# Talk to all others, and serve each of them, sender after sender.
proc exchange {name slot count} {
	set size [expr {$count * $count * 2 * $::RING}]
	set fd [check [pshm_open $name $::PSHM_DIRECTION_IO 0 $::PSHM_IF_DOES_NOT_EXIST_ERROR 0 ""]]
	set rings [map_object $fd $size]
	fconfigure stdout -buffering line
	for {set pair 0} {$pair < $count * $count} {incr pair} {
		lassign [list [expr {$pair / $count}] [expr {$pair % $count}]] sender receiver
		set there [expr {$rings + $pair * 2 * $::RING}]
		if {$sender == $receiver} continue
		if {$sender == $slot} { puts "$receiver\t[talk $there [expr {$there + $::RING}]]" }
		if {$receiver == $slot} { serve $there [expr {$there + $::RING}] }
	}
	check [pshm_unmap $rings $size]
	check [pshm_close $fd]
}

set arguments [lassign $argv mode]
[dict get {scenario scenario receive receive count count write write read read_records exchange exchange} $mode] {*}$arguments
exit [expr {$failures != 0}]

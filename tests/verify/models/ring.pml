/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The ring of shim/src/ring.c and shim/src/sync_ring*.c, for spin: one sender, one receiver, slots instead of records. Each line
 * that reads or changes a shared variable is one step, as each is one load, store or compare-and-exchange there.
 *
 *   CAPACITY  how many messages fit
 *   MESSAGES  how many are sent
 *   KILLS     how many ends are killed, each between any two steps; another process then joins in its place, or none does
 *   SLICES    1: a sleep may end by itself, and the peer is looked after; 0: only a wake ends it
 *   ABORTS    how often an end that sleeps gives up, at its timeout or after a signal, and calls again
 *   BUFFER    how many stores of each end may be in its store buffer (x86); 0: stores are visible immediately
 *   LATE      the sender leaves with a reservation, and commits it afterwards, while a successor joins; without KILLS
 *
 * The kernel puts an end to sleep only while its flag is set, and drops the dead; the stores of a dead process have reached memory.
 * Asserted: the receiver reads each message whole, in order, none lost, and one twice only where a receiver died between; it is told
 * that the sender has left or died only after the last message; no end that lives sleeps for ever (no invalid end state, and
 * 'finished' under weak fairness); a process that has left commits nothing.
 *
 * Defects, each of which must be found: NO_FENCE, SLEEPS_ON_POSITION, WAKES_NOBODY, PUBLISHES_FIRST, RELEASES_FIRST, TELLS_EARLY,
 * ENDS_EARLY, LOOKS_BEFORE_SLEEPING, LEAVES_SILENTLY, KEEPS_RESERVATION, OVERFILLS, LEAVES_RESERVATION.
 */
#ifndef CAPACITY
#define CAPACITY 1
#endif
#ifndef MESSAGES
#define MESSAGES 3
#endif
#ifndef KILLS
#define KILLS 0
#endif
#ifndef SLICES
#define SLICES 1
#endif
#ifndef ABORTS
#define ABORTS 0
#endif
#ifndef BUFFER
#define BUFFER 0
#endif

#define SENDER 0
#define RECEIVER 1
#define TORN 255

#define NOBODY 0
#define PRESENT 1
#define DEAD 2 /* the word still names the process, which the kernel knows to be dead */
#define LEFT 3

byte position[2];
bool sleeps[2];
byte who[2];
byte reserved;       /* of the receiver: the position after the message that it has peeked at */
byte slot[CAPACITY]; /* the number of a message, or TORN while it is written */

bool asleep[2];
bool gone[2]; /* killed, and no other process joins */
bool ended[2];
byte joined[2];       /* how many processes have */
byte sent[KILLS + 3]; /* the position at the end of each sender */
byte killed = 0;
byte aborted = 0;
byte noted = 0; /* by the receiver, about the last message, before the release */
bool claimed = false; /* LATE: the space of the sender is not 0 */

#define SLOT(n) slot[(n) % CAPACITY]

#if BUFFER
/* A store: of 'position' or 'sleeps' of a role, or of a slot. */
#define POSITION 0
#define SLEEPS 2
#define SLOTS 4
chan buffer[2] = [BUFFER] of { byte, byte };

inline reach_memory(variable, value) {
	if
	:: variable < SLEEPS -> position[variable] = value
	:: variable >= SLEEPS && variable < SLOTS -> sleeps[variable - SLEEPS] = value
	:: else -> slot[variable - SLOTS] = value
	fi
}

active proctype store_buffers()
{
	byte variable, value;
end:	do
	:: atomic { buffer[0]?variable,value -> reach_memory(variable, value) }
	:: atomic { buffer[1]?variable,value -> reach_memory(variable, value) }
	od
}
#define STORE_POSITION(role, value) buffer[me]!POSITION + role,value
#define STORE_SLEEPS(role, value) buffer[me]!SLEEPS + role,value
#define STORE_SLOT(n, value) buffer[me]!SLOTS + (n) % CAPACITY,value
#define DRAINED empty(buffer[me])
#ifdef NO_FENCE
#define FENCE skip
#else
#define FENCE DRAINED
#endif
#else
#define STORE_POSITION(role, value) position[role] = value
#define STORE_SLEEPS(role, value) sleeps[role] = value
#define STORE_SLOT(n, value) SLOT(n) = value
#define DRAINED true
#define FENCE skip
#endif

/* An end may be killed wherever this stands. */
inline mortal() {
	if
	:: atomic { killed < KILLS -> killed++; asleep[me] = false } goto die
	:: true
	fi
}

/* wake: a flag that is set is cleared, then its owner is woken. */
inline wake(role) {
	if
	:: sleeps[role] ->
		STORE_SLEEPS(role, false); FENCE;
		mortal();
#ifndef WAKES_NOBODY
		DRAINED; /* a system call is a fence */
		asleep[role] = false
#endif
	:: else
	fi
}

#ifdef SLEEPS_ON_POSITION
#define COMPARED (position[1 - me] == was)
#else
#define COMPARED sleeps[me]
#endif

/* peer_error: 'result' is who the peer was, if the call is to report that; NOBODY: go on. */
inline examine_peer() {
	atomic { result = who[1 - me]; seen = joined[1 - me] }
	if
	:: result == LEFT ->
#ifndef ENDS_EARLY
		mortal();
		if
		:: position[1 - me] != was -> result = NOBODY
		:: else
		fi
#endif
	:: result == DEAD && examined ->
#ifndef TELLS_EARLY
		mortal();
		if
		:: position[1 - me] != was -> result = NOBODY
		:: else
		fi
#endif
	:: else -> result = NOBODY
	fi
}

inline sleep_for_slice() {
	mortal();
	DRAINED;
	atomic {
		if
		:: COMPARED -> asleep[me] = true
		:: else
		fi
	}
	if
	:: !asleep[me]
#if SLICES
	:: atomic { asleep[me] -> asleep[me] = false }
		examined = true;
		examine_peer()
#endif
#if ABORTS
	:: atomic { asleep[me] && aborted < ABORTS -> aborted++; asleep[me] = false }
		examined = true;
		examine_peer()
#endif
	:: atomic { asleep[me] && killed < KILLS -> killed++; asleep[me] = false } goto die
	fi
}

/*
 * pshm__ring_wait: until the position of the peer is no longer 'was'. The peer is looked at after the flag is set: one that leaves
 * later finds the flag.
 */
inline wait_for_peer() {
	examined = false;
	result = NOBODY;
#ifdef LOOKS_BEFORE_SLEEPING
	examine_peer();
#endif
	if
	:: result != NOBODY
	:: else ->
		mortal();
		STORE_SLEEPS(me, true); FENCE;
		mortal();
		if
		:: position[1 - me] != was
		:: else ->
			mortal();
#ifndef LOOKS_BEFORE_SLEEPING
			examine_peer();
#endif
			if
			:: result != NOBODY
			:: else -> sleep_for_slice()
			fi
		fi
	fi
}

active proctype sender()
{
	byte me = SENDER;
	byte tail, was, result, seen;
	bool examined;

join:
	atomic { assert(who[me] == NOBODY || who[me] == DEAD); who[me] = PRESENT; joined[me]++ }
	tail = position[SENDER];
	do
	:: tail == MESSAGES -> break
	:: else ->
		mortal();
		/* reserve */
		was = position[RECEIVER];
		if
#ifdef OVERFILLS
		:: tail - was > CAPACITY ->
#else
		:: tail - was >= CAPACITY ->
#endif
			wait_for_peer();
			if
			:: result == DEAD && gone[RECEIVER] -> goto end
			:: else
			fi
		:: else ->
			mortal();
#ifdef PUBLISHES_FIRST
			STORE_POSITION(SENDER, tail + 1); FENCE;
			mortal();
#endif
			STORE_SLOT(tail, TORN);
			mortal();
			STORE_SLOT(tail, tail + 1);
			mortal();
			/* commit */
#ifndef PUBLISHES_FIRST
			STORE_POSITION(SENDER, tail + 1); FENCE;
#endif
			tail++;
			mortal();
			wake(RECEIVER)
		fi
	od;
	mortal();
#ifdef LATE
	claimed = true;
#endif
	/* leave */
#ifndef LEAVES_RESERVATION
	claimed = false;
#endif
	DRAINED;
	atomic { who[me] = LEFT; sent[joined[me]] = tail }
	mortal();
#ifndef LEAVES_SILENTLY
	wake(RECEIVER);
#endif
#ifdef LATE
	/* commit, in the order of its loads */
	if
	:: claimed -> assert(who[me] != PRESENT)
	:: else
	fi;
#endif
	goto end;

die:	DRAINED;
	sent[joined[me]] = position[SENDER];
	if
	:: who[me] == LEFT -> goto end
	:: atomic { who[me] != LEFT -> who[me] = DEAD } goto join
	:: atomic { who[me] != LEFT -> who[me] = DEAD; gone[me] = true } goto end
	fi;
end:	ended[me] = true
}

#ifdef LATE
active proctype successor()
{
	byte me = SENDER;

	atomic { who[me] == LEFT -> who[me] = PRESENT; joined[me]++ }
	claimed = false;
	atomic { who[me] = LEFT; sent[joined[me]] = position[SENDER] }
	wake(RECEIVER);
die:	skip
}
#endif

active proctype receiver()
{
	byte me = RECEIVER;
	byte head, was, result, seen;
	bool examined;

join:
	atomic { assert(who[me] == NOBODY || who[me] == DEAD); who[me] = PRESENT; joined[me]++ }
	mortal();
#ifndef KEEPS_RESERVATION
	reserved = position[RECEIVER];
#endif
	/* A release without a peek is an error. */
	assert(reserved == position[RECEIVER]);
	do
	:: true ->
		mortal();
		/* peek */
		head = position[RECEIVER];
		was = position[SENDER];
		if
		:: was == head ->
			wait_for_peer();
			if
			:: result != NOBODY ->
				atomic {
					assert(head >= sent[seen]); /* nothing is lost */
					if
					:: result == LEFT -> assert(head == MESSAGES); goto end
					:: result == DEAD && gone[SENDER] && head == position[SENDER] -> goto end
					:: else
					fi
				}
			:: else
			fi
		:: else ->
			mortal();
			reserved = head + 1;
#ifdef RELEASES_FIRST
			STORE_POSITION(RECEIVER, head + 1); FENCE;
#endif
			mortal();
			assert(SLOT(head) == head + 1); /* in order, and not torn */
			mortal();
			assert(SLOT(head) == head + 1); /* and it stays so until the release */
			assert(noted == head || noted == head + 1);
			noted = head + 1;
			mortal();
			/* release */
#ifndef RELEASES_FIRST
			STORE_POSITION(RECEIVER, reserved); FENCE;
#endif
			mortal();
			wake(SENDER)
		fi
	od;

die:	DRAINED;
	if
	:: atomic { true -> who[me] = DEAD } goto join
	:: atomic { true -> who[me] = DEAD; gone[me] = true } goto end
	fi;
end:	ended[me] = true
}

#ifdef SERVED
ltl finished { <> (ended[SENDER] && ended[RECEIVER]) }
#endif

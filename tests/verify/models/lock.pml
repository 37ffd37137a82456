/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The lock of shim/src/sync_lock.c, for spin. Each line that reads or changes the word is one step, as each is one load or one
 * compare-and-exchange there; the word is three variables that only atomic steps touch.
 *
 *   PROCESSES  how many; the first is never killed, so that somebody makes progress
 *   KILLS      how many of the others are killed, each between any two steps
 *   TURNS      how often each acquires
 *   SLICES     1: a sleep may end by itself, and the owner is looked after; 0: only a wake ends it
 *   LEAVES     how often one that waits gives up, at its timeout or after a signal: out of its sleep, or before the next one
 *
 * The kernel puts a process to sleep only while the word is what it saw, wakes one sleeper, and drops the dead. Asserted: nobody is inside
 * beside the owner; who finds what a dead owner left has been told; and no process that lives waits for ever (no invalid end state,
 * and 'served' under weak fairness).
 *
 * A sleep that a wake has ended is not ended by a timeout or a signal as well (futex(2)): who was woken looks at the word once more.
 *
 * Defects, each of which must be found: LEAVES_WOKEN, WAKES_NOBODY, FORGETS_SLEEPERS, SLEEPS_UNMARKED, TAKES_UNASKED, TELLS_NOBODY, REPAIRS_BY_RELEASE.
 */
#ifndef PROCESSES
#define PROCESSES 3
#endif
#ifndef KILLS
#define KILLS 2
#endif
#ifndef TURNS
#define TURNS 1
#endif
#ifndef SLICES
#define SLICES 1
#endif
#ifndef LEAVES
#define LEAVES 0
#endif

#define NOBODY 255

byte owner = NOBODY;
bool sleepers = false;
bool abandoned = false;

bool asleep[PROCESSES];
bool dead[PROCESSES];
byte turns[PROCESSES];
byte killed = 0;
byte gone = 0;
byte inside = NOBODY; /* who changes what the lock guards */
bool torn = false;    /* somebody began, and has not finished */

#define UNCHANGED (owner == seen_owner && sleepers == seen_sleepers && abandoned == seen_abandoned)
#define LOAD seen_owner = owner; seen_sleepers = sleepers; seen_abandoned = abandoned

/* A process may be killed wherever this stands. */
inline mortal() {
	if
	:: atomic { _pid != 0 && killed < KILLS -> killed++; dead[_pid] = true; asleep[_pid] = false } goto end
	:: true
	fi
}

/* Compare and exchange; 'done' says whether the word was as seen. */
inline change(new_owner, new_sleepers, new_abandoned) {
	atomic {
		if
		:: UNCHANGED -> owner = new_owner; sleepers = new_sleepers; abandoned = new_abandoned; done = true
		:: else -> done = false
		fi
	}
}

/* pshm__wake: one of those who sleep, whichever; nobody where none does. */
inline wake_one() {
	atomic {
		if
		:: asleep[0] -> asleep[0] = false
		:: asleep[1] -> asleep[1] = false
#if PROCESSES > 2
		:: asleep[2] -> asleep[2] = false
#endif
		:: else
		fi
	}
}

/* take_over: only of a process that is dead for certain. The result is 'done'. */
inline take_over() {
	if
#ifdef TAKES_UNASKED
	:: seen_owner != NOBODY ->
#else
	:: seen_owner != NOBODY && dead[seen_owner] ->
#endif
		change(_pid, true, true);
		if
#ifdef TELLS_NOBODY
		:: done -> told = false
#else
		:: done -> told = true
#endif
		:: else
		fi
	:: else -> done = false
	fi
}

active [PROCESSES] proctype process()
{
	byte seen_owner;
	bool seen_sleepers, seen_abandoned, done, told;

again:
	if
	:: turns[_pid] == TURNS -> goto end
	:: else
	fi;

	/* acquire */
	atomic { LOAD }
	do
	:: seen_owner != NOBODY -> break
	:: else ->
		mortal();
		change(_pid, seen_sleepers, seen_abandoned);
		if
		:: done -> told = seen_abandoned; goto held
		:: else -> atomic { LOAD }
		fi
	od;

	/* wait_for */
	do
	:: true ->
		mortal();
		atomic { LOAD }
		if
		:: seen_owner == NOBODY ->
			mortal();
#ifdef FORGETS_SLEEPERS
			change(_pid, false, seen_abandoned);
#else
			change(_pid, true, seen_abandoned);
#endif
			if
			:: done -> told = seen_abandoned; break
			:: else
			fi
		:: else ->
			/* mark_sleeping */
			mortal();
			if
#ifndef SLEEPS_UNMARKED
			:: !seen_sleepers ->
				change(seen_owner, true, seen_abandoned);
				if
				:: done -> seen_sleepers = true
				:: else
				fi
#endif
			:: else -> done = true
			fi;
			if
			:: done ->
				mortal();
				/* sleep_for_slice */
#if LEAVES
				if
				:: atomic { gone < LEAVES -> gone++ } goto leave
				:: true
				fi;
#endif
				atomic {
					if
					:: UNCHANGED -> asleep[_pid] = true
					:: else
					fi
				}
				if
#ifdef LEAVES_WOKEN
				:: atomic { !asleep[_pid] && gone < LEAVES -> gone++ } goto leave
#endif
				:: !asleep[_pid]
#if LEAVES
				:: atomic { asleep[_pid] && gone < LEAVES -> gone++; asleep[_pid] = false }
					take_over();
					if
					:: done -> break
					:: else -> goto leave
					fi
#endif
#if SLICES
				:: atomic { asleep[_pid] -> asleep[_pid] = false }
					mortal();
					take_over();
					if
					:: done -> break
					:: else
					fi
#endif
				:: atomic { asleep[_pid] && _pid != 0 && killed < KILLS -> killed++; dead[_pid] = true; asleep[_pid] = false } goto end
				fi
			:: else
			fi
		fi
	od;

held:
	assert(owner == _pid);
	assert(inside == NOBODY || dead[inside]); /* exclusion */
	assert(!torn || told);                    /* who finds a mess was told */
	if
	:: told ->
		mortal();
		torn = false; inside = NOBODY;
		mortal();
		/* mark_repaired: meanwhile the others change no other bit than 'sleepers' */
		atomic { abandoned = false }
	:: told -> goto release /* an owner may also leave the mess for the next */
	:: !told
	fi;
	inside = _pid; torn = true;
	mortal();
	assert(inside == _pid);
	torn = false; inside = NOBODY;
	mortal();

release:
	do
	:: true ->
		atomic { LOAD }
#ifdef REPAIRS_BY_RELEASE
		change(NOBODY, false, false);
#else
		change(NOBODY, false, seen_abandoned);
#endif
		if
		:: done -> break
		:: else
		fi
	od;
	mortal();
#ifndef WAKES_NOBODY
	if
	:: seen_sleepers -> wake_one()
	:: else
	fi;
#endif
	turns[_pid]++;
	told = false;
	goto again;

#if LEAVES
leave:
	turns[_pid]++;
	goto again;
#endif

end:	skip
}

#ifdef SERVED
ltl served { <> (turns[0] == TURNS) }
#endif

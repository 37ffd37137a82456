/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * One process among any number of others with the same lock. Before each access of this one to the word the others have changed
 * it arbitrarily, within what they are allowed; and each change of this one is allowed. Since all processes run the same code,
 * and this one is any of them, what is allowed is all that happens: nobody acquires what a living process holds.
 */
#include "waits.h"
#include "shared.h"
#include "identity.h"

/* sync_lock.c */
#define SLEEPERS (UINT64_C(1) << 22)
#define ABANDONED (UINT64_C(1) << 23)

/* How often others change the word at most: no loop of the lock looks at its number. */
enum { CHANGES = 3 };

static uint64_t known;

static uint64_t
owner_of(uint64_t word)
{
	return (word & PROCESS_NUMBER) == 0 ? 0 : word & PROCESS_BITS;
}

static bool
keeps_sleepers(uint64_t before, uint64_t after)
{
	return (before & SLEEPERS) == 0 || (after & SLEEPERS) != 0;
}

/* What a process may do to the word: acquire, release, repair, set the mark of sleepers, and take over what a dead one holds. */
static bool
is_step(uint64_t process, bool owner_is_dead, uint64_t before, uint64_t after)
{
	uint64_t owner = owner_of(before);

	if (after == before)
		return true;
	if (owner == 0)
		return owner_of(after) == process && (after & ABANDONED) == (before & ABANDONED) && keeps_sleepers(before, after);
	if (owner == process && (after == (before & ABANDONED) || after == (before & ~ABANDONED)))
		return true;
	return after == (before | SLEEPERS) || (owner_is_dead && after == (process | SLEEPERS | ABANDONED));
}

/* What any number of steps of others come to. */
static bool
is_of_others(uint64_t before, uint64_t after)
{
	if (owner_of(before) != this_process)
		return owner_of(after) != this_process;
	return after == before || after == (before | SLEEPERS);
}

/* This process lives: nobody finds it dead. */
static void
check_what_is_allowed(void)
{
	uint64_t other = any_process_word();
	uint64_t first = nondet_uint64();
	uint64_t second = nondet_uint64();
	uint64_t third = nondet_uint64();

	assume(other != this_process);
	check(!is_step(other, owner_of(first) != this_process, first, second) || is_of_others(first, second),
	      "a step of another is one of others");
	check(!is_of_others(first, second) || !is_of_others(second, third) || is_of_others(first, third), "and so are several");
}

void
others_act(const void *word)
{
	static int changes;
	uint64_t changed = nondet_uint64();

	check(word == &shared, "there is one word");
	check(is_step(this_process, found_dead != 0 && owner_of(known) == found_dead, known, shared),
	      "a process does to the word only what is allowed");
	assume(is_of_others(shared, changed));
	if (changes < CHANGES && changed != shared) {
		changes++;
		shared = changed;
	}
	known = shared;
}

static bool
is_held(void)
{
	others_act(&shared);
	return owner_of(shared) == this_process;
}

int
main(void)
{
	int64_t address = any_word(8);
	int result;

	this_process = any_process_word();
	check_what_is_allowed();
	known = shared;
	assume(is_word(address, 8) && owner_of(shared) != this_process);
	asked.rights = MAY_WAIT;
	proof_begin();
	result = pshm_lock_acquire(address, any_int64());
	check(is_held() == (result >= 0), "the lock is held after success, whatever others do, and only then");
	check(result < 0 || result == ((shared & ABANDONED) != 0), "the result tells of the death of an owner");
	goal(result == 0, "acquired");
	goal(result == 1, "told-of-a-death");
	if (result < 0)
		return 0;
	check(!nondet_bool() || pshm_lock_mark_repaired(address) == 0, "the owner repairs");
	check(is_held(), "it is still held");
	check(pshm_lock_release(address) == 0, "the owner releases");
	check(!is_held(), "then it is not held");
	goal(true, "released");
	return 0;
}

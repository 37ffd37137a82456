/* SPDX-License-Identifier: BSD-3-Clause */
/* What the model follows, and what is asserted before and after each call under proof. */
#include "proof.h"

/* Conversions are checked in the library. */
#pragma CPROVER check push
#pragma CPROVER check disable "conversion"

/* Of the manual pages, as in the tests of faults. */
extern const int *const fault_errors[INTERPOSED];

struct asked asked;
bool is_by_manual;
int followed_error;
bool was_answered;
int followed_fd;
bool is_open;
bool is_closed_ours;
uint64_t followed_byte;
bool is_mapped;
bool unmap_failed;
bool removal_failed;
int temporaries;
bool is_listing;
bool is_allocated;
struct stat status_given;
struct stat status_before;
int statuses;
int removals;
bool was_reserved;
uint64_t unmapped_start;
uint64_t unmapped_length;
int64_t most_transferred;
int sent;
bool truncated;
int flags_given;
int mode_given;
int cancel_state;
bool signals_blocked;
int calls;
int64_t chosen_page_size;
int64_t chosen_object_page_size;

static int errno_before;
static int last_before;
static int cancel_before;
static bool blocked_before;

/* Signals and races end: so often at most a call is interrupted, or told to try again. */
enum { INTERRUPTIONS = 2, REFUSALS = 2 };

enum { WAITS = 3 };

static int interruptions;
static int waits;
static int refusals;

void
within(unsigned right)
{
	calls++;
	check((asked.rights & right) == right, "the system is asked only for what the caller asks for");
}

/* A constant table, whose bytes need no checks. */
#pragma CPROVER check push
#pragma CPROVER check disable "pointer"
#pragma CPROVER check disable "pointer-overflow"
#pragma CPROVER check disable "bounds"
static bool
is_listed(enum interposed function, int error)
{
	for (const int *listed = fault_errors[function]; *listed != 0; listed++)
		if (*listed == error)
			return true;
	return false;
}
#pragma CPROVER check pop

/* Any errno may be given; only the calls whose manual page says so are interrupted. */
static bool
may_be(enum interposed function, int error)
{
	if (is_by_manual)
		return is_listed(function, error);
	return error > 0 && error < 4096 && (error != EINTR || is_listed(function, EINTR));
}

int
failure(enum interposed function)
{
	int error = nondet_int();

	assume(may_be(function, error));
	assume(error != EINTR || interruptions < INTERRUPTIONS);
	assume(error != EAGAIN || refusals < REFUSALS);
	interruptions += error == EINTR;
	refusals += error == EAGAIN;
	was_answered = was_answered || error == followed_error;
	errno = error;
	return -1;
}

void
no_cancellation(void)
{
	check(cancel_state == PTHREAD_CANCEL_DISABLE, "no thread is cancelled where it holds something");
}

void
let_others_run(void)
{
	assume(waits < WAITS);
	waits++;
	if (asked.word != NULL)
		*asked.word = nondet_uint64();
}

/* The position of the other end of a ring, which moves a few times at most. */
unsigned
any_position(void)
{
	static int moves;

	assume(moves < WAITS);
	moves++;
	return nondet_unsigned();
}

int
new_descriptor(void)
{
	int fd = nondet_int();

	assume(fd >= 0 && (fd != followed_fd || !is_open));
	is_open = is_open || fd == followed_fd;
	return fd;
}

static int
any_last_failure(void)
{
	int error = nondet_int();

	assume(error >= 0 && error < 4096);
	return error;
}

void
proof_begin(void)
{
	is_by_manual = nondet_bool();
	followed_error = nondet_int();
	followed_fd = nondet_int();
	followed_byte = nondet_uint64();
	assume(followed_error > 0 && followed_error < 4096 && followed_fd >= 0);
	errno_before = errno = nondet_int();
	last_before = any_last_failure();
	(void)pshm_set_errno(last_before);
	cancel_before = cancel_state = nondet_bool() ? PTHREAD_CANCEL_ENABLE : PTHREAD_CANCEL_DISABLE;
	blocked_before = signals_blocked = nondet_bool();
}

/* An error that the library makes is documented; one of the system comes through unchanged, but for the interruption. */
static void
check_error(int64_t result)
{
	bool documented = is_documented(followed_error);

	check(result >= -4095, "an error is at least -4095");
	check(result != -followed_error || documented || was_answered, "an error is documented, or one that the system gave");
	check(result != -followed_error || documented || followed_error != EINTR,
	      "an interruption comes out where it is documented");
}

static void
check_surroundings(void)
{
	check(errno == errno_before, "errno is as it was");
	check(cancel_state == cancel_before, "whether the thread can be cancelled is as it was");
	check(signals_blocked == blocked_before, "the signals are as they were");
	check(temporaries == 0 || removal_failed, "no temporary name is left");
	check(!is_listing && !is_allocated, "the directory is closed, and no memory is kept");
}

void
proof_end(int64_t result)
{
	bool failed = is_failure(result);

	if (failed)
		check_error(result);
	check(pshm_errno() == (failed ? (int)-result : last_before), "the last failure is set by an error, and by nothing else");
	check_surroundings();
}

void
proof_end_nil(int64_t result)
{
	check_error(result);
	check(pshm_errno() == last_before, "what the caller asks for is no failure");
	check_surroundings();
}

void
leaves_nothing(int64_t result)
{
	(void)result;
	check(!is_open, "every descriptor is closed");
	check(!is_mapped || unmap_failed, "every mapping is unmapped");
}

void
leaves_descriptor(int64_t result)
{
	check(is_open == (result == followed_fd), "the result is open, and nothing else that was opened");
	check(!is_mapped || unmap_failed, "every mapping is unmapped");
}

int64_t
object_page_size(void)
{
	if (chosen_object_page_size == 0)
		chosen_object_page_size = nondet_bool() ? pshm_page_size() : 2 << 20;
	return chosen_object_page_size;
}

/* Of the pages at both ends the whole is mapped. */
void
leaves_mapping(int64_t result, int64_t before, int64_t length)
{
	uint64_t start = (uint64_t)result - (uint64_t)before;
	uint64_t size = (uint64_t)object_page_size();
	uint64_t whole = ((uint64_t)before + (uint64_t)length + size - 1) & -size;
	bool failed = is_failure(result);

	check(!is_open, "every descriptor is closed");
	check(failed || is_mapped || followed_byte - start >= (uint64_t)before + (uint64_t)length, "the whole result is mapped");
	check(!is_mapped || unmap_failed || (!failed && followed_byte - start < whole), "nothing else is mapped");
}

/* Names of so many bytes are too long: the greatest length is a small one here, smaller.tsv. */
enum { LONGEST_NAME = 12 };

const char *
any_name(void)
{
	static char name[LONGEST_NAME + 1];

	__CPROVER_havoc_object(name);
	name[LONGEST_NAME] = '\0';
	asked.name = nondet_bool() ? name : NULL;
	return asked.name;
}

/* The portable form, as the headers say it. */
bool
is_good_name(const char *name)
{
	int length = 1;

	if (name == NULL || name[0] != '/' || name[1] == '\0')
		return false;
	if (name[1] == '.' && (name[2] == '\0' || (name[2] == '.' && name[3] == '\0')))
		return false;
	for (; name[length] != '\0'; length++)
		if (name[length] == '/')
			return false;
	return length <= pshm_name_max();
}

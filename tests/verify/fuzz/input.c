/* SPDX-License-Identifier: BSD-3-Clause */
/* The input, and what arguments are made of it. */
#include "fuzz.h"

static struct {
	const uint8_t *next;
	size_t left;
} input;

void
input_begin(const uint8_t *bytes, size_t size)
{
	input.next = bytes;
	input.left = size;
}

bool
input_has_ended(void)
{
	return input.left == 0;
}

unsigned
take(void)
{
	if (input.left == 0)
		return 0;
	input.left--;
	return *input.next++;
}

int
choose(int count)
{
	return (int)(take() % (unsigned)count);
}

uint64_t
take_bytes(int count)
{
	uint64_t value = 0;

	while (count-- > 0)
		value = value << 8 | take();
	return value;
}

int
some_int(void)
{
	static const int hostile[] = { -1,   0,     1,     2,          3,          4,          -2,        100,
		                       0777, 01000, 4095,  4096,       -4095,      INT_MAX,    INT_MIN,   0x40,
		                       0x80, 0x200, 0x800, 0x00800000, 0x01800000, 0x10000000, 0x20000000 };
	int which = choose((int)(sizeof hostile / sizeof hostile[0]) + 2);

	if (which >= (int)(sizeof hostile / sizeof hostile[0]))
		return (int)(uint32_t)take_bytes(which & 1 ? 4 : 1);
	return hostile[which];
}

int64_t
some_size(void)
{
	static const int64_t hostile[] = {
		/* clang-format off */
		0, 1, 100, 4095, 4096, 4097, 8192, 1 << 16, -1, -4096, 1 << 20, (4 << 20) + 1,
		INT32_MAX, (int64_t)1 << 32, (int64_t)1 << 50, (int64_t)1 << 62,
		INT64_MAX - 4096, INT64_MAX - 1, INT64_MAX, INT64_MIN, INT64_MIN + 1,
		/* clang-format on */
	};
	int which = choose((int)(sizeof hostile / sizeof hostile[0]) + 6);

	if (which >= (int)(sizeof hostile / sizeof hostile[0]))
		return (int64_t)take_bytes(which % 6 == 0 ? 8 : 2);
	return hostile[which];
}

/* Sizes that would use up the memory of the machine are avoided: small ones, or beyond every machine. */
int64_t
some_affordable_size(void)
{
	int64_t size = some_size();

	return size > (1 << 20) && size < (int64_t)1 << 62 ? size % (1 << 18) : size;
}

struct name
some_name(void)
{
	static char too_long[258];
	static const struct name bad[] = {
		{ NULL, NONE, -EFAULT },           { "", NONE, -EINVAL },     { "/", NONE, -EINVAL },  { "noslash", NONE, -EINVAL },
		{ "/a/b", NONE, -EINVAL },         { "//a", NONE, -EINVAL },  { "/.", NONE, -EINVAL }, { "/..", NONE, -EINVAL },
		{ too_long, NONE, -ENAMETOOLONG }, { "/directory", NONE, 0 }, { "/fifo", NONE, 0 },    { "/link", NONE, 0 },
	};
	int which = choose(3 * NAMES + (int)(sizeof bad / sizeof bad[0]));

	memset(too_long, 'x', sizeof too_long - 1);
	too_long[0] = '/';
	if (which < 3 * NAMES)
		return (struct name){ good_names[which % NAMES], which % NAMES, 0 };
	return bad[which - 3 * NAMES];
}

bool
is_strange(const struct name *name)
{
	return name->error == 0 && name->index == NONE;
}

int
object_of(const struct name *name)
{
	return name->index == NONE ? NONE : model.names[name->index];
}

struct descriptor *
some_slot(void)
{
	int left = choose(DESCRIPTORS + 1);

	for (int round = 0; round < DESCRIPTORS * DESCRIPTORS && left < DESCRIPTORS; round++) {
		struct descriptor *slot = &model.descriptors[round % DESCRIPTORS];

		if (slot->fd != NONE && left-- == 0)
			return slot;
	}
	return NULL;
}

int
fd_of(const struct descriptor *slot)
{
	static const int bad[] = { -1, INT_MAX, INT_MIN, 63, -100 };

	return slot != NULL ? slot->fd : bad[choose((int)(sizeof bad / sizeof bad[0]))];
}

struct object *
object_behind(const struct descriptor *slot)
{
	return &model.objects[slot->object];
}

int
some_permissions(void)
{
	return choose(8) == 0 ? some_int() : (int)take_bytes(2) & 0777;
}

bool
are_permissions(int permissions)
{
	return (permissions & ~0777) == 0;
}

bool
is_between(int value, int low, int high)
{
	return value >= low && value <= high;
}

/* SPDX-License-Identifier: BSD-3-Clause */
/* Descriptors, sizes and what an object has. */
#include "portable.h"

static void
every_descriptor(void)
{
	int closed = pshm_dup(0);
	int64_t fields[FIELDS];
	char bytes[1] = { 0 };

	IS(0, pshm_close(closed));
	const int bad[] = { -1, closed, INT_MAX, INT_MIN };
	for (int i = 0; i < 4; i++) {
		int fd = bad[i];

		IS(-EBADF, pshm_close(fd));
		IS(-EBADF, pshm_dup(fd));
		IS(-EBADF, pshm_set_inheritable(fd, 1));
		IS(-EBADF, pshm_fstat(fd, fields, FIELDS));
		IS(-EBADF, pshm_fchmod(fd, 0600));
		IS(-EBADF, pshm_fchown(fd, -1, -1));
		IS(-EBADF, pshm_ftruncate(fd, 0));
		IS(-EBADF, pshm_truncate(fd, 0));
		IS(-EBADF, pshm_fallocate(fd, 0, 1));
		IS(-EBADF, pshm_allocate(fd, 1));
		IS(-EBADF, pshm_discard(fd, 0, 1));
		IS(-EBADF, pshm_discard(fd, 0, 0));
		IS(-EBADF, pshm_mmap(0, 4096, PSHM_PROT_READ, PSHM_MAP_SHARED, fd, 0));
		IS(-EBADF, pshm_map(fd, 1, PSHM_PROT_READ, PSHM_MAP_SHARED, 1));
		IS(-EBADF, pshm_map_prefixed(fd, 1, PSHM_PROT_READ, PSHM_MAP_SHARED, 0, 1));
		IS(-EBADF, pshm_read(fd, bytes, 1, 0));
		IS(-EBADF, pshm_write(fd, bytes, 1, 0));
		IS(-EBADF, pshm_send(fd, fd, -1));
		IS(-EBADF, pshm_receive(fd, -1));
		IS(-EBADF, pshm_seal(fd, 0));
		IS(-EBADF, pshm_seals(fd));
		IS(-EBADF, pshm_reopen(fd, PSHM_DIRECTION_INPUT));
		IS(-EBADF, pshm_delete_if_same(name, fd));
	}
}

static void
descriptors_of_others(void)
{
	int ends[2];
	int directory = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	char byte = 0;
	int fds[3] = { directory };

	IS(0, pshm_socketpair(&ends[0], &ends[1]));
	fds[1] = ends[0];
	fds[2] = ends[1];
	for (int i = 0; i < 3; i++) {
		FAILS(pshm_ftruncate(fds[i], 0));
		FAILS(pshm_truncate(fds[i], 0));
		FAILS(pshm_allocate(fds[i], 4096));
		FAILS(pshm_map(fds[i], 4096, PSHM_PROT_READ, PSHM_MAP_SHARED, 0));
		FAILS(pshm_fstat(fds[i], NULL, 0));
		FAILS(pshm_seal(fds[i], PSHM_SEAL_SEAL));
		FAILS(pshm_reopen(fds[i], PSHM_DIRECTION_INPUT));
		FAILS(pshm_read(fds[i], &byte, 1, 0));
		FAILS(pshm_write(fds[i], &byte, 1, 0));
		IS(0, pshm_close(fds[i]));
	}
}

static void
negative_sizes(void)
{
	int fd = new_object(100);

	IS(-EINVAL, pshm_ftruncate(fd, -1));
	IS(-EINVAL, pshm_truncate(fd, INT64_MIN));
	IS(-EINVAL, pshm_allocate(fd, -1));
	IS(100, size_of(fd));
	IS(0, pshm_close(fd));
}

static void
greatest_size(void)
{
	int fd = new_object(0);

	IS(0, pshm_ftruncate(fd, INT64_MAX));
	IS(INT64_MAX, size_of(fd));
	IS(0, pshm_close(fd));
}

static void
allocate_too_much(int64_t size)
{
	int fd = new_object(100);
	int64_t before[FIELDS];
	int64_t after[FIELDS];
	int64_t result;

	IS(FIELDS, pshm_fstat(fd, before, FIELDS));
	result = pshm_allocate(fd, size);
	expect(result == -ENOSPC || result == -EFBIG || result == -EINVAL, "allocating too much", result);
	IS(FIELDS, pshm_fstat(fd, after, FIELDS));
	IS(before[PSHM_STAT_SIZE], after[PSHM_STAT_SIZE]);
	IS(before[PSHM_STAT_BLOCKS], after[PSHM_STAT_BLOCKS]);
	IS(0, pshm_close(fd));
}

static void allocate_greatest(void) { allocate_too_much(INT64_MAX); }

static void
allocate_more_than_there_is(void)
{
	int64_t total = 0;

	IS(0, pshm_space(&total, NULL));
	allocate_too_much(total == 0 ? (int64_t)1 << 60 : total + 1);
}

static void
allocate_nothing(void)
{
	int fd = new_object(0);

	IS(0, pshm_allocate(fd, 0));
	IS(0, size_of(fd));
	IS(0, pshm_close(fd));
}

static void
discard_of_others(void)
{
	int ends[2];
	int directory = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	IS(0, pshm_socketpair(&ends[0], &ends[1]));
	FAILS(pshm_discard(directory, 0, 1));
	FAILS(pshm_discard(ends[0], 0, 1));
	IS(-EISDIR, pshm_discard(directory, 0, 0));
	IS(-ENODEV, pshm_discard(ends[0], 0, 0));
	IS(0, pshm_close(directory));
	IS(0, pshm_close(ends[0]));
	IS(0, pshm_close(ends[1]));
}

static void
discard_ranges(void)
{
	int fd = new_object(100);

	IS(-EINVAL, pshm_discard(fd, -1, 1));
	IS(-EINVAL, pshm_discard(fd, 1, -1));
	IS(-EOVERFLOW, pshm_discard(fd, 1, INT64_MAX));
	IS(0, pshm_close(fd));
}

static void
discard_nothing(void)
{
	int fd = new_object(0);
	char byte = 'x';

	IS(0, pshm_allocate(fd, 100));
	IS(1, pshm_write(fd, &byte, 1, 0));
	IS(0, pshm_discard(fd, 0, 0));
	IS(0, pshm_discard(fd, 100, INT64_MAX - 100));
	IS(1, pshm_read(fd, &byte, 1, 0));
	IS('x', byte);
	IS(0, pshm_discard(fd, 0, INT64_MAX));
	IS(1, pshm_read(fd, &byte, 1, 0));
	IS(0, byte);
	IS(100, size_of(fd));
	IS(0, pshm_close(fd));
}

static void
discard_by_reader(void)
{
	int fd = reader();

	IS(-EBADF, pshm_discard(fd, 0, 1));
	IS(0, pshm_close(fd));
}

static void
truncate_reader(void)
{
	int fd = reader();
	int64_t result = pshm_ftruncate(fd, 0);

	expect(result == -EINVAL || result == -EBADF, "truncating a reader", result);
	FAILS(pshm_truncate(fd, 0));
	IS(100, size_of(fd));
	IS(0, pshm_close(fd));
}

static void
fstat_arguments(void)
{
	int64_t fields[FIELDS];
	int fd = reader();

	IS(-EFAULT, pshm_fstat(fd, NULL, 1));
	IS(-EINVAL, pshm_fstat(fd, fields, -1));
	IS(0, pshm_close(fd));
}

static void
fstat_counts(void)
{
	int64_t fields[FIELDS + 10];
	int fd = reader();

	memset(fields, 0x55, sizeof fields);
	IS(FIELDS, pshm_fstat(fd, NULL, 0));
	IS(FIELDS, pshm_fstat(fd, fields + 4, FIELDS + 2));
	IS(0x5555555555555555, fields[3]);
	IS(0x5555555555555555, fields[4 + FIELDS]);
	IS(0, pshm_close(fd));
}

static void
mode_bits(void)
{
	int fd = new_object(0);

	IS(-EINVAL, pshm_fchmod(fd, 01000));
	IS(-EINVAL, pshm_fchmod(fd, -1));
	IS(0, pshm_close(fd));
}

static void
owner_ids(void)
{
	int fd = new_object(0);

	IS(-EINVAL, pshm_fchown(fd, -2, -1));
	IS(-EINVAL, pshm_fchown(fd, -1, (int64_t)1 << 40));
	IS(-EINVAL, pshm_fchown(fd, UINT32_MAX, -1));
	IS(0, pshm_close(fd));
}

static void
byte_arguments(void)
{
	int fd = new_object(10);
	char byte = 0;

	IS(-EINVAL, pshm_read(fd, &byte, -1, 0));
	IS(-EINVAL, pshm_write(fd, &byte, 1, -1));
	IS(-EFAULT, pshm_read(fd, NULL, 1, 0));
	IS(-EFAULT, pshm_write(fd, NULL, 1, 0));
	IS(0, pshm_close(fd));
}

static void
bytes_at_the_end(void)
{
	int fd = new_object(10);
	char bytes[20] = { 0 };

	IS(4, pshm_write(fd, bytes, 20, 6));
	IS(4, pshm_read(fd, bytes, 20, 6));
	IS(0, pshm_write(fd, bytes, 20, 10));
	IS(0, pshm_read(fd, bytes, 20, INT64_MAX));
	IS(10, size_of(fd));
	IS(0, pshm_close(fd));
}

static void
write_reader(void)
{
	int fd = reader();

	IS(-EBADF, pshm_write(fd, "x", 1, 0));
	IS(0, pshm_close(fd));
}

const struct bad_row bad_objects[] = {
	{ "every call with fd (not mmap anonymous)", "-1", every_descriptor },
	{ "ftruncate, truncate, allocate, map, stat, seal, reopen, read, write", "a directory", descriptors_of_others },
	{ "ftruncate, truncate, allocate", "negative", negative_sizes },
	{ "ftruncate, truncate", "INT64_MAX", greatest_size },
	{ "allocate", "INT64_MAX", allocate_greatest },
	{ "allocate", "more than", allocate_more_than_there_is },
	{ "allocate", "size 0", allocate_nothing },
	{ "discard", "a directory", discard_of_others },
	{ "discard", "negative", discard_ranges },
	{ "discard", "length 0", discard_nothing },
	{ "discard", "descriptor opened", discard_by_reader },
	{ "ftruncate, truncate", "descriptor opened", truncate_reader },
	{ "fstat", "ret_fields NULL", fstat_arguments },
	{ "fstat", "count 0", fstat_counts },
	{ "fchmod, chmod", "bits", mode_bits },
	{ "fchown", "id below", owner_ids },
	{ "read, write", "negative", byte_arguments },
	{ "read, write", "at and past", bytes_at_the_end },
	{ "write", "to a descriptor", write_reader },
	{ NULL, NULL, NULL },
};

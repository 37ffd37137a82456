/* SPDX-License-Identifier: BSD-3-Clause */
/* Constants, names of errors, keywords, the fields of an object and the bytes that it holds. */
#include "portable.h"

#include <time.h>

void
describe(FILE *file)
{
	const struct timespec times[2] = { { -1, 999999999 }, { (int64_t)1 << 33, 1 } };
	int fd = pshm_open(name, PSHM_DIRECTION_IO, PSHM_IF_EXISTS_SUPERSEDE, 0, 0640, NULL);
	const int64_t mapped = (int64_t)3 << 30; /* qemu's user mode of 32-bit machines cuts off what is above 4 GiB */
	unsigned char bytes[8];
	int64_t fields[FIELDS];
	int64_t address;

	for (int i = 0; i < pshm_constant_count(); i++)
		fprintf(file, "%s %d\n", pshm_constant_name(i), pshm_constant_value(i));
	for (int i = 0; i < pshm_error_count(); i++)
		fprintf(file, "%s: %s\n", pshm_error_name(pshm_error_at(i)), pshm_strerror(pshm_error_at(i)));
	for (int kind = PSHM_KIND_OPEN_FLAG; kind <= PSHM_KIND_UPDATE; kind++) {
		for (int i = 0; i < pshm_constant_count(); i++) {
			char text[256] = "";

			if (pshm_flags_format(kind, pshm_constant_value(i), text, sizeof text) >= 0)
				fprintf(file, "kind %d, %d: %s\n", kind, pshm_constant_value(i), text);
		}
	}
	IS(0, pshm_truncate(fd, ((int64_t)5 << 30) + 7));
	IS(0, futimens(fd, times));
	IS(1, pshm_write(fd, "\x80", 1, (int64_t)5 << 30));
	IS(1, pshm_write(fd, "\x80", 1, mapped));
	IS(0, futimens(fd, times));
	IS(FIELDS, pshm_fstat(fd, fields, FIELDS));
	fprintf(file, "mode %lld links %lld size %lld rdev %lld blksize %lld blocks %lld atime %lld %lld mtime %lld %lld\n",
	        (long long)fields[PSHM_STAT_MODE], (long long)fields[PSHM_STAT_NLINK], (long long)fields[PSHM_STAT_SIZE],
	        (long long)fields[PSHM_STAT_RDEV], (long long)fields[PSHM_STAT_BLKSIZE], (long long)fields[PSHM_STAT_BLOCKS],
	        (long long)fields[PSHM_STAT_ATIME_SEC], (long long)fields[PSHM_STAT_ATIME_NSEC], (long long)fields[PSHM_STAT_MTIME_SEC],
	        (long long)fields[PSHM_STAT_MTIME_NSEC]);
	address = pshm_map(fd, 7, PSHM_PROT_READ | PSHM_PROT_WRITE, PSHM_MAP_SHARED, mapped);
	GIVES(address);
	expect(address > 0, "an address is positive", address);
	IS(0, pshm_fill(address + 1, 0x7f, 2));
	IS(0, pshm_copy(address + 3, address, 3));
	IS(1, pshm_read(fd, bytes, 1, (int64_t)5 << 30));
	IS(0x80, bytes[0]);
	IS(7, pshm_read(fd, bytes, 7, mapped));
	for (int i = 0; i < 7; i++)
		fprintf(file, "%02x ", bytes[i]);
	fprintf(file, "\n%s, %d bytes of a name\n", pshm_version_string(), pshm_name_max());
	IS(0, pshm_unmap(address, 7));
	IS(0, pshm_close(fd));
	IS(0, pshm_delete(name));
}

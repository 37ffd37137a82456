/* SPDX-License-Identifier: BSD-3-Clause */
#include "proof.h"

int
main(void)
{
	int64_t fields[PSHM_STAT_CTIME_NSEC + 2];
	int64_t before[PSHM_STAT_CTIME_NSEC + 2];
	int count = any_int();
	unsigned field = nondet_unsigned();
	bool has_fields = nondet_bool();
	int result;

	/* The caller's buffer is as large as it says. */
	assume(field <= PSHM_STAT_CTIME_NSEC + 1);
	assume(!has_fields || count <= PSHM_STAT_CTIME_NSEC + 1);
	before[field] = fields[field];
	asked.fd = any_int();
	CALL(result, pshm_fstat(asked.fd, has_fields ? fields : NULL, count));
	check(result <= 0 || result == PSHM_STAT_CTIME_NSEC + 1, "success is the number of the fields");
	check(result >= 0 || fields[field] == before[field], "the fields are untouched by a failure");
	check((int)field < count || fields[field] == before[field], "no field past the buffer is written");
	check(result < 0 || count <= PSHM_STAT_MODE || !has_fields || (fields[PSHM_STAT_MODE] & ~0777) == 0,
	      "the mode is permissions");
	check(result < 0 || count <= PSHM_STAT_SIZE || !has_fields || fields[PSHM_STAT_SIZE] == status_given.st_size,
	      "the size is that of the object");
	check(result < 0 || S_ISREG(status_given.st_mode) || (status_given.st_mode & S_IFMT) == 0, "it is an object");
	leaves_nothing(result);
	proof_end(result);
	return 0;
}

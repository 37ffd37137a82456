/* SPDX-License-Identifier: BSD-3-Clause */
/* Mappings, below the public functions: nothing here records a failure. */
#ifndef PSHM_MAPPING_H
#define PSHM_MAPPING_H

#include <stdint.h>

/* The native flags, -EINVAL for a bit that is no flag of ours, or -ENOTSUP for a flag that is not the platform's. */
int mapping_native_flags(int flags);

/* Check a request and map. */
int64_t mapping_place(int64_t address, int64_t length, int protections, int flags, int fd, int64_t offset);

/* Do to a new mapping what the flags ask beyond mapping it. */
int mapping_settle(int64_t address, int64_t length, int protections, int flags);

/* Both, or nothing. */
int64_t mapping_make(int64_t address, int64_t length, int protections, int flags, int fd, int64_t offset);

int mapping_remove(int64_t address, int64_t length);

#endif

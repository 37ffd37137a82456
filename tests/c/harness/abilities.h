/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What the kernel is able to do, without the library under test. On a simulated platform its kernel answers. What a test
 * requested of the functions in between is forgotten: ask first.
 */
#ifndef PSHM_TEST_ABILITIES_H
#define PSHM_TEST_ABILITIES_H

#include <stdbool.h>

/* Whether a memfd takes a seal, by the kernel's number. */
bool kernel_seals(unsigned seal);

/* Whether there is an advice for private memory, by the kernel's number. */
bool kernel_advises(int advice);

/* Whether a process has a descriptor. */
bool kernel_opens_processes(void);

/*
 * How many calls a memfd without x bits takes: the flag of the first is unknown before Linux 6.3, and forbidden where
 * vm.memfd_noexec is 2.
 */
int kernel_memfd_calls(void);

#endif

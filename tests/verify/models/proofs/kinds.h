/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Each kind of keywords is a part of a proof, and has only its own rows; the last part is every number that is no kind, for which
 * no row is looked at.
 */
#ifndef PROOF_KINDS_H
#define PROOF_KINDS_H

#include "proof.h"

#include <string.h>

#define IS_NO_KIND (PART > 12)

/* The rows are looked at by the lengths of their names. */
static inline size_t
no_row(void)
{
	check(!IS_NO_KIND, "what is no kind has no rows");
	assume(false);
	return 0;
}

#if IS_NO_KIND
#define strlen(name) no_row()
#endif
#include "ffi_flags.c"
#undef strlen
_Static_assert(PSHM_KIND_RING_ROLE == 12, "each kind has a part");

static int
any_kind(void)
{
	int kind = any_int();

	assume(kind < PSHM_KIND_OPEN_FLAG || kind > PSHM_KIND_RING_ROLE);
	return IS_NO_KIND ? kind : PART;
}

#endif

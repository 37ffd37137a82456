/* SPDX-License-Identifier: BSD-3-Clause */
/* Other processes that change a shared word between two accesses: none, unless a proof has its own (table.tsv). */
#include "model.h"

void
others_act(const void *word)
{
	(void)word;
}

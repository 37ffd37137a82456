/* SPDX-License-Identifier: BSD-3-Clause */
/* Before every file: glibc's calls have their own names, and not assembler labels, which a model checker does not follow. */
#define _GNU_SOURCE
#define _FILE_OFFSET_BITS 64
#define _TIME_BITS 64
#include <features.h>
#undef __REDIRECT
#undef __REDIRECT_NTH
#undef __REDIRECT_NTHNL
#define __REDIRECT(name, parameters, alias) name parameters
#define __REDIRECT_NTH(name, parameters, alias) name parameters
#define __REDIRECT_NTHNL(name, parameters, alias) name parameters

/* What another process may have stored: smaller.tsv. */
unsigned nondet_unsigned(void);
unsigned any_position(void);

/* What other processes do before an access of this one to a word: smaller.tsv. */
void others_act(const void *word);

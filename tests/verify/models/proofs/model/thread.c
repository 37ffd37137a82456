/* SPDX-License-Identifier: BSD-3-Clause */
/* The state of the thread. */
#include "model.h"

#include <signal.h>

/* Conversions are checked in the library. */
#pragma CPROVER check push
#pragma CPROVER check disable "conversion"

int
pthread_setcancelstate(int state, int *ret_before)
{
	*ret_before = cancel_state;
	cancel_state = state;
	return 0;
}

/* A mask is whether all signals are blocked. */
int
sigfillset(sigset_t *ret_set)
{
	*(bool *)ret_set = true;
	return 0;
}

int
sigemptyset(sigset_t *ret_set)
{
	*(bool *)ret_set = false;
	return 0;
}

int
pthread_sigmask(int how, const sigset_t *set, sigset_t *ret_before)
{
	bool blocks = *(const bool *)set;

	check(how == SIG_SETMASK, "the mask is replaced");
	if (ret_before != NULL)
		*(bool *)ret_before = signals_blocked;
	signals_blocked = blocks;
	return 0;
}

int
pthread_atfork(void (*before)(void), void (*parent)(void), void (*child)(void))
{
	(void)before, (void)parent, (void)child;
	return 0;
}

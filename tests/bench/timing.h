/* SPDX-License-Identifier: BSD-3-Clause */
/* What the benchmarks in C share. */
#ifndef TIMING_H
#define TIMING_H

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static inline void
need(int condition, const char *what)
{
	if (condition)
		return;
	perror(what);
	exit(1);
}

/* Nanoseconds of a clock. That of the thread is processor time, which other programs do not affect. */
static inline int64_t
time_of(clockid_t clock)
{
	struct timespec time;

	(void)clock_gettime(clock, &time);
	return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
}

static inline int
compare_figures(const void *first, const void *second)
{
	double a = *(const double *)first;
	double b = *(const double *)second;

	return (a > b) - (a < b);
}

/* Sorts the figures. */
static inline double
median(double *figures, int count)
{
	qsort(figures, (size_t)count, sizeof *figures, compare_figures);
	return figures[count / 2];
}

#endif

/* SPDX-License-Identifier: BSD-3-Clause */
/* Named objects, below the public functions: nothing here checks a name or records a failure. */
#ifndef PSHM_OBJECT_H
#define PSHM_OBJECT_H

/* How often a call tries again while other processes create and remove the same name. */
enum { OBJECT_RACES = 4096 };

/* Describe what is behind a descriptor, and refuse what is no object: -EISDIR a directory, -ENODEV anything else. */
int object_status(int fd, struct stat *ret_status);

/* Open what exists; flags are native. Never blocks, never returns what is no object. */
int object_open(const char *name, int flags, int mode);

/* Create what does not exist, exclusively. */
int object_create(const char *name, int direction, int permissions);

/* Give the name to a new object, whoever had it. */
int object_supersede(const char *name, int direction, int permissions);

/* -EBADF for a descriptor that is none, else -ENOTSUP: the answer of a call that this platform cannot serve. */
int object_unsupported(int fd);

#endif

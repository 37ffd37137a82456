/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The system, as far as the library knows it: each call may do what its manual page allows, fail with any errno, be interrupted,
 * and say anything within its types. What a call asserts is that the library asks only for what its caller has asked for.
 *
 * Statements about every descriptor, every byte of memory and every errno are made about one that is chosen arbitrarily at the
 * beginning, and followed through the call: a model checker tries them all.
 */
#ifndef PROOF_MODEL_H
#define PROOF_MODEL_H

#include "system.h" /* of the library */
#include "interpose.h"

#define check(condition, sentence) __CPROVER_assert(condition, sentence)
#define assume(condition) __CPROVER_assume(condition)

bool nondet_bool(void);
int nondet_int(void);
unsigned nondet_unsigned(void);
int64_t nondet_int64(void);
uint64_t nondet_uint64(void);

/* What the call under proof may ask the system for. */
enum right {
	MAY_OPEN = 1 << 0,       /* the object with the name */
	MAY_CREATE = 1 << 1,     /* it, with the mode */
	MAY_EMPTY = 1 << 2,      /* it */
	MAY_REMOVE = 1 << 3,     /* the name */
	MAY_REPLACE = 1 << 4,    /* what has the name, by a new object */
	MAY_MAKE = 1 << 5,       /* an anonymous object, or one with a temporary name */
	MAY_LINK = 1 << 6,       /* the descriptor, under the name */
	MAY_RESIZE = 1 << 7,     /* the descriptor, to the length */
	MAY_RESERVE = 1 << 8,    /* pages of the descriptor, from the offset, of the length */
	MAY_DISCARD = 1 << 9,    /* the same */
	MAY_CHMOD = 1 << 10,     /* the descriptor, to the mode */
	MAY_CHOWN = 1 << 11,     /* the descriptor */
	MAY_CLOSE = 1 << 12,     /* the descriptor */
	MAY_INHERIT = 1 << 13,   /* the descriptor */
	MAY_SEAL = 1 << 14,      /* the descriptor */
	MAY_MAP = 1 << 15,       /* the descriptor */
	MAY_PLACE = 1 << 16,     /* at the address, in place of what is there */
	MAY_UNMAP = 1 << 17,     /* the address, of the length */
	MAY_PROTECT = 1 << 18,   /* the address, of the length */
	MAY_TRANSFER = 1 << 19,  /* bytes of the descriptor */
	MAY_MESSAGE = 1 << 20,   /* over the socket */
	MAY_WAIT = 1 << 21,      /* for the word, or asleep */
	MAY_REOPEN = 1 << 22,    /* the descriptor */
	MAY_DUPLICATE = 1 << 23, /* the descriptor */
	MAY_LIST = 1 << 24       /* the directory of objects */
};

/* The arguments of the call, for as far as the system is asked with them. */
extern struct asked {
	unsigned rights;
	const char *name;
	int fd;
	int mode;
	int socket;
	int64_t address;
	int64_t length;
	int64_t offset;
	const char *bytes; /* of the caller's buffer, which begins at the offset in the object */
	uint64_t *word;    /* shared with others, who may change it whenever this call waits */
	void *page;        /* what an anonymous mapping is, if the call reads and writes it */
} asked;

/* The followed ones. */
extern int followed_error;
extern bool was_answered; /* whether the system gave it */
extern int followed_fd;
extern bool is_open;        /* whether this call has it open */
extern bool is_closed_ours; /* whether the caller's own was closed */
extern uint64_t followed_byte;
extern bool is_mapped; /* by this call */

/* What may stay behind, where the system refuses to take it back. */
extern bool unmap_failed;
extern bool removal_failed;
extern int temporaries; /* names that were made, and not removed or renamed */

extern bool is_listing;   /* a directory is open */
extern bool is_allocated; /* memory is taken */

/* What was done. */
extern int removals;            /* of the caller's name */
extern bool was_reserved;       /* pages of the caller's descriptor, or it was tried */
extern uint64_t unmapped_start; /* the range that was unmapped last */
extern uint64_t unmapped_length;
extern int64_t most_transferred; /* how many bytes of the caller's buffer, from its beginning */
extern int sent;                 /* messages */
extern bool truncated;           /* the message that has come was cut */
extern int flags_given;          /* of the descriptor */
extern int mode_given;           /* to an object, last */
extern int cancel_state;
extern bool signals_blocked;
extern int calls; /* of the system */

/* Whether the call asks within its rights. */
void within(unsigned right);

/* An answer: errno is set, and the result is -1. For the goals of coverage it is one of the manual page of the function. */
int failure(enum interposed function);

/* A descriptor that is new; and one that is no longer. */
int new_descriptor(void);

/* A call in which a thread could be cancelled: what it holds would be lost. */
void no_cancellation(void);

/* A call that waits: others run meanwhile. It does not wait for ever. */
void let_others_run(void);

/* The size of a page, and of one of the caller's object: of memory, or a larger one. A proof with parts for them chooses both. */
extern int64_t chosen_page_size;
extern int64_t chosen_object_page_size;
int64_t object_page_size(void);

/* What is said of a file, and was said last. */
extern struct stat status_given;
extern struct stat status_before;
extern int statuses; /* how many there were */
int answer_status(int fd, struct stat *ret_status, enum interposed function);

/* Names that the library makes begin like this. */
bool is_temporary_name(const char *name);

/* Whether a path is that of the object with the name, or with a temporary one. */
bool is_path_of(const char *path, const char *name);
bool is_temporary_path(const char *path);

#endif

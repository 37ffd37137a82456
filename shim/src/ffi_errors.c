/* SPDX-License-Identifier: BSD-3-Clause */
/* Errors by number, by name, and in a sentence. The numbers differ per platform; the names and sentences do not. */
#include "system.h"
#include "error.h"

#include <string.h>

#define ROW(name, sentence) { #name, name, sentence },
#define ALIAS(name) { #name, name, "" },

/*
 * Where two names share a number, the one that POSIX prefers is a row, and the other an alias at the end.
 * Arrays, and not pointers: the table needs no relocation, and is shared by all processes.
 */
static const struct row {
	char name[16];
	int number;
	char sentence[52];
} rows[] = {
	/* POSIX.1-2017, errno.h */
	ROW(E2BIG, "argument list too long")
	ROW(EACCES, "permission denied")
	ROW(EADDRINUSE, "address in use")
	ROW(EADDRNOTAVAIL, "address not available")
	ROW(EAFNOSUPPORT, "address family not supported")
	ROW(EAGAIN, "resource unavailable for now, try again")
	ROW(EALREADY, "already in progress")
	ROW(EBADF, "not an open descriptor, or not open for this")
	ROW(EBADMSG, "bad message")
	ROW(EBUSY, "in use")
	ROW(ECANCELED, "canceled")
	ROW(ECHILD, "no child process")
	ROW(ECONNABORTED, "connection aborted")
	ROW(ECONNREFUSED, "connection refused")
	ROW(ECONNRESET, "connection reset by the peer")
	ROW(EDEADLK, "this would be a deadlock")
	ROW(EDESTADDRREQ, "destination address required")
	ROW(EDOM, "argument out of the function's domain")
	ROW(EDQUOT, "quota exceeded")
	ROW(EEXIST, "it exists already")
	ROW(EFAULT, "bad address")
	ROW(EFBIG, "too large for the file system")
	ROW(EHOSTUNREACH, "host unreachable")
	ROW(EIDRM, "identifier removed")
	ROW(EILSEQ, "illegal byte sequence")
	ROW(EINPROGRESS, "in progress")
	ROW(EINTR, "interrupted by a signal")
	ROW(EINVAL, "invalid argument")
	ROW(EIO, "input or output error")
	ROW(EISCONN, "already connected")
	ROW(EISDIR, "it is a directory")
	ROW(ELOOP, "a symbolic link, or too many of them")
	ROW(EMFILE, "the process has no descriptor free")
	ROW(EMLINK, "too many links")
	ROW(EMSGSIZE, "message too large")
	ROW(ENAMETOOLONG, "name too long")
	ROW(ENETDOWN, "network down")
	ROW(ENETRESET, "connection aborted by the network")
	ROW(ENETUNREACH, "network unreachable")
	ROW(ENFILE, "the system has no descriptor free")
	ROW(ENOBUFS, "no buffer space")
	ROW(ENODEV, "no such device, or not an object that can be mapped")
	ROW(ENOENT, "no such object, file or directory")
	ROW(ENOEXEC, "not an executable format")
	ROW(ENOLCK, "no locks available")
	ROW(ENOMEM, "not enough memory")
	ROW(ENOMSG, "no message of that type")
	ROW(ENOPROTOOPT, "protocol option not available")
	ROW(ENOSPC, "no space left")
	ROW(ENOSYS, "function not implemented")
	ROW(ENOTCONN, "not connected")
	ROW(ENOTDIR, "not a directory")
	ROW(ENOTEMPTY, "directory not empty")
	ROW(ENOTSOCK, "not a socket")
	ROW(ENOTSUP, "not supported here")
	ROW(ENOTTY, "not a terminal")
	ROW(ENXIO, "no such device or address")
	ROW(EOVERFLOW, "too large for the platform's types")
	ROW(EPERM, "not permitted")
	ROW(EPIPE, "nobody reads at the other end")
	ROW(EPROTO, "protocol error")
	ROW(EPROTONOSUPPORT, "protocol not supported")
	ROW(EPROTOTYPE, "wrong protocol for the socket")
	ROW(ERANGE, "result or buffer out of range")
	ROW(EROFS, "read-only file system")
	ROW(ESPIPE, "cannot seek, as in a pipe")
	ROW(ESRCH, "no such process")
	ROW(ESTALE, "stale file handle")
	ROW(ETIMEDOUT, "timed out")
	ROW(ETXTBSY, "program file in use")
	ROW(EXDEV, "link across file systems")

	/* obsolete in POSIX, or common to Unix */
#ifdef EMULTIHOP
	ROW(EMULTIHOP, "multihop attempted")
#endif
#ifdef ENODATA
	ROW(ENODATA, "no message to read, the peer has closed its end")
#endif
#ifdef ENOLINK
	ROW(ENOLINK, "link severed")
#endif
#ifdef ENOSR
	ROW(ENOSR, "no stream resources")
#endif
#ifdef ENOSTR
	ROW(ENOSTR, "not a stream")
#endif
#ifdef ENOTRECOVERABLE
	ROW(ENOTRECOVERABLE, "state not recoverable")
#endif
#ifdef EOWNERDEAD
	ROW(EOWNERDEAD, "the previous owner died")
#endif
#ifdef ETIME
	ROW(ETIME, "timer expired")
#endif
#ifdef EPFNOSUPPORT
	ROW(EPFNOSUPPORT, "protocol family not supported")
#endif
#ifdef ESHUTDOWN
	ROW(ESHUTDOWN, "endpoint was shut down")
#endif
#ifdef ETOOMANYREFS
	ROW(ETOOMANYREFS, "too many descriptors on their way")
#endif
#ifdef EHOSTDOWN
	ROW(EHOSTDOWN, "host down")
#endif
#ifdef ENOTBLK
	ROW(ENOTBLK, "not a block device")
#endif
#ifdef EREMOTE
	ROW(EREMOTE, "object is remote")
#endif
#ifdef EUSERS
	ROW(EUSERS, "too many users")
#endif
#ifdef ESOCKTNOSUPPORT
	ROW(ESOCKTNOSUPPORT, "socket type not supported")
#endif

#ifdef __linux__
	ROW(EADV, "advertise error")
	ROW(EBADE, "invalid exchange")
	ROW(EBADFD, "descriptor in a bad state")
	ROW(EBADR, "invalid request descriptor")
	ROW(EBADRQC, "invalid request code")
	ROW(EBADSLT, "invalid slot")
	ROW(EBFONT, "bad font file format")
	ROW(ECHRNG, "channel number out of range")
	ROW(ECOMM, "communication error on send")
	ROW(EDOTDOT, "RFS specific error")
	ROW(EHWPOISON, "memory page has a hardware error")
	ROW(EISNAM, "is a named type file")
	ROW(EKEYEXPIRED, "key has expired")
	ROW(EKEYREJECTED, "key was rejected")
	ROW(EKEYREVOKED, "key has been revoked")
	ROW(EL2HLT, "level 2 halted")
	ROW(EL2NSYNC, "level 2 not synchronized")
	ROW(EL3HLT, "level 3 halted")
	ROW(EL3RST, "level 3 reset")
	ROW(ELIBACC, "cannot access a shared library")
	ROW(ELIBBAD, "corrupted shared library")
	ROW(ELIBEXEC, "cannot execute a shared library")
	ROW(ELIBMAX, "too many shared libraries")
	ROW(ELIBSCN, "library section corrupted")
	ROW(ELNRNG, "link number out of range")
	ROW(EMEDIUMTYPE, "wrong medium type")
	ROW(ENAVAIL, "no XENIX semaphores available")
	ROW(ENOANO, "no anode")
	ROW(ENOCSI, "no CSI structure available")
	ROW(ENOKEY, "required key not available")
	ROW(ENOMEDIUM, "no medium found")
	ROW(ENONET, "machine is not on the network")
	ROW(ENOPKG, "package not installed")
	ROW(ENOTNAM, "not a XENIX named type file")
	ROW(ENOTUNIQ, "name not unique on the network")
	ROW(EREMCHG, "remote address changed")
	ROW(EREMOTEIO, "remote input or output error")
	ROW(ERESTART, "call should be restarted")
	ROW(ERFKILL, "blocked by a radio switch")
	ROW(ESRMNT, "srmount error")
	ROW(ESTRPIPE, "streams pipe error")
	ROW(EUCLEAN, "structure needs cleaning")
	ROW(EUNATCH, "protocol driver not attached")
	ROW(EXFULL, "exchange full")
#endif

#if EOPNOTSUPP != ENOTSUP
	ROW(EOPNOTSUPP, "operation not supported on this socket")
#else
	ALIAS(EOPNOTSUPP)
#endif
#if EWOULDBLOCK == EAGAIN
	ALIAS(EWOULDBLOCK)
#endif
#if defined EDEADLOCK && EDEADLOCK == EDEADLK
	ALIAS(EDEADLOCK)
#endif
};

enum { ROWS = sizeof rows / sizeof rows[0] };

/* The row of a number of either sign, or NULL. INT_MIN has no positive counterpart. */
static const struct row *
find(int error)
{
	for (int i = 0; i < ROWS; i++)
		if (rows[i].sentence[0] != '\0' && (rows[i].number == error || -rows[i].number == error))
			return &rows[i];
	return NULL;
}

const char *
pshm_strerror(int error)
{
	const struct row *row = find(error);

	if (error == 0)
		return "success";
	return row == NULL ? "unknown error" : row->sentence;
}

const char *
pshm_error_name(int error)
{
	const struct row *row = find(error);

	if (error == 0)
		return "OK";
	return row == NULL ? "UNKNOWN" : row->name;
}

int
pshm_error_number(const char *name)
{
	if (name == NULL)
		return record(-EFAULT);
	for (int i = 0; i < ROWS; i++)
		if (strcmp(rows[i].name, name) == 0)
			return rows[i].number;
	return record(-EINVAL);
}

/* The aliases stand at the end, and are not counted. */
static int
count_of_numbers(void)
{
	int count = ROWS;

	while (rows[count - 1].sentence[0] == '\0')
		count--;
	return count;
}

int
pshm_error_count(void)
{
	return count_of_numbers();
}

int
pshm_error_at(int index)
{
	return index >= 0 && index < count_of_numbers() ? rows[index].number : record(-EINVAL);
}

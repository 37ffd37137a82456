/* SPDX-License-Identifier: BSD-3-Clause */
/* Errors by number, by name, and with their message. The numbers differ per platform; the names and messages do not. */
#include "system.h"
#include "error.h"

#include <string.h>

/* Otherwise both names have the same meaning. */
#ifndef EDEADLOCK
#define EDEADLOCK EDEADLK
#endif

#define ROW(name, sentence) { #name, name, sentence },
#define ALIAS(name) { #name, name, "" },

/*
 * Where two names share a number, the one that POSIX prefers is a row, and the other an alias at the end.
 * Arrays, and not pointers: the table needs no relocation, and is shared by all processes.
 */
/* clang-format off */
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
	ROW(EAGAIN, "temporarily unavailable, try again")
	ROW(EALREADY, "already in progress")
	ROW(EBADF, "bad descriptor, or wrong access mode")
	ROW(EBADMSG, "bad message")
	ROW(EBUSY, "in use")
	ROW(ECANCELED, "canceled")
	ROW(ECHILD, "no child process")
	ROW(ECONNABORTED, "connection aborted")
	ROW(ECONNREFUSED, "connection refused")
	ROW(ECONNRESET, "connection reset by the peer")
	ROW(EDEADLK, "deadlock avoided")
	ROW(EDESTADDRREQ, "destination address required")
	ROW(EDOM, "argument out of the function's domain")
	ROW(EDQUOT, "quota exceeded")
	ROW(EEXIST, "already exists")
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
	ROW(EISDIR, "is a directory")
	ROW(ELOOP, "symbolic link, or too many levels of them")
	ROW(EMFILE, "no free descriptor in this process")
	ROW(EMLINK, "too many links")
	ROW(EMSGSIZE, "message too large")
	ROW(ENAMETOOLONG, "name too long")
	ROW(ENETDOWN, "network down")
	ROW(ENETRESET, "connection aborted by the network")
	ROW(ENETUNREACH, "network unreachable")
	ROW(ENFILE, "no free descriptor in the system")
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
	ROW(ENOTSUP, "not supported on this platform")
	ROW(ENOTTY, "not a terminal")
	ROW(ENXIO, "no such device or address")
	ROW(EOVERFLOW, "too large for the platform's types")
	ROW(EPERM, "not permitted")
	ROW(EPIPE, "broken pipe: the other end is closed")
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

	/* Some systems lack these errors; the library provides them: system.h. */
	ROW(ENODATA, "no data: the peer closed its end")
	ROW(EOWNERDEAD, "previous owner died")

	/* obsolete in POSIX, or common to Unix */
#ifdef EMULTIHOP
	ROW(EMULTIHOP, "multihop attempted")
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
#ifdef ETIME
	ROW(ETIME, "timer expired")
#endif
#ifdef EPFNOSUPPORT
	ROW(EPFNOSUPPORT, "protocol family not supported")
#endif
#ifdef ESHUTDOWN
	ROW(ESHUTDOWN, "endpoint shut down")
#endif
#ifdef ETOOMANYREFS
	ROW(ETOOMANYREFS, "too many descriptors in transit")
#endif
#ifdef EHOSTDOWN
	ROW(EHOSTDOWN, "host down")
#endif
#ifdef ENOTBLK
	ROW(ENOTBLK, "not a block device")
#endif
#ifdef EREMOTE
	ROW(EREMOTE, "remote object")
#endif
#ifdef EUSERS
	ROW(EUSERS, "too many users")
#endif
#ifdef ESOCKTNOSUPPORT
	ROW(ESOCKTNOSUPPORT, "socket type not supported")
#endif

	/* Linux */
#ifdef EADV
	ROW(EADV, "advertise error")
#endif
#ifdef EBADE
	ROW(EBADE, "invalid exchange")
#endif
#ifdef EBADFD
	ROW(EBADFD, "descriptor in a bad state")
#endif
#ifdef EBADR
	ROW(EBADR, "invalid request descriptor")
#endif
#ifdef EBADRQC
	ROW(EBADRQC, "invalid request code")
#endif
#ifdef EBADSLT
	ROW(EBADSLT, "invalid slot")
#endif
#ifdef EBFONT
	ROW(EBFONT, "bad font file format")
#endif
#ifdef ECHRNG
	ROW(ECHRNG, "channel number out of range")
#endif
#ifdef ECOMM
	ROW(ECOMM, "communication error on send")
#endif
#ifdef EDOTDOT
	ROW(EDOTDOT, "RFS specific error")
#endif
#ifdef EHWPOISON
	ROW(EHWPOISON, "hardware error in a memory page")
#endif
#ifdef EISNAM
	ROW(EISNAM, "is a named type file")
#endif
#ifdef EKEYEXPIRED
	ROW(EKEYEXPIRED, "key expired")
#endif
#ifdef EKEYREJECTED
	ROW(EKEYREJECTED, "key rejected")
#endif
#ifdef EKEYREVOKED
	ROW(EKEYREVOKED, "key revoked")
#endif
#ifdef EL2HLT
	ROW(EL2HLT, "level 2 halted")
#endif
#ifdef EL2NSYNC
	ROW(EL2NSYNC, "level 2 not synchronized")
#endif
#ifdef EL3HLT
	ROW(EL3HLT, "level 3 halted")
#endif
#ifdef EL3RST
	ROW(EL3RST, "level 3 reset")
#endif
#ifdef ELIBACC
	ROW(ELIBACC, "cannot access a shared library")
#endif
#ifdef ELIBBAD
	ROW(ELIBBAD, "corrupted shared library")
#endif
#ifdef ELIBEXEC
	ROW(ELIBEXEC, "cannot execute a shared library")
#endif
#ifdef ELIBMAX
	ROW(ELIBMAX, "too many shared libraries")
#endif
#ifdef ELIBSCN
	ROW(ELIBSCN, "library section corrupted")
#endif
#ifdef ELNRNG
	ROW(ELNRNG, "link number out of range")
#endif
#ifdef EMEDIUMTYPE
	ROW(EMEDIUMTYPE, "wrong medium type")
#endif
#ifdef ENAVAIL
	ROW(ENAVAIL, "no XENIX semaphores available")
#endif
#ifdef ENOANO
	ROW(ENOANO, "no anode")
#endif
#ifdef ENOCSI
	ROW(ENOCSI, "no CSI structure available")
#endif
#ifdef ENOKEY
	ROW(ENOKEY, "required key not available")
#endif
#ifdef ENOMEDIUM
	ROW(ENOMEDIUM, "no medium found")
#endif
#ifdef ENONET
	ROW(ENONET, "machine not on the network")
#endif
#ifdef ENOPKG
	ROW(ENOPKG, "package not installed")
#endif
#ifdef ENOTNAM
	ROW(ENOTNAM, "not a XENIX named type file")
#endif
#ifdef ENOTUNIQ
	ROW(ENOTUNIQ, "name not unique on the network")
#endif
#ifdef EREMCHG
	ROW(EREMCHG, "remote address changed")
#endif
#ifdef EREMOTEIO
	ROW(EREMOTEIO, "remote input or output error")
#endif
#ifdef ERESTART
	ROW(ERESTART, "interrupted call should be restarted")
#endif
#ifdef ERFKILL
	ROW(ERFKILL, "blocked by a radio switch")
#endif
#ifdef ESRMNT
	ROW(ESRMNT, "srmount error")
#endif
#ifdef ESTRPIPE
	ROW(ESTRPIPE, "streams pipe error")
#endif
#ifdef EUCLEAN
	ROW(EUCLEAN, "file system structure needs cleaning")
#endif
#ifdef EUNATCH
	ROW(EUNATCH, "protocol driver not attached")
#endif
#ifdef EXFULL
	ROW(EXFULL, "exchange full")
#endif

	/* the BSDs and macOS, and Linux on some machines */
#ifdef EAUTH
	ROW(EAUTH, "authentication error")
#endif
#ifdef EBADARCH
	ROW(EBADARCH, "bad processor type in an executable")
#endif
#ifdef EBADEXEC
	ROW(EBADEXEC, "bad executable")
#endif
#ifdef EBADMACHO
	ROW(EBADMACHO, "malformed Mach-O file")
#endif
#ifdef EBADRPC
	ROW(EBADRPC, "bad RPC structure")
#endif
#ifdef ECAPMODE
	ROW(ECAPMODE, "not permitted in capability mode")
#endif
#ifdef EDEVERR
	ROW(EDEVERR, "device error")
#endif
#ifdef EDOOFUS
	ROW(EDOOFUS, "programming error")
#endif
#ifdef EFTYPE
	ROW(EFTYPE, "wrong file type or format")
#endif
#ifdef EINIT
	ROW(EINIT, "reserved by the system: EINIT")
#endif
#ifdef EINTEGRITY
	ROW(EINTEGRITY, "integrity check failed")
#endif
#ifdef EIPSEC
	ROW(EIPSEC, "IPsec processing failure")
#endif
#ifdef ENEEDAUTH
	ROW(ENEEDAUTH, "authenticator needed")
#endif
#ifdef ENOATTR
	ROW(ENOATTR, "attribute not found")
#endif
#ifdef ENOPOLICY
	ROW(ENOPOLICY, "no such policy")
#endif
#ifdef ENOSYM
	ROW(ENOSYM, "symbol not found in an executable")
#endif
#ifdef ENOTCAPABLE
	ROW(ENOTCAPABLE, "insufficient capabilities")
#endif
#ifdef EPROCLIM
	ROW(EPROCLIM, "too many processes")
#endif
#ifdef EPROCUNAVAIL
	ROW(EPROCUNAVAIL, "bad procedure for program")
#endif
#ifdef EPROGMISMATCH
	ROW(EPROGMISMATCH, "program version wrong")
#endif
#ifdef EPROGUNAVAIL
	ROW(EPROGUNAVAIL, "RPC program not available")
#endif
#ifdef EPWROFF
	ROW(EPWROFF, "device power off")
#endif
#ifdef EQFULL
	ROW(EQFULL, "interface output queue full")
#endif
#ifdef EREMDEV
	ROW(EREMDEV, "remote device")
#endif
#ifdef EREMOTERELEASE
	ROW(EREMOTERELEASE, "remote peer released the connection")
#endif
#ifdef ERPCMISMATCH
	ROW(ERPCMISMATCH, "RPC version wrong")
#endif
#ifdef ESHLIBVERS
	ROW(ESHLIBVERS, "shared library version mismatch")
#endif

	/* Two names of one number, or two numbers: both kinds of systems exist. */
#if EOPNOTSUPP != ENOTSUP
	ROW(EOPNOTSUPP, "operation not supported on this socket")
#endif
#if EWOULDBLOCK != EAGAIN
	ROW(EWOULDBLOCK, "operation would block")
#endif
#if EDEADLOCK != EDEADLK
	ROW(EDEADLOCK, "deadlock avoided in a file lock")
#endif

	/* The aliases: accepted, and never returned. */
#if EOPNOTSUPP == ENOTSUP
	ALIAS(EOPNOTSUPP)
#endif
#if EWOULDBLOCK == EAGAIN
	ALIAS(EWOULDBLOCK)
#endif
#if EDEADLOCK == EDEADLK
	ALIAS(EDEADLOCK)
#endif
#ifdef ECANCELLED
	ALIAS(ECANCELLED)
#endif
#ifdef EREFUSED
	ALIAS(EREFUSED)
#endif
};
/* clang-format on */

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

/* SPDX-License-Identifier: BSD-3-Clause */
/* What native-waiting.c uses of macOS's header of this name; simulated in simulate.c. */
#include <stddef.h>
#include <stdint.h>
enum { OS_SYNC_WAIT_ON_ADDRESS_SHARED = 1, OS_SYNC_WAKE_BY_ADDRESS_SHARED = 1 };
int os_sync_wait_on_address_with_timeout(void *word, uint64_t value, size_t size, uint32_t flags, uint32_t clock,
                                         uint64_t nanoseconds);
int os_sync_wake_by_address_any(void *word, size_t size, uint32_t flags);
int os_sync_wake_by_address_all(void *word, size_t size, uint32_t flags);

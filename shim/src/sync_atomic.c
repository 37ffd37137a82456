/* SPDX-License-Identifier: BSD-3-Clause */
/* Atomic access to words in memory that processes share. */
#include "system.h"
#include "error.h"
#include "word.h"

static bool
is_operation(int operation)
{
	return operation >= PSHM_ATOMIC_ADD && operation <= PSHM_ATOMIC_EXCHANGE;
}

static word32
update32(word32 *at, int operation, word32 operand)
{
	switch (operation) {
	case PSHM_ATOMIC_ADD:
		return __atomic_fetch_add(at, operand, __ATOMIC_SEQ_CST);
	case PSHM_ATOMIC_AND:
		return __atomic_fetch_and(at, operand, __ATOMIC_SEQ_CST);
	case PSHM_ATOMIC_OR:
		return __atomic_fetch_or(at, operand, __ATOMIC_SEQ_CST);
	case PSHM_ATOMIC_XOR:
		return __atomic_fetch_xor(at, operand, __ATOMIC_SEQ_CST);
	default:
		return __atomic_exchange_n(at, operand, __ATOMIC_SEQ_CST);
	}
}

#if WIDE_WORDS
static word64
update64(word64 *at, int operation, word64 operand)
{
	switch (operation) {
	case PSHM_ATOMIC_ADD:
		return __atomic_fetch_add(at, operand, __ATOMIC_SEQ_CST);
	case PSHM_ATOMIC_AND:
		return __atomic_fetch_and(at, operand, __ATOMIC_SEQ_CST);
	case PSHM_ATOMIC_OR:
		return __atomic_fetch_or(at, operand, __ATOMIC_SEQ_CST);
	case PSHM_ATOMIC_XOR:
		return __atomic_fetch_xor(at, operand, __ATOMIC_SEQ_CST);
	default:
		return __atomic_exchange_n(at, operand, __ATOMIC_SEQ_CST);
	}
}

static void
store64(word64 *at, uint64_t value)
{
	__atomic_store_n(at, value, __ATOMIC_SEQ_CST);
}
#else
static word64
update64(word64 *at, int operation, word64 operand)
{
	(void)at;
	(void)operation;
	return operand;
}

static void
store64(word64 *at, uint64_t value)
{
	(void)at;
	(void)value;
}
#endif

int64_t
pshm_atomic_load32(int64_t address)
{
	int error = word32_error(address, true);

	if (error < 0)
		return record(error);
	return __atomic_load_n(word32_at(address), __ATOMIC_SEQ_CST);
}

int
pshm_atomic_store32(int64_t address, int64_t value)
{
	int error = word32_error(address, true);

	if (error == 0)
		error = word32_value_error(value);
	if (error < 0)
		return record(error);
	__atomic_store_n(word32_at(address), (uint32_t)value, __ATOMIC_SEQ_CST);
	return 0;
}

int64_t
pshm_atomic_update32(int64_t address, int operation, int64_t operand)
{
	int error = word32_error(address, is_operation(operation));

	if (error == 0)
		error = word32_value_error(operand);
	if (error < 0)
		return record(error);
	return update32(word32_at(address), operation, (uint32_t)operand);
}

int64_t
pshm_atomic_compare_exchange32(int64_t address, int64_t expected, int64_t desired)
{
	int error = word32_error(address, true);
	uint32_t found = (uint32_t)expected;

	if (error == 0)
		error = word32_value_error(expected);
	if (error == 0)
		error = word32_value_error(desired);
	if (error < 0)
		return record(error);
	__atomic_compare_exchange_n(word32_at(address), &found, (uint32_t)desired, false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);
	return found;
}

int
pshm_atomic_load64(int64_t address, int64_t *ret_value)
{
	int error = ret_value == NULL ? -EFAULT : word64_error(address, true);

	if (error < 0)
		return record(error);
	*ret_value = (int64_t)word64_load(word64_at(address), __ATOMIC_SEQ_CST);
	return 0;
}

int
pshm_atomic_store64(int64_t address, int64_t value)
{
	int error = word64_error(address, true);

	if (error < 0)
		return record(error);
	store64(word64_at(address), (uint64_t)value);
	return 0;
}

int
pshm_atomic_update64(int64_t address, int operation, int64_t operand, int64_t *ret_old)
{
	int error = word64_error(address, is_operation(operation));
	uint64_t old;

	if (error < 0)
		return record(error);
	old = update64(word64_at(address), operation, (uint64_t)operand);
	if (ret_old != NULL)
		*ret_old = (int64_t)old;
	return 0;
}

int
pshm_atomic_compare_exchange64(int64_t address, int64_t expected, int64_t desired, int64_t *ret_old)
{
	int error = word64_error(address, true);
	uint64_t found = (uint64_t)expected;
	bool exchanged;

	if (error < 0)
		return record(error);
	exchanged = word64_exchange_if(word64_at(address), &found, (uint64_t)desired, __ATOMIC_SEQ_CST);
	if (ret_old != NULL)
		*ret_old = (int64_t)found;
	return exchanged;
}

/* SPDX-License-Identifier: BSD-3-Clause */
/* Queries about the loaded library. */
#include "system.h"
#include "name.h"
#include "platform.h"

#define TEXT_OF(token) #token
#define TEXT(macro) TEXT_OF(macro)

int
pshm_version(void)
{
	return PSHM_VERSION_MAJOR * 1000000 + PSHM_VERSION_MINOR * 1000 + PSHM_VERSION_PATCH;
}

const char *
pshm_version_string(void)
{
	return TEXT(PSHM_VERSION_MAJOR) "." TEXT(PSHM_VERSION_MINOR) "." TEXT(PSHM_VERSION_PATCH);
}

int
pshm_page_size(void)
{
	return platform_page_size();
}

int
pshm_name_max(void)
{
	return pshm__name_max();
}

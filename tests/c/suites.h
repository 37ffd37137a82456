/* SPDX-License-Identifier: BSD-3-Clause */
/* The suites: one per group of the headers, and what goes across groups. */
#ifndef PSHM_TEST_SUITES_H
#define PSHM_TEST_SUITES_H

#include <check.h>

Suite *ffi_library_suite(void);
Suite *ffi_errors_suite(void);
Suite *ffi_constants_suite(void);
Suite *ffi_objects_suite(void);
Suite *ffi_mappings_suite(void);
Suite *ffi_descriptors_suite(void);
Suite *api_objects_suite(void);
Suite *api_anonymous_suite(void);
Suite *api_delete_suite(void);
Suite *api_size_suite(void);
Suite *api_mappings_suite(void);
Suite *api_bytes_suite(void);
Suite *api_arrays_suite(void);
Suite *api_passing_suite(void);
Suite *api_waiting_suite(void);
Suite *cancellation_suite(void);
Suite *api_seals_suite(void);
Suite *api_list_suite(void);
Suite *sync_atomics_suite(void);
Suite *sync_waiting_suite(void);
Suite *sync_processes_suite(void);
Suite *sync_locks_suite(void);
Suite *sync_publishing_suite(void);
Suite *sync_messages_suite(void);
Suite *sync_peers_suite(void);
Suite *sync_hostile_suite(void);
Suite *sync_open_wait_suite(void);
Suite *bad_input_suite(void);
Suite *error_order_suite(void);
Suite *memory_suite(void);
Suite *limits_suite(void);
Suite *surroundings_suite(void);
Suite *races_suite(void);
Suite *faults_suite(void);
Suite *costs_suite(void);
Suite *description_suite(void);

#endif

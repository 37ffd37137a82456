<?php
// SPDX-License-Identifier: BSD-3-Clause
$json = getenv('POSIX_SHM_JSON') ?: '/usr/local/share/posix-shm/posix-shm.json';
$abi = json_decode(file_get_contents($json), true);
$shm = FFI::cdef(implode(";\n", array_column($abi['functions'], 'declaration')) . ';',
    getenv('POSIX_SHM_LIBRARY') ?: $abi['soname']);
foreach ($abi['constants'] as $constant) {
    define($constant['name'], $constant['value']);
}

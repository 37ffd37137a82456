<?php
// SPDX-License-Identifier: BSD-3-Clause
// libposix-shm for PHP: require 'PREFIX/share/posix-shm/php/posix_shm.php', then $shm->pshm_close($fd),
// PSHM_PROT_READ and so on.
// The environment variables POSIX_SHM_LIBRARY and POSIX_SHM_JSON override the files that are found.

// Beside this file, installed or in the source tree; otherwise in the folder that pkg-config reports.
$near = array_map(fn($name) => __DIR__ . "/$name", ['posix-shm.json', '../posix-shm.json', '../../abi/posix-shm.json']);
$json = getenv('POSIX_SHM_JSON') ?: current(array_filter($near, 'file_exists'))
    ?: trim(shell_exec('pkg-config --variable=pkgdatadir posix-shm')) . '/posix-shm.json';
$abi = json_decode(file_get_contents($json), true);
$shm = FFI::cdef(implode(";\n", array_column($abi['functions'], 'declaration')) . ';',
    getenv('POSIX_SHM_LIBRARY') ?: $abi['soname']);
foreach ($abi['constants'] as $constant) {
    define($constant['name'], $constant['value']);
}

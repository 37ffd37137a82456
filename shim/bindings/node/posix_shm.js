// SPDX-License-Identifier: BSD-3-Clause
// libposix-shm for Node.js with koffi: const { shm } = require('PREFIX/share/posix-shm/node/posix_shm.js'), then
// shm.pshm_close(fd), shm.PSHM_PROT_READ and so on.
// The environment variables POSIX_SHM_LIBRARY and POSIX_SHM_JSON override the files that are found.

const { execFileSync } = require('child_process');
const fs = require('fs');
const path = require('path');
const { promisify } = require('util');
const koffi = require('koffi');

// Beside this file, installed or in the source tree; otherwise in the folder that pkg-config reports.
const jsonFile = process.env.POSIX_SHM_JSON ??
  ['posix-shm.json', '../posix-shm.json', '../../abi/posix-shm.json']
    .map(name => path.join(__dirname, name)).find(fs.existsSync) ??
  `${execFileSync('pkg-config', ['--variable=pkgdatadir', 'posix-shm']).toString().trim()}/posix-shm.json`;
const abi = JSON.parse(fs.readFileSync(jsonFile));
const library = koffi.load(process.env.POSIX_SHM_LIBRARY ?? abi.soname);
const shm = Object.fromEntries(abi.constants.map(constant => [constant.name, constant.value]));
for (const { name, declaration, waits } of abi.functions) {
  shm[name] = library.func(declaration);
  // shm.pshm_lock_acquire.promise(lock, -1) waits in another thread, and the event loop goes on.
  if (waits)
    shm[name].promise = promisify(shm[name].async);
}

// The memory at an address, as an ArrayBuffer.
const view = (address, length) => koffi.view(BigInt(address), length);

module.exports = { abi, koffi, shm, view };

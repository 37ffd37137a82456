// SPDX-License-Identifier: BSD-3-Clause
const fs = require('fs');
const koffi = require('koffi');

const abi = JSON.parse(fs.readFileSync(process.env.POSIX_SHM_JSON ?? '/usr/local/share/posix-shm/posix-shm.json'));
const library = koffi.load(process.env.POSIX_SHM_LIBRARY ?? abi.soname);
const shm = Object.fromEntries(abi.constants.map(constant => [constant.name, constant.value]));
for (const { name, declaration } of abi.functions)
  shm[name] = library.func(declaration);

module.exports = { abi, koffi, shm };

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

// koffi takes the lower bits of a number that does not fit; C reads a text up to its first NUL.
function integer(value, bits) {
  const exact = BigInt(value);
  if (BigInt.asIntN(bits, exact) !== exact) throw new RangeError(`${value} does not fit ${bits} bits`);
  return value;
}
function text(value) {
  if (value?.includes('\0')) throw new TypeError('a text with a NUL');
  return value;
}
const toC = { 'int': value => integer(value, 32), 'int64': value => integer(value, 64), 'string-in': text };

const shm = Object.fromEntries(abi.constants.map(constant => [constant.name, constant.value]));
for (const { name, arguments: parameters, declaration, waits } of abi.functions) {
  const call = library.func(declaration);
  const converted = values => parameters.map(({ type }, i) => toC[type] ? toC[type](values[i]) : values[i]);
  shm[name] = (...values) => call(...converted(values));
  // shm.pshm_lock_acquire.promise(lock, -1) waits in another thread, and the event loop goes on.
  const waiting = waits && promisify(call.async);
  if (waits)
    shm[name].promise = (...values) => waiting(...converted(values));
}

// The memory at an address, as an ArrayBuffer.
const view = (address, length) => koffi.view(BigInt(address), length);

module.exports = { abi, koffi, shm, view };

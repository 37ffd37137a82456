// SPDX-License-Identifier: BSD-3-Clause
// libposix-shm for Node.js with koffi: const { shm } = require('PREFIX/share/posix-shm/node/posix_shm.js'), then
// shm.pshm_close(fd), shm.PSHM_PROT_READ and so on.
// The environment variables POSIX_SHM_LIBRARY and POSIX_SHM_JSON override the files that are found.

const { execFileSync } = require('child_process');
const fs = require('fs');
const path = require('path');
const { promisify, types } = require('util');
const koffi = require('koffi');

// Beside this file, installed or in the source tree; otherwise in the folder that pkg-config reports.
const jsonFile = process.env.POSIX_SHM_JSON ??
  ['posix-shm.json', '../posix-shm.json', '../../abi/posix-shm.json']
    .map(name => path.join(__dirname, name)).find(fs.existsSync) ??
  `${execFileSync('pkg-config', ['--variable=pkgdatadir', 'posix-shm']).toString().trim()}/posix-shm.json`;
const abi = JSON.parse(fs.readFileSync(jsonFile));
const library = koffi.load(process.env.POSIX_SHM_LIBRARY ?? abi.soname);

// koffi takes the lower bits of a number that does not fit; C reads a text up to its first NUL, and a lone
// surrogate has no UTF-8.
function integer(value, bits) {
  const exact = BigInt(value);
  if (BigInt.asIntN(bits, exact) !== exact) throw new RangeError(`${value} does not fit ${bits} bits`);
  return value;
}
function text(value) {
  if (value === null) return null;
  if (typeof value !== 'string') throw new TypeError('a text is a string or null');
  if (/[\0\p{Cs}]/u.test(value)) throw new TypeError('a text with a NUL or a lone surrogate');
  return value;
}

// Memory is a typed array, an ArrayBuffer or null; the size at an address, or a pointer of koffi, is unknown. C uses as many
// elements as the argument that measures them says, or writes one number.
const arrays = { 'int-out': Int32Array, 'int64-out': BigInt64Array };
function checked(value, { name, type }, count) {
  const array = arrays[type] ?? Uint8Array;
  if (value === null || typeof value === 'bigint' || types.isExternal(value)) return value;
  if (!ArrayBuffer.isView(value) && !(value instanceof ArrayBuffer)) throw new TypeError(`${name} is no buffer`);
  if (arrays[type] && !(value instanceof array) && (value.BYTES_PER_ELEMENT ?? 1) > 1)
    throw new TypeError(`${name} is no ${array.name}`);
  const size = Number(count) * array.BYTES_PER_ELEMENT;
  if (size > value.byteLength) throw new RangeError(`${name} has ${value.byteLength} of ${size} bytes`);
  return value;
}

const toC = { 'int': value => integer(value, 32), 'int64': value => integer(value, 64), 'string-in': text };

// A function that converts all arguments of another one.
function converter(parameters) {
  const sizes = parameters.map(buffer => parameters.findIndex(({ measures }) => measures === buffer.name));
  const count = (values, i) => sizes[i] < 0 ? 1 : values[sizes[i]];
  return values => parameters.map((parameter, i) =>
    toC[parameter.type] ? toC[parameter.type](values[i]) : checked(values[i], parameter, count(values, i)));
}

const shm = Object.fromEntries(abi.constants.map(constant => [constant.name, constant.value]));
for (const { name, arguments: parameters, declaration, waits } of abi.functions) {
  const call = library.func(declaration);
  const converted = converter(parameters);
  shm[name] = (...values) => call(...converted(values));
  // shm.pshm_lock_acquire.promise(lock, -1) waits in another thread, and the event loop goes on.
  const waiting = waits && promisify(call.async);
  if (waits)
    shm[name].promise = (...values) => waiting(...converted(values));
}

// The memory at an address, as an ArrayBuffer.
const view = (address, length) => koffi.view(BigInt(address), length);

module.exports = { abi, koffi, shm, view };

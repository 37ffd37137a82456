// SPDX-License-Identifier: BSD-3-Clause
// libposix-shm for Bun: import { shm } from "PREFIX/share/posix-shm/bun/posix_shm.js", then shm.pshm_close(fd),
// shm.PSHM_PROT_READ and so on.
// The environment variables POSIX_SHM_LIBRARY and POSIX_SHM_JSON override the files that are found.

import { dlopen, toArrayBuffer } from "bun:ffi";
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";

// Beside this file, installed or in the source tree; otherwise in the folder that pkg-config reports.
const jsonFile = process.env.POSIX_SHM_JSON ??
  ["posix-shm.json", "../posix-shm.json", "../../abi/posix-shm.json"]
    .map((name) => `${import.meta.dirname}/${name}`).find((file) => existsSync(file)) ??
  `${execFileSync("pkg-config", ["--variable=pkgdatadir", "posix-shm"]).toString().trim()}/posix-shm.json`;
const abi = JSON.parse(readFileSync(jsonFile, "utf8"));

// Bun takes the lower bits of a number that does not fit; C reads a text up to its first NUL, and a lone
// surrogate has no UTF-8.
function integer(value, bits) {
  const exact = BigInt(value);
  if (BigInt.asIntN(bits, exact) !== exact) throw new RangeError(`${value} does not fit ${bits} bits`);
  return bits === 32 ? Number(exact) : exact;
}
function text(value) {
  if (value === null) return null;
  if (typeof value !== "string") throw new TypeError("a text is a string or null");
  if (/[\0\p{Cs}]/u.test(value)) throw new TypeError("a text with a NUL or a lone surrogate");
  return Buffer.from(`${value}\0`);
}
const types = { "int": "i32", "int64": "i64" };
const results = { "int": "i32", "int64": "i64_fast", "string-in": "cstring" };

// Memory is a typed array, an ArrayBuffer or null; the size at an address is unknown. C uses as many
// elements as the argument that measures them says, or writes one number.
const arrays = { "int-out": Int32Array, "int64-out": BigInt64Array };
function checked(value, { name, type }, count) {
  const array = arrays[type] ?? Uint8Array;
  if (value === null || typeof value === "number") return value;
  if (!ArrayBuffer.isView(value) && !(value instanceof ArrayBuffer)) throw new TypeError(`${name} is no buffer`);
  if (arrays[type] && !(value instanceof array) && (value.BYTES_PER_ELEMENT ?? 1) > 1)
    throw new TypeError(`${name} is no ${array.name}`);
  const size = Number(count) * array.BYTES_PER_ELEMENT;
  if (size > value.byteLength) throw new RangeError(`${name} has ${value.byteLength} of ${size} bytes`);
  return value;
}

const toC = { "int": (value) => integer(value, 32), "int64": (value) => integer(value, 64), "string-in": text };

const symbols = Object.fromEntries(abi.functions.map(({ name, arguments: parameters, result }) =>
  [name, { args: parameters.map(({ type }) => types[type] ?? "ptr"), returns: results[result.type] }]));
const library = dlopen(process.env.POSIX_SHM_LIBRARY ?? abi.soname, symbols).symbols;

// A function that converts all arguments of another one.
function converter(parameters) {
  const sizes = parameters.map((buffer) => parameters.findIndex(({ measures }) => measures === buffer.name));
  const count = (values, i) => sizes[i] < 0 ? 1 : values[sizes[i]];
  return (values) => parameters.map((parameter, i) =>
    toC[parameter.type] ? toC[parameter.type](values[i]) : checked(values[i], parameter, count(values, i)));
}

const shm = Object.fromEntries(abi.constants.map((constant) => [constant.name, constant.value]));
for (const { name, arguments: parameters, result, waits } of abi.functions) {
  const converted = converter(parameters);
  const fromC = (found) => result.type === "string-in" && found !== null ? String(found) : found;
  shm[name] = (...values) => fromC(library[name](...converted(values)));
  if (waits) shm[name].promise = inSlices(shm[name], parameters.findIndex(({ role }) => role === "timeout"));
}

// Bun calls C in this thread only. shm.pshm_lock_acquire.promise(lock, -1) waits for a millisecond, gives the event loop a turn, and
// waits again.
function inSlices(call, timeoutIndex) {
  return async (...values) => {
    const timeout = Number(integer(values[timeoutIndex], 64));
    const end = timeout < 0 ? Infinity : Bun.nanoseconds() + timeout;
    for (;;) {
      const left = Math.max(0, end - Bun.nanoseconds());
      const slice = timeout === 0 ? 0 : Math.max(1, Math.trunc(Math.min(left, 1e6)));
      const found = call(...values.with(timeoutIndex, slice));
      if (left <= 1e6 || found !== -shm.pshm_error_number("ETIMEDOUT")) return found;
      await new Promise(setImmediate);
    }
  };
}

// The memory at an address, as an ArrayBuffer.
const view = (address, length) => toArrayBuffer(Number(address), 0, length);

export { abi, shm, view };

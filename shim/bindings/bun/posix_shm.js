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

// Bun takes the lower bits of a number that does not fit; C reads a text up to its first NUL.
function integer(value, bits) {
  const exact = BigInt(value);
  if (BigInt.asIntN(bits, exact) !== exact) throw new RangeError(`${value} does not fit ${bits} bits`);
  return bits === 32 ? Number(exact) : exact;
}
function text(value) {
  if (value?.includes("\0")) throw new TypeError("a text with a NUL");
  return value === null ? null : Buffer.from(`${value}\0`);
}
const types = { "int": "i32", "int64": "i64" };
const results = { "int": "i32", "int64": "i64_fast", "string-in": "cstring" };
const toC = { "int": (value) => integer(value, 32), "int64": (value) => integer(value, 64), "string-in": text };

const symbols = Object.fromEntries(abi.functions.map(({ name, arguments: parameters, result }) =>
  [name, { args: parameters.map(({ type }) => types[type] ?? "ptr"), returns: results[result.type] }]));
const library = dlopen(process.env.POSIX_SHM_LIBRARY ?? abi.soname, symbols).symbols;

const shm = Object.fromEntries(abi.constants.map((constant) => [constant.name, constant.value]));
for (const { name, arguments: parameters, result, waits } of abi.functions) {
  const converted = (values) => parameters.map(({ type }, i) => toC[type] ? toC[type](values[i]) : values[i]);
  const fromC = (found) => result.type === "string-in" && found !== null ? String(found) : found;
  shm[name] = (...values) => fromC(library[name](...converted(values)));
  if (waits) shm[name].promise = inSlices(shm[name], parameters.findIndex(({ role }) => role === "timeout"));
}

// Bun calls C in this thread only. shm.pshm_lock_acquire.promise(lock, -1) waits for a millisecond, gives the event loop a turn, and
// waits again.
function inSlices(call, timeoutIndex) {
  return async (...values) => {
    const timeout = Number(values[timeoutIndex]);
    const end = timeout < 0 ? Infinity : Bun.nanoseconds() + timeout;
    for (;;) {
      const left = Math.max(0, end - Bun.nanoseconds());
      const found = call(...values.with(timeoutIndex, Math.trunc(Math.min(left, 1e6))));
      if (left <= 1e6 || found !== -shm.pshm_error_number("ETIMEDOUT")) return found;
      await new Promise(setImmediate);
    }
  };
}

// The memory at an address, as an ArrayBuffer.
const view = (address, length) => toArrayBuffer(Number(address), 0, length);

export { abi, shm, view };

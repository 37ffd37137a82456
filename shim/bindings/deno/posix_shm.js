// SPDX-License-Identifier: BSD-3-Clause
// libposix-shm for Deno: import { shm } from "PREFIX/share/posix-shm/deno/posix_shm.js", then shm.pshm_close(fd),
// shm.PSHM_PROT_READ and so on. It needs --allow-ffi, and --allow-env and --allow-read for the files below.
// The environment variables POSIX_SHM_LIBRARY and POSIX_SHM_JSON override the files that are found.

import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";

// Beside this file, installed or in the source tree; otherwise in the folder that pkg-config reports.
const jsonFile = Deno.env.get("POSIX_SHM_JSON") ??
  ["posix-shm.json", "../posix-shm.json", "../../abi/posix-shm.json"]
    .map((name) => `${import.meta.dirname}/${name}`).find((file) => existsSync(file)) ??
  `${execFileSync("pkg-config", ["--variable=pkgdatadir", "posix-shm"]).toString().trim()}/posix-shm.json`;
const abi = JSON.parse(readFileSync(jsonFile, "utf8"));

// Deno takes the lower bits of a number that does not fit; C reads a text up to its first NUL.
function integer(value, bits) {
  const exact = BigInt(value);
  if (BigInt.asIntN(bits, exact) !== exact) throw new RangeError(`${value} does not fit ${bits} bits`);
  return bits === 32 ? Number(exact) : exact;
}
function text(value) {
  if (value?.includes("\0")) throw new TypeError("a text with a NUL");
  return value === null ? null : new TextEncoder().encode(`${value}\0`);
}
const integers = { "int": "i32", "int64": "i64" };
const toC = { "int": (value) => integer(value, 32), "int64": (value) => integer(value, 64), "string-in": text };
const fromC = {
  "int": (value) => value,
  "int64": (value) => Number.isSafeInteger(Number(value)) ? Number(value) : value,
  "string-in": (pointer) => pointer && Deno.UnsafePointerView.getCString(pointer),
};

const symbols = {};
for (const { name, arguments: parameters, result, waits } of abi.functions) {
  const passed = parameters.map(({ type }) => integers[type] ?? "buffer");
  symbols[name] = { parameters: passed, result: integers[result.type] ?? "pointer" };
  if (waits) symbols[`${name}.promise`] = { ...symbols[name], name, nonblocking: true };
}
const library = Deno.dlopen(Deno.env.get("POSIX_SHM_LIBRARY") ?? abi.soname, symbols).symbols;

const shm = Object.fromEntries(abi.constants.map((constant) => [constant.name, constant.value]));
for (const { name, arguments: parameters, result, waits } of abi.functions) {
  const converted = (values) => parameters.map(({ type }, i) => toC[type] ? toC[type](values[i]) : values[i]);
  shm[name] = (...values) => fromC[result.type](library[name](...converted(values)));
  // shm.pshm_lock_acquire.promise(lock, -1) waits in another thread, and the event loop goes on. The buffers stay until the end.
  if (waits) {
    shm[name].promise = (...values) => {
      const passed = converted(values);
      return library[`${name}.promise`](...passed).then((found) => passed && fromC[result.type](found));
    };
  }
}

// The memory at an address, as an ArrayBuffer.
const view = (address, length) =>
  Deno.UnsafePointerView.getArrayBuffer(Deno.UnsafePointer.create(BigInt(address)), length);

export { abi, shm, view };

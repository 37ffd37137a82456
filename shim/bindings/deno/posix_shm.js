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

// Deno takes the lower bits of a number that does not fit; C reads a text up to its first NUL, and a lone
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
  return new TextEncoder().encode(`${value}\0`);
}
const integers = { "int": "i32", "int64": "i64" };

// Memory is a typed array, an ArrayBuffer or null. C uses as many
// elements as the argument that measures them says, or writes one number.
const arrays = { "int-out": Int32Array, "int64-out": BigInt64Array };
function checked(value, { name, type }, count) {
  const array = arrays[type] ?? Uint8Array;
  if (value === null) return value;
  if (!ArrayBuffer.isView(value) && !(value instanceof ArrayBuffer)) throw new TypeError(`${name} is no buffer`);
  if (arrays[type] && !(value instanceof array) && (value.BYTES_PER_ELEMENT ?? 1) > 1)
    throw new TypeError(`${name} is no ${array.name}`);
  const size = Number(count) * array.BYTES_PER_ELEMENT;
  if (size > value.byteLength) throw new RangeError(`${name} has ${value.byteLength} of ${size} bytes`);
  return value;
}

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
  shm[name] = (...values) => fromC[result.type](library[name](...converted(values)));
  if (waits) {
    const timeoutIndex = parameters.findIndex(({ role }) => role === "timeout");
    shm[name].promise = async (...values) =>
      fromC[result.type](await inSlices(library[`${name}.promise`], converted(values), timeoutIndex));
  }
}

// shm.pshm_lock_acquire.promise(lock, -1) waits in another thread, and the event loop goes on. Deno has 32 threads for all
// that waits, files too: the call leaves its thread to others every 50 milliseconds. At the end it lasts for a nanosecond at least, since
// the timeout 0 would be another call. It has the values, so their buffers stay until then.
const slice = (timeout, left) => timeout === 0 ? 0n : BigInt(Math.max(1, Math.trunc(Math.min(left, 50) * 1e6)));
async function inSlices(call, values, timeoutIndex) {
  const timeout = Number(values[timeoutIndex]);
  const end = timeout < 0 ? Infinity : performance.now() + timeout / 1e6;
  for (;;) {
    const left = Math.max(0, end - performance.now());
    const found = await call(...values.with(timeoutIndex, slice(timeout, left)));
    if (left <= 50 || Number(found) !== -shm.pshm_error_number("ETIMEDOUT")) return found;
  }
}

// The memory at an address, as an ArrayBuffer.
const view = (address, length) =>
  Deno.UnsafePointerView.getArrayBuffer(Deno.UnsafePointer.create(BigInt(address)), length);

export { abi, shm, view };

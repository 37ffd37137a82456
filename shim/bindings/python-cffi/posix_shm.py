# SPDX-License-Identifier: BSD-3-Clause
import json
import os
import cffi

with open(os.environ.get("POSIX_SHM_JSON", "/usr/local/share/posix-shm/posix-shm.json")) as file:
    abi = json.load(file)
ffi = cffi.FFI()
ffi.cdef("\n".join(function["declaration"] + ";" for function in abi["functions"]))
shm = ffi.dlopen(os.environ.get("POSIX_SHM_LIBRARY", abi["soname"]))
C = {constant["name"]: constant["value"] for constant in abi["constants"]}

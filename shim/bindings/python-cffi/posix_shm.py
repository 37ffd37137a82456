# SPDX-License-Identifier: BSD-3-Clause
"""libposix-shm for Python with cffi: PYTHONPATH=PREFIX/share/posix-shm/python-cffi, and from posix_shm import C, ffi, shm;
then shm.pshm_close(fd), C["PSHM_PROT_READ"] and so on.

The environment variables POSIX_SHM_LIBRARY and POSIX_SHM_JSON override the files that are found.
"""
import json
import os
import subprocess
from pathlib import Path

import cffi


def json_file():
    """Beside this file, installed or in the source tree; otherwise in the folder that pkg-config reports."""
    for name in ("posix-shm.json", "../posix-shm.json", "../../abi/posix-shm.json"):
        file = Path(__file__).parent / name
        if file.exists():
            return file
    folder = subprocess.run(["pkg-config", "--variable=pkgdatadir", "posix-shm"], stdout=subprocess.PIPE, check=True).stdout
    return Path(os.fsdecode(folder.strip()), "posix-shm.json")


with open(os.environ.get("POSIX_SHM_JSON") or json_file()) as file:
    abi = json.load(file)
ffi = cffi.FFI()
ffi.cdef("\n".join(function["declaration"] + ";" for function in abi["functions"]))
shm = ffi.dlopen(os.environ.get("POSIX_SHM_LIBRARY", abi["soname"]))
C = {constant["name"]: constant["value"] for constant in abi["constants"]}

#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Let the system forget the contents of files that it keeps in memory: those given, and those in folders given."""
import os
import sys


def evict(path):
    descriptor = os.open(path, os.O_RDONLY)
    os.fdatasync(descriptor)
    os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
    os.close(descriptor)


for argument in sys.argv[1:]:
    if os.path.isdir(argument):
        for folder, _, files in os.walk(argument):
            for file in files:
                evict(os.path.join(folder, file))
    else:
        evict(argument)

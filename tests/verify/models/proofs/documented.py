#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""documented.py JSON: what the reference lists of each function, as lists for the preprocessor.

PROVES_pshm_open chooses a function; its errors are DOCUMENTED_ERRORS(ROW), and the results that have a meaning of their own
DOCUMENTED_VALUES(ROW).
"""
import json
import sys

print("/* Made from the headers, by way of posix-shm.json. */")
for function in json.load(open(sys.argv[1], encoding="utf-8"))["functions"]:
    errors = " ".join(f"ROW({name})" for name in function["errors"])
    values = " ".join(f"ROW({value})" for value in function["result"]["values"])
    print(f"#ifdef PROVES_{function['name']}")
    print(f"#define DOCUMENTED_ERRORS(ROW) {errors}")
    print(f"#define DOCUMENTED_VALUES(ROW) {values}")
    print("#endif")

print("#ifndef DOCUMENTED_ERRORS")
print("#define DOCUMENTED_ERRORS(ROW)")
print("#define DOCUMENTED_VALUES(ROW)")
print("#endif")

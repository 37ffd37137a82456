# SPDX-License-Identifier: BSD-3-Clause
"""Run Doxygen over the headers, and give what it found as one element for each group, page and file."""
import subprocess
import sys
import tempfile
from pathlib import Path

from lxml import etree

LEAST = (1, 9, 4)  # 1.9.1 takes a tag before the text of a parameter for an error


def check_version():
    version = subprocess.run(["doxygen", "--version"], capture_output=True, text=True, check=True).stdout.split()[0]
    if tuple(map(int, version.split("."))) < LEAST:
        sys.exit(f"Doxygen {version} is too old: {'.'.join(map(str, LEAST))} is the least that reads the annotations")


def compounds(top):
    check_version()
    with tempfile.TemporaryDirectory() as work:
        configuration = (top / "shim/generate/Doxyfile").read_text() + f"OUTPUT_DIRECTORY = {work}\n"
        subprocess.run(["doxygen", "-"], input=configuration, text=True, cwd=top, check=True)
        xml = Path(work, "xml")
        index = etree.parse(xml / "index.xml")
        return [compound for item in index.getroot().iter("compound")
                for compound in etree.parse(xml / f"{item.get('refid')}.xml").getroot().findall("compounddef")]

# SPDX-License-Identifier: BSD-3-Clause
"""Run Doxygen over the headers, and give what it found as one element for each group, page and file."""
import subprocess
import tempfile
from pathlib import Path

from lxml import etree


def compounds(top):
    with tempfile.TemporaryDirectory() as work:
        configuration = (top / "shim/generate/Doxyfile").read_text() + f"OUTPUT_DIRECTORY = {work}\n"
        subprocess.run(["doxygen", "-"], input=configuration, text=True, cwd=top, check=True)
        xml = Path(work, "xml")
        index = etree.parse(xml / "index.xml")
        return [compound for item in index.getroot().iter("compound")
                for compound in etree.parse(xml / f"{item.get('refid')}.xml").getroot().findall("compounddef")]

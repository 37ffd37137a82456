# SPDX-License-Identifier: BSD-3-Clause
"""Where the project lives, as configure.ac has it, and the files that are written by hand but for the version and these addresses."""
import re

from prose import Fault

# In each file, what stands behind and before the text that is filled in.
LINK = r"(?<=%s\]\()[^)]*(?=\))"
MODULE = r"[^ \"`]+(?=/shim/bindings/go[ \"])"
FILLED = {
    "README.md": {"homepage": LINK % "project", "bugs": LINK % "tracker", "repository": LINK % "repository",
                  "version": r"(?<=This is version )[0-9.]*[0-9]"},
    "doc/languages/go.md": {"module": MODULE},
    "tests/languages/go/scenario.go": {"module": MODULE},
    "doc/CONTRIBUTING.md": {"homepage": LINK % "project"},
    "doc/SECURITY.md": {"homepage": LINK % "project"},
    "doc/packaging.md": {"version": r"(?<=posix-shm[-_])[0-9.]+(?=-1_|\.tar|\.orig|$)|(?<=version = \")[0-9][0-9.]*|(?<=version \")[0-9][0-9.]*",
                         "homepage": r'(?<=home-page ")[^"]*|(?<=homepage ")[^"]*', "repository": r'(?<=fetchgit { url = ")[^"]*'},
    "doc/packaging/debian/changelog": {"version": r"(?<=^posix-shm \()[0-9.]*(?=-)"},
    "doc/packaging/debian/control": {"homepage": r"(?<=^Homepage: ).*", "repository": r"(?<=^Vcs-Git: ).*"},
    "doc/packaging/debian/copyright": {"homepage": r"(?<=^Source: ).*", "bugs": r"(?<=^Upstream-Contact: ).*"},
    "lisp-bindings/posix-shm.asd": {"homepage": r'(?<=:homepage ")[^"]*', "bugs": r'(?<=:bug-tracker ")[^"]*',
                                    "repository": r'(?<=:source-control \(:git ")[^"]*'},
}


def addresses(top):
    """By name: homepage, bugs, repository, and module, the repository as Go writes it."""
    text = (top / "configure.ac").read_text()
    defined = re.findall(r"^m4_define\(\[PSHM_([A-Z]*)\], \[(.*)\]\)$", text, re.MULTILINE)
    found = {name.lower(): address for name, address in defined}
    return {**found, "module": found["repository"].removeprefix("https://")}


def filled(top, version):
    """Each of these files, and its text."""
    values = {"version": version, **addresses(top)}
    for path, patterns in FILLED.items():
        text = (top / path).read_text()
        for name, pattern in patterns.items():
            text, count = re.subn(pattern, lambda _, name=name: values[name], text, flags=re.MULTILINE)
            if not count:
                raise Fault(f"{path} has no place for the {name}.")
        yield path, text

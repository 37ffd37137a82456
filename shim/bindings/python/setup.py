# SPDX-License-Identifier: BSD-3-Clause
"""The part of pyproject.toml that is a program: the package of the wheel, and its library, compiled from ../../src."""
import os
import re
import shutil
import sys
from pathlib import Path

from setuptools import Extension, setup
from setuptools.command.build_ext import build_ext
from setuptools.command.build_py import build_py
from setuptools.command.sdist import sdist

try:
    from setuptools.command.bdist_wheel import bdist_wheel
except ImportError:  # setuptools before 70.1
    from wheel.bdist_wheel import bdist_wheel

TREE = Path(__file__).resolve().parents[3]
SHIM = TREE / "shim"
SYSTEM = os.environ.get("POSIX_SHM_WHEEL") == "system"
LINK_OPTIONS = []
if sys.platform == "linux":
    LINK_OPTIONS = [f"-Wl,--version-script={SHIM}/abi/posix-shm.map", "-Wl,-soname,libposix-shm.so.0", "-lrt"]


class Package(build_py):
    """The module as a package, since only packages may have types (PEP 561)."""

    def run(self):
        package = Path(self.build_lib, "posix_shm")
        package.mkdir(parents=True, exist_ok=True)
        for suffix in (".py", ".pyi"):
            shutil.copyfile(Path(__file__).with_name(f"posix_shm{suffix}"), package / f"__init__{suffix}")
        (package / "py.typed").touch()


class Library(build_ext):
    """No module of Python: a library that the module opens by its path."""

    def get_ext_filename(self, _):
        return os.path.join("posix_shm", "posix_shm.libs", "libposix-shm.so.0")

    def build_extension(self, ext):
        sources = sorted(str(source) for source in (SHIM / "src").glob("*.c"))
        if not sources:
            sys.exit(f"There are no C sources in {SHIM}/src: build in the source tree, or set POSIX_SHM_WHEEL=system.")
        objects = self.compiler.compile(sources, output_dir=self.build_temp,
                                        include_dirs=[str(SHIM / "include"), str(SHIM / "src")],
                                        extra_postargs=["-std=c11", "-g0", "-fvisibility=hidden", f"-ffile-prefix-map={TREE}=."])
        library = Path(self.get_ext_fullpath(ext.name))
        library.parent.mkdir(parents=True, exist_ok=True)
        self.compiler.link_shared_object(objects, str(library), extra_postargs=LINK_OPTIONS)


class Wheel(bdist_wheel):
    """For every Python 3: the library does not know of Python."""

    def get_tag(self):
        return ("py3", "none", super().get_tag()[2])


class Source(sdist):
    """The sources of the library are outside of this folder."""

    def run(self):
        sys.exit("A source distribution would lack the sources in C. Distribute those of the whole tree, or a wheel: python3 -m build --wheel")


def guide():
    """The guide to this binding, without links, which lead to other pages."""
    page = TREE / "doc/languages/python-ctypes.md"
    text = re.sub(r"^\[All languages\].*\n\n", "", page.read_text(), flags=re.MULTILINE) if page.exists() else ""
    return re.sub(r"\[([^]]*)\]\([^)]*\)", r"\1", text)


setup(
    long_description=guide(),
    long_description_content_type="text/markdown",
    ext_modules=[] if SYSTEM else [Extension("posix_shm_library", sources=[])],
    packages=["posix_shm"],
    package_dir={"posix_shm": "."},
    cmdclass={"build_ext": Library, "build_py": Package, "bdist_wheel": Wheel, "sdist": Source},
)

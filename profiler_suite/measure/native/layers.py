"""Whose code runs: the user's, a package's, NumPy's Python or compiled code, BLAS, CPython.

A moment belongs to the innermost code that is somebody's own. The interpreter at work on
bytecode is nobody's: that moment belongs to who wrote the Python function it runs. Nor are
the C library and the kernel anybody's: they belong to the code that called them.
"""

import functools
import os
import re
import sysconfig
from collections.abc import Iterable
from pathlib import PurePath

from profiler_suite.measure.native.symbols import JIT, KERNEL, NOWHERE

USER, CPYTHON, BLAS, COMPILED = "your code", "CPython", "BLAS", "code made at run time"
NUMPY_PYTHON, NUMPY_COMPILED = "NumPy's Python", "NumPy's compiled code"
NOBODY = ""
"""Of the C library, the kernel and the interpreter: whoever called decides."""
NAMES = {
    "scipy": "SciPy",
    "sklearn": "scikit-learn",
    "scikit_learn": "scikit-learn",
    "skimage": "scikit-image",
    "numpy": NUMPY_PYTHON,
    "matplotlib": "Matplotlib",
    "numba": "Numba",
}
"""How packages write their own names; others go by the name they are imported under."""

_PACKAGE = re.compile(r".*[/\\](?:site|dist)-packages[/\\]([^/\\]+)")
_BLAS_LIBRARY = re.compile(
    r"openblas|libmkl|libblis|libflame|libflexiblas|libatlas|libarmpl|libnvpl|lib(c?blas|lapack)\b|"
    r"Accelerate\.framework|vecLib|libgfortran",
    re.IGNORECASE,
)
_INTERPRETER = re.compile(r"/(lib)?python3[^/]*$|/libpython3|/Python\.framework/")
_STANDARD_MODULE = re.compile(r"/lib-dynload/")
_OF_WHOEVER_CALLS = re.compile(
    r"/(libc|libpthread|libm|libmvec|libdl|librt|libgcc_s|libunwind|libstdc\+\+|libc\+\+|libgomp|"
    r"libiomp5|libomp|libjemalloc|libtcmalloc|libmimalloc|ld-linux[^/]*|ld-musl[^/]*)[-.]"
)


@functools.lru_cache(maxsize=4096)
def of_code(path: str) -> str:
    """Whose compiled code a library file holds; NOBODY where its caller decides."""
    if path in (JIT, NOWHERE):
        return COMPILED
    if _OF_WHOEVER_CALLS.search(path):  # also where a wheel brings its own
        return NOBODY
    if _BLAS_LIBRARY.search(path):
        return BLAS
    if _STANDARD_MODULE.search(path):
        return CPYTHON
    package = package_of(path)
    if package == "numpy":
        return NUMPY_COMPILED
    if package:
        return _named(package)
    if path.startswith((KERNEL, "[")) or _INTERPRETER.search(path):
        return NOBODY
    return PurePath(path).name or NOBODY


def is_interpreter(path: str) -> bool:
    """Whether a library file is the interpreter itself."""
    return bool(_INTERPRETER.search(path))


@functools.lru_cache(maxsize=4096)
def of_source(file: str) -> str:
    """Whose Python code a source file holds; '<stdin>' and notebook cells are the user's."""
    package = package_of(file)
    if package:
        return _named(package)
    if file.startswith("<frozen ") or file.startswith(standard_folders()):
        return CPYTHON
    return USER


def of_moment(libraries: Iterable[str], source: str) -> str:
    """Whose a moment is: libraries from the instruction outwards, then the Python function.

    `source` is the file of the Python function that runs; empty where there is none.
    """
    for path in libraries:
        owner = of_code(path)
        if owner:
            return owner
        if is_interpreter(path):
            break
    return of_source(source) if source else CPYTHON


def package_of(path: str) -> str:
    """Name under which the package that a file belongs to is imported; empty for none."""
    found = _PACKAGE.match(path)
    if found is None:
        return ""
    name = found.group(1)
    # A wheel's bundled libraries lie in 'numpy.libs' beside 'numpy'; a module in its file.
    return name.removesuffix(".libs").removesuffix(".py").partition(".")[0].strip("_")


def _named(package: str) -> str:
    return NAMES.get(package, package)


@functools.cache
def standard_folders() -> tuple[str, ...]:
    """Where the standard library lies, each with the separator at its end."""
    paths = sysconfig.get_paths()
    return tuple({paths["stdlib"] + os.sep, paths["platstdlib"] + os.sep})

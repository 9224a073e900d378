"""Finds the user's line behind a call, and the library function in between."""

import linecache
import os
import sys
import sysconfig
from itertools import islice
from types import CodeType, FrameType
from typing import NamedTuple

import numpy as np

from profiler_suite.measure.trace.names import public_module

_OWN = os.path.dirname(os.path.abspath(__file__)) + os.sep  # noqa: PTH100, PTH120
_NUMPY = os.path.dirname(os.path.abspath(np.__file__)) + os.sep  # noqa: PTH100, PTH120
_STANDARD = tuple(
    os.path.join(path, "")  # noqa: PTH118
    for path in {sysconfig.get_path("stdlib"), sysconfig.get_path("platstdlib")}
)
_SITE_PACKAGES = ("site-packages", "dist-packages")

ENTRY = "enter_traced_function"
"""Name of our function that calls the traced one: no frame above it is the user's."""


class Site(NamedTuple):
    """A user's line, and the outermost library function that it called."""

    file: str
    line: int
    via: str


class _Role(NamedTuple):
    kind: str  # 'user', 'library', 'own', 'standard' or 'entry'
    name: str


_roles: dict[CodeType, _Role] = {}


def here() -> Site:
    """The innermost user's line that led here."""
    frame: FrameType | None = sys._getframe(1)
    library: _Role | None = None
    while frame is not None:
        code = frame.f_code
        role = _roles.get(code) or _classify(frame)
        if role.kind == "user":
            return Site(code.co_filename, frame.f_lineno, library.name if library else "")
        if role.kind == "entry":
            break
        if role.kind == "library":
            library = role
        frame = frame.f_back
    return Site("", 0, library.name if library else "")


def asks_for_array() -> bool:
    """Whether the call in hand says ``out=...``: an array even where the result is one number.

    NumPy (2.3 and later) forgets this keyword before it calls __array_ufunc__, so it is
    read from the source of the calling expression.
    """
    frame: FrameType | None = sys._getframe(1)
    while frame is not None and frame.f_code.co_filename.startswith(_OWN):
        frame = frame.f_back
    if frame is None:
        return False
    place = (frame.f_code, frame.f_lasti)
    known = _asking.get(place)
    if known is None:
        known = _asking[place] = "out=..." in _call_text(frame)
    return known


_asking: dict[tuple[CodeType, int], bool] = {}


def _call_text(frame: FrameType) -> str:
    """Source of the expression that a frame is evaluating; empty when it is not to be had."""
    code = frame.f_code
    position = next(islice(code.co_positions(), frame.f_lasti // 2, None), None)
    if position is None:
        return ""
    first, last, begin, end = position
    if first is None or last is None:
        return ""
    lines = [linecache.getline(code.co_filename, n) for n in range(first, last + 1)]
    if begin is not None and end is not None and lines:
        # Columns count bytes of UTF-8.
        lines[-1] = lines[-1].encode()[:end].decode(errors="replace")
        lines[0] = lines[0].encode()[begin:].decode(errors="replace")
    return "".join(lines).replace(" ", "")


def is_library_file(file: str) -> bool:
    """True for the source files of NumPy and SciPy."""
    return file.startswith(_NUMPY) or f"{os.sep}scipy{os.sep}" in file.partition("-packages")[2]


def is_standard_file(file: str) -> bool:
    """True for the source files of Python itself."""
    if file.startswith("<frozen"):
        return True
    return file.startswith(_STANDARD) and not any(part in file for part in _SITE_PACKAGES)


_KNOWN_LIBRARIES = frozenset({"numpy", "scipy", "pandas"})
_OWN_PACKAGE = __name__.rpartition(".trace")[0]  # profiler_suite.measure


def is_users_module(name: str | None) -> bool:
    """True for a module that belongs neither to Python nor to an installed package."""
    if not name or name == "__main__":
        return True
    package = name.partition(".")[0]
    if package in sys.stdlib_module_names or package in _KNOWN_LIBRARIES:
        return False
    file = getattr(sys.modules.get(name), "__file__", None) or ""
    return not name.startswith(_OWN_PACKAGE) and not any(p in file for p in _SITE_PACKAGES)


def _classify(frame: FrameType) -> _Role:
    code = frame.f_code
    file = code.co_filename
    if file.startswith(_OWN):
        role = _Role("entry" if code.co_name == ENTRY else "own", "")
    elif is_library_file(file):
        role = _Role("library", _public_name(frame.f_globals.get("__name__", ""), code))
    elif is_standard_file(file):
        role = _Role("standard", "")
    else:
        role = _Role("user", "")
    _roles[code] = role
    return role


_METHODS = {"amax": "max", "amin": "min"}


def _public_name(module: str, code: CodeType) -> str:
    """The name under which people call it: numpy._core.fromnumeric.sum is np.sum."""
    if module == "numpy._core._methods":
        method = code.co_name.lstrip("_")
        return f"ndarray.{_METHODS.get(method, method)}"
    function = code.co_qualname.split(".<locals>")[0]
    parts = public_module(module).split(".")
    for count in range(len(parts), 0, -1):
        prefix = ".".join(parts[:count])
        owner = sys.modules.get(prefix)
        if any(part.startswith("_") for part in parts[:count]) or owner is None:
            continue
        if hasattr(owner, function.split(".")[0]):
            return f"{prefix}.{function}".replace("numpy.", "np.", 1)
    if parts[0] == "numpy" and hasattr(np, function):
        return f"np.{function}"
    return f"{module}.{function}".replace("numpy.", "np.", 1)

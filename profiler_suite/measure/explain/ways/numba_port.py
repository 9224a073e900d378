"""The function compiled by Numba, with the functions of its own that it calls."""

import importlib
import re

from profiler_suite.measure.explain.ways.copies import FunctionCopies
from profiler_suite.measure.explain.ways.port import (
    Function,
    Port,
    UnportedError,
    in_one_line,
    line_of,
    plain_function,
)

_STYLE = re.compile(r"\x1b\[[0-9;]*m")
# An object as Python prints it: its name says enough.
_PRINTED = re.compile(
    r"<(?:built-in )?(?:function|module) '?([\w.]+)'?(?: at 0x\w+| from '[^']*')?>"
)
# Of these nothing is to be learned about the function.
_PREFIXES = ("Failed in", "During:", "- Resolution failure")
_NO_IMPLEMENTATION, _SIGNATURE = "No implementation of function", ">>> "
_LONGEST = 160


def port(function: Function) -> Port:
    """What `numba.njit` makes of it; it is compiled at its first call."""
    numba = importlib.import_module("numba")
    start = plain_function(function, "Numba")
    copies = FunctionCopies(lambda each: each, library="Numba", wrap=numba.njit)
    return Port(
        function=copies.of(start),
        form="compiled by njit",
        version=numba.__version__,
        compiles=True,
        failed=unported,
    )


def unported(error: BaseException) -> UnportedError | None:
    """What Numba could not compile, and in which line; None for an error of another kind."""
    if not type(error).__module__.startswith("numba."):
        return None
    said = _STYLE.sub("", str(getattr(error, "msg", "") or error))
    reason = _telling(said) or in_one_line(error)
    where = getattr(error, "loc", None)
    number = getattr(where, "line", 0)
    return UnportedError(
        f"Numba cannot compile it: {reason}",
        line_of(where.filename, number) if where is not None and number else None,
    )


def _telling(message: str) -> str:
    """The line of a long message that says what is wrong."""
    lines = [line.strip() for line in message.splitlines() if line.strip()]
    telling = next((line for line in lines if not line.startswith(_PREFIXES)), "")
    if telling.startswith(_NO_IMPLEMENTATION):
        signatures = [line for line in lines if line.startswith(_SIGNATURE)]
        if signatures:
            telling = f"no implementation of {signatures[0].removeprefix(_SIGNATURE)}"
    short = _PRINTED.sub(r"\1", telling)
    return short if len(short) <= _LONGEST else f"{short[: _LONGEST - 1]}…"

"""Puts functions under line_profiler and takes them out again, visit by visit.

line_profiler gives a profiled function a code object of its own. Plain visits must
run the original, so both are kept and exchanged.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from types import CellType, CodeType, FunctionType
from typing import Any

from line_profiler import LineProfiler

from profiler_suite.measure.lines.functions import nested_codes

Label = tuple[str, int, str]
"""File, first line, qualified name: how line_profiler names a function."""

# A function that is profiled again gets the code it had before: line_profiler would
# make it one instruction longer each time.
_PROFILED: dict[int, tuple[CodeType, CodeType]] = {}
_WITH_PROFILED_INNER: dict[int, tuple[CodeType, CodeType]] = {}


def all_codes(functions: Iterable[FunctionType]) -> list[CodeType]:
    """Code objects of the functions and of what they define, in the order they are profiled."""
    found = []
    for function in functions:
        found += [function.__code__, *nested_codes(function.__code__)]
    return found


@contextmanager
def on_copies(functions: Sequence[FunctionType]) -> Iterator[None]:
    """The functions run copies of their code meanwhile.

    Code that was watched event by event is slower for good on Python 3.12: pairs of
    instructions that had been joined come apart.
    """
    originals = [function.__code__ for function in functions]
    for function, code in zip(functions, originals, strict=True):
        function.__code__ = code.replace()
    try:
        yield
    finally:
        for function, code in zip(functions, originals, strict=True):
            function.__code__ = code


def label(code: CodeType) -> Label:
    """How line_profiler names the function of a code object."""
    return code.co_filename, code.co_firstlineno, code.co_qualname


class Instrumentation:
    """Functions under one line profiler, in their plain form until `profiled` is called."""

    def __init__(self, functions: Iterable[FunctionType]) -> None:
        self.profiler = LineProfiler()
        self._functions = list(functions)
        self._plain = [function.__code__ for function in self._functions]
        for function in self._functions:
            function.__code__ = self._with_profiled_inner(function.__code__, function)
            self._enter(function)
        self._profiled = [function.__code__ for function in self._functions]
        self.plain()

    def plain(self) -> None:
        """Functions run their own code."""
        for function, code in zip(self._functions, self._plain, strict=True):
            function.__code__ = code

    def profiled(self) -> None:
        """Functions run the code that line_profiler knows."""
        for function, code in zip(self._functions, self._profiled, strict=True):
            function.__code__ = code

    def stats(self) -> Any:
        """line_profiler's own LineStats of all visits."""
        return self.profiler.get_stats()

    def _enter(self, function: FunctionType) -> None:
        original = function.__code__
        known = _PROFILED.get(id(original))
        if known is not None:
            function.__code__ = known[1]
        self.profiler.add_function(function)
        _PROFILED[id(original)] = (original, function.__code__)

    def _with_profiled_inner(self, code: CodeType, owner: FunctionType) -> CodeType:
        """The code with the functions it defines replaced by profiled ones."""
        constants = list(code.co_consts)
        changed = False
        for index, constant in enumerate(constants):
            if isinstance(constant, CodeType) and not constant.co_name.startswith("<"):
                inner = self._with_profiled_inner(constant, owner)
                cells = tuple(CellType() for _ in inner.co_freevars)
                stand_in = FunctionType(inner, owner.__globals__, closure=cells)
                self._enter(stand_in)
                constants[index] = stand_in.__code__
                changed = True
        if not changed:
            return code
        replaced = code.replace(co_consts=tuple(constants))
        return _WITH_PROFILED_INNER.setdefault(id(code), (code, replaced))[1]

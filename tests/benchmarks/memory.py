"""Peak, lines and expressions of a function's memory against an exact tracer of allocations.

    python tests/benchmarks/memory.py [--only NAME]

The exact tracer takes the place of NumPy's own allocator (PyDataMem_SetHandler, NEP 49): the
data of every array passes through it, and the stack tells it which instruction of the user's
asks for it. It uses neither tracemalloc nor a trace function. Compared are the most held at
once, the most held while each line runs, and the most that each expression takes at once. Ends
with 1 where one is off by more than 2 % and by more than 4 KB, which Python's own objects take.
"""

import argparse
import ctypes
import sys
from collections.abc import Callable
from types import CodeType, FrameType
from typing import Any

import numpy as np

from profiler_suite.measure.explain.memory_profile import memory_profile, span_of, text_of
from profiler_suite.measure.explain.peak import peak_bytes

ALLOWED = 0.02
OBJECTS_BYTES = 4096.0
# Beside such arrays the buffers of NumPy's iterators, 64 KB for an operand that is cast or
# broadcast, are nothing: they are no array's data, and only tracemalloc sees them.
SHAPE = (1500, 1200)
# Position of PyDataMem_SetHandler in NumPy's table of functions: numpy/_core/code_generators.
_SET_HANDLER = 304
_POINTER, _SIZE = ctypes.c_void_p, ctypes.c_size_t
_MALLOC = ctypes.PYFUNCTYPE(_POINTER, _POINTER, _SIZE)
_CALLOC = ctypes.PYFUNCTYPE(_POINTER, _POINTER, _SIZE, _SIZE)
_REALLOC = ctypes.PYFUNCTYPE(_POINTER, _POINTER, _POINTER, _SIZE)
_FREE = ctypes.PYFUNCTYPE(None, _POINTER, _POINTER, _SIZE)

Instruction = tuple[CodeType, int]


class _Handler(ctypes.Structure):
    """PyDataMem_Handler of ndarraytypes.h, version 1."""

    _fields_ = (
        ("name", ctypes.c_char * 127),
        ("version", ctypes.c_uint8),
        ("context", _POINTER),
        ("malloc", _MALLOC),
        ("calloc", _CALLOC),
        ("realloc", _REALLOC),
        ("free", _FREE),
    )


class ExactTracer:
    """A context in which every array's data is counted, by the instruction that asks for it.

    An instruction that is repeated with nothing allocated in between is taken for one.
    """

    def __init__(self) -> None:
        self._library = ctypes.CDLL(None)
        for name, arguments in (
            ("malloc", (_SIZE,)),
            ("calloc", (_SIZE, _SIZE)),
            ("realloc", (_POINTER, _SIZE)),
        ):
            function = getattr(self._library, name)
            function.restype, function.argtypes = _POINTER, arguments
        self._library.free.restype, self._library.free.argtypes = None, (_POINTER,)
        self._handler = _Handler(
            b"exact",
            1,
            None,
            _MALLOC(self._malloc),
            _CALLOC(self._calloc),
            _REALLOC(self._realloc),
            _FREE(self._free),
        )
        self._sizes: dict[int, int] = {}
        self.held = self.most = 0
        self.levels: dict[tuple[str, int], int] = {}
        """Most held while each line ran, as far as it allocated."""
        self.taken: dict[Instruction, int] = {}
        self._at: Instruction | None = None
        self._before = 0

    def __enter__(self) -> "ExactTracer":
        make = ctypes.pythonapi.PyCapsule_New
        make.restype, make.argtypes = ctypes.py_object, (_POINTER, ctypes.c_char_p, _POINTER)
        capsule = make(ctypes.addressof(self._handler), b"mem_handler", None)
        self._previous = _set_handler(capsule)
        return self

    def __exit__(self, *_: object) -> None:
        _set_handler(self._previous)

    def _malloc(self, context: int, size: int) -> int:
        return self._note(self._library.malloc(size), size)

    def _calloc(self, context: int, number: int, size: int) -> int:
        return self._note(self._library.calloc(number, size), number * size)

    def _realloc(self, context: int, address: int, size: int) -> int:
        self.held -= self._sizes.pop(address or 0, 0)
        return self._note(self._library.realloc(address, size), size)

    def _free(self, context: int, address: int, size: int) -> None:
        self.held -= self._sizes.pop(address or 0, 0)
        self._library.free(address)

    def _note(self, address: int, size: int) -> int:
        frame = _users(sys._getframe(1))
        at = (frame.f_code, frame.f_lasti) if frame is not None else None
        if at != self._at or self.held < self._before:
            self._at, self._before = at, self.held
        self._sizes[address] = size
        self.held += size
        self.most = max(self.most, self.held)
        inner = True
        while frame is not None:
            place = (frame.f_code, frame.f_lasti)
            span = span_of(*place)
            if span is not None:
                line = (frame.f_code.co_filename, span.first)
                self.levels[line] = max(self.levels.get(line, 0), self.held)
            if inner:
                self.taken[place] = max(self.taken.get(place, 0), self.held - self._before)
            inner = False
            frame = _users(frame.f_back)
        return address


def _users(frame: FrameType | None) -> FrameType | None:
    """The innermost frame of this file's functions under test."""
    while frame is not None and frame.f_code not in CODES:
        frame = frame.f_back
    return frame


def _set_handler(capsule: Any) -> Any:
    core = np._core._multiarray_umath  # type: ignore[attr-defined]
    get = ctypes.pythonapi.PyCapsule_GetPointer
    get.restype, get.argtypes = _POINTER, (ctypes.py_object, ctypes.c_char_p)
    table = ctypes.cast(get(core._ARRAY_API, None), ctypes.POINTER(_POINTER))
    set_handler = ctypes.PYFUNCTYPE(ctypes.py_object, ctypes.py_object)(table[_SET_HANDLER])
    return set_handler(capsule)


def standardised(a: Any) -> Any:
    centred = a - a.mean(axis=0)
    return centred / np.sqrt((centred * centred).mean(axis=0))


def distances(a: Any) -> Any:
    few = a[:200, :200]
    return np.sqrt(((few[:, None, :] - few[None, :, :]) ** 2).sum(axis=-1))


def one_line(a: Any) -> Any:
    return a[:, ::2] * 2.0 + np.maximum(a[:, 1::2], 0.5) - np.exp(a[:, ::2])


def loop(a: Any) -> Any:
    total = np.zeros_like(a)
    for n in range(6):
        total += a * n + np.sin(a)
    return total


def joined(a: Any) -> Any:
    parts = [a[0::3] * 1.5, a[1::3] * 2.5, a[2::3] * 3.5]
    return np.concatenate(parts, axis=0).astype(np.float32)


def masked(a: Any) -> Any:
    chosen = a[a > 0.5]
    return np.where(a > 0.25, a, 0.0).sum() + chosen.sum()


def products(a: Any) -> Any:
    gram = a.T @ a
    return gram @ a.T + (a @ gram).T


def sorted_and_counted(a: Any) -> Any:
    ordered = np.sort(a, axis=None)
    return np.cumsum(ordered)[np.argsort(a, axis=None)]


def helper(a: Any) -> Any:
    return np.outer(a[0], a[1]) * 2.0


def calls_a_helper(a: Any) -> Any:
    return helper(a) + helper(a + 1.0)


def generated(a: Any) -> Any:
    return sum((a * n).max() for n in range(5)) + np.tile(a, (2, 2)).max()


def gathered(a: Any) -> Any:
    places = np.arange(a.size).reshape(a.shape)[:, ::-1]
    return a.reshape(-1)[places] - np.take(a, places)


def deleted(a: Any) -> Any:
    first = a * 2.0
    second = np.log1p(first)
    del first
    return second + a


FUNCTIONS: tuple[Callable[[Any], Any], ...] = (
    *(standardised, distances, one_line, loop, joined, masked, products),
    *(sorted_and_counted, calls_a_helper, generated, gathered, deleted),
)


def _codes(code: CodeType) -> list[CodeType]:
    inner = [each for each in code.co_consts if isinstance(each, CodeType)]
    return [code, *(found for each in inner for found in _codes(each))]


CODES = {found for each in (*FUNCTIONS, helper) for found in _codes(each.__code__)}


def compared(function: Callable[[Any], Any]) -> list[tuple[str, float, float]]:
    """What is measured, the suite's bytes and the exact ones."""
    a = np.random.default_rng(0).random(SHAPE)
    function(a)
    peak = peak_bytes(function, (a,), 60.0)
    record = memory_profile(function, (a,), peak, 60.0)
    with ExactTracer() as exact:
        result = function(a)
    del result
    rows = [("at once", peak, float(exact.most))]
    lines = {(each.file, each.line): each.most_bytes for each in record.lines}
    for line, level in sorted(exact.levels.items()):
        rows.append((f"line {line[1]}", lines.get(line, 0.0), float(level)))
    expressions = {(e.file, e.line, e.text): e.most_bytes for e in record.expressions}
    for (code, offset), taken in exact.taken.items():
        span = span_of(code, offset)
        assert span is not None
        text = text_of(code.co_filename, span)
        if taken >= 2**17:
            mine = expressions.get((code.co_filename, span.first, text), 0.0)
            rows.append((f"`{text}`", mine, float(taken)))
    return rows


def off(mine: float, exact: float) -> float:
    """Relative difference, beyond what Python's own objects take."""
    return max(0.0, abs(mine - exact) - OBJECTS_BYTES) / max(exact, 1.0)


def main() -> int:
    """Compare all functions."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default="")
    asked = parser.parse_args()
    worst = 0.0
    for function in FUNCTIONS:
        if asked.only not in function.__name__:
            continue
        rows = compared(function)
        wrong = [row for row in rows if off(*row[1:]) > ALLOWED]
        worst = max(worst, *(off(mine, exact) for _, mine, exact in rows))
        sys.stdout.write(
            f"{function.__name__:20} {len(rows) - len(wrong)} of {len(rows)} right\n"
        )
        for what, mine, exact in wrong:
            sys.stdout.write(f"    {what}: {mine:,.0f} bytes here, exactly {exact:,.0f}\n")
    sys.stdout.write(f"largest difference {100 * worst:.2f} %, allowed {100 * ALLOWED:.0f}\n")
    return int(worst > ALLOWED)


if __name__ == "__main__":
    sys.exit(main())

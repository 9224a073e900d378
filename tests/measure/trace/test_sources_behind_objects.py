"""Matrices behind iterators, views and references: none may pass as counted and be lost."""

import array
import collections
import contextvars
import copy
import enum
import functools
import io
import itertools
import mmap
import operator
import queue
import threading
import types
import weakref
from collections.abc import Callable, Iterator
from multiprocessing import shared_memory
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import sparse

from profiler_suite.measure.breakdown.coverage import by_calls
from profiler_suite.measure.trace import trace

SIDE = 12
SQUARED = 2.0 * SIDE**3
A = np.random.default_rng(0).random((SIDE, SIDE))


def square(a: Any) -> Any:
    return a @ a


class Kind(enum.Enum):
    """Holds it as a member's value."""

    MATRIX = A


class Base:
    """Holds it in a slot that a subclass inherits."""

    __slots__ = ("_hidden",)

    def __init__(self) -> None:
        self._hidden = A.copy()

    @property
    def w(self) -> Any:
        return self._hidden


class Derived(Base):
    """Adds a dictionary, and ways to get at the slot."""

    def __getitem__(self, name: str) -> Any:
        return self._hidden

    def __iter__(self) -> Iterator[Any]:
        return iter([self._hidden])

    @functools.cached_property
    def once(self) -> Any:
        return self._hidden * 1.0

    @staticmethod
    def of_static() -> Any:
        return A @ A

    @classmethod
    def of_class(cls) -> Any:
        return cls.table["w"] @ cls.table["w"]

    table: types.MappingProxyType[str, Any] = types.MappingProxyType({"w": A})


VARIABLE: contextvars.ContextVar[Any] = contextvars.ContextVar("VARIABLE")
VARIABLE.set(A)
LOCAL = threading.local()
LOCAL.w = A
VIEW = types.MappingProxyType({"w": A})
CHAINED = collections.ChainMap({}, {"w": A})
TABLES = collections.defaultdict(list, w=[A])


def filled_queue() -> Any:
    made: queue.Queue[Any] = queue.Queue()
    made.put(A)
    return made


def of_bytes_io() -> Any:
    file = io.BytesIO()
    np.savez(file, w=A)
    file.seek(0)
    with np.load(file) as loaded:
        return square(loaded["w"])


def of_text() -> Any:
    text = "\n".join(" ".join(map(str, row)) for row in A)
    return square(np.loadtxt(io.StringIO(text)))


def of_shared_memory() -> Any:
    memory = shared_memory.SharedMemory(create=True, size=A.nbytes)
    try:
        shared: Any = np.ndarray(A.shape, A.dtype, buffer=memory.buf)
        shared[...] = A
        result = shared @ shared
        del shared
        return result
    finally:
        memory.close()
        memory.unlink()


def of_mapped_memory() -> Any:
    with mmap.mmap(-1, A.nbytes) as memory:
        memory.write(A.tobytes())
        mapped = np.frombuffer(memory, dtype=float).reshape(A.shape)
        result = mapped @ mapped
        del mapped
    return result


def keyword(*, a: Any = A) -> Any:
    return a @ a


def yielding(a: Any) -> Iterator[Any]:
    yield a
    yield a


SOURCES: dict[str, tuple[Callable[..., Any], tuple[Any, ...]]] = {
    "weak reference": (lambda r: square(r()), (weakref.ref(A),)),
    "context variable": (lambda: square(VARIABLE.get()), ()),
    "thread's own": (lambda: square(LOCAL.w), ()),
    "queue": (lambda q: square(q.get()), (filled_queue(),)),
    "list's iterator": (lambda i: square(next(i)), (iter([A]),)),
    "repeated": (lambda i: square(next(i)), (itertools.repeat(A, 2),)),
    "chained": (lambda i: square(next(i)), (itertools.chain([], [A]),)),
    "cycled": (lambda i: square(next(i)), (itertools.cycle([A]),)),
    "zipped": (lambda z: [a @ b for a, b in z], (zip([A], [A], strict=True),)),
    "enumerated": (lambda e: [a @ a for _, a in e], (enumerate([A]),)),
    "reversed": (lambda r: [a @ a for a in r], (reversed([A]),)),
    "mapped": (lambda m: list(m), (map(square, [A]),)),
    "squared in a generator": (lambda g: list(g), ((a @ a for a in [A]),)),
    "yielded": (lambda g: [a @ a for a in g], (yielding(A),)),
    "mapping proxy": (lambda p: square(p["w"]), (VIEW,)),
    "global proxy": (lambda: square(VIEW["w"]), ()),
    "values of a dict": (lambda v: [a @ a for a in v], ({"w": A}.values(),)),
    "items of a dict": (lambda v: [a @ a for _, a in v], ({"w": A}.items(),)),
    "chain map": (lambda: square(CHAINED["w"]), ()),
    "default dict": (lambda: square(TABLES["w"][0]), ()),
    "ordered dict": (lambda d: square(d["w"]), (collections.OrderedDict(w=A),)),
    "tuples in tuples": (lambda t: square(t[0][0][0]), ((((A,),),),)),
    "member of an enum": (lambda: square(Kind.MATRIX.value), ()),
    "inherited slot": (lambda o: square(o.w), (Derived(),)),
    "getitem": (lambda o: square(o["w"]), (Derived(),)),
    "iter": (lambda o: square(next(iter(o))), (Derived(),)),
    "cached property": (lambda o: square(o.once), (Derived(),)),
    "static method": (lambda: Derived.of_static(), ()),
    "class method": (lambda: Derived.of_class(), ()),
    "keyword default": (keyword, ()),
    "item getter": (lambda d: square(operator.itemgetter("w")(d)), ({"w": A},)),
    "operator": (lambda a: operator.matmul(a, a), (A,)),
    "reduced": (lambda many: functools.reduce(operator.matmul, many), ([A, A],)),
    "copy": (lambda a: square(copy.copy(a)), (A,)),
    "array of Python's": (
        lambda x: square(np.array(x).reshape(SIDE, SIDE)),
        (array.array("d", A.ravel()),),
    ),
    "lists": (lambda x: square(np.array(x)), (A.tolist(),)),
    "npz": (of_bytes_io, ()),
    "text": (of_text, ()),
    "shared memory": (of_shared_memory, ()),
    "mapped memory": (of_mapped_memory, ()),
    "drawn": (lambda: square(np.random.default_rng(0).random((SIDE, SIDE))), ()),
    "transposed view": (lambda a: square(a), (A.T,)),
    "windows": (
        lambda a: square(np.lib.stride_tricks.sliding_window_view(a, (SIDE, SIDE))[0, 0]),
        (A,),
    ),
    "read only": (lambda a: square(a), (np.broadcast_to(A, (SIDE, SIDE)),)),
    "data of a sparse matrix": (
        lambda s: square(s.data.reshape(SIDE, SIDE)),
        (sparse.csr_array(A),),
    ),
    "dense of a sparse matrix": (lambda s: square(s.toarray()), (sparse.csr_array(A),)),
    "series": (lambda s: square(s.to_numpy().reshape(SIDE, SIDE)), (pd.Series(A.ravel()),)),
    "index": (
        lambda i: square(i.to_numpy().reshape(SIDE, SIDE)),
        (pd.Index(A.ravel()),),
    ),
    "frame in a dict": (lambda d: square(d["f"].to_numpy()), ({"f": pd.DataFrame(A)},)),
}


@pytest.mark.parametrize("name", SOURCES)
def test_no_source_is_silently_lost(name: str) -> None:
    function, args = SOURCES[name]
    _, counts = trace(function, args, seconds=5.0)
    covered = by_calls(counts)
    if counts.flop < SQUARED:
        assert covered.share < 1, "FLOP are missing and everything passes as counted"
        assert covered.escaped


@pytest.mark.parametrize(
    "name",
    [
        *("weak reference", "context variable", "thread's own", "list's iterator"),
        *("repeated", "zipped", "mapped", "squared in a generator", "mapping proxy"),
        *("values of a dict", "items of a dict", "member of an enum", "queue", "yielded"),
    ],
)
def test_what_lies_behind_compiled_objects_is_counted(name: str) -> None:
    function, args = SOURCES_MADE[name]()
    _, counts = trace(function, args, seconds=5.0)
    assert counts.flop >= SQUARED, counts.uncovered


SOURCES_MADE: dict[str, Callable[[], tuple[Callable[..., Any], tuple[Any, ...]]]] = {
    "weak reference": lambda: (lambda r: square(r()), (weakref.ref(A),)),
    "context variable": lambda: SOURCES["context variable"],
    "thread's own": lambda: SOURCES["thread's own"],
    "list's iterator": lambda: (lambda i: square(next(i)), (iter([A]),)),
    "repeated": lambda: (lambda i: square(next(i)), (itertools.repeat(A, 2),)),
    "zipped": lambda: (lambda z: [a @ b for a, b in z], (zip([A], [A], strict=True),)),
    "mapped": lambda: (lambda m: list(m), (map(square, [A]),)),
    "squared in a generator": lambda: (lambda g: list(g), ((a @ a for a in [A]),)),
    "mapping proxy": lambda: SOURCES["mapping proxy"],
    "values of a dict": lambda: SOURCES["values of a dict"],
    "items of a dict": lambda: SOURCES["items of a dict"],
    "member of an enum": lambda: SOURCES["member of an enum"],
    "queue": lambda: (lambda q: square(q.get()), (filled_queue(),)),
    "yielded": lambda: (lambda g: [a @ a for a in g], (yielding(A),)),
}


def test_everything_is_as_before_afterwards() -> None:
    for function, args in (each() for each in SOURCES_MADE.values()):
        trace(function, args)
    assert VARIABLE.get() is A
    assert LOCAL.w is A
    assert VIEW["w"] is A
    assert Kind.MATRIX.value is A
    held = [A]
    trace(lambda i: square(next(i)), (iter(held),))
    assert held[0] is A


def test_there_are_more_than_twenty() -> None:
    assert len(SOURCES) >= 40

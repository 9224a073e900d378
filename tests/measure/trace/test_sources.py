"""Every source of arrays: what is done with them is counted, or named as not covered.

Forty-six ways in which one matrix comes into a function that squares it; none may pass as
'everything counted' with FLOP missing.
"""

import asyncio
import collections
import copy
import dataclasses
import functools
import pickle
import types
import warnings
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import ndimage
from scipy.linalg import blas

from profiler_suite.measure.breakdown.coverage import by_calls, without_converted
from profiler_suite.measure.trace import trace
from profiler_suite.measure.trace.summary import CONVERTED
from profiler_suite.model.trace import Coverage

SIDE = 20
ELEMENTS = SIDE * SIDE
SQUARED = 2.0 * SIDE**3
A = np.random.default_rng(0).random((SIDE, SIDE))
LISTED = [A]
with warnings.catch_warnings():  # that NumPy would rather have no matrices
    warnings.simplefilter("ignore")
    MATRIX = np.asmatrix(A)


class Plain(np.ndarray):
    """A subclass that adds nothing."""


class Holder:
    """Holds it as an attribute of its own, and of the class."""

    of_class = A

    def __init__(self) -> None:
        self.w = A.copy()


class Slotted:
    """Holds it in a slot."""

    __slots__ = ("w",)

    def __init__(self) -> None:
        self.w = A.copy()


@dataclasses.dataclass
class Record:
    """Holds it in a field."""

    w: Any


@dataclasses.dataclass(frozen=True, slots=True)
class FrozenRecord:
    """Holds it in a field that cannot be set."""

    w: Any


class Mapping(collections.UserDict[str, Any]):
    """A dictionary of the user's own."""


Pair = collections.namedtuple("Pair", "w")
remembered = functools.lru_cache(None)(lambda: A.copy())


def square(a: Any) -> Any:
    return a @ a


def of_default(a: Any = A) -> Any:
    return a @ a


def of_closure() -> Callable[[], Any]:
    held = A
    return lambda: held @ held


def in_threads(a: Any) -> Any:
    with ThreadPoolExecutor(2) as pool:
        return pool.submit(square, a).result()


def in_a_coroutine(a: Any) -> Any:
    async def inside() -> Any:
        return a @ a

    return asyncio.run(inside())


def of_constructor(a: Any) -> Any:
    made = np.ndarray((SIDE, SIDE), buffer=a.data)
    return made @ made


def of_memory(a: Any) -> Any:
    view = memoryview(a)
    return np.asarray(view) @ np.asarray(view)


def of_frame(a: Any) -> Any:
    frame = pd.DataFrame(a)
    return frame.to_numpy() @ frame.to_numpy()


def of_iterator(a: Any) -> Any:
    total: Any = 0.0
    for each in np.nditer(a):
        total += each
    return total


SOURCES: dict[str, tuple[Callable[..., Any], tuple[Any, ...], float]] = {
    "argument": (square, (A,), SQUARED),
    "matrix": (square, (MATRIX,), SQUARED),
    "subclass": (square, (A.view(Plain),), SQUARED),
    "masked": (lambda m: (m * m).sum(), (np.ma.array(A),), ELEMENTS),
    "attribute": (lambda o: o.w @ o.w, (Holder(),), SQUARED),
    "dataclass": (lambda o: o.w @ o.w, (Record(A),), SQUARED),
    "frozen slots": (lambda o: o.w @ o.w, (FrozenRecord(A),), SQUARED),
    "slots": (lambda o: o.w @ o.w, (Slotted(),), SQUARED),
    "namedtuple": (lambda o: o.w @ o.w, (Pair(A),), SQUARED),
    "namespace": (lambda o: o.w @ o.w, (types.SimpleNamespace(w=A),), SQUARED),
    "dict": (lambda o: o["w"] @ o["w"], ({"w": A},), SQUARED),
    "user's dict": (lambda o: o["w"] @ o["w"], (Mapping(w=A),), SQUARED),
    "list": (lambda o: o[0] @ o[0], ([A],), SQUARED),
    "deque": (lambda o: o[0] @ o[0], (collections.deque([A]),), SQUARED),
    "object array": (lambda o: o[0] @ o[0], (np.array([A, None], dtype=object),), SQUARED),
    "global": (lambda: A @ A, (), SQUARED),
    "global list": (lambda: LISTED[0] @ LISTED[0], (), SQUARED),
    "default": (of_default, (), SQUARED),
    "closure": (of_closure(), (), SQUARED),
    "memory of a function": (lambda: remembered() @ remembered(), (), SQUARED),
    "class attribute": (lambda: Holder.of_class @ Holder.of_class, (), SQUARED),
    "list of many": (lambda many: sum((a @ a).sum() for a in many), ([A, A],), 2 * SQUARED),
    "generator": (lambda g: [a @ a for a in g], ((a for a in [A, A]),), 2 * SQUARED),
    "bytes": (
        lambda b: square(np.frombuffer(b).reshape(SIDE, SIDE)),
        (A.tobytes(),),
        SQUARED,
    ),
    "asmatrix": (lambda a: np.asmatrix(a) * np.asmatrix(a), (A,), SQUARED),
    "view of a subclass": (lambda a: square(a.view(Plain)), (A,), SQUARED),
    "einsum": (lambda a: np.einsum("ij,jk->ik", a, a), (A,), SQUARED),
    "norm": (lambda a: np.linalg.norm(a @ a), (A,), SQUARED),
    "scipy blas": (lambda a: blas.dgemm(1.0, a, a), (A,), SQUARED),
    "scipy ndimage": (lambda a: ndimage.gaussian_filter(a, 1), (A,), ELEMENTS),
    "memoryview": (of_memory, (A,), SQUARED),
    "dlpack": (lambda a: square(np.from_dlpack(a)), (A,), SQUARED),
    "np.ndarray": (of_constructor, (A,), SQUARED),
    "pickle": (lambda a: square(pickle.loads(pickle.dumps(a))), (A,), SQUARED),
    "deepcopy": (lambda a: square(copy.deepcopy(a)), (A,), SQUARED),
    "pandas": (of_frame, (A,), SQUARED),
    "flat": (lambda a: sum(float(x) for x in a.flat), (A,), ELEMENTS - 1),
    "flat given": (lambda f: sum(float(x) for x in f), (A.flat,), ELEMENTS - 1),
    "nditer": (of_iterator, (A,), ELEMENTS - 1),
    "vectorize": (lambda a: np.vectorize(lambda x: x + 1)(a), (A,), ELEMENTS),
    "fromiter": (
        lambda a: np.fromiter((x for x in a.ravel()), float).sum(),
        (A,),
        ELEMENTS - 1,
    ),
    "threads": (in_threads, (A,), SQUARED),
    "coroutine": (in_a_coroutine, (A,), SQUARED),
    "partial": (functools.partial(square, A), (), SQUARED),
    "method": (types.MethodType(square, A), (), SQUARED),
}


@pytest.mark.filterwarnings("ignore:the matrix subclass")
@pytest.mark.parametrize("name", SOURCES)
def test_no_source_is_silently_lost(name: str) -> None:
    function, args, least = SOURCES[name]
    _, counts = trace(function, args, seconds=5.0)
    covered = by_calls(counts)
    if counts.flop < least:
        assert covered.share < 1, "FLOP are missing and everything passes as counted"
        assert covered.escaped


def test_a_saved_file_is_counted_loaded_and_mapped(tmp_path: Path) -> None:
    file = tmp_path / "saved.npy"
    np.save(file, A)
    for mode in (None, "r"):
        _, counts = trace(lambda m=mode: square(np.load(file, mmap_mode=m)))
        assert counts.flop >= SQUARED
    _, counts = trace(square, (np.load(file, mmap_mode="r"),))
    assert counts.flop >= SQUARED


def test_numbers_that_become_plain_ones_are_told_of_by_samples_too() -> None:
    def function(a: Any) -> Any:
        return sum(float(x) for x in a.flat)

    _, counts = trace(function, (A,))
    everything = Coverage(share=1.0, samples=100, escaped={})
    covered = without_converted(everything, counts)
    assert covered.share < 0.6
    assert CONVERTED in covered.escaped
    _, counts = trace(lambda a: float(np.sum(a)), (A,))
    assert without_converted(everything, counts) is everything


def test_there_are_forty_six_sources() -> None:
    assert len(SOURCES) + 3 >= 46

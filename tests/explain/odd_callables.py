"""Callables and arguments that a person may hand over, odd in every way; nothing forks here.

Each entry of CASES becomes two names of this module: the callable, and `NAME_setup`, which
returns its arguments. What they need and is not installed leaves them out.
"""

import array
import asyncio
import atexit
import collections
import contextlib
import ctypes
import dataclasses
import datetime
import decimal
import enum
import fractions
import functools
import itertools
import operator
import os
import queue
import random
import re
import signal
import sys
import tempfile
import threading
import time
import types
import warnings
import weakref
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple

import numpy as np

rng = np.random.default_rng(1)
A, B = np.ones(1000), np.arange(1000.0)
M = np.eye(20)
CASES: dict[str, tuple[Any, tuple[Any, ...]]] = {}


def case(name: str, function: Any, *args: Any) -> None:
    CASES[name] = (function, args)


# ------------------------------------------------------------- kinds of callables


def decorate(function: Any) -> Any:
    def inner(*args: Any) -> Any:
        return function(*args)

    return inner


class Calls:
    def __init__(self) -> None:
        self.weights = np.ones(1000)

    def __call__(self, x: Any) -> Any:
        return x * self.weights

    def method(self, x: Any) -> Any:
        return (x * self.weights).sum()

    @classmethod
    def of_class(cls, x: Any) -> Any:
        return x + 1

    @staticmethod
    def static(x: Any) -> Any:
        return x - 1

    @property
    def held(self) -> Any:
        return lambda x: x * 2


class Slots:
    __slots__ = ("value",)

    def __init__(self, x: Any) -> None:
        self.value = x


class Meta(type):
    def __call__(cls, *args: Any) -> Any:
        return args[0] * 3


class ByMeta(metaclass=Meta):
    pass


class Point(NamedTuple):
    x: Any
    y: Any


@dataclasses.dataclass
class Data:
    x: Any
    y: Any = None


class Color(enum.Enum):
    RED = 1


class BadRepr:
    def __repr__(self) -> str:
        raise ValueError("no repr")


class BadEq:
    def __eq__(self, other: object) -> bool:
        raise ValueError("no eq")

    __hash__ = None  # type: ignore[assignment]


class BadLen(list[Any]):
    def __len__(self) -> int:
        raise ValueError("no len")


class BadAttributes:
    def __getattr__(self, name: str) -> Any:
        raise RuntimeError(f"no {name}")


class NoCopy:
    def __deepcopy__(self, memo: Any) -> Any:
        raise TypeError("no copy")

    __reduce__ = None  # type: ignore[assignment]


class Endless:
    def __getitem__(self, number: int) -> int:
        return number


class Own(np.ndarray):
    pass


class Finalized(np.ndarray):
    def __array_finalize__(self, other: Any) -> None:
        self.note = getattr(other, "note", "new")


class Protocol:
    def __array__(self, dtype: Any = None, copy: Any = None) -> Any:
        return np.ones(5)


class Overrides:
    def __array_ufunc__(self, *args: Any, **kwargs: Any) -> Any:
        return 7


class Odd(Exception):  # noqa: N818
    def __str__(self) -> str:
        raise RuntimeError


def generator(x: Any) -> Any:
    for each in x[:20]:
        yield each * 2


async def coroutine(x: Any) -> Any:
    return x


async def async_generator(x: Any) -> Any:
    yield x


class AsyncCall:
    async def __call__(self, x: Any) -> Any:
        return x


def recursive(n: int) -> int:
    return n if n < 2 else recursive(n - 1) + recursive(n - 2)


def closure(scale: float) -> Any:
    def inner(x: Any) -> Any:
        return x * scale

    return inner


@functools.lru_cache
def cached(n: int) -> int:
    return n * 2


@functools.singledispatch
def dispatched(x: Any) -> Any:
    return x


@contextlib.contextmanager
def context(x: Any) -> Any:
    yield x


class Cached:
    @functools.cached_property
    def value(self) -> Any:
        return np.ones(10)


for name, function, args in [
    ("plain", lambda x: x.sum(), (A,)),
    ("no_arguments", lambda: 1, ()),
    ("decorated", decorate(lambda x: x * 2), (A,)),
    ("wrapped", functools.wraps(np.sum)(lambda x: x.sum()), (A,)),
    ("partial", functools.partial(np.dot, M), (M,)),
    ("nested_partial", functools.partial(functools.partial(np.add, A), B), ()),
    ("partialmethod", functools.partial(Calls().method, A), ()),
    ("lru_cache", cached, (3,)),
    ("singledispatch", dispatched, (A,)),
    ("instance", Calls(), (A,)),
    ("bound", Calls().method, (A,)),
    ("class_method", Calls.of_class, (A,)),
    ("static_method", Calls.static, (A,)),
    ("held_lambda", Calls().held, (A,)),
    ("a_class", Calls, ()),
    ("a_slots_class", Slots, (A,)),
    ("by_metaclass", ByMeta, (A,)),
    ("named_tuple_class", Point, (1, 2)),
    ("a_dataclass", Data, (A,)),
    ("an_enum", Color, (1,)),
    ("closure", closure(2.0), (A,)),
    ("generator", generator, (A,)),
    ("coroutine", coroutine, (A,)),
    ("async_generator", async_generator, (A,)),
    ("async_call", AsyncCall(), (A,)),
    ("gives_coroutine", lambda: coroutine(1), ()),
    ("runs_coroutine", lambda: asyncio.run(coroutine(1)), ()),
    ("context_manager", context, (A,)),
    ("recursive", recursive, (8,)),
    ("ufunc", np.add, (A, B)),
    ("ufunc_reduce", np.add.reduce, (A,)),
    ("ufunc_outer", np.multiply.outer, (A[:50], B[:50])),
    ("ufunc_at", np.add.at, (A.copy(), np.arange(5), 1.0)),
    ("generalized_ufunc", np.matmul, (M, M)),
    ("frompyfunc", np.frompyfunc(lambda a, b: a + b, 2, 1), (A[:20], B[:20])),
    ("vectorized", np.vectorize(lambda a: a + 1), (A[:50],)),
    ("np_dot", np.dot, (M, M)),
    ("np_einsum", np.einsum, ("ij,jk->ik", M, M)),
    ("np_where", np.where, (A > 0, A, B)),
    ("np_sort", np.sort, (B[::-1],)),
    ("np_inv", np.linalg.inv, (M,)),
    ("np_fft", np.fft.fft, (A,)),
    ("np_rand", np.random.rand, (10,)),
    ("rng_method", rng.normal, ()),
    ("array_method", A.sum, ()),
    ("array_dunder", A.__add__, (B,)),
    ("array_class", np.ndarray, ((3,),)),
    ("dtype_class", np.dtype, ("f8",)),
    ("scalar_class", np.float32, (1.5,)),
    ("poly", np.poly1d([1, 2, 3]), (2.0,)),
    ("builtin_sum", sum, ([1, 2, 3],)),
    ("builtin_len", len, ([1, 2],)),
    ("builtin_sorted", sorted, ([3, 1, 2],)),
    ("builtin_type", type, (1,)),
    ("builtin_print", print, ("a",)),
    ("builtin_open", open, (os.devnull,)),
    ("builtin_input", input, ()),
    ("str_method", "a b".split, ()),
    ("list_append", [].append, (1,)),
    ("dict_get", {"a": 1}.get, ("a",)),
    ("itemgetter", operator.itemgetter(1), ([1, 2],)),
    ("methodcaller", operator.methodcaller("sum"), (A,)),
    ("regex", re.compile("a+").match, ("aaa",)),
    ("time_function", time.perf_counter, ()),
    ("empty_sleep", time.sleep, (0,)),
    ("ctypes_function", ctypes.CDLL(None).getpid if os.name == "posix" else len, ()),
    ("simple_namespace", types.SimpleNamespace, ()),
    ("exec_made", eval("lambda x: x + 1"), (A,)),
    ("weak_method", weakref.WeakMethod(Calls().method), ()),
    ("an_iterator_call", iter(lambda: 1, 2).__next__, ()),
    ("count_next", itertools.count().__next__, ()),
]:
    case(name, function, *args)


# ------------------------------------------------------------- kinds of arguments

scratch = tempfile.TemporaryFile()  # noqa: SIM115
atexit.register(scratch.close)
with warnings.catch_warnings():
    warnings.simplefilter("ignore", PendingDeprecationWarning)
    matrix = np.asmatrix(M)
masked = np.ma.masked_array(A, A > 0)
record = np.zeros(10, [("a", "f8"), ("b", "i4")])
for name, value in {
    "masked": masked,
    "matrix": matrix,
    "record": record,
    "recarray": record.view(np.recarray),
    "objects": np.array([1, "a", None], object),
    "object_arrays": np.array([A, B], object),
    "strings": np.array(["a", "bc"]),
    "bytes": np.array([b"a", b"bc"]),
    "dates": np.array(["2020-01-01", "NaT"], "M8[D]"),
    "spans": np.array([1, 2], "m8[s]"),
    "zero_size": np.zeros((0, 3)),
    "zero_dims": np.array(3.0),
    "longdouble": A.astype(np.longdouble),
    "half": A.astype(np.float16),
    "complex": A * 1j,
    "bools": A > 0,
    "big_endian": A.astype(">f8"),
    "read_only": np.broadcast_to(np.ones(1), (1000,)),
    "reversed": A[::-1],
    "strided": np.ones((40, 40))[::2, ::3],
    "fortran": np.asfortranarray(np.ones((30, 30))),
    "unaligned": np.frombuffer(bytearray(801), np.uint8)[1:801].view("f8"),
    "many_dims": np.ones((1,) * 20),
    "nans": np.full(100, np.nan),
    "subclass": A.view(Own),
    "finalized": A.view(Finalized),
    "void": np.zeros(3, "V8"),
    "scalar": np.float64(1.5),
    "int128": np.int8(3),
    "python_array": array.array("d", [1.0, 2.0]),
    "memoryview": memoryview(bytearray(100)),
    "huge_int": 10**400,
    "decimal": decimal.Decimal("1.5"),
    "fraction": fractions.Fraction(1, 3),
    "a_range": range(10),
    "a_set": {1, 2, 3},
    "a_deque": collections.deque([1, 2]),
    "ordered": collections.OrderedDict(a=A),
    "nested": {"a": [A, (B, {"c": A})]},
    "a_date": datetime.date(2020, 1, 1),
    "text": "x" * 100_000,
    "control_text": "a\x1b[31m\x00\n\u202eb",
    "surrogate": "\ud800",
    "none": None,
    "ellipsis": ...,
    "a_module": np,
    "a_type": int,
    "a_function": len,
    "a_lock": threading.Lock(),
    "a_queue": queue.Queue(),
    "a_file": scratch,
    "an_iterator": iter([1, 2, 3]),
    "a_generator": (x for x in range(3)),
    "an_rng": np.random.default_rng(1),
    "random_state": np.random.RandomState(1),
    "a_dtype": np.dtype("f8"),
    "bad_repr": BadRepr(),
    "bad_eq": BadEq(),
    "bad_len": BadLen([1]),
    "bad_attributes": BadAttributes(),
    "no_copy": NoCopy(),
    "endless": Endless(),
    "array_protocol": Protocol(),
    "ufunc_protocol": Overrides(),
    "a_point": Point(A, B),
    "a_data": Data(A, B),
    "memmap": np.memmap(scratch, "f8", "w+", shape=(100,)),
}.items():
    case(f"given_{name}", lambda x: x, value)

cyclic: list[Any] = [A]
cyclic.append(cyclic)
case("given_cyclic", lambda x: len(x), cyclic)
with contextlib.suppress(ImportError):
    import pandas as pd

    case("given_series", lambda x: x.sum(), pd.Series(A))
    case("given_frame", lambda x: x.mean(), pd.DataFrame({"a": A, "b": B}))
    case("gives_series", lambda x: x * 2, pd.Series(A))
with contextlib.suppress(ImportError):
    from scipy import sparse

    case("given_sparse", lambda x: x @ x, sparse.eye(20, format="csr"))


# ------------------------------------------------------------- what they do

_kept: list[Any] = []
_count = itertools.count()


def raising(error: BaseException) -> Any:
    def raises() -> None:
        raise error

    return raises


def raises_late() -> None:
    if next(_count) > 40:
        raise ValueError("late")


def warns() -> None:
    warnings.warn("mine", stacklevel=1)


def threads() -> Any:
    with ThreadPoolExecutor(2) as pool:
        return sum(pool.map(len, ["a", "b"]))


def leaves_thread() -> None:
    if not any(t.name == "left" for t in threading.enumerate()):
        threading.Thread(target=time.sleep, args=(600,), name="left", daemon=True).start()


def changes_everything() -> None:
    os.chdir("/")
    os.environ["ODD"] = "1"
    np.seterr(all="ignore")
    sys.path.append("/nowhere")
    signal.signal(signal.SIGUSR1, signal.SIG_IGN)
    random.seed(1)


def patches() -> Any:
    np.sum = max  # type: ignore[assignment]
    return np.sum([1, 2])


def traces() -> None:
    sys.settrace(None)
    sys.setprofile(None)


def grows(x: list[Any]) -> None:
    x.append(np.ones(10))


def shrinks(x: list[Any]) -> Any:
    return x.pop()


def in_place(x: Any) -> Any:
    x += 1
    return x


def resizes() -> Any:
    x = np.ones(10)
    x.resize(20, refcheck=False)
    return x


def closes_output() -> None:
    sys.stdout.close()


def prints() -> None:
    print("x" * 1000)  # noqa: T201
    sys.stderr.write("y")


def deep() -> Any:
    return deep()


def gives_nested() -> Any:
    value: Any = A
    for _ in range(100):
        value = [value]
    return value


for name, function, args in [
    ("raises_plain", raising(ValueError("x")), ()),
    ("raises_memory", raising(MemoryError("x")), ()),
    ("raises_exit", raising(SystemExit(3)), ()),
    ("raises_base", raising(BaseException("x")), ()),
    ("raises_odd", raising(Odd()), ()),
    ("raises_control", raising(ValueError("a\x1b[31mb\x00")), ()),
    ("raises_stop", raising(StopIteration()), ()),
    ("raises_generator_exit", raising(GeneratorExit()), ()),
    ("raises_recursion", deep, ()),
    ("raises_late", raises_late, ()),
    ("wrong_arguments", np.dot, (np.ones(3), np.ones(4))),
    ("too_many_arguments", np.dot, (1, 2, 3, 4, 5, 6)),
    ("warns", warns, ()),
    ("threads", threads, ()),
    ("leaves_thread", leaves_thread, ()),
    ("changes_everything", changes_everything, ()),
    ("patches_numpy", patches, ()),
    ("traces", traces, ()),
    ("grows_its_list", grows, ([],)),
    ("shrinks_its_list", shrinks, ([1, 2, 3],)),
    ("in_place", in_place, (A.copy(),)),
    ("resizes", resizes, ()),
    ("closes_output", closes_output, ()),
    ("prints", prints, ()),
    ("exits_hard", lambda: os._exit(0), ()),
    ("aborts", os.abort, ()),
    ("kills_itself", lambda: os.kill(os.getpid(), 9), ()),
    ("closes_all_files", lambda: os.closerange(0, 64), ()),
    ("sleeps", lambda: time.sleep(1e6), ()),
    ("spins", lambda: next(x for x in itertools.count() if x < 0), ()),
    ("random_result", lambda: random.random(), ()),
    ("gives_nested", gives_nested, ()),
    ("gives_bad_repr", BadRepr, ()),
    ("gives_bad_eq", BadEq, ()),
    ("gives_itself", lambda: _kept, ()),
    ("gives_lock", threading.Lock, ()),
    ("takes_half_a_second", lambda: time.sleep(0.6), ()),
    ("takes_50_ns", lambda: None, ()),
    ("many_scalars", lambda: sum(np.float64(x) * 2 for x in range(3000)), ()),
]:
    case(name, function, *args)

for name, (function, args) in list(CASES.items()):
    globals()[name] = function
    # In a tuple with the keywords, as a single tuple of one list would be taken apart.
    globals()[f"{name}_setup"] = lambda args=args: (list(args), {})

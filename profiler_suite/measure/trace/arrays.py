"""The counting array: an ndarray that notes every operation it takes part in."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from types import FunctionType
from typing import Any, cast

import numpy as np

from profiler_suite.measure.trace import facts, masks, sites
from profiler_suite.measure.trace.names import (
    METHOD_KINDS,
    NOT_TRACED,
    function_kind,
    function_name,
    ufunc_kind,
    ufunc_path,
)
from profiler_suite.measure.trace.numbers import (
    counting_number,
    is_counting_number,
    plain_number,
)
from profiler_suite.measure.trace.recording import PAUSE, active, results_of
from profiler_suite.measure.trace.signature import Describer, Seen, Tree, seen_array

Array = np.ndarray[Any, Any]

_view = np.ndarray.view
_getitem = np.ndarray.__getitem__
_setitem = np.ndarray.__setitem__
_broadcast_to = np.broadcast_to
_may_share_memory = np.may_share_memory


def wrap(value: Any) -> Any:
    """Arrays and numbers as counting ones, in tuples and lists too; anything else as it is."""
    kind = type(value)
    if kind is np.ndarray:
        return _view(value, CountingArray)
    if isinstance(value, np.generic | int | float | complex):
        return counting_number(value)
    if kind is tuple:
        return tuple(wrap(each) for each in value)
    if kind is list:
        return [wrap(each) for each in value]
    if isinstance(value, tuple) and hasattr(value, "_make"):
        return cast(Any, kind)._make(wrap(each) for each in value)
    return value


def unwrap(value: Any) -> Any:
    """Counting arrays and numbers as plain ones, in tuples, lists and dicts too."""
    kind = type(value)
    if isinstance(value, CountingArray):
        return _view(value, np.ndarray)
    if is_counting_number(value):
        return plain_number(value)
    if kind is tuple:
        return tuple(unwrap(each) for each in value)
    if kind is list:
        return [unwrap(each) for each in value]
    if kind is dict:
        return {key: unwrap(each) for key, each in value.items()}
    if kind is slice and any(map(is_counting_number, (value.start, value.stop, value.step))):
        return slice(unwrap(value.start), unwrap(value.stop), unwrap(value.step))
    return value


def leaf(
    name: str,
    kind: str,
    function: Callable[..., Any],
    args: Sequence[Any],
    kwargs: Mapping[str, Any],
) -> Any:
    """Run compiled code on plain arrays and note it as one call; the result counts again."""
    recorder = active()
    plain = [unwrap(each) for each in args]
    plain_kwargs = {key: unwrap(each) for key, each in kwargs.items()}
    with PAUSE:
        result = function(*plain, **plain_kwargs)
        if result is not None and isinstance(kwargs.get("out"), np.ndarray):
            result = kwargs["out"]
        for original, each in zip(args, plain, strict=True):
            if result is each and result is not None:
                result = original
        if recorder is not None:
            found = facts.of_call(name, plain, plain_kwargs)
            if kind == "copy" and not _is_new(result, args):
                kind = "view"
            pattern = facts.pattern_of_call(name, plain)
            recorder.observe(name, kind, args, kwargs, result, found, pattern)
            if isinstance(result, np.ndarray) and type(result) not in (
                np.ndarray,
                CountingArray,
            ):
                recorder.note_uncovered(f"{type(result).__name__} (what is done with it)")
    return result if recorder is None else wrap(result)


def _is_new(result: Any, args: Sequence[Any]) -> bool:
    if not isinstance(result, np.ndarray):
        return True
    given = [each for each in args if isinstance(each, np.ndarray)]
    return results_of(result, given)[0].origin == "new"


def call_ufunc(ufunc: Any, method: str, inputs: Sequence[Any], kwargs: dict[str, Any]) -> Any:
    """Run a ufunc's method on plain arrays, note it, and give back counting results."""
    recorder = active()
    plain = [unwrap(each) for each in inputs]
    plain_kwargs = {key: unwrap(each) for key, each in kwargs.items()}
    out = kwargs.get("out")
    with PAUSE:
        result = getattr(ufunc, method)(*plain, **plain_kwargs)
        if out is not None:
            results = result if isinstance(result, tuple) else (result,)
            # Where an output was given, that very object comes back.
            given = out if isinstance(out, tuple) else (out,) * len(results)
            results = tuple(
                o if isinstance(o, np.ndarray) else r
                for o, r in zip(given, results, strict=True)
            )
            result = results if len(results) > 1 else results[0]
        elif isinstance(result, np.generic) and sites.asks_for_array():
            result = np.asarray(result)
        if recorder is None or result is NotImplemented:
            return result
        path = ufunc_path(ufunc)
        if any(_is_object(each) for each in (*plain, result)):
            recorder.note_uncovered(f"{path} on Python objects")
            return wrap(result)
        describer = Describer()
        arguments = tuple(describer.data(each) for each in inputs)
        keywords = tuple(
            (key, _ufunc_keyword(describer, key, each)) for key, each in kwargs.items()
        )
        seen = results_of(result, describer.arrays)
        if method == "at":
            seen = [seen_array(plain[0])]
        recorder.record(
            path if method == "__call__" else f"{path}.{method}",
            ufunc_kind(path, method),
            arguments,
            keywords,
            describer.operands,
            seen,
            facts.of_ufunc(path, method, plain, plain_kwargs, result),
            facts.averaged_of_ufunc(plain_kwargs, describer.numbers, describer.arrays),
        )
    return wrap(result)


def _ufunc_keyword(describer: Describer, key: str, value: Any) -> Tree:
    if key == "out" and isinstance(value, tuple) and len(value) == 1:
        return describer.node(value[0])
    return describer.data(value) if key == "initial" else describer.node(value)


def _is_object(value: Any) -> bool:
    return isinstance(value, np.ndarray) and value.dtype.hasobject


def call_function(function: Any, args: Sequence[Any], kwargs: dict[str, Any]) -> Any:
    """Run a NumPy function: its Python code on counting arrays, compiled code on plain ones."""
    name = function_name(function)
    if active() is None or name in NOT_TRACED:
        with PAUSE:
            return function(*map(unwrap, args), **{k: unwrap(v) for k, v in kwargs.items()})
    implementation = getattr(function, "_implementation", None)
    if isinstance(implementation, FunctionType):
        return wrap(implementation(*args, **kwargs))
    return leaf(name, function_kind(name), function, args, kwargs)


class CountingArray(np.ndarray[Any, Any]):
    """A view of an ordinary array; while a trace runs, what is done with it is noted."""

    def __array_ufunc__(self, ufunc: Any, method: Any, *inputs: Any, **kwargs: Any) -> Any:
        return call_ufunc(ufunc, method, inputs, kwargs)

    def __array_function__(self, func: Any, types: Any, args: Any, kwargs: Any) -> Any:
        return call_function(func, args, kwargs)

    def __getitem__(self, key: Any) -> Any:
        plain = _view(self, np.ndarray)
        result = _getitem(plain, unwrap(key))
        recorder = active()
        if recorder is None:
            return result
        with PAUSE:
            describer = Describer()
            whole = describer.array(self)
            tree = describer.key(key, plain)
            results = results_of(result, describer.arrays)
            recorder.record(
                "getitem",
                "view" if results and results[0].origin == "view" else "index",
                (("operand", whole), tree),
                (),
                describer.operands,
                results,
                averaged=masks.pattern_of_key(unwrap(key)),
            )
        return wrap(result)

    def __setitem__(self, key: Any, value: Any) -> None:
        plain = _view(self, np.ndarray)
        plain_key = unwrap(key)
        _setitem(plain, plain_key, unwrap(value))
        recorder = active()
        if recorder is None:
            return
        with PAUSE:
            describer = Describer()
            whole = describer.array(self)
            tree = describer.key(key, plain)
            itself = _is_region(value, plain, plain_key)
            recorder.record(
                "setitem",
                # a[k] += b ends by assigning a[k] to itself, which NumPy skips.
                "view" if itself else "index",
                (("operand", whole), tree, describer.data(value)),
                (),
                describer.operands,
                [_region(plain, plain_key)],
                (("itself", 1),) if itself else (),
                masks.pattern_of_key(plain_key),
            )

    def __iter__(self) -> Iterator[Any]:
        if not self.ndim:
            raise TypeError("iteration over a 0-d array")
        return (self[i] for i in range(len(self)))

    def __deepcopy__(self, memo: Any = None, /) -> Any:
        return cast(Any, self).copy()

    def __reduce__(self) -> Any:
        return _view(self, np.ndarray).__reduce__()

    def __reduce_ex__(self, protocol: Any) -> Any:
        return _view(self, np.ndarray).__reduce_ex__(protocol)

    def __repr__(self) -> str:
        return repr(_view(self, np.ndarray))

    def __str__(self) -> str:
        return str(_view(self, np.ndarray))

    def __format__(self, spec: str, /) -> str:
        return format(_view(self, np.ndarray), spec)

    @property
    def ctypes(self) -> Any:
        """The plain array's; what is done with a pointer cannot be counted."""
        recorder = active()
        if recorder is not None:
            recorder.note_uncovered("ndarray.ctypes")
        return _view(self, np.ndarray).ctypes

    def tolist(self) -> Any:
        """Nested lists of Python numbers that count."""
        return leaf("ndarray.tolist", "copy", np.ndarray.tolist, (self,), {})

    def item(self, *args: Any) -> Any:
        """One Python number that counts."""
        return leaf("ndarray.item", "index", np.ndarray.item, (self, *args), {})

    @property
    def flat(self) -> Any:
        """A flat iterator that counts."""
        return CountingFlat(self)

    @flat.setter
    def flat(self, value: Any) -> None:
        CountingFlat(self)[:] = value


class CountingFlat:
    """The flat iterator of a counting array."""

    def __init__(self, array: CountingArray) -> None:
        self._array = array
        self._flat = _view(array, np.ndarray).flat

    def __getattr__(self, name: str) -> Any:
        return getattr(self._flat, name)

    def __len__(self) -> int:
        return len(self._flat)

    def __iter__(self) -> "CountingFlat":
        return self

    def __next__(self) -> Any:
        return self._note("ndarray.flat next", next(self._flat))

    def __getitem__(self, key: Any) -> Any:
        return self._note("ndarray.flat getitem", self._flat[unwrap(key)])

    def __setitem__(self, key: Any, value: Any) -> None:
        self._flat[unwrap(key)] = unwrap(value)
        recorder = active()
        if recorder is None:
            return
        with PAUSE:
            count = int(np.size(self._flat[unwrap(key)]))
            describer = Describer()
            recorder.record(
                "ndarray.flat setitem",
                "index",
                (describer.node(self._array), describer.data(value)),
                (),
                describer.operands,
                [],
                (("elements", count),),
            )

    def _note(self, name: str, result: Any) -> Any:
        recorder = active()
        if recorder is not None:
            with PAUSE:
                recorder.observe(name, "index", (self._array,), {}, result)
        return wrap(result)


def _is_region(value: Any, plain: Array, key: Any) -> bool:
    """True when the value is the very view that it is assigned to."""
    if not isinstance(value, np.ndarray) or not _may_share_memory(value, plain):
        return False
    region = _getitem(plain, key)
    return (
        isinstance(region, np.ndarray)
        and seen_array(region) == seen_array(value)
        and region.__array_interface__["data"] == value.__array_interface__["data"]
    )


def _region(plain: Array, key: Any) -> Seen:
    """The part of an array that an assignment writes to."""
    probe = _broadcast_to(np.False_, plain.shape)
    parts = key if isinstance(key, tuple) else (key,)
    if any(isinstance(part, np.ndarray | list) for part in parts):
        shape = _getitem(probe, key).shape
        # Scattered elements: their number counts, not their place.
        strides = tuple(
            plain.itemsize * int(np.prod(shape[i + 1 :], dtype=np.int64))
            for i in range(len(shape))
        )
        return Seen(shape, strides, plain.dtype, "array", "given")
    region = _getitem(plain, key)
    if isinstance(region, np.ndarray):
        return seen_array(region)
    return Seen((), (), plain.dtype, "array", "given")


def _method(name: str, kind: str) -> Callable[..., Any]:
    original = getattr(np.ndarray, name)

    def method(self: CountingArray, *args: Any, **kwargs: Any) -> Any:
        return leaf(f"ndarray.{name}", kind, original, (self, *args), kwargs)

    method.__name__ = name
    method.__doc__ = original.__doc__
    return method


def _attribute(name: str) -> property:
    original = getattr(np.ndarray, name)

    def get(self: CountingArray) -> Any:
        return leaf(f"ndarray.{name}", "view", original.__get__, (self,), {})

    def put(self: CountingArray, value: Any) -> None:
        cast(Any, get(self))[...] = value

    return property(get, put if name in ("real", "imag") else None)


for _name, _kind in METHOD_KINDS.items():
    setattr(CountingArray, _name, _method(_name, _kind))
for _name in ("T", "mT", "real", "imag"):
    setattr(CountingArray, _name, _attribute(_name))

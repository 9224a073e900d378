"""The counting array: an ndarray that notes every operation it takes part in."""

import copy
import operator
from collections.abc import Callable, Iterator
from typing import Any, cast

import numpy as np
from numpy import ndarray

from profiler_suite.measure.trace import masks
from profiler_suite.measure.trace.calls import call_function, call_ufunc, leaf
from profiler_suite.measure.trace.flat import CountingFlat
from profiler_suite.measure.trace.names import METHOD_KINDS
from profiler_suite.measure.trace.pickling import under_its_name
from profiler_suite.measure.trace.recorder import results_of
from profiler_suite.measure.trace.recording import CALL, PAUSE, active, noting
from profiler_suite.measure.trace.records import counting_record
from profiler_suite.measure.trace.signature import Describer, OperandLayout, seen_array
from profiler_suite.measure.trace.wrapping import (
    Counting,
    enter_class,
    plain_array,
    plain_class,
    unwrap,
    wrap,
)

Array = ndarray[Any, Any]

_view = ndarray.view
_getitem = ndarray.__getitem__
_setitem = ndarray.__setitem__
_broadcast_to = np.broadcast_to
_may_share_memory = np.may_share_memory


class CountingArray(Counting):
    """A view of an ordinary array; while a trace runs, what is done with it is noted."""

    def __array_ufunc__(self, ufunc: Any, method: Any, *inputs: Any, **kwargs: Any) -> Any:
        return call_ufunc(ufunc, method, inputs, kwargs)

    def __array_function__(self, func: Any, types: Any, args: Any, kwargs: Any) -> Any:
        return call_function(func, args, kwargs)

    def __getitem__(self, key: Any) -> Any:
        plain = plain_array(self)
        if active() is None:
            return _getitem(plain, unwrap(key))
        recorder = noting("getitem")
        if recorder is not None and _gathers(key):
            recorder.offer("getitem", (self, key), operator.getitem, (plain, unwrap(key)), {})
        with CALL:
            result = _getitem(plain, unwrap(key))
        if isinstance(result, np.void) and result.dtype.names:
            result = counting_record(result, plain, unwrap(key))
        if recorder is None:
            return wrap(result)
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
        plain = plain_array(self)
        plain_key = unwrap(key)
        recorder = noting("setitem")
        if recorder is not None and _gathers(key):
            with PAUSE:
                given = (plain, plain_key, unwrap(value))
                recorder.offer("setitem", (self, key, value), operator.setitem, given, {})
        with CALL:
            _setitem(plain, plain_key, unwrap(value))
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
        if type(self).plain_class is ndarray:
            return cast(Any, self).copy()
        return wrap(copy.deepcopy(plain_array(self), memo))

    def __reduce__(self) -> Any:
        return under_its_name(plain_array(self).__reduce__())

    def __reduce_ex__(self, protocol: Any) -> Any:
        return under_its_name(plain_array(self).__reduce_ex__(protocol))

    def __array__(self, *args: Any, **kwargs: Any) -> Any:
        return leaf("ndarray.__array__", "view", ndarray.__array__, (self, *args), kwargs)

    def __repr__(self) -> str:
        return repr(plain_array(self))

    def __str__(self) -> str:
        return str(plain_array(self))

    def __format__(self, spec: str, /) -> str:
        return format(plain_array(self), spec)

    @property
    def ctypes(self) -> Any:
        """The plain array's; what is done with a pointer cannot be counted."""
        recorder = active()
        if recorder is not None:
            recorder.note_uncovered("ndarray.ctypes")
        return plain_array(self).ctypes

    def view(self, *args: Any, **kwargs: Any) -> Any:
        """A view, of the class that its caller means."""
        meant = (plain_class(each) for each in args)
        named = {name: plain_class(each) for name, each in kwargs.items()}
        return leaf("ndarray.view", "view", ndarray.view, (self, *meant), named)

    def resize(self, *shape: Any, **kwargs: Any) -> None:
        """Another size in place; what held its elements so far may be a view's base."""
        wanted = unwrap(shape[0] if len(shape) == 1 else shape)
        recorder = noting("ndarray.resize")
        with PAUSE:
            made = np.zeros(wanted, self.dtype)
            if made.size != self.size and not _owns_memory(self):
                raise ValueError("cannot resize this array: it does not own its data")
            kept = min(made.size, self.size)
            made.reshape(-1)[:kept] = _view(self, ndarray).reshape(-1, order="A")[:kept]
            if recorder is not None:
                recorder.observe("ndarray.resize", "copy", (self, wanted), {}, made)
        if made.size == self.size:  # another shape of the same memory, also of a view's
            ndarray.resize(self, wanted, refcheck=False)
        else:
            ndarray.__setstate__(self, cast(Any, made.__reduce__()[2]))

    def tolist(self) -> Any:
        """Nested lists of Python numbers that count."""
        return leaf("ndarray.tolist", "copy", ndarray.tolist, (self,), {})

    def item(self, *args: Any) -> Any:
        """One Python number that counts."""
        return leaf("ndarray.item", "index", ndarray.item, (self, *args), {})

    @property
    def flat(self) -> Any:
        """A flat iterator that counts."""
        return CountingFlat(self)

    @flat.setter
    def flat(self, value: Any) -> None:
        CountingFlat(self)[:] = value


def _gathers(key: Any) -> bool:
    """Whether arrays among the key say which elements are meant."""
    return isinstance(key, ndarray) or (
        isinstance(key, tuple) and any(isinstance(each, ndarray) for each in key)
    )


def _is_region(value: Any, plain: Array, key: Any) -> bool:
    """True when the value is the very view that it is assigned to."""
    if not isinstance(value, ndarray) or not _may_share_memory(value, plain):
        return False
    region = _getitem(plain, key)
    return (
        isinstance(region, ndarray)
        and seen_array(region) == seen_array(value)
        and region.__array_interface__["data"] == value.__array_interface__["data"]
    )


def _region(plain: Array, key: Any) -> OperandLayout:
    """The part of an array that an assignment writes to."""
    probe = _broadcast_to(np.False_, plain.shape)
    parts = key if isinstance(key, tuple) else (key,)
    if any(isinstance(part, ndarray | list) for part in parts):
        shape = _getitem(probe, key).shape
        # Scattered elements: their number counts, not their place.
        strides = tuple(
            plain.itemsize * int(np.prod(shape[i + 1 :], dtype=np.int64))
            for i in range(len(shape))
        )
        return OperandLayout(shape, strides, plain.dtype, "array", "given")
    region = _getitem(plain, key)
    if isinstance(region, ndarray):
        return seen_array(region)
    return OperandLayout((), (), plain.dtype, "array", "given")


def _method(name: str, kind: str) -> Callable[..., Any]:
    original = getattr(ndarray, name)

    def method(self: CountingArray, *args: Any, **kwargs: Any) -> Any:
        return leaf(f"ndarray.{name}", kind, original, (self, *args), kwargs)

    method.__name__ = name
    method.__doc__ = original.__doc__
    return method


def _written_in_python(name: str) -> Callable[..., Any]:
    """A method whose parts are counted, and which makes a plain number of its result."""
    original = getattr(ndarray, name)

    def method(self: CountingArray, *args: Any, **kwargs: Any) -> Any:
        result = original(self, *args, **kwargs)
        return result if active() is None else wrap(result)

    method.__name__ = name
    method.__doc__ = original.__doc__
    return method


def _attribute(name: str) -> property:
    original = getattr(ndarray, name)

    def get(self: CountingArray) -> Any:
        return leaf(f"ndarray.{name}", "view", original.__get__, (self,), {})

    def put(self: CountingArray, value: Any) -> None:
        cast(Any, get(self))[...] = value

    return property(get, put if name in ("real", "imag") else None)


for _name, _kind in METHOD_KINDS.items():
    setattr(CountingArray, _name, _method(_name, _kind))
for _name in ("mean", "var", "std"):
    setattr(CountingArray, _name, _written_in_python(_name))
for _name in ("T", "mT", "real", "imag"):
    setattr(CountingArray, _name, _attribute(_name))
enter_class(ndarray, CountingArray)


def _owns_memory(array: ndarray[Any, Any]) -> bool:
    """Whether the array that this one counts for has its memory to itself."""
    base = ndarray.base.__get__(array)
    if base is None:
        return True
    if isinstance(base, bytes):  # what a resize before this one gave it
        return array.flags.writeable and len(base) == array.nbytes
    return isinstance(base, ndarray) and base.flags.owndata and base.nbytes == array.nbytes

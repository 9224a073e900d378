"""The counting flat iterator: what is done with `array.flat` counts as what it is, a copy."""

import operator
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy import ndarray

from profiler_suite.measure.trace.calls import leaf
from profiler_suite.measure.trace.recording import PAUSE, noting
from profiler_suite.measure.trace.signature import Describer
from profiler_suite.measure.trace.wrapping import (
    PlainForm,
    counting_array,
    plain_array,
    unwrap,
    wrap,
)


class CountingFlat(PlainForm):
    """The flat iterator of a counting array.

    NumPy's functions take a flat iterator by copying its elements into an array first;
    so does this one, and the copy is an operation of its own.
    """

    __hash__ = None  # type: ignore[assignment]

    def __init__(self, array: ndarray[Any, Any], flat: Any = None) -> None:
        self._array = array
        self.plain = plain_array(array).flat if flat is None else flat

    def __getattr__(self, name: str) -> Any:
        return getattr(self.plain, name)

    @property
    def base(self) -> ndarray[Any, Any]:
        """The array that it runs through, which counts."""
        return self._array

    def __len__(self) -> int:
        return len(self.plain)

    def __iter__(self) -> "CountingFlat":
        return self

    def __next__(self) -> Any:
        return self._note("ndarray.flat next", next(self.plain))

    def __getitem__(self, key: Any) -> Any:
        return self._note("ndarray.flat getitem", self.plain[unwrap(key)])

    def __setitem__(self, key: Any, value: Any) -> None:
        self.plain[unwrap(key)] = unwrap(value)
        recorder = noting("ndarray.flat setitem")
        if recorder is None:
            return
        with PAUSE:
            count = int(np.size(self.plain[unwrap(key)]))
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

    def copy(self) -> Any:
        """All its elements as an array."""
        return leaf("ndarray.flatten", "copy", ndarray.flatten, (self._array,), {})

    def __array__(self, dtype: Any = None, copy: Any = None) -> Any:
        made = self.copy()
        return made if dtype is None else made.astype(dtype)

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **kwargs: Any) -> Any:
        return getattr(ufunc, method)(*map(_as_array, inputs), **kwargs)

    def __array_function__(self, func: Any, types: Any, args: Any, kwargs: Any) -> Any:
        named = {name: _as_array(each) for name, each in kwargs.items()}
        return func(*map(_as_array, args), **named)

    def _note(self, name: str, result: Any) -> Any:
        recorder = noting(name)
        if recorder is not None:
            with PAUSE:
                recorder.observe(name, "index", (self._array,), {}, result)
        return wrap(result)


def counting_flat(flat: Any) -> CountingFlat:
    """A counting flat iterator that goes on where a plain one is."""
    return CountingFlat(counting_array(flat.base), flat)


def _as_array(value: Any) -> Any:
    if isinstance(value, CountingFlat):
        return value.copy()
    if isinstance(value, tuple | list):
        return type(value)(_as_array(each) for each in value)
    return value


def _comparison(compare: Callable[[Any, Any], Any]) -> Callable[[CountingFlat, Any], Any]:
    def compared(self: CountingFlat, other: Any) -> Any:
        return compare(self.copy(), _as_array(other))

    return compared


for _name in ("eq", "ne", "lt", "le", "gt", "ge"):
    setattr(CountingFlat, f"__{_name}__", _comparison(getattr(operator, _name)))

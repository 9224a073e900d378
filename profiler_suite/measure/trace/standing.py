"""What stands in for numpy.ndarray during a trace: arrays made by its constructor count.

Everybody who asks whether something is an ndarray, or derives a class from it, gets
the answer and the class that they would get without a trace.
"""

from typing import Any

from numpy import ndarray

from profiler_suite.measure.trace.arrays import CountingArray
from profiler_suite.measure.trace.calls import leaf
from profiler_suite.measure.trace.recording import active
from profiler_suite.measure.trace.wrapping import unwrap, wrap

_new = ndarray.__new__


class _LikeNdarray(type):
    """Answers questions about the class as ndarray would."""

    def __instancecheck__(cls, instance: Any) -> bool:
        return isinstance(instance, ndarray)

    def __subclasscheck__(cls, subclass: type) -> bool:
        return issubclass(subclass, ndarray)

    def __new__(
        mcs, name: str, bases: tuple[type, ...], body: dict[str, Any], **kwargs: Any
    ) -> Any:
        """A class derived from it derives from ndarray itself."""
        if not any(isinstance(base, _LikeNdarray) for base in bases):
            return super().__new__(mcs, name, bases, body)
        own = tuple(ndarray if isinstance(base, _LikeNdarray) else base for base in bases)
        return type(name, own, body, **kwargs)

    def __eq__(cls, other: object) -> bool:
        return other is cls or other is ndarray or other is CountingArray

    def __hash__(cls) -> int:
        return hash(ndarray)


class StandingArray(CountingArray, metaclass=_LikeNdarray):
    """Stands in for numpy.ndarray."""

    def __new__(cls, *args: Any, **kwargs: Any) -> Any:
        """An ordinary array that counts, or the array class that was asked for."""
        if cls is StandingArray:
            if active() is None:
                return _new(ndarray, *map(unwrap, args), **_unwrapped(kwargs))
            return leaf("np.ndarray", "create", ndarray, args, kwargs)
        made = _new(cls, *map(unwrap, args), **_unwrapped(kwargs))
        return made if active() is None else wrap(made)


StandingArray.__name__ = StandingArray.__qualname__ = "ndarray"
StandingArray.__module__ = "numpy"


def _unwrapped(kwargs: dict[str, Any]) -> dict[str, Any]:
    return {name: unwrap(each) for name, each in kwargs.items()}

"""A function made to run another way, and what carries arguments there and answers back."""

import dataclasses
import linecache
import traceback
from collections.abc import Callable, Iterable
from types import FunctionType, MethodType
from typing import Any

import numpy as np

from profiler_suite.measure.arguments import RestoredArguments
from profiler_suite.measure.explain.substitution import UntriableError
from profiler_suite.measure.explain.ways.records import StoppingLine

Arguments = tuple[Any, ...]
Function = Callable[..., Any]
_DEEPEST = 6


class UnportedError(UntriableError):
    """It cannot run that way, for this reason and, where one is known, because of a line."""

    def __init__(self, reason: str, stopped_at: StoppingLine | None = None) -> None:
        super().__init__(reason)
        self.stopped_at = stopped_at


def _same(value: Any) -> Any:
    return value


def _no_words(error: BaseException) -> UnportedError | None:
    return None


@dataclasses.dataclass(frozen=True)
class Port:
    """A function that runs another way."""

    function: Function
    """Takes what `there` gives."""
    form: str
    """How it was made, in words: 'compiled by njit'."""
    there: Callable[[Arguments], Arguments] = _same
    """NumPy's arguments as its own."""
    back: Callable[[Any], Any] = _same
    """Its answer, or an argument of its, as NumPy's."""
    wait: Callable[[Any], Any] = _same
    """Returns its answer when it is there: some libraries only begin."""
    version: str = ""
    compiles: bool = False
    """Whether its first call compiles."""
    carries: bool = False
    """Whether there and back take time that belongs to it."""
    writes: bool = False
    """Whether what it writes into its own arguments has to be carried back."""
    failed: Callable[[BaseException], UnportedError | None] = _no_words
    """What an error of the library's own kind means; None for another one."""
    checked: Function | None = None
    """The same with an answer that can be compared; None where the function's own can."""
    notes: tuple[str, ...] = ()

    def whole(self, *given: Any) -> Any:
        """The function of NumPy's arguments, with NumPy's answer and effects."""
        own = self.there(given)
        answer = self.back(self.function(*own))
        if self.writes:
            put_back(given, self.back(own))
        return answer

    def resident(self, *own: Any) -> Any:
        """The function of its own arguments, with an answer that is there."""
        return self.wait(self.function(*own))

    def own_arguments(self, given: Arguments) -> Arguments:
        """Its own arguments, made anew where the function changes them."""
        if not isinstance(given, RestoredArguments):
            return self.there(given)
        return RestoredArguments.of(
            self.there(given.fresh()), lambda: self.there(given.fresh())
        )


def wrapped(function: Function, wrap: Callable[[Function], Function]) -> Function:
    """The function with something around it; a method stays one."""
    if isinstance(function, MethodType):
        return MethodType(wrap(function.__func__), function.__self__)
    return wrap(function)


def put_back(given: Arguments, written: Arguments) -> None:
    """What was written into arrays of their own, into the given ones."""
    arrays, others = arrays_of(given), arrays_of(written)
    if len(arrays) != len(others):
        raise UnportedError("it changes arguments that are no arrays")
    for array, other in zip(arrays, others, strict=True):
        if not np.may_share_memory(array, other):
            np.copyto(array, other, casting="same_kind")


def with_arrays(value: Any, change: Callable[[Any], Any], depth: int = 0) -> Any:
    """The value with each array and number of NumPy's, in its containers too, changed."""
    if isinstance(value, np.ndarray | np.generic):
        return change(value)
    if depth >= _DEEPEST:
        return value
    if type(value) in (tuple, list):
        return type(value)(with_arrays(each, change, depth + 1) for each in value)
    if type(value) is dict:
        return {name: with_arrays(each, change, depth + 1) for name, each in value.items()}
    return value


def arrays_of(value: Any, depth: int = 0) -> list[np.ndarray[Any, Any]]:
    """Every array in a value and its containers, in order."""
    if isinstance(value, np.ndarray):
        return [value]
    if depth >= _DEEPEST or not isinstance(value, tuple | list | dict):
        return []
    inner = value.values() if isinstance(value, dict) else value
    return [array for each in inner for array in arrays_of(each, depth + 1)]


def plain_function(function: Function, library: str) -> FunctionType:
    """The function, where it is one of Python's own without anything around it."""
    if isinstance(function, FunctionType) and not hasattr(function, "__wrapped__"):
        return function
    raise UnportedError(
        f"only plain functions are carried over to {library}; it is {_a(function)}"
    )


def _a(function: Any) -> str:
    name = type(function).__name__
    words = {
        "method": "a method",
        "partial": "a function whose keywords are bound",
        "function": "a decorated function",
        "builtin_function_or_method": "compiled",
    }
    return words.get(name, f"of type {name}")


def no_such_dtype(value: Any, library: str) -> UnportedError:
    """The error for an array that the library cannot hold."""
    return UnportedError(f"{library} has no arrays of dtype {value.dtype}")


def stopping_line(error: BaseException, files: Iterable[str]) -> StoppingLine | None:
    """The innermost line of these files that an error came through."""
    known = set(files)
    found = [
        each for each in traceback.extract_tb(error.__traceback__) if each.filename in known
    ]
    return line_of(found[-1].filename, found[-1].lineno or 0) if found else None


def line_of(file: str, number: int) -> StoppingLine:
    """That line with its text."""
    return StoppingLine(file=file, line=number, text=linecache.getline(file, number).strip())


def in_one_line(error: BaseException) -> str:
    """What an error says, without the rest of what it explains."""
    said = next((line.strip() for line in str(error).splitlines() if line.strip()), "")
    return f"{type(error).__name__}: {said}" if said else type(error).__name__

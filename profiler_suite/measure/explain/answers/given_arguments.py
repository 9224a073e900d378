"""The arguments a function is explained with: copies for each pass, and what a call changed."""

import functools
import inspect
from collections.abc import Callable
from typing import Any

from profiler_suite.measure.arguments import ArgumentChange
from profiler_suite.measure.explain.answers import restoring
from profiler_suite.measure.explain.answers.same_answer import arrays_in, copied, in_words
from profiler_suite.measure.trace.reach.behind import is_plain_iterator
from profiler_suite.workloads.user_function import FunctionCall

# What one note names of the arguments that a call changed.
_MOST_NAMED = 4
# Of the memory: larger arguments are not copied.
_MOST_COPIED_SHARE = 0.2


class GivenArguments:
    """The arguments of a call, and what is known of how to make them anew."""

    def __init__(
        self, called: FunctionCall, *, copy: bool, memory_bytes: float, notes: list[str]
    ) -> None:
        """`notes` is where what cannot be done is said."""
        self._called = called
        self._names = _parameters(called.function, len(called.args))
        self.changes: tuple[ArgumentChange, ...] = ()
        """What a call was seen to change: copies are made what they were before each."""
        self._notes = notes
        self.copied = copy
        self.function, self.values = _positional(called)
        self.nbytes = float(sum(a.nbytes for a in arrays_in(self.values)))
        if not copy:
            self._note_iterators()
        if copy and memory_bytes and self.nbytes > _MOST_COPIED_SHARE * memory_bytes:
            self.copied = False
            notes.append("its arguments are too large to copy: all passes share them")

    def fresh(self) -> tuple[Any, ...]:
        """A copy of the arguments, or themselves where copying is unwanted or impossible."""
        if not self.copied:
            return self.values
        try:
            if self.changes:
                return restoring.restored(self.values, self.changes, self._names)
            return copied(self.values)
        except Exception as error:  # noqa: BLE001 - generators, locks, open files
            self.copied = False
            self._note_iterators()
            self._notes.append(f"its arguments cannot be copied ({error}): passes share them")
            return self.values

    def _note_iterators(self) -> None:
        """What nobody copies is used up once and for all."""
        if any(is_plain_iterator(each) for each in self.values):
            self._notes.append("an iterator among its arguments is used up by the first call")

    def changed_in(self, after: tuple[Any, ...]) -> bool:
        """Whether a call changed its copy; each pass then begins with what they were."""
        try:
            self.changes = restoring.changes(self.values, after, self._names)
        except Exception as error:  # noqa: BLE001 - a length or an equality of the user's own
            self._notes.append(
                f"whether it changes its arguments is not known ({type(error).__name__})"
            )
        if not self.changes:
            return False
        names = [change.name for change in self.changes]
        shown = ", ".join(names[:_MOST_NAMED])
        more = f" and {len(names) - _MOST_NAMED} more" if len(names) > _MOST_NAMED else ""
        self._notes.append(
            f"it changes its arguments ({shown}{more}): before each evaluation they are made "
            "what they were at the first, untimed"
        )
        return True

    def in_words(self) -> tuple[str, ...]:
        """Each argument in a few words: 'w float64 (500, 3072)'."""
        words = []
        for number, value in enumerate(self._called.args):
            name = f"{self._names[number]} " if number < len(self._names) else ""
            words.append(f"{name}{in_words(value)}")
        named = self._called.kwargs.items()
        return (*words, *(f"{name} {in_words(value)}" for name, value in named))

    def strided(self) -> tuple[str, ...]:
        """Names of array arguments that are not contiguous row by row."""
        given = {
            **dict(zip(self._names, self._called.args, strict=False)),
            **self._called.kwargs,
        }
        return tuple(
            name
            for name, value in given.items()
            if any(a is value and not a.flags.c_contiguous for a in arrays_in(value))
        )


def _positional(called: FunctionCall) -> tuple[Callable[..., Any], tuple[Any, ...]]:
    """The call with positional arguments only: keywords that need it are bound beforehand."""
    if not called.kwargs:
        return called.function, called.args
    try:
        bound = inspect.signature(called.function).bind(*called.args, **called.kwargs)
        args, kwargs = bound.args, bound.kwargs
    except (TypeError, ValueError):
        args, kwargs = called.args, called.kwargs
    if not kwargs:
        return called.function, args
    function = functools.partial(called.function, **kwargs)
    function.__wrapped__ = called.function  # type: ignore[attr-defined]
    return function, args


def _parameters(function: Callable[..., Any], given: int) -> tuple[str, ...]:
    """Names for arguments by position; those that `*values` takes are values[0], values[1]."""
    try:
        parameters = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):
        return ()
    names: list[str] = []
    for each in parameters:
        if each.kind is inspect.Parameter.VAR_POSITIONAL:
            names += [f"{each.name}[{n}]" for n in range(max(0, given - len(names)))]
        else:
            names.append(each.name)
    return tuple(names)

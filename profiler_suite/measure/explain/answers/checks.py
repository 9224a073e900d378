"""Whether a rewritten function answers as the original: on its arguments and on others."""

import copy
import dataclasses
import functools
import inspect
import random
from collections.abc import Callable, Iterable
from time import perf_counter
from types import FunctionType, MethodType
from typing import Any

import msgspec
import numpy as np

from profiler_suite.measure.explain.answers import names_left
from profiler_suite.measure.explain.answers.answer_parts import arrays_of
from profiler_suite.measure.explain.answers.printed_text import printed, same_text
from profiler_suite.measure.explain.answers.random_streams import RandomStreams
from profiler_suite.measure.explain.answers.same_answer import (
    Difference,
    arrays_in,
    compare,
    copied,
)
from profiler_suite.measure.explain.answers.variants import Variant, variants
from profiler_suite.measure.explain.records import TrialResult
from profiler_suite.model.noun import Noun

# Rounding of a solved system with a condition number of as much; of shorter sums too.
_LEAST_TERMS = 4096
_MOST_CHECKING_S = 1.0
_DEEPEST = 6
_MOST_ERROR = {2: 5e-3, 4: 1e-4, 8: 1e-8}

_NOTHING_TO_COMPARE = (
    "the function gives nothing back, prints nothing and leaves its arguments as they are: "
    "there is no answer to compare; return what it computes"
)

Function = Callable[..., Any]
Arguments = tuple[Any, ...]


@dataclasses.dataclass(frozen=True)
class Calling:
    """How a rewritten function is called."""

    convert: Callable[[Arguments], Arguments] = lambda given: given
    """Its arguments, from those of the original."""
    kept: Callable[[], list[np.ndarray[Any, Any]]] = list
    """The arrays that it keeps between calls."""
    known: "Outcome | None" = None
    """What the original did on the real arguments, where it was called before."""
    by_names: bool = False
    """Whether what a function without an answer leaves in names is compared: of a rewrite,
    whose names are the original's. Where they hold nothing the two are not the same."""


AS_IT_IS = Calling()


class Agreement(Noun, frozen=True):
    """How the answers of two functions compare."""

    same: bool
    reason: str = ""
    """Where they differ, when they do."""
    largest_error: float = 0.0
    """Of the real arguments, relative to the largest element."""
    bound: float = 0.0
    """Largest difference that rounding explains, relative to the largest element."""
    dtype_changed: bool = False
    conditions: tuple[str, ...] = ()
    checked: int = 0


def with_agreement(result: TrialResult, agreed: Agreement) -> TrialResult:
    """The result of a trial with what the comparison of the answers found."""
    return msgspec.structs.replace(result, **msgspec.structs.asdict(agreed))


class Outcome:
    """What a call gave back and printed, what it did to its arguments and random streams."""

    def __init__(self, function: Function, arguments: tuple[Any, ...]) -> None:
        # The global generator is what functions that draw from np.random use.
        state, numpy_state = random.getstate(), np.random.get_state()  # noqa: NPY002
        random.seed(1)
        np.random.seed(1)  # noqa: NPY002
        streams = RandomStreams(function)
        function, self.state = _on_a_copy(function)
        begun = perf_counter()
        try:
            with printed() as text:
                self.answer = function(*arguments)
            self.took_s = perf_counter() - begun
            self.printed = text.content
            self.alike: list[bytes] = []
            """What another such call has printed, where that was asked."""
            self.arguments = arguments
            here = random.random(), float(np.random.random())  # noqa: NPY002
            self.drawn = (*here, *streams.next_numbers())
        finally:
            streams.rewind()
            random.setstate(state)
            np.random.set_state(numpy_state)  # noqa: NPY002


def _on_a_copy(function: Function) -> tuple[Function, Any]:
    """A method on a copy of its object, and what the object holds; a function as it is."""
    call = inspect.getattr_static(type(function), "__call__", None)
    if isinstance(call, FunctionType):  # an object that is called: by its method, then
        function = MethodType(call, function)
    if not isinstance(function, MethodType) or isinstance(function.__self__, type):
        return function, None
    try:
        receiver = copy.deepcopy(function.__self__)
        state = vars(receiver)
    except Exception:  # noqa: BLE001 - locks, open files, slots: then on the object itself
        return function, None
    return MethodType(function.__func__, receiver), state


def agreement(
    original: Function,
    rewritten: Function,
    arguments: Callable[[], Arguments],
    *,
    calling: Calling = AS_IT_IS,
    answer: str = "same",
    others: bool = True,
    one_size: bool = False,
    most_s: float = _MOST_CHECKING_S,
) -> Agreement:
    """Both functions on the real arguments, then on others as far as time allows.

    What the rewritten function returns must never live in arrays that it keeps.
    """
    until_s = perf_counter() + most_s
    one = calling.known or Outcome(original, arguments())
    other = Outcome(rewritten, calling.convert(arguments()))
    if answer == "other":
        alike = _form(one.answer) == _form(other.answer)
        return Agreement(same=alike, reason="" if alike else "an answer of another form")
    difference = _compared(one, other)
    if difference.same and any(
        np.may_share_memory(array, buffer)
        for array in arrays_of(other.answer)
        for buffer in calling.kept()
    ):
        return Agreement(same=False, reason="its result would lie in memory that is reused")
    if difference.same and calling.kept():
        difference = _compared(one, Outcome(rewritten, calling.convert(arguments())))
    if difference.same and not _prints_alike(one, other, original, arguments):
        return Agreement(same=False, reason="it prints something else")
    named = calling.by_names and difference.same and _leaves_nothing(one, arguments())
    if named:
        of_names = names_left.difference(original, rewritten, arguments, calling.convert)
        if of_names is None:
            return Agreement(same=False, reason=_NOTHING_TO_COMPARE)
        difference = of_names
    bound = _bound(one.answer, other.answer, arguments())
    del one, other
    if not difference.same or difference.largest_error > bound:
        error = difference.largest_error
        return Agreement(
            same=False, reason="its answer differs", largest_error=error, bound=bound
        )
    agreed = Agreement(
        same=True,
        largest_error=difference.largest_error,
        bound=bound,
        dtype_changed=difference.dtype_changed,
        checked=1,
    )
    if not others or named:
        return agreed
    tried = (v for v in variants(arguments()) if not (one_size and v.other_sizes))
    agree = functools.partial(agrees, original, rewritten, calling=calling)
    return _on_others(agree, tried, agreed, until_s)


def _leaves_nothing(one: Outcome, given: Arguments) -> bool:
    """Whether a call has no answer and does nothing that is compared."""
    if one.answer is not None or one.state is not None or one.printed:
        return False
    changed = compare(one.arguments, given)
    return changed.same and not changed.largest_error


def _prints_alike(
    one: Outcome, other: Outcome, original: Function, arguments: Callable[[], Arguments]
) -> bool:
    """Whether both printed the same; what a second call prints in another way is no matter."""
    if same_text(one.printed, other.printed):
        return True
    if not one.alike:
        one.alike.append(Outcome(original, arguments()).printed)
    return same_text(one.printed, other.printed, one.alike)


def _on_others(
    agree: Callable[[Variant], bool | None],
    others: Iterable[Variant],
    agreed: Agreement,
    until_s: float,
) -> Agreement:
    """What agreed on the real arguments, on others as far as time allows."""
    conditions = list(agreed.conditions)
    checked = agreed.checked
    for variant in others:
        if perf_counter() > until_s:
            break
        alike = agree(variant)
        if alike is None:
            continue
        checked += alike
        if not alike and variant.essential:
            return Agreement(same=False, reason=f"its answer differs for {variant.name}")
        if not alike:
            conditions.append(variant.name)
    return msgspec.structs.replace(agreed, conditions=tuple(conditions), checked=checked)


def agrees(
    original: Function,
    rewritten: Function,
    variant: Variant,
    calling: Calling = AS_IT_IS,
) -> bool | None:
    """None where the original itself does not work on these arguments."""
    try:
        one = Outcome(original, copied(variant.arguments))
    except Exception:  # noqa: BLE001 - sizes that the function was not made for
        return None
    try:
        other = Outcome(rewritten, calling.convert(copied(variant.arguments)))
    except Exception:  # noqa: BLE001 - what only the original can do
        return False
    return _compared(one, other).same


def _compared(one: Outcome, other: Outcome) -> Difference:
    difference = compare(one.answer, other.answer)
    effects = compare(one.arguments, other.arguments)
    state = compare(one.state, other.state)
    difference.same &= effects.same and state.same and one.drawn == other.drawn
    return difference


def _bound(one: Any, other: Any, arguments: tuple[Any, ...]) -> float:
    """Rounding of a sum over all elements of the largest argument, relative to the largest."""
    terms = max((each.size for each in arrays_in(arguments)), default=1)
    terms = max(terms, *(len(each) for each in arguments if hasattr(each, "iloc")), 1)
    dtypes = [a.dtype for each in (one, other) for a in _numbers(each) if a.dtype.kind in "fc"]
    if not dtypes:  # numbers in dictionaries and the like; anything else has no error at all
        dtypes = [np.dtype(float)]
    coarsest = max(dtypes, key=lambda d: np.finfo(d).eps)
    item = coarsest.itemsize // (2 if coarsest.kind == "c" else 1)
    rounding = float(np.finfo(coarsest).eps) * max(terms, _LEAST_TERMS)
    return min(rounding, _MOST_ERROR.get(item, 1e-8))


def _numbers(value: Any, depth: int = 0) -> list[np.ndarray[Any, Any]]:
    """Arrays and numbers in an answer of any kind, in its containers too."""
    if isinstance(value, float | complex | np.generic):
        return [np.asarray(value)]
    if depth < _DEEPEST and isinstance(value, tuple | list | dict):
        inner = value.values() if isinstance(value, dict) else value
        return [number for each in inner for number in _numbers(each, depth + 1)]
    return list(arrays_of(value))


def _form(value: Any) -> str:
    arrays = [(a.dtype.kind, a.ndim) for a in arrays_in(value)]
    return repr(arrays or type(value).__name__)

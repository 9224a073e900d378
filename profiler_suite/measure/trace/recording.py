"""The recorder: takes note of every call while a function is traced."""

import threading
from collections.abc import Mapping, Sequence
from time import perf_counter
from typing import Any, Protocol

import numpy as np
from numpy import ndarray

from profiler_suite.measure.trace import sites
from profiler_suite.measure.trace.signature import Describer, OperandLayout, Signature, Tree
from profiler_suite.measure.trace.sites import Site

_may_share_memory = np.may_share_memory

# A call of compiled code can lead to Python code that calls more of it; that is
# part of the call and not counted again. Each thread has its own depth.
_state = threading.local()

_recorder: "Recorder | None" = None


_LOOKS_AT_THE_CLOCK = 256  # calls: a look costs less than a thousandth of recording them


class TraceTooLongError(BaseException):
    """Ends a trace that takes too long; a function's own `except Exception` lets it pass."""


class Recorder:
    """Counts calls by signature and site; gives up after `seconds` where they are given."""

    def __init__(self, seconds: float = 0.0) -> None:
        self._ends_at_s = perf_counter() + seconds if seconds else 0.0
        self._entered = 0
        self.calls: dict[tuple[Signature, Site], int] = {}
        self.uncovered: dict[str, int] = {}
        self.averaged: dict[Signature, dict[str, int]] = {}
        """Sums of facts that are told as means over the calls."""

    def record(
        self,
        name: str,
        kind: str,
        arguments: tuple[Tree, ...],
        keywords: tuple[tuple[str, Tree], ...],
        operands: Sequence[OperandLayout],
        results: Sequence[OperandLayout],
        facts: tuple[tuple[str, int], ...] = (),
        averaged: tuple[tuple[str, int], ...] = (),
    ) -> None:
        """Enter one call.

        `facts` tell calls apart; of those in `averaged` calls alike share the mean.
        """
        self._entered += 1
        if (
            self._ends_at_s
            and self._entered % _LOOKS_AT_THE_CLOCK == 0
            and perf_counter() > self._ends_at_s
        ):
            raise TraceTooLongError
        signature = Signature(
            name, kind, arguments, keywords, tuple(operands), tuple(results), facts
        )
        key = (signature, sites.here())
        self.calls[key] = self.calls.get(key, 0) + 1
        if averaged:
            sums = self.averaged.setdefault(signature, {})
            for fact, value in averaged:
                sums[fact] = sums.get(fact, 0) + value

    def note_uncovered(self, name: str) -> None:
        """Enter one call that has no count."""
        self.uncovered[name] = self.uncovered.get(name, 0) + 1

    def observe(
        self,
        name: str,
        kind: str,
        args: Sequence[Any],
        kwargs: Mapping[str, Any],
        result: Any,
        facts: tuple[tuple[str, int], ...] = (),
        averaged: tuple[tuple[str, int], ...] = (),
    ) -> None:
        """Describe a call with its result and enter it."""
        describer = Describer()
        arguments = tuple(describer.node(each) for each in args)
        keywords = tuple((key, describer.node(each)) for key, each in kwargs.items())
        results = results_of(result, describer.arrays)
        if kind == "view":
            results = [
                each._replace(origin="view") if each.origin == "new" else each
                for each in results
            ]
        self.record(
            name,
            kind,
            arguments,
            keywords,
            describer.operands,
            results,
            facts,
            averaged,
        )


class Gauge(Protocol):
    """Told what the calling thread does: inside which kind of call its time goes."""

    def enter(self, where: str) -> None:
        """From now on it is there."""

    def leave(self) -> None:
        """It is back where it was before."""


COUNTED, OWN, OUTSIDE = "counted", "own", "outside"
"""Where time goes: in counted compiled code, in the trace itself, in all other code.

Any other name is that of compiled code that was seen and has no count."""

_gauge: Gauge | None = None


def results_of(result: Any, given: Sequence[ndarray[Any, Any]]) -> list[OperandLayout]:
    """What a call gave back, and whether each array is new, given or a view."""
    if isinstance(result, ndarray):
        return [
            OperandLayout(
                result.shape, result.strides, result.dtype, "array", _origin(result, given)
            )
        ]
    if isinstance(result, np.generic):
        return [OperandLayout((), (), result.dtype, "numpy scalar", "new")]
    if isinstance(result, tuple | list):
        return [
            seen
            for each in result
            if isinstance(each, ndarray | np.generic)
            for seen in results_of(each, given)
        ]
    return []


def _origin(result: ndarray[Any, Any], given: Sequence[ndarray[Any, Any]]) -> str:
    if any(array is result for array in given):
        return "given"
    return "view" if any(_may_share_memory(array, result) for array in given) else "new"


def _depth() -> int:
    depth: int = getattr(_state, "depth", 0)
    return depth


def active() -> Recorder | None:
    """The recorder when this thread's calls are to be counted now."""
    if _recorder is None or _depth():
        return None
    return _recorder


def running() -> Recorder | None:
    """The recorder of the trace under way, whether this thread's calls count now or not."""
    return _recorder


def begin(recorder: Recorder, gauge: Gauge | None = None) -> bool:
    """Make this the recorder; False when another trace is under way."""
    global _gauge, _recorder
    if _recorder is not None:
        return False
    _recorder = recorder
    _gauge = gauge
    return True


def end() -> None:
    """Stop recording."""
    global _gauge, _recorder
    _recorder = None
    _gauge = None


class _GaugedContext:
    """A context that the gauge is told of."""

    def __init__(self, where: str) -> None:
        self._where = where

    def __enter__(self) -> None:
        if _gauge is not None:
            _gauge.enter(self._where)

    def __exit__(self, *_: object) -> None:
        if _gauge is not None:
            _gauge.leave()


class Pause(_GaugedContext):
    """Within it, this thread's calls are not counted."""

    def __enter__(self) -> None:
        _state.depth = _depth() + 1
        super().__enter__()

    def __exit__(self, *_: object) -> None:
        super().__exit__()
        _state.depth -= 1


PAUSE = Pause(OWN)
CODE = _GaugedContext(OUTSIDE)
"""Around the traced function."""
CALL = _GaugedContext(COUNTED)
"""Around the compiled code itself of a call that is counted."""


def uncounted_call(name: str) -> _GaugedContext:
    """Around compiled code without a count."""
    return _GaugedContext(name)


class Resume(_GaugedContext):
    """Within it, this thread's calls count again: compiled code has called Python code."""

    def __enter__(self) -> None:
        super().__enter__()
        _outer().append(_depth())
        _state.depth = 0

    def __exit__(self, *_: object) -> None:
        _state.depth = _outer().pop()
        super().__exit__()


def _outer() -> list[int]:
    if not hasattr(_state, "outer"):
        _state.outer = []
    outer: list[int] = _state.outer
    return outer


RESUME = Resume(OUTSIDE)

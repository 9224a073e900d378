"""The recorder: takes note of every call while a function is traced."""

import threading
from collections.abc import Callable, Mapping, Sequence
from time import thread_time
from typing import Any

import numpy as np
from numpy import ndarray

from profiler_suite.measure.trace import sites
from profiler_suite.measure.trace.keeping import OperandKeeper
from profiler_suite.measure.trace.signature import Describer, OperandLayout, Signature, Tree
from profiler_suite.measure.trace.sites import Site

_may_share_memory = np.may_share_memory

CALLS = "calls"
"""Among the sums of averaged facts: of how many calls they are."""

_ENTRIES_PER_READING = 256  # of the clock: less than a thousandth of what recording costs
# Of the time given, so much goes to recording every call; after several times of it the
# trace ends, wherever the function is.
_FULL_SHARE, _PATIENCE = 0.5, 2.0
# Later on, so many calls of each operation of a line are recorded first, then one of so
# many. A prime number: loops repeat themselves in rounds of 2, 4, 10.
_RECORDED_FIRST, _RECORDED_OF = 16, 61

Spot = tuple[str, Site]
"""Name of an operation and the line that calls it."""


class SpotSample:
    """What was seen of an operation of a line once calls are sampled."""

    def __init__(self) -> None:
        self.seen = 0
        self.recorded: dict[Signature, int] = {}
        """Those after the first; each stands for several calls."""
        self.last: Signature | None = None

    def chosen(self) -> bool:
        """Whether the next call is recorded."""
        self.seen += 1
        return self.seen <= _RECORDED_FIRST or self.seen % _RECORDED_OF == _RECORDED_OF // 2

    def note(self, signature: Signature) -> bool:
        """Take note of a recorded call; False where it is one of the first."""
        self.last = signature
        if self.seen <= _RECORDED_FIRST:
            return False
        self.recorded[signature] = self.recorded.get(signature, 0) + 1
        return True

    def totals(self) -> dict[Signature, int]:
        """All calls after the first, by the signatures of those recorded."""
        rest = max(0, self.seen - _RECORDED_FIRST)
        if not self.recorded:
            return {self.last: rest} if self.last is not None and rest else {}
        number = sum(self.recorded.values())
        found: dict[Signature, int] = {}
        recorded = told = 0
        for signature, calls in self.recorded.items():
            recorded += calls
            found[signature] = round(rest * recorded / number) - told
            told += found[signature]
        return found


class TraceTooLongError(BaseException):
    """Ends a trace that takes too long; a function's own `except Exception` lets it pass."""


class Recorder:
    """Counts calls by signature and site: all of them at first, then a sample of each line's.

    `seconds` of CPU time may be given, of which half goes to recording every call.
    """

    def __init__(self, seconds: float = 0.0) -> None:
        self._seconds = seconds
        self._begun_s = thread_time()
        self._thread = threading.get_ident()
        self._entered = 0
        self.sampling = False
        """Whether calls are no longer recorded one and all."""
        self.stopped = False
        self.calls: dict[tuple[Signature, Site], int] = {}
        self.spots: dict[Spot, SpotSample] = {}
        self.keeper: OperandKeeper | None = None
        self.uncovered: dict[str, int] = {}
        self.converted = 0
        """Counting numbers that the function made plain ones, as by float(x)."""
        self.averaged: dict[Signature, dict[str, int]] = {}
        """Sums of facts that are shown as means over the calls, and the number of calls."""

    def notes(self, name: str) -> bool:
        """Whether this call of an operation is to be recorded; asked once per call."""
        self._entered += 1
        if self._seconds and self._entered % _ENTRIES_PER_READING == 0:
            self._read_clock()
        if not self.sampling:
            return True
        return self.spots.setdefault((name, sites.here()), SpotSample()).chosen()

    def _read_clock(self) -> None:
        if threading.get_ident() != self._thread:
            return
        spent_s = thread_time() - self._begun_s
        self.sampling = spent_s > _FULL_SHARE * self._seconds
        if spent_s > _PATIENCE * self._seconds:
            self.stopped = True
            raise TraceTooLongError

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
        signature = Signature(
            name, kind, arguments, keywords, tuple(operands), tuple(results), facts
        )
        key = (signature, sites.here())
        spot = self.spots.get((name, key[1])) if self.sampling else None
        if spot is None or not spot.note(signature):
            self.calls[key] = self.calls.get(key, 0) + 1
        if averaged:
            sums = self.averaged.setdefault(signature, {CALLS: 0})
            sums[CALLS] += 1
            for fact, value in averaged:
                sums[fact] = sums.get(fact, 0) + value

    def totals(self) -> dict[tuple[Signature, Site], int]:
        """All calls, those that were not recorded as others of their line."""
        found = dict(self.calls)
        for (_, site), spot in self.spots.items():
            for signature, calls in spot.totals().items():
                key = (signature, site)
                found[key] = found.get(key, 0) + calls
        return found

    @property
    def recorded(self) -> int:
        """Calls that were recorded themselves."""
        sampled = sum(sum(spot.recorded.values()) for spot in self.spots.values())
        return sum(self.calls.values()) + sampled

    def offer(
        self,
        name: str,
        given: Sequence[Any],
        function: Callable[..., Any],
        args: Sequence[Any],
        kwargs: Mapping[str, Any],
    ) -> None:
        """Offer a call that is about to be made to the keeper of operands, if there is one."""
        if self.keeper is not None:
            self.keeper.offer(name, given, function, args, kwargs)

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

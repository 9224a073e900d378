"""Measures how much of a function's work in compiled array code its trace has counted.

Traced evaluations run under the sampling clock, and every sample is put down to where
the thread was at the time: in a counted call, in a named call that has no count, in
the trace itself, or outside of all of these. Inner loops, products and copies outside
are work that the trace did not see. Nothing is timed: it is a ratio of samples.
"""

import threading
from collections import Counter
from collections.abc import Callable
from time import perf_counter, thread_time
from typing import Any

import msgspec

from profiler_suite.measure import native
from profiler_suite.measure.native import perf
from profiler_suite.measure.native.rules import classify
from profiler_suite.measure.native.symbols import CodePlace, Symbolizer
from profiler_suite.measure.trace import trace
from profiler_suite.measure.trace.recording import COUNTED, OUTSIDE, OWN
from profiler_suite.measure.trace.summary import CONVERTED
from profiler_suite.model.trace import Coverage, OperationCounts

_FREQUENCY_HZ = 3989.0
_BUFFER_BYTES = 256 * 2**10
# Fewer say too little: the binomial error of a share of 80 % is 9 points with 20 samples.
_FEWEST_SAMPLES, _ENOUGH_SAMPLES = 20, 150
# A second of work takes as long on a core that has three others to serve.
_MOST_WAITING = 4.0
_WORK = frozenset({"ufunc", "blas", "packing", "extension", "copy"})
_ARRAY_CODE = _WORK | {"dispatch", "memory"}
# Compiled code of packages that measure: none of it is the function's.
_TOOLS = ("/msgspec/", "/line_profiler/", "/coverage/")
_MOST_NAMES = 8
# Below this share of the time an uncounted name is not told.
_WORTH_TELLING = 0.01
# Outside of calls, NumPy's own functions look at single numbers that they make arrays of.
_LOOKS_AT_NUMBERS = "PyArray_DiscoverDTypeAndShape"
# Of the samples outside, so many may be bytes that the interpreter itself moves.
_INTERPRETERS_COPIES = 0.05


class SamplingGauge:
    """Sorts this thread's samples by where it was when they were taken."""

    def __init__(self, opener: perf.OpenEvent | None = None) -> None:
        self._thread = threading.get_ident()
        self._event = perf.ThreadEvent(
            threading.get_native_id(), round(1e9 / _FREQUENCY_HZ), _BUFFER_BYTES, opener
        )
        self._event.disable()
        self._places = [OWN]
        self._records: dict[str, list[bytes]] = {}

    def __enter__(self) -> "SamplingGauge":
        self._event.enable()
        return self

    def __exit__(self, *_: object) -> None:
        self._event.disable()
        self._put_down()
        self._places = [OWN]

    def enter(self, where: str) -> None:
        """The thread goes there; what other threads do is not seen."""
        if threading.get_ident() == self._thread:
            self._put_down()
            self._places.append(where)

    def leave(self) -> None:
        """The thread is back."""
        if threading.get_ident() == self._thread and len(self._places) > 1:
            self._put_down()
            self._places.pop()

    def _put_down(self) -> None:
        taken = self._event.take()
        if taken:
            self._records.setdefault(self._places[-1], []).append(taken)

    def samples(self) -> dict[str, Counter[tuple[int, bool]]]:
        """Addresses by where the thread was."""
        return {
            where: Counter(perf.decode(b"".join(records)).samples)
            for where, records in self._records.items()
        }

    def in_calls(self) -> int:
        """Samples so far in compiled code that the trace knows of."""
        return sum(
            found.total()
            for where, found in self.samples().items()
            if where not in (OUTSIDE, OWN)
        )

    def close(self) -> None:
        """Give the event back."""
        self._event.close()


class _Budget:
    """CPU time from the first question on whether it is spent; waiting is limited, too."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._begun: tuple[float, float] | None = None

    def is_spent(self) -> bool:
        worked_s, now_s = thread_time(), perf_counter()
        if self._begun is None:
            self._begun = worked_s, now_s
        return (
            worked_s - self._begun[0] >= self._seconds
            or now_s - self._begun[1] > _MOST_WAITING * self._seconds
        )


def counted(
    function: Callable[..., Any],
    arguments: Callable[[], tuple[Any, ...]],
    seconds: float = 0.0,
    more_s: float = 0.0,
) -> tuple[OperationCounts, Coverage]:
    """Trace one evaluation, and measure the coverage of what it counted.

    Further evaluations, whose counts are dropped, take at most `more_s` of CPU time
    where one gives few samples, and a function that waits, which takes none, not much longer.
    """
    if native.available():
        _, counts = trace(function, arguments(), seconds=seconds)
        return counts, by_calls(counts)
    gauge = SamplingGauge()
    budget = _Budget(more_s)

    def further() -> tuple[Any, ...] | None:
        enough = gauge.in_calls() >= _ENOUGH_SAMPLES
        return None if budget.is_spent() or enough else arguments()

    try:
        with gauge:
            _, counts = trace(
                function, arguments(), seconds=seconds, gauge=gauge, further=further
            )
    finally:
        gauge.close()
    sampled = by_samples(gauge.samples(), Symbolizer().place)
    return counts, without_converted(sampled, counts) if sampled else by_calls(counts)


def by_calls(counts: OperationCounts) -> Coverage:
    """Coverage by the calls that were seen, where there are no samples."""
    seen = counts.calls + sum(counts.uncovered.values())
    escaped = sorted(counts.uncovered.items(), key=lambda item: -item[1])
    return Coverage(
        share=counts.coverage,
        samples=0,
        escaped={name: calls / max(1, seen) for name, calls in escaped[:_MOST_NAMES]},
    )


def without_converted(sampled: Coverage, counts: OperationCounts) -> Coverage:
    """Less where numbers became plain ones: no sample sees what Python computes with them."""
    converted = counts.uncovered.get(CONVERTED, 0)
    if not converted:
        return sampled
    share = converted / (converted + counts.calls)
    escaped = {CONVERTED: share, **sampled.escaped}
    return msgspec.structs.replace(
        sampled, share=min(sampled.share, 1 - share), escaped=escaped
    )


def by_samples(
    samples: dict[str, Counter[tuple[int, bool]]],
    place_of: Callable[[int, bool], CodePlace],
) -> Coverage | None:
    """Coverage by samples; None where they are too few to tell.

    Outside of calls the trace's own views and look-ups are dispatch, too: only inner loops
    and copies are known to have escaped there, and stand for as much dispatch as
    in the counted calls.
    """
    inside: Counter[str] = Counter()
    outside: Counter[str] = Counter()
    named: Counter[str] = Counter()
    elsewhere = samples.get(OUTSIDE, Counter()).total()
    for where, addresses in samples.items():
        for (address, in_kernel), number in addresses.items():
            place = place_of(address, in_kernel)
            entry = classify(place.path, place.symbol)
            if entry not in _ARRAY_CODE or any(name in place.path for name in _TOOLS):
                continue  # the interpreter's part of a call is none of its work
            if where == COUNTED:
                inside[entry] += number
            elif where == OUTSIDE:
                looks = place.symbol.startswith(_LOOKS_AT_NUMBERS)
                outside["dispatch" if looks else entry] += number
                if entry in _WORK and not looks:
                    named[_name(place)] += number
            elif where != OWN:
                named[where] += number
    named["memmove"] = max(0, named["memmove"] - round(_INTERPRETERS_COPIES * elsewhere))
    known = {name for name in samples if name not in (COUNTED, OUTSIDE, OWN)}
    escaped = {
        name: number * (1.0 if name in known else _with_dispatch(inside, outside))
        for name, number in named.most_common()
        if number > 0
    }
    total = inside.total() + sum(escaped.values())
    if total < _FEWEST_SAMPLES:
        return None
    shares = {name: number / total for name, number in escaped.items()}
    return Coverage(
        share=inside.total() / total,
        samples=round(total),
        escaped={
            name: share
            for name, share in list(shares.items())[:_MOST_NAMES]
            if share >= _WORTH_TELLING
        },
    )


def _with_dispatch(inside: Counter[str], outside: Counter[str]) -> float:
    """Samples in array code that one sample in an inner loop outside stands for."""
    work = sum(outside[entry] for entry in _WORK)
    ours = sum(inside[entry] for entry in _WORK)
    most = (work + outside["dispatch"] + outside["memory"]) / max(1, work)
    return min(most, inside.total() / ours) if ours else most


def _name(place: CodePlace) -> str:
    """What the code of one sample is called, for people."""
    if "/numpy/" in place.path or "blas" in place.path.lower():
        return f"{place.symbol or 'compiled code'} (NumPy)"
    if classify(place.path, place.symbol) == "copy":
        return "memmove"
    return f"compiled code in {place.library}"

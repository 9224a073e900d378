"""Sums up what threads were seen doing: by name, running by kind of work, waiting by cause."""

from collections import Counter
from collections.abc import Mapping, Sequence, Set
from typing import NamedTuple

from profiler_suite.measure.native import layers
from profiler_suite.measure.native.rule_table import is_team
from profiler_suite.measure.native.rules import ENTRIES, classify
from profiler_suite.measure.native.symbols import KERNEL
from profiler_suite.measure.per_thread.requests import ThreadCounts, ThreadSamples
from profiler_suite.measure.per_thread.waits import RUNNING
from profiler_suite.model.threads import (
    BLAS_BARRIER,
    CALLING,
    CORE,
    LOCK,
    NOT_SPLIT,
    OPENMP_BARRIER,
    ThreadTime,
)

# Threads that are there but do less than this share of the time take no part.
_LEAST_WORK = 0.01
_WAITING = "waiting"
_KERNELS, _HIDDEN = "in the kernel", "somewhere in the kernel"


class ThreadCode(NamedTuple):
    """Samples of one thread in one function of compiled code."""

    path: str
    symbol: str
    samples: int


def summed(
    counts: ThreadCounts,
    names: Mapping[int, str],
    started: Set[int],
    code: Mapping[int, Sequence[ThreadCode]],
) -> tuple[ThreadTime, ...]:
    """One for each name, the calling thread first, then by the time that they run."""
    parts: dict[str, list[tuple[ThreadSamples, Sequence[ThreadCode]]]] = {}
    own: set[str] = {CALLING}
    nameless: Counter[str] = Counter()
    for number, seen in sorted(counts.threads.items()):
        there = code.get(number, ())
        name = names.get(number) or _of_library(seen, there, nameless)
        if number in started:
            own.add(name)
        parts.setdefault(name, []).append((seen, there))
    found = [_thread(name, some, counts.samples) for name, some in parts.items()]
    involved = [each for each in found if each.name in own or _works(each)]
    return tuple(sorted(involved, key=lambda each: (each.name != CALLING, -each.ran)))


def _works(thread: ThreadTime) -> bool:
    return thread.ran + thread.waiting.get(CORE, 0.0) >= _LEAST_WORK


def _of_library(seen: ThreadSamples, code: Sequence[ThreadCode], nameless: Counter[str]) -> str:
    """A name for a thread that no Python code has started, after whose it is."""
    ran = Counter[str]()
    for each in code:
        ran[each.path] += each.samples
    for path, _ in ran.most_common():
        kind = _kind(path)
        if kind:
            break
    else:
        kind = "BLAS" if BLAS_BARRIER in seen.causes else ""
        kind = "OpenMP" if OPENMP_BARRIER in seen.causes else kind or "native"
    nameless[kind] += 1
    return f"{kind} thread {nameless[kind]}"


def _kind(path: str) -> str:
    if is_team(path):
        return "OpenMP"
    return "BLAS" if layers.of_code(path) == layers.BLAS else ""


def _thread(
    name: str, parts: Sequence[tuple[ThreadSamples, Sequence[ThreadCode]]], samples: int
) -> ThreadTime:
    """One thread, or those that bear its name in turn, evaluation by evaluation."""
    seen: Counter[str] = Counter()
    for part, _ in parts:
        seen.update(part.causes)
    ran_ns = sum(part.ran_ns for part, _ in parts)
    queued_ns = sum(part.queued_ns for part, _ in parts)
    on_core = ran_ns / (ran_ns + queued_ns) if ran_ns + queued_ns else 1.0
    runs = seen.pop(RUNNING, 0) / samples
    waiting = {cause: number / samples for cause, number in seen.items()}
    if runs * (1 - on_core) > 0:
        waiting[CORE] = runs * (1 - on_core)
    running: dict[str, float] = {}
    for entry, share in _by_entry([each for _, some in parts for each in some]).items():
        if entry in ENTRIES.values() or entry == NOT_SPLIT:
            running[entry] = runs * on_core * share
        else:
            cause = _of_sleeping(seen) if entry == _KERNELS else entry
            waiting[cause] = waiting.get(cause, 0.0) + runs * on_core * share
    return ThreadTime(name=name, running=_ordered(running), waiting=_ordered(waiting))


def _by_entry(code: Sequence[ThreadCode]) -> dict[str, float]:
    """Share of the samples by entry of the time breakdown, or by what it spins for."""
    found: Counter[str] = Counter()
    for each in code:
        entry = classify(each.path, each.symbol)
        if each.path == KERNEL and not each.symbol:
            found[_HIDDEN] += each.samples
        elif entry != _WAITING:
            found[ENTRIES[entry]] += each.samples
        elif is_team(each.path):
            found[OPENMP_BARRIER] += each.samples
        elif each.path == KERNEL and "yield" not in each.symbol:
            found[_KERNELS] += each.samples  # on its way to sleep, or back
        else:
            found[BLAS_BARRIER] += each.samples
    # Who spins asks the kernel for its next turn, also where that hides what it does.
    asked, hidden = found.pop(_KERNELS, 0), found.pop(_HIDDEN, 0)
    spins = found[BLAS_BARRIER] > found.total() / 2
    found[BLAS_BARRIER if spins else _KERNELS] += asked
    found[BLAS_BARRIER if spins else ENTRIES["kernel"]] += hidden
    total = found.total()
    return {name: n / total for name, n in found.items() if n} if total else {NOT_SPLIT: 1.0}


def _of_sleeping(seen: Counter[str]) -> str:
    """What going to sleep is for: what the thread mostly sleeps for."""
    return next((cause for cause, _ in seen.most_common(1)), LOCK)


def _ordered(shares: Mapping[str, float]) -> dict[str, float]:
    return dict(sorted(shares.items(), key=lambda item: -item[1]))

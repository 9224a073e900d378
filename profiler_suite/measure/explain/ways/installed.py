"""Which ways can be tried here: what is installed, and how many cores there are."""

import importlib.util
from collections.abc import Callable, Iterator, Sequence

from profiler_suite.model.way import LIBRARIES, Way, WayKind

# Up to here each number of threads is tried; beyond, those that double.
_EACH = 4


def is_installed(kind: WayKind) -> bool:
    """Whether what a way needs is there; nothing is imported."""
    return kind not in LIBRARIES or importlib.util.find_spec(kind.value) is not None


def installed_kinds(there: Callable[[WayKind], bool] = is_installed) -> tuple[WayKind, ...]:
    """Every kind that can be tried."""
    return tuple(kind for kind in WayKind if there(kind))


def ways(asked: Sequence[tuple[WayKind, str]], threads: int, cores: int) -> Iterator[Way]:
    """The ways of these kinds on these accelerators; threads: every other number of them."""
    for kind, device in dict.fromkeys(asked):
        if kind is not WayKind.THREADS:
            yield Way(kind=kind, device=device)
            continue
        others = [number for number in thread_counts(cores) if number != threads]
        for number in others or [threads]:
            yield Way(kind=kind, threads=number)


def thread_counts(cores: int) -> tuple[int, ...]:
    """1 to the number of cores, doubling from four on."""
    counts = set(range(1, min(cores, _EACH) + 1)) | {cores}
    number = _EACH
    while number < cores:
        counts.add(number)
        number *= 2
    return tuple(sorted(counts))

"""What memory costs that the process did not have before: page faults, fresh arrays."""

import contextlib
import mmap
import sys
from collections.abc import Callable
from time import perf_counter_ns

import numpy as np

from profiler_suite import units
from profiler_suite.machine.examining.ceilings import CeilingTarget
from profiler_suite.machine.examining.rounds import Sample, Station
from profiler_suite.machine.lookup import FRESH_BYTES
from profiler_suite.model.machine import Ceiling

_FAULT_PAGES = 1024
_HUGE_FROM_BYTES = 4 * 2**20


def paging_ceilings() -> tuple[list[Station], list[CeilingTarget]]:
    """Stations and targets for the cost of a page fault and of a fresh array."""
    fault = Ceiling(
        quantity="page_fault",
        label=f"first store into a page of {units.size(mmap.PAGESIZE)}",
    )
    fresh = Ceiling(
        quantity="allocation",
        label=f"a new array of {units.size(FRESH_BYTES)}: what filling it costs "
        "beyond filling one that exists",
    )
    return (
        [
            Station(key="page_fault", sample=_fault),
            Station(key="allocation", sample=_allocation, period=5),
        ],
        [
            CeilingTarget(ceiling=fault, stations=("page_fault",)),
            CeilingTarget(ceiling=fresh, stations=("allocation",)),
        ],
    )


def _fault() -> Sample:
    """Seconds per page of touching fresh pages, less touching them again."""
    memory = _private_pages(_FAULT_PAGES * mmap.PAGESIZE)
    pages = np.frombuffer(memory, np.uint8)[:: mmap.PAGESIZE]
    first = _timed_fill(pages)
    again = _timed_fill(pages)
    del pages
    memory.close()
    return Sample(values=((first - again) / _FAULT_PAGES,))


def fault_s(n_bytes: int, faults: Callable[[], int]) -> float:
    """Seconds per page fault of memory that comes and goes with an array of that size.

    First touch and return to the kernel, less touching it again; `faults` counts the
    faults of this process. NumPy asks for huge pages from 4 MiB on: few faults, dear ones.
    """
    # malloc puts its own words before the array: such a length is not aligned to huge
    # pages, and what lies before and after them comes in small ones.
    length = n_bytes // mmap.PAGESIZE * mmap.PAGESIZE + mmap.PAGESIZE
    memory = _private_pages(length, huge=n_bytes >= _HUGE_FROM_BYTES)
    pages = np.frombuffer(memory, np.uint8)[:: mmap.PAGESIZE]
    before = faults()
    first = _timed_fill(pages)
    count = faults() - before
    again = _timed_fill(pages)
    del pages
    start = perf_counter_ns()
    memory.close()
    returned = (perf_counter_ns() - start) * 1e-9
    return max(0.0, first - again + returned) / max(1, count)


def _private_pages(n_bytes: int, *, huge: bool = False) -> mmap.mmap:
    """Fresh memory as malloc gets it: private. Python's default is shared, which costs more."""
    if sys.platform == "win32":
        return mmap.mmap(-1, n_bytes)
    memory = mmap.mmap(-1, n_bytes, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
    # One fault of a huge page brings in 512 pages at once.
    advice = getattr(mmap, "MADV_HUGEPAGE" if huge else "MADV_NOHUGEPAGE", None)
    if advice is not None:
        with contextlib.suppress(OSError):  # a kernel without huge pages
            memory.madvise(advice)
    return memory


def _allocation() -> Sample:
    """Seconds that a new array costs beyond filling one that exists."""
    start = perf_counter_ns()
    array = np.empty(FRESH_BYTES, np.uint8)
    array.fill(1)
    first = perf_counter_ns() - start
    again = _timed_fill(array)
    start = perf_counter_ns()
    del array
    freeing = perf_counter_ns() - start
    return Sample(values=((first + freeing) * 1e-9 - again,))


def _timed_fill(array: np.ndarray[tuple[int], np.dtype[np.uint8]]) -> float:
    start = perf_counter_ns()
    array.fill(1)
    return (perf_counter_ns() - start) * 1e-9

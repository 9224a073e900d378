"""NumPy calls that move bytes at the rate of one level of the memory hierarchy.

One pass of a probe is one NumPy call on float64 arrays that together fill a
given working set. Bytes are physical: a plain store reads its line first, so a
copied element moves 24 bytes (read the source, read the target's line, write
it), not 16. Which calls come near compiled code was measured against C; see
tests/benchmarks/ceilings_against_c.py.
"""

from collections.abc import Callable
from itertools import repeat
from time import perf_counter_ns

import numpy as np
import numpy.typing as npt
from numpy.lib.stride_tricks import as_strided

from profiler_suite.model.noun import Noun

Array = npt.NDArray[np.float64]
Passes = Callable[[int], float]
"""Runs that many passes and returns the seconds they took."""

ACCESSES = ("read", "copy", "update", "triad")
BYTES_PER_ELEMENT = {"read": 8, "copy": 24, "update": 24, "triad": 32}
"""Physical bytes per element of the (first) array, with the line read before a store."""

_ARRAYS = {"read": 2, "copy": 2, "update": 2, "triad": 3}
_LINE = 64 // 8  # elements; NumPy's loops run fastest on whole cache lines
# Enough sweeps in one call that entering it weighs under 1 %.
_VECDOT_BYTES = 2**22
# Arrays of one set start at different offsets within a page: a load that agrees
# with a recent store in its lowest 12 bits has to wait for it on many CPUs.
_STAGGER = (0, 1344 // 8, 2688 // 8)
_PAGE = 4096 // 8

LABELS = {
    "read": "read (dot product of two arrays)",
    "copy": "copy (np.negative(b, out=a); 24 bytes per element, line read before store)",
    "update": "update (np.add(a, b, out=a); 24 bytes per element)",
    "triad": "triad (np.add(b, c, out=a), the STREAM triad without its multiplication; "
    "32 bytes per element, line read before store)",
}


class BandwidthProbe(Noun, frozen=True):
    """What to move: the access, the working set, and how often one call sweeps it."""

    access: str
    set_bytes: int
    rows: int = 1
    """Sweeps over the set in one call; more than 1 only for reads, by `np.vecdot`."""

    @property
    def elements(self) -> int:
        """Elements of each array, whole cache lines."""
        return max(_LINE, self.set_bytes // (8 * _ARRAYS[self.access]) // _LINE * _LINE)

    @property
    def pass_bytes(self) -> float:
        """Physical bytes that one pass moves."""
        per_element = BYTES_PER_ELEMENT[self.access] * (2 if self.access == "read" else 1)
        return float(per_element * self.elements * self.rows)


def private_read(set_bytes: int) -> BandwidthProbe:
    """Reads a set of a core's own caches many times in one call: nothing else reaches L1."""
    return BandwidthProbe(
        access="read", set_bytes=set_bytes, rows=max(1, _VECDOT_BYTES // set_bytes)
    )


def arena(set_bytes: int) -> Array:
    """One touched block that holds any set up to this size.

    A block of 4 MiB or more gets huge pages where the system offers them, so
    that sets cut from it lie alike in the caches of every process.
    """
    block = np.empty(max(set_bytes, 2**23) // 8 + 4 * _PAGE)
    block.fill(1.0)  # untouched memory would read the one page of zeros
    return block


def make_passes(probe: BandwidthProbe, block: Array) -> Passes:
    """Build a probe on arrays cut from an arena."""
    a, b, c = _cut(probe, block)
    if probe.access == "read":
        return _vecdot(a, b, probe.rows) if probe.rows > 1 else _dot(a, b)
    if probe.access == "copy":
        return _negative(b, a)
    if probe.access == "update":
        return _add(a, b, a)
    return _add(b, c, a)


def _cut(probe: BandwidthProbe, block: Array) -> tuple[Array, Array, Array]:
    start = -(block.ctypes.data // 8) % _PAGE
    arrays = []
    for k in range(_ARRAYS[probe.access]):
        first = start + _STAGGER[k]
        arrays.append(block[first : first + probe.elements])
        start += -(-probe.elements // _PAGE) * _PAGE
    return arrays[0], arrays[1], arrays[-1]


def _dot(a: Array, b: Array) -> Passes:
    dot = np.dot

    def run(passes: int) -> float:
        start = perf_counter_ns()
        for _ in repeat(None, passes):
            dot(a, b)
        return (perf_counter_ns() - start) * 1e-9

    return run


def _vecdot(a: Array, b: Array, rows: int) -> Passes:
    vecdot = np.vecdot
    out = np.empty(rows)
    same_a = as_strided(a, (rows, a.size), (0, 8))
    same_b = as_strided(b, (rows, b.size), (0, 8))

    def run(passes: int) -> float:
        start = perf_counter_ns()
        for _ in repeat(None, passes):
            vecdot(same_a, same_b, out=out)
        return (perf_counter_ns() - start) * 1e-9

    return run


def _negative(source: Array, target: Array) -> Passes:
    negative = np.negative

    def run(passes: int) -> float:
        start = perf_counter_ns()
        for _ in repeat(None, passes):
            negative(source, target)
        return (perf_counter_ns() - start) * 1e-9

    return run


def _add(left: Array, right: Array, target: Array) -> Passes:
    add = np.add

    def run(passes: int) -> float:
        start = perf_counter_ns()
        for _ in repeat(None, passes):
            add(left, right, target)
        return (perf_counter_ns() - start) * 1e-9

    return run

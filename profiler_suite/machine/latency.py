"""Measures how long one load from memory takes, by NumPy alone.

`np.take(ring, places[:-1], out=places[1:], mode="wrap")` reads place k and writes place
k + 1: output and indices overlap by one element, and in the modes that cannot fail NumPy
makes no copy of either. So every load needs the result of the one before (through one
store in the same cache line, four to five cycles more than compiled code): a chain of
dependent loads. The ring visits one element of each cache line of its memory once, in
random order, so neither the lines nor the pages can be foreseen. With places drawn
beforehand the same call makes loads that do not wait for each other.
"""

from time import perf_counter_ns

import numpy as np
import numpy.typing as npt

from profiler_suite.model.noun import Noun

Places = npt.NDArray[np.intp]

_LINE = 8  # elements of 8 bytes
_STEPS = 4000
_ROUNDS = 7
_MOST_BYTES = 2**26  # beyond, every load misses all the same


class LoadLatency(Noun, frozen=True):
    """Time of one load from data of a size, s."""

    set_bytes: int
    chain_s: float
    """Where each waits for the one before."""
    scattered_s: float
    """Where none waits: the processor has several under way."""


def ring_of(set_bytes: int, random: np.random.Generator) -> Places:
    """Every cache line's first element names the next line's to visit; all form one cycle."""
    lines = max(2, min(set_bytes, _MOST_BYTES) // (8 * _LINE))
    order = random.permutation(lines) * _LINE
    ring = np.zeros(lines * _LINE, np.intp)
    ring[order] = np.roll(order, -1)
    return ring


def chase(ring: Places, places: Places) -> None:
    """Fill the places after the first by following the ring: each load needs the last one."""
    np.take(ring, places[:-1], out=places[1:], mode="wrap")


def measure(set_bytes: int, seed: int = 0) -> LoadLatency:
    """The latency of loads from that many bytes: the smallest of several rounds."""
    random = np.random.default_rng(seed)
    ring = ring_of(set_bytes, random)
    places = np.zeros(_STEPS + 1, np.intp)
    found = np.empty(_STEPS, np.intp)
    chains, scattered = [], []
    for _ in range(_ROUNDS):
        drawn = random.integers(0, ring.size, _STEPS)
        start = perf_counter_ns()
        chase(ring, places)
        middle = perf_counter_ns()
        np.take(ring, drawn, out=found, mode="wrap")
        scattered.append(perf_counter_ns() - middle)
        chains.append(middle - start)
        places[0] = places[-1]  # goes on where it ended: nothing there is cached yet
    return LoadLatency(
        set_bytes=set_bytes,
        chain_s=min(chains) * 1e-9 / _STEPS,
        scattered_s=min(scattered) * 1e-9 / _STEPS,
    )

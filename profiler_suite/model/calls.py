"""What happens inside one call of compiled code: its inner loop, operands, copies, misses."""

from profiler_suite.model.native import NativeWeight
from profiler_suite.model.noun import Count, Noun, Number, Seconds, Whole

LINE_BYTES = 64
"""A cache line on x86 and most ARM cores: what memory hands over at the least."""


class OperandAccess(Noun, frozen=True):
    """How a call steps through one of its arrays."""

    shape: tuple[int, ...]
    dtype: str
    layout: str
    """'contiguous', 'Fortran order', 'reversed', 'strided', 'broadcast' or 'gathered'."""
    stride_bytes: Whole
    """Between neighbours along the axis with the smallest step; 0 for one element."""
    used_bytes: Number
    """Bytes used of every cache line that is fetched, at most 64."""
    written: bool = False


class ChangedCall(Noun, frozen=True):
    """One call with one thing changed, timed beside the call itself."""

    change: str
    """'as it is', 'cached', 'in order', 'contiguous', 'same dtype' or 'ordinary values'."""
    time_s: Seconds
    spread_s: Seconds


class CallFacts(Noun, frozen=True):
    """One operation with its operands, looked into: samples, layouts and changed calls."""

    name: str
    via: str
    file: str
    line: Count
    calls: Count
    """In one evaluation."""
    time_s: Seconds
    """One call, s."""
    fixed_s: Seconds
    """One call at vanishing size, s."""
    minor_faults: Number
    """Page faults of one call."""
    fault_s: Seconds
    """What one of them takes, s; 0 where it was not measured."""
    kind: str
    flop: Number
    """Of one call."""
    traffic_bytes: Number
    """Of one call: bytes of elements read and written."""
    line_bytes: Number
    """Of one call: the same counted in whole cache lines."""
    routine: str
    """Inner loop or BLAS routine most samples are in; empty without samples."""
    library: str
    simd: str
    """Vector instructions the routine is compiled for, by its symbol: 'AVX-512', 'AVX2', …"""
    weights: tuple[NativeWeight, ...]
    """Where its samples were, most first."""
    samples: Count
    operands: tuple[OperandAccess, ...]
    casts: tuple[str, ...]
    """'float32 → float64': operands that are converted to the inner loop's dtype."""
    buffered: bool
    """Whether samples find it moving elements into a buffer or converting them one by one."""
    timings: tuple[ChangedCall, ...]
    """The call as it is, and with one thing changed, from the same rounds."""
    loads: Number
    """Elements it reads or writes at places that another array names, or steps of a search."""
    jumps: Number
    """Share of those places that are further than the next cache line from the one before."""
    target_bytes: Number
    """Size of the array that those places lie in."""
    chain_s: Seconds
    """One load that waits for the one before, from that many bytes, s; 0: not measured."""
    scattered_s: Seconds
    """One load that waits for none, s."""
    values: str = ""
    """What is special about its values, in words."""

    def seconds(self, change: str) -> float:
        """Time with one thing changed, s; that of the call itself where it was not tried."""
        found = {each.change: each.time_s for each in self.timings}
        return found.get(change, found.get("as it is", self.time_s))

    def share(self, *entries: str) -> float:
        """Share of its samples in these entries; 0 without samples."""
        inside = sum(each.samples for each in self.weights if each.entry in entries)
        return inside / self.samples if self.samples else 0.0

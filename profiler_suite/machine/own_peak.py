"""The processor's own peak, estimated: its clock, the width of its vectors, its units.

The clock is told by a chain: each step of `np.multiply.reduce` over floats waits for the one
before, three cycles on AMD's and on newer Intel processors, four on Intel's of 2015 to 2022 and
on Apple's (Fog, Instruction tables; uops.info). Width comes from the processor's flags. How
many units multiply and add per cycle no flag says: of 64-byte vectors one or two, of 32-byte
vectors two, of 16-byte vectors two to four. So the estimate is a range, and a wide one.
"""

from typing import NamedTuple

from profiler_suite.model.machine import Machine

_CYCLES = (3.0, 4.0)
_AMD_CYCLES = (3.0, 3.0)
# Bytes of a vector → fewest and most units that multiply and add one per cycle.
_UNITS = {64: (1, 2), 32: (2, 2), 16: (2, 4)}
_ITEM_BYTES = {"float64": 8, "float32": 4}
# One multiplies, one adds.
_FLOP_PER_LANE = 2
# Between two logical processors of one core, or of a core that is not known to be whole.
_SHARED_CORE = 0.5


class OwnPeak(NamedTuple):
    """Between these the processor's own peak lies, FLOP/s."""

    low: float
    high: float


def clock_hz(machine: Machine) -> tuple[float, float]:
    """Between these the processor's clock lies; zeros where no chain was measured."""
    step_s = machine.chain_step_s
    if step_s <= 0:
        return 0.0, 0.0
    low, high = _AMD_CYCLES if "AMD" in machine.facts.cpu else _CYCLES
    return low / step_s, high / step_s


def own_peak(machine: Machine, dtype: str, threads: int = 1) -> OwnPeak | None:
    """The estimate for these threads; None where the clock or the width is not known.

    It is never below what products of matrices reach.
    """
    units = _UNITS.get(machine.facts.vector_bytes)
    low_hz, high_hz = clock_hz(machine)
    if units is None or not low_hz or dtype not in _ITEM_BYTES:
        return None
    lanes = machine.facts.vector_bytes / _ITEM_BYTES[dtype]
    one = [
        hz * _FLOP_PER_LANE * lanes * number
        for hz, number in zip((low_hz, high_hz), units, strict=True)
    ]
    least = threads if threads == 1 else max(1.0, _SHARED_CORE * threads)
    reached = machine.peak_flop_per_s(dtype, threads)
    high = one[1] * threads
    return OwnPeak(low=max(one[0] * least, reached), high=high) if high > reached else None

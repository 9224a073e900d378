"""How far below what compiled code reaches a ceiling measured from NumPy may lie.

Measured against C (tests/benchmarks/ceilings_against_c.py) on an AMD Zen 3 and on an Intel
processor with AVX-512, both two cores of a shared host; of both the worse. A processor of
another kind may differ.
"""

from profiler_suite import units
from profiler_suite.model.machine import Ceiling

# Products of matrices on one thread: 0.81 and 0.94 of the rate of multiply-adds alone in
# float64, 0.84 and 0.90 in float32; two threads 0.66 to 1.07.
_PEAK = {"float64": 0.19, "float32": 0.16}
_SEVERAL_THREADS = 0.34
# Level and access: L1 reads 0.85; L2 reads 0.99, copies 0.79 and 0.92, updates and triads 0.93;
# L3 reads 0.81, all else within 10 %; memory 0.93 to 1.00.
_BANDWIDTH = {
    ("L1", "read"): 0.15,
    ("L2", "read"): 0.01,
    ("L2", "copy"): 0.21,
    ("L2", "update"): 0.07,
    ("L2", "triad"): 0.07,
    ("L3", "read"): 0.19,
    ("L3", "copy"): 0.10,
    ("L3", "update"): 0.10,
    ("L3", "triad"): 0.10,
}
_MEMORY = 0.07


def shortfall(ceiling: Ceiling) -> float:
    """The share by which it may lie below; 0 where nothing is known, as of costs."""
    if ceiling.value <= 0:
        return 0.0
    if ceiling.quantity == "peak":
        found = _PEAK.get(ceiling.dtype, max(_PEAK.values()))
    elif ceiling.quantity == "bandwidth":
        found = _BANDWIDTH.get((ceiling.level, ceiling.access), _MEMORY)
    else:
        return 0.0
    return max(found, _SEVERAL_THREADS) if ceiling.threads > 1 else found


def in_words(ceiling: Ceiling) -> str:
    """'up to 19 %', or nothing."""
    found = shortfall(ceiling)
    return f"up to {units.percent(found)}" if found else ""

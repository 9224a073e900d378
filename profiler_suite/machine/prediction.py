"""Predicts the time of one evaluation from what it has to do and what the machine can.

Meant to be right within a factor of 2: for planning, and for leaving out what
would take too long. Never shown as a measurement.
"""

from collections.abc import Sequence

from profiler_suite.machine.lookup import FRESH_BYTES, MEMORY, call_cost_or_none
from profiler_suite.model.experiment import Cost
from profiler_suite.model.machine import Machine

# glibc serves smaller blocks from memory it holds (M_MMAP_THRESHOLD).
_REUSED_BYTES = 128 * 2**10
# glibc always returns larger blocks to the system when they are freed
# (M_MMAP_THRESHOLD_MAX); of smaller ones about half came fresh in the
# implementations tried (of some none, of others all).
_RETURNED_BYTES = 32 * 2**20
_FRESH_SHARE = 0.5
# NumPy asks for huge pages from here on.
_HUGE_PAGE_BYTES = 4 * 2**20
_PAGE_BYTES = 4096

Names = Sequence[tuple[str, str]]

# The body of the question's loop: two views, an operation with a new array, a
# reduction, a store. Its mean is what a small call typically takes.
_TYPICAL_CALLS: Names = (
    ("slice", ""),
    ("slice", ""),
    ("a * b", "strided"),
    ("np.sum", "strided"),
    ("scalar store", ""),
)
# The cheapest way to write the same: what a call takes at least.
_CHEAPEST_CALLS: Names = (
    ("slice", ""),
    ("np.multiply", "contiguous"),
    ("np.add.reduce", "contiguous"),
    ("scalar store", ""),
)
_STEP: Names = (("scalar multiply-add", ""),)
_ITERATION: Names = (("loop iteration", ""),)


# Kind of rate → the measured operation that has it, and its dtype (empty: the problem's).
_OPERATIONS = {
    "ufunc": ("np.multiply", ""),
    "einsum": ("np.einsum", ""),
    "integer": ("np.dot", "int64"),
    "fft": ("scipy.fft", "float64"),
    "convolve2d": ("scipy.signal.convolve2d", "float64"),
    "correlate": ("scipy.signal.correlate", "float64"),
    "ndimage": ("scipy.ndimage.correlate", "float64"),
}
SCIPY_RATES = frozenset(
    rate for rate, (operation, _) in _OPERATIONS.items() if operation.startswith("scipy.")
)
"""Those of SciPy's functions."""
RATES = ("blas", "python", *_OPERATIONS)
"""What `Cost.rate` may be."""


def predict_s(cost: Cost, machine: Machine, dtype: str, threads: int) -> float:
    """Predicted time of one evaluation, s: calls, scalar steps, arithmetic and memory added up.

    What is not known of the machine counts as nothing.
    """
    step_s = _mean_s(machine, _STEP) + _mean_s(machine, _ITERATION)
    calls_s = cost.calls * _mean_s(machine, _TYPICAL_CALLS) + cost.scalar_steps * step_s
    flop = cost.executed_flop or cost.flop
    rate = arithmetic_rate(cost.rate, machine, dtype, threads)
    arithmetic_s = flop / rate if rate else 0.0
    # A workspace is written and read again.
    moved_bytes = cost.compulsory_bytes + 2 * cost.workspace_bytes
    bandwidth = machine.bandwidth(MEMORY, threads) or machine.bandwidth(MEMORY)
    memory_s = moved_bytes / bandwidth if bandwidth else 0.0
    return calls_s + arithmetic_s + memory_s + fresh_memory_s(cost.workspace_bytes, machine)


def fresh_memory_s(n_bytes: float, machine: Machine) -> float:
    """Time to fault in memory that the process may not have had, s; by medians, not best."""
    if n_bytes < _REUSED_BYTES:
        return 0.0
    if n_bytes < _HUGE_PAGE_BYTES:
        whole_s = n_bytes / _PAGE_BYTES * _median_of(machine, "page_fault")
    else:
        whole_s = n_bytes / FRESH_BYTES * _median_of(machine, "allocation")
    return whole_s if n_bytes > _RETURNED_BYTES else whole_s * _FRESH_SHARE


def _median_of(machine: Machine, quantity: str) -> float:
    return next((c.median for c in machine.ceilings if c.quantity == quantity), 0.0)


def overhead_s(cost: Cost, machine: Machine) -> float:
    """Time that entering calls and running scalar bytecode takes at least, s."""
    calls_s = cost.calls * _mean_s(machine, _CHEAPEST_CALLS)
    return calls_s + cost.scalar_steps * _mean_s(machine, _STEP)


def call_s(machine: Machine) -> float:
    """What a small call takes at least, s."""
    return _mean_s(machine, _CHEAPEST_CALLS)


def arithmetic_rate(kind: str, machine: Machine, dtype: str, threads: int) -> float:
    """Rate of what does the arithmetic, FLOP/s; 0 when unknown or done by bytecode."""
    if kind == "blas":
        return machine.peak_flop_per_s(dtype, threads) or machine.peak_flop_per_s(dtype)
    operation = _OPERATIONS.get(kind)
    if operation is None:
        return 0.0
    name, of_dtype = operation[0], operation[1] or dtype
    found = call_cost_or_none(machine, name, dtype=of_dtype) or call_cost_or_none(machine, name)
    return found.rate_per_s if found is not None else 0.0


def _mean_s(machine: Machine, names: Names) -> float:
    found = [call_cost_or_none(machine, operation, layout) for operation, layout in names]
    costs = [cost.fixed_s for cost in found if cost is not None]
    return sum(costs) / len(costs) if costs else 0.0

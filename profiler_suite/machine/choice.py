"""Chooses the implementation for a problem from what this machine can do, without trying.

The model adds up what an implementation says it does (`Work`): calls, matrix products
and copies. A product takes its arithmetic at the best measured GEMM rate; before, BLAS
rearranges ("packs") both factors of a larger product, and a transposed one of any, which
is a transposing copy; the answer is read and written at the bandwidth of the level that
holds it. A copy takes its bytes at that bandwidth, and a fixed time for each run of
neighbouring elements. That a large product hides some of the packing is left out: it
favours none of the candidates.
"""

from collections.abc import Sequence

from profiler_suite.errors import UsageError
from profiler_suite.machine.lookup import MEMORY, call_cost_or_none
from profiler_suite.machine.prediction import arithmetic_rate, call_s
from profiler_suite.model.experiment import Moves, Problem, Products, Work
from profiler_suite.model.machine import Machine
from profiler_suite.model.workload import unstated
from profiler_suite.workloads import registry
from profiler_suite.workloads.requirements import ITEM_BYTES

# What a run of neighbouring elements costs to begin, in elements copied one by one
# (6 to 8 ns and 0.4 ns where it was measured, on runs of 6 to 192 elements).
_ELEMENTS_PER_RUN = 16.0
# OpenBLAS has kernels that pack nothing for products of up to so many multiply-adds
# (kernel/x86_64/*gemm_small_kernel_permit_skylakex.c).
_MOST_UNPACKED = 100**3


def choose(names: Sequence[str], problem: Problem, machine: Machine, threads: int) -> str:
    """The implementation expected to be fastest of those that serve the problem."""
    found = [registry.find_implementation(name) for name in names]
    serving = [each for each in found if each.refuse is None or not each.refuse(problem)]
    if not serving:
        raise UsageError(f"none of {', '.join(names)} serves this problem; name another")
    for each in serving:
        if each.work is unstated:
            raise UsageError(f"implementation {each.name!r} states no work; give it `work`")
    return min(
        serving,
        key=lambda each: expected_s(each.work(problem), machine, problem.dtype, threads),
    ).name


def expected_s(work: Work, machine: Machine, dtype: str, threads: int = 1) -> float:
    """Time that the model expects for one evaluation, s.

    What is not known of the machine counts as nothing.
    """
    return (
        work.calls * call_s(machine)
        + sum(_products_s(each, machine, dtype, threads) for each in work.products)
        + sum(_moves_s(each, machine) for each in work.moves)
    )


def _products_s(products: Products, machine: Machine, dtype: str, threads: int) -> float:
    m, k, n, count = products.m, products.k, products.n, products.count
    item_bytes = ITEM_BYTES[dtype]
    rate = arithmetic_rate("blas", machine, dtype, threads)
    arithmetic_s = 2.0 * m * k * n * count / rate if rate else 0.0
    packed = m * k * n > _MOST_UNPACKED
    left_s = _factor_s(float(m * k * count), item_bytes, machine, rearranged=packed)
    right_s = _factor_s(
        float(k * n * count), item_bytes, machine, rearranged=packed or products.transposed
    )
    answer_bytes = 2.0 * m * n * count * item_bytes
    written_s = _time_s(answer_bytes, answer_bytes / 2, machine)
    return arithmetic_s + left_s + right_s + written_s


def _factor_s(elements: float, item_bytes: int, machine: Machine, *, rearranged: bool) -> float:
    """Reading a factor, s: as it arrives, or no faster than a transposing copy."""
    read_s = _time_s(elements * item_bytes, elements * item_bytes, machine)
    return max(read_s, elements * _one_by_one_s(machine)) if rearranged else read_s


def _moves_s(moves: Moves, machine: Machine) -> float:
    moved_bytes = moves.runs * moves.run_bytes
    runs_s = moves.runs * _ELEMENTS_PER_RUN * _one_by_one_s(machine)
    return runs_s + _time_s(2 * moved_bytes, moved_bytes, machine)


def _one_by_one_s(machine: Machine) -> float:
    """Copying one element to a place that is not next to the last one's, s."""
    found = call_cost_or_none(machine, "reshape copy")
    return 1.0 / found.rate_per_s if found is not None and found.rate_per_s else 0.0


def _time_s(moved_bytes: float, held_bytes: float, machine: Machine) -> float:
    """Moving bytes to or from the smallest level that holds all of them, s."""
    levels = [f"L{c.level}" for c in machine.facts.caches if c.size_bytes >= held_bytes]
    for level in (*levels, MEMORY):
        if bandwidth := machine.bandwidth(level):
            return moved_bytes / bandwidth
    return 0.0

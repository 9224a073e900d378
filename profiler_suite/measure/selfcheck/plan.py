"""What a selfcheck measures, and for how long: known functions, in pairs of known ratio."""

import itertools
from collections.abc import Mapping
from pathlib import Path

import msgspec

from profiler_suite.measure.planning.forecast import TYPICAL_PREPARE_S
from profiler_suite.measure.planning.plan import make_point
from profiler_suite.measure.planning.schedule import Schedule
from profiler_suite.model.experiment import Point, Problem
from profiler_suite.model.machine import Machine
from profiler_suite.model.noun import Noun
from profiler_suite.workloads import catalogue, registry

KNOWN_TRUTH = Path(catalogue.__file__).with_name("known_truth.py")
"""The file with the functions; children load it like any experiment."""
ITERATIONS = 100
"""Times that an unchanged unit of work is repeated: one more is a slow-down of 1 %."""
UNITS = ("interpreter_steps", "small_calls", "ufunc_work", "small_products", "copies")
PLANTED = (2, 5, 10)
"""Planted slow-downs, percent: how many more iterations than ITERATIONS."""
WAITS_NS = (20_000, 200_000, 2_000_000)
BREAKDOWN = {
    "only_interpreter": 16,
    "only_dispatch": 16,
    "only_copy": 200_000,
    "only_arithmetic": 20_000,
    "only_product": 16,
    "only_page_faults": 16,
}
"""Implementation → elements of its argument: all of its time is of one kind."""
COUNTS = {
    "counts_multiply_add": 1000,
    "counts_exponentials": 1000,
    "counts_reduction": 1000,
    "counts_product": 3500,
    "counts_small_loop": 312,
    "counts_strided": 1000,
}
LINES = {"one_and_three": 300, "one_and_three_short": 1000}
"""Implementation → iterations: its second line does three times what the first does."""
_NEVER = 10**6  # undisturbed visits: the rounds end with their time, not when points converge
_LEAST_ROUNDS = 0.3  # of their time, however long the other passes took


class SelfCheckEffort(Noun, frozen=True):
    """How much is measured; every check states what it was taken from."""

    same_pairs: int = 80
    """A/A pairs over all units."""
    planted_pairs: int = 40
    """Pairs over all units, for each planted slow-down."""
    rounds_s: float = 40.0
    total_s: float = 75.0
    """All passes together: what the rounds may take less of on a busy machine."""
    workers: int = 2
    replay_s: float = 0.3
    sample_s: float = 0.25
    breakdown_passes: int = 2
    """Of each function: what is wrong with the suite is wrong in all of them."""
    lines_s: float = 0.6
    line_profiles: int = 3
    """Of each function: raw times are not gated by canaries."""
    beside: bool = True
    """Whether some of it is measured again beside planted interference."""
    seed: int = 20


BESIDE_OTHERS = SelfCheckEffort(
    same_pairs=20,
    planted_pairs=10,
    rounds_s=8.0,
    total_s=1e3,
    workers=1,
    replay_s=0.2,
    sample_s=0.15,
    breakdown_passes=1,
)
"""The same once more beside each kind of interference that is planted: fewer pairs, as each
visit takes longer."""


class Pair(Noun, frozen=True):
    """Two points visited side by side whose true ratio is known."""

    left: str
    right: str
    unit: str
    planted: float
    """True time of left over true time of right, less 1: 0 for an A/A pair."""


def schedule(effort: SelfCheckEffort, points: int, elapsed_s: float) -> Schedule:
    """As many rounds as the time allows, in several processes as in a sweep."""
    prepared_s = effort.workers * points * TYPICAL_PREPARE_S
    left_s = effort.total_s - elapsed_s - prepared_s
    rounds_s = min(effort.rounds_s, max(left_s, _LEAST_ROUNDS * effort.rounds_s))
    return Schedule(
        mode="selfcheck",
        workers=effort.workers,
        span_s=rounds_s,
        half_width=0.0,
        budget_s=rounds_s,
        longest_evaluation_s=1.0,
        fewest_visits=_NEVER,
        visits_kept=_NEVER,
    )


def rounds_plan(
    effort: SelfCheckEffort, machine: Machine
) -> tuple[tuple[Point, ...], tuple[Pair, ...]]:
    """The points that are timed in rounds, and which of them are pairs of known ratio."""
    points = [_point("nothing", 1, machine)]
    points += [_point("busy_wait", length, machine) for length in WAITS_NS]
    pairs: list[Pair] = []
    wanted = {0: effort.same_pairs} | dict.fromkeys(PLANTED, effort.planted_pairs)
    for more, count in wanted.items():
        units = itertools.islice(itertools.cycle(UNITS), count)
        for number, unit in enumerate(units):
            slower = _point(unit, ITERATIONS + more, machine, f"/plus{more}/{number}")
            base = _point(unit, ITERATIONS, machine, f"/base{more}/{number}")
            points += [_partnered(slower, base), _partnered(base, slower)]
            pairs.append(
                Pair(left=slower.id, right=base.id, unit=unit, planted=more / ITERATIONS)
            )
    return tuple(points), tuple(pairs)


def breakdown_plan(
    machine: Machine, sizes: Mapping[str, int], suffix: str = ""
) -> tuple[Point, ...]:
    """One point for each of these functions with that many iterations or elements."""
    return tuple(_point(name, n, machine, suffix) for name, n in sizes.items())


def repeated(machine: Machine, sizes: Mapping[str, int], times: int) -> tuple[Point, ...]:
    """These functions one after the other, that many times."""
    return tuple(
        point
        for number in range(times)
        for point in breakdown_plan(machine, sizes, f"/{number}")
    )


def _partnered(point: Point, partner: Point) -> Point:
    return msgspec.structs.replace(point, partner=partner.id)


def _point(implementation: str, n: int, machine: Machine, suffix: str = "") -> Point:
    """One function with one number of iterations or elements; `suffix` makes ids unique."""
    found = registry.find_implementation(implementation)
    point = make_point(
        "known_truth", found, Problem(workload=found.workload, dims={"n": n}), 1, machine
    )
    return msgspec.structs.replace(point, id=point.id + suffix)

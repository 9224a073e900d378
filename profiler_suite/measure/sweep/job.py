"""What a sweep is asked for, and the callbacks that it reports to."""

from collections.abc import Callable, Mapping, Sequence

from profiler_suite.measure.planning.schedule import Schedule
from profiler_suite.model.experiment import Point
from profiler_suite.model.machine import Machine
from profiler_suite.model.noun import Noun
from profiler_suite.model.results import Estimate
from profiler_suite.model.rows import (
    Row,
    Visit,
)


class Progress(Noun, frozen=True):
    """How far the sweep is; reported between visits, never during one."""

    stage: str
    """'preparing', 'measuring', or what the phase after the rounds is called."""
    points: int
    points_done: int
    point: str
    """The point in hand."""
    elapsed_s: float
    remaining_s: float
    """Of all phases; 0 where it is not known."""
    share: float = 0.0
    """What is done of this phase: of the visits that are expected, or of its points."""


Judge = Callable[[Sequence[Visit], Sequence[int], Mapping[str, float]], Estimate]
"""Estimates a point from its visits, the process of each, and the canaries' baselines."""


class Job(Noun, frozen=True):
    """Points to measure, and all that decides how."""

    points: tuple[Point, ...]
    machine: Machine
    schedule: Schedule
    seed: int
    files: tuple[str, ...]
    """Experiment files that enter workloads and implementations of their own."""
    baselines_s: dict[str, float]
    """Canary baselines kept from earlier runs on this machine, s."""
    profiled: tuple[str, ...] | None = None
    """Ids of points whose lines are profiled; None: one per experiment and implementation."""
    other_python: str = ""
    """Runs the points of the other environment; only their times are taken."""
    afterwards_s: float = 0.0
    """How long what follows the passes takes, s: counts as time left."""


def _unheard(phase: str, expected_s: float, took_s: float) -> None:
    """Nobody wants to know."""


class PhaseCallbacks(Noun, frozen=True):
    """What takes the rows of the phases, how far they are, and what went wrong."""

    append: Callable[[Row], None]
    show: Callable[[Progress], None]
    say: Callable[[str], None]
    """Takes a message that the next one replaces."""
    pace: Callable[[str], None]
    """Takes one of many such messages; not all of them need be shown."""
    warn: Callable[[str], None]
    took: Callable[[str, float, float], None] = _unheard
    """Takes a phase that is over, what it was predicted to take before anything was learned of
    this machine, and what it took, s."""

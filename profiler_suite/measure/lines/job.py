"""What the line-profiling child is asked and answers, and the parent that asks it."""

from collections.abc import Callable, Sequence

import msgspec

from profiler_suite.measure.children.isolated_points import pass_over
from profiler_suite.model.experiment import Point
from profiler_suite.model.noun import Noun
from profiler_suite.model.rows import LineRecord


class LinesRequest(Noun, frozen=True):
    """What the profiling child is asked to do with each point that follows."""

    files: tuple[str, ...]
    seed: int
    seconds: float
    """Time to spend on each point."""


class LinesReply(Noun, frozen=True):
    """The lines of one point, or why there are none."""

    point: str
    lines: tuple[LineRecord, ...]
    reason: str = ""
    note: str = ""
    """Why its lines were not sampled; empty when they were."""
    costs_s: dict[str, float] = msgspec.field(default_factory=dict)
    """What line_profiler adds per kind of event on this interpreter, s."""


def representatives(points: Sequence[Point]) -> list[Point]:
    """One point per experiment and implementation: the middle problem, fewest threads."""
    groups: dict[tuple[str, str], list[Point]] = {}
    for point in points:
        if not (point.replica or point.runs):
            groups.setdefault((point.experiment, point.implementation), []).append(point)
    chosen = []
    for group in groups.values():
        threads = min(point.threads for point in group)
        same = sorted(
            (point for point in group if point.threads == threads), key=lambda p: p.cost.flop
        )
        chosen.append(same[len(same) // 2])
    return chosen


def profile_points(
    points: Sequence[Point],
    files: tuple[str, ...],
    seed: int,
    seconds: float,
    patience_s: float,
    tell: Callable[[LinesReply], None],
) -> str:
    """Profile in a child, telling each point's lines as they come; returns why it ended early.

    An empty string means that every point was tried. One that takes the child along,
    or takes longer than `patience_s` and its predicted time allow, has no lines and a
    reason.
    """
    ended = pass_over(
        "profiler_suite.measure.lines.worker",
        LinesRequest(files=files, seed=seed, seconds=seconds),
        points,
        patience_s,
        msgspec.json.Decoder(LinesReply),
        tell,
        lambda point, why: LinesReply(point=point.id, lines=(), reason=why),
    )
    return ended and f"the line-profiling process was given up: {ended}"

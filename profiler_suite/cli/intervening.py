"""`compare --intervene`: what differs between two runs, tried one at a time on this machine."""

import sys
from typing import TYPE_CHECKING

from profiler_suite.cli.progress import ProgressLine
from profiler_suite.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from profiler_suite.analysis.compare.causes import Causes
    from profiler_suite.analysis.run.load import Run
    from profiler_suite.measure.intervene.side_setting import SideSetting
    from profiler_suite.model.experiment import Point
    from profiler_suite.model.run import Provenance


def causes_of(before: "Run", after: "Run", *, quiet: bool = False) -> "Causes":
    """How much of the difference each thing makes that differs."""
    from profiler_suite.analysis.compare.candidates import candidates
    from profiler_suite.analysis.compare.causes import Causes, causes, chosen_points
    from profiler_suite.machine.facts import read_facts
    from profiler_suite.measure.intervene.sides import SidesPlan, SideVisits, measure_sides

    points = chosen_points(before, after)
    if not points:
        return Causes(points=(), observed=1.0)
    found = candidates(before.provenance, after.provenance, read_facts())
    if not found.tried:
        return causes((before, after), points, found, [SideVisits()])
    files = _files(after.provenance, points)
    tried = [each.setting for each in found.tried if each.setting is not None]
    settings: list[SideSetting] = [found.base, *tried]
    if len(found.tried) > 1:
        settings.append(found.together)
    progress = ProgressLine(sys.stderr, quiet=quiet)
    try:
        sides = measure_sides(settings, SidesPlan(points=points, files=files), progress.say)
    finally:
        progress.clear()
    return causes((before, after), points, found, sides)


def _files(origin: "Provenance", points: "Sequence[Point]") -> tuple[str, ...]:
    """The experiment files that the points need, entered in this process as well."""
    from profiler_suite.workloads import catalogue

    files = dict(
        zip((e.name for e in origin.experiments), origin.experiment_files, strict=False)
    )
    built_in = catalogue.built_in()
    names = dict.fromkeys(point.experiment for point in points)
    found = tuple(name if name in built_in else files.get(name, name) for name in names)
    for file in found:
        try:
            catalogue.find(file)
        except UsageError as error:
            raise UsageError(f"--intervene runs the points again, but {error}") from error
    return found

"""Every picture of a run, each drawn once, in the order of the report."""

import dataclasses
import itertools
from collections.abc import Iterator

from profiler_suite.registry import blaming
from profiler_suite.report.content.run_facts import RunFacts
from profiler_suite.report.drawing.chart import Picture, drawing_style
from profiler_suite.report.figures.registry import OF_EXPERIMENTS, Figure, figures


@dataclasses.dataclass(frozen=True)
class PlacedPicture:
    """A picture and where it stands."""

    section: str
    """One of `registry.SECTIONS`."""
    experiment: str
    """The experiment it belongs to; empty when it shows several."""
    picture: Picture


def hang(known: RunFacts) -> Iterator[PlacedPicture]:
    """Draw everything that this run has data for, section by section."""
    names: set[str] = set()
    for of_experiment, group in itertools.groupby(
        figures(), lambda each: each.section in OF_EXPERIMENTS
    ):
        some = list(group)
        drawn = _of_experiments(known, some) if of_experiment else _of_run(known, some)
        for placed in drawn:
            # The picture's name is a file's.
            while placed.picture.name in names:
                placed.picture.name += "_"
            names.add(placed.picture.name)
            yield placed


def _of_run(known: RunFacts, some: list[Figure]) -> Iterator[PlacedPicture]:
    for each in some:
        with drawing_style(), blaming(each.draw):
            pictures = list(each.draw(known))
        yield from (PlacedPicture(each.section, "", p) for p in pictures if p)


def _of_experiments(known: RunFacts, some: list[Figure]) -> Iterator[PlacedPicture]:
    for experiment in known.run.provenance.experiments:
        for each in some:
            with drawing_style(), blaming(each.draw):
                pictures = list(each.draw(known, experiment))
            yield from (PlacedPicture(each.section, experiment.name, p) for p in pictures if p)

"""Every picture of a run, each drawn once, in the order of the report."""

import dataclasses
import re
from collections.abc import Callable, Iterator
from typing import Any

from profiler_suite.analysis.run.tables import visits
from profiler_suite.model.experiment import Experiment
from profiler_suite.report.content import selection
from profiler_suite.report.content.run_facts import RunFacts
from profiler_suite.report.drawing.chart import Picture, drawing_style
from profiler_suite.report.figures import (
    annotated,
    answer,
    axes,
    changes,
    heatmap,
    layers,
    quality,
    roofline,
    threads,
    threads_by_size,
    time_breakdown,
)

# A roofline for each of so many settings of dtype and threads, those with most points.
_MOST_ROOFLINES = 3
# Experiments, besides the question, whose time breakdowns are drawn.
_MOST_SWEPT_BREAKDOWN = 2
# A further setting gets a roofline of its own from so many points on.
_FEWEST_POINTS = 6


@dataclasses.dataclass(frozen=True)
class PlacedPicture:
    """A picture and where it hangs."""

    section: str
    """'answer', 'roofline', 'where', 'axes', 'threads', 'lines', 'comparison' or 'quality'."""
    experiment: str
    """The experiment it belongs to; empty when it shows several."""
    picture: Picture


def hang(known: RunFacts) -> Iterator[PlacedPicture]:
    """Draw everything that this run has data for, section by section."""
    for draw in (
        _answer,
        _rooflines,
        _breakdown,
        _experiments,
        _lines,
        _comparison,
        _quality,
    ):
        with drawing_style():
            pictures = list(draw(known))
        yield from pictures


def _twins(draw: Callable[..., Picture | None], *facts: Any, **options: Any) -> Picture | None:
    """The picture, with its narrow twin; of very many marks one image is enough."""
    wide = draw(*facts, **options)
    if wide and not wide.rasterised:
        wide.narrow = draw(*facts, **options, narrow=True)
    return wide


def stem(prefix: str, name: str) -> str:
    """A file name from an experiment's name, whatever is in it."""
    safe = re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")
    return f"{prefix}_{safe or 'unnamed'}"


def _answer(known: RunFacts) -> Iterator[PlacedPicture]:
    said = known.answer
    if said is None:
        return
    drawn = answer.both_sides(known.points, said.left, said.right, known.marks)
    if drawn:
        yield PlacedPicture("answer", "", drawn)


def _rooflines(known: RunFacts) -> Iterator[PlacedPicture]:
    sides = (known.answer.left, known.answer.right) if known.answer else ()
    shown = selection.measured(known.points)
    settings = shown[["dtype", "threads"]].value_counts()
    worth = [
        s for i, s in enumerate(settings.index) if i == 0 or settings.iloc[i] >= _FEWEST_POINTS
    ]
    for dtype, number in worth[:_MOST_ROOFLINES]:
        key = (str(dtype), int(number))
        tail = f"{dtype}_t{number}"
        drawn = _twins(
            roofline.over_intensity,
            known.points,
            known.roofs[key],
            *key,
            known.marks,
            f"roofline_{tail}",
            sides=sides,
        )
        if drawn:
            yield PlacedPicture("roofline", "", drawn)
    if worth:
        key = (str(worth[0][0]), int(worth[0][1]))
        drawn = _twins(
            roofline.over_intensity,
            known.points,
            known.roofs[key],
            *key,
            known.marks,
            "roofline_traced_traffic",
            traced=True,
        )
        if drawn:
            yield PlacedPicture("roofline", "", drawn)
    if len(settings):
        dtype, number = settings.index[0]
        key = (str(dtype), int(number))
        drawn = _twins(
            roofline.over_flop_per_call,
            known.points,
            known.roofs[key],
            *key,
            known.marks,
            "roofline_flop_per_call",
        )
        if drawn:
            yield PlacedPicture("roofline", "", drawn)


def _breakdown(known: RunFacts) -> Iterator[PlacedPicture]:
    """Bars for the question and the first swept experiments, then how the methods agree."""
    swept = 0
    for experiment in known.run.provenance.experiments:
        is_swept = selection.is_swept(experiment, known.points)
        if not experiment.pair and (not is_swept or swept >= _MOST_SWEPT_BREAKDOWN):
            continue
        swept += not experiment.pair
        own = stem("where", experiment.name)
        drawn = time_breakdown.stacked(experiment, known.points, known.marks, own)
        if drawn:
            yield PlacedPicture("where", "", drawn)
        drawn = time_breakdown.over_axis(
            experiment, known.points, known.marks, stem("overhead", experiment.name)
        )
        if drawn:
            yield PlacedPicture("where", "", drawn)
    drawn = time_breakdown.agreement(known.points, known.marks, "overhead_methods")
    if drawn:
        yield PlacedPicture("where", "", drawn)


def _experiments(known: RunFacts) -> Iterator[PlacedPicture]:
    stems: set[str] = set()
    for experiment in known.run.provenance.experiments:
        own = stem("time", experiment.name)
        while own in stems:
            own += "_"
        stems.add(own)
        for section, drawn in _of_experiment(known, experiment, own):
            if drawn:
                yield PlacedPicture(section, experiment.name, drawn)


def _of_experiment(
    known: RunFacts, experiment: Experiment, own: str
) -> Iterator[tuple[str, Picture | None]]:
    points = known.points
    if experiment.axis == "threads":
        scaling = known.thread_scaling
        scaling = scaling[scaling["experiment"].eq(experiment.name)]
        own = own.replace("time_", "speedup_")
        yield (
            "threads",
            threads_by_size.over_size(scaling, known.threads_pay, points, known.marks, own)
            or threads.speed_up(experiment, points, scaling, known.marks, own),
        )
    elif selection.is_swept(experiment, points):
        crossings = known.crossovers
        crossings = crossings[crossings["experiment"] == experiment.name]
        yield (
            "axes",
            _twins(axes.time_over_axis, experiment, points, known.marks, crossings, own),
        )
        yield (
            "axes",
            heatmap.filters_by_stride(experiment, points, own.replace("time_", "heatmap_")),
        )
    elif not experiment.pair:
        yield "axes", layers.time_per_name(experiment, points, known.marks, _peaks(known), own)


def _peaks(known: RunFacts) -> dict[tuple[str, int], float]:
    """The best compute roof by dtype and thread count."""
    return {
        key: max((roof.value for roof in roofs if roof.kind == "compute"), default=0.0)
        for key, roofs in known.roofs.items()
    }


def _comparison(known: RunFacts) -> Iterator[PlacedPicture]:
    if known.comparison is None:
        return
    row_of = {str(name): number for number, name in enumerate(known.points["id"])}
    drawn = changes.ratios(known.comparison, row_of)
    if drawn:
        yield PlacedPicture("comparison", "", drawn)


def _lines(known: RunFacts) -> Iterator[PlacedPicture]:
    """The annotated source of the question's first side, or of the first profile there is."""
    lines = known.run.lines
    if lines.empty:
        return
    asked = known.answer.left if known.answer else ""
    if not (lines["id"] == asked).any():
        asked = str(lines["id"].iloc[0])
    name = str(lines.loc[lines["id"] == asked, "implementation"].iloc[0])
    drawn = annotated.source(lines, asked, stem("lines", name))
    if drawn:
        yield PlacedPicture("lines", "", drawn)


def _quality(known: RunFacts) -> Iterator[PlacedPicture]:
    for drawn in (
        quality.same_code(known.same_code, known.marks),
        quality.canary_over_time(
            visits(known.run.history, quality.MOST_VISITS), known.undisturbed_share
        ),
        _twins(quality.spread_over_time, known.points, known.marks, known.run.provenance.mode),
    ):
        if drawn:
            yield PlacedPicture("quality", "", drawn)

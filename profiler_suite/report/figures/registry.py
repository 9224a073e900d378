"""Which figures a report has: each is one decorated function, here or in a plugin.

Importing this imports no matplotlib: a plugin may be loaded where only times are taken.
"""

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from profiler_suite.errors import UsageError
from profiler_suite.model.experiment import Experiment
from profiler_suite.model.noun import Noun
from profiler_suite.model.run import Provenance
from profiler_suite.registry import Registry, modules_of

if TYPE_CHECKING:
    from profiler_suite.report.content.run_facts import RunFacts
    from profiler_suite.report.drawing.chart import Picture

SECTIONS = (
    "answer",
    "roofline",
    "where",
    "axes",
    "threads",
    "lines",
    "comparison",
    "quality",
)
"""Sections of the page that have figures, in its order."""
# In these every figure is one experiment's, and they stand experiment by experiment.
OF_EXPERIMENTS = ("axes", "threads")

Pictures = Iterable["Picture | None"]
Files = tuple[str, ...] | Callable[[Provenance], Iterable[str]]
"""Names that its pictures may have, as they are or for a run: asked before any is drawn. Of a
figure of each experiment, what stands before the experiment's own name."""
Draw = Callable[["RunFacts"], Pictures]
"""What is known about a run → its pictures; None where it has no data for one."""
DrawExperiment = Callable[["RunFacts", Experiment], Pictures]
"""The same for one experiment of the run."""

_ROOM = __name__.rpartition(".")[0]


class Figure(Noun, frozen=True):
    """A figure of the report, or a family of them."""

    name: str
    section: str
    draw: Callable[..., Pictures]
    files: Files


_FIGURES: Registry[Figure] = Registry("figure", modules_of(_ROOM))


def figure(section: str, files: Files = ()) -> Callable[[Draw], Draw]:
    """Enter the decorated function as a figure of that section, under its own name."""
    return _entering(section, files, OF_EXPERIMENTS, "figure_of_experiment")


def figure_of_experiment(
    section: str, files: tuple[str, ...] = ()
) -> Callable[[DrawExperiment], DrawExperiment]:
    """Enter the decorated function as a figure of each experiment."""
    others = tuple(each for each in SECTIONS if each not in OF_EXPERIMENTS)
    return _entering(section, files, others, "figure")


def _entering(
    section: str, files: Files, refused: tuple[str, ...], instead: str
) -> Callable[[Any], Any]:
    if section not in SECTIONS:
        raise UsageError(f"no section {section!r} has figures; choose {', '.join(SECTIONS)}")
    if section in refused:
        raise UsageError(f"figures of section {section!r} are entered with @{instead}")

    def enter(draw: Callable[..., Pictures]) -> Callable[..., Pictures]:
        made = Figure(name=draw.__name__, section=section, draw=draw, files=files)
        _FIGURES.add(draw.__name__, made, draw)
        return draw

    return enter


def figures() -> list[Figure]:
    """All figures in the order of the page; of a section ours first, then those of plugins."""

    def place(each: Figure) -> tuple[int, bool, str]:
        module = each.draw.__module__
        ours = module.startswith(f"{_ROOM}.")
        return SECTIONS.index(each.section), not ours, module if ours else ""

    return sorted(_FIGURES.entries().values(), key=place)

"""What the page shows, as plain dataclasses that are filled before any template runs."""

import dataclasses

from markupsafe import Markup

from profiler_suite.report.content import columns
from profiler_suite.report.content.provenance import Item
from profiler_suite.report.content.source_lines import FunctionView
from profiler_suite.report.content.table import TableView

_MANY_POINTS = 1000


@dataclasses.dataclass(frozen=True)
class FigureView:
    """One figure of the page."""

    name: str
    title: str
    caption: str
    drawing: Markup


@dataclasses.dataclass(frozen=True)
class Card:
    """One side of the question."""

    name: str
    colour: str
    """CSS colour of the implementation."""
    what: str
    """What it does, in a sentence; empty when nobody said."""
    work: str
    time: str
    interval: str
    facts: tuple[Item, ...]


@dataclasses.dataclass(frozen=True)
class RatioView:
    """What lies between the sides."""

    times: str
    word: str
    interval: str
    sure: str
    """Whether it can be trusted, in a sentence."""
    flop: str
    why: str
    """The reason in a sentence; empty without time breakdowns."""


@dataclasses.dataclass(frozen=True)
class ExperimentView:
    """One experiment of the sizes section."""

    name: str
    question: str
    sources: tuple[str, ...]
    crossings: tuple[str, ...]
    unbroken: tuple[str, ...]
    families: str
    """Which implementations stand for each family here; empty without crossings."""
    figures: tuple[FigureView, ...]


@dataclasses.dataclass(frozen=True)
class SourceView:
    """The annotated source of one profiled point."""

    implementation: str
    experiment: str
    problem: str
    totals: str
    """Profiled time of its first function beside the plain time."""
    functions: tuple[FunctionView, ...]


@dataclasses.dataclass(frozen=True)
class PointRow:
    """One row of the table of all points."""

    id: str
    cells: tuple[str, ...]
    command: str
    status: str


@dataclasses.dataclass(frozen=True)
class ComparisonView:
    """A second run against a first."""

    headline: str
    before: str
    after: str
    environment: TableView | None
    """What else differs; None when nothing does."""
    doubts: tuple[str, ...]
    families: TableView
    implementations: TableView
    points: TableView
    method: str


@dataclasses.dataclass(frozen=True)
class HostsView:
    """The section of a run over several hosts."""

    first: str
    """The host that the rest of the page is about."""
    pages: tuple[tuple[str, str], ...]
    """Name and page of every host."""
    sentences: tuple[str, ...]
    tables: tuple[TableView, ...]


@dataclasses.dataclass(frozen=True)
class PlainView:
    """The question answered in plain words, with the code to type instead."""

    sentences: tuple[str, ...]
    code: str
    """The lines to type; empty without any."""
    whole: str
    """The whole function with them."""
    after: tuple[str, ...]
    """What stands below the code."""


@dataclasses.dataclass(frozen=True)
class PageView:
    """The whole page."""

    title: str
    headline: str
    run: str
    files: str
    """Experiment files that a command about the run has to name, each after a blank."""
    host: str
    mode: str
    when: str
    counts: str
    plain: PlainView | None
    """The answer in plain words, before any number."""
    sentences: tuple[str, ...]
    findings: tuple[str, ...]
    warnings: tuple[str, ...]
    noise: str
    cards: tuple[Card, ...]
    ratio: RatioView | None
    figures: dict[str, tuple[FigureView, ...]]
    """Figures by section; those of one experiment are in `experiments`."""
    sides: TableView | None
    overhead: TableView | None
    breakdown: TableView | None
    gaps: TableView | None
    operations: TableView | None
    missing: tuple[str, ...]
    """What the time breakdown could not have on this machine, in whole sentences."""
    experiments: tuple[ExperimentView, ...]
    choices_say: tuple[str, ...]
    threads: TableView | None
    threads_pay: tuple[str, ...]
    comparison: ComparisonView | None
    hosts: HostsView | None
    """Of a run over several hosts."""
    sources: tuple[SourceView, ...]
    """Of the question's experiment."""
    more_sources: tuple[SourceView, ...]
    """Of the other experiments."""
    selfcheck: TableView | None
    selfcheck_says: tuple[str, ...]
    """Its verdict, or why there is none and how to make one."""
    doubtful: TableView | None
    unmeasured: TableView | None
    columns: tuple[columns.Column, ...]
    points: tuple[PointRow, ...]
    points_left_out: int
    """Points that are in points.csv alone."""
    facts: tuple[tuple[str, tuple[Item, ...]], ...]
    ceilings: TableView
    call_costs: TableView | None
    unavailable: tuple[str, ...]
    glossary: tuple[Item, ...]
    names: tuple[Item, ...]
    """The implementations of the run and what they do."""
    command: str
    gists: dict[str, str]
    """Anchor of each section → what stands before it is opened; empty where nothing does."""
    everything: bool
    """Unfolded, for paper."""

    @property
    def large(self) -> bool:
        """Whether it takes a browser long to lay all of it out at once."""
        return len(self.points) > _MANY_POINTS

    @property
    def sections(self) -> dict[str, tuple[int, str]]:
        """Anchor of each section that there is → its number and its name in the navigation."""
        there = {
            "answer": ("The question", True),
            "roofs": ("Roofs", bool(self.figures["roofline"])),
            "where": ("Where time goes", True),
            "sizes": ("Sizes", bool(self.experiments)),
            "threads": ("Threads", bool(self.threads or self.figures["threads"])),
            "lines": ("Lines", bool(self.sources or self.more_sources)),
            "comparison": ("Comparison", self.comparison is not None),
            "hosts": ("Hosts", self.hosts is not None),
            "quality": ("Quality", True),
            "data": ("All data", True),
            "provenance": ("Provenance", True),
        }
        shown = [(anchor, name) for anchor, (name, some) in there.items() if some]
        return {anchor: (number, name) for number, (anchor, name) in enumerate(shown, 1)}

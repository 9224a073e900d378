"""What the page shows, as plain dataclasses that are filled before any template runs."""

import dataclasses
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd
from markupsafe import Markup

from profiler_suite import units
from profiler_suite.model import Experiment
from profiler_suite.report import columns, provenance, rerun, selection, svg
from profiler_suite.report.columns import PAGE_COLUMNS
from profiler_suite.report.gallery import Hung
from profiler_suite.report.known import Known
from profiler_suite.report.provenance import Item
from profiler_suite.report.style import variables

# Beyond so many points the page leaves out what is only convenient (titles on
# marks, the command of each row), so that it stays below 5 MB at 10,000 points.
_MANY_POINTS = 2000


@dataclasses.dataclass(frozen=True)
class FigureView:
    """One figure of the page."""

    name: str
    title: str
    caption: str
    drawing: Markup


@dataclasses.dataclass(frozen=True)
class Card:
    """One arm of the question."""

    name: str
    colour: str
    """CSS colour of the implementation."""
    work: str
    time: str
    interval: str
    facts: tuple[Item, ...]


@dataclasses.dataclass(frozen=True)
class Ratio:
    """What lies between the arms."""

    times: str
    word: str
    interval: str
    flop: str


@dataclasses.dataclass(frozen=True)
class TableView:
    """A small table; `numeric` tells the columns that are right-aligned."""

    caption: str
    headings: tuple[str, ...]
    numeric: tuple[bool, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclasses.dataclass(frozen=True)
class ExperimentView:
    """One experiment of the sizes section."""

    name: str
    question: str
    sources: tuple[str, ...]
    crossings: tuple[str, ...]
    figures: tuple[FigureView, ...]


@dataclasses.dataclass(frozen=True)
class SourceLine:
    """One annotated line."""

    number: int
    hits: str
    time: str
    per_hit: str
    share: float
    source: str
    gap: bool
    """True when lines were left out before this one."""


@dataclasses.dataclass(frozen=True)
class SourceView:
    """The annotated source of one function."""

    implementation: str
    experiment: str
    problem: str
    file: str
    function: str
    total: str
    plain: str
    """Time of one evaluation without the profiler; empty when not measured."""
    inflation: str
    lines: tuple[SourceLine, ...]


@dataclasses.dataclass(frozen=True)
class PointRow:
    """One row of the table of all points."""

    id: str
    cells: tuple[str, ...]
    command: str
    status: str


@dataclasses.dataclass(frozen=True)
class PageView:
    """The whole page."""

    title: str
    headline: str
    run: str
    host: str
    mode: str
    when: str
    counts: str
    sentences: tuple[str, ...]
    findings: tuple[str, ...]
    warnings: tuple[str, ...]
    noise: str
    cards: tuple[Card, ...]
    ratio: Ratio | None
    figures: dict[str, tuple[FigureView, ...]]
    """Figures by section; those of one experiment are in `experiments`."""
    arms: TableView | None
    overhead: TableView | None
    experiments: tuple[ExperimentView, ...]
    threads: TableView | None
    sources: tuple[SourceView, ...]
    doubtful: TableView | None
    unmeasured: TableView | None
    columns: tuple[columns.Column, ...]
    points: tuple[PointRow, ...]
    facts: tuple[tuple[str, tuple[Item, ...]], ...]
    ceilings: TableView
    call_costs: TableView | None
    unavailable: tuple[str, ...]
    glossary: tuple[Item, ...]
    command: str


def build(known: Known, hung: Sequence[Hung], drawn: Sequence[bytes]) -> PageView:
    """Fill the page's view from what is known and the drawn pictures."""
    run = known.run
    origin = run.provenance
    titles = _titles(known)
    figures = [
        FigureView(
            h.picture.name,
            h.picture.title,
            h.picture.caption,
            Markup(svg.inline(h.picture, data, titles)),
        )
        for h, data in zip(hung, drawn, strict=True)
    ]
    by_section: dict[str, list[FigureView]] = {}
    by_experiment: dict[str, list[FigureView]] = {}
    for h, figure in zip(hung, figures, strict=True):
        if h.section == "axes":
            by_experiment.setdefault(h.experiment, []).append(figure)
        else:
            by_section.setdefault(h.section, []).append(figure)
    return PageView(
        title=f"{run.folder.name}: profiler_suite report",
        headline=headline(known),
        run=run.folder.name,
        host=origin.machine.facts.host,
        mode=origin.mode,
        when=origin.started_at.replace("T", " ").replace("Z", " UTC"),
        counts=counts(known),
        sentences=known.answer.sentences if known.answer else (),
        findings=known.findings,
        warnings=known.warnings,
        noise=known.noise,
        cards=_cards(known),
        ratio=_ratio(known),
        figures={section: tuple(some) for section, some in by_section.items()},
        arms=arms(known),
        overhead=_overhead(known),
        experiments=tuple(
            _experiment(known, e, by_experiment[e.name])
            for e in origin.experiments
            if e.name in by_experiment
        ),
        threads=_threads(known),
        sources=tuple(_sources(known)),
        doubtful=_doubtful(known),
        unmeasured=_unmeasured(known),
        columns=PAGE_COLUMNS,
        points=tuple(_point_rows(known)),
        facts=provenance.facts(run),
        ceilings=_ceilings(known),
        call_costs=_call_costs(known),
        unavailable=origin.machine.unavailable,
        glossary=provenance.glossary(),
        command=provenance.command(run),
    )


def headline(known: Known) -> str:
    """The run's main finding in one sentence."""
    if known.answer:
        return known.answer.headline
    if known.findings:
        return known.findings[0]
    return counts(known)


def counts(known: Known) -> str:
    """How many points of how many experiments were measured, and what the others are."""
    tally = known.points["status"].value_counts()
    ok = int(tally.get("ok", 0))
    rest = ", ".join(f"{count} {status}" for status, count in tally.items() if status != "ok")
    names = known.points["experiment"].nunique()
    text = f"{ok} points measured in {names} experiment{'' if names == 1 else 's'}"
    return f"{text}; {rest}" if rest else text


def _titles(known: Known) -> list[str]:
    if len(known.points) > _MANY_POINTS:
        return []
    titles = []
    for row in selection.rows(known.points):
        time = f"{units.time(row.time_s)} ± {units.percent(columns.half_width(row))}"
        bound = f", bound by {columns.bound(row)}" if columns.bound(row) else ""
        rate = f", {units.flop_rate(row.flop_per_s)}{bound}" if row.flop_per_s > 0 else ""
        threads = f", {row.threads} threads" if row.threads != 1 else ""
        name = f"{row.implementation}, {columns.problem(row)}, {row.dtype}{threads}"
        titles.append(f"{name}: {time}{rate}")
    return titles


def _arm_rows(known: Known) -> list[Any]:
    if known.answer is None:
        return []
    by_id = {row.id: row for row in selection.rows(known.points)}
    return [by_id[i] for i in (known.answer.left, known.answer.right) if i in by_id]


def _cards(known: Known) -> tuple[Card, ...]:
    cards = []
    for row in _arm_rows(known):
        facts = [
            Item("effective rate", units.flop_rate(row.flop_per_s)),
            Item("NumPy calls", units.count(row.calls) if row.calls > 0 else "not stated"),
        ]
        if columns.bound(row):
            facts.append(Item("held back by", columns.bound(row)))
            facts.append(Item("of what that allows", units.percent(row.of_attainable)))
        cards.append(
            Card(
                name=row.implementation,
                colour=f"var({variables()[known.marks[row.implementation].text][0]})",
                work=f"{row.problem}, {units.count(row.flop)} operations",
                time=units.time(row.time_s),
                interval=f"{units.time(row.low_s)} to {units.time(row.high_s)}",
                facts=tuple(facts),
            )
        )
    return tuple(cards)


def _ratio(known: Known) -> Ratio | None:
    said = known.answer
    if said is None:
        return None
    return Ratio(
        times=units.ratio(said.ratio),
        word=f"{said.left_name} against {said.right_name}: {said.word}",
        interval=f"95 % interval {units.ratio(said.low)} to {units.ratio(said.high)}",
        flop=_times_the_operations(1 / said.flop_ratio),
    )


def _times_the_operations(ratio: float) -> str:
    """Left's operations over right's, as a whole fraction where it is one."""
    if ratio < 1 and abs(1 / ratio - round(1 / ratio)) < 0.01 / ratio:
        return f"for 1/{round(1 / ratio)} of the operations"
    return f"for {units.ratio(ratio)} the operations"


def arms(known: Known) -> TableView | None:
    """Every implementation of the question's experiment."""
    if known.answer is None:
        return None
    own = selection.of_experiment(known.points, known.answer.experiment)
    own = own[own["replica"] == 0]
    best = selection.measured(own).groupby("problem")["time_s"].min()
    rows = []
    for row in selection.rows(own.sort_values(["flop", "time_s"])):
        ok = row.status == "ok" and row.time_s > 0
        rows.append(
            (
                row.implementation,
                row.problem,
                units.time(row.time_s) if ok else row.status,
                f"±{units.percent(columns.half_width(row))}" if ok else "",
                units.ratio(row.time_s / best[row.problem]) if ok else "",
                units.flop_rate(row.flop_per_s) if ok else "",
                units.percent(row.of_attainable) if ok and columns.bound(row) else "",
                columns.bound(row) if ok else str(row.reason),
            )
        )
    return TableView(
        "Every implementation of both arms",
        ("implementation", "problem", "time", "±", "of best", "rate", "of roof", "bound by"),
        (False, False, True, True, True, True, True, False),
        tuple(rows),
    )


def _overhead(known: Known) -> TableView | None:
    """What the fixed costs of the calls account for, in the question's experiment."""
    if known.answer is None:
        return None
    own = selection.measured(selection.of_experiment(known.points, known.answer.experiment))
    own = own[own["overhead_flop_per_s"].gt(0) & own["calls"].gt(0)]
    if own.empty:
        return None
    share = own["flop_per_s"] / own["overhead_flop_per_s"]
    rows = [
        (
            row.implementation,
            units.count(row.calls),
            units.time(row.flop / row.overhead_flop_per_s),
            units.time(row.time_s),
            units.percent(row.part),
        )
        for row in selection.rows(own.assign(part=share).sort_values("part", ascending=False))
    ]
    return TableView(
        "What entering the calls costs at least",
        ("implementation", "calls", "their fixed cost", "measured time", "share"),
        (False, True, True, True, True),
        tuple(rows),
    )


def _experiment(
    known: Known, experiment: Experiment, figures: list[FigureView]
) -> ExperimentView:
    crossings = known.crossovers
    own = crossings[crossings["experiment"] == experiment.name]
    return ExperimentView(
        name=experiment.name,
        question=experiment.question,
        sources=experiment.sources,
        crossings=tuple(str(text) for text in own["text"]),
        figures=tuple(figures),
    )


def _threads(known: Known) -> TableView | None:
    frame = known.thread_scaling[known.thread_scaling["threads"] > 1]
    if frame.empty:
        return None
    rows = []
    for row in selection.rows(frame):
        word = (
            "help" if row.low > 1 else "hurt" if row.high < 1 else "no difference beyond noise"
        )
        rows.append(
            (
                row.experiment,
                row.implementation,
                row.problem,
                row.dtype,
                str(row.threads),
                units.ratio(row.speedup),
                f"{units.three_digits(row.low)} to {units.three_digits(row.high)}",
                units.percent(row.efficiency),
                word,
            )
        )
    headings = (
        "experiment",
        "implementation",
        "problem",
        "dtype",
        "threads",
        "speed-up",
        "95 % interval",
        "efficiency",
        "threads …",
    )
    numeric = (False, False, False, False, True, True, True, True, False)
    return TableView("Speed-up over one thread", headings, numeric, tuple(rows))


def _sources(known: Known) -> list[SourceView]:
    lines = known.run.lines
    if lines.empty:
        return []
    by_id = {row.id: row for row in selection.rows(known.points)}
    first = known.answer.experiment if known.answer else ""
    views = []
    groups = lines.groupby(["id", "file", "function"], sort=False)
    for (point_id, file, function), part in groups:
        part = part.sort_values("line")
        row = by_id.get(point_id)
        total = float(part["time_s"].sum())
        plain = float(row.time_s) if row is not None and row.time_s > 0 else 0.0
        views.append(
            SourceView(
                implementation=str(part["implementation"].iloc[0]),
                experiment=str(part["experiment"].iloc[0]),
                problem=columns.problem(row) if row is not None else "",
                file=Path(str(file)).name,
                function=str(function),
                total=units.time(total),
                plain=units.time(plain) if plain else "",
                inflation=units.ratio(total / plain) if plain else "",
                lines=tuple(_source_lines(part)),
            )
        )
    return sorted(views, key=lambda v: v.experiment != first)


def _source_lines(part: pd.DataFrame) -> list[SourceLine]:
    lines = []
    last = 0
    for row in selection.rows(part):
        hits = float(row.hits)
        lines.append(
            SourceLine(
                number=int(row.line),
                hits=units.count(hits) if hits else "",
                time=units.time(row.time_s) if hits else "",
                per_hit=units.time(row.time_s / hits) if hits else "",
                share=float(row.share),
                source=str(row.source).rstrip(),
                gap=bool(last and row.line > last + 1),
            )
        )
        last = int(row.line)
    return lines


def _doubtful(known: Known) -> TableView | None:
    frame = known.points[known.points["flags"].fillna("").astype(bool)]
    if frame.empty:
        return None
    rows = tuple(
        (
            row.experiment,
            columns.implementation(row),
            columns.problem(row),
            str(row.threads),
            units.time(row.time_s) if row.time_s > 0 else "",
            f"±{units.percent(columns.half_width(row))}" if row.time_s > 0 else "",
            str(row.flags),
        )
        for row in selection.rows(frame)
    )
    return TableView(
        "Points whose number is doubtful",
        ("experiment", "implementation", "problem", "threads", "time", "±", "why"),
        (False, False, False, True, True, True, False),
        rows,
    )


def _unmeasured(known: Known) -> TableView | None:
    frame = known.points[known.points["status"] != "ok"]
    if frame.empty:
        return None
    rows = tuple(
        (
            row.status,
            row.experiment,
            columns.implementation(row),
            columns.problem(row),
            str(row.reason),
        )
        for row in selection.rows(frame)
    )
    return TableView(
        "Points without a result",
        ("status", "experiment", "implementation", "problem", "why"),
        (False,) * 5,
        rows,
    )


def _point_rows(known: Known) -> list[PointRow]:
    experiments = {e.name: e for e in known.run.provenance.experiments}
    many = len(known.points) > _MANY_POINTS
    return [
        PointRow(
            id=str(row.id),
            cells=tuple(column.cell(row) for column in PAGE_COLUMNS),
            command="" if many else rerun.command(row, experiments.get(row.experiment)),
            status=str(row.status),
        )
        for row in selection.rows(known.points)
    ]


def _ceilings(known: Known) -> TableView:
    rows = []
    for c in known.run.provenance.machine.ceilings:
        form = {"peak": units.flop_rate, "bandwidth": units.byte_rate}.get(
            c.quantity, units.time
        )
        measured = c.value > 0
        rows.append(
            (
                c.label,
                c.level or c.dtype,
                str(c.threads),
                form(c.value) if measured else "not measured",
                f"{form(c.low)} to {form(c.high)}" if measured and c.high > 0 else "",
                c.warning,
            )
        )
    return TableView(
        "Measured ceilings",
        ("ceiling", "of", "threads", "best", "5th to 95th percentile", "remark"),
        (False, False, True, True, True, False),
        tuple(rows),
    )


def _call_costs(known: Known) -> TableView | None:
    costs = known.run.provenance.machine.call_costs
    if not costs:
        return None
    rows = tuple(
        (
            c.operation,
            f"{c.layout}, {c.dims}-D" if c.dims else c.layout,
            c.dtype,
            units.time(c.fixed_s),
            f"{units.time(c.fixed_low_s)} to {units.time(c.fixed_high_s)}",
            units.count(c.n_half) if c.n_half > 0 else "",
        )
        for c in costs
    )
    return TableView(
        "What a call costs before it does anything",
        ("operation", "layout", "dtype", "fixed cost", "interval", "n½"),
        (False, False, False, True, True, True),
        rows,
    )

"""Fills the page's view from what is known about a run."""

import shlex
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from markupsafe import Markup

from profiler_suite import units
from profiler_suite.analysis import shares
from profiler_suite.analysis.time_breakdown import ARITHMETIC
from profiler_suite.model.experiment import Experiment
from profiler_suite.model.results import Verdict
from profiler_suite.report.content import (
    breakdown_tables,
    columns,
    comparison_tables,
    provenance,
    rerun_command,
    run_tables,
    selection,
    selfcheck_table,
)
from profiler_suite.report.content.columns import page_columns
from profiler_suite.report.content.headline import counts, headline
from profiler_suite.report.content.provenance import Item
from profiler_suite.report.content.run_facts import RunFacts
from profiler_suite.report.content.table import TableView
from profiler_suite.report.drawing import svg
from profiler_suite.report.drawing.style import variables
from profiler_suite.report.figures.all_figures import PlacedPicture
from profiler_suite.report.figures.registry import SECTIONS
from profiler_suite.report.html import annotated_source, hosts
from profiler_suite.report.html.view import (
    Card,
    ComparisonView,
    ExperimentView,
    FigureView,
    PageView,
    PlainView,
    PointRow,
    RatioView,
    SourceView,
)
from profiler_suite.workloads import registry

# Beyond so many points the page leaves out what is only convenient (titles on
# marks, the command of each row), so that it stays below 5 MB at 10,000 points.
_MANY_POINTS = 2000
# A browser takes seconds over more rows than this; points.csv has all of them.
_MOST_POINTS = 20_000
# Whether the ratio can be trusted, by what left is against right.
_CERTAIN = "The interval excludes 1: here the difference is real, not noise."
_SURE = {
    Verdict.SLOWER: _CERTAIN,
    Verdict.FASTER: _CERTAIN,
    Verdict.SAME: "The interval contains 1 and is narrow: no difference beyond noise.",
    Verdict.UNKNOWN: "The interval contains 1 and is wide: measure longer to tell.",
}
# Nobody reads more rows of a small table; the table of all points has every number.
_MOST_ROWS = 200


def build(
    known: RunFacts,
    hung: Sequence[PlacedPicture],
    drawn: Sequence[bytes],
    *,
    everything: bool = False,
) -> PageView:
    """Fill the page's view from what is known and the drawn pictures."""
    run = known.run
    origin = run.provenance
    by_section, by_experiment = _figures(known, hung, drawn)
    asked, others = _by_question(known, annotated_source.sources(known))
    return PageView(
        title=f"{run.folder.name}: profiler_suite report",
        headline=headline(known),
        run=_as_argument(run.folder),
        files=provenance.named_files(run),
        host=origin.machine.facts.host,
        mode=origin.mode,
        when=_readable(origin.started_at),
        counts=counts(known),
        plain=_plain(known),
        sentences=known.answer.sentences if known.answer else (),
        findings=known.findings,
        warnings=known.warnings,
        noise=known.noise,
        cards=_cards(known),
        ratio=_ratio(known),
        figures=by_section,
        sides=_short(run_tables.sides(known)),
        overhead=_short(breakdown_tables.overhead(known)),
        breakdown=_short(breakdown_tables.breakdown(known)),
        gaps=breakdown_tables.gaps(known),
        operations=_short(breakdown_tables.operations(known)),
        missing=_missing(known),
        experiments=_experiments(known, by_experiment),
        choices_say=known.choices_say,
        threads=_short(run_tables.threads(known)),
        threads_pay=tuple(known.threads_pay["text"]),
        comparison=_comparison(known),
        hosts=hosts.view(run, known.hosts) if known.hosts else None,
        sources=asked,
        more_sources=others,
        selfcheck=selfcheck_table.table(origin.selfcheck) if origin.selfcheck else None,
        selfcheck_says=known.selfcheck_says,
        doubtful=_short(run_tables.doubtful(known)),
        unmeasured=_short(run_tables.unmeasured(known)),
        columns=page_columns(),
        points=tuple(_point_rows(known)),
        points_left_out=max(0, len(known.points) - _MOST_POINTS),
        facts=provenance.facts(run),
        ceilings=run_tables.ceilings(known),
        call_costs=run_tables.call_costs(known),
        unavailable=origin.machine.unavailable,
        glossary=provenance.glossary(),
        names=provenance.names(run),
        command=provenance.command(run),
        gists=_gists(known, by_section),
        everything=everything,
    )


def _gists(known: RunFacts, figures: dict[str, tuple[FigureView, ...]]) -> dict[str, str]:
    """What each section says in a sentence while it is folded: mostly its first figure's."""

    def of_figure(section: str) -> str:
        return f"{figures[section][0].title}." if figures[section] else ""

    names = known.points["experiment"].nunique()
    return {
        "roofs": of_figure("roofline"),
        "where": of_figure("where"),
        "sizes": f"{units.some(names, 'experiment')}, each with its times and crossovers.",
        "threads": of_figure("threads"),
        "lines": of_figure("lines"),
        "comparison": f"{comparison_tables.headline(known.comparison)}."
        if known.comparison
        else "",
        "hosts": "",
        "quality": known.noise,
        "data": f"{counts(known)}.",
        "provenance": "",
    }


def _figures(
    known: RunFacts, hung: Sequence[PlacedPicture], drawn: Sequence[bytes]
) -> tuple[dict[str, tuple[FigureView, ...]], dict[str, tuple[FigureView, ...]]]:
    """The figures by section, and those of the sizes section by experiment."""
    titles = _titles(known)
    # Every section of the page is there, also the ones a small run has no figure for.
    by_section: dict[str, tuple[FigureView, ...]] = dict.fromkeys(SECTIONS, ())
    by_experiment: dict[str, tuple[FigureView, ...]] = {}
    for h, data in zip(hung, drawn, strict=True):
        inline = Markup(svg.inline(h.picture, data, titles))
        figure = FigureView(h.picture.name, h.picture.title, h.picture.caption, inline)
        if h.section == "axes":
            by_experiment[h.experiment] = (*by_experiment.get(h.experiment, ()), figure)
        else:
            by_section[h.section] = (*by_section.get(h.section, ()), figure)
    return by_section, by_experiment


def _by_question(
    known: RunFacts, annotated: list[SourceView]
) -> tuple[tuple[SourceView, ...], tuple[SourceView, ...]]:
    """Sources of the question's experiment, its own sides first, and those of the others."""
    sides = (known.answer.left_name, known.answer.right_name) if known.answer else ()
    places = {name: place for place, name in enumerate(sides)}
    ordered = sorted(annotated, key=lambda s: places.get(s.implementation, len(sides)))
    first = known.answer.experiment if known.answer else ""
    return (
        tuple(s for s in ordered if s.experiment == first),
        tuple(s for s in ordered if s.experiment != first),
    )


def _comparison(known: RunFacts) -> ComparisonView | None:
    found = known.comparison
    if found is None:
        return None
    return ComparisonView(
        headline=comparison_tables.headline(found),
        before=found.before,
        after=found.after,
        environment=comparison_tables.environment(found),
        doubts=(*found.obstacles, *found.warnings, *comparison_tables.untold(found)),
        families=comparison_tables.families(found),
        implementations=comparison_tables.implementations(found).first(_MOST_ROWS),
        points=comparison_tables.points(
            comparison_tables.by_importance(found), "Points, those that differ first"
        ).first(_MOST_ROWS),
        method=comparison_tables.method(found),
    )


def _short(table: TableView | None) -> TableView | None:
    return table and table.first(_MOST_ROWS)


def _as_argument(folder: Path) -> str:
    """The run folder as a command takes it, from where the sweep was started."""
    short = f"reports/{folder.name}" if folder.parent.name == "reports" else str(folder)
    return shlex.quote(short)


def _missing(known: RunFacts) -> tuple[str, ...]:
    """Why there are no native samples, each reason once."""
    breakdown_records = known.run.history.breakdown_records.values()
    reasons = dict.fromkeys(a.unsampled for a in breakdown_records if a.unsampled and a.plain_s)
    return tuple(f"No native samples: {reason}." for reason in reasons)


def _readable(moment: str) -> str:
    """An ISO 8601 moment as people write it: '2026-11-22 09:54 UTC'."""
    at = datetime.fromisoformat(moment)
    zone = "UTC" if at.utcoffset() in (None, timedelta(0)) else f"UTC{at:%z}"
    return f"{at:%Y-%m-%d %H:%M} {zone}"


def _titles(known: RunFacts) -> list[str]:
    if len(known.points) > _MANY_POINTS:
        return []
    titles = []
    for row in selection.rows(known.points):
        time = units.estimate(row.time_s, row.low_s, row.high_s)
        bound = f", bound by {columns.bound(row)}" if columns.bound(row) else ""
        rate = f", {units.flop_rate(row.flop_per_s)}{bound}" if row.flop_per_s > 0 else ""
        threads = f", {units.some(row.threads, 'thread')}" if row.threads != 1 else ""
        name = f"{row.implementation}, {columns.problem(row)}, {row.dtype}{threads}"
        titles.append(f"{name}: {time}{rate}")
    return titles


def _side_rows(known: RunFacts) -> list[Any]:
    if known.answer is None:
        return []
    by_id = selection.by_id(known.points, [known.answer.left, known.answer.right])
    return list(by_id.values())


def _plain(known: RunFacts) -> PlainView | None:
    found = known.answer.plain if known.answer else None
    if found is None:
        return None
    return PlainView(found.before_code, found.code, found.whole, found.differs)


def _held_back(row: Any) -> list[Item]:
    """By what, and how much of that; calls are no roof of the machine but part of the time."""
    share = units.percent(row.of_attainable)
    if row.bound == "overhead":
        return [Item("per-call cost", f"{share} of the time")]
    reached = share if row.of_attainable <= 1 else "all of it"
    return [Item("limited by", columns.bound(row)), Item("of that limit", reached)]


def _cards(known: RunFacts) -> tuple[Card, ...]:
    cards = []
    said = registry.implementations()
    for row in _side_rows(known):
        facts = [
            Item("operations", units.count(row.flop)),
            Item("effective rate", units.flop_rate(row.flop_per_s)),
            Item("NumPy calls", units.count(row.calls) if row.calls > 0 else "not stated"),
        ]
        if columns.bound(row):
            facts += _held_back(row)
        if (part := _arithmetic(row)) is not None:
            facts.insert(3, Item(f"time in {_work(row)}", _part(part)))
        cards.append(
            Card(
                name=row.implementation,
                what=said[row.implementation].summary if row.implementation in said else "",
                colour=f"var({variables()[known.marks[row.implementation].text][0]})",
                work=columns.in_words(row),
                time=units.time(row.time_s),
                interval=units.interval(row.low_s, row.high_s),
                facts=tuple(facts),
            )
        )
    return tuple(cards)


def _ratio(known: RunFacts) -> RatioView | None:
    said = known.answer
    if said is None:
        return None
    return RatioView(
        times=units.ratio(said.ratio),
        word=f"{said.left_name} against {said.right_name}: {said.word.value}",
        interval=f"95 % interval {units.interval(said.low, said.high, units.ratio)}",
        sure=_SURE[said.word],
        flop=_times_the_operations(1 / said.flop_ratio),
        why=_why(known),
    )


def _why(known: RunFacts) -> str:
    """How much of their time the sides spend on arithmetic."""
    said = [
        (row.implementation, f"{_part(part)} of its time on {_work(row)}")
        for row in _side_rows(known)
        if (part := _arithmetic(row)) is not None
    ]
    if len(said) != 2:
        return ""
    (left, of_left), (right, of_right) = said
    return f"{left} spends {of_left}, {right} {of_right}."


def _work(row: Any) -> str:
    """What waits for memory waits inside the loop that computes."""
    return "arithmetic and its data" if row.bound == "memory" else "arithmetic"


def _arithmetic(row: Any) -> float | None:
    """The share of arithmetic; None where there is no time breakdown or its parts disagree."""
    if row.arithmetic != row.arithmetic:
        return None
    shown = shares.of_row(row)
    return shown.parts[ARITHMETIC] if shown.add_up else None


def _part(share: float) -> str:
    """A share of the time, without saying all or nothing."""
    if share < 0.001:
        return "less than 0.1 %"
    return units.percent(share) if share < 0.995 else "nearly all"


def _times_the_operations(ratio: float) -> str:
    """Left's operations over right's, as a whole fraction where it is one."""
    if ratio < 1 and abs(1 / ratio - round(1 / ratio)) < 0.01 / ratio:
        return f"for 1/{round(1 / ratio)} of the operations"
    return f"for {units.ratio(ratio)} the operations"


def _experiments(
    known: RunFacts, figures: dict[str, tuple[FigureView, ...]]
) -> tuple[ExperimentView, ...]:
    asked = known.run.provenance.experiments
    return tuple(_experiment(known, e, figures[e.name]) for e in asked if e.name in figures)


def _experiment(
    known: RunFacts, experiment: Experiment, figures: tuple[FigureView, ...]
) -> ExperimentView:
    crossings = known.crossovers
    own = crossings[crossings["experiment"] == experiment.name]
    ahead = known.unbroken[known.unbroken["experiment"] == experiment.name]
    return ExperimentView(
        name=experiment.name,
        question=experiment.question,
        sources=experiment.sources,
        crossings=tuple(str(text) for text in own["text"]),
        unbroken=tuple(str(text) for text in ahead["text"]),
        families=_families(known, experiment) if len(own) or len(ahead) else "",
        figures=figures,
    )


def _families(known: RunFacts, experiment: Experiment) -> str:
    """'gemm is im2col_gemm or rows_gemm; loop is loop' of what was measured here."""
    rivals = selection.rivals(selection.of_experiment(known.points, experiment.name))
    return "; ".join(
        f"{family} is {' or '.join(dict.fromkeys(part['implementation']))}"
        for family, part in rivals.groupby("family", sort=False)
    )


def _point_rows(known: RunFacts) -> list[PointRow]:
    command = rerun_command.commands(known.run.provenance)
    many = len(known.points) > _MANY_POINTS
    own = page_columns()
    return [
        PointRow(
            id=str(row.id),
            cells=tuple(column.cell(row) for column in own),
            command="" if many else command(row),
            status=str(row.status),
        )
        for row in selection.rows(known.points.head(_MOST_POINTS))
    ]

"""The run as Markdown, for a pull request or a CI job's summary."""

from collections.abc import Sequence

from profiler_suite import units
from profiler_suite.report.content import columns, headline, run_tables, selection
from profiler_suite.report.content.run_facts import RunFacts
from profiler_suite.report.content.table import TableView, numbers, tabulated, words
from profiler_suite.report.figures.all_figures import PlacedPicture
from profiler_suite.report.formats.markdown import table, text


def markdown(known: RunFacts, hung: Sequence[PlacedPicture]) -> str:
    """Headline, sides, findings, warnings, the fastest per experiment, figures by name."""
    origin = known.run.provenance
    parts = [
        f"# {text(headline.headline(known))}",
        text(
            f"{origin.mode} run on {origin.machine.facts.host}, {origin.started_at}. "
            f"{headline.counts(known)}. {known.noise}"
        ),
    ]
    if known.warnings:
        parts.append("\n".join(f"> - {text(w)}" for w in known.warnings))
    if known.answer:
        if known.answer.plain:
            parts += [text(s) for s in known.answer.plain.before_code]
            if known.answer.plain.code:
                parts.append(f"```python\n{known.answer.plain.code}\n```")
            parts += [text(s) for s in known.answer.plain.differs]
        parts.append("\n".join(f"- {text(s)}" for s in known.answer.sentences))
        sides = run_tables.sides(known)
        if sides:
            parts.append(table(sides))
    if known.findings:
        parts.append("## Findings")
        parts.append("\n".join(f"{n}. {text(f)}" for n, f in enumerate(known.findings, 1)))
    fastest = _fastest(known)
    if fastest.rows:
        parts += ["## Fastest of each problem", table(fastest)]
    if hung:
        parts.append("## Figures")
        parts.append(
            "\n".join(
                f"- [{text(h.picture.title)}](figures/{h.picture.name}.png)" for h in hung
            )
        )
    parts.append("All numbers: `points.csv`; the whole report: `report.html`.")
    return "\n\n".join(parts) + "\n"


def _fastest(known: RunFacts) -> TableView:
    frame = selection.rivals(known.points)
    groups = frame.groupby(["experiment", "problem", "dtype", "threads"], sort=False)["time_s"]
    best = frame.loc[groups.idxmin()].assign(
        times=(groups.max() / groups.min()).to_numpy(), several=groups.size().to_numpy() > 1
    )
    shown = (
        words("experiment", "experiment"),
        words("problem", columns.problem),
        numbers("threads", "threads"),
        words("fastest", "implementation"),
        numbers("time", lambda row: units.time(row.time_s)),
        numbers("slowest takes", lambda row: units.ratio(row.times)),
        words("bound by", columns.bound),
    )
    return tabulated("", selection.rows(best[best["several"]]), shown)

"""What the commands print: the summary of a run, a plan, the lists, the machine."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from profiler_suite import units
from profiler_suite.machine import shortfall
from profiler_suite.machine.own_peak import own_peak
from profiler_suite.model.experiment import Experiment, Forecast, Plan
from profiler_suite.model.machine import Machine
from profiler_suite.model.run import SelfCheck
from profiler_suite.model.workload import Implementation
from profiler_suite.report.drawing.style import FAMILIES
from profiler_suite.report.terminal import selfcheck
from profiler_suite.report.terminal.console import Page, TextColumn

if TYPE_CHECKING:
    from profiler_suite.analysis.run.load import Run

_MOST_SKIPS = 8
# What noise may add to a sweep is told from here on.
_NOTABLY_LONGER = 1.1


def summary(run: "Run", width: int, color: bool) -> str:
    """The end of a sweep: the answer, a table, findings, doubts, where the report is."""
    # The tables need pandas, which `list` and `machine` should not wait for.
    from profiler_suite.report.content import run_facts
    from profiler_suite.report.terminal import run_summary

    return run_summary.summary(run_facts.ask(run), width, color)


def answer(run: "Run", width: int, color: bool) -> str:
    """The answer of a sweep that goes on, and where its page grows."""
    from profiler_suite.report.content import run_facts
    from profiler_suite.report.terminal import run_summary

    return run_summary.first_answer(run_facts.ask(run), width, color)


def listing(
    experiments: Sequence[Experiment],
    implementations: Sequence[Implementation],
    width: int,
    color: bool,
) -> str:
    """A tour of what can be run: names with what they ask or do."""
    page = Page(width, color)
    page.line("Experiments", "bold")
    page.entries([(e.name, e.question) for e in experiments])
    families: dict[str, list[tuple[str, str]]] = {}
    order = {family: number for number, family in enumerate(FAMILIES)}
    for i in sorted(
        implementations, key=lambda i: (i.workload, order.get(i.family, len(order)))
    ):
        families.setdefault(f"{i.workload}, {i.family}", []).append((i.name, i.summary))
    for family, entries in families.items():
        page.line()
        page.line(f"Implementations: {family}", "bold")
        page.entries(entries)
    page.line()
    page.line("Run one:    python -m profiler_suite sweep NAME")
    page.line("Run yours:  python -m profiler_suite sweep my_experiment.py")
    return page.text()


def plan_page(plan: Plan, width: int, color: bool) -> str:
    """What a sweep would measure, how long it takes, what it needs and what is left out."""
    page = Page(width, color)
    page.paragraph(
        f"{units.some(len(plan.points), 'point')} in "
        f"{units.some(len(plan.experiments), 'experiment')}, about "
        f"{units.duration(plan.predicted_duration_s)}, up to "
        f"{units.size(plan.predicted_memory_bytes)} of memory",
        style="bold",
    )
    page.paragraph(_phases(plan.forecast))
    rows = []
    for e in plan.experiments:
        own = [p for p in plan.points if p.experiment == e.name]
        rows.append(
            (
                e.name,
                str(len(own)),
                str(len({p.implementation for p in own})),
                str(len({(p.label, p.problem.dtype, p.threads) for p in own})),
                str(sum(s.point.experiment == e.name for s in plan.skipped)),
                e.question,
            )
        )
    page.table(
        (
            TextColumn("experiment", style="cyan", least=12),
            TextColumn("points", numeric=True),
            TextColumn("implementations", numeric=True, rank=1),
            TextColumn("problems", numeric=True, rank=1),
            TextColumn("skipped", numeric=True),
            TextColumn("question", rank=2, least=18),
        ),
        rows,
    )
    if plan.skipped:
        page.line()
        page.line(f"Skipped: {units.some(len(plan.skipped), 'point')}", "bold")
        reasons: dict[tuple[str, str], list[str]] = {}
        for skip in plan.skipped:
            key = (f"{skip.point.experiment}: {skip.point.implementation}", skip.reason)
            reasons.setdefault(key, []).append(skip.point.label)
        for (who, reason), labels in list(reasons.items())[:_MOST_SKIPS]:
            more = f" and {len(labels) - 1} more" if len(labels) > 1 else ""
            page.paragraph(f"{who} {labels[0]}{more}: {reason}", first="  ", indent="    ")
        if len(reasons) > _MOST_SKIPS:
            page.line(f"  and {len(reasons) - _MOST_SKIPS} more reasons")
    return page.text()


def _phases(expected: Forecast) -> str:
    """'machine 24 s, preparing 43 s, …', and how long it takes where noise prolongs it."""
    phases = {
        "survey of the machine": expected.survey_s,
        "preparing": expected.start_s + expected.prepare_s,
        "rounds": expected.rounds_s,
        "lines": expected.lines_s,
        "where the time goes": expected.breakdown_s,
        "advice": expected.advice_s,
        "report": expected.report_s,
    }
    said = ", ".join(f"{name} {units.duration(s)}" for name, s in phases.items() if s >= 0.5)
    if expected.most_s < _NOTABLY_LONGER * expected.duration_s:
        return said
    return f"{said}; up to {units.duration(expected.most_s)} if noise prolongs the rounds"


def machine_page(
    machine: Machine, width: int, color: bool, checked: SelfCheck | None = None
) -> str:
    """Facts, ceilings with their spread, call costs of a machine, and its selfcheck."""
    page = Page(width, color)
    facts = machine.facts
    page.paragraph(facts.cpu or facts.architecture, style="bold")
    caches = ", ".join(f"L{c.level} {units.size(c.size_bytes)}" for c in facts.caches)
    blas = ", ".join(
        f"{b.name} {b.version}" + (f" for {b.architecture}" if b.architecture else "")
        for b in facts.blas
    )
    page.table(
        (TextColumn(""), TextColumn("", least=24)),
        [
            ("cores", f"{facts.cores}, {facts.cores_allowed} logical allowed"),
            ("caches", caches or "not known"),
            ("memory", units.size(facts.memory_bytes)),
            (
                "system",
                f"{facts.system}"
                + (", a virtual machine" if facts.virtualised not in ("", "no") else ""),
            ),
            ("Python", f"{facts.python}, NumPy {facts.numpy}, SciPy {facts.scipy}"),
            ("BLAS", blas or "not known"),
            ("measured", machine.measured_at + (" (coarsely)" if machine.coarse else "")),
        ],
    )
    page.line()
    _ceilings(page, machine)
    _call_costs(page, machine)
    selfcheck.in_short(page, checked)
    for note in (*_doubts(machine), *machine.unavailable):
        page.paragraph(note, first="  ! ", indent="    ", style="yellow")
    return page.text()


def _doubts(machine: Machine) -> list[str]:
    """One sentence per kind of doubt, with the probes and thread counts it is about."""
    about: dict[str, dict[str, list[int]]] = {}
    for ceiling in machine.ceilings:
        for warning in filter(None, ceiling.warning.split("; ")):
            # Without its figures, which differ from probe to probe.
            kind = warning.partition(" (")[0]
            probes = about.setdefault(kind, {})
            probes.setdefault(ceiling.label.partition(" (")[0], []).append(ceiling.threads)
    return [
        f"{kind}: "
        + ", ".join(
            f"{label} ({'/'.join(map(str, sorted(set(threads))))}T)"
            for label, threads in probes.items()
        )
        for kind, probes in about.items()
    ]


def _ceilings(page: Page, machine: Machine) -> None:
    rows = []
    for c in machine.ceilings:
        form = {"peak": units.flop_rate, "bandwidth": units.byte_rate}.get(
            c.quantity, units.time
        )
        measured = c.value > 0
        spread = units.interval(c.low, c.high, form) if measured and c.high > 0 else ""
        value = form(c.value) if measured else "not measured"
        # How it was probed is in the page and in --json.
        name = c.label.partition(" (")[0]
        rows.append((name, str(c.threads), value, spread, shortfall.in_words(c)))
        own = own_peak(machine, c.dtype, c.threads) if c.quantity == "peak" else None
        if own:
            lies = units.interval(own.low, own.high, units.flop_rate)
            rows.append((f"  own peak, {c.dtype}", str(c.threads), "estimated", lies, ""))
    if rows:
        page.line("Ceilings", "bold")
        page.table(
            (
                TextColumn("", least=20),
                TextColumn("threads", numeric=True),
                TextColumn("best", numeric=True),
                TextColumn("5 to 95 %", numeric=True, rank=2),
                TextColumn("below C", numeric=True, rank=1),
            ),
            rows,
        )
        page.paragraph(
            "Below C: how far a ceiling, measured from NumPy, may lie below what compiled code "
            "reaches. Own peak: what the processor could do by its clock and its vectors. "
            "Percentages of roofs are of what is measured here, never of the own peak.",
            style="dim",
        )
        page.line()


def _call_costs(page: Page, machine: Machine) -> None:
    rows = [
        (
            c.operation,
            f"{c.layout}, {c.dims}-D {c.dtype}" if c.dims else c.layout,
            units.time(c.fixed_s),
            units.interval(c.fixed_low_s, c.fixed_high_s),
            units.count(c.n_half) if c.n_half > 0 else "",
        )
        for c in machine.call_costs
    ]
    if rows:
        page.line("Call costs", "bold")
        page.table(
            (
                TextColumn("", least=18),
                TextColumn("", rank=1),
                TextColumn("fixed cost", numeric=True),
                TextColumn("interval", numeric=True, rank=2),
                TextColumn("n½", numeric=True),
            ),
            rows,
        )
        page.line()

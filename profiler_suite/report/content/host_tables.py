"""Hosts of one run side by side, as tables and sentences."""

from collections.abc import Iterator

from profiler_suite import units
from profiler_suite.analysis.compare.changes import Verdict
from profiler_suite.analysis.compare.hosts import Hosts, Measure, QuantityOnHosts, TimeOnHost
from profiler_suite.analysis.run.load import Run
from profiler_suite.report.content import comparison_tables
from profiler_suite.report.content.table import TableView

# Operations whose fixed cost tells the speed of the interpreter and of entering NumPy.
_TELLING = ("loop iteration", "python call", "slice", "np.add")


def tables(run: Run, found: Hosts) -> list[TableView]:
    """The hosts, then their implementations, ceilings and call costs side by side."""
    each = (_about(run), _implementations(found), *_quantities(found))
    return [table for table in each if table.rows]


def sentences(found: Hosts) -> tuple[str, ...]:
    """Who is faster, and how the interpreters compare."""
    said = [f"{comparison_tables.headline(each)}." for each in found.comparisons]
    said += [f"{each.after}: {text}" for each in found.comparisons for text in each.obstacles]
    said += list(_interpreters(found))
    return tuple(said)


def _interpreters(found: Hosts) -> Iterator[str]:
    for name in _TELLING:
        across = next((c for c in found.calls if c.name == name), None)
        if across is None or not all(m.value for m in across.measures):
            continue
        each = ", ".join(
            f"{units.time(m.value)} on {host}{_but(m)}"
            for host, m in zip(found.names, across.measures, strict=True)
        )
        yield f"Fixed cost of {name} ({across.of}): {each}."
        return


def _but(measure: Measure) -> str:
    return f" ({measure.verdict.value})" if measure.verdict is not Verdict.SAME else ""


def _about(run: Run) -> TableView:
    rows = []
    for name, each in run.hosts.items():
        facts = each.provenance.machine.facts
        visits = each.points["visits"].sum()
        rows.append(
            (
                name,
                facts.cpu or facts.architecture,
                str(facts.cores_allowed),
                facts.python,
                facts.numpy,
                ", ".join(f"{b.name} {b.version} {b.architecture}".strip() for b in facts.blas),
                str(int((each.points["status"] == "ok").sum())),
                units.percent(each.points["undisturbed_visits"].sum() / visits)
                if visits
                else "",
            )
        )
    return TableView(
        "Hosts of this run",
        (
            "host",
            "CPU",
            "cores",
            "Python",
            "NumPy",
            "BLAS",
            "points measured",
            "undisturbed visits",
        ),
        (False, False, True, False, False, False, True, True),
        tuple(rows),
    )


def _implementations(found: Hosts) -> TableView:
    rows = tuple(
        (
            each.experiment,
            each.name,
            each.problem,
            host,
            units.time(standing.time_s),
            _percent(standing.of_attainable),
            _percent(standing.overhead),
            str(each.points),
            *(_against_first(standing) if number else ("", "", "")),
        )
        for each in found.implementations
        for number, (host, standing) in enumerate(zip(found.names, each.standings, strict=True))
    )
    return TableView(
        f"Implementations on each host; ratios are times over those of {found.names[0]}, "
        "geometric mean over the points",
        (
            "experiment",
            "implementation",
            "problem",
            "host",
            "time",
            "of roof",
            "overhead",
            "points",
            "ratio",
            "95 % interval",
            "verdict",
        ),
        (False, False, False, False, True, True, True, True, True, True, False),
        rows,
    )


def _percent(share: float) -> str:
    return units.percent(share) if share == share else ""


def _against_first(standing: TimeOnHost) -> tuple[str, str, str]:
    if not standing.ratio:
        return "", "", standing.verdict.value
    low, high = (
        comparison_tables.near_one(standing.low),
        comparison_tables.near_one(standing.high),
    )
    return (
        comparison_tables.near_one(standing.ratio),
        f"{low} to {high}",
        standing.verdict.value,
    )


def _quantities(found: Hosts) -> tuple[TableView, ...]:
    return (
        _across("Ceilings side by side", "ceiling", found, found.ceilings),
        _across(
            "Fixed cost of a call on each host: how fast its interpreter and NumPy's own code "
            "are",
            "operation",
            found,
            found.calls,
        ),
    )


def _across(
    caption: str, what: str, found: Hosts, rows: tuple[QuantityOnHosts, ...]
) -> TableView:
    others = found.names[1:]
    return TableView(
        caption,
        (what, "of", *found.names, *(f"{name} is" for name in others)),
        (False, False, *(True,) * len(found.names), *(False,) * len(others)),
        tuple(
            (
                each.name,
                each.of,
                *(_value(each.quantity, m.value) for m in each.measures),
                *(m.verdict.value for m in each.measures[1:]),
            )
            for each in rows
        ),
    )


def _value(quantity: str, value: float) -> str:
    if not value:
        return "not measured"
    form = {"peak": units.flop_rate, "bandwidth": units.byte_rate}.get(quantity, units.time)
    return form(value)

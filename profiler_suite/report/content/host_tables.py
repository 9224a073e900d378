"""Hosts of one run side by side, as tables and sentences."""

from collections.abc import Iterator

import pandas as pd

from profiler_suite import units
from profiler_suite.analysis.compare.hosts import Hosts, Measure, QuantityOnHosts, TimeOnHost
from profiler_suite.analysis.run.load import Run
from profiler_suite.model.machine import MachineFacts
from profiler_suite.model.results import Verdict
from profiler_suite.model.rows import Status
from profiler_suite.report.content import comparison_tables
from profiler_suite.report.content.comparison_tables import near_one
from profiler_suite.report.content.table import TableView, numbers, tabulated, words

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
    columns = (
        words("host", lambda host: host[0]),
        words("CPU", lambda host: _facts(host).cpu or _facts(host).architecture),
        numbers("cores", lambda host: str(_facts(host).cores_allowed)),
        words("Python", lambda host: _facts(host).python),
        words("NumPy", lambda host: _facts(host).numpy),
        words("BLAS", lambda host: _blas(_facts(host))),
        numbers(
            "points measured", lambda host: str((host[1].points["status"] == Status.OK).sum())
        ),
        numbers("undisturbed visits", lambda host: _undisturbed(host[1].points)),
    )
    return tabulated("Hosts of this run", run.hosts.items(), columns)


def _facts(host: tuple[str, Run]) -> MachineFacts:
    return host[1].provenance.machine.facts


def _blas(facts: MachineFacts) -> str:
    return ", ".join(f"{b.name} {b.version} {b.architecture}".strip() for b in facts.blas)


def _undisturbed(points: pd.DataFrame) -> str:
    visits = points["visits"].sum()
    return units.percent(points["undisturbed_visits"].sum() / visits) if visits else ""


def _implementations(found: Hosts) -> TableView:
    records = (
        (each, host, standing, host == found.names[0])
        for each in found.implementations
        for host, standing in zip(found.names, each.standings, strict=True)
    )
    columns = (
        words("experiment", lambda record: record[0].experiment),
        words("implementation", lambda record: record[0].name),
        words("problem", lambda record: record[0].problem),
        words("host", lambda record: record[1]),
        numbers("time", lambda record: units.time(record[2].time_s)),
        numbers("of roof", lambda record: _percent(record[2].of_attainable)),
        numbers("overhead", lambda record: _percent(record[2].overhead)),
        numbers("points", lambda record: str(record[0].points)),
        numbers("ratio", lambda record: _ratio(*record[2:])),
        numbers("95 % interval", lambda record: _interval(*record[2:])),
        words("verdict", lambda record: "" if record[3] else record[2].verdict.value),
    )
    return tabulated(
        f"Implementations on each host; ratios are times over those of {found.names[0]}, "
        "geometric mean over the points",
        records,
        columns,
    )


def _percent(share: float) -> str:
    return units.percent(share) if share == share else ""


def _ratio(standing: TimeOnHost, is_first: bool) -> str:
    """Over the first host's time; empty for itself and where there is none."""
    return "" if is_first or not standing.ratio else near_one(standing.ratio)


def _interval(standing: TimeOnHost, is_first: bool) -> str:
    if is_first or not standing.ratio:
        return ""
    return f"{near_one(standing.low)} to {near_one(standing.high)}"


def _quantities(found: Hosts) -> tuple[TableView, ...]:
    return (
        _across("Ceilings side by side", "ceiling", found, found.ceilings),
        _across(
            "Fixed cost of a call on each host: the speed of its interpreter and of NumPy's "
            "own code",
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

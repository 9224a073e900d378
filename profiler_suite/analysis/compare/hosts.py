"""Hosts of one run side by side: what each can do, and which differences are real."""

from collections.abc import Sequence

import msgspec
import numpy as np
import pandas as pd

from profiler_suite.analysis.compare import runs as comparison
from profiler_suite.analysis.compare.changes import Comparison
from profiler_suite.analysis.run.load import Run
from profiler_suite.analysis.run.measured_points import measured
from profiler_suite.model.machine import CallCost, Ceiling
from profiler_suite.model.noun import Noun
from profiler_suite.model.results import Verdict


class Measure(Noun, frozen=True):
    """One quantity on one host, and what it is against the first host."""

    value: float
    """0 when it was not measured there."""
    low: float
    high: float
    verdict: Verdict
    """Against the first host; of the first itself, the same."""


class QuantityOnHosts(Noun, frozen=True):
    """One quantity on every host, in the order of the hosts."""

    name: str
    of: str
    """Dtype, level and threads of a ceiling, layout of a call."""
    quantity: str
    """'peak', 'bandwidth', …, or 'call'."""
    measures: tuple[Measure, ...]


class TimeOnHost(Noun, frozen=True):
    """One implementation on one host, over the points that all hosts have measured."""

    time_s: float
    """Of the point in the middle by operations, s; 0 when nothing is common."""
    of_attainable: float
    """Median over the points; NaN where no roof is known."""
    overhead: float
    """Median of 1 − copy − arithmetic as shares of the time; NaN without a time breakdown."""
    ratio: float
    """Geometric mean of the times over those of the first host; above 1 is slower."""
    low: float
    high: float
    verdict: Verdict


class ImplementationOnHosts(Noun, frozen=True):
    """One implementation of an experiment on every host."""

    experiment: str
    name: str
    problem: str
    """The one in the middle."""
    points: int
    standings: tuple[TimeOnHost, ...]


class Hosts(Noun, frozen=True):
    """What is known of the hosts of one run."""

    names: tuple[str, ...]
    ceilings: tuple[QuantityOnHosts, ...]
    calls: tuple[QuantityOnHosts, ...]
    implementations: tuple[ImplementationOnHosts, ...]
    comparisons: tuple[Comparison, ...]
    """Every host but the first against the first."""


def side_by_side(run: Run) -> Hosts | None:
    """The hosts of a run compared with its first; None for a run of one series."""
    if len(run.hosts) < 2:
        return None
    names = tuple(run.hosts)
    first, *others = run.hosts.values()
    found = tuple(
        msgspec.structs.replace(
            comparison.compare_hosts(first, other), before=names[0], after=name
        )
        for name, other in zip(names[1:], others, strict=True)
        if _in_common(first, other)
    )
    return Hosts(
        names=names,
        ceilings=_ceilings(tuple(run.hosts.values())),
        calls=_calls(tuple(run.hosts.values())),
        implementations=_implementations(tuple(run.hosts.values()), found),
        comparisons=found,
    )


def _in_common(first: Run, other: Run) -> bool:
    return bool(
        {p.id for p in first.provenance.points} & {p.id for p in other.provenance.points}
    )


def _ceilings(runs: Sequence[Run]) -> tuple[QuantityOnHosts, ...]:
    def key(c: Ceiling) -> tuple[object, ...]:
        return c.quantity, c.label.partition(" (")[0], c.dtype, c.level, c.access, c.threads

    tables = [{key(c): c for c in run.provenance.machine.ceilings} for run in runs]
    found = []
    for name in dict.fromkeys(k for table in tables for k in table):
        each = [table.get(name) for table in tables]
        some = next(c for c in each if c is not None)
        threads = "" if some.threads == 1 else f"{some.threads} threads"
        measures = _measures([(c.value, c.low, c.high) if c else (0.0,) * 3 for c in each])
        # More of a rate is better, more of a time is worse.
        if some.quantity in ("peak", "bandwidth"):
            measures = tuple(_turned(m) for m in measures)
        found.append(
            QuantityOnHosts(
                name=some.label.partition(" (")[0],
                of=" ".join(part for part in (some.level or some.dtype, threads) if part),
                quantity=some.quantity,
                measures=measures,
            )
        )
    return tuple(found)


def _turned(measure: Measure) -> Measure:
    turned = {Verdict.SLOWER: Verdict.FASTER, Verdict.FASTER: Verdict.SLOWER}
    return msgspec.structs.replace(
        measure, verdict=turned.get(measure.verdict, measure.verdict)
    )


def _calls(runs: Sequence[Run]) -> tuple[QuantityOnHosts, ...]:
    def key(c: CallCost) -> tuple[object, ...]:
        return c.operation, c.layout, c.dims, c.dtype

    tables = [{key(c): c for c in run.provenance.machine.call_costs} for run in runs]
    found = []
    for name in dict.fromkeys(k for table in tables for k in table):
        each = [table.get(name) for table in tables]
        some = next(c for c in each if c is not None)
        found.append(
            QuantityOnHosts(
                name=some.operation,
                of=f"{some.layout}, {some.dims}-D {some.dtype}" if some.dims else some.layout,
                quantity="call",
                measures=_measures(
                    [
                        (c.fixed_s, c.fixed_low_s, c.fixed_high_s) if c else (0.0,) * 3
                        for c in each
                    ]
                ),
            )
        )
    return tuple(found)


def _measures(values: Sequence[tuple[float, float, float]]) -> tuple[Measure, ...]:
    """Larger is slower, where intervals lie apart and so does what runs differ by anyway."""
    first = values[0]
    return tuple(
        Measure(value=v, low=low, high=high, verdict=_word((v, low, high), first))
        for v, low, high in values
    )


def _word(one: tuple[float, float, float], first: tuple[float, float, float]) -> Verdict:
    if one == first:
        return Verdict.SAME
    if not one[0] or not first[0]:
        return Verdict.UNKNOWN
    beyond = 1 + comparison.LEAST_THRESHOLD
    if one[1] > beyond * first[2]:
        return Verdict.SLOWER
    if beyond * one[2] < first[1]:
        return Verdict.FASTER
    return Verdict.SAME


def _implementations(
    runs: Sequence[Run], comparisons: Sequence[Comparison]
) -> tuple[ImplementationOnHosts, ...]:
    tables = [_measured(run) for run in runs]
    common = tables[0].index
    for table in tables[1:]:
        common = common.intersection(table.index, sort=False)
    tables = [table.loc[common] for table in tables]
    by_after = {c.after: comparison.by_experiment(c) for c in comparisons}
    names = [run.provenance.host for run in runs]
    found = []
    for (experiment, name), part in tables[0].groupby(
        ["experiment", "implementation"], sort=False
    ):
        place = int(part["flop"].argsort(kind="stable").to_numpy()[len(part) // 2])
        standings = []
        for host, table in zip(names, tables, strict=True):
            own = table.loc[part.index]
            group = by_after.get(host, {}).get((str(experiment), str(name)))
            standings.append(
                TimeOnHost(
                    time_s=float(own["time_s"].to_numpy(dtype=float)[place]),
                    of_attainable=_median(own["of_attainable"]),
                    overhead=_median(1 - own["copy"] - own["arithmetic"]),
                    ratio=group.ratio if group else 1.0,
                    low=group.low if group else 1.0,
                    high=group.high if group else 1.0,
                    verdict=group.verdict if group else Verdict.SAME,
                )
            )
        found.append(
            ImplementationOnHosts(
                experiment=str(experiment),
                name=str(name),
                problem=str(part["problem"].iloc[place]),
                points=len(part),
                standings=tuple(standings),
            )
        )
    return tuple(found)


def _measured(run: Run) -> pd.DataFrame:
    return measured(run.points).set_index("id", drop=False)


def _median(values: pd.Series) -> float:
    numbers = values.dropna().to_numpy(dtype=float)
    return float(np.median(numbers)) if len(numbers) else float("nan")

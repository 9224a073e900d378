"""Which implementation is fastest along an axis, and what that means to a person."""

import dataclasses
from typing import Any

import pandas as pd

from profiler_suite import units
from profiler_suite.analysis.run.load import Run
from profiler_suite.analysis.run.measured_points import alike, rivals
from profiler_suite.model.experiment import Experiment
from profiler_suite.workloads import wording

_MOST_CHANGES = 4  # of the fastest along an axis, in one sentence
_MOST_NAMES = 3
# Along these an experiment has no sizes but names, or numbers of threads.
_NO_SIZES = ("name", "threads")


@dataclasses.dataclass(frozen=True)
class Fastest:
    """The fastest implementation at one value of an axis."""

    value: float | str
    row: int
    implementation: str
    tied: tuple[str, ...]
    """Implementations whose interval reaches into the fastest one's."""

    @property
    def at(self) -> str:
        """The value as text."""
        return f"{self.value:g}" if isinstance(self.value, (int, float)) else str(self.value)


def fastest_along(frame: pd.DataFrame, axis: str) -> list[Fastest]:
    """The fastest measured implementation at every value of the axis."""
    own = rivals(frame)
    names = own["implementation"].to_numpy()
    time_s, low_s, high_s = (own[c].to_numpy() for c in ("time_s", "low_s", "high_s"))
    found = []
    groups: Any = own.groupby(axis).indices.items()
    if axis == "problem":  # as the experiment has them, not by their names
        groups = sorted(groups, key=lambda group: group[1][0])
    for value, places in groups:
        best = places[time_s[places].argmin()]
        tied = places[(low_s[places] <= high_s[best]) & (places != best)]
        found.append(
            Fastest(
                value=value,
                row=int(own.index[best]),
                implementation=str(names[best]),
                tied=tuple(names[tied]),
            )
        )
    return found


def recommendations(run: Run) -> tuple[str, ...]:
    """Of each experiment that is no question: which implementation to use at which size."""
    said = []
    usable = alike(run.points)
    for experiment in run.provenance.experiments:
        table = usable[usable["experiment"] == experiment.name]
        if not len(table) or experiment.pair or experiment.axis == "threads":
            continue
        table = table[table["threads"] == table["threads"].min()]
        table = table[table["dtype"] == table["dtype"].iloc[0]]
        if table["implementation"].nunique() > 1:
            said += _recommended(experiment, table)
    return tuple(said)


def _recommended(experiment: Experiment, table: pd.DataFrame) -> list[str]:
    problems = table.groupby("problem", sort=False)
    if problems.ngroups < 2:
        return []
    if experiment.axis in _NO_SIZES or experiment.axis not in table:
        return [_by_name(experiment, table)]
    runs = stretches(fastest_along(table, experiment.axis))
    noun = wording.noun(experiment.axis)
    if len(runs) == 1:
        gain = problems["time_s"].max() / problems["time_s"].min()
        between = units.interval(gain.min(), gain.max(), units.three_digits)
        return [
            f"Whatever the {noun} ({experiment.name}), use {runs[0][0]}: the fastest, or "
            f"within noise of the fastest; the slowest implementation takes {between} times as "
            "long."
        ]
    first, *others = runs
    until = f"at {first[1][0].at}" if len(first[1]) == 1 else f"up to {first[1][-1].at}"
    parts = [f"use {first[0]} {until}"]
    parts += [f"{name} from {found[0].at} on" for name, found in others[:_MOST_CHANGES]]
    if len(others) > _MOST_CHANGES:
        parts.append("and beyond that see the figure")
    return [f"By {noun} ({experiment.name}), {', '.join(parts)}."]


def stretches(found: list[Fastest]) -> list[tuple[str, list[Fastest]]]:
    """Neighbouring values with one fastest implementation, ties counted as the same."""
    runs: list[tuple[str, list[Fastest]]] = []
    for entry in found:
        if runs and runs[-1][0] in (entry.implementation, *entry.tied):
            runs[-1][1].append(entry)
        else:
            runs.append((entry.implementation, [entry]))
    return runs


def _by_name(experiment: Experiment, table: pd.DataFrame) -> str:
    best = table.loc[table.groupby("problem", sort=False)["time_s"].idxmin()]
    wins = best["implementation"].value_counts()
    named = ", ".join(
        f"{name} on {count} of {len(best)}" for name, count in wins.head(_MOST_NAMES).items()
    )
    return f"On your problem, use what is fastest ({experiment.name}): {named}."

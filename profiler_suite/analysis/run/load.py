"""Reads a run folder into tidy DataFrames and what they were made from."""

import contextlib
import dataclasses
import functools
import gc
from collections.abc import Iterator
from pathlib import Path

import pandas as pd

from profiler_suite import store
from profiler_suite.analysis import time_breakdown
from profiler_suite.analysis.run import crossovers, scaling, tables
from profiler_suite.analysis.run.history import (
    History,
    exponents,
    history_of,
    kept_exponents,
)
from profiler_suite.errors import RunFolderError
from profiler_suite.model.results import Breakdown
from profiler_suite.model.run import Provenance


@dataclasses.dataclass(frozen=True)
class Run:
    """The contents of one run folder: provenance, tables, and what the tables are made from."""

    folder: Path
    provenance: Provenance
    points: pd.DataFrame
    lines: pd.DataFrame
    operations: pd.DataFrame
    breakdowns: dict[str, Breakdown]
    """Point id → its time breakdown, for the points that have one."""
    history: History
    hosts: "dict[str, Run]" = dataclasses.field(default_factory=dict)
    """Name → the run of each host, in a run over several; the tables above are the first's."""

    @functools.cached_property
    def samples(self) -> pd.DataFrame:
        """Every sample with the state of its canaries; made when it is first asked for."""
        return tables.samples(self.provenance.points, self.history)

    @functools.cached_property
    def crossovers(self) -> pd.DataFrame:
        """Where one family overtakes another; found when first asked for."""
        return crossovers.crossovers(self.points, self.provenance.experiments)

    @functools.cached_property
    def thread_scaling(self) -> pd.DataFrame:
        """Speed-up of every case over one thread; found when first asked for."""
        return scaling.thread_scaling(self.points)

    @property
    def complete(self) -> bool:
        """True when the sweep came to its end."""
        return any(p.name == "sweep" and "complete" in p.outcome for p in self.history.passes)

    @property
    def own(self) -> "Run":
        """The run with the points of the suite's own environment alone."""
        if self.provenance.other is None:
            return self
        points = self.points[self.points["environment"] == ""]
        return dataclasses.replace(self, points=points)


def find_run(name: str | Path) -> Path:
    """The run folder of that path, or of that name below ``reports/``."""
    for folder in (Path(name), Path("reports") / name):
        if store.is_run(folder):
            return folder.resolve()
    here = Path("reports")
    known = sorted(f.name for f in here.iterdir() if store.is_run(f)) if here.is_dir() else []
    hint = f"one of reports/: {', '.join(known[-5:])}" if known else "run a sweep first"
    raise RunFolderError(f"no run in {str(name)!r}; give the folder of one, or {hint}")


def load(folder: str | Path) -> Run:
    """Read a run folder, given as a path or as a name below ``reports/`` such as 'latest'."""
    path = find_run(folder)
    hosts = {run.provenance.host: run for run in map(_load, store.host_folders(path))}
    if hosts:
        # The one that run.json was written for first, then by name.
        first = hosts.get(store.read_provenance(path).host) or next(iter(hosts.values()))
        others = {name: run for name, run in hosts.items() if run is not first}
        hosts = {first.provenance.host: first} | others
        return dataclasses.replace(first, folder=path, hosts=hosts)
    return _load(path)


def _load(path: Path) -> Run:
    with collections_put_off():
        return _read(path)


@contextlib.contextmanager
def collections_put_off() -> Iterator[None]:
    """Millions of rows are kept: looking for rubbish among them takes seconds, many times."""
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collecting:
            gc.enable()


def _read(path: Path) -> Run:
    provenance = store.read_provenance(path)
    rows, unreadable = store.read_rows(path)
    history = history_of(rows, unreadable, provenance.baselines_s)
    learned = exponents(provenance.points, history, kept_exponents(provenance))
    history = dataclasses.replace(history, exponents=learned)
    breakdowns = _breakdowns(provenance, history)
    return Run(
        folder=path,
        provenance=provenance,
        points=tables.points(provenance, history, breakdowns),
        lines=tables.lines(provenance, history),
        operations=tables.operations(provenance, history),
        breakdowns=breakdowns,
        history=history,
    )


def _breakdowns(provenance: Provenance, history: History) -> dict[str, Breakdown]:
    made = (
        time_breakdown.breakdown(a, provenance.machine)
        for a in history.breakdown_records.values()
    )
    return {each.point: each for each in made if each is not None}

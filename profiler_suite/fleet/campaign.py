"""A run over a fleet: which run folder each host's rows go to, and what is still missing."""

import contextlib
from collections.abc import Callable
from pathlib import Path

import msgspec

from profiler_suite import units
from profiler_suite.errors import RunFolderError
from profiler_suite.fleet import task
from profiler_suite.fleet.dispatch import DriverRules
from profiler_suite.fleet.engine import Question
from profiler_suite.fleet.identity import host_of, most_alike
from profiler_suite.fleet.series import HostSeries, PointBlock
from profiler_suite.fleet.task import Assignment, ExperimentFile
from profiler_suite.measure.planning.schedule import Schedule
from profiler_suite.measure.sweep.job import Job
from profiler_suite.model.machine import Machine
from profiler_suite.model.noun import to_json
from profiler_suite.model.rows import HostRecord, PassRecord
from profiler_suite.model.run import Provenance
from profiler_suite.store import RunFolder, each_row, host_folder, host_folders, is_run

EACH, SPLIT = "each", "split"


class Campaign:
    """The run folders of one run; a context manager that holds them."""

    def __init__(
        self,
        folder: Path,
        hosts: str,
        schedule: Schedule,
        files: tuple[str, ...],
        begin: Callable[[HostRecord], Provenance],
        resume: Callable[[Path, Machine | None], Provenance],
    ) -> None:
        """Open the folder, and what it holds of an earlier part of this run.

        `hosts` is 'each' or 'split'; `begin` plans for a host, `resume` reads what was
        planned before and refuses a folder of other points.
        """
        self.folder = folder
        self._each = hosts == EACH
        self._schedule = schedule
        self._begin = begin
        self._resume = resume
        self._sources = tuple(
            ExperimentFile(path=file, source=Path(file).read_text(encoding="utf-8"))
            for file in files
        )
        self._held = contextlib.ExitStack()
        self._series: dict[str, HostSeries] = {}
        self._surveyed: dict[str, HostRecord] = {}
        self._check_kind()
        self._top = self._held.enter_context(RunFolder(folder))
        for row in each_row(folder):
            if isinstance(row, HostRecord):
                self._surveyed[row.host] = row
        if not self._each and is_run(folder):
            self._series[""] = self._open(self._top, resume(folder, None))

    def __enter__(self) -> "Campaign":
        return self

    def __exit__(self, *_: object) -> None:
        self._held.close()

    def _check_kind(self) -> None:
        if not is_run(self.folder):
            return
        was_each = bool(host_folders(self.folder))
        if was_each != self._each:
            was = EACH if was_each else SPLIT
            raise RunFolderError(
                f"{self.folder} holds a run with --hosts {was}; give that to resume it, or "
                "another folder with --out"
            )

    def _open(self, run_folder: RunFolder, provenance: Provenance) -> HostSeries:
        return HostSeries(run_folder, provenance, self._schedule)

    # ---------------------------------------------------- what the driver asks

    def rules(self, coarse: bool, perform: Question = task.perform) -> DriverRules:
        """What the driver has to know of this run."""
        return DriverRules(
            choose=self._choose,
            enlist=self._enlist,
            surveyed=self._surveyed.get,
            assign=self._assign,
            coarse=coarse,
            perform=perform,
        )

    def _choose(self, hosts: list[HostRecord]) -> HostRecord | None:
        """Whom all must be like: who measured before, else most of those who are there."""
        if self._each:
            return None
        before = self._series.get("")
        if before is None:
            return most_alike(hosts)
        return next(iter(before.hosts.values()), None) or host_of(before.provenance)

    def _enlist(self, host: HostRecord) -> HostSeries:
        name = host.host if self._each else ""
        if name not in self._series:
            if self._each:
                self._series[name] = self._open_host(host)
            else:
                provenance = self._begin(host)
                self._top.write_provenance(provenance)
                self._series[name] = self._open(self._top, provenance)
        if self._each and host.host not in self._surveyed:
            self._top.append(host)
        self._surveyed[host.host] = host
        return self._series[name]

    def _open_host(self, host: HostRecord) -> HostSeries:
        folder = host_folder(self.folder, host.host)
        if is_run(folder):
            provenance = self._resume(folder, host.machine)
            if provenance.host != host.host:
                raise RunFolderError(
                    f"{folder} is of a host named {provenance.host!r}, not {host.host!r}; give "
                    f"one of them another name with {task.HOST_VARIABLE}"
                )
            return self._open(self._held.enter_context(RunFolder(folder)), provenance)
        provenance = msgspec.structs.replace(self._begin(host), host=host.host)
        if not is_run(self.folder):
            # The run's own file stands for the first host; its points are that host's.
            self._top.write_provenance(
                msgspec.structs.replace(provenance, points=(), skipped=())
            )
        own = self._held.enter_context(RunFolder(folder))
        own.write_provenance(provenance)
        return self._open(own, provenance)

    def _assign(self, block: PointBlock, series: HostSeries, host: HostRecord) -> bytes:
        # Ceilings and call costs play no part in timing, and would be sent every time.
        bare = msgspec.structs.replace(host.machine, ceilings=(), call_costs=())
        job = Job(
            points=block.points,
            machine=bare,
            schedule=self._schedule,
            seed=series.provenance.seed,
            files=(),
            baselines_s={},
            profiled=tuple(p.id for p in block.points if p.id in series.profiled),
        )
        return to_json(
            Assignment(
                job=job,
                files=self._sources,
                host=msgspec.structs.replace(host, machine=bare),
                earlier=block.earlier,
            )
        )

    # ------------------------------------------------------------ how it stands

    @property
    def is_complete(self) -> bool:
        """True when a resumed series has nothing left; hosts may always join the others."""
        return not self._each and "" in self._series and not self._series[""].blocks_left

    @property
    def points(self) -> int:
        """Points of the series that are open."""
        return sum(len(series.provenance.points) for series in self._series.values())

    @property
    def points_measured(self) -> int:
        """Of them, those that have an outcome."""
        return sum(series.points_measured for series in self._series.values())

    def end(self, outcome: str) -> None:
        """Write into every folder how this pass ended; what is finished is complete."""
        for series in self._series.values():
            series.end(outcome if series.blocks_left or series.in_hand else "complete")
        if self._each:
            whole = outcome if self.missing() else "complete"
            self._top.append(PassRecord(name="sweep", at_s=0.0, outcome=whole))

    def missing(self) -> tuple[str, ...]:
        """What has not been measured, in words."""
        said = [
            f"{units.some(left, 'point')}{f' of {name}' if name else ''} not measured"
            for name, series in self._series.items()
            if (left := len(series.provenance.points) - series.points_measured) > 0
        ]
        if self._each:
            for folder in host_folders(self.folder):
                absent = _incomplete(folder) if folder.name not in self._folders() else ""
                said += [absent] if absent else []
        return tuple(said)

    def _folders(self) -> set[str]:
        return {host_folder(self.folder, name).name for name in self._series}


def _incomplete(folder: Path) -> str:
    """What is missing of a host that did not come back; empty when nothing is."""
    outcomes = [row.outcome for row in each_row(folder) if isinstance(row, PassRecord)]
    if outcomes and outcomes[-1] == "complete":
        return ""
    return f"the host of {folder} did not come back; start a worker on it"

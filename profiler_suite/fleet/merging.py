"""Joins run folders that several jobs have measured into one run."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path

import msgspec

from profiler_suite import units
from profiler_suite.errors import RunFolderError
from profiler_suite.fleet.identity import differences, host_of, names_of
from profiler_suite.measure import lines
from profiler_suite.measure.planning.sharding import base_id
from profiler_suite.measure.sweep.row_offsets import RowOffsets, moved, place_after
from profiler_suite.model.experiment import Experiment, Point, Problem, Skip
from profiler_suite.model.noun import Noun
from profiler_suite.model.rows import (
    HostRecord,
    LineRecord,
    LinesRecord,
    PassRecord,
    PointRecord,
    TaskRecord,
)
from profiler_suite.model.run import Provenance
from profiler_suite.store import RunFolder, each_row, host_folder, host_folders, read_provenance

_MOST_NAMED = 5


class MergePart(Noun, frozen=True):
    """One of the runs to be merged."""

    folder: Path
    provenance: Provenance
    outcomes: frozenset[str]
    """Ids of the points that have one."""


class MergeOutcome(Noun, frozen=True):
    """What has become of the parts."""

    points: int
    """Points with an outcome."""
    missing: tuple[str, ...]
    """What is not there, in words: shards that were not given, points without an outcome."""


def read_part(folder: Path) -> MergePart:
    """A run folder, without holding its rows."""
    provenance = read_provenance(folder)
    if not provenance.plan:
        raise RunFolderError(
            f"{folder} was measured by a version that does not name its plan; measure it again"
        )
    outcomes = {row.point.id for row in each_row(folder) if isinstance(row, PointRecord)}
    return MergePart(folder=folder, provenance=provenance, outcomes=frozenset(outcomes))


def folders_of(run: Path) -> list[Path]:
    """The run folder, or those of its hosts when it is over several."""
    return host_folders(run) or [run]


def check(parts: Sequence[MergePart]) -> None:
    """Raise RunFolderError unless the parts are of one plan, of like hosts, each point once."""
    first = parts[0]
    for part in parts[1:]:
        _check_plan(part, first)
        unlike = differences(host_of(part.provenance), host_of(first.provenance))
        if unlike:
            raise RunFolderError(
                f"{part.folder} cannot be joined with {first.folder}, its host "
                f"{part.provenance.machine.facts.host} is unlike: {'; '.join(unlike)}; "
                "measure all shards on hosts of one kind with the same software"
            )
    measured_in: dict[str, Path] = {}
    for part in parts:
        for point in part.provenance.points:
            if point.id not in part.outcomes:
                continue
            if point.id in measured_in:
                raise RunFolderError(
                    f"{point.id} was measured in {measured_in[point.id]} and in "
                    f"{part.folder}; give each shard once"
                )
            measured_in[point.id] = part.folder


def _check_plan(part: MergePart, first: MergePart) -> None:
    one, other = part.provenance, first.provenance
    for what, mine, theirs in (
        ("mode", one.mode, other.mode),
        ("plan", one.plan, other.plan),
        ("seed", str(one.seed), str(other.seed)),
        ("number of shards", one.shard.partition("/")[2], other.shard.partition("/")[2]),
    ):
        if mine != theirs:
            raise RunFolderError(
                f"{part.folder} has another {what} than {first.folder} ({mine or 'none'}, not "
                f"{theirs or 'none'}); merge the shards of one command"
            )


def merge(
    parts: Sequence[MergePart], target: RunFolder, command: tuple[str, ...], name: str = ""
) -> MergeOutcome:
    """Write the parts, which `check` has let pass, into one run folder.

    `name` is the host's in a run over several hosts.
    """
    provenance = msgspec.structs.replace(_joined(parts, command), host=name)
    target.write_provenance(provenance)
    chosen = _profiled(parts)
    place = RowOffsets()
    hosts: dict[str, HostRecord] = {}
    began = _began_s(provenance)
    for part in parts:
        host = host_of(part.provenance)
        if host.host not in hosts:
            hosts[host.host] = host
            target.append(host)
        start = RowOffsets(
            worker=place.worker, round=place.round, at_s=_began_s(part.provenance) - began
        )
        end = start
        for row in each_row(part.folder):
            if row is None or isinstance(row, PassRecord | HostRecord | TaskRecord):
                continue
            if isinstance(row, LineRecord | LinesRecord) and row.point not in chosen:
                continue
            there = moved(row, start)
            end = place_after((there,), end)
            target.append(there)
        target.append(
            TaskRecord(
                host=host.host,
                worker=str(part.folder),
                began_at_s=began + start.at_s,
                ended_at_s=began + end.at_s,
                first_worker_process=start.worker,
                worker_processes=end.worker - start.worker,
                points=len(part.outcomes),
            )
        )
        place = end
    missing = _missing(parts)
    outcome = "interrupted: " + "; ".join(missing) if missing else "complete"
    target.append(PassRecord(name="sweep", at_s=place.at_s, outcome=outcome))
    return MergeOutcome(points=sum(len(p.outcomes) for p in parts), missing=missing)


def by_host(parts: Sequence[MergePart]) -> dict[str, list[MergePart]]:
    """The parts of each host; different runs of one host are distinguished by what differs."""
    groups: list[list[MergePart]] = []
    for part in parts:
        for group in groups:
            one, other = host_of(part.provenance), host_of(group[0].provenance)
            if one.host == other.host and not differences(one, other):
                group.append(part)
                break
        else:
            groups.append([part])
    hosts = names_of([host_of(group[0].provenance) for group in groups])
    return dict(zip(hosts, groups, strict=True))


def merge_each(
    groups: Mapping[str, Sequence[MergePart]], target: RunFolder, command: tuple[str, ...]
) -> MergeOutcome:
    """Write the runs of every host, each group let pass by `check`, beside one another."""
    missing: list[str] = []
    points = 0
    for number, (name, parts) in enumerate(groups.items()):
        provenance = msgspec.structs.replace(_joined(parts, command), host=name)
        if not number:
            target.write_provenance(msgspec.structs.replace(provenance, points=(), skipped=()))
        target.append(host_of(provenance))
        with RunFolder(host_folder(target.folder, name)) as own:
            merged = merge(parts, own, command, name)
        points += merged.points
        missing += [f"{name}: {what}" for what in merged.missing]
    outcome = "interrupted: " + "; ".join(missing) if missing else "complete"
    target.append(PassRecord(name="sweep", at_s=0.0, outcome=outcome))
    return MergeOutcome(points=points, missing=tuple(missing))


def _began_s(provenance: Provenance) -> float:
    return datetime.fromisoformat(provenance.started_at).timestamp()


def _joined(parts: Sequence[MergePart], command: tuple[str, ...]) -> Provenance:
    """The provenance of the first to begin, with the points of all."""
    first = min((part.provenance for part in parts), key=_began_s)
    unordered = (p for part in parts for p in part.provenance.points)
    points = {p.id: p for p in sorted(unordered, key=_order(first.experiments))}
    skipped: dict[str, Skip] = {
        skip.point.id: skip
        for part in parts
        for skip in part.provenance.skipped
        if skip.point.id not in points
    }
    baselines: dict[str, float] = {}
    for part in parts:
        for name, baseline_s in part.provenance.baselines_s.items():
            baselines[name] = min(baseline_s, baselines.get(name, baseline_s))
    return msgspec.structs.replace(
        first,
        command=command,
        baselines_s=baselines,
        points=tuple(points.values()),
        skipped=tuple(skipped.values()),
        predicted_duration_s=sum(p.provenance.predicted_duration_s for p in parts),
        shard="",
    )


def _order(experiments: Sequence[Experiment]) -> Callable[[Point], tuple[object, ...]]:
    """The order of a plan: by experiment, problem, implementation, threads; twins last."""
    numbers = {e.name: number for number, e in enumerate(experiments)}
    problems = {
        (e.name, _key(p)): number for e in experiments for number, p in enumerate(e.problems)
    }
    implementations = {
        (e.name, name): n for e in experiments for n, name in enumerate(e.implementations)
    }

    def order(point: Point) -> tuple[object, ...]:
        return (
            numbers.get(point.experiment, len(numbers)),
            point.replica,
            problems.get((point.experiment, _key(point.problem)), 0),
            implementations.get((point.experiment, point.implementation), 0),
            point.threads,
            point.problem.dtype,
        )

    return order


def _key(problem: Problem) -> bytes:
    return msgspec.json.encode(msgspec.structs.replace(problem, dtype=""))


def _profiled(parts: Sequence[MergePart]) -> frozenset[str]:
    """Of the points whose lines were profiled, one per experiment and implementation."""
    profiled = {
        row.point
        for part in parts
        for row in each_row(part.folder)
        if isinstance(row, LineRecord | LinesRecord)
    }
    points = [p for part in parts for p in part.provenance.points if p.id in profiled]
    return frozenset(p.id for p in lines.representatives(points))


def _missing(parts: Sequence[MergePart]) -> tuple[str, ...]:
    """What was asked for and is not there."""
    said: list[str] = []
    known = {base_id(p) for part in parts for p in _everything(part.provenance)}
    lost = parts[0].provenance.asked_points - len(known)
    if lost > 0:
        given = {part.provenance.shard.partition("/")[0] for part in parts}
        of = int(parts[0].provenance.shard.partition("/")[2] or 0)
        absent = [str(n) for n in range(1, of + 1) if str(n) not in given]
        more = f" and {len(absent) - _MOST_NAMED} more" if len(absent) > _MOST_NAMED else ""
        said.append(
            f"{units.some(lost, 'point')} of {units.some(len(absent), 'shard')} not given: "
            f"{', '.join(absent[:_MOST_NAMED])}{more}"
        )
    for part in parts:
        left = sum(p.id not in part.outcomes for p in part.provenance.points)
        if left:
            said.append(f"{units.some(left, 'point')} of {part.folder} not measured")
    return tuple(said)


def _everything(provenance: Provenance) -> list[Point]:
    return [*provenance.points, *(skip.point for skip in provenance.skipped)]

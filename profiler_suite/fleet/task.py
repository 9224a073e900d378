"""What a worker is asked and answers: it introduces its host, surveys it, measures a block.

These functions run in the worker's process. Questions and answers are JSON, so that a
worker with other versions can still say so.
"""

import hashlib
import os
import platform
import sys
from pathlib import Path
from time import time

import msgspec

from profiler_suite import __version__
from profiler_suite.errors import ProfilerSuiteError
from profiler_suite.files import make_folder, write_whole
from profiler_suite.fleet.identity import differences
from profiler_suite.fleet.lock import alone_on_this_machine
from profiler_suite.machine.kept import cache_folder
from profiler_suite.machine.variables import environment_that_counts
from profiler_suite.measure.sweep.job import Job, PhaseCallbacks
from profiler_suite.measure.sweep.phases import measure
from profiler_suite.measure.sweep.row_offsets import place_after
from profiler_suite.model.machine import Machine
from profiler_suite.model.noun import Noun, to_json
from profiler_suite.model.rows import HostRecord, Row
from profiler_suite.workloads import catalogue

HOST_VARIABLE = "PROFILER_SUITE_HOST"
"""Environment variable that names a worker's host in the run; unset, it is its own name."""


class ExperimentFile(Noun, frozen=True):
    """An experiment's file, for workers that do not see the driver's disk."""

    path: str
    source: str


class Assignment(Noun, frozen=True):
    """A block of points for one host."""

    job: Job
    """Its files and baselines are the worker's own business."""
    files: tuple[ExperimentFile, ...]
    host: HostRecord
    """Who is asked; a worker that has become another refuses."""
    earlier: tuple[Row, ...] = ()
    """Rows that an interrupted run has left of these points."""


class TaskAnswer(Noun, frozen=True):
    """What a block's measurement gave."""

    host: str
    began_at_s: float
    """Seconds since 1970, by the host's clock."""
    ended_at_s: float
    rows: tuple[Row, ...]
    warnings: tuple[str, ...] = ()


class UnlikeError(ProfilerSuiteError):
    """A worker is not the one it was taken for."""


def introduce(_: bytes = b"") -> bytes:
    """The worker's HostRecord without measured ceilings, as JSON."""
    return to_json(_introduction())


def _introduction() -> HostRecord:
    from profiler_suite.machine.facts import read_facts
    from profiler_suite.machine.fingerprint import fingerprint

    facts = read_facts()
    return _record(Machine.unmeasured(fingerprint(facts), facts))


def _record(machine: Machine) -> HostRecord:
    from profiler_suite.machine.kept import kept_baselines

    _forget_the_nannys_environment()
    return HostRecord(
        host=os.environ.get(HOST_VARIABLE) or platform.node() or "unnamed",
        suite_version=__version__,
        machine=machine,
        python_executable=sys.executable,
        environment=environment_that_counts(os.environ),
        load_average=os.getloadavg() if hasattr(os, "getloadavg") else (),
        baselines_s=kept_baselines(machine.fingerprint),
    )


def _forget_the_nannys_environment() -> None:
    """Take out what Dask's nanny has put into the environment: children time without it.

    One BLAS thread and an allocator that gives memory back sooner suit Dask's own tasks.
    """
    try:
        import dask.config
    except ImportError:
        return
    # Nannies set this one without asking the configuration (distributed/nanny.py).
    put = {"PYTHONHASHSEED": "6640"}
    for group in ("pre-spawn-environ", "environ"):
        put |= dask.config.get(f"distributed.nanny.{group}", None) or {}
    for name, value in put.items():
        if os.environ.get(name) == str(value):
            del os.environ[name]


def survey_host(coarse: bytes) -> bytes:
    """The worker's HostRecord with ceilings and call costs, measured if none are kept."""
    from profiler_suite.machine.survey import survey

    with alone_on_this_machine():
        machine = survey(coarse=msgspec.json.decode(coarse, type=bool))
    return to_json(_record(machine))


def perform(assignment: bytes) -> bytes:
    """Measure a block in children of this process; the Answer, as JSON."""
    from profiler_suite.analysis.statistics import estimate
    from profiler_suite.machine.kept import keep_baselines, kept_baselines

    asked = msgspec.json.decode(assignment, type=Assignment)
    unlike = differences(_introduction(), asked.host)
    if unlike:
        raise UnlikeError("; ".join(unlike))
    name = asked.host.machine.fingerprint
    job = msgspec.structs.replace(
        asked.job,
        files=tuple(_file_here(file) for file in asked.files),
        baselines_s=kept_baselines(name),
    )
    rows: list[Row] = []
    warnings: list[str] = []
    told = PhaseCallbacks(
        append=rows.append, show=_ignore, say=_ignore, pace=_ignore, warn=warnings.append
    )
    with alone_on_this_machine():
        began_at_s = time()
        measure(
            job,
            told,
            estimate,
            asked.earlier,
            start=msgspec.structs.replace(place_after(asked.earlier), at_s=0.0),
            keep_baselines=lambda baselines: keep_baselines(name, baselines),
        )
        ended_at_s = time()
    return to_json(
        TaskAnswer(
            host=asked.host.host,
            began_at_s=began_at_s,
            ended_at_s=ended_at_s,
            rows=tuple(rows),
            warnings=tuple(warnings),
        )
    )


def _ignore(what: object) -> None:
    """Nobody watches a worker."""


def _file_here(file: ExperimentFile) -> str:
    """The path of an experiment's file on this host, written from its source if need be."""
    name = Path(file.path).name
    for path in (Path(file.path), catalogue.folder() / name):
        if _holds(path, file.source):
            return str(path)
    digest = hashlib.sha256(file.source.encode()).hexdigest()[:16]
    path = cache_folder() / "experiments" / digest / name
    if not _holds(path, file.source):
        make_folder(path.parent)
        write_whole(path, file.source)
    return str(path)


def _holds(path: Path, source: str) -> bool:
    try:
        return path.read_text(encoding="utf-8") == source
    except (OSError, UnicodeDecodeError):
        return False

"""A run as pyperf's JSON, which `pyperf compare_to` and `pyperf stats` read.

Format 1.0: a suite of benchmarks; each has runs (processes) with values (seconds) and
warm-ups as pairs of loops and seconds.
"""

from collections import defaultdict
from statistics import median
from typing import Any

from profiler_suite.analysis.run.load import Run
from profiler_suite.machine.canary import is_clean
from profiler_suite.model.rows import LaunchRecord, Status

VERSION = "1.0"


def document(run: Run) -> dict[str, Any]:
    """Every measured point as a benchmark, every launch as a run, every clean visit a value.

    pyperf knows no canary: of a point without clean visits all are given.
    """
    origin = run.provenance
    facts = origin.machine.facts
    benchmarks = [
        found
        for point_id in run.points.loc[run.points["time_s"].notna(), "id"]
        if (found := _benchmark(run, str(point_id)))["runs"]
    ]
    metadata = {
        "hostname": facts.host,
        "cpu_model_name": facts.cpu,
        "platform": facts.system,
        "python_version": facts.python.rpartition(" ")[2],
        "python_executable": origin.python_executable,
        "numpy_version": facts.numpy,
        "profiler_suite_version": origin.suite_version,
        "unit": "second",
    }
    return {
        "version": VERSION,
        "benchmarks": benchmarks,
        "metadata": {name: value for name, value in metadata.items() if value},
    }


def _benchmark(run: Run, point_id: str) -> dict[str, Any]:
    history = run.history
    visits = list(
        zip(history.visits.get(point_id, ()), history.launch_of.get(point_id, ()), strict=True)
    )
    clean = [(visit, launch) for visit, launch in visits if is_clean(visit, history.floors)]
    values: dict[int, list[float]] = defaultdict(list)
    for visit, launch in clean or visits:
        values[launch].append(median(visit.sample_times_s))
    first = {
        record.launch: record
        for record in history.launches.get(point_id, ())
        if record.status is Status.OK
    }
    runs = [_run(values[launch], first.get(launch)) for launch in sorted(values)]
    return {"metadata": {"name": point_id}, "runs": runs}


def _run(values: list[float], launch: LaunchRecord | None) -> dict[str, Any]:
    found: dict[str, Any] = {"values": values}
    if launch is not None:
        found["metadata"] = {"loops": max(1, launch.evaluations)}
        if launch.cold_s > 0:
            found["warmups"] = [[1, launch.cold_s]]
    return found

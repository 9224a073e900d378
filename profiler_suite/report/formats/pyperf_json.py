"""A run as pyperf's JSON, which `pyperf compare_to` and `pyperf stats` read.

Format 1.0: a suite of benchmarks; each has runs (processes) with values (seconds) and
warm-ups as pairs of loops and seconds.
"""

from collections import defaultdict
from statistics import median
from typing import Any

from profiler_suite.analysis.run.load import Run
from profiler_suite.analysis.run.measured_points import timed
from profiler_suite.machine.canary import is_undisturbed
from profiler_suite.model.rows import Status, WorkerRecord

VERSION = "1.0"


def document(run: Run) -> dict[str, Any]:
    """A benchmark for every measured point, a run for every worker process, a value per visit.

    pyperf knows no canary: of a point without undisturbed visits all are given.
    """
    origin = run.provenance
    facts = origin.machine.facts
    benchmarks = [
        found
        for point_id in timed(run.points)["id"]
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
        zip(history.visits.get(point_id, ()), history.worker_of.get(point_id, ()), strict=True)
    )
    undisturbed = [
        (visit, worker) for visit, worker in visits if is_undisturbed(visit, history.baselines)
    ]
    values: dict[int, list[float]] = defaultdict(list)
    for visit, worker in undisturbed or visits:
        values[worker].append(median(visit.sample_times_s))
    first = {
        record.worker: record
        for record in history.workers.get(point_id, ())
        if record.status is Status.OK
    }
    runs = [_run(values[worker], first.get(worker)) for worker in sorted(values)]
    return {"metadata": {"name": point_id}, "runs": runs}


def _run(values: list[float], worker: WorkerRecord | None) -> dict[str, Any]:
    found: dict[str, Any] = {"values": values}
    if worker is not None:
        found["metadata"] = {"loops": max(1, worker.evaluations)}
        if worker.cold_s > 0:
            found["warmups"] = [[1, worker.cold_s]]
    return found

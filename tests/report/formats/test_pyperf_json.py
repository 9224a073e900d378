"""A run in pyperf's format: a benchmark a point, a run a worker, a value a visit."""

import dataclasses
from pathlib import Path
from statistics import median

import pytest

from profiler_suite.analysis.run.load import Run, load
from profiler_suite.report.formats import pyperf_json
from tests.fake_folder import made_points, write_run


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    folder = tmp_path_factory.mktemp("pyperf") / "run"
    return load(write_run(folder, points=made_points()[:2], rounds=4))


def test_every_visit_is_a_value_of_its_worker_s_run(run: Run) -> None:
    document = pyperf_json.document(run)
    assert len(document["benchmarks"]) == 2
    for benchmark in document["benchmarks"]:
        name = benchmark["metadata"]["name"]
        values = [value for each in benchmark["runs"] for value in each["values"]]
        visits = run.history.visits[name]
        assert sorted(values) == sorted(median(v.sample_times_s) for v in visits)
        assert len(benchmark["runs"]) == len(set(run.history.worker_of[name]))


def test_loops_are_never_none(run: Run) -> None:
    for benchmark in pyperf_json.document(run)["benchmarks"]:
        assert all(each["metadata"]["loops"] >= 1 for each in benchmark["runs"])


def test_only_undisturbed_visits_count_unless_there_are_none(tmp_path: Path) -> None:
    some = load(
        write_run(tmp_path / "some", points=made_points()[:1], rounds=8, undisturbed=0.5)
    )
    none = load(
        write_run(tmp_path / "none", points=made_points()[:1], rounds=8, undisturbed=0.0)
    )

    def values(found: Run) -> int:
        (benchmark,) = pyperf_json.document(found)["benchmarks"]
        return sum(len(each["values"]) for each in benchmark["runs"])

    assert values(some) == values(none) // 2


def test_points_without_a_time_and_facts_that_are_not_known_are_left_out(run: Run) -> None:
    nothing = dataclasses.replace(run, points=run.points.assign(status="failed"))
    document = pyperf_json.document(nothing)
    assert document["benchmarks"] == []
    assert "" not in document["metadata"].values()
    assert document["metadata"]["unit"] == "second"

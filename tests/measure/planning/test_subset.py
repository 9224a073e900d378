"""Points named by id: the report's commands find exactly their point; flagged ones alone."""

import functools
import shlex
from pathlib import Path

import msgspec
import pandas as pd
import pytest

from profiler_suite.cli.sweep import sweep_command
from profiler_suite.cli.sweeping.planning import check_points, experiments_of, overrides_of
from profiler_suite.cli.sweeping.request import SweepRequest, requested
from profiler_suite.cli.sweeping.resuming import flagged_plan
from profiler_suite.errors import UsageError
from profiler_suite.measure.planning import subset
from profiler_suite.measure.planning.plan import Overrides, plan
from profiler_suite.measure.planning.schedule import DEFAULT, of_mode
from profiler_suite.model.experiment import Plan
from profiler_suite.report.content import rerun_command
from profiler_suite.workloads import catalogue
from tests.fake_folder import write_run
from tests.fake_machine import MACHINE
from tests.fake_run import make_run

LOOP = "seed_question/loop/10x10x3-f2-3x3-s1/float64/t1"


def parsed(words: list[str]) -> SweepRequest:
    return requested(sweep_command.make_context("sweep", list(words)).params)


def planned(names: tuple[str, ...], mode: str | None, overrides: Overrides) -> Plan:
    return _planned(names, mode, msgspec.json.encode(overrides))


@functools.cache
def _planned(names: tuple[str, ...], mode: str | None, encoded: bytes) -> Plan:
    overrides = msgspec.json.decode(encoded, type=Overrides)
    experiments = [catalogue.load(catalogue.locate(name)) for name in names]
    return plan(experiments, MACHINE, of_mode(mode or "default"), overrides)


def plan_of(request: SweepRequest) -> Plan:
    names = request.experiments or experiments_of(request)
    return planned(names, request.mode, overrides_of(request))


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "--quick",
        "stride depth --sizes 24,40 --filters 7 --dtype float64",
        "stride seed_question --set rows=9 --set filter_height=1,2",
        "seed_question filter_count --implementations loop,taps --threads=2 --seed 3",
        "tests/files/steady.py --quick",
    ],
)
def test_every_command_of_a_run_plans_exactly_its_point(typed: str) -> None:
    words = shlex.split(typed)
    run = parsed(words)
    files = tuple(str(catalogue.locate(n)) for n in run.experiments or catalogue.built_in())
    whole = plan_of(run)
    provenance = msgspec.structs.replace(
        make_run().provenance,
        command=("python", "-m", "profiler_suite", "sweep", *words),
        mode=run.mode or "default",
        experiments=whole.experiments,
        experiment_files=files,
    )
    command = rerun_command.commands(provenance)
    rows = pd.DataFrame({"id": p.id, "experiment": p.experiment} for p in whole.points)
    by_id = {point.id: point for point in whole.points}
    for row in rows.itertuples():
        again = parsed(shlex.split(command(row))[4:])
        found = plan_of(again)
        ids = subset.named(found, again.point)
        point = next(p for p in found.points if p.id in ids)
        original = by_id[str(row.id)]
        assert len(ids) == 1
        assert point.id == original.id or original.replica
        assert (point.problem, point.threads) == (original.problem, original.threads)
        assert point.implementation == original.implementation
        if run.seed is not None:
            assert again.seed == run.seed


def test_a_point_brings_its_partner_and_nothing_else() -> None:
    whole = planned(("seed_question",), None, Overrides())
    loop = next(p for p in whole.points if p.implementation == "loop")
    ids = subset.beside(whole.points, [loop.id])
    found = subset.only(whole, ids, MACHINE, DEFAULT)
    assert {p.id for p in found.points} == {loop.id, loop.partner}
    assert found.predicted_duration_s < whole.predicted_duration_s


def test_an_unknown_point_is_told_with_near_ones_and_where_ids_are() -> None:
    whole = planned(("seed_question",), None, Overrides())
    loop = next(p for p in whole.points if p.implementation == "loop")
    with pytest.raises(UsageError, match=r"did you mean 'seed_question/loop.*points\.csv"):
        subset.named(whole, [loop.id.replace("t1", "t7")])
    with pytest.raises(UsageError, match=r"unknown experiment 'sed_question'; did you mean"):
        experiments_of(parsed(["--point", "sed_question/loop/x"]))


def test_a_point_is_not_chosen_in_two_ways() -> None:
    with pytest.raises(UsageError, match="--point and --only-flagged cannot be combined"):
        check_points(parsed(["--point", LOOP, "--only-flagged"]))


def test_a_plan_of_flagged_points_has_them_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from profiler_suite.cli.sweeping import resuming

    write_run(tmp_path / "run")
    from profiler_suite.store import read_provenance

    points = read_provenance(tmp_path / "run").points
    monkeypatch.setattr(resuming, "flagged", lambda folder: frozenset({points[0].id}))
    found = flagged_plan(tmp_path / "run", MACHINE, DEFAULT)
    assert [point.id for point in found.points] == [points[0].id]
    assert found.predicted_duration_s > 0

"""Two environments in one run: planned twice, visited side by side, compared in pairs."""

import json
import math
import os
import stat
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest

import profiler_suite
from profiler_suite import child, cli
from profiler_suite.analysis.compare import paired
from profiler_suite.analysis.run.load import load
from profiler_suite.analysis.statistics import estimate
from profiler_suite.cli.sweeping.resuming import resume
from profiler_suite.errors import RunFolderError, UsageError
from profiler_suite.machine import canary
from profiler_suite.machine.other_python import introduce
from profiler_suite.measure.planning.plan import Overrides, plan
from profiler_suite.measure.planning.schedule import QUICK
from profiler_suite.measure.planning.two_environments import doubled, schedule_for
from profiler_suite.measure.sweep.job import Job
from profiler_suite.measure.sweep.runner import Sweep
from profiler_suite.model.experiment import Point
from profiler_suite.model.noun import OTHER
from profiler_suite.model.results import DIFFERENT, Verdict
from profiler_suite.model.rows import RoundRecord, Row, Status
from profiler_suite.report.content.comparison_tables import headline
from profiler_suite.report.formats.comparison_document import document
from profiler_suite.workloads import catalogue
from tests.fake_folder import made_points, other_environment, write_run
from tests.fake_machine import MACHINE
from tests.short_sweeps import environment, fill_cache
from tests.short_sweeps import sweep as sweep_command

ROOT = Path(__file__).resolve().parents[3]
TINY = ROOT / "tests" / "files" / "tiny.py"
SHORT = msgspec.structs.replace(QUICK, span_s=0.2, budget_s=1.0, half_width=10.0)


def slower_taps(point: Point) -> float:
    """This environment runs `taps` 5 % slower than the other one; the rest alike."""
    return 1.05 if point.implementation == "taps" and not point.environment else 1.0


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_run(
        tmp_path_factory.mktemp("versus") / "run",
        slower_taps,
        points=tuple(doubled(made_points())),
        other=other_environment(),
        rounds=48,
        workers=6,
    )


def test_every_point_is_there_twice_and_each_knows_the_other() -> None:
    points = {p.id: p for p in doubled(made_points())}
    assert len(points) == 2 * len(made_points())
    for point in points.values():
        twin = points[point.counterpart]
        assert twin.counterpart == point.id
        assert {point.environment, twin.environment} == {"", OTHER}
        assert (twin.problem, twin.implementation) == (point.problem, point.implementation)


def test_a_plan_against_another_environment_takes_twice_the_time_and_memory() -> None:
    experiment = catalogue.load(TINY)
    once = plan([experiment], MACHINE, QUICK)
    twice = plan([experiment], MACHINE, QUICK, versus=True)
    assert len(twice.points) == 2 * len(once.points)
    assert twice.predicted_memory_bytes == pytest.approx(
        2 * once.predicted_memory_bytes, rel=0.3
    )
    assert twice.predicted_duration_s > once.predicted_duration_s
    assert schedule_for(QUICK).workers > QUICK.workers
    assert schedule_for(QUICK).budget_s > QUICK.budget_s


def sweep(points: Sequence[Point], earlier: Sequence[Row] = ()) -> list[Row]:
    rows: list[Row] = []
    job = Job(
        points=tuple(points),
        machine=MACHINE,
        schedule=SHORT,
        seed=1,
        files=(str(TINY),),
        baselines_s={},
        other_python=sys.executable,
    )
    Sweep(job, estimate, rows.append, lambda progress: None, earlier).run()
    return rows


def test_counterparts_are_visited_side_by_side_in_both_orders_and_end_together() -> None:
    planned = plan([catalogue.load(TINY)], MACHINE, SHORT, Overrides(), versus=True)
    rows = sweep(planned.points)
    rounds = [row for row in rows if isinstance(row, RoundRecord)]
    firsts = set()
    for row in rounds:
        names = [visit.point for visit in row.visits]
        for place in range(0, len(names), 2):
            one, other = names[place : place + 2]
            assert one.removesuffix("@other") == other.removesuffix("@other")
            firsts.add(one.endswith("@other"))
    assert firsts == {True, False}
    visits = [visit for row in rounds for visit in row.visits]
    for visit in visits:
        assert set(visit.canaries_s) == {
            canary.named("ufunc", OTHER if visit.point.endswith("@other") else "")
        }
    # Going on after an interruption measures nothing twice.
    again = sweep(planned.points, rows)
    assert not [row for row in again if isinstance(row, RoundRecord)]


def test_each_environment_has_baselines_of_its_own() -> None:
    baselines = {"ufunc": 1.0, "ufunc@other": 2.0, "gemm2@other": 3.0}
    assert canary.of_environment(baselines, "") == {"ufunc": 1.0}
    assert canary.of_environment(baselines, OTHER) == {"ufunc": 2.0, "gemm2": 3.0}
    assert canary.limit("gemm2@other") == canary.limit("gemm2")
    kept = {"ufunc": 1.0, "ufunc@other": 1.0}
    assert canary.effective_baselines(baselines, kept) == {
        "ufunc": 1.0,
        "ufunc@other": 1.0,
        "gemm2@other": 3.0,
    }


def test_a_slower_implementation_is_found_in_pairs_and_named(folder: Path) -> None:
    run = load(folder)
    found = paired.comparison_within(run)
    assert found is not None
    assert found.paired
    assert len(found.changes) == len(made_points())
    slower = {c.implementation for c in found.changes if c.verdict is Verdict.SLOWER}
    assert slower == {"taps"}
    assert {c.implementation for c in found.regressions(0.02)} == {"taps"}
    assert headline(found).startswith("NumPy 2.4.6 against NumPy 2.2.6: slower on 4 of 16")
    assert [d.name for d in found.differences] == ["NumPy", "executable"]


def test_what_a_pair_of_processes_has_by_luck_is_no_difference(tmp_path: Path) -> None:
    run = load(
        write_run(
            tmp_path / "run",
            points=tuple(doubled(made_points())),
            other=other_environment(),
            rounds=48,
            workers=6,
            luck=0.02,
        )
    )
    found = paired.comparison_within(run)
    assert found is not None
    called = [c for c in found.changes if c.verdict in DIFFERENT]
    assert len(called) <= 1
    assert not found.regressions(0.0)
    # Pairs of visits within one process would claim far more than they know.
    widths = [c.high / c.ratio - 1 for c in found.changes]
    assert min(widths) > 0.01


def test_what_no_undisturbed_visits_tell_of_could_not_be_judged(tmp_path: Path) -> None:
    out = write_run(
        tmp_path / "run",
        slower_taps,
        points=tuple(doubled(made_points())),
        other=other_environment(),
        rounds=48,
        workers=6,
        undisturbed=0.05,
    )
    found = paired.comparison_within(load(out))
    assert found is not None
    assert len(found.changes) == len(made_points())
    for change in found.changes:
        assert change.verdict is Verdict.UNKNOWN
        assert "pairs of visits" in change.reason
        assert not change.usable
    points = document(found)["points"]
    assert all(point["ratio"] is None for point in points)
    assert_judged_or_not(points)
    assert cli.run(["report", str(out)]) == 0


def assert_judged_or_not(points: list[dict[str, Any]]) -> None:
    """Each point has a ratio with its interval, or says why it could not be judged."""
    for point in points:
        if point["ratio"] is None:
            assert point["verdict"] == Verdict.UNKNOWN.value
            assert "pairs of visits" in point["reason"]
        else:
            assert point["low"] <= point["ratio"] <= (point["high"] or math.inf)


def test_the_tables_tell_the_environments_apart(folder: Path) -> None:
    run = load(folder)
    assert set(run.points["environment"]) == {"", OTHER}
    assert (
        run.points["undisturbed_share"] == 1
    ).all()  # a slower canary there is no slow period
    assert set(run.own.points["environment"]) == {""}
    assert len(run.own.points) * 2 == len(run.points)


def test_the_report_has_the_comparison_and_shows_each_point_once(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.run(["report", str(folder)]) == 0
    assert "NumPy 2.4.6 against NumPy 2.2.6: slower on 4 of 16" in capsys.readouterr().out
    page = (folder / "report.html").read_text()
    assert 'id="comparison"' in page
    assert "made/taps/n8/float64/t1@other" not in page
    assert "@other" in (folder / "points.csv").read_text()


def request(*, only_flagged: bool = False) -> "cli.sweep.Request":  # type: ignore[name-defined]
    from profiler_suite.cli.sweeping.request import SweepRequest

    values = dict.fromkeys(SweepRequest.__dataclass_fields__)
    return SweepRequest(**(values | {"only_flagged": only_flagged}))  # type: ignore[arg-type]


def test_a_run_goes_on_only_against_the_environment_it_was_begun_with(folder: Path) -> None:
    run = load(folder)
    planned = plan([catalogue.load(TINY)], MACHINE, QUICK)
    same = msgspec.structs.replace(
        planned, points=run.provenance.points, experiments=run.provenance.experiments
    )
    assert resume(folder, same, request(), other_environment()).other == other_environment()
    with pytest.raises(RunFolderError, match="--versus /opt/other/bin/python"):
        resume(folder, same, request(only_flagged=True), None)
    with pytest.raises(RunFolderError, match=r"NumPy 2\.3\.0 instead of"):
        resume(folder, same, request(), other_environment("2.3.0"))


def test_a_run_of_an_older_schema_has_one_environment(tmp_path: Path) -> None:
    old = write_run(tmp_path / "old")
    for name in ("run.json", "records.jsonl"):
        text = (old / name).read_text()
        for new in ('"environment":"",', '"counterpart":"",', '"other":null'):
            text = text.replace(new, "")
        (old / name).write_text(text.replace('"schema":3', '"schema":2'))
    run = load(old)
    assert (run.points["status"] == "ok").all()
    assert run.own is run
    assert paired.comparison_within(run) is None


def fake_python(path: Path, prints: str) -> Path:
    path.write_text(f"#!/bin/sh\necho {prints}\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return path


@pytest.mark.skipif(os.name != "posix", reason="a script stands in for an interpreter")
@pytest.mark.parametrize(
    ("prints", "said"),
    [
        ("3 9 numpy msgspec", "too old"),
        (
            "3 99",
            "has no numpy and no msgspec; install it there: .* -m pip install numpy msgspec",
        ),
        ("3 99 numpy", "has no msgspec; install it there"),
        (f"3 {sys.version_info[1]}", "has no numpy; install it there"),
        ("hello", "does not answer like a Python"),
    ],
)
def test_an_environment_that_cannot_be_measured_is_told_what_it_lacks(
    tmp_path: Path, prints: str, said: str
) -> None:
    with pytest.raises(UsageError, match=said):
        introduce(fake_python(tmp_path / "python", prints))


def test_no_python_at_all_is_one_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.run(["sweep", str(TINY), "--versus", str(tmp_path / "nowhere")]) == 2
    assert "there is no Python at" in capsys.readouterr().err
    assert cli.run(["sweep", str(TINY), "--fail-on", "5%"]) == 2
    assert "--fail-on needs --versus" in capsys.readouterr().err
    assert cli.run(["sweep", str(TINY), "--versus", "x", "--shard", "1/2"]) == 2
    assert "cannot be combined" in capsys.readouterr().err


def test_the_own_python_can_be_introduced_and_what_it_lacks_is_lent() -> None:
    found = introduce(Path(sys.executable))
    assert found.python_executable == str(Path(sys.executable).absolute())
    assert found.facts.numpy
    # Without its own packages (-S) only the lent ones are there.
    worker = "profiler_suite.measure.sweep.worker"
    folder, lent = child.command(worker, python=sys.executable)[4:6]
    code = (
        f"import sys; sys.path.insert(0, {folder!r}); from profiler_suite import child;"
        f"child.lend({lent!r}); import msgspec, threadpoolctl, importlib.util as u;"
        "print([u.find_spec(name) for name in ('numpy', 'click')])"
    )
    done = subprocess.run([sys.executable, "-S", "-c", code], capture_output=True, text=True)
    assert done.stdout.strip() == "[None, None]", done.stderr


@pytest.fixture(scope="session")
def older_numpy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A virtual environment with an older NumPy and nothing else."""
    place = tmp_path_factory.mktemp("older") / "venv"
    subprocess.run([sys.executable, "-m", "venv", str(place)], check=True, timeout=120)
    python = next(p for p in (place / "bin/python", place / "Scripts/python.exe") if p.exists())
    known = ("2.2.6", "2.3.2") if sys.version_info < (3, 14) else ("2.3.2", "2.3.3")
    version = next(each for each in known if each != np.__version__)
    command = [str(python), "-m", "pip", "install", "-q", "--only-binary=:all:"]
    done = subprocess.run(
        [*command, f"numpy=={version}"], capture_output=True, text=True, timeout=240
    )
    if done.returncode:
        last = done.stderr.strip().splitlines()[-1:]
        pytest.skip(f"no second environment: NumPy {version} cannot be installed: {last}")
    return python


@pytest.mark.slow
def test_two_numpy_versions_are_measured_in_one_run(older_numpy: Path, tmp_path: Path) -> None:
    fill_cache(tmp_path / "cache")
    words = sweep_command(tmp_path / "run", "--json", "--versus", older_numpy, file=TINY)
    env = environment(tmp_path / "cache")
    done = subprocess.run(words, capture_output=True, env=env, timeout=240)
    assert done.returncode == 0, done.stderr
    document = json.loads(done.stdout)
    told = {d["name"]: (d["before"], d["after"]) for d in document["comparison"]["environment"]}
    assert told["NumPy"][0].startswith("2.")
    assert told["NumPy"][0] != told["NumPy"][1]
    points = document["comparison"]["points"]
    assert {p["implementation"] for p in points} == {"times_two", "plus_itself"}
    assert_judged_or_not(points)
    run = profiler_suite.load(tmp_path / "run")
    assert run.provenance.other is not None
    assert run.provenance.other.python_executable == str(older_numpy)
    assert (run.points["status"] == Status.OK.value).all()
    again = subprocess.run(words, capture_output=True, env=env, timeout=240)
    assert again.returncode == 0, again.stderr
    assert json.loads(again.stdout)["comparison"]["points"] == points

"""The command line as a person meets it: real processes, exit codes, one clear sentence."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

import profiler_suite
from tests.short_sweeps import command

ROOT = Path(__file__).resolve().parents[2]
TINY = ROOT / "tests" / "files" / "tiny.py"


def environment(cache: Path) -> dict[str, str]:
    return {**os.environ, "PROFILER_SUITE_CACHE": str(cache), "PYTHONPATH": str(ROOT)}


def suite(
    *arguments: str | Path, cache: Path, cwd: Path | None = None
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "profiler_suite", *map(str, arguments)],
        capture_output=True,
        text=True,
        cwd=cwd,
        env=environment(cache),
        timeout=200,
    )


def swept(
    *arguments: str | Path, cache: Path, cwd: Path | None = None
) -> subprocess.CompletedProcess[str]:
    """The same with a schedule of a second: what happens is asked, not how long it takes."""
    return subprocess.run(
        command(*arguments),
        capture_output=True,
        text=True,
        cwd=cwd,
        env=environment(cache),
        timeout=200,
    )


QUICK_TINY = ("sweep", TINY, "--quick", "--implementations")


@pytest.fixture(scope="module")
def shard(cache: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """All points as the only part of a plan: measured, not reported."""
    out = tmp_path_factory.mktemp("shard") / "1"
    words: list[str | Path] = [*QUICK_TINY, "times_two,plus_itself", "--shard", "1/1"]
    done = swept(*words, "--out", out, cache=cache)
    assert done.returncode == 0, done.stderr
    return out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["swep"], "did you mean 'sweep'"),
        (["sweep", "strid"], "did you mean 'stride'"),
        (["sweep", "--implementations", "im2cil"], "did you mean 'im2col"),
        (["sweep", "stride", "--sizes", "nan"], "not a list of whole numbers"),
        (["sweep", "stride", "--sizes", "1"], "filter"),
        (["sweep", "stride", "--sizes", "-8"], "-8"),
        (["sweep", "stride", "--strides", "0"], "stride"),
        (["sweep", "stride", "--set", "strids=2"], "did you mean 'strid"),
        (["sweep", "stride", "--set", "stride"], "sets nothing; try height=8,16"),
        (["sweep", "stride", "--set", "stride=two"], "not a list of whole numbers"),
        (["sweep", "stride", "--threads", "0"], "0 threads cannot be used"),
        (["sweep", "stride", "--threads", "9999"], "9999 threads cannot be used"),
        (["sweep", "stride", "--dtype", "object"], "object"),
        (["sweep", "no/such/file.py"], "does not exist"),
        (["sweep", "stride", "--shard", "3/2"], "not a shard"),
        (["sweep", "stride", "--scheduler", "nonsense"], "no address of a scheduler"),
        (["sweep", "--scheduler", "tcp://a:1", "--shard", "1/2"], "cannot be combined with"),
        (["merge", "no_such_run", "--out", "all"], "no run in"),
        (["report", "no_such_run"], "no run in"),
        (["sweep", "stride", "--qick"], "--quick"),
        (["sweep", "stride", "--seed", "-1"], "'-1' is no seed; give a whole number from 0 to"),
        (["sweep", "stride", "--seed", "99999999999999999999999"], "is no seed; give"),
        (["selfcheck", "--quick"], "--quiet"),
        (["selfcheck", "latest"], "latest"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_mistakes_end_in_one_clear_sentence_and_exit_code_2(
    arguments: list[str], said: str, cache: Path, tmp_path: Path
) -> None:
    done = suite(*arguments, cache=cache, cwd=tmp_path)
    assert done.returncode == 2
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""
    assert list(tmp_path.iterdir()) == []


def test_a_dry_run_measures_nothing_and_names_points_and_duration(
    cache: Path, tmp_path: Path
) -> None:
    done = suite("sweep", "stride", "--dry-run", "--json", cache=cache, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    plan = json.loads(done.stdout)
    assert plan["points"]
    assert plan["predicted_duration_s"] > 0
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
def test_a_sweep_ends_with_a_report_that_a_second_command_makes_again(
    cache: Path, tmp_path: Path
) -> None:
    done = swept(*QUICK_TINY, "times_two,plus_itself", cache=cache, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    folder = (tmp_path / "reports" / "latest").resolve()
    first = folder / "report.html"
    assert "report.html" in done.stdout
    assert all(len(line) <= 80 for line in done.stdout.splitlines())
    assert "\r" not in done.stderr
    made = {path.name for path in folder.iterdir()}
    assert {"records.jsonl", "run.json", "report.html", "summary.md", "points.csv"} <= made
    before = first.stat().st_mtime_ns, (folder / "records.jsonl").read_bytes()
    again = suite("report", "latest", cache=cache, cwd=tmp_path)
    assert again.returncode == 0, again.stderr
    assert first.stat().st_mtime_ns > before[0]
    assert (folder / "records.jsonl").read_bytes() == before[1]
    run = profiler_suite.load(folder)
    assert set(run.lines["implementation"]) == {"times_two", "plus_itself"}
    assert (run.points["status"] == "ok").all()


@pytest.mark.slow
def test_failed_points_give_exit_code_3_and_the_rest_is_measured(
    cache: Path, tmp_path: Path
) -> None:
    out = tmp_path / "with space ü"
    done = swept(*QUICK_TINY, "times_two,raises,wrong", "--json", "--out", out, cache=cache)
    assert done.returncode == 3, done.stderr
    document = json.loads(done.stdout)
    status = {p["implementation"]: p["status"] for p in document["points"]}
    assert status == {"times_two": "ok", "raises": "failed", "wrong": "wrong"}
    assert document["experiment"] == "tiny"


def test_a_folder_with_other_files_is_not_written_to(cache: Path, tmp_path: Path) -> None:
    (tmp_path / "precious.txt").write_text("mine")
    done = swept(*QUICK_TINY, "times_two", "--out", tmp_path, cache=cache)
    assert done.returncode == 2
    assert "holds files but no run" in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["precious.txt"]


@pytest.mark.skipif(os.name != "posix", reason="sends POSIX signals")
@pytest.mark.parametrize(
    "how", [signal.SIGINT, pytest.param(signal.SIGKILL, marks=pytest.mark.long)]
)
def test_an_interrupted_sweep_resumes(how: signal.Signals, cache: Path, tmp_path: Path) -> None:
    out = tmp_path / "run"
    arguments: list[str | Path] = [*QUICK_TINY, "times_two,plus_itself", "--out", out]
    process = subprocess.Popen(
        command(*arguments),
        env=environment(cache),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    records = out / "records.jsonl"
    deadline = time.monotonic() + 60
    while not (records.exists() and records.read_bytes().count(b'"kind":"round"') > 2):
        assert time.monotonic() < deadline
        assert process.poll() is None
        time.sleep(0.01)
    process.send_signal(how)
    _, said = process.communicate(timeout=120)
    assert process.returncode == (130 if how is signal.SIGINT else -signal.SIGKILL)
    if how is signal.SIGINT:
        assert "is kept in" in said
    kept = records.read_bytes()
    done = swept(*arguments, cache=cache)
    assert done.returncode == 0, done.stderr
    run = profiler_suite.load(out)
    assert run.complete
    assert records.read_bytes().startswith(kept.rpartition(b"\n")[0])
    # No round is there twice.
    one = run.samples[(run.samples["implementation"] == "times_two")]
    assert not one.duplicated(["id", "round", "sample"]).any()


@pytest.mark.slow
def test_a_shard_is_measured_and_merged(shard: Path, cache: Path, tmp_path: Path) -> None:
    both = tmp_path / "both"
    assert not (shard / "report.html").exists()
    done = suite("merge", shard, "--out", both, cache=cache)
    assert done.returncode == 0, done.stderr
    run = profiler_suite.load(both)
    assert run.complete
    assert set(run.points["implementation"]) == {"times_two", "plus_itself"}
    assert (run.points["status"] == "ok").all()
    assert (both / "report.html").exists()
    again = suite("merge", shard, "--out", both, cache=cache)
    assert again.returncode == 2
    assert "already exists" in again.stderr


@pytest.mark.slow
def test_other_points_do_not_go_into_the_folder_of_a_run(
    shard: Path, cache: Path, tmp_path: Path
) -> None:
    out = tmp_path / "run"
    shutil.copytree(shard, out)
    second = swept(*QUICK_TINY, "plus_itself", "--out", out, cache=cache)
    assert second.returncode == 2
    assert "holds a run of other points" in second.stderr


def test_the_list_names_every_experiment_and_implementation(cache: Path) -> None:
    done = suite("list", cache=cache)
    assert done.returncode == 0, done.stderr
    for name in ("seed_question", "network_layers", "im2col_gemm", "dot_int64"):
        assert name in done.stdout
    assert all(len(line) <= 80 for line in done.stdout.splitlines())


def test_an_experiment_runs_as_a_script(cache: Path, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, str(ROOT / "experiments" / "stride.py"), "--dry-run"],
        capture_output=True,
        text=True,
        env=environment(cache),
        cwd=tmp_path,
    )
    assert done.returncode == 0, done.stderr
    assert "stride" in done.stdout

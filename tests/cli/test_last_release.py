"""A run folder of release 0.1 is reported, exported, gone on with and compared."""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from profiler_suite import cli, store
from profiler_suite.analysis.run.load import load
from profiler_suite.cli.sweeping.request import SweepRequest
from profiler_suite.cli.sweeping.resuming import resume
from profiler_suite.errors import RunFolderError
from profiler_suite.machine.facts import read_facts
from profiler_suite.machine.fingerprint import fingerprint
from profiler_suite.model.experiment import Plan
from profiler_suite.model.rows import SCHEMA_VERSION
from profiler_suite.model.run import Provenance
from profiler_suite.report.formats.exports import formats
from tests.short_sweeps import command, environment
from tests.stored_run import keep_rows, only, unpack


@pytest.fixture
def old(tmp_path: Path) -> Path:
    return unpack(tmp_path / "old")


def test_it_is_reported(old: Path, capsys: pytest.CaptureFixture[str]) -> None:
    only(old, "stride")
    assert cli.run(["report", str(old)]) == 0
    assert "16 points measured" in capsys.readouterr().out
    assert (old / "report.html").is_file()


@pytest.mark.parametrize("name", formats())
def test_it_is_exported_in_every_format(old: Path, name: str, tmp_path: Path) -> None:
    if name == "parquet":
        pytest.importorskip("pyarrow")
    out = tmp_path / f"out.{name}"
    assert cli.run(["export", str(old), "--format", name, "--out", str(out)]) == 0
    assert out.stat().st_size > 1000


def test_it_is_compared_with_itself(old: Path, capsys: pytest.CaptureFixture[str]) -> None:
    other = unpack(old.parent / "other")
    assert cli.run(["compare", str(old), str(other), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert len(found["points"]) > 100
    assert not found["obstacles"]
    assert found["verdicts"]["slower"] == found["verdicts"]["faster"] == 0


def in_the_rounds(row: dict[str, Any]) -> bool:
    kind = row["kind"]
    if kind == "round":
        return int(row["launch"]) == 0
    return kind == "launch" and int(row["launch"]) == 0


def in_the_breakdowns(row: dict[str, Any]) -> bool:
    return row["kind"] != "account" or "48x48x3-f8-3x3-s4" not in row["point"]


@pytest.mark.parametrize(
    "until",
    [
        pytest.param(in_the_rounds, marks=pytest.mark.long),
        pytest.param(in_the_breakdowns, marks=pytest.mark.slow),
    ],
)
def test_one_that_was_stopped_is_gone_on_with_and_compared(
    until: Callable[[dict[str, Any]], bool],
    old: Path,
    cache: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    machine = json.loads((old / "run.json").read_text())["machine"]
    here = machine | {"fingerprint": fingerprint(read_facts())}
    folder = only(unpack(old.parent / "stopped"), "stride", machine=here)
    before = keep_rows(folder, until)
    words = command("sweep", "stride", "--quick", "--out", folder)
    done = subprocess.run(words, capture_output=True, text=True, env=environment(cache))
    assert done.returncode == 0, done.stderr
    lines = (folder / "records.jsonl").read_text().splitlines()
    rows = [json.loads(line) for line in lines]
    assert rows[: len(before)] == before
    assert {row["schema"] for row in rows} == {3, 4}
    broken_down = [row["point"] for row in rows if row["kind"] == "account"]
    assert len(broken_down) == len(set(broken_down)) > 10
    assert (load(folder).points["status"] == "ok").all()
    assert cli.run(["compare", str(old), str(folder), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    # Whether it was as fast is judged only where nothing else ran on the machine meanwhile.
    measured = {point for point in load(folder).points["id"] if not point.endswith("/again")}
    assert {point["id"] for point in found["points"]} == measured
    assert sum(found["verdicts"].values()) == len(found["points"]) > 10
    assert found["environment"] == found["obstacles"] == []


REQUEST = SweepRequest(**dict.fromkeys(SweepRequest.__dataclass_fields__))  # type: ignore[arg-type]


def planned(provenance: Provenance, **changes: Any) -> Plan:
    made = Plan(
        experiments=provenance.experiments,
        points=provenance.points,
        skipped=provenance.skipped,
        predicted_duration_s=1.0,
        predicted_memory_bytes=0.0,
    )
    return msgspec.structs.replace(made, **changes)


def test_it_goes_on_whichever_points_are_chosen_to_be_measured_twice(old: Path) -> None:
    provenance = store.read_provenance(old)
    twins = [point for point in provenance.points if point.replica]
    original = next(p for p in provenance.points if p.experiment == "stride" and not p.partner)
    other = msgspec.structs.replace(
        original, id=f"{original.id}/again", replica=1, partner=original.id
    )
    points = tuple(point for point in provenance.points if point is not twins[-1])
    plan = planned(provenance, points=(*points, other))
    assert resume(old, plan, REQUEST) == provenance


@pytest.mark.parametrize("release", ["this", "the last"])
def test_points_that_only_a_later_release_plans_do_not_stop_a_run_of_the_last(
    old: Path, release: str
) -> None:
    provenance = store.read_provenance(old)
    if release == "this":
        provenance = msgspec.structs.replace(provenance, schema=SCHEMA_VERSION)
        (old / "run.json").write_bytes(msgspec.json.encode(provenance))
    added = msgspec.structs.replace(provenance.points[0], id="stride/added/x/float64/t1")
    plan = planned(provenance, points=(*provenance.points, added))
    if release == "the last":
        assert resume(old, plan, REQUEST) == provenance
        plan = planned(provenance, points=provenance.points[5:])
    with pytest.raises(RunFolderError, match="other points"):
        resume(old, plan, REQUEST)

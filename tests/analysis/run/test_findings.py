"""From rows to tables to sentences, on a run written by hand."""

import dataclasses
import json
from pathlib import Path

import msgspec
import pandas as pd
import pytest

import profiler_suite
from profiler_suite import store
from profiler_suite.analysis.run import choices, crossovers, findings, quality, scaling
from profiler_suite.analysis.statistics import PairedRatio
from profiler_suite.errors import RunFolderError
from profiler_suite.measure.planning.plan import plan
from profiler_suite.measure.planning.schedule import DEFAULT
from profiler_suite.model.results import Breakdown, BreakdownEntry, Verdict
from profiler_suite.model.rows import (
    LineRecord,
    PassRecord,
    PointRecord,
    RoundRecord,
    Status,
    Visit,
    WorkerRecord,
)
from profiler_suite.report.formats.document import document
from profiler_suite.workloads import catalogue
from tests.fake_machine import MACHINE
from tests.fake_rows import breakdown_record, provenance
from tests.fake_run import make_run

ROUNDS = 24


@pytest.fixture
def run_folder(tmp_path: Path) -> Path:
    """The seed's question by a made-up clock: loop 10 ms, dot 250 µs, others 1 ms."""
    made = plan([catalogue.find("seed_question").experiment], MACHINE, DEFAULT)
    run = provenance(made, mode="default")
    times_s = {"loop": 10e-3, "dot": 250e-6}
    with store.RunFolder(tmp_path / "run") as folder:
        folder.write_provenance(run)
        for point in made.points:
            folder.append(
                WorkerRecord(
                    point=point.id,
                    worker=0,
                    status=Status.OK,
                    cold_s=1.0,
                    evaluations=7,
                    error_bound=1e-9,
                )
            )
        for number in range(ROUNDS):
            slow = 1.5 if number % 2 else 1.0
            visits = tuple(
                Visit(
                    point=point.id,
                    at_s=float(number),
                    sample_times_s=(times_s.get(point.implementation, 1e-3) * slow,) * 2,
                    canaries_s={"ufunc": (40e-6 * slow, 40e-6)},
                    minor_faults=3.0,
                )
                for point in made.points
            )
            folder.append(RoundRecord(round=number, worker=number % 3, visits=visits))
        for point in made.points:
            status = Status.WRONG if point.implementation == "taps" else Status.OK
            folder.append(PointRecord(point=point, status=status, reason="converged"))
        loop = next(p for p in made.points if p.implementation == "loop")
        for line, time_s in ((1, 3.0), (2, 1.0)):
            folder.append(
                LineRecord(
                    point=loop.id,
                    implementation="loop",
                    file="f.py",
                    function="loop",
                    line=line,
                    source="x = 1",
                    hits=20,
                    time_s=time_s,
                    evaluations=10,
                )
            )
        folder.append(
            PassRecord(name="sweep", at_s=99.0, outcome="complete after 3 worker processes")
        )
    return tmp_path / "run"


def test_a_run_becomes_one_row_per_point_with_gated_times(run_folder: Path) -> None:
    run = profiler_suite.load(run_folder)
    table = run.points.set_index("implementation")
    assert len(run.points) == len(run.provenance.points)
    assert table.loc["loop", "time_s"] == pytest.approx(10e-3, rel=0.001)
    assert table.loc["loop", "raw_median_s"] == pytest.approx(12.5e-3)
    assert table.loc["loop", "undisturbed_visits"] == ROUNDS / 2
    assert table.loc["loop", "flop_per_s"] == pytest.approx(61_440 / 10e-3, rel=0.001)
    assert table.loc["loop", "minor_faults"] == 3
    assert table.loc["loop", "workers"] == 1
    assert run.complete


def test_a_wrong_answer_has_no_time(run_folder: Path) -> None:
    run = profiler_suite.load(run_folder)
    row = run.points[run.points["implementation"] == "taps"].iloc[0]
    assert row["status"] == "wrong"
    assert str(row["time_s"]) == "nan"
    assert any("answer is wrong: taps" in text for text in quality.warnings(run))


def test_samples_are_kept_raw_and_say_whether_they_are_undisturbed(run_folder: Path) -> None:
    run = profiler_suite.load(run_folder)
    assert len(run.samples) == len(run.provenance.points) * ROUNDS * 2
    assert run.samples["undisturbed"].mean() == pytest.approx(0.5)


def test_lines_are_per_evaluation_and_share_one(run_folder: Path) -> None:
    lines = profiler_suite.load(run_folder).lines
    assert lines["hits"].tolist() == [2.0, 2.0]
    assert lines["time_s"].tolist() == pytest.approx([0.3, 0.1])
    assert lines["share"].tolist() == pytest.approx([0.75, 0.25])


def test_the_answer_pairs_undisturbed_visits_and_names_both_bounds(run_folder: Path) -> None:
    found = findings.answer(profiler_suite.load(run_folder))
    assert found is not None
    assert found.ratio == pytest.approx(40.0)
    assert found.low < 40 < found.high < 42
    assert found.flop_ratio == 50
    assert found.word is Verdict.SLOWER
    assert found.headline.startswith(
        "loop does 1/50 of the operations of dot, yet takes 40.0 times as long"
    )
    assert "bound by per-call cost" in found.left_bound
    assert found.right_bound.startswith("memory-bound (L3)")


def test_the_same_code_entered_twice_is_the_same(run_folder: Path) -> None:
    pairs = quality.same_code(profiler_suite.load(run_folder))
    assert len(pairs) == 1
    assert pairs.iloc[0]["ratio"] == pytest.approx(1.0)


def test_the_document_has_the_promised_keys_and_only_json_numbers(run_folder: Path) -> None:
    text = json.dumps(document(profiler_suite.load(run_folder)), allow_nan=False)
    found = json.loads(text)
    assert found["experiment"] == "seed_question"
    flops = {p["implementation"]: p["flop"] for p in found["points"]}
    assert (flops["loop"], flops["dot"]) == (61_440, 3_072_000)
    loop = next(p for p in found["points"] if p["implementation"] == "loop")
    assert loop["interval_s"][0] < loop["time_s"] < loop["interval_s"][1]
    assert loop["samples"] == ROUNDS * 2
    assert loop["status"] == "ok"
    assert loop["family"] == "loop"
    answer = found["answer"]
    assert answer["low"] < answer["ratio"] < answer["high"]
    assert answer["left_bound"]
    assert answer["right_bound"]
    assert found["machine"]["facts"]["cores_allowed"] == 2


def test_a_slow_machine_is_said_and_widens_every_interval(run_folder: Path) -> None:
    path = run_folder / store.RUN
    provenance = store.read_provenance(run_folder)
    baselines = {"ufunc": 40e-6 / 1.3}
    path.write_bytes(
        msgspec.json.encode(msgspec.structs.replace(provenance, baselines_s=baselines))
    )
    run = profiler_suite.load(run_folder)
    assert any("slow during the whole run" in text for text in quality.warnings(run))
    measured = run.points[run.points["time_s"].notna()]
    assert measured["flags"].str.contains("machine slowed").all()
    assert (measured["low_s"] <= measured["time_s"] / 1.29).all()


def test_an_interrupted_run_says_so(run_folder: Path) -> None:
    records = run_folder / store.RECORDS
    lines = records.read_bytes().splitlines(keepends=True)
    records.write_bytes(b"".join(lines[: len(lines) // 2])[:-5])
    run = profiler_suite.load(run_folder)
    assert not run.complete
    assert any("interrupted" in text for text in quality.warnings(run))
    assert any("could not be read" in text for text in quality.warnings(run))


def test_usual_times_and_samples_that_waited_are_said_where_they_matter() -> None:
    calm = pd.DataFrame(
        {"time_s": [1e-3] * 3, "raw_median_s": [1.1e-3] * 3, "samples": 10, "switched_out": 0.0}
    )
    assert quality._usual(calm) == quality._switched_out(calm) == []
    busy = calm.assign(raw_median_s=[1.8e-3] * 3, switched_out=[0.3, 0.0, 0.0])
    assert "A plain timer shows 1.80× these times here" in quality._usual(busy)[0]
    assert "took the core during 10 % of the samples" in quality._switched_out(busy)[0]
    nothing = calm[:0]
    assert quality._usual(nothing) == quality._switched_out(nothing) == []


@pytest.mark.parametrize(
    ("low", "high", "said"),
    [
        (45.0, 100.0, "takes about 45.0 to 100 times as long"),
        (45.0, 50.0, "times as long (45.0 to 50.0)"),
    ],
)
def test_a_ratio_that_is_not_narrow_is_said_as_an_interval(
    run_folder: Path, low: float, high: float, said: str
) -> None:
    made = {p.implementation: p for p in profiler_suite.load(run_folder).provenance.points}
    ratio = PairedRatio(ratio=47.0, low=low, high=high, pairs=9)
    text = findings._headline(made["loop"], made["dot"], ratio, 50.0, Verdict.SLOWER)
    assert text.endswith(said)


def test_an_unknown_run_is_named(tmp_path: Path) -> None:
    with pytest.raises(RunFolderError, match="no run in"):
        profiler_suite.load(tmp_path / "nothing")


def test_words_follow_the_interval() -> None:
    assert findings.verdict_for(1.2, 1.4) is Verdict.SLOWER
    assert findings.verdict_for(0.7, 0.9) is Verdict.FASTER
    assert findings.verdict_for(0.99, 1.02) is Verdict.SAME
    assert findings.verdict_for(0.8, 1.3) is Verdict.UNKNOWN


def test_findings_and_scaling_of_a_run_without_other_experiments_are_empty(
    run_folder: Path,
) -> None:
    run = profiler_suite.load(run_folder)
    assert crossovers.crossovers(run.points, run.provenance.experiments).empty
    assert scaling.thread_scaling(run.points).empty
    assert findings.findings(run) == ()


def test_a_choice_is_judged_by_the_fastest_implementation_of_its_problem(
    run_folder: Path,
) -> None:
    run = profiler_suite.load(run_folder)
    (made,) = choices.choices(run)
    own = run.points[
        (run.points["problem"] == "32x32x3-f10-2x2-s2") & (run.points["replica"] == 0)
    ]
    own = own[~own["family"].isin(["choice", "peer"])]
    assert made.chosen == "im2col_kept"
    assert made.fastest == own.sort_values("time_s")["implementation"].iloc[0]
    (said,) = (s for s in choices.findings(run) if s.startswith("best: "))
    assert "of 1 choices" in said


def test_no_more_is_saved_than_the_time_there_is() -> None:
    run = make_run()
    point_id = str(run.points["id"][run.points["bound"] != "memory"].iloc[0])
    entry = BreakdownEntry("arithmetic", 1.03e-3, 1.0e-3, 1.05e-3, "replay")
    found = Breakdown(
        point=point_id,
        time_s=1e-3,
        entries=(entry,),
        replay=(entry,),
        native=(),
        overhead_shares={"replay": 0.0},
        coverage=1.0,
        undisturbed=True,
        notes=(),
    )
    record = breakdown_record(point_id, calls=1, flop=1.0)
    run.history.breakdown_records[point_id] = record
    said = findings.where_time_goes(
        dataclasses.replace(run, breakdowns={point_id: found}), point_id
    )
    assert said.endswith("Infinitely fast arithmetic would save 100 %.")

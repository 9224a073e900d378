"""The advice of a sweep: for the question's slow side, once, or why there is none."""

import io
from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import msgspec
import pytest

from profiler_suite.analysis.explain.patch import added_lines
from profiler_suite.cli.progress import ProgressLine
from profiler_suite.cli.sweeping import advising
from profiler_suite.errors import FunctionError
from profiler_suite.measure.planning import question_point
from profiler_suite.measure.planning.plan import plan
from profiler_suite.measure.planning.schedule import QUICK
from profiler_suite.model.experiment import Experiment, Point
from profiler_suite.model.rows import AdviceRecord, PointRecord, Row, Status
from profiler_suite.store import RunFolder, read_rows
from profiler_suite.workloads import question
from tests.fake_machine import MACHINE

DIFF = """--- a/f.py
+++ b/f.py
@@ -1,3 +1,3 @@
     x = 1
-    for i in x:
+    y = f(
+        x,
+    )
"""
ADVICE = SimpleNamespace(
    title="as one product",
    source="def f(): ...",
    ratio=700.0,
    low=600.0,
    high=800.0,
    caveats=(),
)


def planned() -> tuple[tuple[Experiment, ...], tuple[Point, ...]]:
    made = plan([question.experiment()], MACHINE, QUICK)
    return made.experiments, made.points


def advised(folder: Path, *, status: Status = Status.OK, times: int = 1) -> list[AdviceRecord]:
    """The advice in a run whose points ended so, after so many sweeps into it."""
    experiments, points = planned()
    run: Any = SimpleNamespace(
        experiments=experiments, points=points, machine=MACHINE, shard=""
    )
    with RunFolder(folder) as run_folder:
        for point in points:
            run_folder.append(PointRecord(point=point, status=status))
        for _ in range(times):
            advising.advise(run_folder, run, ProgressLine(io.StringIO(), quiet=True))
    rows: Sequence[Row] = read_rows(folder)[0]
    return [row for row in rows if isinstance(row, AdviceRecord)]


def explaining(monkeypatch: pytest.MonkeyPatch, best: Any) -> list[Any]:
    asked: list[Any] = []

    def explained(ask: Any, *_: Any) -> Any:
        asked.append(ask)
        if isinstance(best, Exception):
            raise best
        return SimpleNamespace(best=best, patch=DIFF, not_advised=("Tried: out; not faster.",))

    monkeypatch.setattr(advising, "explained_with_advice", explained)
    return asked


def test_the_slow_side_is_the_first_of_the_pair_when_both_are_planned() -> None:
    experiments, points = planned()
    first, second = question.experiment().pair
    found = question_point.slow_side(experiments, points)
    assert found is not None
    assert found.implementation == first
    alone = [p for p in points if p.implementation != second]
    assert question_point.slow_side(experiments, alone) is None
    other = msgspec.structs.replace(experiments[0], name="other")
    assert question_point.slow_side([other], points) is None


def test_what_was_found_is_written_once(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    asked = explaining(monkeypatch, ADVICE)
    (found,) = advised(tmp_path / "run", times=2)
    assert len(asked) == 1
    assert (found.ratio, found.reason) == (700.0, "")
    assert found.code == "y = f(\n    x,\n)"


@pytest.mark.parametrize(
    ("best", "reason"), [(None, "Tried: out"), (FunctionError("it was killed"), "killed")]
)
def test_that_there_is_none_is_written_with_the_reason(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, best: Any, reason: str
) -> None:
    explaining(monkeypatch, best)
    (found,) = advised(tmp_path / "run")
    assert reason in found.reason
    assert not found.code


def test_a_side_without_a_time_is_not_advised(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    asked = explaining(monkeypatch, ADVICE)
    assert advised(tmp_path / "run", status=Status.WRONG) == []
    assert asked == []


def test_the_lines_to_type_keep_their_own_indentation() -> None:
    assert added_lines(DIFF) == "y = f(\n    x,\n)"
    assert added_lines("") == ""

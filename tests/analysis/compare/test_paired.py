"""Two environments side by side: pairs of processes are what is compared."""

from pathlib import Path

import msgspec
import pytest

from profiler_suite.analysis.compare.paired import comparison_within
from profiler_suite.analysis.run.load import load
from profiler_suite.model.experiment import Point
from profiler_suite.model.results import Verdict
from tests.fake_folder import made_points, other_environment, write_run
from tests.fake_run import make_run


def doubled(points: tuple[Point, ...]) -> tuple[Point, ...]:
    """Each point in both environments."""
    made: list[Point] = []
    for point in points:
        name = f"{point.id}@other"
        made.append(msgspec.structs.replace(point, counterpart=name))
        made.append(
            msgspec.structs.replace(
                point, id=name, partner="", environment="other", counterpart=point.id
            )
        )
    return tuple(made)


POINTS = doubled(made_points())


def test_a_run_of_one_environment_compares_nothing() -> None:
    assert comparison_within(make_run()) is None


@pytest.mark.parametrize(
    ("factor", "verdict"), [(1.0, Verdict.SAME), (1.3, Verdict.SLOWER), (0.7, Verdict.FASTER)]
)
def test_this_environment_is_held_against_the_other(
    factor: float, verdict: Verdict, tmp_path: Path
) -> None:
    out = write_run(
        tmp_path / "run",
        lambda point: 1.0 if point.environment else factor,
        points=POINTS,
        other=other_environment(),
        rounds=24,
        workers=4,
    )
    found = comparison_within(load(out))
    assert found is not None
    assert (found.before, found.after) == ("NumPy 2.2.6", "NumPy 2.4.6")
    assert {each.verdict for each in found.changes} == {verdict}
    assert all(each.low < factor < each.high for each in found.changes)


def test_one_pair_of_processes_says_nothing(tmp_path: Path) -> None:
    out = write_run(
        tmp_path / "run", points=POINTS, other=other_environment(), rounds=8, workers=1
    )
    found = comparison_within(load(out))
    assert found is not None
    assert {each.verdict for each in found.changes} == {Verdict.UNKNOWN}
    assert all("1 worker process" in each.reason for each in found.changes)

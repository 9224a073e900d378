"""From what was asked for to what is planned."""

from pathlib import Path
from typing import Any

import pytest

from profiler_suite.cli.sweeping import planning
from profiler_suite.errors import UsageError
from profiler_suite.machine.kept import CACHE_VARIABLE, keep_paces
from profiler_suite.measure.planning.schedule import of_mode
from profiler_suite.workloads import catalogue
from tests.cli.requests import request
from tests.fake_machine import MACHINE


@pytest.mark.parametrize("mode", ["quick", "full"])
def test_the_schedule_is_the_mode_s(mode: str) -> None:
    assert planning.schedule_of(request(mode=mode)) == of_mode(mode)


def test_without_a_mode_it_is_the_default_and_two_environments_have_their_own() -> None:
    assert planning.schedule_of(request()) == of_mode("default")
    assert planning.schedule_of(request(versus=Path("python"))) != of_mode("default")


def test_options_take_the_place_of_an_experiment_s_values() -> None:
    found = planning.overrides_of(
        request(dims={"height": (8,)}, threads=(1, 2), dtype=("float32",))
    )
    assert (found.dims, found.threads, found.dtypes) == ({"height": (8,)}, (1, 2), ("float32",))
    assert found.implementations == ()


@pytest.mark.parametrize(
    ("options", "named"),
    [
        ({"only_flagged": True}, "--only-flagged"),
        ({"shard": (1, 2)}, "--shard"),
        ({"scheduler": "tcp://a:1"}, "--scheduler"),
    ],
)
def test_points_are_chosen_in_one_way(options: dict[str, Any], named: str) -> None:
    planning.check_points(request(**options))
    with pytest.raises(UsageError, match=f"--point and {named} cannot be combined"):
        planning.check_points(request(point=("a/b",), **options))


def test_named_points_need_their_own_experiments_only_in_the_catalogue_s_order() -> None:
    names = catalogue.built_in()
    assert planning.experiments_of(request()) == names
    wanted = (f"{names[2]}/x/y", f"{names[0]}/x/y", f"{names[2]}/z")
    assert planning.experiments_of(request(point=wanted)) == (names[0], names[2])


def test_a_point_of_no_experiment_names_the_nearest() -> None:
    with pytest.raises(UsageError, match="seed_question"):
        planning.experiments_of(request(point=("seed_questoin/loop",)))


def test_a_schedule_knows_how_long_phases_took_here_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(CACHE_VARIABLE, str(tmp_path))
    bare = of_mode("quick")
    assert planning.with_paces(bare, MACHINE) == bare
    keep_paces(MACHINE.fingerprint, {"rounds": 1.5})
    assert planning.with_paces(bare, MACHINE).pace("rounds") == 1.5
    assert planning.with_paces(bare, MACHINE).pace("lines") == 1.0

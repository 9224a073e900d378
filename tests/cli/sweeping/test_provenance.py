"""The name of a run's folder, and what it says of the run."""

import re
from pathlib import Path
from typing import Any

import msgspec
import pytest

from profiler_suite.cli.sweeping import provenance
from profiler_suite.measure.planning.schedule import of_mode
from profiler_suite.model.experiment import Plan
from tests.cli.requests import request
from tests.fake_folder import made_points, other_environment
from tests.fake_machine import MACHINE


@pytest.mark.parametrize(
    ("names", "options", "ending"),
    [
        (["stride"], {}, "stride"),
        (["stride", "depth"], {}, "sweep"),
        ([], {}, "sweep"),
        (["stride"], {"mode": "quick"}, "stride-quick"),
        (["a", "b"], {"mode": "full", "shard": (3, 16)}, "sweep-full-shard3of16"),
        (["stride"], {"versus": Path("python")}, "stride-versus"),
    ],
)
def test_a_folder_sorts_by_time_and_says_what_was_asked_for(
    names: list[str], options: dict[str, Any], ending: str
) -> None:
    found = provenance.run_name(names, request(**options))
    assert re.fullmatch(rf"\d{{8}}-\d{{6}}-{ending}", found)


PLAN = Plan(
    experiments=(),
    points=made_points(),
    skipped=(),
    predicted_duration_s=3.0,
    predicted_memory_bytes=1e6,
)


def made(**options: Any) -> Any:
    other = options.pop("other", None)
    return provenance.provenance_of(
        request(**options), of_mode("quick"), MACHINE, PLAN, PLAN, ("/a/made.py",), other
    )


def test_a_seed_that_is_given_is_kept_also_when_it_is_nothing() -> None:
    assert made(seed=0).seed == 0
    assert made(seed=7).seed == 7


def test_every_shard_finds_the_same_seed_and_other_runs_one_of_their_own() -> None:
    assert made(shard=(1, 4)).seed == made(shard=(2, 4)).seed
    assert made(shard=(1, 4)).shard == "1/4"
    assert made().seed != made().seed


def test_it_says_what_ran_and_can_be_stored() -> None:
    found = made()
    assert (found.mode, found.points, found.experiment_files) == (
        "quick",
        PLAN.points,
        ("/a/made.py",),
    )
    assert found.command[:3] == ("python", "-m", "profiler_suite")
    assert msgspec.json.decode(msgspec.json.encode(found), type=type(found)) == found


def test_without_another_environment_nobody_is_asked() -> None:
    assert provenance.introduced(request(), None) is None  # type: ignore[arg-type]
    environment = other_environment()
    assert made(other=environment).other == environment

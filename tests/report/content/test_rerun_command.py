"""The command that measures a point again keeps what decides which points there are."""

import shlex
from types import SimpleNamespace
from typing import Any

import msgspec
import pytest

from profiler_suite.model.run import Provenance
from profiler_suite.report.content.rerun_command import commands
from tests.report.known import known


def provenance(*words: str, **fields: Any) -> Provenance:
    return msgspec.structs.replace(
        known().run.provenance,
        command=("python", "-m", "profiler_suite", "sweep", *words),
        **({"mode": "default"} | fields),
    )


def command(origin: Provenance, experiment: str = "seed_question", point: str = "p") -> str:
    return commands(origin)(SimpleNamespace(experiment=experiment, id=point))


@pytest.mark.parametrize(
    ("words", "kept"),
    [
        (("--sizes", "8,16"), " --sizes 8,16"),
        (("--sizes=8,16", "--out", "x"), " --sizes 8,16"),
        (("--set", "n=3", "--set", "m=4"), " --set n=3 --set m=4"),
        (("--out", "--seed"), " --seed"),
        (("--quiet", "--json"), ""),
        (("--plugin", "my file.py"), " --plugin 'my file.py'"),
        ((), ""),
    ],
)
def test_options_that_decide_the_points_are_kept(words: tuple[str, ...], kept: str) -> None:
    expected = f"python -m profiler_suite sweep --point p{kept}"
    assert command(provenance(*words)) == expected


@pytest.mark.parametrize(
    ("mode", "kept"), [("quick", " --quick"), ("full", " --full"), ("default", "")]
)
def test_the_mode_is_kept(mode: str, kept: str) -> None:
    assert command(provenance(mode=mode)) == f"python -m profiler_suite sweep --point p{kept}"


def test_a_point_with_a_hostile_name_is_one_word() -> None:
    point = "a/b; rm -rf '$HOME'/n1"
    assert shlex.split(command(provenance(), point=point))[-1] == point


def test_a_person_s_own_experiment_is_named_by_its_file() -> None:
    origin = provenance()
    own = msgspec.structs.replace(origin.experiments[0], name="my_own")
    origin = msgspec.structs.replace(
        origin, experiments=(own,), experiment_files=("/home/me/my own.py",)
    )
    found = command(origin, experiment="my_own")
    assert found == "python -m profiler_suite sweep '/home/me/my own.py' --point p"

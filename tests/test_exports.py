"""A run in other tools' formats."""

import json
from pathlib import Path

import pytest

from profiler_suite.errors import UsageError
from profiler_suite.report.exports import FORMATS, speedscope
from tests.test_ledger import account, samples


def test_samples_become_one_speedscope_profile_per_point() -> None:
    records = [account(), account(point="q", native=samples(blas=3))]
    found = json.loads(json.dumps(speedscope(records, "run"), allow_nan=False))
    assert [profile["name"] for profile in found["profiles"]] == ["p", "q"]
    frames = found["shared"]["frames"]
    for profile in found["profiles"]:
        assert len(profile["samples"]) == len(profile["weights"])
        assert max(max(stack) for stack in profile["samples"]) < len(frames)
        assert profile["endValue"] == pytest.approx(sum(profile["weights"]))


def test_a_run_without_samples_says_so() -> None:
    with pytest.raises(UsageError, match="no native samples"):
        speedscope([account(native=None)], "run")


def test_formats_are_those_of_the_command_line() -> None:
    text = (Path(__file__).parents[1] / "profiler_suite" / "cli" / "show.py").read_text()
    assert all(f'"{form}"' in text for form in FORMATS)

"""Where the benchmark of known causes looks for the share of each function."""

import inspect
from typing import Any

import pytest

from tests.benchmarks import own_entries
from tests.benchmarks.own_entries import KNOWN
from tests.files import known_causes

FOUND: dict[str, Any] = {
    "inside": {"latency": 0.9, "casts": 0.05},
    "breakdown": {"entries": {"interpreter": {"share": 0.85}, "copy": {"share": 0.1}}},
    "layers": {
        "samples": 200,
        "callees": [
            {"function": "check_array", "total": 180, "own": 2},
            {"function": "_asarray", "total": 90, "own": 90},
        ],
    },
}


@pytest.mark.parametrize("name", KNOWN)
def test_each_is_there_with_what_makes_its_arguments_and_what_it_is(name: str) -> None:
    function = getattr(known_causes, name)
    setup = getattr(known_causes, f"{name}_setup")
    assert inspect.getdoc(function)
    assert list(inspect.signature(setup).parameters) == []


@pytest.mark.parametrize("name", ["cast", "subnormal", "callback", "lock"])
def test_it_takes_what_is_made_for_it(name: str) -> None:
    getattr(known_causes, name)(*getattr(known_causes, f"{name}_setup")())


@pytest.mark.parametrize(
    ("name", "share"),
    [("gather", 0.9), ("cast", 0.05), ("field", 0.0), ("callback", 0.85), ("lock", 0.0)],
)
def test_the_share_is_that_of_its_own_entry(name: str, share: float) -> None:
    assert KNOWN[name].share(FOUND) == share


def test_the_share_below_a_function_is_of_all_samples() -> None:
    assert KNOWN["validation"].share(FOUND) == 0.9
    assert own_entries.below("fit")(FOUND) == 0.0

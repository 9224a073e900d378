"""A what-if whose premise fails is not shown."""

from typing import Any

import msgspec
import numpy as np
import pytest

from profiler_suite.analysis.explain.rewrites.premises import calls_could_be_one
from profiler_suite.measure.explain.records import FunctionRecord
from tests.analysis.explain.rules.own_function import Own

X = np.arange(40.0).reshape(20, 2)


def record(body: str, *arguments: Any) -> FunctionRecord:
    text = "def f(x):\n    s = x[0] * 1.0\n    out = np.zeros(len(x))\n" + body + "    return s"
    return Own(text, X, *arguments).observed.explained


@pytest.mark.parametrize(
    ("body", "answer"),
    [
        ("    for i in range(20):\n        out[i] = np.sum(x[i])\n", True),
        ("    for i in range(20):\n        s = np.sin(s)\n", False),
        ("    for i in range(3):\n        s = np.sin(s)\n", True),
        ("", True),
    ],
    ids=["independent", "carried", "few", "no loop"],
)
def test_calls_of_loops_whose_iterations_depend_on_each_other_stay(
    body: str, answer: bool
) -> None:
    assert calls_could_be_one(record(body)) is answer


def test_calls_whose_place_is_not_known_speak_against_nothing() -> None:
    carried = record("    for i in range(20):\n        s = np.sin(s)\n")
    assert calls_could_be_one(msgspec.structs.replace(carried, sources=()))
    nowhere = tuple(msgspec.structs.replace(o, lines=()) for o in carried.operations)
    assert calls_could_be_one(msgspec.structs.replace(carried, operations=nowhere))
    assert calls_could_be_one(msgspec.structs.replace(carried, operations=()))

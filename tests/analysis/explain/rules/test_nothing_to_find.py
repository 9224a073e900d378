"""No rule finds anything where there is nothing, and none trips over source that is odd."""

from types import ModuleType
from typing import Any

import msgspec
import numpy as np
import pytest

from profiler_suite.analysis.explain.rules import (
    algorithm,
    calls,
    dtype,
    layout,
    library,
    loops,
    memory,
    models,
    not_for_arrays,
    per_element,
    powers,
    records,
    routines,
    searching,
    signals,
    sparse,
    threads,
)
from profiler_suite.analysis.explain.rules.observed import Observation
from profiler_suite.analysis.explain.rules.registry import Rule, catalogue
from tests.analysis.explain.rules.own_function import Own
from tests.fake_machine import MACHINE

FAMILIES: tuple[ModuleType, ...] = (
    *(algorithm, calls, dtype, layout, library, loops, memory, models, not_for_arrays),
    *(per_element, powers, records, routines, searching, signals, sparse, threads),
)
X = np.arange(12.0).reshape(3, 4)

ODD = {
    "nothing": ("def f(x):\n    pass", X),
    "the argument": ("def f(x):\n    return x", X),
    "empty arrays": ("def f(x):\n    return x[:0]", X),
    "a number": ("def f(x):\n    return x", 3),
    "text": ("def f(x):\n    return 'np.sum(x)'  # np.sqrt(x)", X),
    "unusual names": ("def f(ä, *größen, **_):\n    return ä, größen", X),
    "functions inside": ("def f(x):\n    def g(y): return y\n    return g(lambda: x)", X),
    "other statements": (
        "def f(x):\n    try:\n        assert x is x\n    finally:\n        del x\n",
        X,
    ),
    "a match": (
        "def f(x):\n    match x:\n        case None: return 1\n        case _: return 2\n",
        X,
    ),
    "several targets": ("def f(x):\n    a = b, *c = (x, x, x)\n    return a", X),
}


def rules_of(family: ModuleType) -> list[Rule]:
    return [each for each in catalogue() if each.find.__module__ == family.__name__]


@pytest.mark.parametrize("family", FAMILIES, ids=lambda each: each.__name__.rpartition(".")[2])
def test_every_rule_of_a_module_is_of_its_family(family: ModuleType) -> None:
    rules = rules_of(family)
    assert rules
    assert {each.family for each in rules} == {family.__name__.rpartition(".")[2]}
    for each in rules:
        assert getattr(family, each.name) is each.find


@pytest.fixture(scope="module")
def odd() -> list[tuple[str, Any]]:
    made = [(name, Own(*given).observed) for name, given in ODD.items()]
    return made + [
        (f"{name}, not traced", Own(*given, traced=False).observed)
        for name, given in ODD.items()
    ]


@pytest.mark.parametrize("family", FAMILIES, ids=lambda each: each.__name__.rpartition(".")[2])
def test_where_there_is_nothing_nothing_is_found(
    family: ModuleType, odd: list[tuple[str, Any]]
) -> None:
    for rule in rules_of(family):
        for name, observed in odd:
            assert list(rule.find(observed) or ()) == [], (rule.name, name)


@pytest.mark.parametrize("family", FAMILIES, ids=lambda each: each.__name__.rpartition(".")[2])
def test_without_source_nothing_is_rewritten(family: ModuleType) -> None:
    seen = Own("def f(x):\n    return np.sum(x * x, axis=1) ** 2", X).observed
    record = msgspec.structs.replace(seen.explained, sources=())
    for rule in rules_of(family):
        found = list(rule.find(Observation(record, MACHINE)) or ())
        assert not any(each.trial.rewrites for each in found), rule.name

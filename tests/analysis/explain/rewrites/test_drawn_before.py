"""Random numbers of a loop, drawn before it."""

import ast
from types import SimpleNamespace

import numpy as np
import pytest

from profiler_suite.analysis.explain import syntax
from profiler_suite.analysis.explain.rewrites.drawn_before import of_loop
from profiler_suite.analysis.explain.rules.searching import drawn_one_by_one
from tests.analysis.explain.rules.own_function import Own

RULE = drawn_one_by_one.__name__
COUNTED = """
def f(n, x):
    rng = np.random.default_rng(3)
    counts = {}
    for i in range(n):
        k = DRAW
        counts[k] = counts.get(k, 0) + x[0]
    return counts, rng.random()
"""
X = np.array([0.25, 0.5, 0.25])


def own(draw: str, n: int = 20) -> Own:
    return Own(COUNTED.replace("DRAW", draw), n, X)


@pytest.mark.parametrize(
    ("draw", "many"),
    [
        ("rng.choice(3, p=x)", "rng.choice(3, p=x, size=n)"),
        ("rng.random()", "rng.random(size=n)"),
        ("rng.normal(0, scale=2.0)", "rng.normal(0, scale=2.0, size=n)"),
        ("round(rng.uniform(0, 9))", "rng.uniform(0, 9, size=n)"),
        ("rng.integers(7)", "rng.integers(7, size=n)"),
        ("np.random.rand()", "np.random.rand(n)"),
        ("np.random.randint(0, 5)", "np.random.randint(0, 5, size=n)"),
    ],
)
def test_one_draw_an_iteration_is_one_call_before(draw: str, many: str) -> None:
    made = own(draw)
    found = made.findings(RULE)
    assert f"draws = {many}.tolist()" in found[0].trial.rewrites[0].source
    assert any(made.agreement(f).same for f in found)


@pytest.mark.parametrize(
    "draw",
    [
        "rng.random() if i else rng.random()",
        "rng.random() if i > 3 else 0.0",
        "rng.normal(i)",
        "rng.random(2).sum()",
        "rng.choice(3, replace=False)",
        "sum(rng.random() for _ in range(2))",
        "rng.permutation(3)[0]",
        "x.sum()",
    ],
)
def test_draws_of_some_iterations_or_several_stay(draw: str) -> None:
    (function,) = own(draw).observed.functions
    (loop,) = syntax.loops_of(function)
    assert isinstance(loop, ast.For)
    assert not list(of_loop(function, loop, syntax.changed_in(loop)))


def test_a_loop_that_is_left_early_draws_as_many_as_it_needs() -> None:
    text = COUNTED.replace("DRAW", "rng.random()").replace(
        "+ x[0]\n", "+ x[0]\n        if k > 0.9:\n            break\n"
    )
    assert not Own(text, 20, X).findings(RULE)


HELD = """
def f(world):
    for agent in world.agents:
        chance = world.rng.random()
        if chance < agent[0]:
            agent[1] += 1
    return world.agents, world.rng.random()
"""


def world() -> SimpleNamespace:
    agents = [[n / 20, 0] for n in range(20)]
    return SimpleNamespace(agents=agents, rng=np.random.default_rng(5))


def test_a_draw_for_each_element_of_a_list_is_one_call_before() -> None:
    made = Own(HELD, world())
    found = made.findings(RULE)
    source = found[0].trial.rewrites[0].source
    assert "for agent, draw in zip(world.agents, draws):" in source
    assert "draws = world.rng.random(size=len(world.agents)).tolist()" in source
    assert made.agreement(found[0]).same


def test_of_an_iterator_nobody_knows_how_many_come() -> None:
    text = HELD.replace("for agent in world.agents", "for agent in iter(world.agents)")
    assert not Own(text, world()).findings(RULE)

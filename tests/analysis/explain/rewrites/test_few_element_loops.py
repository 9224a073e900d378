"""Loops around a few elements, written out: they do what they did, or are left alone."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from profiler_suite.analysis.explain.rewrites import few_element_loops
from profiler_suite.analysis.explain.rewriting import Function, spliced
from tests.analysis.explain.rewrites.small_loops import LARGE, LoopProgram
from tests.analysis.explain.rewrites.small_programs import NAMES
from tests.analysis.explain.rewrites.test_written_out import (
    arguments_of,
    called,
    function_of,
    same,
    same_programs,
)


def rewritten(
    text: str, names: dict[str, str], others: dict[str, Function] | None = None
) -> str | None:
    function = function_of(text, names)
    function.siblings = others or {}
    found = few_element_loops.written_out_with_loops(function)
    made = spliced(function, found.edits) if found is not None else None
    return made.source if made is not None else None


def arguments(seed: int) -> list[Any]:
    rng = np.random.default_rng(seed)
    return [*arguments_of(seed), rng.normal(size=12), rng.normal(size=(11, 2))]


def check(seed: int) -> bool:
    """Whether it was written out; fails where the two differ in anything."""
    text = LoopProgram(seed).text
    made = rewritten(text, {**NAMES, **LARGE})
    if made is None:
        return False
    return same_programs(text, made, lambda: arguments(seed))


@settings(max_examples=100, deadline=None)
@given(st.integers(0, 10**9))
def test_a_random_function_with_loops_does_what_it_did(seed: int) -> None:
    check(seed)


def test_some_of_the_random_functions_are_written_out() -> None:
    assert sum(map(check, range(120))) >= 3


SLOPE = "def slope(y):\n    return np.array([y[1], -4.0 * y[0]])\n"
PROGRAMS = {
    "orbit": """
        out = np.empty((n, 2))
        for i in range(n):
            a = -p / np.linalg.norm(p) ** 3
            q = q + a * dt
            p = p + q * dt
            out[i] = p
        return out, p
    """,
    "leapfrog": """
        x = p.copy()
        v = q.copy()
        found = []
        a = -x / np.linalg.norm(x) ** 3
        for _ in range(n):
            v += 0.5 * dt * a
            x += dt * v
            a = -x / np.linalg.norm(x) ** 3
            v += 0.5 * dt * a
            found.append(x.copy())
        return np.array(found)
    """,
    "Runge and Kutta": """
        out = np.zeros((n + 1, 2))
        out[0] = p
        for k in range(n):
            first = slope(p)
            second = slope(p + dt / 2 * first)
            third = slope(p + dt / 2 * second)
            p = p + dt / 6 * (first + 2 * second + 2 * third + slope(p + dt * third))
            out[k + 1] = p
        return out
    """,
    "Kalman": """
        P, F, H = np.eye(2), np.array([[1.0, 0.1], [0.0, 1.0]]), np.array([1.0, 0.0])
        out = np.empty((len(z), 2))
        for i in range(len(z)):
            p = F @ p
            P = F @ P @ F.T + 0.01 * np.eye(2)
            K = P @ H / (H @ P @ H + 0.5)
            p = p + K * (z[i] - H @ p)
            P = P - np.outer(K, H @ P)
            out[i] = p
        return out
    """,
    "walk": """
        rng = np.random.default_rng(n)
        out = np.zeros((n + 1, 2))
        for k in range(n):
            p = p + 0.1 * rng.normal(size=2) + rng.random()
            if np.linalg.norm(p) > 1:
                p = p / np.linalg.norm(p)
            out[k + 1] = p
        return out
    """,
    "ball": """
        total, t = 0, 0.0
        g = np.array([0.0, -9.81])
        while t < 3.0 and not p[0] > 100.0:
            q = q + g * dt
            p += q * dt
            if p[1] < 0:
                q[1] = -0.9 * q[1]
                p[1] = 0.0
            total += np.dot(q, q)
            t += dt
        return p, q, total
    """,
    "matrix": """
        M = np.array([[0.9, 0.2], [-0.3, 0.95]])
        A = np.eye(2)
        found = []
        for _ in range(n):
            A = M @ A
            A /= np.linalg.norm(A)
            found.append(A[0, 0] + A[1, 1])
        return np.array(found)
    """,
    "rows of a table": """
        x = np.zeros((n, 2))
        x[0] = p
        for i in range(n - 1):
            a = -x[i] - 0.1 * q
            q = q + dt * a
            x[i + 1] = x[i] + dt * q
        return x
    """,
    "until it is near": """
        while True:
            p = p * 0.5 + q * 0.1
            if np.linalg.norm(p - q) > 0.2:
                return p, dt
            q = q * 0.9 + p * 0.2
            if q[0] < 0.001:
                break
        return q, dt
    """,
}
OWN = {"p": "float64 (2,)", "q": "float64 (2,)", "dt": "float 0.1", "n": "int 20"}
LARGE_HERE = {"z": "float64 (30,)", "x": "float64 (20, 2)"}


def text_of(body: str) -> str:
    lines = body.strip("\n").splitlines()
    indent = len(lines[0]) - len(lines[0].lstrip())
    shown = "\n".join(f"    {line[indent:]}" for line in lines if line.strip())
    return f"def f(p, q, dt, n, z):\n{shown}\n"


def written(body: str) -> str | None:
    slope = function_of(SLOPE, {"y": "float64 (2,)"}, "slope")
    names = OWN | LARGE_HERE
    if "x = p.copy()" in body:
        names |= {"x": "float64 (2,)"}
    return rewritten(text_of(body), names, {"slope": slope})


def own_arguments() -> list[Any]:
    rng = np.random.default_rng(3)
    return [np.array([0.5, 1.0]), np.array([1.0, 0.2]), 0.1, 20, rng.normal(size=30)]


@pytest.mark.parametrize("name", PROGRAMS)
def test_integrators_walks_and_filters_are_written_out(name: str) -> None:
    made = written(PROGRAMS[name])
    assert made is not None
    assert "slope(" not in made
    assert "np.dot" not in made
    before = called(f"{SLOPE}\n{text_of(PROGRAMS[name])}", own_arguments())
    after = called(made, own_arguments())
    assert same(before[0], after[0])
    assert same(tuple(before[1]), tuple(after[1]))


def test_what_a_loop_carries_has_one_name_for_each_element() -> None:
    made = written(PROGRAMS["orbit"])
    assert made is not None
    assert made.splitlines()[1:] == [
        "    out = np.empty((n, 2))",
        "    q_0, q_1 = q.tolist()",
        "    p_0, p_1 = p.tolist()",
        "    for i in range(n):",
        "        factor = math.sqrt(p_0 * p_0 + p_1 * p_1) ** 3",
        "        a_0 = -p_0 / factor",
        "        a_1 = -p_1 / factor",
        "        q_0 = q_0 + a_0 * dt",
        "        q_1 = q_1 + a_1 * dt",
        "        p_0 = p_0 + q_0 * dt",
        "        p_1 = p_1 + q_1 * dt",
        "        out[i] = p_0, p_1",
        "    return out, np.array([p_0, p_1])",
    ]


@pytest.mark.parametrize(
    "body",
    [
        "for i in range(n):\n    q = p\n    q[0] = dt\n    p = p * 2.0 - q\nreturn p, q",
        "d = p * dt\nfor i in range(n):\n    e = d[1:]\n    d[1] = e[0] * 2.0 + d[0]\nreturn d",
        "found = []\nd = p * dt\nfor i in range(n):\n    d += q * dt - d / 3.0\n"
        "    found.append(d)\nreturn np.array(found)",
        "for i in range(n):\n    p = np.concatenate((p, q)) * 2.0 - dt\nreturn p",
        "for i in range(n):\n    last = p * dt - q\n    p = p + last * 2.0\nreturn last",
        "for i in range(n):\n    p = p * dt - unknown(q) * 2.0 + q\nreturn p",
        "for i in z[1:]:\n    p = p * dt - q * 2.0 + q\nreturn p",
        "for i in range(n):\n    p = p * dt - q * 2.0 + q\nelse:\n    return q\nreturn p",
        "for i in range(n):\n    if p:\n        p = p * dt - q * 2.0 + q\nreturn p",
        "x = np.zeros((n, 2), int)\nfor i in range(n):\n    p = p * dt - q * 2.0\n"
        "    x[i] = p\n    p = p + x[i] * dt\nreturn x",
        "x = np.zeros((n, 2))\nfor i in range(n):\n    r = x[i]\n    x[i] = p * dt - q\n"
        "    p = p * 2.0 + r - q\nreturn x",
        "for i in range(n):\n    x = p + q if p[0] > rng(p) else q * dt - p\nreturn n",
        "return p * dt - q * 2.0 + q",  # no loop
    ],
)
def test_what_is_not_known_to_stay_the_same_is_left_alone(body: str) -> None:
    assert written(body) is None


def test_it_says_what_its_loops_must_have() -> None:
    def assumed(name: str) -> tuple[str, ...]:
        found = few_element_loops.written_out_with_loops(
            function_of(text_of(PROGRAMS[name]), OWN | LARGE_HERE)
        )
        assert found is not None
        return found.assumptions

    zero = "nothing is divided by zero"
    assert assumed("orbit") == ("its loops have an iteration at least", zero)
    assert assumed("ball") == (
        "no two of its arrays share memory",
        "its loops have an iteration at least",
    )
    assert assumed("matrix") == (zero,)

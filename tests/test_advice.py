"""Rewrites are the same function; advice is given only where its gain was measured."""

import textwrap
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from profiler_suite.analysis import advice, rewriting
from profiler_suite.measure.explained import Explained, Rewrite, SourceText, Trial, Tried
from profiler_suite.model import AccountRecord, Visit
from tests.fake_machine import MACHINE


def function_of(text: str, **names: str) -> rewriting.Function:
    text = textwrap.dedent(text).strip("\n") + "\n"
    name = text.split("(")[0].removeprefix("def ")
    source = SourceText(file="own.py", function=name, first_line=11, text=text, names=names)
    found = rewriting.parsed(source)
    assert found is not None
    return found


def run(rewrite: Rewrite | None) -> Callable[..., Any]:
    assert rewrite is not None
    namespace: dict[str, Any] = {"np": np}
    exec(rewrite.source, namespace)
    made: Callable[..., Any] = namespace[rewrite.function]
    return made


X = np.random.default_rng(0).uniform(0.5, 1.5, (6, 4))


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("np.sum(x)", "np.add.reduce(x, axis=None)"),
        ("np.sum(x, axis=1)", "np.add.reduce(x, axis=1)"),
        ("np.sum(x, 0)", "np.add.reduce(x, 0)"),
        ("np.max(x, axis=1, keepdims=True)", "np.maximum.reduce(x, axis=1, keepdims=True)"),
        ("x.sum()", "np.add.reduce(x, axis=None)"),
        ("(x * x).min(axis=0)", "np.minimum.reduce(x * x, axis=0)"),
        ("np.clip(x, 0.7, 1.0)", "np.minimum(np.maximum(x, 0.7), 1.0)"),
        ("np.linalg.norm(x)", "np.sqrt(np.vdot(x, x))"),
        ("np.mean(x)", "np.add.reduce(x, axis=None) / x.size"),
        ("np.linalg.norm(x - 1)", "np.sqrt(np.vdot((_once := (x - 1)), _once))"),
    ],
)
def test_wrappers_become_the_calls_behind_them(expression: str, expected: str) -> None:
    own = function_of(f"def f(x):\n    return {expression}\n")
    rewrite = rewriting.without_wrappers(own, {12})
    assert rewrite is not None
    assert rewrite.lines == ((12, f"return {expression}", f"return {expected}"),)
    np.testing.assert_allclose(run(rewrite)(X), eval(expression, {"np": np, "x": X}))


@pytest.mark.parametrize(
    "expression",
    ["x ** 3", "x ** 4", "x ** 1.5", "x ** -1.5", "x ** -2", "(x + 1) ** 3", "np.power(x, 3)"],
)
def test_powers_become_products(expression: str) -> None:
    own = function_of(f"def f(x):\n    return {expression}\n")
    rewrite = rewriting.without_powers(own, {12})
    assert "**" not in (rewrite.source if rewrite else "**")
    np.testing.assert_allclose(
        run(rewrite)(X), eval(expression, {"np": np, "x": X}), rtol=1e-13
    )


@pytest.mark.parametrize("expression", ["x ** 2", "x ** 0.5", "x ** y", "2 ** x", "x ** 7"])
def test_other_powers_stay(expression: str) -> None:
    own = function_of(f"def f(x, y):\n    return {expression}\n")
    assert rewriting.without_powers(own, {12}) is None


STENCIL = """
def f(grid, steps):
    for _ in range(steps):
        grid[1:-1] = 0.5 * (grid[:-2] + grid[2:])  # smooth
    return grid
"""


def test_temporaries_in_a_loop_get_a_buffer_before_it() -> None:
    own = function_of(STENCIL, grid="float64 (6, 4)", steps="int 3")
    rewrite = rewriting.with_buffers(own, {13: ((4, 4), "<f8")}, named=False)
    assert rewrite is not None
    lines = rewrite.source.splitlines()
    assert lines[1] == "    buffer_1 = np.empty((4, 4))"
    assert lines[2].startswith("    for")
    assert "np.add(grid[:-2], grid[2:], out=buffer_1)" in lines[3]
    namespace: dict[str, Any] = {"np": np}
    exec(textwrap.dedent(STENCIL), namespace)
    np.testing.assert_array_equal(run(rewrite)(X.copy(), 3), namespace["f"](X.copy(), 3))


def test_what_is_returned_is_never_a_buffer() -> None:
    own = function_of("def f(x):\n    return np.exp(x - 1.0) * 2.0\n", x="float64 (6, 4)")
    rewrite = rewriting.with_buffers(own, {12: ((6, 4), "<f8")}, named=True)
    made = run(rewrite)
    first = made(X)
    kept = first.copy()
    made(X + 1)
    np.testing.assert_array_equal(first, kept)
    np.testing.assert_allclose(first, np.exp(X - 1.0) * 2.0)


def test_numbers_are_not_put_into_buffers() -> None:
    own = function_of(
        "def f(x, dt):\n    return x + 0.5 * dt * dt\n", x="float64 (6, 4)", dt="float 0.1"
    )
    assert rewriting.with_buffers(own, {12: ((6, 4), "<f8")}, named=False) is None


def test_einsum_is_let_choose() -> None:
    own = function_of("def f(a):\n    return np.einsum('ij,jk->ik', a, a)\n")
    rewrite = rewriting.optimised_einsum(own, {12})
    assert rewrite is not None
    assert "optimize=True" in rewrite.source
    assert rewriting.optimised_einsum(function_of(rewrite.source), {12}) is None


def test_new_arrays_get_single_precision() -> None:
    own = function_of("def f(x):\n    return x * np.linspace(0, 1, 4)\n")
    assert run(rewriting.in_single_precision(own))(X.astype(np.float32)).dtype == np.float32


def test_arguments_are_made_contiguous_after_the_docstring() -> None:
    own = function_of('def f(x, y):\n    """Sum."""\n    return x.sum(0) + y\n')
    rewrite = rewriting.with_contiguous(own, ["x", "unknown"])
    assert rewrite is not None
    assert rewrite.source.splitlines()[2] == "    x = np.ascontiguousarray(x)"
    assert rewriting.with_contiguous(own, ["unknown"]) is None


def test_decorated_functions_and_lambdas_are_left_alone() -> None:
    for text in ("@cache\ndef f(x):\n    return x\n", "f = lambda x: x\n", "def f(:\n"):
        assert (
            rewriting.parsed(
                SourceText("o.py", "f", 1, text)
                if False
                else SourceText(file="o.py", function="f", first_line=1, text=text)
            )
            is None
        )


@pytest.mark.parametrize(
    ("body", "independent"),
    [
        ("v[i] = np.sum(x[i] * w)", True),
        ("total += x[i] @ w", True),
        ("d = x[i] - w; out.append(d @ d)", True),
        ("w = x @ w", False),
        ("v[i] = v[i - 1] + x[i]", False),
        ("old = new; new = x @ old", False),
        ("y = x[i]\n        if y > 1: break", False),
    ],
)
def test_loops_whose_turns_depend_on_each_other_are_seen(body: str, independent: bool) -> None:
    own = function_of(f"def f(x, w, v):\n    for i in range(9):\n        {body}\n")
    assert bool(rewriting.loops_around(own, 13).independent) is independent


# -------------------------------------------------------------------- judging

FLOORS = {"ufunc": 40e-6}


def visits(time_s: float) -> tuple[Visit, ...]:
    return tuple(
        Visit(
            point="",
            at_s=float(i),
            sample_times_s=(time_s * (1 + 0.001 * (i % 5)),),
            canaries_s={"ufunc": (40e-6, 40e-6)},
            minor_faults=0.0,
        )
        for i in range(40)
    )


def explained(text: str) -> Explained:
    from profiler_suite.measure.trace import trace

    namespace: dict[str, Any] = {"np": np}
    text = textwrap.dedent(text).strip("\n") + "\n"
    exec(compile(text, "own.py", "exec"), namespace)
    _, counts = trace(namespace["f"], (X,))
    account = AccountRecord(
        point="f",
        plain_s=1e-3,
        plain_spread_s=0.0,
        minor_faults=0.0,
        rounds=9,
        clean_rounds=9,
        operations=(),
        calls=counts.calls,
        flop=counts.flop,
        traffic_bytes=0.0,
        temporaries=0,
        temporary_bytes=0,
        coverage=1.0,
        uncovered={},
    )
    return Explained(
        name="own.py:f",
        setup="",
        file="own.py",
        line=1,
        threads=1,
        arguments=("x float64 (6, 4)",),
        result="float64 number",
        argument_bytes=0.0,
        result_bytes=0.0,
        cold_s=1e-3,
        evaluations=1,
        visits=visits(1e-3),
        own_floors_s=FLOORS,
        empty_call_s=1e-8,
        account=account,
        operations=(),
        bytes_written=0.0,
        flop_by_dtype={},
        product_flop=0.0,
        lines=(),
        sources=(SourceText(file="own.py", function="f", first_line=1, text=text),),
    )


@pytest.fixture
def einsum(monkeypatch: pytest.MonkeyPatch) -> tuple[Explained, Trial]:
    found = explained("def f(x):\n    return np.einsum('ij,kj->ik', x, x)\n")
    own = rewriting.parsed(found.sources[0])
    assert own is not None
    trial = Trial(kind="rewrite", rewrite=rewriting.optimised_einsum(own, {2}))
    candidate = advice.Candidate(
        kind="einsum", trial=trial, title="let it", evidence="none", estimated_share=0.5
    )
    monkeypatch.setattr(advice, "_candidates", lambda *_: [candidate])
    return found, trial


def judge(found: Explained, tried: Tried) -> tuple[advice.Advice, ...]:
    return advice.judged(found, (tried,), FLOORS, MACHINE, None)


def test_a_measured_gain_becomes_advice(einsum: tuple[Explained, Trial]) -> None:
    found, trial = einsum
    (given,) = judge(found, Tried(trial=trial, before=visits(2e-3), after=visits(1e-3)))
    assert given.ratio == pytest.approx(2.0, rel=0.01)
    assert given.low < 2 < given.high
    assert "optimize=True" in given.lines[0][2]


@pytest.mark.parametrize("after_s", [1.99e-3, 2.0e-3, 3e-3])
def test_no_gain_is_no_advice(einsum: tuple[Explained, Trial], after_s: float) -> None:
    found, trial = einsum
    assert not judge(found, Tried(trial=trial, before=visits(2e-3), after=visits(after_s)))


def test_another_answer_is_no_advice(einsum: tuple[Explained, Trial]) -> None:
    found, trial = einsum
    tried = Tried(trial=trial, before=visits(2e-3), after=visits(1e-3), same=False)
    assert not judge(found, tried)

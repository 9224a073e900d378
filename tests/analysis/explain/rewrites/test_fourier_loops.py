"""Fourier transforms written out."""

from typing import Any

import numpy as np
import pytest

from profiler_suite.analysis.explain.rewrites.fourier_loops import (
    FOURIER,
    FourierLoop,
    fourier_loops,
)
from profiler_suite.analysis.explain.rewriting import Function
from profiler_suite.measure.explain.records import SourceText


def defined(text: str) -> dict[str, Any]:
    space: dict[str, Any] = {"np": np}
    exec(text, space)
    return space


def made(
    term: str, *, ends: tuple[str, str] = ("n", "n"), holds: str = "float64 (64,)", n: str = ""
) -> FourierLoop | None:
    text = (
        f"def f(x, s):\n    n = {n or 'len(x)'}\n    for k in range({ends[0]}):\n"
        f"        for t in range({ends[1]}):\n            a = 2 * np.pi * t / n\n"
        f"            s[k] += {term}\n    return s\n"
    )
    source = SourceText(
        file="f.py",
        function="f",
        first_line=1,
        text=text,
        names={"x": holds, "s": "complex128 (64,)", "n": "int 64"},
        bound={"np": "numpy", "cmath": "cmath"},
    )
    return next(fourier_loops(Function(source)), None)


@pytest.mark.parametrize(
    ("term", "expected"),
    [
        ("x[t] * np.exp(-2j * np.pi * k * t / n)", "s[k] += x_fourier[k]"),
        ("x[t] * np.exp(-1j * a * k)", "s[k] += x_fourier[k]"),
        ("x[t] * complex(np.cos(a * k), -np.sin(a * k))", "s[k] += x_fourier[k]"),
        ("x[t] * cmath.exp(1j * a * k)", "s[k] += x_inverse[k]"),
        ("np.cos(k * a) * x[t]", "s[k] += x_real[k]"),
        ("x[t] * np.sin(k * a)", "s[k] += -x_imag[k]"),
        ("-x[t] * np.sin(k * a)", "s[k] += x_imag[k]"),
    ],
)
def test_a_wave_is_known_by_its_values(term: str, expected: str) -> None:
    found = made(term)
    assert found is not None
    assert found.array == "x"
    assert expected in found.text
    assert "for t in" not in found.text


def test_half_of_the_frequencies_are_enough() -> None:
    found = made("x[t] * np.cos(k * a)", ends=("n // 2 + 1", "n"))
    assert found is not None
    assert "for k in range(n // 2 + 1):" in found.text


@pytest.mark.parametrize(
    "term",
    [
        "x[t] * np.exp(-2j * np.pi * k * t / (n + 1))",
        "x[t] * np.exp(-1j * np.pi * k * t / n)",
        "x[t] * x[t] * np.cos(k * a)",
        "x[t] * np.cos(k * a) + 1",
        "x[t + 1] * np.cos(k * a)",
        "x[t] * np.cos((k + 0.5) * a)",
        "x[t] * s[k] * np.cos(k * a)",
        "abs(x[t]) * np.cos(k * a)",
    ],
)
def test_other_sums_stay(term: str) -> None:
    assert made(term) is None


def test_other_ranges_and_arrays_stay() -> None:
    term = "x[t] * np.cos(k * a)"
    assert made(term, ends=("2 * n", "n")) is None
    assert made(term, ends=("n", "n // 2")) is None
    assert made(term, n="9") is None
    assert made(term, holds="float64 (64, 2)") is None
    assert made(term, holds="float32 (64,)") is None
    assert made(term, holds="complex128 (64,)") is None


@pytest.mark.parametrize("n", [0, 1, 2, 7, 64])
def test_the_transform_is_the_sum(n: int) -> None:
    x = np.random.default_rng(n).standard_normal(n)
    fourier = defined(FOURIER)["fourier"]
    waves = np.exp(-2j * np.pi * np.outer(np.arange(n), np.arange(n)) / max(n, 1))
    np.testing.assert_allclose(fourier(x)[:n], waves @ x, atol=1e-9)
    np.testing.assert_allclose(fourier(x, inverse=True)[:n], waves.conj() @ x, atol=1e-9)


def test_what_is_no_number_makes_every_sum_none() -> None:
    x = np.array([1.0, np.nan, 1.0, 1.0])
    found = defined(FOURIER)["fourier"](x)
    assert np.isnan(found.real).all()
    assert np.isnan(found.imag).all()

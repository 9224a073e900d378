"""What an expression holds: what Python and NumPy say of the same expression."""

import ast
from typing import Any

import numpy as np
import pytest

from profiler_suite.analysis.explain.rewrites import forms
from profiler_suite.analysis.explain.rewrites.forms import Form, in_form
from profiler_suite.measure.explain.answers.same_answer import in_words
from tests.own_source import function_of

VALUES: dict[str, Any] = {
    "x": np.ones(5),
    "y": np.ones(4, np.float32),
    "m": np.ones((5, 4), np.float32),
    "f": np.asfortranarray(np.ones((3, 4))),
    "k": np.array([0, 2, 2]),
    "b": np.ones((5, 4), np.bool_),
    "z": np.ones((5, 4), np.complex64),
    "q": np.float32(2),
    "n": 4,
    "s": 2.5,
    "t": True,
}
NAMES = {name: in_words(value) for name, value in VALUES.items()}


def form_of(text: str) -> Form | None:
    function = function_of(f"def f({', '.join(NAMES)}):\n    return {text}\n", **NAMES)
    (statement,) = function.node.body
    assert isinstance(statement, ast.Return)
    assert statement.value is not None
    return forms.of(function, statement.value)


def test_identities_are_float64_of_some_size() -> None:
    assert form_of("np.eye(n)") == Form(kind="array", dtype="float64", shape=(-1, -1))
    assert form_of("np.eye(n, dtype=int)") is None
    assert form_of("np.eye(n)[k]") == Form(kind="array", dtype="float64", shape=(3, -1))


@pytest.mark.parametrize(
    "text",
    [
        "len(x)",
        "float(q) * 2",
        "2 * np.pi * x",
        "math.tau",
        *("np.arctan2(x, 2)", "np.maximum(m, y)", "np.hypot(x, s) - 1", "np.arccos(m)"),
        *("x - np.mean(x)", "y / np.max(y)", "m * np.average(m)"),
        *("np.isnan(m)", "~np.isfinite(x)", "np.square(m)", "np.floor(x - 1)", "np.log1p(y)"),
        *(
            "m[..., :3]",
            "m[..., None]",
            "m[1:4, ::2]",
            "x[-2:]",
            "m[..., 0]",
            "m[None, ..., 1:]",
        ),
        "int(s)",
        *("abs(-n)", "abs(2j)", "abs(t)", "abs(q)", "abs(m)", "abs(b)", "abs(k - 3)"),
        *("x", "m", "f", "q", "n", "s", "t", "2", "1.5", "2j", "True", "-x", "-n"),
        *("x + 1", "y * s", "m + y", "x[:, None] * y", "m * q", "k / 2", "k + 1", "q * s"),
        *("n / 2", "n + 1", "n * s", "t + t", "t & t", "n ** 2j", "m < 2", "x[0] * n"),
        *("m[0]", "m[0, 1]", "m[:]", "m[None]", "m[:, None, 0]", "m[k]", "m[k, 0]", "m[:, k]"),
        *("m @ y", "m.T @ x", "f.T @ f", "x @ x", "m.T", "f.T", "x.T", "m.size", "m.ndim"),
        *("np.sqrt(m)", "np.exp(x + 1)", "math.sqrt(s)", "math.sqrt(q)", "np.asarray(f)"),
        *("np.ascontiguousarray(f)", "m.ravel()", "f.copy()", "m.flatten() * 2"),
    ],
)
def test_it_is_what_the_expression_gives(text: str) -> None:
    import math

    found = form_of(text)
    value = eval(text, {"np": np, "math": math}, dict(VALUES))
    truth = in_form(in_words(value))
    assert found is not None
    assert truth is not None
    assert (found.kind, found.dtype, found.shape) == (truth.kind, truth.dtype, truth.shape)
    if text in ("m.T", "f.T", "x.T", "np.ascontiguousarray(f)", "np.asarray(f)"):
        assert found.order == truth.order


@pytest.mark.parametrize(
    ("text", "shape"),
    [
        ("m[n:]", (-1, 4)),
        ("m[n:] * y", (-1, 4)),
        ("m[:, n:] + x[:, None]", (5, -1)),
        ("m[b]", (-1,)),
        ("m[n:].ravel()", (-1,)),
        ("m[m > 0] + 1", (-1,)),
    ],
)
def test_lengths_that_are_not_known_stay_so(text: str, shape: tuple[int, ...]) -> None:
    found = form_of(text)
    assert found is not None
    assert found.shape == shape


@pytest.mark.parametrize(
    "text",
    [
        *("unknown", "unknown + 1", "m[...]", "m['field']", "f(x)", "not x", "0 < n < 4"),
        *("m[k, k]", "x[0, 0]", "n.real", "n == 4", "'a' + 'b'", "[1, 2]", "lambda: 1"),
        *("abs(z)", "abs(unknown)", "abs('a')"),
    ],
)
def test_what_names_and_forms_do_not_tell_is_none(text: str) -> None:
    assert form_of(text) is None


@pytest.mark.parametrize(
    ("words", "form"),
    [
        ("", None),
        ("float64 (500, 3072), strided", ("array", "float64", (500, 3072), "strided", "f")),
        ("float64 ()", ("array", "float64", (), "", "f")),
        ("object (3,)", ("array", "object", (3,), "", "O")),
        ("[('a', '<f8')] (3,)", ("array", "[('a', '<f8')]", (3,), "", "V")),
        ("uint8 number", ("number", "uint8", (), "", "u")),
        ("int 12", ("python", "int", (), "", "i")),
        ("float nan", ("python", "float", (), "", "f")),
        ("str 'float64 (3,)'", ("other", "str", (), "", "")),
        ("list of 3", ("other", "list", (), "", "")),
        ("DataFrame", ("other", "DataFrame", (), "", "")),
        ("None", ("other", "None", (), "", "")),
    ],
)
def test_words_are_taken_apart(words: str, form: tuple[Any, ...] | None) -> None:
    found = in_form(words)
    shown = found and (found.kind, found.dtype, found.shape, found.order, found.letter)
    assert shown == form


def test_the_number_of_elements() -> None:
    assert Form(kind="array", dtype="int8", shape=(3, 4)).size == 12
    assert Form(kind="array", dtype="int8", shape=(3, -1)).size == 0
    assert Form(kind="python", dtype="int").size == 1

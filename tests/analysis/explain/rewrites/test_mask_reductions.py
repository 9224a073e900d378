"""What a mask picks, for all keys at once."""

import ast

import numpy as np
import pytest

from profiler_suite.analysis.explain.rewrites import mask_reductions
from profiler_suite.analysis.explain.rewrites.mask_reductions import (
    KeyMask,
    MaskReader,
    NotByKeyError,
)
from tests.analysis.explain.rules.own_function import Own

rng = np.random.default_rng(8)
KEYS, X, P = rng.integers(0, 9, 60), rng.normal(size=60), rng.normal(size=(60, 2))
ASKED = KeyMask("keys == k", "keys", "k", 1, "numbers", "9", "np.arange(9)")


def helpers() -> dict[str, object]:
    names: dict[str, object] = {"np": np}
    for each in mask_reductions.HELPERS:
        exec(each, names)
    return names


def reader() -> MaskReader:
    text = "def f(keys, x, p, c=2.0):\n    return np.sqrt(len(x)) * x * c\n"
    return MaskReader(Own(text, KEYS, X, P, traced=False).observed.functions[0], ASKED)


def node(text: str) -> ast.expr:
    return ast.parse(
        text.replace("[m", "[keys == k").replace("m.", "(keys == k)."), mode="eval"
    ).body


@pytest.mark.parametrize(
    "text",
    [
        "x[m].sum()",
        "np.mean(c * x[m] ** 2)",
        "p[m].mean(axis=0)",
        "p[m, 1].var()",
        "np.sqrt(x[m].std() + k)",
        "(p[m] * x[m][:, None]).sum(axis=0)",
        "np.dot(x[m], x[m]) / len(x[m])",
        "-x[m] @ p[m][:, 0]",
        "np.average(x[m], weights=x[m] ** 2)",
        "x[m].mean() if m.sum() > 1 else np.nan",
        "((p[m] - p[m].mean(axis=0)) ** 2).sum(axis=0)",
    ],
)
def test_it_is_what_each_key_has(text: str) -> None:
    expression = node(text)
    made = reader().of(expression)
    known = {**helpers(), "keys": KEYS, "x": X, "p": P, "c": 2.0}
    numbers = known["number_of_key"](KEYS, range(9))  # type: ignore[operator]
    found = eval(made.text, known | {"numbers": numbers})
    each = [eval(ast.unparse(expression), known | {"k": k}) for k in range(9)]
    assert made.kind == mask_reductions.KEYS
    np.testing.assert_allclose(found, each, rtol=1e-12)


@pytest.mark.parametrize(
    "text",
    [
        "np.median(x[m])",
        "p[m].sum()",
        "p[m] @ p[m].T",
        "x[m].sum() + p",
        "x[k]",
        "x[m].std(ddof=1)",
    ],
)
def test_others_are_refused(text: str) -> None:
    with pytest.raises(NotByKeyError):
        reader().of(node(text))


@pytest.mark.parametrize("text", ["m.any()", "not m.any()", "m.sum() > 3 and x[m].sum() < c"])
def test_a_condition_on_each_key(text: str) -> None:
    condition = node(text)
    known = {**helpers(), "keys": KEYS, "x": X, "c": 2.0}
    numbers = known["number_of_key"](KEYS, range(9))  # type: ignore[operator]
    found = eval(reader().truth(condition), known | {"numbers": numbers})
    each = [eval(ast.unparse(condition), known | {"k": k}) for k in range(9)]
    assert found.tolist() == each


@pytest.mark.parametrize(
    "wanted", [range(2, 7), np.array([1, 4, 8]), np.array([1.0, np.nan]), range(0)]
)
def test_elements_that_are_not_wanted_have_a_number_of_their_own(wanted: np.ndarray) -> None:
    numbers = helpers()["number_of_key"](KEYS, wanted)  # type: ignore[operator]
    known = list(wanted)
    assert numbers.tolist() == [known.index(k) if k in known else len(known) for k in KEYS]


def test_only_elements_of_wanted_keys_are_set() -> None:
    out = np.zeros((60, 2))
    put, number = (helpers()[name] for name in ("put_by_key", "number_of_key"))
    values = np.arange(8.0).reshape(4, 2)
    put(out, number(KEYS, range(4)), values)  # type: ignore[operator]
    expected = [values[k] if k < 4 else np.zeros(2) for k in KEYS]
    np.testing.assert_array_equal(out, expected)


def test_sums_keep_their_dtype() -> None:
    sums = helpers()["sums_by_key"]
    for dtype in (np.float32, np.int64, np.complex128):
        values = np.arange(6).astype(dtype)
        made = sums(np.array([0, 0, 1, 1, 2, 2]), values, 2)  # type: ignore[operator]
        assert made.dtype == values.dtype
        assert made.tolist() == [1, 5]

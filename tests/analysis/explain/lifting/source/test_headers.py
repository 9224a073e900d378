"""Headers of loops in their plain form."""

import ast

import pytest

from profiler_suite.analysis.explain.lifting.source.headers import (
    PAIRS,
    different,
    of_set,
    plain_header,
)
from tests.analysis.explain.lifting.reading import expression, facts_of


@pytest.mark.parametrize(
    ("header", "plain"),
    [
        ("list(range(n))", "range(n)"),
        ("tqdm(range(n), desc='rows')", "range(n)"),
        ("np.arange(len(x))", "range(len(x))"),
        ("np.arange(2, n, 3)", "range(2, n, 3)"),
        ("trange(n)", "range(n)"),
        ("x.tolist()", "x"),
        ("x.flat", "x.ravel()"),
        ("np.nditer(x)", "x.ravel()"),
        ("np.arange(0.0, 1.0, 0.1)", "np.arange(0.0, 1.0, 0.1)"),
        ("np.arange(n / 2)", "np.arange(n / 2)"),
        ("enumerate(x)", "enumerate(x)"),
        ("list(x, y)", "list(x, y)"),
        ("x", "x"),
    ],
)
def test_what_only_hands_on_is_left_out(header: str, plain: str) -> None:
    assert ast.unparse(plain_header(expression(header))) == plain


def test_pairs_are_known_by_how_their_places_compare() -> None:
    assert set(PAIRS.values()) == {"<", "<=", "!="}


@pytest.mark.parametrize(
    ("header", "name"),
    [
        ("np.unique(k)", "k"),
        ("sorted(set(k))", "k"),
        ("set(k)", ""),
        ("np.unique(k, axis=0)", ""),
        ("np.unique(k + 1)", ""),
        ("sorted(k)", ""),
        ("k", ""),
    ],
)
def test_different_values_of_an_array(header: str, name: str) -> None:
    assert different(expression(header)) == name


@pytest.mark.parametrize("text", ["set(rows)", "set(labels.tolist())", "set(rows.ravel())"])
def test_a_set_of_whole_numbers_is_read_as_their_different_values(text: str) -> None:
    made = of_set(expression(text), facts_of())
    assert made is not None
    assert ast.unparse(made) in ("np.unique(rows)", "np.unique(labels)")


@pytest.mark.parametrize(
    "text", ["set(x)", "set(rows, x)", "set(rows[0])", "frozenset(rows)", "rows", "set(df)"]
)
def test_other_sets_are_not(text: str) -> None:
    assert of_set(expression(text), facts_of()) is None

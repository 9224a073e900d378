"""Elements of a sparse matrix that a loop sets, collected and made a matrix of."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import scipy.sparse

from profiler_suite.analysis.explain.rewrites import sparse_elements
from profiler_suite.analysis.explain.rules.sparse import sparse_assembled
from tests.analysis.explain.rules.own_function import Own

RULE = sparse_assembled.__name__
SETS_TRIPLETS = """
import scipy.sparse as sp
def f(rows, columns, values):
    m = sp.{kind}((6, 7))
    for i, j, v in zip(rows, columns, values):
        m[i, j] = v
    return m.tocsr()
"""
TRIDIAGONAL = """
from scipy import sparse
def f(n):
    m = sparse.lil_matrix((n, n))
    for i in range(n):
        m[i, i] = 2.0
        if i > 0:
            m[i, i - 1] = -1.0
    return m.tocsr()
"""
rng = np.random.default_rng(5)
TWICE = (np.array([1, 2, 1, 5]), np.array([3, 0, 3, 6]), np.array([1.0, 2.0, 3.0, 0.0]))


def agreeing(own: Own, expected: str) -> list[str]:
    """Sources of the rewrites that hold this text and answer alike."""
    found = own.findings(RULE)
    sources = [f.trial.rewrites[0].source for f in found if own.agreement(f).same]
    return [source for source in sources if expected in source]


def made(text: str) -> Callable[..., Any]:
    namespace: dict[str, Any] = {"np": np, "scipy": scipy}
    exec(text, namespace)
    function: Callable[..., Any] = namespace["matrix_of_elements"]
    return function


@pytest.mark.parametrize("kind", ["lil_matrix", "dok_matrix", "lil_array"])
def test_elements_of_one_place_count_as_the_last_of_them(kind: str) -> None:
    own = Own(SETS_TRIPLETS.format(kind=kind), *TWICE)
    (source,) = agreeing(own, "        m_rows,\n        m_columns,")
    assert "m_rows = rows\n" in source
    assert f"sp.coo_{kind[4:]}((6, 7))" in source


def test_lists_have_names_that_the_function_does_not_use() -> None:
    used = "    m_rows = values * 2\n    m =", "values):\n        m[i, j] = v"
    text = SETS_TRIPLETS.format(kind="lil_matrix").replace("    m =", used[0])
    text = text.replace(used[1], used[1].replace("values", "m_rows"))
    (source,) = agreeing(Own(text, *TWICE), "        m_rows_2,\n        m_columns,")
    assert "m_rows = values * 2" in source


def test_each_statement_has_lists_of_its_own_and_is_an_array_expression() -> None:
    (source,) = agreeing(Own(TRIDIAGONAL, 9), "np.concatenate([m_rows_1, m_rows_2]),")
    assert "m_rows_1 = np.arange(n)" in source
    assert "[]" not in source


def test_what_two_statements_set_at_one_place_is_refused_without_their_order() -> None:
    text = TRIDIAGONAL.replace("if i > 0", "if i >= 0").replace("i - 1] = -1.0", "i] = i")
    own = Own(text, 9)
    apart = [f for f in own.findings(RULE) if "np.concatenate" in f.trial.rewrites[0].source]
    assert apart
    assert not any(own.agreement(f).same for f in apart)


def test_a_matrix_that_holds_something_is_not_begun_anew() -> None:
    text = SETS_TRIPLETS.format(kind="lil_matrix").replace(
        "    for", "    m.setdiag(7.0)\n    for"
    )
    own = Own(text, *TWICE)
    assert not any(own.agreement(f).same for f in own.findings(RULE) if "_of_" in str(f.trial))


@pytest.mark.parametrize(
    "statement", ["m[i, j] *= v", "m[i, j] = m[i, 0]", "m[i, j] = v; m[i, 0] += 1"]
)
def test_what_is_read_or_both_set_and_added_to_is_not_collected(statement: str) -> None:
    text = SETS_TRIPLETS.format(kind="lil_matrix").replace("m[i, j] = v", statement)
    assert not Own(text, *TWICE).findings(RULE)


def test_a_format_that_alone_is_asked_for_serves_at_once() -> None:
    own = Own(TRIDIAGONAL.replace("tocsr", "tocsc"), 5)
    (function,) = own.observed.functions
    loop = next(n for n in function.node.body if type(n).__name__ == "For")
    assert list(sparse_elements.formats_after(function, loop, "m", "lil_matrix")) == ["csc"]  # type: ignore[arg-type]


def test_the_matrix_of_elements_has_no_zeros_where_the_format_keeps_none() -> None:
    own = Own(SETS_TRIPLETS.format(kind="lil_matrix"), *TWICE)
    (function,) = own.observed.functions
    loop = next(n for n in function.node.body if type(n).__name__ == "For")
    found = sparse_elements.collected(function, loop, "m")  # type: ignore[arg-type]
    assert found is not None
    for kind, nonzero in (("lil_matrix", 2), ("csr_matrix", 3)):
        _, text = sparse_elements.maker(found, kind, "csr", ordered=True)
        rows, columns, values = TWICE
        matrix = made(text)(rows, columns, values, (6, 7), np.float64)
        assert matrix.nnz == nonzero
        assert matrix[1, 3] == 3.0


def test_elements_set_twice_are_an_error_where_their_order_is_lost() -> None:
    own = Own(TRIDIAGONAL, 5)
    (function,) = own.observed.functions
    loop = next(n for n in function.node.body if type(n).__name__ == "For")
    found = sparse_elements.collected(function, loop, "m", apart=True)  # type: ignore[arg-type]
    assert found is not None
    _, text = sparse_elements.maker(found, "lil_matrix", "csr", ordered=False)
    with pytest.raises(ValueError, match="more than once"):
        made(text)(*TWICE, (6, 7), np.float64)

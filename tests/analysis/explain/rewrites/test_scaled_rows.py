"""Rows of a sparse matrix that are scaled one by one, all at once."""

import numpy as np
import pytest
import scipy.sparse

from profiler_suite.analysis.explain.rewrites.scaled_rows import of_loop
from profiler_suite.analysis.explain.rules.sparse import _OF_ROWS, scaled_rows_of_sparse
from tests.analysis.explain.rules.own_function import Own

MATRIX = scipy.sparse.random(7, 9, 0.3, format="csr", random_state=3)
RULE = scaled_rows_of_sparse.__name__
NORMALISED = """
def f(m):
    m = m.to{kind}()
    for i in range(m.shape[{axis}]):
        {begin}
        if s > 0:
            {row} = {row} / s
    return m{end}
"""


@pytest.mark.parametrize(
    ("kind", "row", "begin"),
    [
        ("lil", "m[i]", "s = m[i].sum()"),
        ("lil", "m[i, :]", "s = m[i, :].sum()"),
        ("csc", "m[:, i]", "c = m[:, i]; s = np.sqrt(c.multiply(c).sum())"),
    ],
)
@pytest.mark.parametrize("end", ["", ".tocsr()"])
def test_rows_and_columns_are_divided_by_what_they_have(
    kind: str, row: str, begin: str, end: str
) -> None:
    axis = int(row.startswith("m[:"))
    text = NORMALISED.format(kind=kind, row=row, begin=begin, axis=axis, end=end)
    own = Own(text, MATRIX)
    (found,) = own.findings(RULE)
    source = found.trial.rewrites[0].source
    assert "m.data = m.data / np.repeat(m_factors, np.diff(m.indptr))" in source
    assert ("tolil()" in source.partition("m_factors")[2]) == (kind == "lil" and not end)
    assert own.agreement(found).same


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("s = m[i].sum()", "s = m[i].sum() + i"),
        ("s > 0", "s > 1"),
        ("m[i] / s", "m[i - 1] / s"),
        ("m[i] / s", "m[i] / s + m[0]"),
    ],
)
def test_what_is_no_scaling_of_rows_is_left_alone(old: str, new: str) -> None:
    text = NORMALISED.format(kind="lil", row="m[i]", begin="s = m[i].sum()", axis=0, end="")
    assert not Own(text.replace(old, new), MATRIX).findings(RULE)


def test_half_of_the_rows_are_refused() -> None:
    text = NORMALISED.format(kind="lil", row="m[i]", begin="s = m[i].sum()", axis=0, end="")
    own = Own(text.replace("m.shape[0]", "m.shape[0] // 2"), MATRIX)
    assert not any(own.agreement(f).same for f in own.findings(RULE))


def test_a_loop_over_something_else_has_no_edits() -> None:
    (function,) = Own(
        "def f(m):\n    for i in range(3):\n        m[i] = 2.0\n", np.ones(3)
    ).observed.functions
    (loop,) = function.node.body
    assert not list(of_loop(function, loop, _OF_ROWS))  # type: ignore[arg-type]

"""Rows of a compressed matrix are parts of its arrays."""

import ast

import numpy as np
import pytest
import scipy.sparse

from profiler_suite.analysis.explain.rewrites.compressed_rows import of_rows
from profiler_suite.analysis.explain.rules.sparse import compressed_row
from profiler_suite.analysis.explain.syntax import loops_of
from tests.analysis.explain.rules.own_function import Own

MATRIX = scipy.sparse.random(7, 9, 0.3, format="csr", random_state=3)
PLACES = np.array([3, 0, 6, 3])


def text_of(row: str, used: str) -> str:
    return (
        "def f(m, places):\n    out = []\n    for i in places:\n"
        f"        row = {row}\n        out.append({used})\n    return out\n"
    )


@pytest.mark.parametrize("row", ["m.getrow(i)", "m[i]", "m[i, :]"])
def test_a_row_is_a_part_of_the_arrays(row: str) -> None:
    used = "row.data.sum() + len(row.indices) if row.nnz else -1"
    own = Own(text_of(row, used), MATRIX, PLACES)
    (found,) = own.findings(compressed_row.__name__)
    source = found.trial.rewrites[0].source
    assert "row_begin, row_end = m_places[i], m_places[i + 1]" in source
    assert "m.data[row_begin:row_end].sum()" in source
    assert own.agreement(found).same


def test_columns_are_parts_of_a_matrix_in_columns() -> None:
    own = Own(text_of("m[:, i]", "row.nnz"), scipy.sparse.csc_matrix(MATRIX), PLACES)
    (found,) = own.findings(compressed_row.__name__)
    assert own.agreement(found).same
    assert not Own(text_of("m[:, i]", "row.nnz"), MATRIX, PLACES).findings("compressed_row")


@pytest.mark.parametrize(
    ("row", "used"),
    [
        ("m.getrow(i)", "row.sum()"),
        ("m.getrow(i)", "(row, row.nnz)"),
        ("m[i:i + 1]", "row.nnz"),
        ("m.getrow(i)", "1"),
    ],
)
def test_what_needs_the_row_itself_keeps_it(row: str, used: str) -> None:
    (function,) = Own(text_of(row, used), MATRIX, PLACES).observed.functions
    (loop,) = loops_of(function)
    assert isinstance(loop, ast.For)
    assert not list(of_rows(function, loop))

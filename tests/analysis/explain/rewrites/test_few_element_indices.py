"""Indices that are written out take the places that NumPy takes."""

import ast

import numpy as np
import pytest

from profiler_suite.analysis.explain.rewrites import few_element_indices as indices
from profiler_suite.analysis.explain.rewrites.few_elements import (
    Elements,
    Number,
    UnfitError,
)

ZERO = Number(ast.Constant(0.0), "float")
TABLE = Elements([ZERO] * 6, (2, 3))


def index_of(text: str) -> ast.expr:
    node = ast.parse(f"x[{text}]", mode="eval").body
    assert isinstance(node, ast.Subscript)
    return node.slice


@pytest.mark.parametrize("text", ["0", "-1, 2", ":, 1", "1, ::-1", "..., -1", "None, 1", "1:"])
def test_places_are_those_of_numpy(text: str) -> None:
    expected = eval(f"whole[{text}]", {"whole": np.arange(6).reshape(2, 3)})
    assert np.array_equal(indices.places_at(TABLE, index_of(text)), expected)


@pytest.mark.parametrize("text", ["i", "2", "0, 0, 0", "i:", "True", "0.5", "[0, 1]"])
def test_other_indices_are_not_followed(text: str) -> None:
    with pytest.raises(UnfitError):
        indices.places_at(TABLE, index_of(text))


def test_one_axis_and_no_other_option() -> None:
    assert indices.axis_of({}) is None
    assert indices.axis_of({"axis": index_of("-1")}) == -1
    for options in ({"out": index_of("0")}, {"axis": index_of("0, 1")}):
        with pytest.raises(UnfitError):
            indices.axis_of(options)

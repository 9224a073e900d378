"""Calls on the rows and matrices of an iteration."""

import pytest

from profiler_suite.analysis.explain.lifting.expressions.matrices import (
    along,
    fft,
    linalg,
    matrix_product,
)
from profiler_suite.analysis.explain.lifting.normal_form.terms import Core, Refusal
from tests.analysis.explain.lifting.reading import call, read, reader_of

SQUARE = "def f(a, b, v):\n    return a"
HELD = {"a": "float64 (4, 4)", "b": "float64 (4, 2)", "v": "float64 (4,)"}


@pytest.mark.parametrize(
    ("text", "rank"),
    [
        *(("np.linalg.det(a)", 0), ("np.linalg.inv(a)", 2), ("np.linalg.eigvalsh(a)", 1)),
        *(("np.linalg.solve(a, v)", 1), ("np.linalg.solve(a, b)", 2)),
        *(("np.linalg.norm(v)", 0), ("np.linalg.norm(a)", 0), ("np.linalg.pinv(b)", 2)),
    ],
)
def test_linear_algebra_takes_stacks(text: str, rank: int) -> None:
    node = call(text)
    name = text.partition("(")[0]
    found = linalg(reader_of(SQUARE, **HELD), node, name.rpartition(".")[2], name)
    assert len(found.own) == rank


def test_a_pseudo_inverse_has_its_axes_turned() -> None:
    node = call("np.linalg.pinv(b)")
    found = linalg(reader_of(SQUARE, **HELD), node, "pinv", "np.linalg.pinv")
    assert [each.count.text() for each in found.own] == ["b.shape[1]", "b.shape[0]"]


@pytest.mark.parametrize(
    "text",
    [
        *("np.linalg.det(v)", "np.linalg.inv(a, overwrite=True)", "np.linalg.qr(a)"),
        *("np.linalg.norm(a, 1)", "np.linalg.norm(v, ord=1)"),
    ],
)
def test_options_and_other_routines_are_refused(text: str) -> None:
    name = text.partition("(")[0]
    with pytest.raises(Refusal, match="not followed"):
        linalg(reader_of(SQUARE, **HELD), call(text), name.rpartition(".")[2], name)


@pytest.mark.parametrize(
    ("name", "left", "right", "rank"),
    [
        *(("dot", "a", "v", 1), ("dot", "v", "v", 0), ("outer", "v", "v", 2)),
        *(("inner", "v", "v", 0), ("vdot", "v", "v", 0), ("dot", "a", "2.0", 2)),
    ],
)
def test_products_by_name(name: str, left: str, right: str, rank: int) -> None:
    reader = reader_of(SQUARE, **HELD)
    found = matrix_product(reader, name, read(left, reader), read(right, reader))
    assert len(found.own) == rank
    assert len(set(found.own)) == rank


def test_an_inner_product_of_matrices_is_refused() -> None:
    reader = reader_of(SQUARE, **HELD)
    with pytest.raises(Refusal, match="more than one axis"):
        matrix_product(reader, "inner", read("a", reader), read("v", reader))


@pytest.mark.parametrize(
    ("name", "length"), [("fft", "v.shape[0]"), ("ifft", "v.shape[0]"), ("rfft", "// 2) + 1")]
)
def test_transforms_of_rows(name: str, length: str) -> None:
    reader = reader_of(SQUARE, **HELD)
    found = fft(reader, call(f"np.fft.{name}(v)"), name, f"np.fft.{name}")
    assert found.own[0].count.text().endswith(length)
    with pytest.raises(Refusal, match="not followed"):
        fft(reader, call("np.fft.fft(a)"), "fft", "np.fft.fft")


def test_rows_have_one_axis_and_flat_values_all_in_one() -> None:
    reader = reader_of(SQUARE, **HELD)
    row, matrix = read("v", reader), read("a", reader)
    assert along(row, "NP.sort({0})") == Core("NP.sort({0})", (row,), row.own)
    with pytest.raises(Refusal, match="gets several"):
        along(matrix, "NP.sort({0})")

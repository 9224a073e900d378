"""Sums of products in every style."""

import pytest

from profiler_suite.analysis.explain.lifting.contractions import letters
from profiler_suite.analysis.explain.lifting.polynomials import Poly
from profiler_suite.analysis.explain.lifting.terms import Label
from profiler_suite.analysis.explain.lifting.writer import Style
from tests.analysis.explain.lifting.written import same_as_loop


@pytest.mark.parametrize("product", ["broadcast", "einsum", "matmul", "tensordot"])
@pytest.mark.parametrize(
    ("text", "loops"),
    [
        *(("a[i] @ b[j]", "ij"), ("b[j] @ a[i]", "ij"), ("(a[i] * b[j]).sum()", "ij")),
        *(("a[i] @ a[0]", "i"), ("np.dot(a[i], b[j]) * x[i]", "ij"), ("a[i] @ a[i]", "i")),
        *(("np.outer(a[i], b[0])", "i"), ("a.T @ x", ""), ("(a[i] * a[i]).sum()", "i")),
    ],
)
def test_every_style_gives_what_the_loop_gives(text: str, loops: str, product: str) -> None:
    same_as_loop(text, loops, Style(product=product))


def label(name: str) -> Label:
    return Label(name, Poly.number(2), Poly.number(2), Poly.number(1))


def test_a_loop_keeps_its_letter_and_others_get_free_ones() -> None:
    i, j, other, long = label("@i0"), label("@j1"), label("@axis2"), label("@row3")
    again = label("@i4")
    found = letters([other, i, j, long, again])
    assert (found[i], found[j]) == ("i", "j")
    assert len(set(found.values())) == 5
    assert letters([]) == {}

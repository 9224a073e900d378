"""Sums of products in every style."""

import pytest

from profiler_suite.analysis.explain.lifting.code.contractions import letters
from profiler_suite.analysis.explain.lifting.code.writer import Style
from profiler_suite.analysis.explain.lifting.normal_form.polynomials import Poly
from profiler_suite.analysis.explain.lifting.normal_form.terms import Label
from tests.analysis.explain.lifting.reading import lifted_text
from tests.analysis.explain.lifting.written import same_as_loop


@pytest.mark.parametrize("product", ["broadcast", "einsum", "matmul", "tensordot"])
@pytest.mark.parametrize(
    ("text", "loops"),
    [
        *(("a[i] @ b[j]", "ij"), ("b[j] @ a[i]", "ij"), ("(a[i] * b[j]).sum()", "ij")),
        *(("a[i] @ a[0]", "i"), ("np.dot(a[i], b[j]) * x[i]", "ij"), ("a[i] @ a[i]", "i")),
        *(("(a[i] * b[j] / s).sum()", "ij"), ("(a[i] * a[0] / n).sum()", "i")),
        *(("np.outer(a[i], b[0])", "i"), ("a.T @ x", ""), ("(a[i] * a[i]).sum()", "i")),
    ],
)
def test_every_style_gives_what_the_loop_gives(text: str, loops: str, product: str) -> None:
    same_as_loop(text, loops, Style(product=product))


def test_a_sum_of_quotients_is_a_quotient_of_sums() -> None:
    style = Style(product="matmul")
    assert ".T) / s" in same_as_loop("(a[i] * b[j] / s).sum()", "ij", style)
    assert " @ " not in same_as_loop("(a[i] * b[j] / x[i]).sum()", "ij", style)
    assert " @ " not in same_as_loop("(k * k / s).sum() + x[i]", "i", style)


def test_a_name_that_the_function_reads_from_outside_is_not_given_again() -> None:
    body = """
for i in range(n):
    for j in range(n):
        for k in range(len(w)):
            out[i, j, k] = np.sum(b[i:i + height, j:j + width] * w[k])
return rows + columns
"""
    arrays = {"b": "float64 (6, 6, 2)", "w": "float64 (5, 3, 2, 2)", "out": "float64 (2, 2, 5)"}
    sizes = {"height": "int 3", "width": "int 2", "n": "int 2"}
    found = lifted_text(body, arrays | sizes)
    way = next(each for each in found.lifted if each.title.endswith("one matrix product"))
    assert "(rows_2 @ columns_2).reshape(n, n, len(w))" in way.source


def label(name: str) -> Label:
    return Label(name, Poly.number(2), Poly.number(2), Poly.number(1))


def test_a_loop_keeps_its_letter_and_others_get_free_ones() -> None:
    i, j, other, long = label("@i0"), label("@j1"), label("@axis2"), label("@row3")
    again = label("@i4")
    found = letters([other, i, j, long, again])
    assert (found[i], found[j]) == ("i", "j")
    assert len(set(found.values())) == 5
    assert letters([]) == {}


def test_a_condition_on_the_result_comes_after_the_product() -> None:
    body = "out = np.zeros((len(a), len(a)))\nfor i in range(len(a)):\n"
    body += "    for j in range(i + 1):\n        for k in range(a.shape[1]):\n"
    body += "            out[i, j] += a[i, k] * a[j, k]\nreturn out"
    found = lifted_text(body, {"a": "float64 (4, 3)"})
    assert "a @ a.T, 0" in found.lifted[0].source


def test_a_condition_on_pairs_goes_to_a_factor_that_has_both() -> None:
    body = "out = np.zeros(len(a))\nfor i in range(len(a)):\n    for j in range(i):\n"
    body += "        out[i] += a[i, j] * s[j]\nreturn out"
    found = lifted_text(body, {"a": "float64 (4, 4)", "s": "float64 (4,)"}).lifted
    assert any("@ s" in each.source for each in found)

"""Loops that end for each element in its time, on what still goes on."""

from profiler_suite.analysis.explain.lifting.code.lowering import ArrayWriter
from profiler_suite.analysis.explain.lifting.code.packed import packed as written
from profiler_suite.analysis.explain.lifting.code.writer import Style
from profiler_suite.analysis.explain.lifting.normal_form.polynomials import Poly
from profiler_suite.analysis.explain.lifting.normal_form.terms import Label, Recursion
from tests.analysis.explain.lifting.reading import lifted_text, scope_of

NAMES = {"x": "float64 (6,)", "n": "int 40", "out": "float64 (6,)"}


def packed(inner: str) -> str:
    body = f"for i in range(len(x)):\n{inner}\nreturn out"
    found = [each for each in lifted_text(body, NAMES).lifted if each.whole]
    return next((each.source for each in found if "left = " in each.source), "")


def test_values_that_have_ended_are_put_back_and_left_out() -> None:
    made = packed(
        "    c = np.sin(x[i])\n    z = 0.0\n    k = 0\n    while z < 4 and k < n:\n"
        "        z = z * z + c + 1\n        k += 1\n    out[i] = k"
    )
    head, _, body = made.partition("while len(left):")
    assert "np.sin" in head
    assert "np.sin" not in body
    assert "c[going]" in body
    assert "np.where" not in body
    assert "[left[~going]]" in body


def test_what_changes_before_the_end_is_kept_as_it_is_then() -> None:
    made = packed(
        "    z = x[i]\n    for k in range(n):\n        z = z * z + 1\n        if z > 9:\n"
        "            break\n    out[i] = z"
    )
    assert "for _ in range(n):" in made
    place = made.index("[left[~going]]")
    assert "z * z + 1" in made[:place]
    assert "z * z + 1" not in made[place:]


def test_a_loop_without_an_early_end_has_nothing_to_leave_out() -> None:
    inner = "    z = x[i]\n    for _ in range(n):\n        z = z * z + 1\n    out[i] = z"
    assert packed(inner) == ""


def test_sums_within_an_iteration_are_not_packed() -> None:
    inner = "    z = x[i]\n    while z < 9:\n        z = z + 1 + np.sum(x * z * z)\n"
    assert packed(f"{inner}    out[i] = z") == ""


def test_a_loop_that_no_name_ends_is_none_of_these() -> None:
    label = Label("@k", Poly.number(3), Poly.number(3), Poly.number(1), 0)
    writer = ArrayWriter(scope_of(), Style(packed=True))
    assert written(writer, Recursion("s", ("s",), label, ()), frozenset()) is None

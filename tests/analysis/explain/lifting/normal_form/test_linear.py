"""Linear updates: what the old value is multiplied by, and what is added."""

from profiler_suite.analysis.explain.lifting.normal_form import operations as ops
from profiler_suite.analysis.explain.lifting.normal_form.linear import Linear, linear
from profiler_suite.analysis.explain.lifting.normal_form.polynomials import Poly
from profiler_suite.analysis.explain.lifting.normal_form.terms import (
    CarriedValue,
    Label,
    Leaf,
    Term,
)

_I = Label("i", Poly.atom("n"), Poly.atom("n"), Poly.number(1), 0)
_OLD = CarriedValue("s", _I)
_K, _U = Leaf("k", weak="float"), Leaf("u", weak="float")


def _apply(sign: str, left: Term, right: Term) -> Term:
    return ops.apply(f"({{0}}) {sign} ({{1}})", sign, left, right)


def test_a_relaxation_is_a_multiple_and_a_rest() -> None:
    update = _apply("+", _OLD, _apply("*", _K, _apply("-", _U, _OLD)))
    found = linear(update, _OLD)
    assert found is not None
    for part in (found.factor, found.rest):
        assert part is not None
        assert all(each != _OLD for each in part.walk())


def test_what_does_not_hold_the_old_value_is_the_rest() -> None:
    assert linear(_U, _OLD) == Linear(None, _U)


def test_a_product_of_old_values_is_not_linear() -> None:
    assert linear(_apply("*", _OLD, _OLD), _OLD) is None
    assert linear(_apply("/", _U, _OLD), _OLD) is None

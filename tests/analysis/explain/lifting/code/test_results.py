"""What names hold after a nest."""

import pytest

from profiler_suite.analysis.explain.lifting.code.results import in_order
from profiler_suite.analysis.explain.lifting.normal_form.terms import Apply, Outside, Refusal
from tests.analysis.explain.lifting.test_pieces import piece


def test_a_name_that_others_need_is_set_after_them() -> None:
    a, b = Outside("a"), Outside("b")
    assert in_order({"a": b, "b": b}) == ["a", "b"]
    assert in_order({"b": Apply("-({0})", (a,)), "a": a}) == ["b", "a"]


def test_names_that_need_each_other_are_refused() -> None:
    with pytest.raises(Refusal, match="a and b need each other's old values"):
        in_order({"a": Outside("b"), "b": Outside("a")})


def test_a_sum_is_added_to_what_the_name_held() -> None:
    found = piece("t = s\nfor i in range(9):\n    t += x[i]\nreturn t")
    assert found.lines == ("t = s + x[:9].sum()",) or "sum" in found.lines[-1]

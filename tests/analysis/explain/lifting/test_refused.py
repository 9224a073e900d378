"""What must stay a loop stays one, with its reason; loops inside it may be lifted."""

from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from profiler_suite.analysis.explain.lifting import lift
from profiler_suite.analysis.explain.rewriting import Function
from profiler_suite.measure.explain.records import SourceText
from tests.analysis.explain.lifting import checking
from tests.analysis.explain.lifting import refused_kinds as refused_kinds
from tests.analysis.explain.lifting.checking import REFUSED


@pytest.mark.parametrize("name", REFUSED)
def test_a_loop_that_must_stay_is_refused_with_its_reason(name: str) -> None:
    kind, reason = REFUSED[name]

    @settings(
        max_examples=3,
        deadline=None,
        derandomize=True,
        database=None,
        phases=(Phase.generate,),
        suppress_health_check=list(HealthCheck),
    )
    @given(data=st.data())
    def check(data: Any) -> None:
        values = data.draw(checking.arguments(kind))
        found = checking.lifting(kind, checking.names_of(kind, values))
        assert not any(each.whole for each in found.lifted), found.lifted[0].source
        assert any(reason in each.reason for each in found.unlifted), found.unlifted
        expected = checking.run(kind.function, values)
        for each in found.lifted:
            got = checking.run(checking.made(each), values)
            single = checking.is_single(values)
            assert checking.same(expected, got, False, single), each.source

    check()


def test_an_axis_that_is_not_there_is_a_reason_and_no_error() -> None:
    text = (
        "def f(x):\n    s = 0.0\n    for i in range(len(x)):\n"
        "        s += x[i] + (x + 1).shape[k]\n    return s\n"
    )
    for axis in ("5", "-4", "k"):
        source = SourceText(
            file="f.py",
            function="f",
            first_line=1,
            text=text.replace("k]", f"{axis}]"),
            names={"x": "float64 (3,)"},
        )
        found = lift(Function(source))
        assert not found.lifted
        assert found.unlifted

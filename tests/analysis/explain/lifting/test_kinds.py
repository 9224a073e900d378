"""Every kind of loop is lifted, and every way to write it gives what the loop gives."""

from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.analysis.explain.lifting import checking
from tests.analysis.explain.lifting import kinds as kinds
from tests.analysis.explain.lifting.checking import KINDS


@pytest.mark.parametrize("name", KINDS)
def test_lifted_loops_give_what_the_loop_gives(name: str) -> None:
    kind = KINDS[name]

    @settings(
        max_examples=6,
        deadline=None,
        derandomize=True,
        database=None,
        phases=(Phase.generate,),
        suppress_health_check=list(HealthCheck),
    )
    @given(data=st.data())
    def check(data: Any) -> None:
        values = data.draw(checking.arguments(kind))
        expected = checking.run(kind.function, values)
        found = checking.lifting(kind, checking.names_of(kind, values))
        assert found.lifted, found.unlifted
        assert found.lifted[0].whole, found.unlifted
        for each in found.lifted:
            if "sorted" not in name and any("is sorted" in w for w in each.assumptions):
                continue  # of arrays in no order it says something else
            try:
                got = checking.run(checking.made(each), values)
            except ValueError as error:
                if "window shape" in str(error) and any("fit" in w for w in each.assumptions):
                    continue
                raise
            loose = any("lose digits" in words for words in each.assumptions)
            single = checking.is_single(values)
            assert checking.same(expected, got, loose, single), each.source

    check()

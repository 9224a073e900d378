"""Reductions of what an iteration has."""

import pytest

from profiler_suite.analysis.explain.lifting.expressions.reductions import REDUCTIONS, reduction
from profiler_suite.analysis.explain.lifting.normal_form.terms import Reduce, Refusal, Stack
from tests.analysis.explain.lifting.reading import call, read, reader_of


@pytest.mark.parametrize("name", sorted(REDUCTIONS - {"percentile", "quantile"}))
def test_each_is_read(name: str) -> None:
    found = reduction(reader_of(), call(f"np.{name}(x)"), name, read("x"), [])
    assert isinstance(found, Reduce)
    assert found.own == ()


def test_several_shares_are_several_numbers() -> None:
    found = read("np.percentile(x, [25, 75])")
    assert isinstance(found, Stack)
    assert len(found.args) == 2


@pytest.mark.parametrize(
    "text",
    [
        "np.percentile(x, x)",
        "np.sum(x, out=y)",
        "np.argmax(m)",
        "np.std(s)",
        "np.sum(m, axis=2)",
    ],
)
def test_other_options_are_refused(text: str) -> None:
    with pytest.raises(Refusal):
        read(text)

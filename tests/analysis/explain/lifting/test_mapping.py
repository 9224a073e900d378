"""Functions that a call applies to each element, row or pair."""

import pytest

from profiler_suite.analysis.explain.lifting.mapping import mapped_call
from profiler_suite.analysis.explain.lifting.normal_form.terms import Refusal, View
from tests.analysis.explain.lifting.reading import call, reader_of


@pytest.mark.parametrize(
    ("text", "axes"),
    [
        ("map(lambda v: v * 2, x)", 1),
        ("np.vectorize(lambda v: v + 1)(m)", 2),
        ("np.apply_along_axis(lambda row: row.sum(), 1, m)", 1),
        ("cdist(m, m, lambda u, v: (u * v).sum())", 2),
        ("pdist(m, metric=lambda u, v: abs(u - v).max())", 1),
    ],
)
def test_what_is_applied_is_read_in_place(text: str, axes: int) -> None:
    found = mapped_call(reader_of(), call(text))
    assert found is not None
    assert len(found.own) == axes
    assert isinstance(found, View) or text.startswith("pdist")


@pytest.mark.parametrize(
    "text", ["np.sin(x)", "cdist(m, m)", "cdist(m, m, 'cosine')", "len(x)"]
)
def test_other_calls_apply_nothing(text: str) -> None:
    assert mapped_call(reader_of(), call(text)) is None


@pytest.mark.parametrize(
    "text", ["map(unknown, x)", "cdist(m, m, unknown)", "pdist(x, metric=unknown)"]
)
def test_functions_without_a_source_are_refused(text: str) -> None:
    with pytest.raises(Refusal, match="the source of what"):
        mapped_call(reader_of(), call(text))

"""Parts of a row with bounds that are looked up."""

import pytest

from profiler_suite.analysis.explain.lifting.expressions.parts import of_bounds
from profiler_suite.analysis.explain.lifting.normal_form.terms import Core, Part, Refusal
from tests.analysis.explain.lifting.reading import call, expression, reader_of, within


def _read(text: str, assumptions: set[str] | None = None) -> object:
    reader = reader_of()
    reader.scope.summed = True
    within(reader, "i", 5)
    found = reader.read(expression(text))
    if assumptions is not None:
        assumptions.update(reader.scope.assumptions)
    return found


def test_a_slice_between_places_that_are_looked_up_is_a_part() -> None:
    assert isinstance(_read("x[rows[i]:labels[i]]"), Part)


def test_a_slice_between_places_that_the_loop_gives_is_a_window() -> None:
    assert not isinstance(_read("x[i:i + 3]"), Part)


def test_an_extreme_of_parts_is_a_reduction_between_places() -> None:
    made = _read("x[rows[i]:labels[i]].max()")
    assert isinstance(made, Core)
    assert made.form.startswith("NP.maximum.reduceat(")


def test_options_are_refused() -> None:
    part = _read("x[rows[i]:labels[i]]")
    assert isinstance(part, Part)
    with pytest.raises(Refusal, match="options"):
        of_bounds(reader_of(), call("np.max(part, initial=0)"), "max", part, [])


@pytest.mark.parametrize(
    "text",
    [
        "np.std(x[rows[i]:labels[i]])",
        "np.max(x[:labels[i]])",
        "np.max(x[rows[i]:labels[i]], 0)",
        "x[rows[i]:labels[i]][0]",
        "len(x[rows[i]:labels[i]].shape)",
        "np.sum(x[x[i]:])",
        "np.sum(x[rows:])",
        "np.sum(x[s:i])",
        "np.sum(y[rows[i]:])",
    ],
)
def test_what_no_reduction_between_places_gives_is_refused(text: str) -> None:
    with pytest.raises(Refusal):
        _read(text)


@pytest.mark.parametrize(
    "text", ["x[:rows[i]]", "x[rows[i]:labels[i]]", "x[max(0, i - n):i + n]", "x[rows[i]:]"]
)
def test_sums_between_any_bounds_are_differences_of_running_sums(text: str) -> None:
    for name in ("sum", "mean"):
        assumed: set[str] = set()
        _read(f"{text}.{name}()", assumed)
        assert "running sums may be rounded otherwise" in assumed

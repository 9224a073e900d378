"""Extremes, medians and deviations of what belongs to each key."""

import pytest

from profiler_suite.analysis.explain.lifting.code.by_key import Groups, reduced_by_key
from profiler_suite.analysis.explain.lifting.code.lowering import ArrayWriter
from profiler_suite.analysis.explain.lifting.lift import STYLES
from profiler_suite.analysis.explain.lifting.normal_form.terms import Reduce
from tests.analysis.explain.lifting.reading import lifted_text, read, reader_of, within

NAMES = {"x": "float64 (9,)", "k": "int64 (9,)"}
LOOP = "out = []\nfor v in np.unique(k):\n    out.append({0})\nreturn np.array(out)"


def sources(value: str, **names: str) -> str:
    found = lifted_text(LOOP.format(value), NAMES | names)
    return "\n".join(each.source for each in found.lifted)


def test_extremes_are_taken_of_slices_of_what_is_sorted() -> None:
    assert "np.maximum.reduceat(x[order], first)" in sources("x[k == v].max()")
    assert "np.minimum.reduceat(x[order], first)" in sources("np.min(x[k == v])")


def test_a_median_is_the_middle_of_what_is_sorted_by_key_and_value() -> None:
    assert "np.lexsort((x, k))" in sources("np.median(x[k == v])")


def test_a_deviation_is_of_the_distances_from_the_own_mean() -> None:
    source = sources("x[k == v].std(ddof=1)")
    assert "np.bincount(places, weights=apart * apart) / (number - 1)" in source


@pytest.mark.parametrize(
    "value", ["x[k > v].max()", "np.percentile(x[k == v], 9)", "x[k == v + 1].max()"]
)
def test_other_conditions_and_reductions_have_no_such_form(value: str) -> None:
    source = sources(value)
    assert "reduceat" not in source
    assert "lexsort" not in source


def test_single_precision_adds_up_in_another_way() -> None:
    assert "apart" not in sources("x[k == v].std()", x="float32 (9,)")


@pytest.mark.parametrize(
    ("text", "known"),
    [
        ("x[rows == i].max()", True),
        ("np.median(x[rows == i + 1])", True),
        ("x[rows == 2 * i].max()", False),
        ("x[rows == n].max()", False),
        ("m[:, 0][y == i].max()", False),
    ],
)
def test_keys_that_a_loop_counts_through_need_not_all_be_there(text: str, known: bool) -> None:
    reader = reader_of()
    within(reader, "i", "n")
    term = read(text, reader)
    assert isinstance(term, Reduce)
    made = reduced_by_key(ArrayWriter(reader.scope, STYLES[0]), term)
    assert (made is not None) is known
    assert Groups("x", "k", "k_values", reader.scope.label(term.over[0].count)).keys == "k"

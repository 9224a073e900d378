"""Places of extremes as plain Python asks for them."""

from typing import Any

import numpy as np
import pytest

from profiler_suite.analysis.explain.lifting.calls import called
from profiler_suite.analysis.explain.lifting.expressions.extremes import place_of_extreme
from profiler_suite.analysis.explain.lifting.normal_form.dtypes import weak_of
from profiler_suite.analysis.explain.lifting.normal_form.terms import Reduce, Refusal
from tests.analysis.explain.lifting.reading import call, lifted_text, reader_of

NAMES = {"points": "float64 (9, 3)", "centers": "float64 (4, 3)"}


@pytest.mark.parametrize(
    ("text", "op"),
    [
        *(("x.index(min(x))", "argmin"), ("x.index(max(x))", "argmax")),
        ("min(range(len(x)), key=lambda j: x[j] * 2)", "argmin"),
        ("max(range(5), key=x.__getitem__)", "argmax"),
    ],
)
def test_a_place_is_an_integer_of_python(text: str, op: str) -> None:
    reader = reader_of()
    found = called(reader, call(text))
    assert isinstance(found, Reduce)
    assert (found.op, found.own, weak_of(found)) == (op, (), "int")
    assert "no NaN is compared" in reader.scope.assumptions


@pytest.mark.parametrize(
    "text",
    [
        *("x.index(min(y))", "x.index(3)", "x.index(min(x, 2))", "x.index(min(x), 1)"),
        *("min(range(2, 5), key=lambda j: x[j])", "x.index(min(x, key=abs))"),
        "min(range(5), key=lambda j, k=2: x[j])",
    ],
)
def test_other_places_are_not_these(text: str) -> None:
    assert place_of_extreme(reader_of(), call(text)) is None
    with pytest.raises(Refusal):
        called(reader_of(), call(text))


@pytest.mark.parametrize(
    "body",
    [
        """
        labels = []
        for p in points:
            d = [np.sum((p - c) ** 2) for c in centers]
            labels.append(d.index(min(d)))
        return labels
        """,
        """
        labels = []
        for p in points:
            nearest = max(range(len(centers)), key=lambda j: -np.sum((p - centers[j]) ** 2))
            labels.append(nearest)
        return labels
        """,
    ],
)
def test_the_nearest_centre_of_each_point(body: str) -> None:
    rng = np.random.default_rng(0)
    points, centers = rng.random((9, 3)), rng.random((4, 3))
    distances = ((points[:, None] - centers) ** 2).sum(axis=2)
    lifted = lifted_text(body, NAMES).lifted
    assert lifted
    for each in lifted:
        space: dict[str, Any] = {"np": np}
        exec(each.source, space)
        found = space["f"](points, centers)
        assert found == distances.argmin(axis=1).tolist()
        assert not each.whole or {type(place) for place in found} == {int}

"""How the elements that loops read are written as slices, windows and look-ups."""

from typing import Any

import numpy as np
import pytest

from profiler_suite.analysis.explain.lifting.code.accesses import Accesses, Axis
from profiler_suite.analysis.explain.lifting.normal_form.polynomials import Poly
from profiler_suite.analysis.explain.lifting.normal_form.terms import Access
from tests.analysis.explain.lifting.reading import lifted_text, read, reader_of, within
from tests.analysis.explain.lifting.written import HELD, TEXT, same_as_loop


@pytest.mark.parametrize(
    ("text", "loops"),
    [
        *(("x[i]", "i"), ("x[4 - i]", "i"), ("a[i, 2]", "i"), ("a[i, -1]", "i"), ("y[t]", "t")),
        *(("y[t + 2]", "t"), ("y[2 * t]", "t"), ("y[2 * t + 1]", "t"), ("a[i]", "i")),
        *(("a[i, 1:3]", "i"), ("b[j][::-1]", "j"), ("x[k[i]]", "i"), ("b[k[i]]", "i")),
        *(("y[t:t + 3]", "t"), ("y[2 * t:2 * t + 2]", "t"), ("y[i + t]", "it"), ("x[0]", "i")),
        *(("b[k[i], 1]", "i"), ("a[t + 1, t]", "t")),
    ],
)
def test_elements_are_those_that_the_loop_reads(text: str, loops: str) -> None:
    same_as_loop(text, loops)


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("a[i]", ["slice", "slice"]),
        ("a[0]", ["number", "slice"]),
        ("a[k[i]]", ["gather", "slice"]),
        ("y[i:i + 3]", ["window"]),
        ("x[i, None]", ["slice", "new"]),
    ],
)
def test_each_axis_is_read_in_its_own_way(text: str, kinds: list[str]) -> None:
    reader = reader_of(TEXT, **HELD)
    within(reader, "i", 5)
    access = read(text, reader)
    assert isinstance(access, Access)
    found = Accesses(reader.scope, lambda _: None).axes(access)  # type: ignore[arg-type,return-value]
    assert [each.kind for each in found] == kinds


@pytest.mark.parametrize(
    ("stride", "width", "dilation", "apart"),
    [(3, 3, 1, True), (1, 3, 1, False), (3, 3, 2, False), (4, 3, 1, False)],
)
def test_windows_without_gap_or_overlap_are_apart(
    stride: int, width: int, dilation: int, apart: bool
) -> None:
    window = Axis(
        "window", stride=Poly.number(stride), width=Poly.number(width), dilation=dilation
    )
    assert window.apart is apart


def test_a_place_that_a_condition_rules_out_is_brought_into_range_in_one_way() -> None:
    body = "for i in range(len(x)):\n    j = at[i] * 2\n    if j < 6:\n        out[i] = x[j]"
    found = lifted_text(body, {"x": "float64 (6,)", "at": "int64 (6,)", "out": "float64 (6,)"})
    values = np.arange(6.0) + 1
    answers = []
    for each in found.lifted:
        known: dict[str, Any] = {"np": np}
        exec(each.source, known)
        out = np.zeros(6)
        try:
            known["f"](values, np.array([0, 5, 2, 9, 1, 0]), out)
        except IndexError:
            continue
        answers.append(out.tolist())
    assert answers == [[1.0, 0.0, 5.0, 0.0, 3.0, 1.0]]


@pytest.mark.parametrize(
    ("text", "loops", "found"),
    [
        # What is wanted behind the windows lies there in memory, too.
        ("b[t:t + 2]", "t", "view(b, (2, b.shape[1]))[:3, 0]"),
        ("b[t:t + 2, 1:3]", "t", "view(b, 2, axis=0)[:3, 1:3].transpose(0, 2, 1)"),
        ("b[t:t + 2, 0]", "t", "view(b[:, 0], 2)[:3]"),
    ],
)
def test_windows_have_their_axes_as_they_lie_in_memory_where_they_are_wanted_so(
    text: str, loops: str, found: str
) -> None:
    made = same_as_loop(text, loops)
    assert made.replace("np.lib.stride_tricks.sliding_window_", "") == found

"""What statements set of arrays."""

import pytest

from profiler_suite.analysis.explain.lifting.loops.element_stores import ElementStores
from profiler_suite.analysis.explain.lifting.loops.nests import Walk
from tests.analysis.explain.lifting.reading import lifted_text

NAMES = {"x": "float64 (6, 4)", "k": "int64 (6,)"}


def only(body: str) -> str:
    found = lifted_text(body, NAMES)
    assert found.lifted, found.unlifted
    return found.lifted[0].source


def test_elements_that_a_condition_selects_are_set_for_all_rows() -> None:
    source = only("for row in x:\n    row[row > 0] = 0\nreturn x")
    assert "x[...] = np.minimum(x, 0)" in source


def test_an_element_of_an_array_that_is_made_in_the_loop() -> None:
    body = "out = []\nfor i in k:\n    v = np.zeros(4)\n    v[i] = 1\n    out.append(v)\n"
    source = only(f"{body}return np.array(out)")
    assert "np.where(np.arange(4) == k[:, None], 1, np.zeros(4))" in source


def test_an_array_in_one_row_is_written_by_way_of_flat() -> None:
    body = "out = np.empty(x.shape)\nfor i in range(x.size):\n    out.flat[i] = x.flat[i] * 2\n"
    assert "out.flat[:] = x.ravel() * 2" in only(f"{body}return out")


def test_every_walk_reads_them() -> None:
    assert issubclass(Walk, ElementStores)


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("for row in x:\n    row[row > 0] = row[:2]\nreturn x", "as many values"),
        (
            "for row in x:\n    v = np.zeros(4)\n    v[:2] = 1\n    row[:] = v",
            "several elements",
        ),
        ("for row in x:\n    v = row * 2\n    v[k] = 1\n    row[:] = v", "several"),
    ],
)
def test_others_are_refused(body: str, reason: str) -> None:
    found = lifted_text(body, NAMES)
    assert not found.lifted
    assert any(reason in each.reason for each in found.unlifted), found.unlifted

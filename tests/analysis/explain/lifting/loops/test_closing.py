"""Loops that end: running values where they can be, loops that stay where they cannot."""

from profiler_suite.analysis.explain.lifting.loops.closing import Closing
from tests.analysis.explain.lifting.reading import lifted_text, reader_of

NAMES = {"x": "float64 (6,)", "a": "float64 (6, 4)", "out": "float64 (6,)"}


def test_it_begins_with_nothing_stored() -> None:
    assert Closing(reader_of()).effects == []


def test_running_sums_are_no_loop_and_other_recursions_are_one() -> None:
    nest = "for i in range(6):\n    s = 0.0\n    for k in range(4):\n        {}\n    out[i] = s"
    (summed, *_) = lifted_text(nest.format("s = s + a[i, k]"), NAMES).lifted
    assert "for " not in summed.source
    (rounds, *_) = lifted_text(nest.format("s = s * s + a[i, k]"), NAMES).lifted
    assert "for k in range(4):" in rounds.source
    assert rounds.whole


def test_a_recursion_along_the_only_loop_stays() -> None:
    found = lifted_text("s = 0.0\nfor k in range(6):\n    s = s * s + x[k]\nreturn s", NAMES)
    assert not found.lifted
    assert "depends on its value in the iteration before" in found.unlifted[0].reason

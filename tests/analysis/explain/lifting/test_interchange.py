"""An inner loop that stays and comes first."""

from typing import Any

import numpy as np

from profiler_suite.analysis.explain.lifting import interchange
from profiler_suite.analysis.explain.lifting.code.emitting import Emitter
from profiler_suite.analysis.explain.lifting.code.lowering import ArrayWriter
from profiler_suite.analysis.explain.lifting.code.writer import Style
from profiler_suite.analysis.explain.lifting.loops.nests import Walk
from profiler_suite.analysis.explain.lifting.source.units import units
from tests.analysis.explain.lifting.test_pieces import piece, pieces_of

RECURSION = """
for i in range(a.shape[0]):
    for j in range(1, a.shape[1]):
        a[i, j] = np.sin(a[i, j - 1]) + a[i, j]
""".strip()


def test_rows_that_each_follow_from_themselves_run_side_by_side() -> None:
    found = piece(RECURSION)
    assert found.lines[0].startswith("for ")
    assert sum(line.lstrip().startswith("for ") for line in found.lines) == 1
    given = np.random.default_rng(0).random((9, 4))
    by_loop: dict[str, Any] = {"np": np, "a": given.copy()}
    at_once: dict[str, Any] = {"np": np, "a": given.copy()}
    exec(RECURSION, by_loop)
    exec("\n".join(found.lines), at_once)
    np.testing.assert_allclose(at_once["a"], by_loop["a"])


def test_the_loop_that_stays_comes_first() -> None:
    pieces = pieces_of(RECURSION)
    (unit,) = units(pieces.function.node.body)
    walk = Walk(pieces.reader(unit))
    walk.block([unit.node])
    rows, columns = walk.effects[0].labels
    for label, stays in ((columns, True), (rows, False)):
        emitter = Emitter(ArrayWriter(walk.scope, Style()), lambda name: False, frozenset())
        found = interchange.interchanged(unit, walk, label, emitter, frozenset())
        assert (found is not None) is stays
        if found is not None:
            assert found.lines[0].startswith("for j in range(")

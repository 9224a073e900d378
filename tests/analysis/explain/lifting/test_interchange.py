"""An inner loop that stays and comes first."""

from typing import Any

import numpy as np

from profiler_suite.analysis.explain.lifting import interchange
from tests.analysis.explain.lifting.test_pieces import piece

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


def test_it_gives_a_piece_or_none() -> None:
    assert interchange.interchanged.__annotations__["return"] == "Piece | None"

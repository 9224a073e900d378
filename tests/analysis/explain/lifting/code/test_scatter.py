"""Elements that are looked up and set or added to: run against the loop."""

from typing import Any

import numpy as np
import pytest

from profiler_suite.analysis.explain.lifting.code.lowering import ArrayWriter
from profiler_suite.analysis.explain.lifting.code.scatter import Scatter
from profiler_suite.analysis.explain.lifting.code.statements import Statements
from profiler_suite.analysis.explain.lifting.code.writer import Style
from tests.analysis.explain.lifting.reading import reader_of
from tests.analysis.explain.lifting.test_pieces import piece


@pytest.mark.parametrize("scatter", ["bincount", "at"])
@pytest.mark.parametrize(
    "body",
    [
        "y[k[i]] += x[i]",
        "y[k[i]] -= 2.0",
        "if x[i] > 3:\n        y[k[i]] += 1",
        "if x[i] > 3:\n        y[k[i]] = x[i]",
    ],
)
def test_looked_up_elements_hold_what_the_loop_leaves(body: str, scatter: str) -> None:
    text = f"for i in range(9):\n    {body}"
    lines = "\n".join(piece(text, Style(scatter=scatter)).lines)
    assert "for " not in lines
    given = {"np": np, "x": np.arange(9.0), "k": np.array([3, 1, 4, 1, 5, 0, 2, 6, 5])}
    by_loop: dict[str, Any] = {**given, "y": np.full(9, 0.5)}
    at_once: dict[str, Any] = {**given, "y": np.full(9, 0.5)}
    exec(text, by_loop)
    exec(lines, at_once)
    np.testing.assert_allclose(at_once["y"], by_loop["y"])


def test_it_writes_to_the_statements_it_is_given() -> None:
    out = Statements(ArrayWriter(reader_of().scope, Style()))
    assert Scatter(out).out is out

"""Elements that are lowered or raised under a condition."""

import ast
from typing import Any

import numpy as np
import pytest

from profiler_suite.analysis.explain.lifting.source.limits import as_limit
from tests.analysis.explain.lifting.reading import lifted_text


@pytest.mark.parametrize(
    ("text", "becomes"),
    [
        ("if d < low[j]: low[j] = d", "low[j] = min(low[j], d)"),
        ("if low[j] > a[i]: low[j] = a[i]", "low[j] = min(low[j], a[i])"),
        ("if d > high[j]: high[j] = d", "high[j] = max(high[j], d)"),
        ("if high[j] < d: high[j] = d", "high[j] = max(high[j], d)"),
        ("if d <= low[j]: low[j] = d", ""),
        ("if d < low[j]: low[j] = e", ""),
        ("if d < low[j]: low[k] = d", ""),
        ("if d < low: low = d", ""),
        ("if d < low[j]:\n    low[j] = d\nelse:\n    d = 0", ""),
        ("if d < low[j]:\n    low[j] = d\n    at[j] = i", ""),
    ],
)
def test_conditions_that_limit_an_element(text: str, becomes: str) -> None:
    node = ast.parse(text).body[0]
    assert isinstance(node, ast.If)
    found = as_limit(node)
    assert (ast.unparse(ast.fix_missing_locations(found)) if found else "") == becomes


def test_the_worst_of_each_column_is_lifted() -> None:
    body = """
worst = np.zeros(a.shape[1])
for j in range(a.shape[1]):
    peak = a[0, j]
    for i in range(a.shape[0]):
        if a[i, j] > peak:
            peak = a[i, j]
        d = (a[i, j] - peak) / peak
        if d < worst[j]:
            worst[j] = d
return worst
""".strip()
    made = lifted_text(body, {"a": "float64 (9, 3)"}).lifted[0].source
    assert "np.maximum.accumulate(" in made
    assert "for " not in made
    before: dict[str, Any] = {"np": np}
    after: dict[str, Any] = {"np": np}
    indented = "\n".join(f"    {line}" for line in body.splitlines())
    exec(f"def f(a):\n{indented}", before)
    exec(made, after)
    a = np.random.default_rng(2).random((9, 3)) + 0.5
    np.testing.assert_allclose(after["f"](a), before["f"](a))

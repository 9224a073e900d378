"""Running values as array expressions: run against the loop."""

from typing import Any

import numpy as np
import pytest

from profiler_suite.analysis.explain.lifting.code.lowering import ArrayWriter
from profiler_suite.analysis.explain.lifting.code.scans import running_values
from profiler_suite.analysis.explain.lifting.code.writer import Style
from profiler_suite.analysis.explain.lifting.normal_form.terms import Leaf, Scan
from tests.analysis.explain.lifting.reading import read, reader_of, within


def values(op: str, item: str, factor: str = "", *, before: bool = False) -> Any:
    """What is written for s = 0.5 before the loop over x and mask."""
    reader = reader_of("def f(x, mask):\n    return x", x="float64 (6,)", mask="bool (6,)")
    label = within(reader, "i", 6)
    writer = ArrayWriter(reader.scope, Style())
    term = read(item, reader)
    asked = read(factor, reader) if factor else None
    found = running_values(
        writer, Scan(op, term, label, Leaf("0.5", weak="float"), before, asked)
    )
    x = np.array([1.0, -3.0, 0.5, 2.0, -1.0, 0.25])
    known: dict[str, Any] = {"np": np, "x": x, "mask": x > 0.3}
    exec("\n".join([*writer.imports, *writer.before, f"found = {found.text}"]), known)
    return known["found"]


def by_loop(op: str, *, before: bool = False) -> list[float]:
    s, found = 0.5, []
    for v in (1.0, -3.0, 0.5, 2.0, -1.0, 0.25):
        old = s
        s = {
            "sum": s + v,
            "max": max(s, v),
            "last": v,
            "hold": v if v > 0.3 else s,
            "reset": v if v > 0.3 else s + v,
            "clamp max": max(s + v, -1.0),
            "clamp min": min(s + v, 1.0),
            "decay": 0.9 * s + v,
        }[op]
        found.append(old if before else s)
    return found


@pytest.mark.parametrize("before", [False, True])
@pytest.mark.parametrize(
    ("op", "factor"),
    [
        *(("sum", ""), ("max", ""), ("last", ""), ("hold", "mask[i]"), ("reset", "mask[i]")),
        *(("clamp max", "-1.0"), ("clamp min", "1.0"), ("decay", "0.9")),
    ],
)
def test_running_values_are_those_of_the_loop(op: str, factor: str, before: bool) -> None:
    found = values(op, "x[i]", factor, before=before)
    np.testing.assert_allclose(found, by_loop(op, before=before), atol=1e-14)

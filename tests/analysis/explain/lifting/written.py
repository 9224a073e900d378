"""What a loop computes, written as one array expression, against the loop itself."""

from typing import Any

import numpy as np

from profiler_suite.analysis.explain.lifting.code.arrays import full
from profiler_suite.analysis.explain.lifting.code.lowering import ArrayWriter
from profiler_suite.analysis.explain.lifting.code.writer import Style
from tests.analysis.explain.lifting.reading import read, reader_of, within

RNG = np.random.default_rng(4)
VALUES: dict[str, Any] = {
    "x": RNG.random(5),
    "y": RNG.random(7),
    "a": RNG.random((5, 4)),
    "b": RNG.random((7, 4)),
    "k": np.array([0, 2, 2, 1, 3]),
    "s": 2.5,
    "n": 3,
}
HELD = {
    "x": "float64 (5,)",
    "y": "float64 (7,)",
    "a": "float64 (5, 4)",
    "b": "float64 (7, 4)",
    "k": "int64 (5,)",
    "s": "float 2.5",
    "n": "int 3",
}
TEXT = f"def f({', '.join(HELD)}):\n    return x"
COUNTS: dict[str, str | int] = {"i": "x.shape[0]", "j": "y.shape[0]", "t": 3}
LENGTHS = {"i": 5, "j": 7, "t": 3}


def lowered(text: str, loops: str, style: Style | None = None) -> tuple[str, ArrayWriter]:
    """The array expression of what is computed in these loops, all its axes in order."""
    reader = reader_of(TEXT, **HELD)
    labels = [within(reader, name, COUNTS[name]) for name in loops]
    term = read(text, reader)
    writer = ArrayWriter(reader.scope, style or Style())
    return full(writer.lower(term), (*labels, *term.own)), writer


def same_as_loop(text: str, loops: str, style: Style | None = None) -> str:
    """Compares both; returns the expression."""
    found, writer = lowered(text, loops, style)
    namespace: dict[str, Any] = {"np": np}
    exec("\n".join([*writer.imports, *writer.before]), namespace, names := dict(VALUES))
    result = eval(found, {**namespace, **names})
    expected = np.empty([LENGTHS[name] for name in loops], dtype=object)
    for place in np.ndindex(expected.shape):
        at = dict(zip(loops, place, strict=True))
        expected[place] = eval(text, {"np": np}, {**VALUES, **at})
    stacked = np.array(expected.tolist())
    np.testing.assert_allclose(np.broadcast_to(result, stacked.shape), stacked, rtol=1e-12)
    return found

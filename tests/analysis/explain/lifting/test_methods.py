"""Loops of methods: what their object holds is read as `self.x`."""

import textwrap
from typing import Any

import numpy as np

from profiler_suite.analysis.explain.lifting import lift
from profiler_suite.analysis.explain.lifting.nouns import Lifting
from profiler_suite.analysis.explain.rewriting import Function
from profiler_suite.measure.explain.records import SourceText

NAMES = {
    "self": "Layer",
    "self.weights": "float64 (3, 4)",
    "self.bias": "float64 (3,)",
    "self.rows": "int 3",
    "x": "float64 (4,)",
}


class Layer:
    def __init__(self) -> None:
        self.weights = np.arange(12.0).reshape(3, 4)
        self.bias = np.ones(3)
        self.rows = 3


def found(text: str) -> Lifting:
    source = SourceText(
        file="layer.py",
        function="forward",
        first_line=1,
        text=textwrap.dedent(text),
        names=NAMES,
        bound={"np": "numpy"},
    )
    return lift(Function(source))


def test_arrays_and_numbers_of_the_object_are_lifted() -> None:
    text = """
    def forward(self, x):
        out = np.zeros(self.rows)
        for i in range(self.rows):
            total = self.bias[i]
            for j in range(len(self.weights[0])):
                total += self.weights[i, j] * x[j]
            out[i] = total
        return out
    """.replace("len(self.weights[0])", "self.weights.shape[1]")
    x = np.arange(4.0)
    expected = np.arange(12.0).reshape(3, 4) @ x + 1
    lifted = found(text.strip("\n")).lifted
    assert lifted
    for each in lifted:
        space: dict[str, Any] = {"np": np}
        exec(each.source, space)
        np.testing.assert_allclose(space["forward"](Layer(), x), expected)


def test_what_the_method_sets_itself_stays() -> None:
    kept = found(
        """
    def forward(self, x):
        s = 0.0
        for i in range(len(x)):
            s += x[i] * self.bias[0]
            self.bias = self.bias + s
        return s
    """.strip("\n")
    )
    assert not kept.lifted
    assert kept.unlifted


def test_numbers_of_the_object_that_a_loop_adds_up_are_set_once() -> None:
    text = """
    def forward(self, x):
        for i in range(len(x)):
            self.rows += 1
            if x[i] > self.bias[0]:
                self.rows = self.rows + i
        return self.rows
    """
    (first, *_) = found(text.strip("\n")).lifted
    assert "for " not in first.source
    space: dict[str, Any] = {"np": np}
    exec(first.source, space)
    layer = Layer()
    assert space["forward"](layer, np.array([0.0, 2.0, 0.5, 3.0])) == 3 + 4 + 1 + 3
    assert layer.rows == 11


def test_arrays_of_the_object_take_what_is_stored_in_them() -> None:
    text = """
    def forward(self, x):
        for i in range(self.weights.shape[0]):
            for j in range(len(x)):
                self.weights[i, j] = x[j] * self.bias[i] + i
    """
    (first, *_) = found(text.strip("\n")).lifted
    assert first.whole
    space: dict[str, Any] = {"np": np}
    exec(first.source, space)
    layer = Layer()
    space["forward"](layer, np.arange(4.0))
    np.testing.assert_allclose(layer.weights, np.arange(4.0) + np.arange(3.0)[:, None])

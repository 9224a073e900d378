"""The dtype of a term: what NumPy itself gives for the same expression."""

import numpy as np
import pytest

from profiler_suite.analysis.explain.lifting.normal_form.dtypes import dtype_of, weak_of
from profiler_suite.analysis.explain.lifting.normal_form.terms import Leaf
from tests.analysis.explain.lifting.reading import read, reader_of

VALUES = {
    "x": np.ones(5),
    "y": np.ones(5, np.float32),
    "k": np.ones(5, np.int32),
    "u": np.ones(5, np.uint8),
    "z": np.ones(5, np.complex64),
    "b": np.ones(5, np.bool_),
    "m": np.eye(5, dtype=np.float32),
    "s": 2.5,
    "n": 4,
}
HELD = {
    **{
        name: f"{value.dtype} ({', '.join(map(str, value.shape))})"
        for name, value in VALUES.items()
        if isinstance(value, np.ndarray)
    },
    "s": "float",
    "n": "int 4",
}
TEXT = f"def f({', '.join(VALUES)}):\n    return x"


@pytest.mark.parametrize(
    "text",
    [
        *(
            "x + y",
            "y * s",
            "y + 1",
            "k * s",
            "k / 2",
            "k + 1",
            "u + 1",
            "z * y",
            "b & (k > 0)",
        ),
        *("x < y", "~b", "np.sqrt(y)", "np.exp(k)", "np.abs(z)", "np.isnan(y)", "-k"),
        *("k.sum()", "u.sum()", "y.sum()", "k.mean()", "y.mean()", "x.argmax()", "b.any()"),
        *("np.where(b, y, 0)", "np.where(b, k, s)", "m @ m", "m @ y", "np.linalg.inv(m)"),
        *(
            "y.astype(np.float64)",
            "np.maximum(y, 0.0)",
            "np.count_nonzero(b)",
            "n * 2",
            "n / 2",
        ),
    ],
)
def test_it_is_what_numpy_gives(text: str) -> None:
    found = dtype_of(read(text, reader_of(TEXT, **HELD)))
    result = eval(text, {"np": np}, dict(VALUES))
    assert found == np.asarray(result).dtype


def test_what_is_not_known_has_none() -> None:
    assert dtype_of(Leaf("q")) is None
    assert dtype_of(Leaf("q", dtype="no such dtype")) is None
    reader = reader_of("def f(a, x):\n    return a", a="float64 number", x="float64 (3,)")
    assert dtype_of(read("x * q", reader)) is None


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        *(("n", "int"), ("s", "float"), ("s + n", "float"), ("n * 1j", "complex")),
        *(("n / 2", "float"), ("s < 1.0", "bool"), ("x", ""), ("s * x", ""), ("True", "bool")),
    ],
)
def test_pythons_own_numbers_are_told_from_numpys(text: str, kind: str) -> None:
    assert weak_of(read(text, reader_of(TEXT, **HELD))) == kind

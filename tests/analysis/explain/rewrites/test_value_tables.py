"""Arithmetic on small integers becomes a look-up where every element stands for itself."""

import textwrap
from typing import Any

import numpy as np
import pytest

from profiler_suite.analysis.explain import rewriting
from profiler_suite.analysis.explain.rewrites.value_tables import in_tables
from profiler_suite.analysis.explain.rewriting import Function
from profiler_suite.measure.explain.records import SourceText

NAMES = {
    "img": "uint8 (60, 50)",
    "wide": "uint16 (900, 900)",
    "t": "float 0.5",
    "k": "int 3",
    "v": "float64 (50,)",
    "small": "uint8 (10, 10)",
}


def found(body: str) -> list[str]:
    """The function of these names with each chain of statements in a table."""
    text = f"def f({', '.join(NAMES)}):\n{textwrap.indent(textwrap.dedent(body), '    ')}\n"
    source = SourceText(file="f.py", function="f", first_line=1, text=text, names=NAMES)
    function = Function(source)
    made = []
    for edits, _, _ in in_tables(function):
        rewrite = rewriting.spliced(function, edits, [])
        assert rewrite is not None
        made.append(rewrite.source)
    return made


def run(text: str, **held: Any) -> Any:
    space: dict[str, Any] = {"np": np}
    exec(text, space)
    return space["f"](**{**dict.fromkeys(NAMES), **held})


@pytest.mark.parametrize(
    "body",
    [
        "return (255 * (img / 255.0) ** t).astype(np.uint8)",
        "x = img * 2 + k\ny = np.where(x > 99, x - t, 0)\nreturn y.sum() + x.max()",
        "a = np.exp(-(img - 5) * t)\nb = np.sqrt(a)\nreturn b + img[0, 0]",
        "x = np.sqrt(img ^ 7) + t\nif k:\n    y = np.log1p(x * t) * 2\n    return y\nreturn x",
    ],
)
@pytest.mark.parametrize("order", ["C", "F"])
def test_a_table_gives_the_same_numbers(body: str, order: str) -> None:
    (made,) = found(body)
    assert "np.arange(256, dtype=np.uint8)" in made
    pixels = np.random.default_rng(0).integers(0, 256, (60, 50), dtype=np.uint8)
    given = np.asarray(pixels, order=order)  # type: ignore[call-overload]
    text = f"def f({', '.join(NAMES)}):\n{textwrap.indent(body, '    ')}\n"
    one, other = (run(each, img=given, t=0.7, k=3) for each in (text, made))
    assert np.asarray(one).dtype == np.asarray(other).dtype
    assert np.allclose(one, other, rtol=1e-13)


def test_sixteen_bits_have_a_longer_table() -> None:
    (made,) = found("return np.sqrt(wide * t) + 1")
    assert "np.arange(65536, dtype=np.uint16)" in made


@pytest.mark.parametrize(
    "body",
    [
        "return np.sqrt(img * v) + 1",
        "return np.sqrt(img * t).sum() + 1",
        "return np.sqrt(small * t) + 1",
        "return np.cumsum(img * t) + 1",
        "return img + 1",
        "return np.sqrt(img[1:] * t) + 1",
        "img = img / 255\nreturn np.sqrt(img * t) + 1",
        "return np.sqrt(img * t, out=v) + 1",
        "return (img @ img) * 2 + 1",
        "return np.where(img * t + 1 > 2)",
    ],
)
def test_others_stay(body: str) -> None:
    assert not found(body)

"""Digits and bits of texts are arithmetic where it is known how many there are."""

import ast
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from profiler_suite.analysis.explain.lifting import lift
from profiler_suite.analysis.explain.lifting.expressions.digits import bits_as_numbers
from tests import own_source


@pytest.mark.parametrize(
    "item",
    [
        *(
            "[int(c) for c in str(v)]",
            "[c for c in format(v, '08b')]",
            "sum(map(int, repr(v)))",
        ),
        *("[int(c) for c in format(v, 'b')]", "[int(c) for c in f'{v:>8b}']"),
        *("[int(c) for c in f'{v!s:08b}']", "[int(c) for c in f'x{v:08b}']"),
        *("sum(int(c) for c in str(v) if c)", "[int(c) for c in bin(v)]"),
        "sum(int(c) for c in str(v / 2))",
    ],
)
def test_other_texts_stay(item: str) -> None:
    loop = f"    for v in x:\n        out.append({item})\n"
    text = f"def f(x):\n    out = []\n{loop}    return out\n"
    function = own_source.function_of(text)
    assert not lift(function, {"x": "int64 (9,)"}).lifted


def test_what_must_hold_is_said() -> None:
    text = (
        "def f(x):\n    out = []\n    for v in x:\n"
        "        out.append(sum(int(c) for c in str(v)) + sum([int(c) for c in f'{v:08b}']))\n"
        "    return np.array(out)\n"
    )
    (first, *_) = lift(own_source.function_of(text), {"x": "int64 (9,)"}).lifted
    assert set(first.assumptions) == {
        "no number of which digits are taken is negative",
        "no number of which bits are taken has more than 8",
    }
    namespace: dict[str, object] = {"np": np}
    exec(first.source, namespace)
    x = np.array([0, 7, 255, 128, 19])
    expected = [sum(int(c) for c in str(v)) + bin(v).count("1") for v in x.tolist()]
    assert namespace["f"](x).tolist() == expected  # type: ignore[operator]


def test_bits_of_a_text_are_shifts_of_the_number() -> None:
    reader: Any = SimpleNamespace(scope=SimpleNamespace(assume=[].append))
    node = ast.parse("[int(c) for c in format(a + 1, '04b')]", mode="eval").body
    assert isinstance(node, ast.ListComp)
    made = ast.unparse(bits_as_numbers(reader, node))
    for a in range(15):
        assert eval(made, {"a": a}) == [int(c) for c in format(a + 1, "04b")]
    other = ast.parse("[c for c in format(a + 1, '04b')]", mode="eval").body
    assert isinstance(other, ast.ListComp)
    assert bits_as_numbers(reader, other) is other

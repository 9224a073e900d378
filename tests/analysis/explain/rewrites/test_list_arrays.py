"""Lists of numbers as arrays."""

import textwrap
from typing import Any

import numpy as np
import pytest

from profiler_suite.analysis.explain.rewrites.list_arrays import ListArrays, as_arrays
from profiler_suite.analysis.explain.rewriting import Function
from profiler_suite.measure.explain.records import SourceText

NAMES = {
    "x": "float64 (6,)",
    "n": "int 6",
    "a": "list of 6 as int64 (6,)",
    "b": "list of 6 as float64 (6,)",
    "m": "list of 6 as int64 (6, 2)",
}


def made(body: str, **names: str) -> ListArrays | None:
    text = f"def f(x, n):\n{textwrap.indent(textwrap.dedent(body).strip(), '    ')}\n"
    source = SourceText(file="f.py", function="f", first_line=1, text=text, names=NAMES | names)
    return as_arrays(Function(source))


def run(text: str) -> Any:
    namespace: dict[str, Any] = {"np": np}
    exec(text, namespace)
    return namespace["f"](np.arange(6.0) - 2, 6)


COUNTED = "a = [0] * n\nfor v in x:\n    a[int(v) % n] += 1\nreturn a"
TABLE = "m = [[0] * 2 for _ in range(n)]\nfor i in range(n):\n    m[i][1] = i\nreturn m"
GROWN = (
    "b = []\nfor v in x:\n    b.append(v * 2)\nreturn sum(b[i] * b[i - 1] for i in range(1, n))"
)
BOTH = "b = []\nfor v in x:\n    b.append(v)\ns = 0.0\nfor v in b:\n    s += v\nreturn s, b"


@pytest.mark.parametrize("body", [COUNTED, TABLE, GROWN])
def test_the_function_with_arrays_gives_the_same(body: str) -> None:
    found = made(body)
    assert found is not None
    assert found.held
    text = f"def f(x, n):\n{textwrap.indent(body, '    ')}\n"
    assert run(found.text) == run(text)


def test_a_list_of_one_number_is_an_array_and_given_back_as_a_list() -> None:
    found = made(COUNTED)
    assert found is not None
    assert "a = np.zeros(n, dtype=int)" in found.text
    assert "return a.tolist()" in found.text
    assert found.held == {"a": "int64 (6,)"}


def test_a_list_that_has_grown_is_made_an_array_behind_its_loop() -> None:
    found = made(GROWN)
    assert found is not None
    assert "b_array = np.array(b)\n    return sum(b_array[i] * b_array[i - 1]" in found.text


@pytest.mark.parametrize(
    "body",
    [
        "a = [0] * n\na.append(1)\nreturn a",
        "a = [0] * n\nb = a\nreturn b",
        "a = [0] * n\na[1:3] = [1]\nreturn a",
        "a = [0] * n\npart = a[1:]\npart[0] = 3\nreturn a[0]",
        "a = [0] * n\nreturn a + [1]",
        "a = [0] * n\nreturn 0 in a",
        "a = [0] * n\ndel a[0]\nreturn a",
        "a = [0] * n\nif n:\n    a = [1] * n\nreturn a",
        "a = [v] * n\nreturn a",
        "a = ['0'] * n\nreturn a",
        "b = []\nfor v in x:\n    b.append(v)\nreturn b",
        "b = []\nfor v in x:\n    b.append(v)\n    n += len(b)\nfor v in b:\n    n += v",
        "b = []\nfor v in x:\n    b.append(v)\nfor v in x:\n    b.append(b[-1])\nreturn b",
        "b = []\nfor v in x:\n    b.append(v)\nfor i in range(n):\n    b[i] = 1\nreturn b",
    ],
)
def test_what_an_array_would_do_otherwise_stays(body: str) -> None:
    assert made(body) is None


def test_lists_of_mixed_or_unknown_elements_stay() -> None:
    assert made(COUNTED, a="list of 6") is None


def test_a_list_that_is_also_returned_stays_one() -> None:
    found = made(BOTH)
    assert found is None or "return s, b\n" in found.text

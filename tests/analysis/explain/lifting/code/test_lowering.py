"""Terms as array expressions: they give what the loop gives."""

import pytest

from profiler_suite.analysis.explain.lifting.code.lowering import ArrayWriter
from profiler_suite.analysis.explain.lifting.code.writer import Style
from tests.analysis.explain.lifting.reading import lifted_text, reader_of, within
from tests.analysis.explain.lifting.written import lowered, same_as_loop


@pytest.mark.parametrize(
    ("text", "loops"),
    [
        *(("x[i] * s + 1", "i"), ("x[i] - y[j]", "ij"), ("y[j] - x[i]", "ij"), ("i * 2", "i")),
        *(("a[i].sum()", "i"), ("a[i].max() * x[i]", "i"), ("a[i] / x[i]", "i")),
        *(("np.sqrt(a[i])", "i"), ("np.where(x[i] > 0.5, x[i], 0)", "i"), ("i + j", "ij")),
        *(("x[i] ** 2 if x[i] > y[j] else -s", "ij"), ("(a[i] - b[j]).max()", "ij")),
        *(("np.sort(a[i])", "i"), ("a[i].mean() + a[i].std()", "i"), ("np.cumsum(a[i])", "i")),
    ],
)
def test_the_expression_gives_what_the_loop_gives(text: str, loops: str) -> None:
    same_as_loop(text, loops)


def test_what_is_needed_twice_is_computed_once_before() -> None:
    _, writer = lowered("np.exp(x[i]) / (1 + np.exp(x[i]))", "i")
    assert len(writer.before) == 1
    assert writer.before[0].endswith("= np.exp(x)")
    same_as_loop("np.exp(x[i]) / (1 + np.exp(x[i]))", "i")


def test_names_are_free_ones_and_none_is_given_twice() -> None:
    reader = reader_of("def f(x):\n    part = x\n    return part", x="float64 (3,)")
    writer = ArrayWriter(reader.scope, Style())
    assert writer.free_name("part") == "part_2"
    assert writer.free_name("part") == "part_3"
    assert writer.free_name("new") == "new"
    label = within(reader, "i", "n")
    assert writer.counter(label) == "i"
    assert writer.counter(reader.scope.label(label.count)) == "k"


def test_the_largest_array_on_the_way_is_noted() -> None:
    _, writer = lowered("(x[i] - y[j]) * s", "ij")
    assert writer.memory.largest.value(writer.facts.at_hand) == 5 * 7 * 8


def test_all_of_none_are_none_of_all() -> None:
    body = "out = np.zeros(len(x), bool)\nfor i in range(len(x)):\n    whole = True\n"
    body += "    for j in range(x.shape[1]):\n        for k in range(x.shape[2]):\n"
    body += "            if x[i, j, k] > 2:\n                whole = False\n"
    body += "                break\n        if not whole:\n            break\n"
    body += "    out[i] = whole\nreturn out"
    found = lifted_text(body, {"x": "float64 (4, 3, 2)"})
    assert "~np.any(x > 2, axis=(1, 2))" in found.lifted[0].source

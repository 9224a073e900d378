"""A loop that prints its progress becomes two, where nothing it prints is computed in it."""

import textwrap

import pytest

from profiler_suite.analysis.explain.rewrites.progress_prints import loops_apart
from profiler_suite.analysis.explain.rewriting import Function
from profiler_suite.measure.explain.records import SourceText


def made(body: str) -> list[str]:
    text = f"def f(x, out, n):\n{textwrap.indent(textwrap.dedent(body), '    ')}"
    source = SourceText(file="f.py", function="f", first_line=1, text=text, names={})
    return [found for _, found in loops_apart(Function(source))]


def test_what_is_printed_stands_behind_the_rest() -> None:
    (text,) = made(
        "for i in range(n):\n    if i % 9 == 0:\n        print(i, n)\n    out[i] = x[i]\n"
        "return n"
    )
    assert text == (
        "def f(x, out, n):\n"
        "    for i in range(n):\n"
        "        out[i] = x[i]\n"
        "    for i in range(n):\n"
        "        if i % 9 == 0:\n"
        "            print(i, n)\n"
        "    return n"
    )


@pytest.mark.parametrize(
    "body",
    [
        "for i in range(n):\n    print(out[i])\n    out[i] = x[i]",
        "for i in range(n):\n    print(n)\n    n += 1",
        "for i in range(n):\n    print(i)",
        "for i in range(n):\n    print(i)\n    if x[i] > 2:\n        break\n    out[i] = 1",
        "for i in range(n):\n    print(i)\n    if x[i] > 2:\n        continue\n    out[i] = 1",
        "for i in range(n):\n    print(i)\n    out.append(print(x[i]))",
        "for i in read():\n    print(i)\n    out[i] = 1",
        "for row in x:\n    print(row)\n    row[0] = 1",
        "for i in range(n):\n    print(x)\n    x.append(i)",
        "for i in x:\n    if i:\n        print(i)\n    else:\n        n = 2\n    out[i] = 1",
        "for i in range(n):\n    log(i)\n    out[i] = 1",
    ],
)
def test_a_loop_that_prints_what_it_computes_stays(body: str) -> None:
    assert made(body) == []


def test_pairs_and_numbered_elements_are_gone_through_twice() -> None:
    for iterated in ("enumerate(x)", "zip(x, range(n))", "x"):
        assert made(f"for i in {iterated}:\n    print(i)\n    out[0] = n\n")

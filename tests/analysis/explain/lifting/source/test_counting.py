"""while loops with a counter, as loops over a range."""

import ast
import textwrap

import pytest

from profiler_suite.analysis.explain.lifting.normal_form.terms import Refusal
from profiler_suite.analysis.explain.lifting.source.counting import counted


def made(text: str) -> str:
    *before, loop = ast.parse(textwrap.dedent(text)).body
    assert isinstance(loop, ast.While)
    return ast.unparse(counted(loop, before))


@pytest.mark.parametrize(
    ("start", "test", "last", "expected"),
    [
        ("i = 0", "i < n", "i += 1", "range(0, n)"),
        ("i = 2", "i <= n", "i += 1", "range(2, n + 1)"),
        ("i = a", "i < len(x)", "i += 3", "range(a, len(x), 3)"),
        ("i = n", "i > 0", "i -= 1", "range(n, 0, -1)"),
        ("i = n", "i >= 0", "i -= 2", "range(n, 0 - 1, -2)"),
        ("i = 4; total = 0.0", "i < n", "i += 1", "range(4, n)"),
        ("i = 0", "i + w <= len(x)", "i += h", "range(0, len(x) - w + 1, h)"),
        ("i = 0", "n > i", "i += 1", "range(0, n)"),
        ("i = 0", "n >= 2 + i - w", "i += 1", "range(0, n + w - 2 + 1)"),
        ("i = n", "i - w > 0", "i -= 1", "range(n, 0 + w, -1)"),
        ("i = 4; note(i)", "i < n", "i += 1", "range(i, n)"),
    ],
)
def test_the_range_goes_over_the_same_numbers(
    start: str, test: str, last: str, expected: str
) -> None:
    assert made(f"{start}\nwhile {test}:\n    total += x[i]\n    {last}") == (
        f"for i in {expected}:\n    total += x[i]"
    )


@pytest.mark.parametrize("step", [1, 2, 5])
@pytest.mark.parametrize("end", [-1, 0, 1, 6])
def test_both_do_the_same(step: int, end: int) -> None:
    text = f"i = 0\nwhile i < {end}:\n    seen.append(i)\n    i += {step}"
    first: list[int] = []
    second: list[int] = []
    exec(text, {"seen": first})
    exec(made(text), {"seen": second})
    assert first == second


def test_a_loop_that_only_counts_stays_a_loop() -> None:
    assert made("i = 0\nwhile i < n:\n    i += 1") == "for i in range(0, n):\n    pass"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("while True:\n    i += 1", "without a counter"),
        ("while x[i] < 3:\n    i += 1", "without a counter"),
        ("while 0 < i < n:\n    i += 1", "without a counter"),
        ("while n - i > 0:\n    i += 1", "without a counter"),
        ("while i * i < n:\n    i += 1", "without a counter"),
        ("while i + 1 < n - i:\n    i += 1", "without a counter"),
        ("while i != n:\n    i += 1", "without a counter"),
        ("while i < n:\n    i += 1\nelse:\n    done()", "without a counter"),
        ("while i < n:\n    i += 1\n    f(i)", "does not end with i += 1"),
        ("while i < n:\n    i *= 2", "does not end with i += 1"),
        ("while i < n:\n    if x[i]:\n        continue\n    i += 1", "does not end with"),
        ("while i < n:\n    n = n - 1\n    i += 1", "found on the way"),
        ("while i < n:\n    i = g(i)\n    i += 1", "found on the way"),
        ("while i < n:\n    f(i)\n    i -= 1", "runs away from its end"),
        ("while i > 0:\n    f(i)\n    i += 1", "runs away from its end"),
    ],
)
def test_what_is_no_counted_loop_is_refused_with_the_reason(text: str, reason: str) -> None:
    with pytest.raises(Refusal, match=reason.replace("+", r"\+")):
        made(text)

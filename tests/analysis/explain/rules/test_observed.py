"""What was observed of calls, in words."""

from types import FunctionType
from typing import Any

import numpy as np
import pytest

from profiler_suite.analysis.explain import rewriting
from profiler_suite.analysis.explain.rules.observed import counted, prelude
from profiler_suite.measure.explain.names_in_words import bound_names
from profiler_suite.measure.explain.records import SourceText
from profiler_suite.measure.trace import trace
from tests.analysis.explain.rules.own_function import Own

A, B = np.ones(64), np.ones(96)
RECORDS = np.zeros(9, [("p", "f8"), ("q", "f8")]).view(np.recarray)


@pytest.mark.parametrize(
    ("function", "said"),
    [
        (lambda: np.fft.fft(A), "1 × np.fft.fft on float64 (64,)"),
        (lambda: (np.fft.fft(A), np.fft.fft(B)), "2 × np.fft.fft on float64 (96,)"),
        (lambda: np.median(A), "1 × np.median on float64 (64,)"),
        (
            lambda: (np.sum(A), np.sum(A), np.sum(B)),
            "2 × np.sum on float64 (64,), 1 × np.sum on float64 (96,)",
        ),
        (lambda: A + A, "1 × np.add on float64 (64,)"),
    ],
)
def test_a_call_is_counted_once_whatever_it_calls(function: object, said: str) -> None:
    _, counts = trace(function, (), seconds=5)  # type: ignore[arg-type]
    assert counted(counts.operations) == said


def test_a_call_outside_loops_is_counted_as_it_is_written() -> None:
    text = (
        "def f(x, y):\n"
        "    a, b = np.meshgrid(x, y)\n"
        "    parts = np.split(x, [3, 5, 9])\n"
        "    return [np.median(each) for each in parts], a + b\n"
    )
    own = Own(text, A, B)
    (function,) = own.observed.functions
    said = [own.observed.evidence(function, [line]) for line in (3, 4, 5)]
    assert said[0].startswith("1 × np.meshgrid on float64 ")
    assert said[1].startswith("1 × np.split on float64 ")
    assert "1 × np.median" not in said[2]


def test_a_function_that_names_no_module_gets_what_a_rewrite_imports() -> None:
    def revenue(table: Any) -> Any:
        return table.apply(lambda row: row["a"] * row["b"], axis=1)

    assert isinstance(revenue, FunctionType)
    bound = bound_names(FunctionType(revenue.__code__, {}))
    source = SourceText(
        file="a.py", function="f", first_line=1, text="def f(t):\n    return t\n", bound=bound
    )
    function = rewriting.parsed(source)
    assert function is not None
    helper = "def _chosen(a):\n    return np.where(a, 1, 2)\n"
    assert prelude(function, (helper,)) == ("import numpy as np", helper)


def test_lines_that_depend_on_one_of_several_that_are_set_anew_count_as_well() -> None:
    body = "    s = a + b\n    return s.sum()\n"
    text = f"def f(x, y):\n    a, b = np.meshgrid(x, y)\n{body}"
    own = Own(text, np.linspace(0, 1, 300), np.linspace(0, 1, 300))
    (finding, *_) = own.findings("repeated_array")
    assert finding.share == own.observed.share(own.observed.functions[0], range(1, 5))


def test_lines_that_read_what_a_rewrite_sets_anew_count_as_its_own() -> None:
    loop = "    for v in x:\n        out.append(v)\n"
    own = Own(f"def f(x):\n    out = []\n{loop}    return np.array(out)\n", A)
    (finding, *_) = own.findings("lifted_loop")
    assert finding.share == own.observed.share(own.observed.functions[0], range(1, 6))

"""Functions that library code calls back are told from those that are called by name."""

import msgspec
import pytest

from profiler_suite.analysis.explain import callbacks
from profiler_suite.measure.explain.records import FunctionRecord, SourceText
from profiler_suite.model.rows import LineRecord
from tests.stored_explanation import stored_explanation

FILE = "/a/mine.py"


def line(function: str, number: int, hits: int, first_line: int) -> LineRecord:
    kept = stored_explanation().explained.lines[0]
    return msgspec.structs.replace(
        kept,
        file=FILE,
        function=function,
        line=number,
        hits=hits,
        first_line=first_line,
        evaluations=2,
    )


def explained(text: str, *lines: LineRecord, more: str = "") -> FunctionRecord:
    sources = tuple(
        SourceText(file=FILE, function="f", first_line=1, text=each)
        for each in (text, more)
        if each
    )
    return msgspec.structs.replace(
        stored_explanation().explained,
        file=FILE,
        line=1,
        sources=sources,
        lines=(line("f", 2, 2, 1), *lines),
    )


PEAK = "def peak(w):\n    return w.max()\n"


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("def f(x):\n    return generic_filter(x, peak, 3)\n", "peak"),
        ("def f(x):\n    return minimize(x, fun=peak)\n", "peak"),
        ("def f(x):\n    return [peak(each) for each in x]\n", ""),
        ("def f(x):\n    return [self.peak(each, key=peak) for each in x]\n", ""),
        ("def f(x):\n    return sum(x)\n", ""),
    ],
)
def test_a_function_that_is_only_handed_on_is_called_back(text: str, name: str) -> None:
    found = callbacks.called_back(explained(text, line("peak", 12, 8192, 11), more=PEAK))
    assert (found.name if found else "") == name
    if found:
        assert found.times == 4096
        assert callbacks.in_words(found, "4,096") == (
            "library code calls peak back 4,096 times"
        )


def test_a_lambda_among_arguments_is_called_back() -> None:
    text = "def f(x):\n    return reduce(\n        lambda a, b: a + b,\n        x)\n"
    found = callbacks.called_back(explained(text, line("f.<locals>.<lambda>", 3, 200, 3)))
    assert found is not None
    assert callbacks.in_words(found, "100") == "library code calls a lambda back 100 times"


def test_recursion_and_a_few_calls_are_none() -> None:
    text = "def f(n):\n    def g(k):\n        return k and g(k - 1)\n    return use(g, n)\n"
    found = explained(text, line("f.<locals>.g", 3, 9000, 2))
    assert callbacks.called_back(found) is None
    text = "def f(x):\n    return generic_filter(x, peak, 3)\n"
    assert callbacks.called_back(explained(text, line("peak", 12, 8, 11), more=PEAK)) is None


def test_a_source_that_cannot_be_parsed_is_passed_over() -> None:
    found = explained("lambda: (", line("peak", 12, 8192, 11))
    assert callbacks.called_back(found) is None

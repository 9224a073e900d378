"""Which functions' sources can be rewritten."""

from profiler_suite.analysis.explain import rewriting
from profiler_suite.measure.explain.records import SourceText


def test_decorated_functions_and_lambdas_are_left_alone() -> None:
    for text in ("@cache\ndef f(x):\n    return x\n", "f = lambda x: x\n", "def f(:\n"):
        source = SourceText(file="o.py", function="f", first_line=1, text=text)
        assert rewriting.parsed(source) is None

"""What stands before a rewritten function is what it needs and has not."""

from types import FunctionType
from typing import Any

from profiler_suite.analysis.explain import rewriting
from profiler_suite.analysis.explain.rules.preludes import prelude
from profiler_suite.measure.explain.names_in_words import bound_names
from profiler_suite.measure.explain.records import SourceText


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

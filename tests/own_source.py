"""Functions from source text, and rewrites made into functions, for tests of rewriting."""

import textwrap
from collections.abc import Callable
from typing import Any

import numpy as np

from profiler_suite.analysis.explain import rewriting
from profiler_suite.measure.explain.records import Rewrite, SourceText


def function_of(text: str, **names: str) -> rewriting.Function:
    text = textwrap.dedent(text).strip("\n") + "\n"
    name = text.split("(")[0].removeprefix("def ")
    source = SourceText(file="own.py", function=name, first_line=11, text=text, names=names)
    found = rewriting.parsed(source)
    assert found is not None
    return found


def run(rewrite: Rewrite | None) -> Callable[..., Any]:
    assert rewrite is not None
    namespace: dict[str, Any] = {"np": np}
    exec(rewrite.source, namespace)
    made: Callable[..., Any] = namespace[rewrite.function]
    return made


X = np.random.default_rng(0).uniform(0.5, 1.5, (6, 4))

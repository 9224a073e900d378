"""What a finding concerns is what its lines take."""

import ast

import numpy as np

from profiler_suite.analysis.explain.rewrites.patterns import Match
from profiler_suite.analysis.explain.rules import observed
from tests.analysis.explain.rules.own_function import Own

A = np.ones(64)
assert observed


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


def test_what_a_pattern_finds_is_written_by_a_function_and_stays_where_that_says_nothing() -> (
    None
):
    own = Own("def f(x):\n    y = np.abs(x)\n    return np.abs(2) + np.abs(y)\n", A)

    def write(one: Match) -> str | None:
        return None if one.number("A") else f"np.fabs({ast.unparse(one['A'])})"

    (finding,) = own.observed.written(["np.abs(A)"], write, title="as floats", evidence="seen")
    assert finding.title == "lines 3, 4: as floats"
    assert "np.abs(2) + np.fabs(y)" in finding.trial.rewrites[0].source
    assert not list(own.observed.written(["np.abs(A)"], lambda one: "", title="none"))

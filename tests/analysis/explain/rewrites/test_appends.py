"""Branches that append to one list."""

import pytest

from profiler_suite.analysis.explain.rewrites import appends
from profiler_suite.analysis.explain.rewriting import Function
from profiler_suite.measure.explain.records import SourceText


def merged(body: str) -> str:
    lines = "\n".join(f"        {line}" for line in body.splitlines())
    text = f"def f(x):\n    for v in x:\n{lines}\n    return out\n"
    source = SourceText(file="f.py", function="f", first_line=1, text=text)
    return appends.merged(Function(source)).text


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (
            "if v > 1:\n    out.append(v)\nelse:\n    out.append(-v)",
            "out.append((v if v > 1 else (-v)))",
        ),
        (
            "if v > 1:\n    out.append(1)\nelif v:\n    out.append(2)\n"
            "else:\n    out.append(3)",
            "out.append((1 if v > 1 else (2 if v else 3)))",
        ),
    ],
)
def test_one_append_of_a_conditional_value(body: str, expected: str) -> None:
    assert f"        {expected}\n" in merged(body)


@pytest.mark.parametrize(
    "body",
    [
        "if v > 1:\n    out.append(v)",
        "if v > 1:\n    out.append(v)\nelse:\n    other.append(v)",
        "if v > 1:\n    out.append(v)\nelse:\n    n = 1\n    out.append(v)",
    ],
)
def test_other_branches_stay(body: str) -> None:
    assert "if v > 1:" in merged(body)

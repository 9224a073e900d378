"""Values in place of the names that loops give them."""

import ast

import pytest

from profiler_suite.analysis.explain.rewrites.names_in_place import in_place
from profiler_suite.analysis.explain.rewriting import Function
from profiler_suite.measure.explain.records import SourceText


def placed(body: str) -> str:
    text = f"def f(m, n):\n    out = []\n    for i in range(n):\n{body}    return out\n"
    source = SourceText(file="f.py", function="f", first_line=1, text=text, names={})
    made = in_place(Function(source), lambda node: isinstance(node, ast.Call))
    return "" if made is None else made.text.partition("range(n):\n")[2]


def test_a_value_stands_where_its_name_was_read() -> None:
    found = placed("        row = m.get(i)\n        out.append(row.sum() / row.nnz)\n")
    assert found == "        out.append(m.get(i).sum() / m.get(i).nnz)\n    return out\n"


@pytest.mark.parametrize(
    "body",
    [
        "        row = m[i]\n        out.append(row)\n",
        "        row = m.get(i)\n        row = m.get(1)\n        out.append(row)\n",
        "        out.append(n)\n        n = m.get(i)\n        m = n\n",
        "        out.append(i and row)\n        row = m.get(i)\n",
        "        a = row = m.get(i)\n        out.append(row)\n",
        "        j = i\n        row = m.get(j)\n        j += 1\n        out.append(row)\n",
        "        row = m.get(i)\n        out.append(row)\n    out.append(row)\n",
    ],
)
def test_a_name_stays_where_it_may_hold_something_else(body: str) -> None:
    assert placed(body) == ""

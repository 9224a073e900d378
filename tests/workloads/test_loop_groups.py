"""A loop of a script belongs together with what is made for it, and of it."""

import ast

import pytest

from profiler_suite.workloads.loop_groups import group

GROWN = """\
n = 9
found = []
for i in range(n):
    found.append(i)
found = np.array(found)
print(found)
"""
SUMS = """\
counts, total, i = {}, 0.0, 0
out = np.zeros((3, 4))
while i < 3:
    out[i, 0] = total = total + i
    counts[i] = total
    i += 1
mean = total / 3
"""
TWO = """\
a = []
for x in y:
    a.append(x)
a = np.asarray(a)
b = [0] * 3
for x in y:
    b[x] += 1
"""


@pytest.mark.parametrize(
    ("source", "at", "lines"),
    [
        (GROWN, 2, (2, 5)),
        (GROWN, 1, (2, 5)),
        (GROWN, 0, (1, 1)),
        (GROWN, 4, (6, 6)),
        (SUMS, 2, (1, 6)),
        (SUMS, 3, (7, 7)),
        (TWO, 1, (1, 4)),
        (TWO, 4, (5, 7)),
        (TWO, 3, (5, 7)),
        ("x = load()\nfor a in x:\n    f(a)\n", 1, (2, 3)),
        ("x = []\nprint(x)\nfor a in y:\n    x.append(a)\n", 2, (3, 4)),
        ("for a in y:\n    x.append(a)\nz = np.array(w)\n", 0, (1, 2)),
    ],
)
def test_a_loop_has_its_beginning_and_its_end(
    source: str, at: int, lines: tuple[int, int]
) -> None:
    found = group(ast.parse(source).body, at)
    assert (found[0].lineno, found[-1].end_lineno) == lines

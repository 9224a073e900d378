"""Slow paths of blocks: one of a series after the other, the last as long as what is left."""

import ast
from collections.abc import Iterator

from profiler_suite.analysis.explain.rewrites import whole_blocks
from profiler_suite.analysis.explain.rules.observed import Finding, Observation
from profiler_suite.analysis.explain.rules.registry import rule

_MOST_WAYS = 3


@rule(
    "blocks",
    looks_for="a loop over blocks of one length: for i in range(0, len(x), k), x[i : i + k]",
    rewrite="the whole blocks as rows of x.reshape(len(x) // k, k), the last one by itself",
    exact="as for loops; the shorter block at the end is computed as before",
    thread="https://stackoverflow.com/questions/37386142/way-of-easily-finding-the-average-of-"
    "every-nth-element-over-a-window-of-size-k-i",
)
def shorter_last_block(seen: Observation) -> Iterator[Finding]:
    """Means, extremes and other functions of blocks."""
    for function in seen.functions:
        for made in whole_blocks.apart(function):
            loop = f"for {made.number} in "
            every = [
                (title.replace(f"loop over {made.number} ", f"loop over {made.start} "), text)
                for title, text in seen.lifted_again(function, made.text, made.held)
                if loop not in text
            ]
            first, last = made.node.lineno, made.node.end_lineno or made.node.lineno
            for title, text in every[:_MOST_WAYS]:
                yield from seen.whole(
                    function,
                    text,
                    title=f"{title}, of all whole blocks; the last one by itself",
                    lines=[line + function.shift for line in range(first, last + 1)],
                    helpers=("import numpy as np",) if "np." in text else (),
                    evidence=_evidence(made.node),
                )


def _evidence(node: ast.For | ast.ListComp) -> str:
    items = node.iter if isinstance(node, ast.For) else node.generators[0].iter
    assert isinstance(items, ast.Call)
    size = items.args[2]
    said = f"a turn of the loop for every {ast.unparse(size)} elements"
    given = isinstance(size, ast.Constant)
    return said if given else f"{said}; provided that {ast.unparse(size)} is positive"

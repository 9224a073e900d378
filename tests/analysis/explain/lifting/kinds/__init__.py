"""Loops of many kinds, each to be lifted as a whole. They are bad NumPy on purpose.

Importing the package registers them all.
"""

from tests.analysis.explain.lifting.kinds import (
    calls,
    carried,
    elements,
    flat,
    headers,
    keys,
    lists,
    made,
    named,
    pairs,
    products,
    reductions,
    rows,
    searches,
    selected,
    windows,
)

__all__ = [
    "calls",
    "carried",
    "elements",
    "flat",
    "headers",
    "keys",
    "lists",
    "made",
    "named",
    "pairs",
    "products",
    "reductions",
    "rows",
    "searches",
    "selected",
    "windows",
]

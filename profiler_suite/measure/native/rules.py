"""Classifies compiled code: which kind of work a library's function does, by a table of rules.

The instruction pointer alone decides; who called is not known. So CPython's
functions count as 'interpreter' also where NumPy calls them while it enters a
ufunc (tuples, dicts, type look-ups: about a fifth of a small call), and a
`memcpy` of 24 bytes of shape counts as 'copy'. Neither touches the split that
matters most, overhead against copy and arithmetic, by more than a few points:
operation replay, which sees calls and not code, is the check.
"""

import functools
import re

from profiler_suite.measure.native.rule_table import RULES, SymbolRule

__all__ = ["ENTRIES", "RULES", "SymbolRule", "classify", "rule_for"]

ENTRIES = {
    "interpreter": "interpreter",
    "dispatch": "dispatch",
    "memory": "memory",
    "copy": "copy",
    "packing": "copy",
    "ufunc": "arithmetic",
    "blas": "arithmetic",
    "extension": "arithmetic",
    "waiting": "residual",
    "kernel": "residual",
    "unknown": "residual",
}
"""Entry of a sample → the entry of the time breakdown that it belongs to. Threads that wait
for each other do no work, also within a product: with fewer of them that time may be spared."""


@functools.lru_cache(maxsize=1)
def _compiled() -> tuple[tuple[SymbolRule, re.Pattern[str], re.Pattern[str]], ...]:
    return tuple((rule, re.compile(rule.library), re.compile(rule.symbol)) for rule in RULES)


def rule_for(path: str, symbol: str) -> SymbolRule:
    """The first rule whose patterns occur in the library's path and in the symbol."""
    return next(
        rule
        for rule, library, name in _compiled()
        if library.search(path) and name.search(symbol)
    )


def classify(path: str, symbol: str) -> str:
    """The entry of code in that library file under that symbol."""
    return rule_for(path, symbol).entry

"""Lifts Python loops into array expressions.

`lift(function, names, helpers)` takes a `rewriting.Function`, what its local names hold
(`SourceText.names`: dtypes and shapes; by default those of its source) and other functions of
its module that loops may call. It gives a `Lifting`: every way that was found to write loops
and comprehensions as array expressions (`lifted`), whole nests first, and a reason for each
loop that stays (`unlifted`). Nothing is run: the caller checks each on real and random
arguments, times those that agree, and shows the fastest.

A nest is brought to one form (`nests`: what is stored and what names hold after it, as
`terms` over labelled axes), checked for what forbids it (`dependence`, `carried`), and
written in several styles (`lowering`, `contractions`, `accesses`, `emitting`).
"""

from profiler_suite.analysis.explain.lifting.lift import lift
from profiler_suite.analysis.explain.lifting.nouns import KeptLoop, LiftedFunction, Lifting

__all__ = ["KeptLoop", "LiftedFunction", "Lifting", "lift"]

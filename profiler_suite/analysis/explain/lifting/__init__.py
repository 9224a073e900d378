"""Lifts Python loops into array expressions.

`lift(function)` takes a `rewriting.Function` and gives a `Lifting`: every way that was found
to write its loops as array expressions (`lifted`), and a reason for each loop that stays
(`unlifted`). Nothing is run: the caller checks each on real and random arguments, times those
that agree, and shows the fastest. What it needs to know of local names (`SourceText.names`)
are their dtypes and shapes.

A nest is brought to one form (`nests`: what is stored and what names hold after it, as
`terms` over labelled axes), checked for what forbids it (`dependence`, `carried`), and
written in several styles (`lowering`, `contractions`, `accesses`, `emitting`).
"""

from profiler_suite.analysis.explain.lifting.lift import lift
from profiler_suite.analysis.explain.lifting.nouns import KeptLoop, LiftedFunction, Lifting

__all__ = ["KeptLoop", "LiftedFunction", "Lifting", "lift"]

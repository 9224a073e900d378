"""Choices that one ufunc makes: between a value and a number that it is compared with."""

from collections.abc import Sequence

from profiler_suite.analysis.explain import extremes
from profiler_suite.analysis.explain.lifting.normal_form.terms import Apply, Index, Leaf, Term


def extreme(term: Apply, texts: Sequence[str]) -> str:
    """np.fmax of the value and the number for `x if x > 3 else 3`; empty for anything else."""
    test = term.args[0]
    if term.name != "where" or not isinstance(test, Apply) or len(test.args) != 2:
        return ""
    left, right, yes, no = map(_side, (*test.args, *term.args[1:]))
    ufunc = extremes.ufunc((left, test.name, right), yes, no)
    value, number = texts[1:] if isinstance(no, float) else texts[:0:-1]
    return f"NP.{ufunc}({value}, {number})" if ufunc else ""


def _side(term: Term) -> object:
    """The term; the number where it is one that is written out."""
    if isinstance(term, Index) and not term.labels and term.index.constant is not None:
        return float(term.index.constant)
    if isinstance(term, Leaf) and term.weak in ("int", "float"):
        try:
            return float(term.text)
        except ValueError:
            return term
    return term

"""Sums over elements of each key: `x[labels == k].sum()` for all k as one bincount."""

from __future__ import annotations

from profiler_suite.analysis.explain.lifting.arrays import Array, closed
from profiler_suite.analysis.explain.lifting.dtypes import dtype_of
from profiler_suite.analysis.explain.lifting.operations import is_truth
from profiler_suite.analysis.explain.lifting.polynomials import Poly
from profiler_suite.analysis.explain.lifting.terms import Apply, Index, Label, Reduce, Term
from profiler_suite.analysis.explain.lifting.writer import Writer


def counted_by_key(writer: Writer, term: Reduce) -> Array | None:
    """A sum of what belongs to each key; None where it is something else."""
    if len(term.over) != 1 or term.op not in ("sum", "count_nonzero"):
        return None
    axis = term.over[0]
    test, value = _weighted(term.arg)
    if not isinstance(test, Apply) or test.name != "==" or not is_truth(test):
        return None
    for keys, key in (test.args, test.args[::-1]):
        label = _key(writer, key)
        if label is None:
            continue
        made = writer.any_order(keys)
        kind = dtype_of(keys)
        if made.dims == (axis,) and kind is not None and kind.kind in "iu":
            return _bincount(writer, made, key, label, value, axis)
    return None


def _weighted(term: Term) -> tuple[Term, Term | None]:
    """A condition, and what counts where it holds; None for 1."""
    if isinstance(term, Apply) and term.name == "where" and term.args[2] == Index(Poly()):
        return term.args[0], term.args[1]
    return term, None


def _key(writer: Writer, key: Term) -> Label | None:
    """The loop that a key runs through one by one."""
    if not isinstance(key, Index) or len(key.loops) != 1:
        return None
    (name,) = key.loops
    return writer.scope.labels[name] if key.index.of(name).constant == 1 else None


def _bincount(
    writer: Writer, keys: Array, key: Term, label: Label, value: Term | None, axis: Label
) -> Array | None:
    assert isinstance(key, Index)
    offset = key.index.without((label.name,))
    text = writer.facts.text
    where = keys.text if not offset.monomials else f"{closed(keys.text)} - ({text(offset)})"
    size = text(label.count)
    begin = max(offset.constant or 0, 0)
    stop = text(label.count + begin)
    if begin:  # numbers below it, which would be negative, are counted and left out
        where, size = keys.text, stop
    weights, after = "", ""
    if value is not None:
        made = writer.any_order(value)
        kind = dtype_of(value)
        if made.dims != (axis,) or kind is None or kind.kind not in "iuf":
            return None
        weights = f", weights={made.text}"
        if str(kind) != "float64":
            after = f".astype({writer.np}.{kind if kind.kind == 'f' else 'int64'})"
    writer.scope.assume(f"{keys.text} holds no negative numbers")
    writer.memory.add((label,))
    made_text = (
        f"{writer.np}.bincount({where}{weights}, minlength={size})[{begin or ''}:{stop}]{after}"
    )
    return Array(made_text, (label,))

"""Short reductions step by step: whole arrays, shifted and added up, one per element.

A window of 5 × 5 pixels, or a polynomial of 8 terms, is a Python loop of a few iterations
whose every iteration is one operation on all windows or numbers at once.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from profiler_suite.analysis.explain.lifting.code.arrays import Array, closed, expanded
from profiler_suite.analysis.explain.lifting.code.writer import Writer
from profiler_suite.analysis.explain.lifting.normal_form.dtypes import dtype_of, weak_of
from profiler_suite.analysis.explain.lifting.normal_form.operations import fixed
from profiler_suite.analysis.explain.lifting.normal_form.polynomials import Poly
from profiler_suite.analysis.explain.lifting.normal_form.terms import (
    Contract,
    Label,
    Reduce,
    Refusal,
)

MOST_STEPS = 128
_ADDED = ("sum", "mean", "std", "var")
_JOINED = {"max": "maximum", "min": "minimum", "any": "logical_or", "all": "logical_and"}
# Of no elements at all; the largest of none raises an error in the loop as well.
_OF_NONE = {"any": "zeros", "all": "ones"}
# Sums of smaller integers wrap where np.sum widens.
_SAME_SUM = ("float64", "float32", "int64", "complex128", "bool")
_NO_SQUARES = ("complex128", "bool")


def stepped(writer: Writer, term: Reduce | Contract) -> Array | None:
    """A reduction over few elements of large arrays; None where it is not one."""
    steps = _steps(writer, term.over)
    if steps is None:
        return None
    args = term.args if isinstance(term, Contract) else (term.arg,)
    dtypes = [dtype_of(each) for each in args if not weak_of(each)]
    if any(each is None or str(each) not in _SAME_SUM for each in dtypes):
        return None
    try:
        for label, (_, number) in zip(term.over, steps, strict=True):
            args = tuple(fixed(each, label, number) for each in args)
        with writer.nothing_named():
            arrays = [writer.lower(each) for each in args]
    except Refusal:
        return None
    dims = writer.dims(term, arrays)
    if not dims:
        return None
    texts = [expanded(each, dims).text for each in arrays]
    text = " * ".join(f"({each})" for each in texts) if len(texts) > 1 else texts[0]
    head = " ".join(
        f"for {name} in range({count})" for (name, _), count in _counts(writer, term, steps)
    )
    if isinstance(term, Contract):
        return Array(f"sum({text} {head})", dims)
    return _reduced(writer, term, Array(text, dims), head, dtypes)


Steps = list[tuple[str, Poly]]


def _counts(
    writer: Writer, term: Reduce | Contract, steps: Steps
) -> list[tuple[tuple[str, Poly], str]]:
    counts = [writer.facts.text(each.count) for each in term.over]
    return list(zip(steps, counts, strict=True))


def _steps(writer: Writer, over: Sequence[Label]) -> Steps | None:
    """A name for the counter of each axis; None where there are too many elements."""
    counts = [each.count.value(writer.facts.at_hand) for each in over]
    known = [each for each in counts if each is not None]
    if len(known) < len(counts) or not 1 < math.prod(known) <= MOST_STEPS:
        return None
    found: Steps = []
    for each in over:
        name = writer.counter(each, [n for n, _ in found])
        found.append((name, Poly.atom(name)))
    return found


def _reduced(
    writer: Writer, term: Reduce, inner: Array, head: str, dtypes: Sequence[object]
) -> Array | None:
    count = " * ".join(f"({writer.facts.text(each.count)})" for each in term.over)
    if term.initial is not None or (term.form and term.op not in ("std", "var")):
        return None
    if term.op in _JOINED:
        writer.imports["import functools"] = None
        ufunc = f"{writer.np}.{_JOINED[term.op]}"
        given = f"{ufunc}, ({inner.text} {head})"
        if term.op in _OF_NONE:
            sizes = ", ".join(writer.facts.text(each.count) for each in inner.dims)
            shape = sizes if len(inner.dims) == 1 else f"({sizes})"
            given += f", {writer.np}.{_OF_NONE[term.op]}({shape}, dtype=bool)"
        return Array(f"functools.reduce({given})", inner.dims)
    if term.op not in _ADDED or (term.narrow and any(str(each) == "bool" for each in dtypes)):
        return None
    total = f"sum({inner.text} {head})"
    if term.op == "sum":
        return Array(total, inner.dims)
    if term.op == "mean":
        return Array(f"{total} / ({count})", inner.dims)
    if any(str(each) in _NO_SQUARES for each in dtypes) or term.form not in ("", ", ddof=1"):
        return None
    mean = writer.free_name("mean")
    writer.before.append(f"{mean} = {total} / ({count})")
    less = " - 1" if term.form else ""
    squares = f"sum(({closed(inner.text)} - {mean}) ** 2 {head})"
    variance = f"{squares} / ({count}{less})"
    return Array(f"{writer.np}.sqrt({variance})" if term.op == "std" else variance, inner.dims)

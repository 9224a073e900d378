"""Rows of zeros of which one element is set, written at the places of all rows at once."""

from __future__ import annotations

from profiler_suite.analysis.explain.lifting.code.arrays import Array, expanded
from profiler_suite.analysis.explain.lifting.code.writer import Writer
from profiler_suite.analysis.explain.lifting.normal_form.carried import is_zero
from profiler_suite.analysis.explain.lifting.normal_form.dtypes import dtype_of
from profiler_suite.analysis.explain.lifting.normal_form.operations import is_counter
from profiler_suite.analysis.explain.lifting.normal_form.terms import Apply, Core


def one_hot(writer: Writer, term: Apply) -> Array | None:
    """`row = np.zeros(n); row[k] = v` for many k; None for anything else."""
    if term.name != "where" or len(term.own) != 1:
        return None
    test, value, zeros = term.args
    if not isinstance(test, Apply) or test.name != "==" or not isinstance(zeros, Core):
        return None
    line, place = test.args
    if not is_zero(zeros) or value.own or not is_counter(line) or line.own != term.own:
        return None
    kind, dtype = dtype_of(place), dtype_of(zeros)
    if kind is None or kind.kind not in "iu" or dtype is None or dtype.kind not in "iufc":
        return None
    made, held = writer.any_order(place), writer.lower(value)
    if len(made.dims) != 1 or any(each not in made.dims for each in held.dims):
        return None
    np, text, (axis,), (loop,) = writer.np, writer.facts.text, term.own, made.dims
    name, count = writer.free_name("rows"), text(loop.count)
    more = "" if str(dtype) == "float64" else f", dtype={np}.{dtype}"
    writer.before += [
        f"{name} = {np}.zeros(({count}, {text(axis.count)}){more})",
        f"{name}[{np}.arange({count}), {made.text}] = {expanded(held, made.dims).text}",
    ]
    return Array(name, (loop, axis))

"""How far each iteration is from the last one that a condition held for, and the farthest.

`s = 0 if c(i) else s + 1`: lengths of runs, from the places where they end.
"""

from __future__ import annotations

from profiler_suite.analysis.explain.lifting.code.arrays import Array
from profiler_suite.analysis.explain.lifting.code.writer import Writer
from profiler_suite.analysis.explain.lifting.normal_form.operations import negated
from profiler_suite.analysis.explain.lifting.normal_form.terms import (
    Apply,
    Index,
    Reduce,
    Scan,
    Term,
)


def lengths(writer: Writer, term: Scan, mask: Array, start: Array) -> Array | None:
    """The running values of a sum of equal steps that begins anew; None for other sums."""
    steps = _equal_steps(term)
    if steps is None:
        return None
    np, size = writer.np, writer.size(term.along)
    anew, step = (writer.lower(each).text for each in steps)
    ends = _ends(writer, term, mask)
    counts = f"{np}.diff({ends}, prepend=0, append={size})"
    last = _named(writer, "last", f"{np}.repeat({np}.append(-1, {ends}), {counts})")
    count = f"{np}.arange({size})"
    text = _linear(anew, step, f"{count} - {last}")
    if start.text != anew:
        first = _linear(start.text, step, f"{count} + 1")
        text = f"{np}.where({last} < 0, {first}, {text})"
    return Array(text, (term.along,))


def longest(writer: Writer, term: Reduce) -> Array | None:
    """The largest of those values, where no sum begins anew; None for anything else."""
    chosen = term.arg
    if term.op != "max" or term.initial is None or len(term.over) != 1:
        return None
    if not isinstance(chosen, Apply) or chosen.name != "where":
        return None
    test, scan, _ = chosen.args
    if not isinstance(scan, Scan) or scan.before or scan.op != "reset" or scan.factor is None:
        return None
    steps, first = _equal_steps(scan), writer.lower(term.initial)
    if steps is None or scan.initial != steps[0] or test != negated(scan.factor) or first.dims:
        return None
    step = steps[1].index.constant
    mask = writer.lower(scan.factor)
    if step is None or step < 1 or mask.dims != term.over:
        return None
    name, ends = writer.free_name("longest"), _ends(writer, scan, mask)
    gaps = f"{writer.np}.diff({ends}, prepend=-1, append={writer.size(scan.along)})"
    writer.before.append(f"{name} = int({gaps}.max()) - 1")
    most = _linear(writer.lower(steps[0]).text, str(step), name)
    return Array(f"(max({first.text}, {most}) if {name} else {first.text})")


def at_ends(writer: Writer, term: Term, mask: Term | None) -> str:
    """The values that it has right before it begins anew; empty for anything else."""
    if not isinstance(term, Scan) or not term.before or mask != term.factor:
        return ""
    steps = _equal_steps(term)
    if steps is None or term.initial != steps[0]:
        return ""
    made = writer.lower(term.factor) if term.factor is not None else Array("")
    if made.dims != (term.along,):
        return ""
    anew, step = steps[0].index, steps[1].index
    gaps = f"{writer.np}.diff({_ends(writer, term, made)}, prepend=-1)"
    return _linear(writer.facts.text(anew - step), writer.facts.text(step), gaps)


def left(writer: Writer, term: Reduce) -> Array | None:
    """The last of those values; None for anything else."""
    scan = term.arg
    if not isinstance(scan, Scan) or scan.factor is None or len(term.over) != 1:
        return None
    steps = _equal_steps(scan)
    if steps is None or scan.initial != steps[0]:
        return None
    mask = writer.lower(scan.factor)
    if mask.dims != term.over:
        return None
    anew, step = (writer.lower(each).text for each in steps)
    end = f"int({writer.np}.append(-1, {_ends(writer, scan, mask)})[-1])"
    return Array(_linear(anew, step, f"{writer.size(scan.along)} - 1 - {end}"))


def _ends(writer: Writer, term: Scan, mask: Array) -> str:
    """A name for the places where sums begin anew."""
    return _named(writer, "ends", f"{writer.np}.flatnonzero({mask.text})")


def _named(writer: Writer, hint: str, text: str) -> str:
    """A name for a value, which gets a line of its own, once."""
    if text not in writer.places:
        writer.places[text] = writer.free_name(hint)
        writer.before.append(f"{writer.places[text]} = {text}")
    return writer.places[text]


def _equal_steps(term: Scan) -> tuple[Index, Index] | None:
    """What a sum begins anew with, and what each iteration adds, where both are fixed."""
    chosen = term.arg
    if not isinstance(chosen, Apply) or chosen.name != "where" or term.factor is None:
        return None
    test, yes, no = chosen.args
    if not isinstance(yes, Index) or not isinstance(no, Index) or yes.loops or no.loops:
        return None
    if test == term.factor:
        return yes, no
    return (no, yes) if negated(test) == term.factor else None


def _linear(first: str, step: str, number: str) -> str:
    """first + step * number, without what says nothing."""
    text = number if step == "1" else f"({step}) * ({number})"
    return text if first == "0" else f"({first}) + {text}"

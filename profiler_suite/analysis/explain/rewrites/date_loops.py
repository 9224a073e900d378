"""Loops that parse a date in every iteration, with what they ask of it made of all before.

`counts[strptime(s, form).weekday()] += 1` goes over the weekdays of all strings instead.
"""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass

from profiler_suite.analysis.explain import rewriting, syntax
from profiler_suite.analysis.explain.rewrites import (
    date_patterns,
    forms,
    names_in_place,
    patterns,
)
from profiler_suite.analysis.explain.rewrites.patterns import Match
from profiler_suite.analysis.explain.rewriting import Function
from profiler_suite.measure.explain.records import Edit

_PARSERS = (
    *("datetime.datetime.strptime(V, F)", "datetime.datetime.fromisoformat(V)"),
    *("pd.to_datetime(V)", "pd.Timestamp(V)"),
)


@dataclass(frozen=True)
class DatesBefore:
    """The function with arrays of what a loop asks of its dates."""

    as_lists: str
    """The loop over lists of them."""
    as_arrays: str
    held: dict[str, str]
    """What the arrays hold, in words; empty where that is not known."""


def dates_before(function: Function, pandas: bool) -> Iterator[DatesBefore]:
    """Every loop whose strings are parsed for a part of a date; `pandas` may be used or not."""
    named = names_in_place.in_place(function, lambda node: _parses(function, node))
    for written in (function, named):
        if written is None:
            continue
        for loop in (n for n in ast.walk(written.node) if isinstance(n, ast.For)):
            made = _of_loop(written, loop, pandas)
            if made is not None:
                yield made


def _parses(function: Function, node: ast.expr) -> bool:
    return any(patterns.match(function, node, each) is not None for each in _PARSERS)


def _of_loop(function: Function, loop: ast.For, pandas: bool) -> DatesBefore | None:
    target, values = loop.target, loop.iter
    if not isinstance(target, ast.Name) or not isinstance(values, ast.Name):
        return None
    found = _parts(function, loop, target.id, pandas)
    if not found or values.id in syntax.changed_in(loop):
        return None
    names: dict[str, str] = {}
    before, edits = [], []
    for one, array in found:
        text = ast.unparse(one.node)
        if text not in names:
            names[text] = _name(function, f"{target.id}_{_asked(one.node)}", names)
            before.append(f"all_{names[text]} = {array}")
        edits.append(rewriting.edit(function, one.node, names[text]))
    inside = {n for one, _ in found for n in ast.walk(one.node)}
    left = [use for use in syntax.uses(loop, target.id) if use not in inside]
    more = [] if left == [target] else [target.id]
    if more != [] or not syntax.is_read_after(function, target.id):
        edits += rewriting.inserted(function, {loop.lineno: before})
        lists, arrays = (
            rewriting.spliced(function, [*edits, _head(function, loop, names, more, text)])
            for text in ("all_{}.tolist()", "all_{}")
        )
        if lists is not None and arrays is not None:
            held = _held(function, values, [f"all_{each}" for each in names.values()])
            return DatesBefore(lists.source, arrays.source, {} if more else held)
    return None


def _parts(
    function: Function, loop: ast.For, name: str, pandas: bool
) -> list[tuple[Match, str]]:
    """What the body asks of the date of its string, with the array of it for all."""
    found: dict[ast.expr, tuple[Match, str]] = {}
    stored = syntax.stored_in(loop)
    inside = {n for statement in loop.body for n in ast.walk(statement)}
    for pattern, template in date_patterns.parts_of_elements(pandas):
        for one in patterns.found(function, [pattern], lambda m: True):
            if one.node not in inside or one.node in found:
                continue
            if ast.unparse(one["V"]) != name:
                continue
            others = [one[each] for each in ("F", "R") if each in one.captures]
            if any(syntax.names_in(each) & stored for each in others):
                continue
            one.captures["S"] = loop.iter
            text = patterns.rendered(one, template, function.text_of)
            if text is not None:
                found[one.node] = one, text
    return [found[n] for n in sorted(found, key=lambda n: (n.lineno, n.col_offset))]


def _asked(node: ast.expr) -> str:
    asked = node.func if isinstance(node, ast.Call) else node
    return asked.attr if isinstance(asked, ast.Attribute) else "date"


def _name(function: Function, wanted: str, others: dict[str, str]) -> str:
    """A new name, of which that of all values is new, too."""
    name = rewriting.new_name(function, wanted, others.values())
    while rewriting.new_name(function, f"all_{name}") != f"all_{name}":
        name = rewriting.new_name(function, f"{name}_", others.values())
    return name


def _head(
    function: Function, loop: ast.For, names: dict[str, str], more: list[str], text: str
) -> Edit:
    """`for s_weekday in all_s_weekday.tolist()`."""
    values = [function.text_of(loop.iter) for _ in more]
    values += [text.format(each) for each in names.values()]
    bound = ", ".join([*more, *names.values()])
    over = f"zip({', '.join(values)})" if len(values) > 1 else values[0]
    start, _ = function.span(loop.target)
    _, end = function.span(loop.iter)
    return Edit(start=start, end=end, text=f"{bound} in {over}")


def _held(function: Function, values: ast.Name, arrays: list[str]) -> dict[str, str]:
    words = function.source.names.get(values.id, "")
    form = forms.in_form(words)
    if form is not None and form.kind == "array" and len(form.shape) == 1:
        count = str(form.shape[0])
    else:
        listed = re.match(r"(?:list|tuple) of (\d+)", words)
        count = listed[1] if listed else ""
    if not count:
        return {}
    # Differences in seconds are no whole numbers; the trial tells.
    return {each: f"int64 ({count},)" for each in arrays if "seconds" not in each}

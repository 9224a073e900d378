"""Tables that objects hold, under names of their own in front of the loops that use them.

`self.frame.at[i, 'a']` in a loop is `frame.at[i, 'a']` behind `frame = self.frame`: what is
known of loops over the rows of a named table is known of these.
"""

import ast
from collections.abc import Iterator

import msgspec

from profiler_suite.analysis.explain import rewriting, syntax
from profiler_suite.analysis.explain.rewriting import Function
from profiler_suite.measure.explain.records import Edit

_KINDS = ("DataFrame", "Series")


def named(function: Function) -> Function | None:
    """The function with such names; None where no loop uses a table of an object."""
    held = {key for key, words in function.source.names.items() if "." in key}
    held = {key for key in held if function.source.names[key] in _KINDS and _is_dotted(key)}
    edits: list[Edit] = []
    names: dict[str, str] = {}
    for unit in _repeating(function):
        bound = syntax.bound_names(unit)
        before = []
        for key in sorted(held):
            uses = _uses(unit, key)
            if not uses or key.partition(".")[0] in bound:
                continue
            if not all(isinstance(each.ctx, ast.Load) for each in uses):
                continue
            if key not in names:
                hint = key.rpartition(".")[2]
                names[key] = rewriting.new_name(function, hint, names.values())
            before.append(f"{names[key]} = {key}")
            edits += [rewriting.edit(function, each, names[key]) for each in uses]
        if before:
            edits += rewriting.inserted(function, {unit.lineno: before})
    made = rewriting.spliced(function, edits) if edits else None
    if made is None:
        return None
    known = dict(function.source.names)
    for key, name in names.items():
        known |= {
            f"{name}{each.removeprefix(key)}": words
            for each, words in function.source.names.items()
            if each == key or each.startswith((f"{key}[", f"{key}."))
        }
    changed_source = msgspec.structs.replace(function.source, text=made.source, names=known)
    found = rewriting.parsed(changed_source)
    if found is not None:
        found.siblings = function.siblings
    return found


def _is_dotted(key: str) -> bool:
    return all(part.isidentifier() for part in key.split("."))


def _repeating(function: Function) -> Iterator[ast.stmt]:
    """Its outermost loops, and statements outside of loops that hold comprehensions."""
    loops = syntax.loops_of(function)
    yield from loops
    inside = {id(node) for loop in loops for node in ast.walk(loop)}
    for statement in rewriting.statements(function):
        if id(statement) not in inside and any(
            isinstance(node, syntax.COMPREHENSIONS) for node in ast.walk(statement)
        ):
            yield statement


def _uses(unit: ast.stmt, key: str) -> list[ast.Attribute]:
    """Where this attribute itself is read or set."""
    nodes = [n for n in ast.walk(unit) if isinstance(n, ast.Attribute)]
    return [n for n in nodes if ast.unparse(n) == key]

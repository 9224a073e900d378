"""A search that ends at its first hit: where that is, and what is done there."""

from __future__ import annotations

import ast

from profiler_suite.analysis.explain.lifting.code.arrays import closed, tidy
from profiler_suite.analysis.explain.lifting.code.lowering import ArrayWriter
from profiler_suite.analysis.explain.lifting.loops import exits
from profiler_suite.analysis.explain.lifting.loops.first_hits import element_source
from profiler_suite.analysis.explain.lifting.normal_form.polynomials import Poly
from profiler_suite.analysis.explain.lifting.normal_form.terms import Refusal
from profiler_suite.analysis.explain.lifting.source.liveness import live_after
from profiler_suite.analysis.explain.lifting.source.units import Unit


def at_the_hit(
    function: ast.AST, unit: Unit, found: exits.Exit, lowering: ArrayWriter, hit: str
) -> list[str]:
    """The statements of a search: where it hits, and what is done there."""
    node = unit.node
    assert isinstance(node, ast.For)
    around: list[ast.AST] = list(unit.around)
    own = {n.id for header in found.headers for n in _names_of(header[0])} | {
        n.id for each in found.before for n in _names_of(each) if _is_set(n)
    }
    after = {n for n in own if live_after(function, node, around, n)}
    if not isinstance(found.action[-1], ast.Return) and after - found.counters.keys():
        raise Refusal("names of its last iteration are used after it")
    if isinstance(found.action[-1], ast.Return) and after:
        raise Refusal("names of its last iteration are used after it")
    before, wanted = exits.needed(found, exits.read_in(found.action) | after)
    hits = lowering.free_name("hits")
    lines = [tidy(f"{hits} = {hit}"), f"if {hits}.any():"]
    inside = [*_recovered(found, hits, wanted, lowering), *map(ast.unparse, before)]
    inside += [ast.unparse(each) for each in found.action]
    if len(inside) > 1:
        inside = [each for each in inside if each != "pass"]
    lines += [f"    {line}" for each in inside for line in each.splitlines()]
    other = [f"{name} = {_last(found, name, lowering)}" for name in sorted(after)]
    other += [ast.unparse(each) for each in node.orelse]
    if other:
        lines += ["else:", *(f"    {line}" for e in other for line in e.splitlines())]
    if after:
        lowering.scope.assume("there is at least one iteration")
    return [*lowering.scope.made_of_lists(lowering.found_with), *lowering.before, *lines]


def _recovered(
    found: exits.Exit, hits: str, wanted: set[str], lowering: ArrayWriter
) -> list[str]:
    """What the variables of the loops are at the hit."""
    asked = [
        (target, iterated, label)
        for target, iterated, label in found.headers
        if wanted & {each.id for each in _names_of(target)}
    ]
    if not asked:
        return []
    if len(found.headers) != len(found.labels):
        raise Refusal("several axes in one loop")
    plain = {
        label: target.id
        for target, _, label in asked
        if isinstance(target, ast.Name)
        and target.id in found.counters
        and found.counters[target.id].index == label.index
    }
    places = {label: plain.get(label) or lowering.free_name("at") for label in found.labels}
    lines = []
    if len(places) == 1:
        lines.append(f"{places[found.labels[0]]} = int({hits}.argmax())")
    else:
        where = f"{lowering.np}.unravel_index({hits}.argmax(), {hits}.shape)"
        lines.append(f"{', '.join(places.values())} = map(int, {where})")
    numbers = {label.name: Poly.atom(name) for label, name in places.items()}
    for target, iterated, label in asked:
        for each in _names_of(target):
            if each.id not in wanted or each.id == plain.get(label):
                continue
            if each.id in found.counters:
                number = found.counters[each.id].index
                for name, value in numbers.items():
                    number = number.put(name, value)
                lines.append(f"{each.id} = {lowering.facts.text(number)}")
                continue
            source = element_source(target, iterated, each.id)
            if source is None:
                raise Refusal(f"where {each.id} comes from is not known")
            lines.append(f"{each.id} = {closed(ast.unparse(source))}[{places[label]}]")
    return lines


def _last(found: exits.Exit, name: str, lowering: ArrayWriter) -> str:
    """What a counter is after the last iteration."""
    number = found.counters[name].index
    for label in found.labels:
        number = number.put(label.name, label.count - 1)
    return lowering.facts.text(number)


def _names_of(node: ast.AST) -> list[ast.Name]:
    return [each for each in ast.walk(node) if isinstance(each, ast.Name)]


def _is_set(node: ast.Name) -> bool:
    return isinstance(node.ctx, ast.Store)

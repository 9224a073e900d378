"""How often two conditions hold for all pairs of rows, and what comparisons of pairs add up to.

`np.logical_and(m[i], m[j]).sum()` for all i and j is one product of m with itself; pairs that
are compared are counted by one sort.
"""

from __future__ import annotations

import re
from dataclasses import replace

from profiler_suite.analysis.explain.lifting.code.arrays import Array, closed, expanded
from profiler_suite.analysis.explain.lifting.code.contractions import contracted
from profiler_suite.analysis.explain.lifting.code.counts import ranked
from profiler_suite.analysis.explain.lifting.code.writer import Writer
from profiler_suite.analysis.explain.lifting.normal_form.operations import (
    conjuncts,
    is_truth,
    joined,
)
from profiler_suite.analysis.explain.lifting.normal_form.polynomials import Poly
from profiler_suite.analysis.explain.lifting.normal_form.terms import (
    Apply,
    Index,
    Label,
    Leaf,
    Reduce,
    Term,
)

_BOTH = ("logical_and", "&")
_EITHER = ("logical_or", "|")
_SUMS = ("sum", "count_nonzero")
_MIRRORED = {"<": ">", ">": "<", "==": "=="}
"""Comparisons of which only one holds, and what they are with their sides exchanged."""


def both_of_pairs(writer: Writer, term: Reduce) -> Array | None:
    """How many elements of two rows are true in both, or in one of them; None for others."""
    inside = test_of(term.arg)
    if writer.style.product != "matmul" or term.op not in _SUMS or term.form:
        return None
    if not isinstance(inside, Apply) or inside.name not in (*_BOTH, *_EITHER):
        return None
    if len(inside.args) != 2 or not all(map(is_truth, inside.args)):
        return None
    over = {each.name for each in term.over}
    left, right = (each.loops - over for each in inside.args)
    if not left - right or not right - left:
        return None
    weights = tuple(Apply("({0}).astype(float)", (e,), "astype float") for e in inside.args)
    product = Reduce("sum", Apply("({0}) * ({1})", weights, "*"), term.over)
    made = contracted(writer, product)
    if made is None or " @ " not in made.text:
        return None
    text = f"{closed(made.text)}.astype(int)"
    if text not in writer.places:
        writer.places[text] = writer.free_name("both")
        writer.before.append(f"{writer.places[text]} = {text}")
    both = Array(writer.places[text], made.dims)
    if inside.name in _BOTH:
        return both
    alone = [writer.lower(replace(term, op="sum", arg=each)) for each in inside.args]
    first, second = (closed(expanded(each, both.dims).text) for each in alone)
    return Array(f"{first} + {second} - {both.text}", both.dims)


def test_of(term: Term) -> Term:
    """The condition of what is 1 where it holds and 0 elsewhere; other terms as they are."""
    one, zero = Index(Poly.number(1)), Index(Poly())
    ones = isinstance(term, Apply) and term.name == "where" and term.args[1:] == (one, zero)
    return term.args[0] if ones and isinstance(term, Apply) else term


def counted_triples(writer: Writer, term: Reduce) -> Array | None:
    """How often conditions on several pairs of counters hold, by products; None for others."""
    if writer.style.product != "matmul":
        return None
    found = _conditions(term)
    if found is None or len(found[1]) < 2:
        return None
    groups: dict[frozenset[str], list[Term]] = {}
    for each in found[0]:
        groups.setdefault(each.loops, []).append(each)
    if len(groups) < 3 or any(len(names) != 2 for names in groups):
        return None
    weights = [
        Apply("({0}).astype(float)", (joined("&", group),), "astype float")
        for group in groups.values()
    ]
    product: Term = weights[0]
    for each in weights[1:]:
        product = Apply("({0}) * ({1})", (product, each), "*")
    made = contracted(writer, Reduce("sum", product, found[1]))
    if made is None or " @ " not in made.text:
        return None
    if made.dims:
        return Array(f"{closed(made.text)}.astype(int)", made.dims)
    return Array(f"int({made.text})")


def _conditions(term: Term) -> tuple[list[Term], tuple[Label, ...]] | None:
    """The conditions that are counted, and over which loops; None where it is more."""
    if isinstance(term, Reduce):
        if term.op not in _SUMS or term.form or term.initial is not None:
            return None
        inside = _conditions(term.arg)
        return None if inside is None else (inside[0], (*inside[1], *term.over))
    if isinstance(term, Apply) and term.name == "where" and term.args[2] == Index(Poly()):
        rest = _conditions(term.args[1])
        return None if rest is None else ([*conjuncts(term.args[0]), *rest[0]], rest[1])
    if term == Index(Poly.number(1)):
        return [], ()
    return (conjuncts(term), ()) if is_truth(term) else None


def compared_pairs(writer: Writer, term: Reduce) -> Array | None:
    """The sum of numbers that comparisons of pairs give, by ranks; None for others."""
    if term.op not in _SUMS or term.initial is not None or term.form:
        return None
    inside: Term = term.arg
    over = term.over
    while isinstance(inside, Reduce) and inside.op == "sum" and inside.initial is None:
        over = (*inside.over, *over)
        inside = inside.arg
    parts = _weighted(inside)
    if parts is None or (len(parts) < 2 and len(over) < 2):
        return None  # one rank for each is what `ranked` has
    for axis in over:
        found = [
            (ranked(writer, replace(term, op="sum", arg=test, over=(axis,))), weight)
            for test, weight in parts
        ]
        texts = []
        dims = next((each.dims for each, _ in found if each is not None), ())
        for made, weight in found:
            if made is None or made.dims != dims:
                break
            number = writer.lower(weight).text
            texts.append(made.text if number == "1" else f"{closed(number)} * {made.atom}")
        else:
            rest = tuple(each for each in over if each != axis)
            whole = Array(_once(writer, " + ".join(texts)), dims)
            return writer.reduction(replace(term, op="sum"), whole, rest) if rest else whole
    return None


def _once(writer: Writer, text: str) -> str:
    """With names for sorted arrays, and for places in them, that are needed more than once."""
    np = re.escape(writer.np)
    sides = rf"{np}\.searchsorted\(\w+, [^()]+\)"
    for hint, pattern in (("in_order", rf"{np}\.sort\([^()]+\)"), ("below", sides)):
        for part in dict.fromkeys(re.findall(pattern, text)):
            if text.count(part) > 1:
                name = writer.free_name(hint)
                writer.before.append(f"{name} = {part}")
                text = text.replace(part, name)
    return text


def _weighted(term: Term) -> list[tuple[Term, Term]] | None:
    """Comparisons of the same two values, and the number that each gives."""
    found: list[tuple[Apply, Term]] = []
    rest = term
    while isinstance(rest, Apply) and rest.name == "where":
        test, number, rest = rest.args
        if not isinstance(number, Index | Leaf) or number.loops or not isinstance(test, Apply):
            return None
        found.append((test, number))
    if isinstance(rest, Apply) and not found:
        found, rest = [(rest, Index(Poly.number(1)))], Index(Poly())
    if rest != Index(Poly()) or not found:
        return None
    sides = found[0][0].args
    signs: set[str] = set()
    for test, _ in found:
        if test.name not in _MIRRORED or test.args not in (sides, sides[::-1]):
            return None
        signs.add(test.name if test.args == sides else _MIRRORED[test.name])
    return list(found) if len(signs) == len(found) else None

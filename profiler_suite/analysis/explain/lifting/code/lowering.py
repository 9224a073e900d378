"""From terms to array expressions: broadcasting, reductions, stacked calls, scans."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace

import numpy as np

from profiler_suite.analysis.explain.lifting.code.accesses import Accesses
from profiler_suite.analysis.explain.lifting.code.arrays import (
    Array,
    closed,
    expanded,
    full,
    ordered,
)
from profiler_suite.analysis.explain.lifting.code.boxes import box_deviation, box_sum
from profiler_suite.analysis.explain.lifting.code.by_key import reduced_by_key
from profiler_suite.analysis.explain.lifting.code.choices import extreme
from profiler_suite.analysis.explain.lifting.code.contractions import contracted
from profiler_suite.analysis.explain.lifting.code.counts import (
    counted_by_key,
    first_edge,
    nearest,
    ranked,
    rows_by_key,
)
from profiler_suite.analysis.explain.lifting.code.distances import (
    counted_near,
    distances,
    nearest_few,
)
from profiler_suite.analysis.explain.lifting.code.one_hot import one_hot
from profiler_suite.analysis.explain.lifting.code.packed import packed
from profiler_suite.analysis.explain.lifting.code.rounds import iterated
from profiler_suite.analysis.explain.lifting.code.running import running
from profiler_suite.analysis.explain.lifting.code.runs import left, longest
from profiler_suite.analysis.explain.lifting.code.scans import narrow_sum, running_values
from profiler_suite.analysis.explain.lifting.code.stepping import stepped
from profiler_suite.analysis.explain.lifting.code.translating import translated
from profiler_suite.analysis.explain.lifting.code.triangles import sums_of_triangles
from profiler_suite.analysis.explain.lifting.code.truth_sums import (
    both_of_pairs,
    compared_pairs,
    counted_triples,
)
from profiler_suite.analysis.explain.lifting.code.weighted_differences import (
    weighted_differences,
)
from profiler_suite.analysis.explain.lifting.code.writer import Style, Writer
from profiler_suite.analysis.explain.lifting.normal_form.dtypes import dtype_of, weak_of
from profiler_suite.analysis.explain.lifting.normal_form.operations import (
    fixed,
    negated,
    where,
)
from profiler_suite.analysis.explain.lifting.normal_form.polynomials import Poly
from profiler_suite.analysis.explain.lifting.normal_form.scope import Scope
from profiler_suite.analysis.explain.lifting.normal_form.sharing import hint, repeated
from profiler_suite.analysis.explain.lifting.normal_form.terms import (
    NOTHING,
    Access,
    Apply,
    CarriedValue,
    Contract,
    Core,
    Current,
    Draw,
    Extend,
    Index,
    KeyLookup,
    Label,
    Leaf,
    Outside,
    Recursion,
    Reduce,
    Refusal,
    Scan,
    Select,
    Stack,
    Term,
    View,
)

_MODULES_OF_SCIPY = ("special", "interpolate", "ndimage")
_RISKY = ("/", "//", "%", "sqrt", "log", "log2", "log10", "log1p", "**", "arcsin", "arccos")
_NEUTRAL: dict[str, Term] = {"sum": Index(Poly()), "prod": Index(Poly.number(1))}
_ORDINARY = ("float64", "int64", "complex128")
_METHODS = ("sum", "prod", "max", "min", "mean", "std", "var", "any", "all", "argmax", "argmin")

_BY_PLACE = (counted_by_key, reduced_by_key, sums_of_triangles)
"""Sums and extremes of the elements that belong to each key, or lie below each place."""


class ArrayWriter(Writer):
    """Writes terms as array expressions in one style."""

    def __init__(self, scope: Scope, style: Style) -> None:
        super().__init__(scope, style)
        self.accesses = Accesses(scope, self.lower, clipped=style.clipped)
        self.draws_name = self.free_name("draws")
        self.risky = False
        """Whether the last expression divides or takes roots where a condition forbids it."""
        self._depth = 0
        self._shares = False
        self._read_after: set[tuple[Label, tuple[Term, ...], str]] | None = None
        self._repeated: frozenset[Term] = frozenset()
        self._named: dict[Term, Array] = {}

    def any_order(self, term: Term) -> Array:
        """With its axes in any order: einsum and reshape don't mind."""
        return self.accesses.read(term) if isinstance(term, Access) else self.lower(term)

    def lower(self, term: Term) -> Array:
        """The array expression of a term; what it needs twice gets a name before."""
        if not self._depth and not self._shares:
            self._repeated, self._named = repeated([term]), {}
        if term in self._named:
            return self._named[term]
        self._depth += 1
        try:
            made = self._lowered(term)
        finally:
            self._depth -= 1
        if term in self._repeated and self._depth and made.dims:
            name = self.local_name(hint(self.scope, term))
            self.before.append(f"{name} = {made.text}")
            made = Array(name, made.dims)
            self._named[term] = made
        return made

    def part(self, term: Term) -> Array:
        """Of a value that is copied where it goes: computed once where others need it, too."""
        if not self._shares:
            return self.lower(term)
        self._depth += 1
        try:
            return self.lower(term)
        finally:
            self._depth -= 1

    def share(self, terms: Sequence[Term]) -> None:
        """From now on what these have in common is computed once, until `forget`."""
        self._repeated, self._named, self._shares = repeated(terms), {}, True
        parts = [part for term in terms for part in term.walk()]
        self._read_after = {
            (each.along, each.args, each.name) for each in parts if isinstance(each, Recursion)
        }

    def forget(self, base: str) -> None:
        """An array has changed: what was computed of it is no longer what it is now."""
        self._named = {
            term: array
            for term, array in self._named.items()
            if not any(isinstance(each, Access) and each.base == base for each in term.walk())
        }

    @contextmanager
    def inside(self) -> Iterator[None]:
        """Within a condition: names that are given there are not known after it."""
        kept, places = dict(self._named), dict(self.places)
        try:
            yield
        finally:
            self._named, self.places = kept, places

    @contextmanager
    def nothing_named(self) -> Iterator[None]:
        """Within, every part is written where it stands: a counter changes it."""
        kept, self._repeated = (self._repeated, self._named), frozenset()
        self._named, self._depth = {}, self._depth + 1
        try:
            yield
        finally:
            self._depth -= 1
            self._repeated, self._named = kept

    @contextmanager
    def body(self, terms: Sequence[Term], known: dict[Term, Array]) -> Iterator[list[str]]:
        """Within, statements go to lines of their own: the body of a loop for these terms."""
        kept = (self.before, self._repeated, self._named, self._shares, self._depth)
        risky, places = self.risky, dict(self.places)
        self.before, self._repeated, self._named = [], repeated(terms), dict(known)
        self._shares, self._depth = True, 1
        try:
            yield self.before
        finally:
            self.before, self._repeated, self._named, self._shares, self._depth = kept
            self.risky, self.places = risky, places

    def read_after(self, term: Recursion) -> frozenset[str]:
        """Names whose values after a loop that stays are used."""
        if self._read_after is None:
            return frozenset(term.names)
        mine = [(term.along, term.args, name) for name in term.names]
        return frozenset(each[2] for each in mine if each in self._read_after)

    def _iterated(self, term: Recursion) -> Array:
        """A loop that stays, before what is written next."""
        risky = frozenset(_RISKY)
        found = packed(self, term, risky) if self.style.packed else None
        if found is None:
            found = iterated(self, term, risky)
        self._named.update(found)
        return found[term]

    def _lowered(self, term: Term) -> Array:
        if isinstance(term, Current):
            return Array(term.name, (*term.labels, *term.axes))
        if isinstance(term, Recursion):
            made = self._iterated(term)
            return ordered(made, self.dims(term, [made]))
        if term == NOTHING:
            raise Refusal("None is no number")
        if isinstance(term, Leaf):
            return Array(term.text.replace("NP.", f"{self.np}."))
        if isinstance(term, Outside):
            return Array(term.name, term.own)
        if isinstance(term, Index):
            return self._index(term)
        if isinstance(term, Access):
            return ordered(self.accesses.read(term), self.dims(term))
        if isinstance(term, Apply):
            return self._apply(term)
        if isinstance(term, Draw):
            return self._draw(term)
        if isinstance(term, View):
            inner = self.lower(term.arg)
            return ordered(inner, self.dims(term, [inner]))
        if isinstance(term, Reduce | Contract):
            return self._sum(term)
        if isinstance(term, Core):
            return self._core(term)
        if isinstance(term, KeyLookup):
            return translated(self, term)
        if isinstance(term, Stack):
            return self._stack(term)
        if isinstance(term, Scan):
            return running_values(self, term)
        if isinstance(term, CarriedValue):
            raise Refusal(f"{term.name} is taken from the iteration before")
        if isinstance(term, Extend):
            raise Refusal("a list that grows is used as a value")
        if isinstance(term, Select):
            raise Refusal("what a condition selects has no fixed length")
        raise Refusal("a value that is not known is used")

    def _index(self, term: Index) -> Array:
        names = [each for each in term.labels if each.name in term.index.atoms]
        rest = term.index.without(each.name for each in names)
        if not names:
            return Array(self.facts.text(rest))
        if len(names) == 1:
            label = names[0]
            step = term.index.of(label.name)
            if step.constant == 1:
                low, high = self.facts.text(rest), self.facts.text(rest + label.count)
                text = f"{self.np}.arange({high if low == '0' else f'{low}, {high}'})"
                return Array(text, (label,))
            quotient = step.over(label.step)
            if step.constant is not None and step.constant > 0 and quotient is not None:
                high = self.facts.text(rest + label.span * quotient)
                text = f"{self.np}.arange({self.facts.text(rest)}, {high}, {step.constant})"
                return Array(text, (label,))
        text = ""
        ordered_names = sorted(names, key=lambda each: each.depth)
        for label in ordered_names:
            line = Array(f"{self.np}.arange({self.facts.text(label.count)})", (label,))
            step = term.index.of(label.name)
            wide = expanded(line, ordered_names).text
            away = bool(text) and (step.constant or 0) < 0
            size = self.facts.text(-step if away else step)
            text += (" - " if away else " + ") if text else ""
            text += {"1": wide, "-1": f"-{wide}"}.get(size, f"({size}) * {wide}")
        if rest.monomials:
            text += f" + ({self.facts.text(rest)})"
        return Array(text, tuple(ordered_names))

    def _draw(self, term: Draw) -> Array:
        """Part of all random numbers, which stand before the rest."""
        at = dict(term.at)
        moving = tuple(each for each in term.labels if each.name not in at)
        dims = (*moving, *term.axes)
        parts = [
            self.facts.text(at[each.name]) if each.name in at else ":" for each in term.labels
        ]
        if len(self.scope.draws) > 1:
            # Behind the loops that they are drawn in, before what each of them draws in a row.
            parts.insert(len(self.scope.draws[0].labels), str(term.number))
        elif not at:
            return Array(self.draws_name, dims)
        return Array(f"{self.draws_name}[{', '.join(parts)}]", dims)

    def drawing(self) -> str:
        """The call that draws all random numbers of the loop."""
        call = self.scope.draws[0]
        many = [Poly.number(len(self.scope.draws))] if len(self.scope.draws) > 1 else []
        sizes = [*(each.count for each in call.labels), *many, *call.sizes]
        texts = [self.facts.text(each) for each in sizes]
        self.memory.add((*call.labels,))
        if call.by_position:
            return f"{call.text}{', '.join(texts)})"
        size = texts[0] if len(texts) == 1 else f"({', '.join(texts)})"
        first = call.text.endswith("(") and call.size_is_first
        named = size if first else f"size={size}"
        return f"{call.text}{'' if call.text.endswith('(') else ', '}{named})"

    def _apply(self, term: Apply) -> Array:
        if self.style.distance:
            found = distances(self, term)
            if found is not None:
                return found
        if self.style.sorted:
            rows = one_hot(self, term)
            if rows is not None:
                return rows
        args = [self.lower(each) for each in term.args]
        dims = self.dims(term, args)
        texts = []
        narrow = _narrow(term)
        for each, source in zip(args, term.args, strict=True):
            wide = expanded(each, dims)
            text = wide.text
            if narrow and each.dims and weak_of(source):
                text = f"{wide.atom}.astype({self.np}.{narrow})"
            texts.append(text)
        if dims and any(each.name in _RISKY for each in term.walk() if isinstance(each, Apply)):
            self.risky |= term.name == "where"
        if term.name == "where" and not args[0].dims and args[1].dims == args[2].dims:
            return Array(f"({texts[1]}) if ({texts[0]}) else ({texts[2]})", dims)
        if not dims and term.name == "~":
            return Array(f"not ({texts[0]})")
        if not dims and term.name.startswith("astype "):
            kind = term.form.rpartition("astype(")[2].rstrip(")")
            inner = texts[0]
            if "NP." in term.form.replace("astype(NP.", "") or term.form.count("astype") != 1:
                inner = closed(term.form.partition(".astype")[0].format(*texts))
            return Array(f"{kind}({inner})".replace("NP.", f"{self.np}."))
        text = by_bits(term, texts) or extreme(term, texts) if dims else ""
        text = (text or term.form.format(*texts)).replace("NP.", f"{self.np}.")
        self._import_for(term.form)
        self.memory.note(dims, term)
        return Array(text, dims)

    def _import_for(self, form: str) -> None:
        for name in _MODULES_OF_SCIPY:
            if f"scipy.{name}." in form:
                self.imports[f"import scipy.{name}"] = None

    def _last(self, term: Reduce) -> Array:
        """The last of running values; what was there before where no iteration is."""
        assert term.initial is not None
        found = left(self, term)
        if found is not None:
            return found
        inner, start = self.lower(term.arg), self.lower(term.initial)
        if inner.dims != term.over or start.dims:
            raise Refusal("only the last value of a recursion is used")
        if term.over[0].count.constant:
            return Array(f"{closed(inner.text)}[-1]")
        return Array(f"{self.np}.append({start.text}, {inner.text})[-1]")

    def _sum(self, term: Reduce | Contract) -> Array:
        if isinstance(term, Reduce) and term.op == "last":
            return self._last(term)
        run = longest(self, term) if isinstance(term, Reduce) else None
        if run is not None:
            return run
        short = self._few(term)
        if short is not None:
            return short
        if isinstance(term, Reduce) and term.op in ("argmin", "min") and self.style.sorted:
            closest = nearest(self, term)
            if closest is not None:
                return closest
        places = ("argmax", "any", "first")
        if isinstance(term, Reduce) and term.op in places and self.style.sorted:
            place = first_edge(self, term)
            if place is not None:
                return place
        if isinstance(term, Reduce) and term.op == "first":
            found_any, place_of = (replace(term, op=each) for each in ("any", "argmax"))
            return self.lower(where(found_any, place_of, Index(term.over[0].count)))
        others = ("norm", "max", "count_nonzero", "mean")
        if isinstance(term, Reduce) and term.op in others and self.style.distance:
            found = distances(self, term)
            if found is not None:
                return found
        if isinstance(term, Reduce) and self.style.distance and self.style.product == "matmul":
            near = counted_near(self, term)
            if near is not None:
                return near
        if isinstance(term, Reduce) and self.style.scatter == "bincount":
            counted = next(filter(None, (each(self, term) for each in _BY_PLACE)), None)
            if counted is not None:
                return ordered(counted, self.dims(term, [counted]))
        if isinstance(term, Reduce) and term.op == "sum" and self.style.distance:
            forces = weighted_differences(self, term) or self._all_but_one(term)
            if forces is not None:
                return forces
        if isinstance(term, Reduce):
            pairs = both_of_pairs(self, term) or counted_triples(self, term)
            if pairs is not None:
                return ordered(pairs, self.dims(term, [pairs]))
        if isinstance(term, Reduce) and term.op == "sum" and self.style.product != "broadcast":
            ranks = ranked(self, term) or compared_pairs(self, term) or running(self, term)
            if ranks is not None:
                return ranks
        chosen = self._chosen_sums(term)
        if chosen is not None:
            return chosen
        if isinstance(term, Contract) or term.op == "sum":
            sums = rows_by_key(self, term) if isinstance(term, Contract) else None
            if sums is not None:
                return sums
            found = distances(self, term) if self.style.distance else None
            found = found or contracted(self, term)
            if found is not None:
                return found
        assert isinstance(term, Reduce)
        return self._reduce(term)

    def _few(self, term: Reduce | Contract) -> Array | None:
        """A reduction over few elements as operations on shifted arrays."""
        if self.style.steps:
            return box_sum(self, term) or stepped(self, term)
        if isinstance(term, Reduce) and self.style.sorted:
            return box_deviation(self, term)
        return None

    def _chosen_sums(self, term: Reduce | Contract) -> Array | None:
        """Sums of products under a condition that is the same for all of them: chosen after."""
        if not isinstance(term, Reduce) or term.op != "sum" or term.form or term.narrow:
            return None
        inside = term.arg if term.initial is None else None
        if not isinstance(inside, Apply) or inside.name != "where":
            return None
        test, yes, no = inside.args
        within = tuple(e for e in term.over if e.name not in test.loops and e not in test.own)
        if not within or no != _NEUTRAL["sum"] or yes == Index(Poly.number(1)):
            return None
        outer = tuple(each for each in term.over if each not in within)
        chosen = replace(inside, args=(test, replace(term, arg=yes, over=within), no))
        return self.lower(replace(term, arg=chosen, over=outer) if outer else chosen)

    def _all_but_one(self, term: Reduce) -> Array | None:
        """A sum over all j but j = i: over all of them, less the one; None for others."""
        inside = term.arg if self.style.distance == "matmul" else None
        if not isinstance(inside, Apply) or inside.name != "where" or term.initial is not None:
            return None
        test, each, zero = inside.args
        if zero != _NEUTRAL["sum"] or not isinstance(test, Apply) or test.name != "!=":
            return None
        for one, other in (test.args, test.args[::-1]):
            label = next(
                (e for e in term.over if isinstance(one, Index) and one.index == e.index), None
            )
            if label is None or not isinstance(other, Index) or label.name in other.loops:
                continue
            left = fixed(each, label, other.index)
            if set(term.over) - {label}:
                left = replace(term, arg=left, over=tuple(e for e in term.over if e != label))
            return self._apply(Apply("({0}) - ({1})", (replace(term, arg=each), left), "-"))
        return None

    def _reduce(self, term: Reduce) -> Array:
        inside = term.arg
        if isinstance(inside, Apply) and inside.name == "where" and term.op in _NEUTRAL:
            test, yes, no = inside.args
            if not test.loops and not test.own and no == _NEUTRAL[term.op] and yes != no:
                outer = replace(inside, args=(test, replace(term, arg=yes), no))
                return self._apply(outer)
        if (
            isinstance(inside, Reduce)
            and inside.op == term.op
            and term.op in ("sum", "prod", "max", "min", "any", "all")
            and inside.initial is None
            and not inside.form
        ):
            both = (*inside.over, *term.over)
            return self._reduce(replace(term, arg=inside.arg, over=both))
        if isinstance(inside, Apply) and inside.name == "where" and term.op == "sum":
            test, yes, no = inside.args
            moves = all(each.name in test.loops or each in test.own for each in term.over)
            if moves and (yes, no) == (Index(Poly.number(1)), Index(Poly())):
                return self._reduce(replace(term, op="count_nonzero", arg=test))
        none = _none_of_all(term)
        if none is not None:
            return self.lower(none)
        inner = self.lower(term.arg)
        over = [each for each in term.over if each in inner.dims]
        lacking = [each for each in term.over if each not in inner.dims]
        if lacking and term.op not in ("sum", "max", "min", "any", "all", "mean"):
            raise Refusal(f"a {term.op} over iterations that are all alike")
        if lacking and term.op == "sum":
            factor = " * ".join(self.count(each) for each in lacking)
            if not over:
                return Array(f"({inner.text}) * ({factor})", inner.dims)
            reduced = self.reduction(term, inner, over)
            return Array(f"{reduced.atom} * ({factor})", reduced.dims)
        if not over:
            if term.initial is not None:
                raise Refusal("an extreme over iterations that are all alike")
            return inner
        return self.reduction(term, inner, over)

    def reduction(self, term: Reduce, inner: Array, over: Sequence[Label]) -> Array:
        """A reduction of an array over some of its axes."""
        left = tuple(each for each in inner.dims if each not in over)
        places = [k for k, each in enumerate(inner.dims) if each in over]
        axis = ""
        if left:
            axis = f"axis={places[0] if len(places) == 1 else tuple(places)}"
        extra = term.form.removeprefix(", ")
        if term.initial is not None:
            start = self.lower(term.initial)
            if start.dims:
                raise Refusal("an extreme that starts from an array")
            extra = f"initial={start.text}"
        if term.op in ("sum", "prod") and term.narrow:
            extra = narrow_sum(self, term.arg).removeprefix(", ")
        name = f"linalg.{term.op}" if term.op == "norm" else term.op
        if term.op.removeprefix("nan") in ("percentile", "quantile"):
            options = ", ".join(each for each in (extra, axis) if each)
        else:
            options = ", ".join(each for each in (axis, extra) if each)
        if closed(inner.text) == inner.text and term.op in _METHODS:
            return Array(f"{inner.text}.{name}({options})", left)
        options = f", {options}" if options else ""
        return Array(f"{self.np}.{name}({inner.text}{options})", left)

    def count(self, label: Label) -> str:
        """How many iterations there are: none where a range ends before it begins."""
        text = self.facts.text(label.count)
        sure = all(coefficient > 0 for _, coefficient in label.count.monomials)
        return f"({text})" if sure else f"max({text}, 0)"

    def _core(self, term: Core) -> Array:
        if term.form == "FLAT":
            return self._flat(term)
        few = nearest_few(self, term) if self.style.sorted else None
        if few is not None:
            return few
        args = [self.lower(each) for each in term.args]
        loops: list[Label] = []
        for each, source in zip(args, term.args, strict=True):
            loops += [label for label in each.dims if label not in source.own]
        loops = sorted(dict.fromkeys(loops), key=lambda label: label.depth)
        texts = []
        for place, (each, source) in enumerate(zip(args, term.args, strict=True)):
            made = expanded(each, (*loops, *source.own)).text
            if term.form.count(f"{{{place}}}") > 1 and not made.isidentifier():
                name = self.free_name("part")
                self.before.append(f"{name} = {made}")
                made = name
            texts.append(made)
        text = term.form.format(*(closed(t) for t in texts)).replace("NP.", f"{self.np}.")
        self._import_for(term.form)
        dims = (*loops, *term.axes)
        self.memory.note(dims, term)
        return Array(text, dims)

    def _flat(self, term: Core) -> Array:
        inner = self.lower(term.args[0])
        own = term.args[0].own
        loops = tuple(each for each in inner.dims if each not in own)
        shape = ", ".join(self.facts.text(each.count) for each in (*loops, *term.axes))
        return Array(
            f"{closed(full(inner, (*loops, *own)))}.reshape({shape})", (*loops, *term.axes)
        )

    def _stack(self, term: Stack) -> Array:
        args = [self.lower(each) for each in term.args]
        dims = self.dims(term, args)
        own = term.own[1:]
        loops = tuple(each for each in dims if each not in term.own)
        inner = (*loops, *own)
        if not inner:
            return Array(f"{self.np}.array([{', '.join(a.text for a in args)}])", (term.axis,))
        parts = [full(each, inner) if each.dims else each.text for each in args]
        if any(len(each.dims) != len(inner) for each in args):
            joined = f"{self.np}.broadcast_arrays({', '.join(parts)})"
        else:
            joined = f"[{', '.join(parts)}]"
        place = "" if not loops else f", axis={len(loops)}"
        return Array(f"{self.np}.stack({joined}{place})", (*loops, term.axis, *own))


def _none_of_all(term: Reduce) -> Term | None:
    """`all(~any(x))` as `~any(x)` over the axes of both; None for anything else."""
    inside = term.arg
    if not isinstance(inside, Apply) or inside.name != "~" or term.initial is not None:
        return None
    (one,) = inside.args
    if not isinstance(one, Reduce) or {one.op, term.op} != {"any", "all"} or one.form:
        return None
    return negated(replace(one, over=(*one.over, *term.over)))


def by_bits(term: Apply, texts: Sequence[str]) -> str:
    """x % 8 and x // 8 of whole numbers as x & 7 and x >> 3; empty for anything else."""
    if term.name not in ("%", "//") or not isinstance(term.args[1], Index):
        return ""
    number, kind = term.args[1].index.constant, dtype_of(term.args[0])
    if kind is None or kind.kind not in "iu" or not number or number < 2:
        return ""
    if number & (number - 1):
        return ""
    if term.name == "%":
        return f"({texts[0]}) & {number - 1}"
    return f"({texts[0]}) >> {number.bit_length() - 1}"


def _narrow(term: Apply) -> str:
    """The dtype that Python's own numbers take beside arrays of another than the usual one."""
    if term.name in ("where", "<", "<=", ">", ">=", "==", "!=") and term.name != "where":
        return ""
    given = [dtype_of(each) for each in term.args if not weak_of(each)]
    if not given or any(each is None for each in given):
        return ""
    found = np.result_type(*[each for each in given if each is not None])
    if found.kind not in "biufc":
        return ""
    weak = [weak_of(each) for each in term.args if weak_of(each)]
    if found.kind in "iub" and any(each in ("float", "complex") for each in weak):
        return ""
    if found.kind == "b" or str(found) in _ORDINARY:
        return ""
    return str(found)

"""Loops in loops of another length each time, as one loop over all of their iterations.

`for i in range(n): for j in range(begin[i], end[i]): …` is one loop over places that
`np.repeat` and `np.cumsum` give, which can be written as array expressions. What is added
up in the inner loop is kept for each iteration of the outer one; what stands behind the
inner loop follows in a loop of its own.
"""

import ast
import copy
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from profiler_suite.analysis.explain import rewriting, syntax
from profiler_suite.analysis.explain.lifting.source.liveness import live_after
from profiler_suite.analysis.explain.rewriting import Function

_ENDS = ast.Break | ast.Continue | ast.Return | ast.Yield | ast.YieldFrom | ast.Await | ast.Try
_ORDERED = ("range", "enumerate", "zip", "len")


@dataclass(frozen=True)
class Flat:
    """A nest as one loop."""

    loop: ast.For
    inner: ast.For
    text: str
    """The whole function with it."""
    held: Mapping[str, str]
    """What its new names hold, in words."""
    left: tuple[str, ...]
    """What stands in the text as long as a part of it is a loop."""
    owners: str
    """Which iteration of the outer loop each of its iterations belongs to."""
    counts: str
    """How many belong to each."""


def in_one_loop(function: Function) -> Iterator[Flat]:
    """Each such nest."""
    for loop in function.nodes:
        if isinstance(loop, ast.For) and not loop.orelse:
            nest = _nest(function, loop)
            if nest is None:
                continue
            start, end = function.span(loop)
            text = f"\n{function.indent_of(loop.lineno)}".join(nest.written())
            yield Flat(
                loop,
                nest.inner,
                f"{function.text[:start]}{text}{function.text[end:]}",
                nest.held(),
                (f"for {nest.names['number']} in ", *map(nest.of_each, nest.bounds[:2])),
                nest.names["owners"],
                nest.names["counts"],
            )


def is_lifted(flat: Flat, text: str) -> bool:
    """Whether no loop is left of a nest."""
    return not any(each in text for each in flat.left)


def repeated(flat: Flat, lifted: str, numpy: str) -> str:
    """`values[owners]` as `np.repeat(values, counts)`, where nothing else asks for owners."""
    owners, counts = flat.owners, flat.counts
    rest = [line for line in lifted.splitlines() if not line.strip().startswith(f"{owners} = ")]
    text = re.sub(
        rf"\b(\w+)\[{owners}\]",
        rf"{numpy}.repeat(\1[:len({counts})], {counts})",
        "\n".join(rest),
    ).replace(f"len({owners})", f"{counts}.sum()")
    return "" if re.search(rf"\b{owners}\b", text) else f"{text}\n"


def _nest(function: Function, loop: ast.For) -> "_Nest | None":
    places = [k for k, each in enumerate(loop.body) if isinstance(each, ast.For)]
    inside = [each for each in ast.walk(loop) if each is not loop]
    if len(places) != 1 or any(isinstance(each, _ENDS | ast.While) for each in inside):
        return None
    (place,) = places
    inner = loop.body[place]
    assert isinstance(inner, ast.For)
    if inner.orelse or any(isinstance(n, ast.For) for s in inner.body for n in ast.walk(s)):
        return None
    before, after = loop.body[:place], loop.body[place + 1 :]
    if not all(isinstance(e, ast.Assign) and _sets_names(e) for e in before):
        return None
    bounds = _bounds(function, inner)
    if bounds is None or not _moves(loop, bounds) or not _is_repeatable(function, loop.iter):
        return None
    nest = _Nest(function, loop, inner, (before, after), bounds)
    return nest if nest.is_apart() else None


def _sets_names(node: ast.Assign) -> bool:
    return all(isinstance(each, ast.Name) for each in node.targets)


def _bounds(function: Function, inner: ast.For) -> tuple[str, str, str] | None:
    """First place, the one after the last, and the array whose elements it goes through."""
    node = inner.iter
    if not isinstance(inner.target, ast.Name):
        return None
    if isinstance(node, ast.Call) and function.qualified(node.func) == "builtins.range":
        first = ast.unparse(node.args[0]) if len(node.args) == 2 else "0"
        if node.keywords or len(node.args) > 2:
            return None
        return first, ast.unparse(node.args[-1]), ""
    if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Slice):
        part, row = node.slice, ast.unparse(node.value)
        if part.step is not None or not isinstance(node.value, ast.Name):
            return None
        first = ast.unparse(part.lower) if part.lower is not None else "0"
        last = f"len({row})" if part.upper is None else ast.unparse(part.upper)
        return first, last, row
    return None


def _moves(loop: ast.For, bounds: tuple[str, str, str]) -> bool:
    """Whether a bound is looked up: others are sums of counters, which need none of this."""
    own = syntax.bound_names(loop.target)
    for text in bounds[:2]:
        node = ast.parse(text, mode="eval").body
        names = {n.id for n in ast.walk(node) if isinstance(n, ast.Name)}
        looked = any(isinstance(each, ast.Subscript) for each in ast.walk(node))
        direct = own & names and not isinstance(loop.target, ast.Name)
        if (looked and own & names) or direct:
            return True
    return isinstance(loop.iter, ast.Name) and any(
        own & {n.id for n in ast.walk(ast.parse(text)) if isinstance(n, ast.Name)}
        for text in bounds[:2]
    )


def _is_repeatable(function: Function, node: ast.expr) -> bool:
    """Whether it can be gone through several times."""
    return not any(
        isinstance(each, ast.Call) and _name_of(function, each) not in _ORDERED
        for each in ast.walk(node)
    )


def _name_of(function: Function, node: ast.Call) -> str:
    return function.qualified(node.func).removeprefix("builtins.")


class _Nest:
    """A loop with one loop in it."""

    def __init__(
        self,
        function: Function,
        loop: ast.For,
        inner: ast.For,
        around: tuple[list[ast.stmt], list[ast.stmt]],
        bounds: tuple[str, str, str],
    ) -> None:
        self.function, self.loop, self.inner, self.bounds = function, loop, inner, bounds
        self.before, self.after = around
        assert isinstance(inner.target, ast.Name)
        self.counter = inner.target.id
        self.totals = self._totals()
        names = ("counts", "owners", "places", "owner", "number", "first")
        self.names: dict[str, str] = {}
        for each in (*names, *(f"all_{name}" for name in self.totals)):
            self.names[each] = rewriting.new_name(function, each, self.names.values())

    def held(self) -> dict[str, str]:
        """What its new names hold, in words."""
        found = {self.names[each]: "int64 (1000,)" for each in ("counts", "owners", "places")}
        found[self.names["first"]] = "int64 (1000,)"
        found.update(dict.fromkeys((self.names["owner"], self.names["number"]), "int 1"))
        found[self.counter] = "int 1"
        for name in self.totals:
            found[self.names[f"all_{name}"]] = f"{self._dtype(name)}64 (1000,)"
        return found

    def _dtype(self, name: str) -> str:
        words = self.function.source.names.get(name, "")
        return "int" if words.startswith("int") else "float"

    def _totals(self) -> dict[str, ast.expr]:
        """Names that begin with a number before the inner loop and are added to in it."""
        starts = {
            target.id: each.value
            for each in self.before
            if isinstance(each, ast.Assign) and rewriting.number(each.value) is not None
            for target in each.targets
            if isinstance(target, ast.Name)
        }
        found = {}
        for name, value in starts.items():
            used = [n for each in self.inner.body for n in syntax.uses(each, name)]
            adds = [self.function.parents[n] for n in used]
            if used and all(
                isinstance(each, ast.AugAssign) and isinstance(each.op, ast.Add | ast.Sub)
                for each in adds
            ):
                found[name] = value
        return found

    def is_apart(self) -> bool:
        """Whether the inner loop, run for all, and then what follows it do the same."""
        set_inside = set().union(*(syntax.bound_names(s) for s in self.inner.body))
        set_before = set().union(*map(syntax.bound_names, self.before)) - set(self.totals)
        own = syntax.bound_names(self.loop.target) | {self.counter}
        if set_inside & (set_before | own) or own & set_before:
            return False
        read = set().union(*map(syntax.names_in, self.after))
        if read & ((set_inside - set(self.totals)) | {self.counter}):
            return False
        if any(n for s in self.before for name in self.totals for n in self._reads(s, name)):
            return False
        names = set_inside | set_before | own | set(self.totals)
        around = [n for n in self.function.around(self.loop) if isinstance(n, ast.For)]
        whole = self.function.node
        if any(live_after(whole, self.loop, list(around), name) for name in names):
            return False
        return self._touches_other_arrays()

    @staticmethod
    def _reads(node: ast.stmt, name: str) -> list[ast.Name]:
        return [n for n in syntax.uses(node, name) if isinstance(n.ctx, ast.Load)]

    def _touches_other_arrays(self) -> bool:
        """Whether what is stored by one part is not what another reads or stores."""
        first, second = ast.Module(self.inner.body, []), ast.Module(self.after, [])
        asked = ast.Module([*self.before, ast.Expr(self.inner.iter)], [])
        kept = set(self.totals)
        changed = syntax.changed_in(first) - kept
        later = syntax.changed_in(second) - kept
        head = syntax.names_in(self.loop.iter) | syntax.names_in(asked)
        if (changed | later) & (head - kept) or later & syntax.names_in(first):
            return self._same_element((changed | later) & syntax.names_in(first), head)
        return not changed & syntax.names_in(second) or self._same_element(
            changed & syntax.names_in(second), head
        )

    def _same_element(self, names: set[str], head: set[str]) -> bool:
        """Whether both parts only ask for the element of the outer iteration, `y[i]`."""
        if not isinstance(self.loop.target, ast.Name) or names & head:
            return False
        index = self.loop.target.id
        parts = [*self.inner.body, *self.after]
        for name in names:
            for use in (n for each in parts for n in syntax.uses(each, name)):
                parent = self.function.parents[use]
                if not isinstance(parent, ast.Subscript) or parent.value is not use:
                    return False
                if ast.unparse(parent.slice) != index:
                    return False
        return True

    def written(self) -> list[str]:
        """Its lines."""
        np, names = self.function.numpy, self.names
        counts, owners, places = (names[each] for each in ("counts", "owners", "places"))
        first, last, row = self.bounds
        begins = first != "0"
        lines = []
        if begins:
            lines.append(f"{names['first']} = {np}.array({self.of_each(first)}, int)")
        end = f"{np}.array({self.of_each(last)}, int)"
        if row:
            end = f"{np}.minimum({end}, len({row}))"
        size = f"{end} - {names['first']}" if begins else end
        lines += [
            f"{counts} = {np}.maximum({size}, 0)",
            f"{owners} = {np}.repeat({np}.arange(len({counts})), {counts})",
        ]
        if self._counts:
            start = f"{np}.cumsum({counts}) - {counts}"
            start = f"{names['first']} - ({start})" if begins else f"-({start})"
            lines.append(f"{places} = {np}.repeat({start}, {counts})")
            lines.append(f"{places} += {np}.arange(len({owners}))")
        for name, value in self.totals.items():
            kind = self._dtype(name)
            number = ast.unparse(value)
            made = f"{np}.full(len({counts}), {number}, dtype={kind})"
            lines.append(f"{names[f'all_{name}']} = {made}")
        lines += self._flat(owners, places, row)
        if self.after:
            lines += self._rest()
        return lines

    def of_each(self, text: str) -> str:
        """A bound in every iteration of the outer loop."""
        inside = ast.parse(text, mode="eval").body
        for statement in reversed(self.before):
            assert isinstance(statement, ast.Assign)
            for target in statement.targets:
                assert isinstance(target, ast.Name)
                inside = syntax.substituted(inside, {target.id: statement.value})
        head, iterated = map(ast.unparse, (self.loop.target, self.loop.iter))
        return f"[{ast.unparse(inside)} for {head} in {iterated}]"

    def _flat(self, owners: str, places: str, row: str) -> list[str]:
        owner, number = self.names["owner"], self.names["number"]
        body: list[ast.stmt] = [each for each in self.before if not self._begins_total(each)]
        for each in self.inner.body:
            changed = copy.deepcopy(each)
            for name in self.totals:
                changed = _Totals(name, self.names[f"all_{name}"], owner).visit(changed)
            body.append(changed)
        lines = [f"{owner} = {owners}[{number}]", *self._bound_by(owner)]
        if row:
            lines.append(f"{self.counter} = {row}[{places}[{number}]]")
        elif self._counts:
            lines.append(f"{self.counter} = {places}[{number}]")
        lines += "\n".join(map(ast.unparse, body)).splitlines()
        return [f"for {number} in range(len({owners})):", *(f"    {line}" for line in lines)]

    @property
    def _counts(self) -> bool:
        """Whether the inner loop asks for its place."""
        return any(syntax.uses(each, self.counter) for each in self.inner.body)

    def _begins_total(self, node: ast.stmt) -> bool:
        return isinstance(node, ast.Assign) and all(
            isinstance(t, ast.Name) and t.id in self.totals for t in node.targets
        )

    def _bound_by(self, owner: str) -> list[str]:
        """The variables of the outer loop for its iteration of this number."""
        return [
            f"{ast.unparse(target)} = {text}"
            for target, text in _elements(self.loop.target, self.loop.iter, owner)
        ]

    def _rest(self) -> list[str]:
        owner = self.names["owner"]
        target, iterated = map(ast.unparse, (self.loop.target, self.loop.iter))
        head = f"for {owner}, {target} in enumerate({iterated}):"
        if isinstance(self.loop.target, ast.Tuple):
            head = f"for {owner}, ({target}) in enumerate({iterated}):"
        lines = [
            *(ast.unparse(e) for e in self.before if not self._begins_total(e)),
            *(f"{name} = {self.names[f'all_{name}']}[{owner}]" for name in self.totals),
            *"\n".join(map(ast.unparse, self.after)).splitlines(),
        ]
        return [head, *(f"    {line}" for line in lines)]


def _elements(
    target: ast.expr, iterated: ast.expr, owner: str
) -> Iterator[tuple[ast.expr, str]]:
    """What each variable of a header is in the iteration of this number."""
    args: Sequence[ast.expr] = iterated.args if isinstance(iterated, ast.Call) else ()
    name = ast.unparse(iterated.func) if isinstance(iterated, ast.Call) else ""
    if name == "range":
        start = ast.unparse(args[0]) if len(args) > 1 else "0"
        step = f" * ({ast.unparse(args[2])})" if len(args) > 2 else ""
        more = f" + ({start})" if start != "0" else ""
        yield target, f"{owner}{step}{more}"
    elif name == "enumerate" and isinstance(target, ast.Tuple) and len(args) == 1:
        yield target.elts[0], owner
        yield from _elements(target.elts[1], args[0], owner)
    elif name == "zip" and isinstance(target, ast.Tuple):
        for each, one in zip(target.elts, args, strict=False):
            yield from _elements(each, one, owner)
    else:
        yield target, f"{ast.unparse(iterated)}[{owner}]"


class _Totals(ast.NodeTransformer):
    """Puts the total of the outer iteration in place of a name."""

    def __init__(self, name: str, array: str, owner: str) -> None:
        self.name = name
        self.made = ast.parse(f"{array}[{owner}]", mode="eval").body

    def visit_Name(self, node: ast.Name) -> ast.expr:
        if node.id != self.name:
            return node
        made = copy.deepcopy(self.made)
        assert isinstance(made, ast.Subscript)
        made.ctx = node.ctx
        return made

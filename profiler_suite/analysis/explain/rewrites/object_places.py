"""Elements of arrays in the place of the fields of objects, statement by statement.

`p.x` in a loop over `particles` is `particles_x[at_p]`; `a is b` is whether two places are the
same; `found = p` keeps the place. What asks for anything else of an object raises
NotFieldsError.
"""

import ast
import copy
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from profiler_suite.analysis.explain import rewriting, syntax
from profiler_suite.analysis.explain.rewriting import Function

_DTYPES = {"float64": "float", "int64": "int", "bool": "bool", "complex128": "complex"}


class NotFieldsError(Exception):
    """Something else than fields of the objects is asked for."""


@dataclass
class _FieldOfAll:
    """One field of all objects of a list."""

    objects: str
    field: str
    array: str
    words: str
    kind: str = ""
    """Of Python's own numbers."""
    stored: bool = False

    def held(self) -> Iterator[tuple[str, str]]:
        """What its array holds, in words."""
        yield self.array, self.words
        if self.kind:
            yield f"{self.array}[]", self.kind


@dataclass(frozen=True)
class _Object:
    """What a name stands for: the object at a place of a list."""

    objects: str
    place: ast.expr


@dataclass
class ObjectLoop:
    """Goes over a statement and puts elements of arrays in the place of fields."""

    function: Function
    lists: Mapping[str, dict[str, str]]
    gathered: dict[tuple[str, str], _FieldOfAll] = field(default_factory=dict)
    names: set[str] = field(default_factory=set)
    """That stood for objects."""
    used: set[str] = field(default_factory=set)
    chosen: dict[str, tuple[str, str]] = field(default_factory=dict)
    """By a name that holds an object after the loop: the name of its place, and its list."""
    outermost: ast.stmt | None = None
    counts: dict[str, str] = field(default_factory=dict)
    """Names for how many iterations there are, and how they are found."""
    _taken: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self._one = self.new_name("each")

    def placed(self, node: ast.stmt) -> list[ast.stmt]:
        """The statement with arrays of fields."""
        self.outermost = copy.deepcopy(node)
        made = _FieldElements(self, {}).visit(self.outermost)
        found = made if isinstance(made, list) else [made]
        return [ast.fix_missing_locations(each) for each in found]

    @property
    def stored(self) -> bool:
        """Whether any field is set."""
        return any(each.stored for each in self.gathered.values())

    def element(self, one: _Object, name: str, ctx: ast.expr_context) -> ast.Subscript:
        """`particles_x[i]` for `p.x`."""
        words = self.lists[one.objects].get(name, "")
        if not words:
            raise NotFieldsError(name)
        key = one.objects, name
        if key not in self.gathered:
            array = self.new_name(f"{one.objects.rpartition('.')[2].strip('_')}_{name}")
            kind = self.lists[one.objects].get(f"{name}[]", "")
            self.gathered[key] = _FieldOfAll(one.objects, name, array, words, kind)
        found = self.gathered[key]
        found.stored |= not isinstance(ctx, ast.Load)
        return ast.Subscript(ast.Name(found.array, ast.Load()), copy.deepcopy(one.place), ctx)

    def new_name(self, hint: str) -> str:
        """A name like it that nothing has yet."""
        made = rewriting.new_name(self.function, hint, self._taken)
        self._taken.add(made)
        return made

    def gathering(self, each: _FieldOfAll, statements: list[ast.stmt]) -> str:
        """Where its array is made; empty where the loop sets all of it before it is read."""
        kind = _DTYPES.get(each.words.partition(" ")[0], "") if each.stored else ""
        np = self.function.numpy
        if kind and not _is_row(each) and _is_set_anew(each, statements):
            dtype = "" if kind == "float" else f", dtype={kind}"
            return f"{each.array} = {np}.empty(len({each.objects}){dtype})"
        dtype = f", dtype={kind}" if kind else ""
        values = f"[{self._one}.{each.field} for {self._one} in {each.objects}]"
        return f"{each.array} = {np}.array({values}{dtype})"

    def count_of(self, text: str) -> str:
        """A name for a number that is found before the loop."""
        name = self.new_name("count")
        self.counts[name] = text
        return name

    def choose(self, name: str, one: "_Object") -> ast.Assign:
        """`found = p` as `found_at = i`."""
        place, objects = self.chosen.setdefault(
            name, (self.new_name(f"{name}_at"), one.objects)
        )
        if objects != one.objects:
            raise NotFieldsError(name)
        return ast.Assign([ast.Name(place, ast.Store())], copy.deepcopy(one.place))

    def nothing_chosen(self) -> list[str]:
        """What stands before the loop for the names of objects that it sets."""
        return [f"{place} = -1" for place, _ in self.chosen.values()]

    def chosen_objects(self) -> list[str]:
        """What those names hold after it, where it has set them."""
        return [
            line
            for name, (place, objects) in self.chosen.items()
            for line in (f"if {place} >= 0:", f"    {name} = {objects}[{place}]")
        ]

    def given_back(self) -> list[str]:
        """What gives the objects of each list their new values."""
        lines = []
        one = self._one
        stored = [each for each in self.gathered.values() if each.stored]
        for objects in dict.fromkeys(each.objects for each in stored):
            own = [each for each in stored if each.objects == objects]
            values = [each.array if _is_row(each) else f"{each.array}.tolist()" for each in own]
            names = [self.new_name(f"new_{each.field}") for each in own]
            lines.append(
                f"for {', '.join([one, *names])} in zip({', '.join([objects, *values])}):"
            )
            lines += [
                f"    {one}.{each.field} = {name}"
                for each, name in zip(own, names, strict=True)
            ]
        return lines


def _is_set_anew(each: _FieldOfAll, statements: list[ast.stmt]) -> bool:
    """Whether each iteration of a loop over all objects sets it, and none reads it."""
    match statements:
        case [ast.For(ast.Name(place), over, body)] if (
            ast.unparse(over) == f"range(len({each.objects}))"
        ):
            element = f"{each.array}[{place}]"
        case _:
            return False
    uses = [n for s in body for n in ast.walk(s) if ast.unparse(n) == each.array]
    stores = [s for s in body if isinstance(s, ast.Assign)]
    targets = [ast.unparse(t) for s in stores for t in s.targets]
    return len(uses) == 1 and targets.count(element) == 1


def _is_row(each: _FieldOfAll) -> bool:
    return "," in each.words.rstrip(")").rstrip(",")


class _FieldElements(ast.NodeTransformer):
    """Names of objects as places in arrays; raises where they are anything else."""

    def __init__(self, walk: ObjectLoop, known: dict[str, _Object]) -> None:
        self._walk, self._known = walk, known

    # ---------------------------------------------------------------- loops

    def visit_For(self, node: ast.For) -> ast.stmt:
        over = self._over(node.target, node.iter)
        if over is None and (zipped := self._zipped(node)) is not None:
            return self.visit_For(zipped)
        if over is None:
            node.iter = self.visit(node.iter)
            node.body = self._block(node.body)
            node.orelse = self._block(node.orelse)
            return node
        target, iterated, known = over
        inner = _FieldElements(self._walk, {**self._known, **known})
        body = inner._block(node.body) or [ast.Pass()]
        return ast.For(target, iterated, body, self._block(node.orelse))

    def _block(self, block: list[ast.stmt]) -> list[ast.stmt]:
        found: list[ast.stmt] = []
        for each in block:
            made = self.visit(each)
            found += made if isinstance(made, list) else [made] if made is not None else []
        return found

    def visit_GeneratorExp(self, node: ast.GeneratorExp) -> ast.expr:
        return self._comprehension(node)

    def visit_ListComp(self, node: ast.ListComp) -> ast.expr:
        return self._comprehension(node)

    def _comprehension(self, node: ast.GeneratorExp | ast.ListComp) -> ast.expr:
        known = dict(self._known)
        for each in node.generators:
            inner = _FieldElements(self._walk, known)
            over = inner._over(each.target, each.iter)
            if over is None:
                each.iter = inner.visit(each.iter)
            else:
                each.target, each.iter, more = over
                known |= more
                inner = _FieldElements(self._walk, known)
            each.ifs = [inner.visit(test) for test in each.ifs]
        node.elt = _FieldElements(self._walk, known).visit(node.elt)
        return node

    def _over(
        self, target: ast.expr, iterated: ast.expr
    ) -> tuple[ast.Name, ast.expr, dict[str, _Object]] | None:
        """Counter, range and objects of a loop over a list; None for any other loop."""
        counter = ""
        match target, iterated:
            case ast.Tuple([ast.Name(counter), ast.Name(name)]), ast.Call(
                ast.Name("enumerate"), [over, *first], []
            ):
                pass
            case ast.Name(name), over:
                first = []
            case _:
                return None
        begin: ast.expr | None = None
        match over:
            case ast.Subscript(inner, ast.Slice(begin, None, None)):
                over = inner
        objects = ast.unparse(over)
        if objects not in self._walk.lists:
            return None
        if [ast.unparse(each) for each in first] != (
            [ast.unparse(begin)] if begin and counter else []
        ):
            return None
        if begin is not None and ast.unparse(begin).startswith("-"):
            return None
        self._walk.used.add(objects)
        self._walk.names.add(name)
        place = counter or self._walk.new_name(f"at_{name}")
        length = ast.Call(ast.Name("len", ast.Load()), [copy.deepcopy(over)], [])
        ends: list[ast.expr] = [] if begin is None else [self.visit(begin)]
        made = ast.Call(ast.Name("range", ast.Load()), [*ends, length], [])
        one = _Object(objects, ast.Name(place, ast.Load()))
        return ast.Name(place, ast.Store()), made, {name: one}

    def _zipped(self, node: ast.For) -> ast.For | None:
        """`for p, v in zip(ps, vs)` as a loop over places, as far as the shortest goes."""
        match node:
            case ast.For(ast.Tuple(targets), ast.Call(ast.Name("zip"), [*parts], [])) if len(
                targets
            ) == len(parts):
                pass
            case _:
                return None
        objects = [each for each in parts if ast.unparse(each) in self._walk.lists]
        plain = all(isinstance(each, ast.Name | ast.Attribute) for each in parts)
        if not objects or not plain or not all(isinstance(e, ast.Name) for e in targets):
            return None
        place = self._walk.new_name("place")
        first: list[ast.stmt] = [
            ast.Assign([target], ast.Subscript(part, ast.Name(place, ast.Load()), ast.Load()))
            for target, part in zip(targets, parts, strict=True)
        ]
        shortest = f"min({', '.join(f'len({ast.unparse(each)})' for each in parts)})"
        if node is self._walk.outermost:
            shortest = self._walk.count_of(shortest)
        counted = ast.parse(f"range({shortest})", mode="eval").body
        body = [*first, *node.body]
        return ast.For(ast.Name(place, ast.Store()), counted, body, node.orelse)

    # -------------------------------------------------------------- objects

    def _object(self, node: ast.expr) -> _Object | None:
        if isinstance(node, ast.Name):
            return self._known.get(node.id)
        if isinstance(node, ast.Subscript) and not isinstance(node.slice, ast.Slice):
            objects = ast.unparse(node.value)
            if objects in self._walk.lists:
                self._walk.used.add(objects)
                return _Object(objects, self.visit(node.slice))
        return None

    def visit_Assign(self, node: ast.Assign) -> ast.stmt | list[ast.stmt] | None:
        """`p = particles[i]` is a name for an object from there on."""
        one = self._object(node.value) if isinstance(node.value, ast.Subscript) else None
        if one is None:
            return self._chosen(node)
        if len(node.targets) != 1 or not isinstance(node.targets[0], ast.Name):
            raise NotFieldsError(ast.unparse(node))
        name = node.targets[0].id
        self._walk.names.add(name)
        self._known[name] = one
        return None

    def _chosen(self, node: ast.Assign) -> ast.stmt | list[ast.stmt]:
        """`best, found = d, p`: places in the objects' place; other assignments as they are."""
        match node:
            case ast.Assign([ast.Name() as target], ast.Name(name)) if name in self._known:
                return self._walk.choose(target.id, self._known[name])
            case ast.Assign([ast.Tuple(targets)], ast.Tuple(parts)) if (
                len(targets) == len(parts)
                and any(isinstance(e, ast.Name) and e.id in self._known for e in parts)
                and all(isinstance(e, ast.Name) for e in targets)
            ):
                single = [
                    ast.Assign([target], value)
                    for target, value in zip(targets, parts, strict=True)
                ]
                stored = {ast.unparse(each) for each in targets}
                if any(stored & syntax.names_in(each) for each in parts):
                    raise NotFieldsError(ast.unparse(node))
                return self._block(list(single))
        self.generic_visit(node)
        return node

    def visit_Attribute(self, node: ast.Attribute) -> ast.expr:
        one = self._object(node.value)
        if one is not None:
            return self._walk.element(one, node.attr, node.ctx)
        if ast.unparse(node) in self._walk.lists:
            raise NotFieldsError(ast.unparse(node))
        self.generic_visit(node)
        return node

    def visit_Compare(self, node: ast.Compare) -> ast.expr:
        """`a is b` of objects of one list is whether their places are the same."""
        if len(node.ops) == 1 and isinstance(node.ops[0], ast.Is | ast.IsNot):
            one, other = self._object(node.left), self._object(node.comparators[0])
            if one is not None and other is not None and one.objects == other.objects:
                op = ast.Eq() if isinstance(node.ops[0], ast.Is) else ast.NotEq()
                return ast.Compare(copy.deepcopy(one.place), [op], [copy.deepcopy(other.place)])
        self.generic_visit(node)
        return node

    def visit_Call(self, node: ast.Call) -> ast.expr:
        """`len(particles)` stays."""
        match node:
            case ast.Call(ast.Name("len"), [given], []) if (
                ast.unparse(given) in self._walk.lists
            ):
                return node
        self.generic_visit(node)
        return node

    def visit_Subscript(self, node: ast.Subscript) -> ast.expr:
        if self._object(node) is not None:
            raise NotFieldsError(ast.unparse(node))
        self.generic_visit(node)
        return node

    def visit_Name(self, node: ast.Name) -> ast.expr:
        if node.id in self._known or node.id in self._walk.lists:
            raise NotFieldsError(node.id)
        return node

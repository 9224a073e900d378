"""Large arrays, lists and generators of random numbers beside arrays of a few elements.

They stay what they are: rows of numbers are stored in them, read from them, appended to them
and drawn from them.
"""

import ast

import numpy as np

from profiler_suite.analysis.explain.rewrites import few_element_calls as calls
from profiler_suite.analysis.explain.rewrites import few_elements as few
from profiler_suite.analysis.explain.rewrites import forms
from profiler_suite.analysis.explain.rewrites.few_element_calls import Given
from profiler_suite.analysis.explain.rewrites.few_element_expressions import TAKEN_APART
from profiler_suite.analysis.explain.rewrites.few_elements import (
    Elements,
    Number,
    Operand,
    UnfitError,
)
from profiler_suite.analysis.explain.rewrites.written_out import Reading
from profiler_suite.analysis.explain.rewriting import Function

_MAKERS = ("empty", "zeros", "ones", "full", "arange", "linspace")
_JOINING = ("array", "asarray", "stack", "vstack")
_DRAWN = ("random", "normal", "uniform", "standard_normal", "exponential", "rand", "randn")
_INTEGERS = ("builtins.len", "builtins.int")


class LargeBeside(Reading):
    """What the names of a function hold, with those of what is not a few elements."""

    def __init__(self, function: Function, mathematics: str) -> None:
        super().__init__(function, mathematics)
        self._kinds = {
            **dict.fromkeys(_large_parameters(function), "array"),
            **_made_once(function),
        }
        self._stored_in = {
            n.value.id
            for n in function.nodes
            if isinstance(n, ast.Subscript)
            and isinstance(n.ctx, ast.Store)
            and isinstance(n.value, ast.Name)
        }
        self._of_arrays = {
            name
            for name, kind in self._kinds.items()
            if kind == "list" and not _only_joined(function, name)
        }
        """Lists whose arrays are asked for as such."""
        self._rows_read = False
        """Whether a row was read of an array that changes."""
        self.drawn = 0
        """Numbers that were drawn, and rows that were read."""

    @property
    def large_names(self) -> set[str]:
        """Names of large arrays, lists and generators."""
        return set(self._kinds)

    def apart(self) -> tuple[str, ...]:
        """What is taken for granted of where arrays lie."""
        given = [n for n in self._stored_in if n in self._parameters(self._function)]
        several = bool(given and {"array"} & set(self._kinds.values()))
        found = super().assumptions()[:1] if self._in_place else ()
        said = ("no two of its arrays share memory",)
        return said if several or found == said else ()

    # ------------------------------------------------------------ statements

    def take(self, statement: ast.stmt) -> None:
        """Read a statement and write its lines."""
        if self._called:
            super().take(statement)
            return
        match statement:
            case ast.Assign([ast.Name(name)], value) if name in self._kinds:
                self._make(name, value)
            case ast.Assign([ast.Subscript(ast.Name(name), index)], value) if (
                name in self._kinds
            ):
                stored = self._numbers_of(self.value(value))
                self.writing.stay(ast.Assign([self._place(name, index)], stored))
            case ast.AugAssign(ast.Subscript(ast.Name(name), index), sign, value) if (
                name in self._kinds
            ):
                stored = self._numbers_of(self.value(value))
                self.writing.stay(ast.AugAssign(self._place(name, index), sign, stored))
            case ast.Expr(ast.Call(ast.Attribute(ast.Name(name), "append"), [value], [])) if (
                self._kinds.get(name) == "list"
            ):
                function = ast.Attribute(ast.Name(name, ast.Load()), "append", ast.Load())
                call = ast.Call(function, [self._listed(name, value)], [])
                self.writing.stay(ast.Expr(call))
            case _:
                super().take(statement)

    def _make(self, name: str, value: ast.expr) -> None:
        if isinstance(value, ast.List):
            parts = [self._listed(name, each) for each in value.elts]
            made: ast.expr = ast.List(parts, ast.Load())
        else:
            made = self.plain(value)
        self.writing.stay(ast.Assign([ast.Name(name, ast.Store())], made))

    def _place(self, name: str, index: ast.expr) -> ast.Subscript:
        if self._kinds[name] != "array":
            raise UnfitError("an element of a list")
        return ast.Subscript(ast.Name(name, ast.Load()), self._index(index), ast.Store())

    def _numbers_of(self, value: Given) -> ast.expr:
        """A number, or a tuple of numbers."""
        if isinstance(value, Number):
            return value.node
        array = calls.array(value) if isinstance(value, list) else value
        self.handled += TAKEN_APART
        nodes = np.array([each.node for each in array.numbers], object).reshape(array.shape)
        return _tuples(nodes.tolist())

    def _listed(self, name: str, node: ast.expr) -> ast.expr:
        """What is put in a list."""
        value = self.value(node)
        if name in self._of_arrays:
            return self.given(value)
        if isinstance(value, Elements):
            if value.outside is not None:
                value.shared = True
            value.listed = True
        return self._numbers_of(value)

    def returned(self, node: ast.expr) -> ast.expr:
        """What the caller gets."""
        match node:
            case ast.Tuple(parts):
                return ast.Tuple([self.returned(each) for each in parts], ast.Load())
            case ast.Name(name) if name in self._kinds:
                return node
            case ast.Call(_, [ast.Name(name)], []) if self._kinds.get(name) == "list":
                return self.plain(node)
        return self.given(self.value(node))

    # ------------------------------------------------------------ plain

    def _index(self, node: ast.expr) -> ast.expr:
        """An index of a large array; no number that may have become one with a fraction."""
        match node:
            case ast.Slice(lower, upper, step):
                return ast.Slice(*(each and self._index(each) for each in (lower, upper, step)))
            case ast.Tuple(parts):
                return ast.Tuple([self._index(each) for each in parts], ast.Load())
        value = self.value(node)
        if not isinstance(value, Number) or value.kind != "int":
            raise UnfitError("no integer")
        return value.node

    def plain(self, node: ast.expr) -> ast.expr:
        """An index, a size or a call that makes something large, by the names of numbers."""
        match node:
            case ast.Constant():
                return node
            case ast.Name(name) if name in self._kinds:
                return node
            case ast.Tuple(parts):
                return ast.Tuple([self.plain(each) for each in parts], ast.Load())
            case ast.BinOp(left, sign, right):
                return ast.BinOp(self.plain(left), sign, self.plain(right))
            case ast.UnaryOp(ast.USub(), part):
                return ast.UnaryOp(ast.USub(), self.plain(part))
            case ast.Call(ast.Name("len"), [array], []) | ast.Subscript(
                ast.Attribute(array, "shape"), ast.Constant(0)
            ):
                return self._length(node, array)
            case ast.Subscript(ast.Attribute(ast.Name(name), "shape"), ast.Constant()) if (
                name in self._kinds
            ):
                return node
            case ast.Attribute(ast.Name(name), "shape" | "size") if name in self._kinds:
                return node
            case ast.Call() if self._is_plain_call(node):
                keywords = [ast.keyword(k.arg, self._option(k)) for k in node.keywords]
                return ast.Call(node.func, [self.plain(each) for each in node.args], keywords)
        value = self.value(node)
        if not isinstance(value, Number):
            raise UnfitError("no number")
        return value.node

    def _length(self, node: ast.expr, array: ast.expr) -> ast.expr:
        if isinstance(array, ast.Name) and array.id in self._kinds:
            return node
        value = self.value(array)
        if not isinstance(value, Elements):
            raise UnfitError("the length of something else")
        return ast.Constant(value.shape[0])

    def _is_plain_call(self, node: ast.Call) -> bool:
        name = self._function.qualified(node.func)
        if name in _INTEGERS or _is_generator(name):
            return True
        owner, _, short = name.partition(".")
        joins = short in _JOINING and [
            each for each in node.args if isinstance(each, ast.Name) and each.id in self._kinds
        ]
        return owner == "numpy" and (short in _MAKERS or bool(joins))

    def _option(self, keyword: ast.keyword) -> ast.expr:
        """A dtype of numbers with a fraction; another number."""
        if keyword.arg != "dtype":
            return self.plain(keyword.value)
        if self._function.qualified(keyword.value) not in ("builtins.float", "numpy.float64"):
            raise UnfitError("another dtype")
        return keyword.value

    # ------------------------------------------------------------ read

    def value(self, node: ast.expr) -> Given:
        """What an expression holds."""
        if self._called:
            return super().value(node)
        match node:
            case ast.Subscript(ast.Name(name), index) if self._kinds.get(name) == "array":
                return self._row(node, name, index)
            case ast.Subscript(ast.Attribute(ast.Name(name), "shape"), ast.Constant(axis)) if (
                name in self._kinds or axis == 0
            ):
                return Number(self.plain(node), "int")
            case ast.Call() if self._function.qualified(node.func) in _INTEGERS:
                return Number(self.plain(node), "int")
            case ast.Call(ast.Attribute(ast.Name(name), method), _) if (
                self._kinds.get(name) == "generator"
            ):
                return self._draw(node, method)
            case ast.Call() if self._function.qualified(node.func).startswith("numpy.random."):
                return self._draw(node, self._function.qualified(node.func).rpartition(".")[2])
        return super().value(node)

    def _row(self, node: ast.Subscript, name: str, index: ast.expr) -> Given:
        """An element or a row of a large array."""
        form = forms.in_form(self._function.source.names.get(name, ""))
        parts = index.elts if isinstance(index, ast.Tuple) else [index]
        whole = [isinstance(each, ast.Slice) and _is_whole(each) for each in parts]
        if form is None or form.dtype != "float64" or len(parts) > len(form.shape):
            raise UnfitError("nothing is known of it")
        if any(isinstance(p, ast.Slice) and not w for p, w in zip(parts, whole, strict=True)):
            raise UnfitError("a part of a large array")
        lengths = form.shape
        shape = tuple(n for k, n in enumerate(lengths) if k >= len(parts) or whole[k])
        places = [self._index(each) for each in parts]
        self.drawn += 1
        self.operations += 1
        self.handled += 1.0
        if not shape:
            item = ast.Attribute(ast.Name(name, ast.Load()), "item", ast.Load())
            return self.writing.named(
                Number(ast.Call(item, places, []), "float", own=False), f"{name}_now"
            )
        if not few.are_few(shape):
            raise UnfitError("a long row")
        at = places[0] if len(places) == 1 else ast.Tuple(places, ast.Load())
        row = ast.Subscript(ast.Name(name, ast.Load()), at, ast.Load())
        hints = [f"{name}_{''.join(map(str, each))}" for each in np.ndindex(*shape)]
        found = Elements(self.writing.unpacked(row, shape, hints), shape, shared=True)
        self._rows_read = self._rows_read or name in self._stored_in
        return found

    def _by_names(self, value: Given, hint: str) -> Given:
        if isinstance(value, Elements) and value.shared and self._rows_read:
            raise UnfitError("a row that may change later")
        return super()._by_names(value, hint)

    def _draw(self, node: ast.Call, method: str) -> Operand:
        """Random numbers, drawn where they were."""
        if method not in _DRAWN:
            raise UnfitError("another distribution")
        args = [self.plain(each) for each in node.args]
        options = [ast.keyword(each.arg, self.plain(each.value)) for each in node.keywords]
        sizes = [each.value for each in options if each.arg == "size"]
        if method in ("random", "standard_normal", "rand", "randn"):
            sizes += args
        elif len(args) > (1 if method == "exponential" else 2):
            sizes += args[-1:]
        if len(sizes) > 1:
            raise UnfitError("an array of two axes")
        self.drawn += 1
        self.operations += 1
        call = ast.Call(node.func, args, options)
        if not sizes:
            self.handled += 1.0
            return self.writing.named(Number(call, "float"), "drawn")
        count = sizes[0].value if isinstance(sizes[0], ast.Constant) else None
        if type(count) is not int or not few.are_few((count,)):
            raise UnfitError("a number of them that is not written out")
        self.handled += 1.0 + TAKEN_APART
        hints = [f"drawn_{k}" for k in range(count)]
        return Elements(self.writing.unpacked(call, (count,), hints), (count,))

    # ------------------------------------------------------------ items of a loop

    def items(self, target: ast.expr, node: ast.expr) -> tuple[ast.expr, ast.expr]:
        """Target and iterable of a loop, after which the names of the target are held."""
        if isinstance(node, ast.Call) and not self._function.qualified(node.func).startswith(
            "builtins."
        ):
            raise UnfitError("items of a call")
        match node:
            case ast.Call(ast.Name("range"), args, []) if isinstance(target, ast.Name):
                self._held[target.id] = Number(ast.Name(target.id, ast.Load()), "int")
                function = ast.Name("range", ast.Load())
                return target, ast.Call(function, [self._index(each) for each in args], [])
            case ast.Call(ast.Name("enumerate"), [rows], []):
                return self._counted(target, rows)
            case ast.Call(ast.Name("zip"), args, []) if isinstance(target, ast.Tuple):
                if len(args) != len(target.elts):
                    raise UnfitError("another number of names")
                pairs = [self.items(*each) for each in zip(target.elts, args, strict=True)]
                call = ast.Call(ast.Name("zip", ast.Load()), [each for _, each in pairs], [])
                return ast.Tuple([each for each, _ in pairs], ast.Store()), call
            case ast.Name(name) if self._kinds.get(name) == "array":
                return self._rows(target, name)
        raise UnfitError("items of something else")

    def _counted(self, target: ast.expr, rows: ast.expr) -> tuple[ast.expr, ast.expr]:
        match target:
            case ast.Tuple([ast.Name(name) as counter, inner]):
                one, several = self.items(inner, rows)
                self._held[name] = Number(ast.Name(name, ast.Load()), "int")
                call = ast.Call(ast.Name("enumerate", ast.Load()), [several], [])
                return ast.Tuple([counter, one], ast.Store()), call
        raise UnfitError("a counter and an item by one name")

    def _rows(self, target: ast.expr, name: str) -> tuple[ast.expr, ast.expr]:
        form = forms.in_form(self._function.source.names.get(name, ""))
        if form is None or form.dtype != "float64" or name in self._stored_in:
            raise UnfitError("an array that is not known, or changes")
        if not isinstance(target, ast.Name):
            raise UnfitError("items that are taken apart")
        shape = form.shape[1:]
        if shape and not few.are_few(shape):
            raise UnfitError("long rows")
        function = ast.Attribute(ast.Name(name, ast.Load()), "tolist", ast.Load())
        items = ast.Call(function, [], [])
        if not shape:
            own = self.writing.new_name(f"{target.id}_now")
            self._held[target.id] = Number(ast.Name(own, ast.Load()), "float", own=False)
            return ast.Name(own, ast.Store()), items
        if len(shape) > 1:
            raise UnfitError("matrices")
        names = [self.writing.new_name(f"{target.id}_{k}") for k in range(shape[0])]
        numbers = [Number(ast.Name(each, ast.Load()), "float", own=False) for each in names]
        self._held[target.id] = Elements(numbers, shape, shared=True)
        targets: list[ast.expr] = [ast.Name(each, ast.Store()) for each in names]
        made = ast.Tuple if len(targets) > 1 else ast.List
        return made(targets, ast.Store()), items


def _large_parameters(function: Function) -> set[str]:
    """Parameters that hold arrays of many elements."""
    found = set()
    stored = {
        n.id for n in function.nodes if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)
    }
    for each in function.node.args.args:
        form = forms.in_form(function.source.names.get(each.arg, ""))
        large = form is not None and form.kind == "array" and not few.are_few(form.shape)
        if large and form is not None and form.dtype == "float64" and each.arg not in stored:
            found.add(each.arg)
    return found


def _made_once(function: Function) -> dict[str, str]:
    """Names of large arrays, lists and generators that the function makes, each once."""
    names = [n for n in function.nodes if isinstance(n, ast.Name)]
    stored = [n.id for n in names if isinstance(n.ctx, ast.Store)]
    parameters = {n.arg for n in ast.walk(function.node.args) if isinstance(n, ast.arg)}
    found: dict[str, str] = {}
    for name, words in function.source.names.items():
        if name in parameters and words.startswith("Generator"):
            found[name] = "generator"
    for statement in function.node.body:
        match statement:
            case ast.Assign([ast.Name(name)], value) if (
                stored.count(name) == 1 and name not in parameters
            ):
                kind = _kind_of(function, name, value, found)
                if kind:
                    found[name] = kind
    return found


def _kind_of(function: Function, name: str, value: ast.expr, found: dict[str, str]) -> str:
    if isinstance(value, ast.List) and _is_appended(function, name):
        return "list"
    if not isinstance(value, ast.Call):
        return ""
    called = function.qualified(value.func)
    if _is_generator(called):
        return "generator"
    short = called.removeprefix("numpy.")
    form = forms.in_form(function.source.names.get(name, ""))
    few_elements = form is None or (form.kind == "array" and few.are_few(form.shape))
    if short in _MAKERS and (not few_elements or not _is_written(value)):
        return "array"
    of_list = [a.id for a in value.args if isinstance(a, ast.Name)]
    if short in _JOINING and any(found.get(each) == "list" for each in of_list):
        return "array"
    return ""


def _is_written(call: ast.Call) -> bool:
    """Whether its sizes are written out."""
    return not any(isinstance(each, ast.Name) for a in call.args for each in ast.walk(a))


def _is_generator(name: str) -> bool:
    return name in ("numpy.random.default_rng", "numpy.random.RandomState")


def _is_appended(function: Function, name: str) -> bool:
    """Whether it is appended to, and otherwise joined, measured or returned."""
    uses = function.uses(name)
    parents = [function.parents[n] for n in uses if isinstance(n.ctx, ast.Load)]
    appended = [p for p in parents if isinstance(p, ast.Attribute)]
    return bool(appended) and all(
        (isinstance(p, ast.Attribute) and p.attr == "append")
        or isinstance(p, ast.Call | ast.Return | ast.Tuple)
        for p in parents
    )


def _only_joined(function: Function, name: str) -> bool:
    """Whether nobody gets the list itself, but an array of it."""
    uses = function.uses(name)
    parents = [function.parents[n] for n in uses if isinstance(n.ctx, ast.Load)]
    return all(
        isinstance(p, ast.Attribute)
        or (isinstance(p, ast.Call) and _is_joining(function.qualified(p.func)))
        for p in parents
    )


def _is_joining(name: str) -> bool:
    return name.removeprefix("numpy.") in _JOINING or name == "builtins.len"


def _is_whole(part: ast.Slice) -> bool:
    return part.lower is part.upper is part.step is None


def _tuples(nodes: object) -> ast.expr:
    if isinstance(nodes, list):
        return ast.Tuple([_tuples(each) for each in nodes], ast.Load())
    if not isinstance(nodes, ast.expr):
        raise UnfitError("no expression")
    return nodes

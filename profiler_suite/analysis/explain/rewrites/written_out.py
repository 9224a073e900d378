"""Functions of arrays of a few elements, written out with a number for each element.

A straight line of assignments is read statement by statement: what each array holds is known
as an expression per element, and arrays are made again only where someone else gets them.
"""

import ast
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from profiler_suite.analysis.explain.rewrites import element_lines
from profiler_suite.analysis.explain.rewrites import few_element_calls as calls
from profiler_suite.analysis.explain.rewrites import few_element_indices as indices
from profiler_suite.analysis.explain.rewrites import few_elements as few
from profiler_suite.analysis.explain.rewrites.few_element_calls import Given
from profiler_suite.analysis.explain.rewrites.few_element_expressions import (
    TAKEN_APART,
    Expressions,
    body_of,
)
from profiler_suite.analysis.explain.rewrites.few_elements import (
    Elements,
    Number,
    Operand,
    UnfitError,
)
from profiler_suite.analysis.explain.rewriting import Function
from profiler_suite.measure.explain.records import Edit

_MOST_NODES = 1500


@dataclass(frozen=True)
class WrittenOut:
    """Edits that write a function out, and what must hold for them."""

    edits: list[Edit]
    assumptions: tuple[str, ...]

    @property
    def text(self) -> str:
        """All that is written anew."""
        return "\n".join(each.text for each in self.edits)


def written_out(function: Function, mathematics: str = "math") -> WrittenOut | None:
    """The function with a number for each element; None where it is not one of these.

    `mathematics` is the name of the module math.
    """
    body = body_of(function)
    reading = Reading(function, mathematics)
    ends = []
    starts = [function.node.lineno, *(each.lineno for each in body)]
    if len(set(starts)) < len(starts) or any(isinstance(s, ast.Return) for s in body[:-1]):
        return None
    try:
        for statement in body:
            reading.take(statement)
            ends.append(len(reading.writing.lines))
    except UnfitError:
        return None
    lines = reading.writing.lines
    nodes = sum(1 for line in lines for node in line.reads for _ in ast.walk(node))
    if reading.operations <= reading.handled or nodes > _MOST_NODES:
        return None
    texts = element_lines.texts(lines)
    edits = []
    for statement, begin, end in zip(body, [0, *ends], ends, strict=False):
        indent = len(function.indent_of(statement.lineno))
        shown = [element_lines.broken(text, indent) for text in texts[begin:end] if text]
        edits.append(in_place_of(function, statement, "\n".join(shown).splitlines()))
    return WrittenOut(edits, reading.assumptions())


def in_place_of(function: Function, statement: ast.stmt, lines: Sequence[str]) -> Edit:
    """Lines that are written where a statement was."""
    indent = function.indent_of(statement.lineno)
    start, end = function.span(statement)
    if lines:
        return Edit(start=start, end=end, text=f"\n{indent}".join(lines))
    last = statement.end_lineno or statement.lineno
    return Edit(
        start=function.line_start(statement.lineno), end=function.line_start(last + 1), text=""
    )


class Reading(Expressions):
    """What the names and attributes of a function hold after each of its statements."""

    def __init__(self, function: Function, mathematics: str) -> None:
        super().__init__(function, mathematics)
        self._in_place = False
        """Whether an array from outside is changed."""

    def assumptions(self) -> tuple[str, ...]:
        """What is taken for granted of the arrays that it is given."""
        arrays = [each for each in self._read.values() if isinstance(each, Elements)]
        several = self._in_place and len(arrays) > 1
        apart = ("no two of its arrays share memory",) if several else ()
        return (*apart, *element_lines.assumptions(self.writing.lines))

    # ------------------------------------------------------------ statements

    def take(self, statement: ast.stmt) -> None:
        """Read a statement and write its lines."""
        match statement:
            case ast.Assign([target], value):
                self._hints = _names_of(target)
                self._assign(target, self.value(value))
            case ast.AugAssign(target, operator, value):
                self._augment(target, operator, value)
            case ast.Return(None):
                self.writing.stay(ast.Return(None))
            case ast.Return(value) if value is not None:
                self.writing.stay(ast.Return(self.given(self.value(value))))
            case ast.If(test, [ast.Return(value)], []):
                self._leave(test, value)
            case ast.Pass():
                pass
            case _:
                raise UnfitError("no assignment")

    def _leave(self, test: ast.expr, value: ast.expr | None) -> None:
        """`if …: return …`, of something that is there already."""
        asked = self.value(test)
        if not isinstance(asked, Number):
            raise UnfitError("a condition of arrays")
        before = len(self.writing.lines)
        held = self.value(value) if value is not None else None
        result = None if held is None else self.given(held)
        if len(self.writing.lines) > before:
            raise UnfitError("what is computed in a branch")
        if isinstance(held, Elements):  # in the other branch nobody got it
            held.given = False
        self.writing.leave(ast.If(asked.node, [ast.Return(result)], []))

    def _assign(self, target: ast.expr, value: Given) -> None:
        match target:
            case ast.Name(name):
                self._held[name] = self._by_names(value, name)
            case ast.Attribute(ast.Name(owner), attribute):
                value = self._by_names(value, attribute)
                if isinstance(value, list) and not isinstance(value, calls.TupleParts):
                    raise UnfitError("a list that is kept")
                self.writing.stay(ast.Assign([target], self.given(value)))
                self._held[f"{owner}.{attribute}"] = value
            case ast.Tuple(targets):
                values = self._several(value)
                if len(values) != len(targets):
                    raise UnfitError("another number of values")
                # All are read before the first is set.
                hints = [each.id if isinstance(each, ast.Name) else "part" for each in targets]
                values = [self._by_names(v, h) for v, h in zip(values, hints, strict=True)]
                for one, each in zip(targets, values, strict=True):
                    self._assign(one, each)
            case ast.Subscript(array, index):
                self._store(self._array(array), index, calls.operand(value), _name_of(array))
            case _:
                raise UnfitError("another target")

    def _augment(self, target: ast.expr, operator: ast.operator, value: ast.expr) -> None:
        read = self.value(target)
        if isinstance(read, list):
            raise UnfitError("a list that grows")
        result = self._operation(operator, read, calls.operand(self.value(value)))
        if isinstance(read, Elements) and not isinstance(target, ast.Subscript):
            self._store(read, ast.Slice(), result, _name_of(target))
            if isinstance(target, ast.Attribute):  # which is set to what it was
                self._held[ast.unparse(target)] = read
            return
        self._assign(target, result)

    def _store(self, array: Elements, index: ast.expr, value: Operand, hint: str) -> None:
        """Elements of an array changed in place."""
        seen = array.shared or array.listed or (array.given and array.outside is None)
        if seen or array.kind != "float":
            raise UnfitError("what changes in place is seen elsewhere")
        places = np.atleast_1d(indices.places_at(array, index))
        shape = value.shape if isinstance(value, Elements) else ()
        zeros = [Number(few.constant(0.0), "float")] * places.size
        spread = self.writing.each(
            lambda number, _: few.as_float(number), value, Elements(zeros, places.shape)
        )
        if not isinstance(spread, Elements) or spread.shape != places.shape:
            raise UnfitError(f"{shape} is stored in {places.shape}")
        for place, number in zip(places.ravel().tolist(), spread.numbers, strict=True):
            array.numbers[place] = self.writing.named(number, _of_place(hint, array, place))
        if array.outside is None:
            return
        self._in_place = True
        self.handled += TAKEN_APART
        for place in places.ravel().tolist():
            where = [ast.Constant(int(k)) for k in np.unravel_index(place, array.shape)]
            part: ast.expr = where[0] if len(where) == 1 else ast.Tuple([*where], ast.Load())
            target = ast.Subscript(self._still_there(array), part, ast.Store())
            self.writing.store(target, array.numbers[place])

    def _by_names(self, value: Given, hint: str) -> Given:
        """What is held under a name: each number that is computed is computed once."""
        if isinstance(value, Number):
            return self.writing.named(value, hint)
        if isinstance(value, list):
            named = [self._by_names(each, f"{hint}_{k}") for k, each in enumerate(value)]
            return type(value)(named)
        value.numbers = [
            self.writing.named(number, _of_place(hint, value, place))
            for place, number in enumerate(value.numbers)
        ]
        return value

    # ------------------------------------------------------------ given away

    def given(self, value: Given) -> ast.expr:
        """An expression of what a caller or an attribute gets."""
        if isinstance(value, list):
            parts = [self.given(each) for each in value]
            fixed = isinstance(value, calls.TupleParts)
            return ast.Tuple(parts, ast.Load()) if fixed else ast.List(parts, ast.Load())
        if isinstance(value, Number):
            if value.own:
                return value.node
            self.handled += TAKEN_APART
            name = "bool_" if value.kind == "bool" else "float64"
            return self._function.call(name, [value.node])
        if value.outside is not None:
            return self._still_there(value)
        if value.shared or value.given:
            raise UnfitError("one array in two places")
        value.given = True
        self.handled += 1.0
        nodes = np.array([each.node for each in value.numbers], object).reshape(value.shape)
        return self._function.call("array", [_display(nodes.tolist())])

    def _still_there(self, array: Elements) -> ast.expr:
        """How an array from outside is written; names are never set anew, attributes may be."""
        outside = array.outside
        if outside is None:
            raise UnfitError("a new array")
        held = self._held.get(ast.unparse(outside), array)
        if isinstance(outside, ast.Attribute) and held is not array:
            raise UnfitError("what was there is no longer there")
        return outside


def _name_of(node: ast.expr) -> str:
    """A name for what is stored there."""
    if isinstance(node, ast.Subscript):
        return _name_of(node.value)
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "part")


def _names_of(target: ast.expr) -> list[str]:
    """Names in a tuple of them."""
    parts = target.elts if isinstance(target, ast.Tuple) else []
    return [each.id for each in parts if isinstance(each, ast.Name)]


def _of_place(hint: str, array: Elements, place: int) -> str:
    return f"{hint}_{''.join(map(str, np.unravel_index(place, array.shape)))}"


def _display(nodes: object) -> ast.expr:
    """A list of lists of expressions, written out."""
    if isinstance(nodes, list):
        return ast.List([_display(each) for each in nodes], ast.Load())
    if not isinstance(nodes, ast.expr):
        raise UnfitError("no expression")
    return nodes

"""Loops over the characters of a text that only count: once for each different character.

What a loop adds for one character it adds for every equal one, so each different character is
looked at once, and what it adds is multiplied by how often it comes.
"""

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from profiler_suite.analysis.explain import rewriting, syntax
from profiler_suite.analysis.explain.rewrites import forms
from profiler_suite.analysis.explain.rewriting import Function
from profiler_suite.measure.explain.records import Edit

CHARACTER_COUNTS = '''
def character_counts(text):
    """Every different character and how often it comes, in the order of their first places."""
    counts = np.bincount(np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32))
    found = sorted(map(chr, np.flatnonzero(counts)), key=text.index)
    return [(ch, int(counts[ord(ch)])) for ch in found]
'''.strip()

_FUNCTIONS = frozenset(["ord", "chr", "int", "len", "str"])
_WHOLE = frozenset(["ord", "int", "len"])
_METHODS = frozenset(
    [
        *("isalpha", "isdigit", "isalnum", "isspace", "isupper", "islower", "isnumeric"),
        *("isdecimal", "upper", "lower", "swapcase", "casefold", "startswith", "strip"),
    ]
)
_COMPUTING = (
    *(ast.Compare, ast.BoolOp, ast.BinOp, ast.UnaryOp, ast.IfExp, ast.Constant, ast.Name),
    *(ast.Tuple, ast.List, ast.Set, ast.Call, ast.Subscript, ast.Attribute),
    *(ast.boolop, ast.operator, ast.unaryop, ast.cmpop, ast.expr_context),
)
# Of these, an element can hold as large a number as is added at once.
_WIDE = ("int64", "float64")


@dataclass(frozen=True)
class CountingLoop:
    """A loop that only counts, and what makes it one over different characters."""

    loop: ast.For
    edits: list[Edit]


def counting_loops(function: Function) -> Iterator[CountingLoop]:
    """Every loop over the characters of a text that does nothing but add whole numbers."""
    for loop in function.nodes:
        if not isinstance(loop, ast.For) or loop.orelse or not _is_text(function, loop.iter):
            continue
        if isinstance(loop.target, ast.Name):
            made = _Counts(function, loop, loop.target.id).edits()
            if made:
                yield CountingLoop(loop, made)


def _is_text(function: Function, node: ast.expr) -> bool:
    """Whether it is a text, perhaps made upper or lower case."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and not node.args:
        changes_case = node.func.attr in ("upper", "lower", "casefold", "strip")
        return changes_case and _is_text(function, node.func.value)
    if not isinstance(node, ast.Name):
        return False
    form = forms.in_form(function.source.names.get(node.id, ""))
    return form is not None and form.dtype == "str"


class _Counts:
    """One loop: what it adds to, what it keeps from statement to statement."""

    def __init__(self, function: Function, loop: ast.For, character: str) -> None:
        self._function = function
        self._loop = loop
        self._times = rewriting.new_name(function, "times")
        self._known = {character}
        """What is set anew for each character."""
        self._added_to: set[str] = set()
        self._read: set[str] = {n.id for n in ast.walk(loop.iter) if isinstance(n, ast.Name)}
        self._edits: list[Edit] = []

    def edits(self) -> list[Edit]:
        """The loop over different characters; nothing where it does more than count."""
        if not all(map(self._suits, self._loop.body)) or not self._added_to:
            return []
        if self._added_to & (self._known | self._read) or self._is_known_outside():
            return []
        stored = syntax.stored_in(self._loop) - self._known - self._added_to
        if stored or self._read & (syntax.stored_in(self._loop) - self._known):
            return []
        start, end = self._function.span(self._loop.target)
        low, high = self._function.span(self._loop.iter)
        name = self._function.text[start:end]
        text = self._function.text[low:high]
        return [
            Edit(start=start, end=end, text=f"{name}, {self._times}"),
            Edit(start=low, end=high, text=f"character_counts({text})"),
            *self._edits,
        ]

    def _is_known_outside(self) -> bool:
        """Whether what the last character leaves is asked for after the loop."""
        inside = set(ast.walk(self._loop))
        used = (use for name in self._known for use in self._function.uses(name))
        return any(use not in inside for use in used)

    def _suits(self, statement: ast.stmt, *, always: bool = True) -> bool:
        match statement:
            case ast.Pass() | ast.Continue():
                return True
            case ast.If(test, body, orelse):
                branches = (self._suits(each, always=False) for each in (*body, *orelse))
                return self._computes(test) and all(branches)
            case ast.AugAssign(target, ast.Add() | ast.Sub(), value):
                return self._adds_to(target) and self._multiplied(value)
            case ast.Assign([ast.Name(name)], value):
                suits = always and self._computes(value)
                self._known.add(name)
                return suits
            case ast.Assign(
                [ast.Subscript(ast.Name() as counts, key) as target],
                ast.BinOp(ast.Call(got, [asked, ast.Constant(0)], []), ast.Add(), value),
            ):
                same = ast.unparse(got) == f"{counts.id}.get"
                same &= ast.unparse(asked) == ast.unparse(key)
                return same and self._adds_to(target) and self._multiplied(value)
        return False

    def _adds_to(self, target: ast.expr) -> bool:
        if isinstance(target, ast.Subscript):
            if not isinstance(target.value, ast.Name) or not self._computes(target.slice):
                return False
            target = target.value
        if not isinstance(target, ast.Name) or target.id in self._known:
            return False
        form = forms.in_form(self._function.source.names.get(target.id, ""))
        self._added_to.add(target.id)
        return form is None or form.kind != "array" or form.dtype in _WIDE

    def _multiplied(self, value: ast.expr) -> bool:
        """A whole number that is added, times how often; 1 goes without saying."""
        whole = isinstance(value, ast.Constant) and type(value.value) is int
        if isinstance(value, ast.Call) and isinstance(value.func, ast.Name):
            whole = value.func.id in _WHOLE and self._computes(value)
        if not whole:
            return False
        one = isinstance(value, ast.Constant) and value.value == 1
        text = self._function.text_of(value)
        start, end = self._function.span(value)
        multiplied = self._times if one else f"{text} * {self._times}"
        self._edits.append(Edit(start=start, end=end, text=multiplied))
        return True

    def _computes(self, node: ast.expr) -> bool:
        """Whether it is the same for equal characters, and changes nothing."""
        for each in ast.walk(node):
            if not isinstance(each, _COMPUTING) or isinstance(each, ast.Store | ast.Del):
                return False
            if isinstance(each, ast.Call) and not self._may_be_called(each):
                return False
            if isinstance(each, ast.Attribute) and not self._is_called(each):
                return False
            if isinstance(each, ast.Name):
                self._read.add(each.id)
        return True

    def _may_be_called(self, node: ast.Call) -> bool:
        if isinstance(node.func, ast.Name):
            known = self._function.bound.get(node.func.id, "")
            return node.func.id in _FUNCTIONS and known == f"builtins.{node.func.id}"
        return isinstance(node.func, ast.Attribute) and node.func.attr in _METHODS

    def _is_called(self, node: ast.Attribute) -> bool:
        around = self._function.parents[node]
        return isinstance(around, ast.Call) and around.func is node

"""Loops over the characters of a text, as loops over an array of their codes.

`for ch in text: k = ord(ch) - 97` asks for numbers; `text[i] == text[j]` and `ch in 'GC'`
compare what numbers compare as well. As an array's, such loops become array expressions.
"""

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from profiler_suite.analysis.explain import rewriting, syntax
from profiler_suite.analysis.explain.rewriting import Function
from profiler_suite.measure.explain.records import Edit

_MOST_CHARACTERS = 8
_HEADERS = ("enumerate", "zip", "reversed")


@dataclass(frozen=True)
class TextCodes:
    """A function with arrays of codes, and what its names hold then, in words."""

    text: str
    held: dict[str, str]


def as_codes(function: Function) -> TextCodes | None:
    """The function with codes in place of characters; None where no text has only those."""
    texts = [*_texts(function)]
    for chosen in (texts, *([each] for each in texts)):
        made = _Characters(function, chosen)
        edits = made.edits()
        if edits is not None:
            return _with_codes(function, made, edits)
    return None


def _with_codes(function: Function, made: "_Characters", edits: list[Edit]) -> TextCodes | None:
    held = dict.fromkeys(made.variables, "int64 number")
    before: dict[int, list[str]] = {}
    np = function.numpy
    for name, places in made.places.items():
        codes = rewriting.new_name(function, f"{name}_codes", held)
        held[codes] = "int64 (1000,)"
        edits += [rewriting.edit(function, each, codes) for each in places]
        raw = f"{name}.encode('utf-32-le', 'surrogatepass')"
        line = f"{codes} = {np}.frombuffer({raw}, {np}.uint32).astype(int)"
        before.setdefault(_first_statement(function, places).lineno, []).append(line)
    unique = {(each.start, each.end): each for each in edits}
    plain = _plain_codes(function, [*unique])
    inserted = rewriting.inserted(function, before)
    changed = rewriting.spliced(function, [*unique.values(), *plain, *inserted])
    return None if changed is None else TextCodes(changed.source, held)


def _texts(function: Function) -> Iterator[str]:
    """Names that hold one text all the time."""
    parameters = {
        each.arg for each in ast.walk(function.node.args) if isinstance(each, ast.arg)
    }
    for name, words in function.source.names.items():
        if not words.startswith("str ") or not name.isidentifier():
            continue
        uses = function.uses(name)
        stored = [each for each in uses if not isinstance(each.ctx, ast.Load)]
        top = [function.parents[function.statement_of(each)] for each in stored]
        if (name in parameters and not stored) or top == [function.node]:
            yield name


def _first_statement(function: Function, places: list[ast.Name]) -> ast.stmt:
    """The first statement of the function's own body that one of these stands in."""
    inside = {id(each) for each in places}
    return next(
        statement
        for statement in function.node.body
        if any(id(each) in inside for each in ast.walk(statement))
    )


def _plain_codes(function: Function, taken: list[tuple[int, int]]) -> Iterator[Edit]:
    """`ord('a')` as a number, where nothing around it is replaced anyway."""
    for node in function.nodes:
        if not isinstance(node, ast.Call) or ast.unparse(node.func) != "ord":
            continue
        code = _code(node.args[0]) if len(node.args) == 1 else None
        start, end = function.span(node)
        if code is not None and not any(a <= start and end <= b for a, b in taken):
            yield rewriting.edit(function, node, str(code))


def _code(node: ast.expr) -> int | None:
    """The code of a character that stands there; None for anything else."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str) and len(node.value) == 1:
        return ord(node.value)
    return None


class _Characters:
    """The characters of texts: where they are asked for, and by which names."""

    def __init__(self, function: Function, texts: Sequence[str]) -> None:
        self.function = function
        self.texts = texts
        self.places: dict[str, list[ast.Name]] = {}
        """Where an array stands in place of each text."""
        self.variables: set[str] = set()
        self._elements: list[ast.expr] = []

    def edits(self) -> list[Edit] | None:
        """What is written otherwise; None where more is asked of a character, or nothing."""
        for text in self.texts:
            for use in syntax.uses(self.function.node, text):
                self._look_at(use)
        if not self._elements and not self.variables:
            return None
        for name in sorted(self.variables):
            for use in syntax.uses(self.function.node, name):
                if isinstance(use.ctx, ast.Load):
                    self._elements.append(use)
                elif not self._is_character(use):
                    return None
        found: list[Edit] = []
        for each in self._elements:
            made = self._edit(each)
            if made is None:
                return None
            found += made
        return found

    def _look_at(self, use: ast.Name) -> None:
        """Notes an element of the text, or a loop over all of it."""
        parent = self.function.parents[use]
        if isinstance(parent, ast.Subscript) and parent.value is use:
            if not isinstance(parent.slice, ast.Slice):
                self.places.setdefault(use.id, []).append(use)
                self._note(parent)
            return
        header: ast.AST = parent
        target = getattr(parent, "target", None) if getattr(parent, "iter", 0) is use else None
        if isinstance(parent, ast.Call) and ast.unparse(parent.func) in _HEADERS:
            header = self.function.parents[parent]
            target = self._part(getattr(header, "target", None), parent, use)
        if isinstance(header, ast.For | ast.comprehension) and isinstance(target, ast.Name):
            self.places.setdefault(use.id, []).append(use)
            self.variables.add(target.id)

    @staticmethod
    def _part(target: ast.expr | None, call: ast.Call, use: ast.Name) -> ast.expr | None:
        """The part of a header's target that gets the characters."""
        name = ast.unparse(call.func)
        if name == "reversed" or not isinstance(target, ast.Tuple):
            return target if name == "reversed" else None
        place = (
            1
            if name == "enumerate"
            else next((k for k, each in enumerate(call.args) if each is use), -1)
        )
        return target.elts[place] if 0 <= place < len(target.elts) else None

    def _note(self, element: ast.Subscript) -> None:
        """An element, or the name that it is kept under."""
        statement = self.function.parents[element]
        if isinstance(statement, ast.Assign) and statement.value is element:
            (target, *more) = statement.targets
            if isinstance(target, ast.Name) and not more:
                self.variables.add(target.id)
                return
        self._elements.append(element)

    def _is_character(self, stored: ast.Name) -> bool:
        """Whether a name is set to a character of the texts there."""
        parent: ast.AST = self.function.parents[stored]
        if isinstance(parent, ast.Tuple):
            parent = self.function.parents[parent]
        value = (
            parent.value if isinstance(parent, ast.Assign) else getattr(parent, "iter", None)
        )
        inside = ast.walk(value) if value is not None else ()
        return any(isinstance(each, ast.Name) and each.id in self.texts for each in inside)

    def _edit(self, element: ast.expr) -> list[Edit] | None:
        """What stands around a character, of codes; None where that is anything else."""
        parent = self.function.parents[element]
        if isinstance(parent, ast.Call) and ast.unparse(parent.func) == "ord":
            start, end = self.function.span(parent)
            low, high = self.function.span(element)
            return [Edit(start=start, end=low, text=""), Edit(start=high, end=end, text="")]
        if isinstance(parent, ast.Compare):
            return self._of_comparison(parent)
        return None

    def _of_comparison(self, node: ast.Compare) -> list[Edit] | None:
        if isinstance(node.ops[0], ast.In | ast.NotIn):
            return self._of_membership(node)
        sides = [node.left, *node.comparators]
        others = [each for each in sides if not self._is_element(each)]
        codes = [_code(each) for each in others]
        if any(code is None for code in codes):
            return None
        return [
            rewriting.edit(self.function, each, str(code))
            for each, code in zip(others, codes, strict=True)
        ]

    def _of_membership(self, node: ast.Compare) -> list[Edit] | None:
        """`ch in 'GC'`, where an empty text has no character that is in it."""
        if len(node.ops) > 1 or not isinstance(node.left, ast.Name):
            return None
        (group,) = node.comparators
        values = (
            [ast.Constant(each) for each in group.value]
            if isinstance(group, ast.Constant) and isinstance(group.value, str)
            else getattr(group, "elts", [])
        )
        codes = [_code(each) for each in values]
        if not 0 < len(codes) <= _MOST_CHARACTERS or any(code is None for code in codes):
            return None
        sign, joint = ("==", "or") if isinstance(node.ops[0], ast.In) else ("!=", "and")
        tests = f" {joint} ".join(f"{node.left.id} {sign} {code}" for code in codes)
        start, end = self.function.span(node)
        return [Edit(start=start, end=end, text=f"({tests})")]

    def _is_element(self, node: ast.expr) -> bool:
        if isinstance(node, ast.Name):
            return node.id in self.variables
        return any(node is each for each in self._elements)

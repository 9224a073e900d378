"""Loops over keys that compute sums and means by a mask of each: those of all keys at once."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from profiler_suite.analysis.explain import rewriting, syntax
from profiler_suite.analysis.explain.rewrites import forms, patterns
from profiler_suite.analysis.explain.rewrites.mask_reductions import (
    HELPERS,
    KEYS,
    KeyMask,
    KeyPart,
    MaskReader,
    NotByKeyError,
)
from profiler_suite.analysis.explain.rewriting import Function
from profiler_suite.measure.explain.records import Edit

Loop = ast.For | ast.ListComp | ast.DictComp


@dataclass(frozen=True)
class AtOnce:
    """A loop over keys, and what computes the same for all of them."""

    statement: ast.stmt
    keys: str
    edits: tuple[Edit, ...]
    helpers: tuple[str, ...]


@dataclass(frozen=True)
class _KeyHead:
    """The keys that a loop goes over: how to write them, and what counts them."""

    key: str
    counter: str
    wanted: str
    first: str
    """What the keys begin with where they count upwards; empty for others."""


def at_once(function: Function) -> Iterator[AtOnce]:
    """Every loop over keys that only stores, appends or lists a value of each."""
    for loop in function.nodes:
        if not isinstance(loop, Loop):
            continue
        try:
            made = _At(function, loop).made()
        except NotByKeyError:
            continue
        if made is not None:
            yield made


def _head(function: Function, loop: Loop) -> _KeyHead | None:
    if not isinstance(loop, ast.For) and (len(loop.generators) > 1 or loop.generators[0].ifs):
        return None
    head = loop if isinstance(loop, ast.For) else loop.generators[0]
    target, iterated, counter = head.target, head.iter, ""
    counted = patterns.match(function, iterated, "enumerate(X)")
    if counted is not None and isinstance(target, ast.Tuple) and len(target.elts) == 2:
        counter, target, iterated = ast.unparse(target.elts[0]), target.elts[1], counted["X"]
    if not isinstance(target, ast.Name):
        return None
    given = iterated.args if isinstance(iterated, ast.Call) else []
    called = function.qualified(iterated.func) if isinstance(iterated, ast.Call) else ""
    if called == "builtins.range" and len(given) in (1, 2) and not counter:
        first = "0" if len(given) == 1 else function.text_of(given[0])
        if not first.isidentifier() and not first.isdigit():
            return None
        return _KeyHead(target.id, "", function.text_of(iterated), first)
    unique = _defined(function, iterated)
    is_unique = patterns.match(function, unique, "np.unique(X)") is not None
    return _KeyHead(target.id, counter, function.text_of(iterated), "") if is_unique else None


def _defined(function: Function, node: ast.expr) -> ast.expr:
    """What a name is set to, where that is done once; other expressions as they are."""
    if not isinstance(node, ast.Name):
        return node
    stored = [n for n in function.uses(node.id) if not isinstance(n.ctx, ast.Load)]
    parent = function.parents[stored[0]] if len(stored) == 1 else None
    return parent.value if isinstance(parent, ast.Assign) else node


class _At:
    """One loop."""

    def __init__(self, function: Function, loop: Loop) -> None:
        head = _head(function, loop)
        if head is None:
            raise NotByKeyError("no keys")
        self.function = function
        self.loop = loop
        self.head = head
        self.asked = self._asked()
        self.reader = MaskReader(function, self.asked)

    def _asked(self) -> KeyMask:
        """The array that is compared with the key."""
        function, key = self.function, self.head.key
        masks = {}
        for node in ast.walk(self.loop):
            match node:
                case ast.Compare(ast.Name(keys), [ast.Eq()], [ast.Name(other)]) if other == key:
                    masks[ast.unparse(node)] = keys, keys
                case ast.Compare(
                    ast.Name(keys),
                    [ast.Eq()],
                    [ast.BinOp(ast.Name(other), ast.Add(), ast.Constant(int() as more))],
                ) if other == key:
                    masks[ast.unparse(node)] = keys, f"{keys} - {more}"
        if len(masks) != 1:
            raise NotByKeyError("no mask, or several")
        ((mask, (keys, text)),) = masks.items()
        form = forms.of(function, ast.Name(keys, ast.Load()))
        known = form is not None and form.kind == "array" and form.letter in "iuf"
        if form is None or not known or not form.shape:
            raise NotByKeyError("keys that are no numbers")
        if text != keys and form.letter != "i":
            raise NotByKeyError("keys that cannot be subtracted from")
        self.keys_text = text
        wanted = self._wanted = self._name(f"{keys}_wanted")
        self._kept = self._name("kept")
        return KeyMask(
            mask=mask,
            keys=keys,
            key=key,
            rank=len(form.shape),
            numbers=self._name(f"{keys}_number"),
            count=f"len({wanted})",
            values=f"{function.numpy}.asarray({wanted})",
        )

    def _name(self, hint: str) -> str:
        return rewriting.new_name(self.function, hint)

    def made(self) -> AtOnce | None:
        """The edits; None where it is nothing but counts and keys."""
        function, loop = self.function, self.loop
        statement = function.statement_of(loop)
        before = [
            f"{self._wanted} = {self.head.wanted}",
            f"{self.asked.numbers} = number_of_key({self.keys_text}, {self._wanted})",
        ]
        if isinstance(loop, ast.For):
            lines = self._body(loop)
            start, end = function.span(loop)
            text = f"\n{' ' * loop.col_offset}".join(lines)
        else:
            node, text = self._listed(loop)
            start, end = function.span(node)
        edits = [
            Edit(start=start, end=end, text=text),
            *rewriting.inserted(function, {statement.lineno: before}),
        ]
        if not self.reader.read:
            return None
        return AtOnce(statement, self.asked.keys, tuple(edits), _needed(text))

    # -------------------------------------------------------- comprehensions

    def _listed(self, loop: ast.ListComp | ast.DictComp) -> tuple[ast.expr, str]:
        """What is replaced, and by what."""
        if isinstance(loop, ast.DictComp):
            if ast.unparse(loop.key) != self.head.key:
                raise NotByKeyError("another key")
            value = self._value(loop.value)
            keys = f"{self.asked.values}.tolist()"
            return loop, f"dict(zip({keys}, {value.closed}.tolist()))"
        value = self._value(loop.elt)
        for pattern in ("np.array(X)", "np.asarray(X)"):
            parent = self.function.parents[loop]
            one = isinstance(parent, ast.Call) and patterns.match(
                self.function, parent, pattern
            )
            if one and one["X"] is loop:
                return one.node, value.text
        return loop, f"{value.closed}.tolist()" if not value.more else f"list({value.text})"

    def _value(self, node: ast.expr) -> KeyPart:
        made = self.reader.of(node)
        if made.kind != KEYS:
            raise NotByKeyError("it is no value of a key")
        return made

    # ----------------------------------------------------------------- loops

    def _body(self, loop: ast.For) -> list[str]:
        """The lines that stand for the loop."""
        if loop.orelse:
            raise NotByKeyError("an else")
        values: dict[str, ast.expr] = {}
        lines: list[str] = []
        stored: set[str] = set()
        body, condition = list(loop.body), ""
        while body:
            statement = body.pop(0)
            if isinstance(statement, ast.If) and not condition:
                body, condition = self._guarded(statement, body, values)
                continue
            if isinstance(statement, ast.Assign) and len(statement.targets) == 1:
                target = statement.targets[0]
                value = syntax.substituted(statement.value, values)
                if isinstance(target, ast.Name):
                    values[target.id] = value
                    continue
                lines.append(self._stored(syntax.substituted(target, values), value, condition))
                stored |= syntax.names_in(target) & syntax.stored_in(target)
                continue
            if isinstance(statement, ast.Expr):
                lines.append(self._appended(syntax.substituted(statement, values), condition))
                continue
            raise NotByKeyError("another statement")
        self._check(loop, set(values), lines)
        return [f"{self._kept} = {condition}", *lines] if condition else lines

    def _guarded(
        self, statement: ast.If, after: list[ast.stmt], values: dict[str, ast.expr]
    ) -> tuple[list[ast.stmt], str]:
        """What is done for some keys, and for which."""
        skips = len(statement.body) == 1 and isinstance(statement.body[0], ast.Continue)
        test = ast.UnaryOp(ast.Not(), statement.test) if skips else statement.test
        truth = self.reader.truth(syntax.substituted(test, values))
        if statement.orelse or (after and not skips):
            raise NotByKeyError("a choice")
        return after if skips else statement.body, truth

    def _check(self, loop: ast.For, named: set[str], lines: list[str]) -> None:
        """No name of the loop is read after it, and nothing that it reads changes in it."""
        names = named | {self.head.key, self.head.counter} - {""}
        inside = set(ast.walk(loop))
        if not lines or any(
            n not in inside
            for name in names
            for n in syntax.uses(self.function.node, name)
            if isinstance(n.ctx, ast.Load)
        ):
            raise NotByKeyError("its names are used after it")
        changed = syntax.changed_in(loop) - names
        painted = {
            line.partition("(")[2].partition(",")[0] for line in lines if "put_by" in line
        }
        read = (self.reader.read - painted) | self.reader.others | {self.asked.keys}
        if read & changed:
            raise NotByKeyError("it changes what it reads")

    def _stored(self, target: ast.expr, value: ast.expr, condition: str) -> str:
        if not isinstance(target, ast.Subscript) or not isinstance(target.value, ast.Name):
            raise NotByKeyError("it sets something else")
        made, out = self._value(value), target.value.id
        picked = f"[{self._kept}]" if condition else ""
        place = target.slice
        if ast.unparse(place) == self.asked.mask:
            form = forms.of(self.function, target.value)
            if form is None or len(form.shape) != self.asked.rank + made.more or condition:
                raise NotByKeyError("elements of another shape")
            return f"put_by_key({out}, {self.asked.numbers}, {made.text})"
        parts = place.elts if isinstance(place, ast.Tuple) else [place]
        counts = ast.unparse(parts[0]) in (self.head.counter, self.head.key)
        if not counts or self.head.key in {n for p in parts[1:] for n in syntax.names_in(p)}:
            raise NotByKeyError("another place")
        more = "".join(f", {ast.unparse(each)}" for each in parts[1:])
        if self._is_dictionary(target.value):
            given = f"{self.asked.values}{picked}.tolist(), {made.closed}{picked}.tolist()"
            if more or made.more:
                raise NotByKeyError("rows in a dictionary")
            return f"{out}.update(zip({given}))"
        form = forms.of(self.function, target.value)
        if form is None or form.kind != "array":
            raise NotByKeyError("it sets something else")
        rows = f"{self.head.first}:{self._last()}"
        if ast.unparse(parts[0]) == self.head.key and not self.head.first:
            rows = self._wanted if not picked else f"{self._wanted}{picked}"
        elif picked:
            np = self.function.numpy
            begin = "" if self.head.first in ("", "0") else f"{self.head.first} + "
            rows = f"{begin}{np}.flatnonzero({self._kept})"
        elif rows.startswith("0:"):
            rows = rows[1:]
        return f"{out}[{rows}{more}] = {made.closed if picked else made.text}{picked}"

    def _last(self) -> str:
        """Where the places of the keys end."""
        if not self.head.first:
            return self.asked.count
        return f"{self._wanted}.stop"

    def _is_dictionary(self, node: ast.Name) -> bool:
        return ast.unparse(_defined(self.function, node)) in ("{}", "dict()")

    def _appended(self, statement: ast.Expr, condition: str) -> str:
        one = patterns.match(self.function, statement.value, "OUT.append(E)")
        if one is None or not isinstance(one["OUT"], ast.Name):
            raise NotByKeyError("another call")
        made = self._value(one["E"])
        text = f"{made.closed}[{self._kept}]" if condition else made.closed
        return f"{one['OUT'].id}.extend({text}{'' if made.more else '.tolist()'})"


def _needed(text: str) -> tuple[str, ...]:
    """The helpers that a text calls, and those that these call."""
    found = set()
    texts = [text, "number_of_key("]
    while texts:
        text = texts.pop()
        for helper in HELPERS:
            name = helper.removeprefix("def ").partition("(")[0]
            if f"{name}(" in text and helper not in found:
                found.add(helper)
                texts.append(helper)
    return ("import numpy as np", *(helper for helper in HELPERS if helper in found))

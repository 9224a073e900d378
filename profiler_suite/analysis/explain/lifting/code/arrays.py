"""Array expressions as text, with the label of each of their axes."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from profiler_suite.analysis.explain.lifting.normal_form.terms import Label, Refusal


@dataclass(frozen=True)
class Array:
    """An array expression; `parts` are its last subscripts, where they are basic ones."""

    text: str
    dims: tuple[Label, ...] = ()
    base: str = ""
    parts: tuple[str, ...] = ()
    """One per axis of the base: ':', 'a:b', a number; '' where there is no such form."""

    @property
    def atom(self) -> str:
        """Its text, so that a dot or a bracket may follow."""
        return closed(self.text)


@lru_cache(maxsize=1024)
def closed(text: str) -> str:
    """A text that a dot or a bracket may follow."""
    try:
        node = ast.parse(text, mode="eval").body
    except SyntaxError as error:
        raise Refusal(f"{text!r} could not be written") from error
    if isinstance(node, ast.Name | ast.Attribute | ast.Subscript | ast.Call):
        return text
    return f"({text})"


@lru_cache(maxsize=1024)
def tidy(text: str) -> str:
    """Without needless parentheses."""
    return _generators_alone(ast.unparse(ast.parse(text)))


def _generators_alone(text: str) -> str:
    """'sum(a for a in b)': `unparse` gives a call's only argument brackets of its own."""
    if "\n" in text or " for " not in text or not text.isascii():
        return text
    needless: set[int] = set()
    for node in ast.walk(ast.parse(text)):
        if not isinstance(node, ast.Call) or len(node.args) != 1 or node.keywords:
            continue
        (only,) = node.args
        if isinstance(only, ast.GeneratorExp) and only.end_col_offset is not None:
            around = (only.col_offset - 1, only.end_col_offset)
            if [text[place : place + 1] for place in around] == ["(", ")"]:
                needless.update(around)
    return "".join(each for place, each in enumerate(text) if place not in needless)


def indexed(base: str, dims: tuple[Label, ...], parts: Sequence[str]) -> Array:
    """Basic indices on an array."""
    shown = list(parts)
    while shown and shown[-1] == ":":
        shown.pop()
    text = f"{base}[{', '.join(shown)}]" if shown else base
    return Array(text, dims, base, tuple(parts))


def ordered(array: Array, dims: Sequence[Label]) -> Array:
    """With its axes in the order of `dims`, of which it may lack some."""
    wanted = tuple(each for each in dims if each in array.dims)
    if len(wanted) != len(array.dims):
        missing = [each.name for each in array.dims if each not in wanted]
        raise Refusal(f"an axis gets lost: {missing}")
    if wanted == array.dims:
        return array
    places = [array.dims.index(each) for each in wanted]
    if places == list(range(len(places)))[::-1]:
        return Array(f"{array.atom}.T", wanted)
    return Array(f"{array.atom}.transpose({', '.join(map(str, places))})", wanted)


def expanded(array: Array, dims: Sequence[Label]) -> Array:
    """With axes of extent 1 where it lacks some of `dims` after its own first one."""
    array = ordered(array, dims)
    inner = list(dims)
    while inner and inner[0] not in array.dims:
        inner.pop(0)
    if len(inner) == len(array.dims):
        return array
    if array.parts:
        return _merged(array, inner)
    parts = [":" if each in array.dims else "None" for each in inner]
    while parts and parts[-1] == ":":
        parts.pop()
    return Array(f"{array.atom}[{', '.join(parts)}]", tuple(inner))


def _merged(array: Array, inner: Sequence[Label]) -> Array:
    parts: list[str] = []
    todo = list(array.parts)

    def numbers() -> None:
        while todo and ":" not in todo[0]:
            parts.append(todo.pop(0))

    for each in inner:
        if each in array.dims:
            numbers()
            parts.append(todo.pop(0))
        else:
            parts.append("None")
    parts += todo
    return indexed(array.base, tuple(inner), parts)


def full(array: Array, dims: Sequence[Label]) -> str:
    """Text of an array with exactly these axes, broadcast ones of extent 1."""
    wide = expanded(array, dims)
    lacking = len(dims) - len(wide.dims)
    if lacking:
        return f"{wide.atom}[{', '.join(['None'] * lacking)}]"
    return wide.text


def fitting(value: Array, dims: Sequence[Label]) -> Array:
    """The value; refused where it has more axes than its place."""
    if any(each not in dims for each in value.dims):
        raise Refusal("only the last of several iterations counts")
    return value

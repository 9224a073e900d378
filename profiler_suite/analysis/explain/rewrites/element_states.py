"""What names hold where ways through a function meet: after branches, at the head of a loop."""

import ast
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TypeAlias

import numpy as np

from profiler_suite.analysis.explain.rewrites import few_elements as few
from profiler_suite.analysis.explain.rewrites.few_element_calls import Given
from profiler_suite.analysis.explain.rewrites.few_elements import Elements, Number, UnfitError

Key: TypeAlias = tuple[str, str]
"""'held' by a name or 'read' from outside, and the name or attribute."""
State: TypeAlias = Mapping[Key, Given]


class Unknown(list[Given]):
    """What a name holds where one way sets it and another does not, or to something else."""


def copied(state: State) -> dict[Key, Given]:
    """The same in arrays of their own: changes in place do not reach the first."""
    return Meeting([state], lambda _: "").state


class Meeting:
    """What the names hold where states meet: a name for each number that differs."""

    def __init__(
        self,
        states: Sequence[State],
        new_name: Callable[[str], str],
        again: State | None = None,
    ) -> None:
        """`again` is what was found when fewer of the states were known, for a loop: names
        that it has for numbers stay theirs.
        """
        self._new_name = new_name
        self._names: dict[tuple[str, ...], ast.Name] | None = {} if again is None else None
        self._arrays: dict[tuple[int, ...], Elements] = {}
        before = again or {}
        keys = dict.fromkeys(key for state in states for key in state)
        self.state: dict[Key, Given] = {}
        for key in keys:
            parts = [state.get(key, Unknown()) for state in states]
            self.state[key] = self._value(parts, _hint(key), before.get(key, Unknown()))
        self._separate(len(states))

    def _value(self, parts: Sequence[Given], hint: str, before: Given) -> Given:
        if any(isinstance(each, Unknown) for each in parts):
            return Unknown()
        numbers = [each for each in parts if isinstance(each, Number)]
        if len(numbers) == len(parts):
            return self._number(numbers, hint, before)
        arrays = [each for each in parts if isinstance(each, Elements)]
        if len(arrays) == len(parts) and len({(each.shape, each.kind) for each in arrays}) == 1:
            return self._array(arrays, hint, before)
        rows = [each for each in parts if isinstance(each, list)]
        if len(rows) < len(parts) or len({(type(each), len(each)) for each in rows}) > 1:
            return Unknown()
        names = before if isinstance(before, list) and before else [Unknown()] * len(rows[0])
        columns = zip(zip(*rows, strict=True), names, strict=True)
        made = [self._value(each, f"{hint}_{k}", n) for k, (each, n) in enumerate(columns)]
        return type(rows[0])(made)

    def _number(self, numbers: Sequence[Number], hint: str, before: Given) -> Given:
        if len({each.kind for each in numbers}) > 1:
            try:
                numbers = [few.as_float(each) for each in numbers]
            except UnfitError:
                return Unknown()
        texts = tuple(ast.unparse(each.node) for each in numbers)
        node = numbers[0].node
        named = isinstance(before, Number) and isinstance(before.node, ast.Name)
        if isinstance(before, Number) and named and ast.unparse(before.node) != texts[0]:
            node = before.node
        elif len(set(texts)) > 1:
            names = {} if self._names is None else self._names
            if texts not in names:
                names[texts] = ast.Name(self._new_name(hint), ast.Load())
            node = names[texts]
        return Number(node, numbers[0].kind, all(each.own for each in numbers))

    def _array(self, arrays: Sequence[Elements], hint: str, before: Given) -> Given:
        same = tuple(map(id, arrays))
        if same in self._arrays:
            return self._arrays[same]
        first = arrays[0]
        names: Sequence[Given] = [Unknown()] * len(first.numbers)
        if isinstance(before, Elements) and before.shape == first.shape:
            names = before.numbers
        numbers = []
        for place, each in enumerate(zip(*(a.numbers for a in arrays), strict=True)):
            where = "".join(map(str, np.unravel_index(place, first.shape)))
            made = self._number(each, f"{hint}_{where}", names[place])
            if not isinstance(made, Number):
                return Unknown()
            numbers.append(made)
        outside = {ast.unparse(each.outside) if each.outside else "" for each in arrays}
        made_array = Elements(
            numbers,
            first.shape,
            outside=first.outside if len(outside) == 1 else None,
            shared=len(outside) > 1 or any(each.shared for each in arrays),
            given=any(each.given for each in arrays),
            listed=any(each.listed for each in arrays),
        )
        self._arrays[same] = made_array
        return made_array

    def _separate(self, count: int) -> None:
        """One array on one way that is two on another is not changed in place."""
        for k in range(count):
            seen: dict[int, Elements] = {}
            for ids, array in self._arrays.items():
                other = seen.setdefault(ids[k], array)
                if other is not array:
                    other.shared = array.shared = True


def described(state: State) -> dict[Key, object]:
    """All of it: what is found of two states with one description is the same."""
    order: dict[int, int] = {}

    def of(value: Given) -> object:
        if isinstance(value, Number):
            return value.kind, value.own, ast.unparse(value.node)
        if isinstance(value, Elements):
            place = order.setdefault(id(value), len(order))
            outside = ast.unparse(value.outside) if value.outside else ""
            flags = value.shared, value.given, value.listed
            return value.shape, place, outside, flags, tuple(map(of, value.numbers))
        return type(value), tuple(map(of, value))

    return {key: of(state[key]) for key in sorted(state) if not isinstance(state[key], Unknown)}


def assigned(heads: State, state: State) -> dict[str, ast.expr]:
    """What the names of the heads are set to, so that they hold what the state does."""
    found = {}
    for key, head in heads.items():
        for one, other in _together(head, state.get(key, Unknown())):
            if not isinstance(one.node, ast.Name):
                continue
            same = one.kind == other.kind
            node = other.node if same else few.as_float(other).node
            if ast.unparse(node) != one.node.id:
                found[one.node.id] = node
    return found


def with_numbers_of(heads: State, state: State) -> dict[Key, Given]:
    """The state by the names of the heads, which hold its numbers now."""
    made = copied(state)
    for key, value in made.items():
        head = heads.get(key, Unknown())
        if described({key: value}).keys() != described({key: head}).keys():
            made[key] = Unknown()
            continue
        made[key] = _named_like(value, head)
    return made


def _named_like(value: Given, head: Given) -> Given:
    if isinstance(value, Number) and isinstance(head, Number):
        same = value.kind == head.kind
        return Number(head.node, value.kind, value.own) if same else Unknown()
    if isinstance(value, Elements) and isinstance(head, Elements):
        if value.shape != head.shape or value.kind != head.kind:
            return Unknown()
        value.numbers = list(head.numbers)
        return value
    if isinstance(value, list) and isinstance(head, list) and len(value) == len(head):
        pairs = zip(value, head, strict=True)
        return type(value)([_named_like(one, other) for one, other in pairs])
    return Unknown()


def _together(one: Given, other: Given) -> Iterator[tuple[Number, Number]]:
    """Numbers at the same places."""
    if isinstance(one, Number) and isinstance(other, Number):
        if one.kind == other.kind or "bool" not in (one.kind, other.kind):
            yield one, other
    elif isinstance(one, Elements) and isinstance(other, Elements):
        if one.shape == other.shape:
            for pair in zip(one.numbers, other.numbers, strict=True):
                yield from _together(*pair)
    elif isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        for each in zip(one, other, strict=True):
            yield from _together(*each)


def _hint(key: Key) -> str:
    return key[1].rpartition(".")[2]

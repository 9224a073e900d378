"""Loops over arrays that keep the values of each key in a list of its own.

Where every list is only added up, averaged, counted or searched for its extreme, that is done
for all keys at once; else the lists become arrays, which one sort cuts apart.
"""

import ast
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple, TypeGuard

from profiler_suite.analysis.explain import rewriting, syntax
from profiler_suite.analysis.explain.rewrites import forms, patterns
from profiler_suite.analysis.explain.rewriting import Function
from profiler_suite.measure.explain.records import Edit

NUMBERS_OF_KEYS = '''
def numbers_of_keys(keys):
    """The different keys in the order of their first, and the number of each element's key."""
    if len(keys) and keys.dtype.kind in "iu" and keys.max() < 2**62:
        low = int(keys.min())
        size = int(keys.max()) - low + 1
        if size <= 4 * len(keys):
            places = keys.astype(np.int64) - low
            first = np.full(size, -1)
            first[places[::-1]] = np.arange(len(keys) - 1, -1, -1)
            order = np.flatnonzero(first >= 0)
            order = order[np.argsort(first[order])]
            number = np.empty(size, np.int64)
            number[order] = np.arange(len(order))
            return keys[first[order]], number[places]
    found, first, places = np.unique(keys, return_index=True, return_inverse=True)
    order = np.argsort(first)
    number = np.empty(len(order), np.int64)
    number[order] = np.arange(len(order))
    return found[order], number[places]
'''.strip()
ARRAYS_BY_KEY = '''
def arrays_by_key(keys, values):
    """The values of each key as an array, the keys in the order of their first."""
    found, numbers = numbers_of_keys(keys)
    # Whole numbers of 16 bits are sorted by counting.
    order = np.argsort(numbers.astype(np.min_scalar_type(len(found))), kind="stable")
    ends = np.cumsum(np.bincount(numbers, minlength=len(found)))
    return zip(found, np.split(values[order], ends[:-1]))
'''.strip()
_OF_ALL = '''
def {name}(keys, values):
    """{words} of what belongs to each key, in the order of their first."""
    found, numbers = numbers_of_keys(keys)
    return zip(found, {result})
'''
_EXTREMES = '''
def {name}(keys, values):
    """The {word} of what belongs to each key, in the order of their first."""
    found, numbers = numbers_of_keys(keys)
    extremes = np.empty(len(found), values.dtype)
    extremes[numbers[::-1]] = values[::-1]
    with np.errstate(invalid="ignore"):
        np.{ufunc}.at(extremes, numbers, values)
    return zip(found, extremes)
'''


@dataclass(frozen=True)
class Reduction:
    """What is made of the values of each key."""

    name: str
    """Of the helper that does it for all keys."""
    helper: str
    patterns: tuple[str, ...]
    """How it is written for the list X."""
    letters: str
    """Which kinds of values it may have, by the letters of their dtypes; 'd' is double."""
    premise: str = ""


def _of_all(name: str, words: str, result: str, given: tuple[str, ...]) -> Reduction:
    helper = _OF_ALL.format(name=name, words=words, result=result).strip()
    return Reduction(name, helper, given, "d")


def _extremes(name: str, word: str, ufunc: str, python: str) -> tuple[Reduction, ...]:
    helper = _EXTREMES.format(name=name, word=word, ufunc=ufunc).strip()
    numpy = (f"np.{python}(X)", f"np.a{python}(X)")
    return (
        Reduction(name, helper, numpy, "dfiu"),
        Reduction(name, helper, (f"{python}(X)",), "iu"),
        Reduction(name, helper, (f"{python}(X)",), "df", "where no NaN is compared"),
    )


_SUM, _COUNT = "np.bincount(numbers, values)", "np.bincount(numbers)"
REDUCTIONS = (
    _of_all("sums_by_key", "The sum", _SUM, ("sum(X)", "np.sum(X)")),
    _of_all(
        "means_by_key",
        "The mean",
        f"{_SUM} / {_COUNT}",
        ("np.mean(X)", "np.average(X)", "sum(X) / len(X)", "np.sum(X) / len(X)"),
    ),
    Reduction(
        "counts_by_key",
        _OF_ALL.format(
            name="counts_by_key", words="The number", result=f"{_COUNT}.tolist()"
        ).strip(),
        ("len(X)",),
        "dfiubMmUSc",
    ),
    *_extremes("largest_by_key", "largest", "maximum", "max"),
    *_extremes("smallest_by_key", "smallest", "minimum", "min"),
)
# Whole numbers, dates and durations: NaN, which equals nothing, would be a key of its own.
_KEYS = "iuMm"
_EMPTY = ("{}", "dict()", "defaultdict(list)")
_OF_KEYS = ("sorted", "len", "set", "list", "tuple", "enumerate", "max", "min")


@dataclass(frozen=True)
class _Grouping:
    """A dictionary of lists, and the arrays that a loop fills it from."""

    name: str
    keys: str
    values: str
    letter: str
    """Of the dtype of the values; 'd' is double."""


class ByKey(NamedTuple):
    """What stands in place of the loop."""

    edits: list[Edit]
    helpers: list[str]
    premise: str = ""


def kept_by_key(function: Function, loop: ast.For) -> Iterator[ByKey]:
    """Ways to do for all keys at once what the loop does, and what its lists are used for."""
    grouping = _grouping(function, loop)
    if grouping is None:
        return
    start, end = function.span(loop)

    def update(helper: str) -> Edit:
        made = f"{grouping.name}.update({helper}({grouping.keys}, {grouping.values}))"
        return Edit(start=start, end=end, text=made)

    for reduction in REDUCTIONS:
        if grouping.letter in reduction.letters:
            edits = _reduced(function, loop, grouping.name, reduction.patterns)
            if edits:
                helpers = [NUMBERS_OF_KEYS, reduction.helper]
                yield ByKey([update(reduction.name), *edits], helpers, reduction.premise)
    yield ByKey([update("arrays_by_key")], [NUMBERS_OF_KEYS, ARRAYS_BY_KEY])


def _grouping(function: Function, loop: ast.For) -> _Grouping | None:
    """What the loop does, where it does nothing but keep values by key."""
    names = _elements(function, loop)
    if not names:
        return None
    body = list(loop.body)
    for each in loop.body[:-1]:
        if not isinstance(each, ast.Assign):
            break
        target = each.targets[0]
        if not isinstance(target, ast.Name) or len(each.targets) > 1:
            return None
        names[target.id] = syntax.substituted(each.value, names)
        body.pop(0)
    done = "\n".join(ast.unparse(syntax.substituted(each, names)) for each in body)
    for name in {each.id for node in body for each in ast.walk(node) if _is_name(each)}:
        found = _kept(function, loop, name, done)
        if found is not None:
            return found
    return None


def _is_name(node: ast.AST) -> TypeGuard[ast.Name]:
    return isinstance(node, ast.Name)


def _elements(function: Function, loop: ast.For) -> dict[str, ast.expr]:
    """What the names of the loop's header stand for: elements of arrays, at the place @."""
    target, given = loop.target, loop.iter
    if not isinstance(given, ast.Call) or given.keywords:
        return {}
    called, place = function.qualified(given.func), ast.Name("@", ast.Load())
    names = [target] if isinstance(target, ast.Name) else getattr(target, "elts", [])
    if not all(map(_is_name, names)):
        return {}
    of_each = [ast.Subscript(each, place, ast.Load()) for each in given.args]
    values: list[ast.expr] = []
    if called == "builtins.zip":
        values = [*of_each]
    elif called == "builtins.enumerate" and len(of_each) == 1:
        values = [place, *of_each]
    elif called == "builtins.range" and _is_length(given.args):
        values = [place]
    if len(values) != len(names):
        return {}
    return {each.id: value for each, value in zip(names, values, strict=True)}


def _is_length(given: list[ast.expr]) -> bool:
    """Whether it is the length of an array: `len(x)`, `x.size`, `x.shape[0]`."""
    text = ast.unparse(given[0]) if len(given) == 1 else ""
    return bool(_LENGTH.fullmatch(text))


_LENGTH = re.compile(r"len\(\w+\)|\w+\.size|\w+\.shape\[0\]")
_ELEMENT = re.compile(r"(.+)\[@\]")
_WAYS = (
    "D.setdefault(K, []).append(V)",
    "D.setdefault(K, list()).append(V)",
    "if K not in D:\n    D[K] = []\nD[K].append(V)",
    "if K not in D.keys():\n    D[K] = []\nD[K].append(V)",
    "if K not in D:\n    D[K] = [V]\nelse:\n    D[K].append(V)",
    "if K in D:\n    D[K].append(V)\nelse:\n    D[K] = [V]",
)
_WITH_DEFAULT = "D[K].append(V)"


def _kept(function: Function, loop: ast.For, name: str, done: str) -> _Grouping | None:
    """The dictionary of that name, where the loop does nothing but fill its lists."""
    made = _begins_as(function, loop, name)
    if not made:
        return None
    ways = (*_WAYS, _WITH_DEFAULT) if made.endswith("defaultdict(list)") else _WAYS
    for way in ways:
        pattern = re.escape(way)
        for letter, part in (("D", re.escape(name)), ("K", "(?P<K>.+)"), ("V", "(?P<V>.+)")):
            first, *rest = re.split(rf"\b{letter}\b", pattern)
            later = part if letter == "D" else f"(?P={letter})"
            pattern = first + part + later.join(rest) if rest else first
        found = re.fullmatch(pattern, done)
        if found is None:
            continue
        keys, values = _array(function, found["K"]), _array(function, found["V"])
        if keys is None or values is None or keys[1] not in _KEYS:
            return None
        return _Grouping(name, keys[0], values[0], values[1])
    return None


def _array(function: Function, element: str) -> tuple[str, str] | None:
    """The array of one axis that `x[@]` is an element of, and the letter for its dtype."""
    found = _ELEMENT.fullmatch(element)
    if found is None:
        return None
    form = forms.of(function, ast.parse(found[1], mode="eval").body)
    if form is None or form.kind != "array" or len(form.shape) != 1:
        return None
    return found[1], "d" if form.dtype == "float64" else form.letter


def _begins_as(function: Function, loop: ast.For, name: str) -> str:
    """How a dictionary that is empty when the loop begins was made; '' for anything else."""
    body = function.node.body
    if loop not in body:
        return ""
    before = body[: body.index(loop)]
    made = [
        ast.unparse(each.value)
        for each in before
        if isinstance(each, ast.Assign) and ast.unparse(each.targets[0]) == name
    ]
    used = sum(len(syntax.uses(each, name)) for each in before)
    return made[0] if len(made) == used == 1 and made[0].endswith(_EMPTY) else ""


def _reduced(function: Function, loop: ast.For, name: str, ways: tuple[str, ...]) -> list[Edit]:
    """What is made of each list as the number that stands in its place; [] for other uses."""
    body = function.node.body
    after = body[body.index(loop) + 1 :]
    lists = {id(use): use for use in _lists(after, name)}
    if not lists:
        return []
    edits = []
    for node in (each for statement in after for each in ast.walk(statement)):
        found = _match(function, node, ways)
        if found is not None and id(found["X"]) in lists:
            text = function.text_of(found["X"])
            edits.append(rewriting.edit(function, found.node, text))
            for each in ast.walk(node):
                lists.pop(id(each), None)
    return [] if lists else edits


def _match(function: Function, node: ast.AST, ways: tuple[str, ...]) -> patterns.Match | None:
    if not isinstance(node, ast.expr):
        return None
    found = (patterns.match(function, node, each) for each in ways)
    return next(filter(None, found), None)


def _lists(after: list[ast.stmt], name: str) -> Iterator[ast.expr]:
    """Every expression that stands for one of its lists, or for what is not known of it."""
    parents = {
        id(child): node
        for statement in after
        for node in ast.walk(statement)
        for child in ast.iter_child_nodes(node)
    }
    for statement in after:
        for use in syntax.uses(statement, name):
            yield from _lists_of(use, parents)


def _lists_of(use: ast.Name, parents: Mapping[int, ast.AST]) -> Iterator[ast.expr]:
    around = parents.get(id(use))
    if isinstance(around, ast.Subscript) and around.value is use:
        yield around
        return
    method = around.attr if isinstance(around, ast.Attribute) else ""
    given = parents.get(id(around)) if method else use
    head = _iterates(given, parents)
    if head is None:
        if method in ("items", "values") or not _only_keys(use, around, method):
            yield use
        return
    if method in ("", "keys"):
        return
    target = head.target
    if method == "items" and isinstance(target, ast.Tuple):
        target = target.elts[-1]
    elif method != "values":
        yield use
        return
    if isinstance(target, ast.Name):
        scope = head if isinstance(head, ast.For) else parents[id(head)]
        yield from (each for each in syntax.uses(scope, target.id) if each is not target)
    else:
        yield use


def _iterates(
    given: ast.AST | None, parents: Mapping[int, ast.AST]
) -> ast.For | ast.comprehension | None:
    """The loop or comprehension over an expression, sorted perhaps."""
    outer = parents.get(id(given))
    if isinstance(outer, ast.Call) and ast.unparse(outer.func) == "sorted":
        if outer.keywords or outer.args != [given]:
            return None
        given, outer = outer, parents.get(id(outer))
    known = isinstance(outer, ast.For | ast.comprehension) and outer.iter is given
    return outer if known and isinstance(outer, ast.For | ast.comprehension) else None


def _only_keys(use: ast.Name, around: ast.AST | None, method: str) -> bool:
    """Whether nothing but the keys is asked for."""
    if method:
        return method == "keys"
    if isinstance(around, ast.Compare):
        return use is not around.left and isinstance(around.ops[-1], ast.In | ast.NotIn)
    return isinstance(around, ast.Call) and ast.unparse(around.func) in _OF_KEYS

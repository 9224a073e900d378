"""Values that are filtered by a key again and again, as values that are kept by key.

`[r["price"] for r in records if r["kind"] == k]` for every k goes through all records as often
as there are keys, and so does a loop inside of a loop whose body is for equal keys only. One
pass puts the records of each key into a list of their own.
"""

import ast
import dataclasses
import textwrap
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TypeGuard

from profiler_suite.analysis.explain import rewriting, syntax
from profiler_suite.analysis.explain.rewrites import forms, patterns
from profiler_suite.analysis.explain.rewriting import Function
from profiler_suite.measure.explain.records import Edit

BY_KEY = '''
def values_by_key(keys, values):
    """The values of each key, in their order; NaN, which equals nothing, is no key."""
    found = collections.defaultdict(list)
    for key, value in zip(keys, values):
        found[key].append(value)
    for key in [key for key in found if key != key]:
        del found[key]
    return found
'''.strip()

_PAIRS = ("builtins.zip", "builtins.enumerate")
_HELD = (ast.Name, ast.Attribute)


@dataclass(frozen=True)
class _KeyFilter:
    """One filter by a key, and the statement that repeats it."""

    statement: ast.stmt
    node: ast.AST
    head: ast.For | ast.comprehension
    own: ast.expr
    """The key of an element."""
    wanted: ast.expr
    equal: ast.Compare
    rest: list[ast.expr]
    """Conditions that are asked besides."""
    guard: ast.stmt | None = None
    """`if r["k"] != k: continue`, which does nothing for equal keys."""
    asked: ast.Call | None = None
    """`any(r["k"] == k for r in rows)`: whether there is one at all."""


@dataclass(frozen=True)
class KeptByKey:
    """Filters that statements repeat, and the edits that spare them."""

    statements: tuple[ast.stmt, ...]
    values: str
    edits: tuple[Edit, ...]


def kept_by_key(function: Function) -> KeptByKey | None:
    """All filters by an equal key that something around them repeats; None without any."""
    found = list(_filters(function))
    names: dict[str, str] = {}
    lines: dict[int, dict[str, None]] = {}
    edits = []
    for each in found:
        values, key = function.text_of(each.head.iter), function.text_of(each.own)
        target = function.text_of(each.head.target)
        made = f"values_by_key([{key} for {target} in {values}], {values})"
        if made not in names:
            names[made] = _name(function, each.head.iter, names.values())
        wanted = function.text_of(each.wanted)
        if each.asked is not None:
            among = f"{rewriting.written(function, each.wanted)} in {names[made]}"
            edits.append(rewriting.edit(function, each.asked, among))
        else:
            chosen = f"{names[made]}.get({wanted}, ())"
            edits.append(rewriting.edit(function, each.head.iter, chosen))
            edits += _without_test(function, each)
        lines.setdefault(each.statement.lineno, {})[f"{names[made]} = {made}"] = None
    if not found:
        return None
    edits += rewriting.inserted(function, {line: list(own) for line, own in lines.items()})
    filtered = dict.fromkeys(_shown(function, each.head.iter) for each in found)
    statements = dict.fromkeys(each.statement for each in found)
    return KeptByKey(tuple(statements), ", ".join(filtered), tuple(edits))


def _filters(function: Function) -> Iterator[_KeyFilter]:
    for node in function.nodes:
        if isinstance(node, syntax.COMPREHENSIONS):
            for place, head in enumerate(node.generators):
                yield from _of_head(function, node, head, tuple(head.ifs), place)
            yield from _of_any(function, node)
        elif isinstance(node, ast.For):
            yield from _of_loop(function, node)


def _of_any(function: Function, node: ast.AST) -> Iterator[_KeyFilter]:
    """`any(c["id"] == x for c in customers)`."""
    call = function.parents[node]
    if not isinstance(node, ast.GeneratorExp) or not isinstance(call, ast.Call):
        return
    head = node.generators[0]
    if function.qualified(call.func) != "builtins.any" or len(node.generators) > 1 or head.ifs:
        return
    for each in _of_head(function, node, head, (node.elt,), 0):
        if not each.rest:
            yield dataclasses.replace(each, asked=call)


def _of_loop(function: Function, loop: ast.For) -> Iterator[_KeyFilter]:
    """`for c in customers: if c["id"] == x: …`, and nothing else in its body."""
    first = loop.body[0]
    if not isinstance(first, ast.If) or first.orelse:
        return
    if any(syntax.is_read_after(function, n) for n in syntax.bound_names(loop.target)):
        return
    if len(loop.body) == 1:
        yield from _of_head(function, loop, loop, (first.test,), 0)
    elif isinstance(first.body[0], ast.Continue) and _is_unequal(first.test):
        test = ast.Compare(first.test.left, [ast.Eq()], first.test.comparators)
        for each in _of_head(function, loop, loop, (test,), 0):
            yield dataclasses.replace(each, guard=first)


def _is_unequal(test: ast.expr) -> TypeGuard[ast.Compare]:
    return isinstance(test, ast.Compare) and [type(each) for each in test.ops] == [ast.NotEq]


def _of_head(
    function: Function,
    node: ast.AST,
    head: ast.For | ast.comprehension,
    tests: tuple[ast.expr, ...],
    place: int,
) -> Iterator[_KeyFilter]:
    tested = _tested(tests[0]) if tests else None
    if tested is None or not _is_list(function, head.iter):
        return
    bound = syntax.bound_names(head.target)
    sides = _sides(tested[0], bound)
    if sides is None:
        return
    own, wanted = sides
    given = (syntax.free_names(own) - bound) | syntax.free_names(head.iter)
    if isinstance(node, ast.For) and syntax.free_names(wanted) & syntax.changed_in(node):
        return
    repeated = _repeated_by(function, node, given)
    if place and not given & _bound_before(node, place):
        repeated = repeated or function.statement_of(node)
    elif place or repeated is None:
        return
    if repeated is None or _changes_keys(repeated, own, bound):
        return
    yield _KeyFilter(repeated, node, head, own, wanted, *tested)


def _tested(test: ast.expr) -> tuple[ast.Compare, list[ast.expr]] | None:
    """The first of the conditions, which compares for equality, and the others."""
    first, rest = test, []
    if isinstance(test, ast.BoolOp) and isinstance(test.op, ast.And):
        first, rest = test.values[0], test.values[1:]
    if not isinstance(first, ast.Compare) or len(first.ops) != 1:
        return None
    return (first, rest) if isinstance(first.ops[0], ast.Eq) else None


def _sides(equal: ast.Compare, bound: set[str]) -> tuple[ast.expr, ast.expr] | None:
    """The side that is of an element, and the one that is of none."""
    for own, wanted in (
        (equal.left, equal.comparators[0]),
        (equal.comparators[0], equal.left),
    ):
        apart = syntax.free_names(own) & bound and not syntax.free_names(wanted) & bound
        if apart and _only_computes(own) and _only_computes(wanted):
            return own, wanted
    return None


_METHODS = ("lower", "upper", "strip", "casefold", "title", "get", "date", "weekday", "split")
_FUNCTIONS = ("str", "int", "float", "len", "round", "abs", "tuple")


def _only_computes(node: ast.expr) -> bool:
    """Whether it may be evaluated beforehand: it changes nothing, as far as one sees."""
    calls = [n for n in ast.walk(node) if isinstance(n, ast.Call)]
    for call in calls:
        method = isinstance(call.func, ast.Attribute) and call.func.attr in _METHODS
        known = isinstance(call.func, ast.Name) and call.func.id in _FUNCTIONS
        if call.keywords or not (method or known):
            return False
        parts = call.args + ([call.func.value] if isinstance(call.func, ast.Attribute) else [])
        if not all(map(_only_computes, parts)):
            return False
    return bool(calls) or patterns.pure(node)


def _is_list(function: Function, node: ast.expr) -> bool:
    """Whether it can be gone through twice, element by element: lists, and lists in pairs."""
    if isinstance(node, ast.Call):
        method = node.func
        if isinstance(method, ast.Attribute) and method.attr in ("items", "values"):
            return not node.args and isinstance(method.value, _HELD)
        if ast.unparse(node.func) == "range":
            return _counts_a_list(function, node)
        pairs = function.qualified(node.func) in _PAIRS and not node.keywords
        return pairs and all(_is_list(function, each) for each in node.args)
    if not isinstance(node, _HELD):
        return False
    form = forms.of(function, node)
    if form is None:
        return isinstance(node, ast.Name) or not function.qualified(node)
    return form.dtype in ("list", "tuple", "dict")


def _counts_a_list(function: Function, call: ast.Call) -> bool:
    """Whether it is `range(len(rows))` of such a list, no array: whose loops are lifted."""
    inner = call.args[0] if len(call.args) == 1 else None
    if not isinstance(inner, ast.Call) or function.qualified(inner.func) != "builtins.len":
        return False
    form = forms.of(function, inner.args[0])
    held = isinstance(inner.args[0], ast.Name) and (form is None or form.dtype == "list")
    return held and _is_list(function, inner.args[0])


def _repeated_by(function: Function, node: ast.AST, given: set[str]) -> ast.stmt | None:
    """The outermost statement that repeats it and leaves these names alone."""
    chosen = None
    inner, once = node, False
    for each in function.around(node):
        if isinstance(each, ast.FunctionDef):
            break
        if isinstance(each, ast.comprehension):
            once = inner is each.iter
        elif isinstance(each, syntax.REPEATING):
            first = isinstance(each, syntax.COMPREHENSIONS) and inner is each.generators[0]
            if not (first and once) and not (isinstance(each, ast.For) and inner is each.iter):
                if given & _changed(each):
                    break
                chosen = function.statement_of(each)
        inner = each
    return chosen


def _changed(around: ast.AST) -> set[str]:
    arguments = {each.arg for each in ast.walk(around) if isinstance(each, ast.arg)}
    return syntax.changed_in(around) | arguments


def _changes_keys(around: ast.stmt, own: ast.expr, bound: set[str]) -> bool:
    """Whether what keys are made of may be set: `other["id"] = …`, `r.update(…)`."""
    asked = {_part(n) for n in ast.walk(own) if isinstance(n, ast.Subscript | ast.Attribute)}
    for each in ast.walk(around):
        if not isinstance(each, ast.Subscript | ast.Attribute):
            continue
        owner = each.value.id if isinstance(each.value, ast.Name) else ""
        if isinstance(each, ast.Attribute) and each.attr in syntax.CHANGING:
            if owner in bound:
                return True
        elif not isinstance(each.ctx, ast.Load) and _part(each) in asked:
            return True
    return False


def _part(node: ast.Subscript | ast.Attribute) -> str:
    return ast.unparse(node.slice) if isinstance(node, ast.Subscript) else node.attr


def _bound_before(node: ast.AST, place: int) -> set[str]:
    """Names that the generators in front of one bind."""
    assert isinstance(node, syntax.COMPREHENSIONS)
    return {
        name for each in node.generators[:place] for name in syntax.bound_names(each.target)
    }


def _name(function: Function, values: ast.expr, others: Iterable[str]) -> str:
    words = [n.id for n in ast.walk(values) if isinstance(n, ast.Name)]
    own = [w for w in words if w not in ("zip", "enumerate", "range", "len")] or ["values"]
    return rewriting.new_name(function, f"{own[0]}_by_key", others)


def _shown(function: Function, values: ast.expr) -> str:
    """What is gone through, in words: the list whose elements are counted."""
    counted = isinstance(values, ast.Call) and ast.unparse(values.func) == "range"
    text = function.text_of(values)
    return text.removeprefix("range(len(").removesuffix("))") if counted else text


def _without_test(function: Function, each: _KeyFilter) -> list[Edit]:
    """Edits that leave out the comparison, where that is simple; it is true in any case."""
    head, rest = each.head, each.rest
    if each.guard is not None:
        last = function.line_start((each.guard.end_lineno or each.guard.lineno) + 1)
        return [Edit(start=function.line_start(each.guard.lineno), end=last, text="")]
    start, end = function.span(each.equal)
    if isinstance(head, ast.comprehension):
        if rest:
            return [Edit(start=start, end=function.span(rest[0])[0], text="")]
        _, before = function.span(head.iter)
        plain = function.text[before:start].split() == ["if"]
        return [Edit(start=before, end=end, text="")] if plain else []
    only = head.body[0]
    assert isinstance(only, ast.If)
    long = [n for n in ast.walk(only) if isinstance(n, ast.Constant | ast.JoinedStr)]
    if any((n.end_lineno or n.lineno) > n.lineno for n in long):
        return []
    if rest or only.body[0].lineno == only.lineno:
        return []
    start, first = function.line_start(only.lineno), function.line_start(only.body[0].lineno)
    last = function.line_start((only.end_lineno or only.lineno) + 1)
    body = textwrap.dedent(function.text[first:last])
    text = textwrap.indent(body, function.indent_of(only.lineno))
    return [Edit(start=start, end=last, text=text)]

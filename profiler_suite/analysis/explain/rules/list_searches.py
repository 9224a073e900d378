"""Slow paths of lists in which values are looked for one by one, again and again."""

import ast
from collections.abc import Callable, Iterator

from profiler_suite.analysis.explain import rewriting, syntax
from profiler_suite.analysis.explain.rewrites import forms, patterns
from profiler_suite.analysis.explain.rewrites.patterns import Match
from profiler_suite.analysis.explain.rewriting import Function
from profiler_suite.analysis.explain.rules.observed import Finding, Observation
from profiler_suite.analysis.explain.rules.registry import rule
from profiler_suite.measure.explain.records import Edit

_WHOLE = ("values", "tolist", "to_numpy", "unique")


def _repeated(function: Function, node: ast.AST) -> ast.stmt | None:
    """The outermost statement that evaluates an expression again and again; None for none."""
    around = [p for p in function.around(node) if isinstance(p, syntax.REPEATING)]
    return function.statement_of(around[-1]) if around else None


def _is_searchable(function: Function, node: ast.expr) -> bool:
    """Whether it is a list, or one row of elements of an array or a table."""
    form = forms.of(function, node)
    if isinstance(node, ast.Name):
        if form is None:
            return False
        return form.dtype == "list" or (form.kind == "array" and len(form.shape) == 1)
    if isinstance(node, ast.ListComp):
        return len(node.generators) == 1 and isinstance(node.generators[0].iter, ast.Name)
    if function.source.names.get(ast.unparse(node), "").startswith("list of"):
        return isinstance(node, ast.Attribute)
    if isinstance(node, ast.Call):
        node = node.func
    return isinstance(node, ast.Attribute) and node.attr in _WHOLE


# ------------------------------------------------- lists that grow by what is new to them


@rule(
    "list_searches",
    looks_for="a list of the different values so far, searched for each and for its place",
    rewrite="if v not in known: known.append(v); known.index(v) → a dictionary of places",
    exact="elements can be hashed; NaN is in no dictionary but that holds the very object",
    thread="https://stackoverflow.com/questions/480214/how-do-i-remove-duplicates-from-a-list-"
    "while-preserving-order",
)
def places_of_new(seen: Observation) -> Iterator[Finding]:
    """Numbers for values in the order in which they come."""
    for function in seen.functions:
        for loop in syntax.loops_of(function):
            for name in sorted({n.id for n in ast.walk(loop) if isinstance(n, ast.Name)}):
                edits = _by_places(function, loop, name)
                if edits:
                    yield from seen.edited(
                        function,
                        edits,
                        title=f"keep the places of the values of {name} in a dictionary",
                        lines=syntax.span_of(function, loop),
                        evidence=f"every value is looked for in {name}, one by one",
                    )


def _by_places(function: Function, loop: syntax.Loop, name: str) -> list[Edit]:
    """Edits for a list that is searched, and appended to, and nothing else; [] otherwise."""
    places = rewriting.new_name(function, f"{name}_places")
    edits: list[Edit] = []
    searches = 0
    for node in ast.walk(loop):
        if not isinstance(node, ast.Name) or node.id != name:
            continue
        parent = function.parents[node]
        if isinstance(parent, ast.Compare) and parent.comparators == [node]:
            if not isinstance(parent.ops[0], ast.In | ast.NotIn):
                return []
            edits.append(rewriting.edit(function, node, places))
            continue
        call = function.parents[parent] if isinstance(parent, ast.Attribute) else None
        if isinstance(parent, ast.Call) and function.qualified(parent.func) == "builtins.len":
            continue
        if not isinstance(call, ast.Call) or len(call.args) != 1 or call.keywords:
            return []
        method = parent.attr if isinstance(parent, ast.Attribute) else ""
        value = function.text_of(call.args[0])
        if method == "index":
            searches += 1
            edits.append(rewriting.edit(function, call, f"{places}[{value}]"))
        elif method == "append" and _is_new(function, call, name):
            start, _ = function.span(call)
            indent = function.indent_of(call.lineno)
            added = f"{places}[{value}] = len({name})\n{indent}"
            edits.append(Edit(start=start, end=start, text=added))
        else:
            return []
    if not searches or len(edits) < searches + 2:
        return []
    begun = f"{places} = {{v: n for n, v in reversed(list(enumerate({name})))}}"
    if syntax.begins_empty(function, loop, name):
        begun = f"{places} = {{}}"
    return [*edits, *rewriting.inserted(function, {loop.lineno: [begun]})]


def _is_new(function: Function, call: ast.Call, name: str) -> bool:
    """Whether a value is appended on a line of its own, where it was found to be new."""
    statement = function.parents[call]
    branch = function.parents[statement]
    value = ast.unparse(call.args[0])
    if not isinstance(statement, ast.Expr) or not isinstance(branch, ast.If):
        return False
    alone = function.lines[call.lineno - 1].strip() == function.text_of(statement)
    asked = ast.unparse(branch.test)
    new = statement in branch.body and asked == f"{value} not in {name}"
    known = statement in branch.orelse and asked == f"{value} in {name}"
    return alone and (new or known) and patterns.pure(call.args[0])


@rule(
    "list_searches",
    looks_for="'x in values' again and again, of a list or an array: one by one each time",
    rewrite="values_set = set(values) before the loop, x in values_set",
    exact="elements can be hashed; NaN is in no set but that holds the very object",
    thread="https://stackoverflow.com/questions/2831212/python-sets-vs-lists",
)
def list_membership(seen: Observation) -> Iterator[Finding]:
    """Lists in which is searched."""
    for function in seen.functions:
        found: dict[tuple[ast.stmt, str], list[ast.expr]] = {}
        for node in function.nodes:
            if not isinstance(node, ast.Compare) or len(node.ops) != 1:
                continue
            values = node.comparators[0]
            if not isinstance(node.ops[0], ast.In | ast.NotIn):
                continue
            outer = _repeated(function, node)
            if outer is not None and _is_searchable(function, values):
                found.setdefault((outer, function.text_of(values)), []).append(values)
        made = {
            (outer, text): edits
            for (outer, text), places in found.items()
            if not _has_places(outer, text)
            and (edits := _by_set(function, outer, text, places))
        }
        # All together first: each alone leaves the time of the others.
        for keys in dict.fromkeys([tuple(made), *((key,) for key in made)]):
            texts = ", ".join(text for _, text in keys)
            yield from seen.edited(
                function,
                [edit for key in keys for edit in made[key]],
                title=f"search a set instead of {texts[:40]}",
                lines={n for outer, _ in keys for n in syntax.span_of(function, outer)},
                evidence="every 'in' looks at the elements one by one",
            )


def _has_places(outer: ast.stmt, text: str) -> bool:
    """Whether places are asked for as well: a dictionary of those serves both."""
    calls = [each.func for each in ast.walk(outer) if isinstance(each, ast.Call)]
    return f"{text}.index" in map(ast.unparse, calls) and not any(
        _changes(each, text) for each in ast.walk(outer)
    )


def _by_set(
    function: Function, outer: ast.stmt, text: str, places: list[ast.expr]
) -> list[Edit]:
    name = rewriting.new_name(function, f"{_named_after(text, places[0])}_set")
    names = syntax.free_names(places[0])
    stored = syntax.stored_in(outer)
    edits = [rewriting.edit(function, each, name) for each in places]
    first = outer.lineno
    if isinstance(places[0], ast.Attribute):
        if _may_be_changed(outer, places[0]) or names & syntax.bound_names(outer):
            return []
    elif names & stored:
        return []
    changes = [n for n in ast.walk(outer) if _changes(n, text)]
    for call in changes:
        statement = function.parents[call]
        assert isinstance(call, ast.Call)
        adds = isinstance(call.func, ast.Attribute) and call.func.attr == "append"
        if not adds or not isinstance(statement, ast.Expr) or not patterns.pure(call.args[0]):
            return []
        _, end = function.span(statement)
        indent = function.indent_of(statement.lineno)
        added = f"\n{indent}{name}.add({function.text_of(call.args[0])})"
        edits.append(Edit(start=end, end=end, text=added))
    whole = f"{text}.tolist()" if _is_array(function, places[0]) else text
    made = f"{{{text[1:-1]}}}" if isinstance(places[0], ast.ListComp) else f"set({whole})"
    return [*edits, *rewriting.inserted(function, {first: [f"{name} = {made}"]})]


def _may_be_changed(outer: ast.stmt, held: ast.Attribute) -> bool:
    """Whether what an object holds is set in a loop, or the object is asked or handed on."""
    text, owner = ast.unparse(held), ast.unparse(held.value)
    calls = [each for each in ast.walk(outer) if isinstance(each, ast.Call)]
    asked = any(
        isinstance(each.func, ast.Attribute) and ast.unparse(each.func.value) == owner
        for each in calls
    )
    given = {ast.unparse(value) for each in calls for value in each.args}
    return asked or owner in given or any(_sets(each, text) for each in ast.walk(outer))


def _named_after(text: str, values: ast.expr) -> str:
    """A name for what is searched; of `[r["id"] for r in rows]` 'rows_id'."""
    if isinstance(values, ast.ListComp):
        own = syntax.bound_names(values.generators[0].target)
        words = [
            *(n.id for n in ast.walk(values) if isinstance(n, ast.Name) and n.id not in own),
            *(n.attr for n in ast.walk(values.elt) if isinstance(n, ast.Attribute)),
            *(str(n.value) for n in ast.walk(values.elt) if isinstance(n, ast.Constant)),
        ]
        text = " ".join(dict.fromkeys(words))
    return "".join(c if c.isalnum() else "_" for c in text).strip("_")


def _is_array(function: Function, node: ast.expr) -> bool:
    form = forms.of(function, node)
    return form is not None and form.kind == "array"


def _sets(node: ast.AST, text: str) -> bool:
    """Whether this attribute, or an element of it, is set there."""
    if isinstance(node, ast.Subscript):
        return not isinstance(node.ctx, ast.Load) and ast.unparse(node.value) == text
    if not isinstance(node, ast.Attribute) or isinstance(node.ctx, ast.Load):
        return False
    return ast.unparse(node) == text


def _changes(node: ast.AST, text: str) -> bool:
    """Whether a call changes the list of this name."""
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in syntax.CHANGING
        and ast.unparse(node.func.value) == text
    )


# --------------------------------------------------- where and how often

_PLACES = (
    "L.index(X)",
    "np.where(L == X)[0][0]",
    "np.nonzero(L == X)[0][0]",
    "np.flatnonzero(L == X)[0]",
    "np.argmax(L == X)",
    "(L == X).argmax()",
)


@rule(
    "list_searches",
    looks_for="values.index(x), values.count(x) or np.where(values == x) again and again",
    rewrite="a dictionary from value to place, or a Counter, made once before the loop",
    exact="every value is found; elements can be hashed",
    thread="https://stackoverflow.com/questions/2600191/how-do-i-count-the-occurrences-of-a-list-"
    "item",
)
def list_search(seen: Observation) -> Iterator[Finding]:
    """Values that are looked for in a list."""
    for function in seen.functions:
        yield from _made_once(
            seen,
            function,
            ("L.count(X)",),
            lambda values: f"collections.Counter({values})",
            "counts",
            ("import collections",),
        )
        yield from _made_once(
            seen,
            function,
            _PLACES,
            lambda values: f"{{v: n for n, v in reversed(list(enumerate({values})))}}",
            "places",
            (),
        )


def _made_once(
    seen: Observation,
    function: Function,
    table: tuple[str, ...],
    made: Callable[[str], str],
    what: str,
    helpers: tuple[str, ...],
) -> Iterator[Finding]:
    found: dict[tuple[ast.stmt, str], list[Match]] = {}
    for one in patterns.found(function, table, lambda m: _is_listed(function, m)):
        outer = _repeated(function, one.node)
        text = function.text_of(one["L"])
        if outer is None or text in syntax.stored_in(outer):
            continue
        if any(_changes(n, text) or _sets(n, text) for n in ast.walk(outer)):
            continue
        found.setdefault((outer, text), []).append(one)
    for outer in dict.fromkeys(outer for outer, _ in found):
        of_loop = {text: places for (o, text), places in found.items() if o is outer}
        edits, lines = [], []
        for text, places in of_loop.items():
            name = rewriting.new_name(function, f"{text.rpartition('.')[2]}_{what}")
            values = f"{text}.tolist()" if _is_array(function, places[0]["L"]) else text
            lines.append(f"{name} = {made(values)}")
            edits += [
                rewriting.edit(function, one.node, f"{name}[{function.text_of(one['X'])}]")
                for one in places
            ]
            edits += [rewriting.edit(function, n, name) for n in _asked_in(outer, text)]
        names = ", ".join(of_loop)
        yield from seen.edited(
            function,
            [*edits, *rewriting.inserted(function, {outer.lineno: lines})],
            title=f"find out the {what} of all values of {names} once",
            lines=syntax.span_of(function, outer),
            helpers=helpers,
            evidence=f"every search looks at the elements of {names} one by one",
        )


def _asked_in(outer: ast.stmt, text: str) -> list[ast.expr]:
    """Where it is asked whether a value is in the list: its places, or counts, tell as well."""
    return [
        each.comparators[0]
        for each in ast.walk(outer)
        if isinstance(each, ast.Compare)
        and len(each.ops) == 1
        and isinstance(each.ops[0], ast.In | ast.NotIn)
        and ast.unparse(each.comparators[0]) == text
    ]


def _is_listed(function: Function, one: Match) -> bool:
    values = one["L"]
    if isinstance(values, ast.Attribute):  # of an object, known to be a list
        form = forms.of(function, values)
        return form is not None and form.dtype == "list" and patterns.pure(values)
    return isinstance(values, ast.Name) and _is_searchable(function, values)

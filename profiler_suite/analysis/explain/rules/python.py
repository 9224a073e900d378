"""Slow paths of Python's own containers: lists that are searched, copied, taken apart."""

import ast
from collections.abc import Iterator

from profiler_suite.analysis.explain import rewriting, syntax
from profiler_suite.analysis.explain.rewrites import patterns
from profiler_suite.analysis.explain.rewrites.patterns import Match
from profiler_suite.analysis.explain.rewriting import Function
from profiler_suite.analysis.explain.rules.observed import Finding, Observation
from profiler_suite.analysis.explain.rules.registry import rule
from profiler_suite.measure.explain.records import Edit

# --------------------------------------------------------- the other end of a list


@rule(
    "python",
    looks_for="queue.pop(0) or queue.insert(0, x): every other element moves",
    rewrite="queue = collections.deque(queue), queue.popleft(), queue.appendleft(x)",
    exact="the list is not indexed or sliced in the loop",
    thread="https://docs.python.org/3/library/collections.html#collections.deque",
)
def queue(seen: Observation) -> Iterator[Finding]:
    """Lists that are used at their beginning."""
    for function in seen.functions:
        for loop in syntax.loops_of(function):
            for name in _queues(function, loop):
                edits = [
                    rewriting.edit(function, one.node, f"{name}.popleft()")
                    for one in patterns.found(function, [f"{name}.pop(0)"], lambda m: True)
                ]
                edits += [
                    rewriting.edit(
                        function, one.node, f"{name}.appendleft({function.text_of(one['X'])})"
                    )
                    for one in patterns.found(
                        function, [f"{name}.insert(0, X)"], lambda m: True
                    )
                ]
                edits = [e for e in edits if _inside(function, loop, e)]
                edits += rewriting.inserted(
                    function, {loop.lineno: [f"{name} = collections.deque({name})"]}
                )
                edits.append(syntax.after(function, loop, [f"{name} = list({name})"]))
                yield from seen.edited(
                    function,
                    edits,
                    title=f"make {name} a deque: both ends of it are near",
                    lines=syntax.span_of(function, loop),
                    helpers=("import collections",),
                    evidence=f"taking or putting the first element of {name} moves all others",
                )


def _queues(function: Function, loop: syntax.Loop) -> list[str]:
    found = set()
    for node in ast.walk(loop):
        for pattern in ("L.pop(0)", "L.insert(0, X)"):
            one = (
                patterns.match(function, node, pattern) if isinstance(node, ast.Call) else None
            )
            if one is not None and isinstance(one["L"], ast.Name):
                found.add(one["L"].id)
    return sorted(found)


def _inside(function: Function, loop: syntax.Loop, edit: Edit) -> bool:
    start, end = function.span(loop)
    return start <= edit.start and edit.end <= end


# --------------------------------------------------------------------- copies


@rule(
    "python",
    looks_for="copy.deepcopy, or pickle there and back, of arrays, or of lists and "
    "dictionaries of plain values",
    rewrite="copy.deepcopy(x) → x.copy(), [row[:] for row in x]",
    exact="nothing inside of it is changed that both hold",
    thread="https://stackoverflow.com/questions/24756712/deepcopy-is-extremely-slow",
)
def deep_copy(seen: Observation) -> Iterator[Finding]:
    """Copies of everything inside."""
    for kind, texts in (
        ("array", ("X.copy()",)),
        ("list", ("[each[:] for each in X]", "[each.copy() for each in X]")),
        (
            "dict",
            (
                "{k: v.copy() for k, v in X.items()}",
                "{k: copy.copy(v) for k, v in X.items()}",
            ),
        ),
    ):
        for text in texts:
            yield from seen.rewrites(
                ("copy.deepcopy(X)", text),
                ("pickle.loads(pickle.dumps(X))", text),
                ("pickle.loads(pickle.dumps(X, N))", text),
                ("pickle.loads(pickle.dumps(X, protocol=N))", text),
                where=lambda m, kind=kind: _is_a(m, kind),  # type: ignore[misc]
                title="copy as deep as is needed",
                helpers=("import copy",) if "copy.copy(" in text else (),
                evidence="everything inside is gone through, object by object",
            )


def _is_a(one: Match, kind: str) -> bool:
    form = one.form("X")
    return form is None or (form.kind if kind == "array" else form.dtype) == kind


# ------------------------------------------------------- the same again and again


@rule(
    "python",
    looks_for="a recursion that comes to the same arguments by several ways",
    rewrite="functools.cache around what calls itself",
    exact="it only computes: it changes nothing and reads nothing that changes",
    thread="https://stackoverflow.com/questions/1988804/what-is-memoization-and-how-can-i-use-it-"
    "in-python",
)
def recursion(seen: Observation) -> Iterator[Finding]:
    """Recursions without a memory."""
    for function in seen.functions:
        made = _remembered(function)
        if made is None:
            continue
        found = seen.finding(
            function,
            rewriting.spliced(
                function, rewriting.line_edits(function, made), ("import functools",)
            ),
            title="remember what was computed: it comes to the same arguments by several ways",
            evidence=f"{function.node.name} calls itself at several places",
            lines=seen.lines_of(function),
        )
        if found is not None:
            yield found


def _remembered(function: Function) -> str | None:
    """The function with a cached one inside that takes the arguments that differ."""
    node = function.node
    arguments = node.args
    others = (
        arguments.vararg or arguments.kwarg or arguments.kwonlyargs or arguments.posonlyargs
    )
    names = [each.arg for each in arguments.args]
    own_calls = {node.name}
    if names and any(ast.unparse(n) == f"{names[0]}.{node.name}" for n in ast.walk(node)):
        own_calls = {f"{names.pop(0)}.{node.name}"}  # a method: its object stays the same
    calls = [
        n
        for n in ast.walk(node)
        if isinstance(n, ast.Call) and ast.unparse(n.func) in own_calls
    ]
    plain = all(len(c.args) <= len(names) and not c.keywords for c in calls)
    if len(calls) < 2 or others or not plain or node.decorator_list:
        return None
    if any(isinstance(n, ast.Global | ast.Nonlocal | ast.Yield) for n in ast.walk(node)):
        return None
    complete = all(len(c.args) == len(names) for c in calls)
    differ = [
        n
        for n, name in enumerate(names)
        if not complete
        or any(not (isinstance(c.args[n], ast.Name) and c.args[n].id == name) for c in calls)  # type: ignore[attr-defined]
    ]
    own = f"{node.name}_once"
    edits = []
    for call in calls:
        kept = [function.text_of(a) for n, a in enumerate(call.args) if n in differ]
        if any(node.name in text for text in kept):
            return None
        start, end = function.span(call)
        edits.append(Edit(start=start, end=end, text=f"{own}({', '.join(kept)})"))
    changed = rewriting.spliced(function, edits)
    if changed is None:
        return None
    lines = changed.source.splitlines()
    first = node.body[0].lineno - 1
    body = lines[first:]
    indent = function.indent_of(node.body[0].lineno)
    given = ", ".join(names[n] for n in differ)
    head = [f"{indent}@functools.cache", f"{indent}def {own}({given}):"]
    inner = [f"    {line}" if line.strip() else line for line in body]
    after = ["", f"{indent}return {own}({given})"]
    return "\n".join([*lines[:first], *head, *inner, *after]) + "\n"


# ------------------------------------------------------------ lists in NumPy's hands


@rule(
    "python",
    looks_for="NumPy's functions on a list of numbers: an array is made of it each time",
    rewrite="np.max(values) → max(values), np.mean(values) → sum(values) / len(values)",
    exact="up to the rounding of sums; NaN is not looked for by max and min",
    thread="https://stackoverflow.com/questions/10922231/pythons-sum-vs-numpys-numpy-sum",
)
def list_reduction(seen: Observation) -> Iterator[Finding]:
    """Lists handed to NumPy's reductions."""

    def listed(one: Match) -> bool:
        form = one.form("X")
        return form is not None and form.dtype == "list"

    return seen.rewrites(
        ("np.max(X)", "max(X)"),
        ("np.min(X)", "min(X)"),
        ("np.sum(X)", "sum(X)"),
        ("np.mean(X)", "sum(X) / len(X)"),
        ("np.prod(X)", "math.prod(X)"),
        ("np.argmax(X)", "X.index(max(X))"),
        ("np.argmin(X)", "X.index(min(X))"),
        ("np.sort(X)[0]", "min(X)"),
        ("np.any(X)", "any(X)"),
        ("np.all(X)", "all(X)"),
        ("len(np.unique(X))", "len(set(X))"),
        where=listed,
        title="Python's own functions for a list: NumPy makes an array of it first",
        helpers=("import math",),
        evidence="NumPy makes an array of the list at every call",
    )


_SQUARES = ("(V - W) ** 2", "(V - W) * (V - W)", "pow(V - W, 2)")
_ROOTS = ("math.sqrt({})", "{} ** 0.5", "np.sqrt({})")


@rule(
    "python",
    looks_for="the distance of two points that are tuples or lists, summed up in Python",
    rewrite="math.sqrt(sum((x - y) ** 2 for x, y in zip(a, b))) → math.dist(a, b)",
    exact="up to rounding, for points of as many coordinates; others raise",
    thread="https://docs.python.org/3/library/math.html#math.dist",
)
def distance_of_tuples(seen: Observation) -> Iterator[Finding]:
    """Euclid's distance of plain sequences."""

    def plain(one: Match) -> bool:
        known = [one.form(name) for name in "AB"]
        return all(form is None or form.dtype in ("tuple", "list") for form in known)

    sums = [
        total
        for square in _SQUARES
        for total in (
            f"sum({square} for V, W in zip(A, B))",
            f"sum([{square} for V, W in zip(A, B)])",
        )
    ]
    return seen.rewrites(
        *((root.format(total), "math.dist(A, B)") for root in _ROOTS for total in sums),
        where=plain,
        title="math.dist: one call of compiled code",
        helpers=("import math",),
        evidence="a generator gives its coordinates one by one",
    )

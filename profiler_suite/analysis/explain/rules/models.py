"""Models, interpolators and integrands that take many rows, called for one at a time."""

import ast
import copy
from collections.abc import Iterator

from profiler_suite.analysis.explain import rewriting, syntax
from profiler_suite.analysis.explain.rewrites import (
    helpers_in_place,
    patterns,
    row_answers,
    whole_calls,
)
from profiler_suite.analysis.explain.rewrites.patterns import Match
from profiler_suite.analysis.explain.rewrites.whole_calls import NotOneCallError, Span
from profiler_suite.analysis.explain.rewriting import Function
from profiler_suite.analysis.explain.rules.observed import Finding, Observation
from profiler_suite.analysis.explain.rules.registry import rule
from profiler_suite.measure.explain.records import Edit


@rule(
    "models",
    looks_for="a model, an interpolator or an integrand called for one row at a time",
    rewrite="np.array([model.predict(x.reshape(1, -1))[0] for x in X]) → model.predict(X)",
    exact="the call treats rows alike; the trial compares",
    thread="https://github.com/scikit-learn/scikit-learn/issues/1363",
)
def one_row_calls(seen: Observation) -> Iterator[Finding]:
    """Calls that take many rows, made for one."""
    table: list[tuple[str, str]] = []
    for row in ("V.reshape(1, -1)", "[V]", "V[None]", "V[None, :]", "V[np.newaxis, :]"):
        table += _all_rows(row, "for V in X", "X")
    for row in ("X[V].reshape(1, -1)", "[X[V]]", "X[V:V + 1]", "X[V][None]"):
        table += _all_rows(row, "for V in range(len(X))", "X")
        table += _all_rows(row, "for V in range(N)", "X[:N]")
    yield from seen.rewrites(*table, title="call it once for all rows")
    for function in seen.functions:
        for loop in (n for n in function.nodes if isinstance(n, ast.For)):
            text = _one_call(function, loop)
            if text:
                start, end = function.span(loop)
                yield from seen.edited(
                    function,
                    [Edit(start=start, end=end, text=text)],
                    title="call it once for all rows",
                    lines=syntax.span_of(function, loop),
                    evidence="the loop calls it for one row at a time",
                )
        yield from _asked_before(seen, function)


def _asked_before(seen: Observation, function: Function) -> Iterator[Finding]:
    """A loop that does more with the answers, which a helper may have asked for."""
    for form in (function, helpers_in_place.answers(function)):
        asked = row_answers.asked_before(form) if form is not None else None
        made = rewriting.spliced(form, asked.edits) if asked is not None and form else None
        if asked is None or made is None:
            continue
        yield from seen.whole(
            function,
            made.source,
            title=f"ask {asked.asked} once for all rows, before the loop",
            lines=syntax.span_of(function, asked.loop),
            evidence="the loop calls it for one row at a time",
        )
        return


def _all_rows(row: str, over: str, rows: str) -> Iterator[tuple[str, str]]:
    """What is made of the answers for one row each, and the same of one answer for all rows."""
    for place, column in (("[0]", ""), ("[0, K]", "[:, K]"), ("[0][K]", "[:, K]")):
        one, every = f"M({row}){place}", f"M({rows}){column}"
        yield f"np.array([{one} {over}])", every
        yield f"[{one} {over}]", f"list({every})"
        for name in ("float", "int"):
            yield f"[{name}({one}) {over}]", f"({every}).tolist()"
        for name in ("sum", "max", "min"):
            yield f"{name}({one} {over})", f"np.{name}({every})"


def _one_call(function: Function, loop: ast.For) -> str:
    """'out[:] = f(x)' for a loop whose only statement is 'out[i] = f(x[i])'."""
    if len(loop.body) != 1 or not isinstance(loop.body[0], ast.Assign) or loop.orelse:
        return ""
    statement = loop.body[0]
    target, value = statement.targets[0], statement.value
    if not isinstance(target, ast.Subscript) or not isinstance(
        loop.target, ast.Name | ast.Tuple
    ):
        return ""
    for source, values in (
        (
            "range(len(X))",
            (
                "F(X[I])",
                "F(X[I])[0]",
                "F([X[I]])[0]",
                "F(X[I:I + 1])[0]",
                "F(X[I].reshape(1, -1))[0]",
            ),
        ),
        (
            "range(N)",
            ("F(X[I])", "F([X[I]])[0]", "F(X[I:I + 1])[0]", "F(X[I].reshape(1, -1))[0]"),
        ),
        ("enumerate(X)", ("F(V)", "F([V])[0]", "F(V.reshape(1, -1))[0]", "F(V[None])[0]")),
    ):
        outer = patterns.match(function, loop.iter, source)
        if outer is None:
            continue
        for pattern in values:
            one = patterns.match(function, value, pattern)
            if one is None or not _fits(loop, target, one, outer):
                continue
            array = function.text_of(outer["X"] if "X" in outer.captures else one["X"])
            if source == "range(N)":
                array = f"{array}[:{function.text_of(outer['N'])}]"
            place = function.text_of(target.value)
            length = f"[:len({array})]"
            return f"{place}{length} = {function.text_of(one['F'])}({array})"
    return ""


def _fits(loop: ast.For, target: ast.Subscript, one: Match, outer: Match) -> bool:
    """Whether the index of the loop is the index of what is read and written."""
    names = [n.id for n in ast.walk(loop.target) if isinstance(n, ast.Name)]
    index = target.slice
    if not isinstance(index, ast.Name) or index.id != names[0]:
        return False
    if "F" in one.captures and syntax.names_in(one["F"]) & {*names}:
        return False
    if "I" in one.captures:
        read = one["I"]
        same = "X" not in outer.captures or ast.dump(outer["X"]) == ast.dump(one["X"])
        return isinstance(read, ast.Name) and read.id == names[0] and same
    read = one["V"]
    return isinstance(read, ast.Name) and len(names) == 2 and read.id == names[1]


# ------------------------------------------------------- functions of libraries


@rule(
    "models",
    looks_for="a function that takes arrays (of NumPy, SciPy, a spline, a tree) called singly",
    rewrite="out[i] = norm.pdf(x[i]) in a loop → out[:] = norm.pdf(x); tree.query(p) → "
    "tree.query(points)",
    exact="the function takes arrays as it takes numbers; the trial compares",
    thread="https://github.com/scipy/scipy/issues/18519",
)
def element_calls(seen: Observation) -> Iterator[Finding]:
    """Calls of a library for one element at a time."""
    for function in seen.functions:
        for node in function.nodes:
            if isinstance(node, ast.For):
                for text in (*of_loop(function, node), *_of_statements(function, node)):
                    start, end = function.span(node)
                    yield from _all_at_once(
                        seen, function, node, Edit(start=start, end=end, text=text)
                    )
            elif isinstance(node, ast.ListComp | ast.GeneratorExp):
                for target, text in of_comprehension(function, node):
                    yield from _all_at_once(
                        seen, function, node, rewriting.edit(function, target, text)
                    )


def _all_at_once(
    seen: Observation,
    function: Function,
    node: ast.For | ast.ListComp | ast.GeneratorExp,
    edit: Edit,
) -> Iterator[Finding]:
    yield from seen.edited(
        function,
        [edit],
        title="call it once for all elements",
        lines=syntax.span_of(function, function.statement_of(node)),
        helpers=[
            f"import {module}"
            for module in ("scipy.ndimage", "scipy.spatial.distance", "scipy.stats")
            if f"{module}." in edit.text
        ],
        evidence="it is called for one element at a time",
    )


def of_loop(function: Function, loop: ast.For) -> Iterator[str]:
    """A loop that only stores or appends what a call gives, as one statement."""
    try:
        spans = [whole_calls.span_of(function, loop.target, loop.iter)]
        body = loop.body
        half = False
        if len(body) == 1 and isinstance(body[0], ast.For):
            inner = body[0]
            span, half = whole_calls.inner_span_of(function, inner, spans[0])
            spans.append(span)
            body = whole_calls.mirrored(inner.body) if half else inner.body
        last = whole_calls.inlined(body)
    except NotOneCallError:
        return
    if isinstance(last, ast.Expr) and len(spans) == 1:
        one = patterns.match(function, last.value, "OUT.append(E)")
        if one is not None and isinstance(one["OUT"], ast.Name):
            for text in _calls(function, one["E"], spans):
                yield f"{one['OUT'].id}.extend({text})"
                yield f"{one['OUT'].id}.extend(({text}).tolist())"
    elif isinstance(last, ast.Assign) and len(last.targets) == 1:
        place = last.targets[0]
        if isinstance(place, ast.Subscript) and _is_place(place, spans):
            out = f"{ast.unparse(place.value)}[{_whole_place(place, spans)}]"
            array = ast.unparse(place.value)
            indent = function.indent_of(loop.lineno)
            diagonal = f"\n{indent}{function.numpy}.fill_diagonal({array}, 0)" if half else ""
            for text in _calls(function, last.value, spans):
                yield f"{out} = {text}"
                if half:
                    yield f"{out} = {text}{diagonal}"


def _of_statements(function: Function, loop: ast.For) -> Iterator[str]:
    """Each statement of a loop for all elements, where it gives names to several results."""
    if _only_own(function, loop) or _carries(loop.body):
        return
    if any(whole_calls.takes_no_arrays(function, each) for each in loop.body):
        return
    try:
        span = whole_calls.span_of(function, loop.target, loop.iter)
        for converted in ("", ".tolist()"):
            lines = [_of_statement(function, each, span, converted) for each in loop.body]
            yield f"\n{function.indent_of(loop.lineno)}".join(lines)
    except NotOneCallError:
        return


def _carries(body: list[ast.stmt]) -> bool:
    """Whether a name is read before it is set, in the same iteration."""
    unset = set().union(*map(syntax.stored_in, body))
    for statement in body:
        value = statement.value if isinstance(statement, ast.Assign) else statement
        if syntax.names_in(value) & unset:
            return True
        unset -= syntax.stored_in(statement)
    return False


def _only_own(function: Function, node: ast.AST) -> bool:
    """Whether nothing but functions of one's own is called, and methods that grow lists."""
    called = [n.func for n in ast.walk(node) if isinstance(n, ast.Call)]
    others = [
        f
        for f in called
        if not (isinstance(f, ast.Attribute) and f.attr == "append")
        and not (isinstance(f, ast.Name) and f.id in function.siblings)
        and not function.qualified(f).startswith("builtins.")
    ]
    return not others


def _of_statement(function: Function, statement: ast.stmt, span: Span, converted: str) -> str:
    """'d, i = tree.query(points)', and 'found.extend(zip(d, i))' for an append of (d, i)."""
    if isinstance(statement, ast.Expr):
        one = patterns.match(function, statement.value, "OUT.append(E)")
        if one is None or not isinstance(one["OUT"], ast.Name):
            raise NotOneCallError("it does something else")
        element = one["E"]
        parts = element.elts if isinstance(element, ast.Tuple) else [element]
        texts = [_all_of(each, [span]) for each in parts]
        if converted:
            texts = [f"{t if t.isidentifier() else f'({t})'}{converted}" for t in texts]
        given = f"zip({', '.join(texts)})" if isinstance(element, ast.Tuple) else texts[0]
        return f"{one['OUT'].id}.extend({given})"
    if not isinstance(statement, ast.Assign) or len(statement.targets) != 1:
        raise NotOneCallError("it does something else")
    target, value = statement.targets[0], _all_of(statement.value, [span])
    if isinstance(target, ast.Subscript) and _is_place(target, [span]):
        return f"{ast.unparse(target.value)}[{_whole_place(target, [span])}] = {value}"
    names = target.elts if isinstance(target, ast.Tuple) else [target]
    if not all(isinstance(each, ast.Name) for each in names):
        raise NotOneCallError("it does something else")
    return f"{', '.join(ast.unparse(each) for each in names)} = {value}"


def _all_of(element: ast.expr, spans: list[Span]) -> str:
    return ast.unparse(whole_calls.Wholes(spans).visit(copy.deepcopy(element)))


def _is_place(place: ast.Subscript, spans: list[Span]) -> bool:
    """Whether it is out[i], out[i, j], out[i, :] or out[:, i] of the counters."""
    parts = place.slice.elts if isinstance(place.slice, ast.Tuple) else [place.slice]
    plain = all(
        isinstance(p, ast.Name | ast.Constant)
        or (isinstance(p, ast.Slice) and ast.unparse(p) == ":")
        for p in parts
    )
    counters = [span.counter for span in spans]
    named = [p.id for p in parts if isinstance(p, ast.Name) and p.id in counters]
    return plain and bool(counters[0]) and named == counters


def _whole_place(place: ast.Subscript, spans: list[Span]) -> str:
    """The place for all values of the counters: out[i, :] of an inner loop's out[i, j]."""
    parts = place.slice.elts if isinstance(place.slice, ast.Tuple) else [place.slice]
    counters = [span.counter for span in spans]
    texts = [
        ":" if isinstance(p, ast.Name) and p.id in counters else ast.unparse(p) for p in parts
    ]
    return ", ".join(texts) if set(texts) != {":"} else ":"


_DISTANCES = (
    *("euclidean", "sqeuclidean", "cityblock", "cosine", "chebyshev", "correlation"),
    *("hamming", "jaccard", "braycurtis", "canberra"),
)


def _calls(function: Function, element: ast.expr, spans: list[Span]) -> Iterator[str]:
    """Forms of the element for all; nothing where only functions of one's own are called."""
    if len(spans) == 2:
        yield from _pairs(function, element, spans)
    else:
        yield from _of_labels(function, element, spans[0])
    called = [n.func for n in ast.walk(element) if isinstance(n, ast.Call)]
    own = [f for f in called if isinstance(f, ast.Name) and f.id in function.siblings]
    elements = {name for span in spans for name in span.bound}
    if len(own) == len(called) or whole_calls.takes_no_arrays(function, element, elements):
        return
    for text in whole_calls.of_all(element, spans):
        if not whole_calls.has_no_axis(function, text):
            yield text


_OF_LABELS = {
    **{"mean": "mean", "sum": "sum_labels", "max": "maximum", "min": "minimum"},
    **{"std": "standard_deviation", "var": "variance", "median": "median"},
}


def _of_labels(function: Function, element: ast.expr, span: Span) -> Iterator[str]:
    """A statistic of the elements with each label, for all labels."""
    labels = span.bound | ({span.counter: f"np.arange({span.count})"} if span.counter else {})
    for name, own in _OF_LABELS.items():
        for pattern in (f"X[K == V].{name}()", f"np.{name}(X[K == V])"):
            one = patterns.match(function, element, pattern)
            if one is None or ast.unparse(one["V"]) not in labels:
                continue
            module = _module(function, "scipy.ndimage")
            x, k = ast.unparse(one["X"]), ast.unparse(one["K"])
            yield f"{module}.{own}({x}, {k}, {labels[ast.unparse(one['V'])]})"
    for pattern in _COUNTED:
        one = patterns.match(function, element, pattern)
        found = labels.get(ast.unparse(one["V"])) if one is not None else None
        if one is not None and found is not None:
            yield _counts_of_labels(function, ast.unparse(one["K"]), found)


_COUNTED = (
    *("np.sum(K == V)", "(K == V).sum()", "np.count_nonzero(K == V)"),
    *("len(K[K == V])", "K[K == V].size", "len(np.where(K == V)[0])"),
)


def _counts_of_labels(function: Function, array: str, labels: str) -> str:
    """How many elements are each of the labels, by one pass."""
    np = function.numpy
    bounds = ast.parse(labels, mode="eval").body
    counted = isinstance(bounds, ast.Call) and function.is_numpy(bounds, ("arange",))
    if counted and isinstance(bounds, ast.Call):
        *first, last = (ast.unparse(each) for each in bounds.args)
        return f"{np}.bincount({np}.ravel({array}), minlength={last})[{''.join(first)}:{last}]"
    return f"{np}.bincount({np}.ravel({array}), minlength={np}.max({labels}) + 1)[{labels}]"


def _pairs(function: Function, element: ast.expr, spans: list[Span]) -> Iterator[str]:
    """Distances and correlations of all pairs of rows or columns."""
    for name in _DISTANCES:
        one = patterns.match(function, element, f"scipy.spatial.distance.{name}(A, B)")
        rows = [_rows(one[each], spans[n]) for n, each in enumerate("AB")] if one else []
        if rows and all(rows):
            x, y = rows
            yield f"{_module(function, 'scipy.spatial.distance')}.cdist({x}, {y}, '{name}')"
    for pattern, text in (
        ("scipy.stats.pearsonr(X[:, I], X[:, J])[0]", "np.corrcoef({x}, rowvar=False)"),
        ("scipy.stats.pearsonr(X[I], X[J])[0]", "np.corrcoef({x})"),
        ("np.corrcoef(X[:, I], X[:, J])[0, 1]", "np.corrcoef({x}, rowvar=False)"),
        ("np.corrcoef(X[I], X[J])[0, 1]", "np.corrcoef({x})"),
        *(
            (f"scipy.stats.spearmanr({pair}){part}", f"np.corrcoef({ranks})")
            for pair, ranks in (
                ("X[:, I], X[:, J]", f"{_ranks(function)}({{x}}, axis=0), rowvar=False"),
                ("X[I], X[J]", f"{_ranks(function)}({{x}}, axis=1)"),
            )
            for part in ("[0]", ".statistic", ".correlation")
        ),
        ("np.cov(X[:, I], X[:, J])[0, 1]", "np.cov({x}, rowvar=False)"),
    ):
        one = patterns.match(function, element, pattern)
        if one is not None:
            yield text.format(x=ast.unparse(one["X"]))


def _ranks(function: Function) -> str:
    return f"{_module(function, 'scipy.stats')}.rankdata"


def _rows(node: ast.expr, span: Span) -> str:
    """All rows of which a loop's element is one, named or counted; empty for anything else."""
    if isinstance(node, ast.Name):
        return span.bound.get(node.id, "")
    counted = isinstance(node, ast.Subscript) and ast.unparse(node.slice) == span.counter
    return ast.unparse(node.value) if counted and isinstance(node, ast.Subscript) else ""


def _module(function: Function, module: str) -> str:
    """The name that a module has in the function; its own where it has none."""
    return next((k for k, v in function.bound.items() if v == module), module)


_REDUCED = ("builtins.sum", "builtins.max", "builtins.min")


def of_comprehension(
    function: Function, node: ast.ListComp | ast.GeneratorExp
) -> Iterator[tuple[ast.expr, str]]:
    """A list of what a call gives, in np.array() or not: what is replaced, and by what."""
    if any(each.ifs for each in node.generators) or len(node.generators) > 1:
        return
    parent = function.parents.get(node)
    if isinstance(parent, ast.ListComp):
        return
    try:
        spans = [whole_calls.span_of(function, g.target, g.iter) for g in node.generators]
        element = node.elt
        if isinstance(element, ast.ListComp) and len(element.generators) == 1:
            inner = element.generators[0]
            spans.append(whole_calls.span_of(function, inner.target, inner.iter))
            element = element.elt
    except NotOneCallError:
        return
    for text in _calls(function, element, spans):
        if isinstance(parent, ast.Call) and function.is_numpy(parent, ("array", "asarray")):
            yield parent, text
        elif isinstance(parent, ast.Call) and function.qualified(parent.func) in _REDUCED:
            name = function.qualified(parent.func).rpartition(".")[2]
            if len(parent.args) == 1:
                yield parent, f"{function.numpy}.{name}({text})"
        elif isinstance(node, ast.GeneratorExp):
            return
        else:
            yield node, f"list({text})"
            yield node, f"({text}).tolist()"


# ------------------------------------------------------------- distributions

_OF_DISTRIBUTIONS = (
    *("pdf", "logpdf", "pmf", "logpmf", "cdf", "logcdf", "sf", "logsf", "ppf", "isf"),
)


@rule(
    "models",
    looks_for="a distribution frozen for one call, or the framework around the normal one",
    rewrite="norm(m, s).pdf(x) → norm.pdf(x, m, s); norm.cdf(x) → scipy.special.ndtr(x)",
    exact="up to rounding, for a positive scale",
    thread="https://github.com/MESMER-group/mesmer/issues/532",
)
def distribution(seen: Observation) -> Iterator[Finding]:
    """Distributions whose framework takes longer than they do."""
    for function in seen.functions:
        edits = []
        for node in function.nodes:
            text = _thawed(function, node) if isinstance(node, ast.Call) else ""
            if text and isinstance(node, ast.Call):
                edits.append((node, rewriting.edit(function, node, text)))
        if edits:
            yield from seen.edited(
                function,
                [edit for _, edit in edits],
                title="call the distribution with its parameters instead of freezing it",
                lines={node.lineno + function.shift for node, _ in edits},
                evidence="freezing a distribution makes an object of it, and its documentation",
            )
    yield from seen.rewrites(
        *_normal_formulas(),
        title="the formula itself: the framework around it checks and copies",
        helpers=("import numpy as np", "import scipy.special"),
        evidence="scipy.stats checks, broadcasts and masks arguments in Python at every call",
    )


def _normal_formulas() -> list[tuple[str, str]]:
    """The methods of the normal distribution, and what they compute."""
    norm, special = "scipy.stats.norm", "scipy.special"
    scaled = "((X - M) / S)"
    table = []
    for given, x, scale in (
        ("X", "X", ""),
        ("X, M, S", scaled, "S"),
        ("X, loc=M, scale=S", scaled, "S"),
        ("X, M, scale=S", scaled, "S"),
        ("X, loc=M", "(X - M)", ""),
        ("X, scale=S", "(X / S)", "S"),
    ):
        over = f"({scale} * np.sqrt(2 * np.pi))" if scale else "np.sqrt(2 * np.pi)"
        log = f"np.log({over})"
        frozen = given.removeprefix("X").removeprefix(", ")
        for called in (f"{norm}.{{}}({given})", f"{norm}({frozen}).{{}}(X)"):
            table += [
                (called.format("pdf"), f"np.exp(-0.5 * {x} ** 2) / {over}"),
                (called.format("logpdf"), f"-0.5 * {x} ** 2 - {log}"),
                (called.format("cdf"), f"{special}.ndtr({x})"),
                (called.format("sf"), f"{special}.ndtr(-{x})"),
            ]
    table += [
        (f"{norm}.ppf(Q)", f"{special}.ndtri(Q)"),
        (f"{norm}.ppf(Q, M, S)", f"{special}.ndtri(Q) * S + M"),
        (f"{norm}.ppf(Q, loc=M, scale=S)", f"{special}.ndtri(Q) * S + M"),
    ]
    return table


def _thawed(function: Function, node: ast.Call) -> str:
    """`norm(m, s).pdf(x)` as `norm.pdf(x, m, s)`; empty for anything else."""
    method = node.func
    if not isinstance(method, ast.Attribute) or not isinstance(method.value, ast.Call):
        return ""
    frozen = method.value
    if not function.qualified(frozen.func).startswith("scipy.stats."):
        return ""
    own = [function.text_of(each) for each in frozen.args]
    own += [f"{k.arg}={function.text_of(k.value)}" for k in frozen.keywords]
    given = [function.text_of(each) for each in node.args]
    named = [f"{k.arg}={function.text_of(k.value)}" for k in node.keywords]
    name = function.text_of(frozen.func)
    if method.attr in _OF_DISTRIBUTIONS and len(given) == 1 and not named:
        return f"{name}.{method.attr}({', '.join([*given, *own])})"
    if method.attr == "rvs":
        sized = [f"size={each}" for each in given[:1]]
        return f"{name}.rvs({', '.join([*own, *sized, *named])})" if len(given) < 2 else ""
    return ""

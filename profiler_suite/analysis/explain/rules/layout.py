"""Slow paths of memory layout: strides that BLAS cannot take, needless copies."""

import ast
from collections.abc import Iterator

from profiler_suite.analysis.explain import rewriting
from profiler_suite.analysis.explain.rewrites import call_rewrites, patterns
from profiler_suite.analysis.explain.rewrites.patterns import Match
from profiler_suite.analysis.explain.rewriting import Function
from profiler_suite.analysis.explain.rules.evidence import at, counted
from profiler_suite.analysis.explain.rules.observed import Finding, Observation
from profiler_suite.analysis.explain.rules.registry import rule
from profiler_suite.model.trace import Operand


@rule(
    "layout",
    looks_for="arguments whose memory is walked through in steps",
    rewrite="x = np.ascontiguousarray(x) before anything else",
    exact="always, unless the function writes to its argument",
    thread="https://numpy.org/doc/stable/reference/generated/numpy.ascontiguousarray.html",
)
def contiguous(seen: Observation) -> Iterator[Finding]:
    """Strided arguments, copied first, or by the caller."""
    explained = seen.explained
    for function in seen.functions:
        if not explained.strided or not seen.is_entry(function):
            continue
        strided = [
            o for o in explained.operations if any(is_strided(each) for each in o.operands)
        ]
        if seen.traced and not strided:
            continue
        evidence = f"{counted(strided[:4]) or 'its operations'} walk through memory in steps"
        found = seen.finding(
            function,
            call_rewrites.with_contiguous(function, explained.strided),
            title=f"copy {', '.join(explained.strided)} to row order first",
            evidence=evidence,
            lines=seen.lines_of(function),
        )
        if found is not None:
            yield found
        yield seen.with_arguments(
            dict.fromkeys(explained.strided, "row order"),
            title=f"pass {', '.join(explained.strided)} in row order",
            evidence=evidence,
        )


def is_strided(operand: Operand) -> bool:
    """Whether its elements do not lie one after the other, row by row."""
    expected = int(operand.dtype[2:]) if operand.dtype[2:].isdigit() else 8
    for length, stride in zip(
        reversed(operand.shape), reversed(operand.strides_bytes), strict=True
    ):
        if length > 1 and stride != expected:
            return True
        expected *= length
    return False


@rule(
    "layout",
    looks_for="a matrix in reversed order handed to BLAS, which copies it",
    rewrite="np.dot(A, x) → np.dot(A[::-1], x)[::-1]",
    exact="up to rounding: the same sums in the other order of rows",
    thread="https://github.com/numpy/numpy/issues/28909",
)
def reversed_into_blas(seen: Observation) -> Iterator[Finding]:
    """Products with a matrix whose rows or columns run backwards."""

    def strided(m: Match) -> bool:
        form = m.form("A")
        return form is not None and form.order == "strided" and len(form.shape) == 2

    def backwards(m: Match) -> bool:
        own = seen.operations(m.function, [m.line])
        negative = any(s < 0 for o in own for each in o.operands for s in each.strides_bytes)
        return negative or (strided(m) and not own)

    for product in ("np.dot(A, B)", "A @ B", "np.matmul(A, B)", "A.dot(B)"):
        for rows, columns in (
            (product.replace("A", "A[::-1]", 1) + "[::-1]", ""),
            ("", product.replace("A", "A[:, ::-1]", 1).replace("B", "B[::-1]", 1)),
        ):
            template = rows or columns
            if rows and "@" in product:
                template = "(A[::-1] @ B)[::-1]"
            yield from seen.rewrites(
                (product, template),
                where=backwards,
                title="turn the matrix the right way round for BLAS, and the result back",
            )


@rule(
    "layout",
    looks_for="fields of a structured array used again and again: their elements lie apart",
    rewrite="a['p'] → a copy of the field, made once",
    exact="as long as the field is only read",
    thread="https://github.com/numpy/numpy/issues/9934",
)
def structured_field(seen: Observation) -> Iterator[Finding]:
    """Fields of structured arguments, copied on entry."""
    for function in seen.functions:
        held = seen.parameters(function, lambda f: f.letter == "V")
        for name in held:
            uses = _fields(function, name)
            stored = any(isinstance(n.ctx, ast.Store) for n in uses)
            if not uses or stored:
                continue
            fields = sorted({_field_of(n) for n in uses})
            copies = {
                field: f"{name}_{field} = {function.numpy}.ascontiguousarray({name}['{field}'])"
                for field in fields
                if field.isidentifier()
            }
            edits = [
                rewriting.edit(function, n, f"{name}_{_field_of(n)}")
                for n in uses
                if _field_of(n) in copies
            ]
            body = function.node.body
            edits += rewriting.inserted(function, {body[0].lineno: list(copies.values())})
            yield from seen.edited(
                function,
                edits,
                title=f"copy the fields {', '.join(copies)} of {name} once",
                lines={n.lineno + function.shift for n in uses},
                evidence=f"{len(uses)} uses of fields whose elements do not lie side by side",
            )


def _field_of(node: ast.Subscript | ast.Attribute) -> str:
    if isinstance(node, ast.Attribute):
        return node.attr
    return str(node.slice.value) if isinstance(node.slice, ast.Constant) else ""


def _fields(function: Function, name: str) -> list[ast.Subscript | ast.Attribute]:
    """Uses of a['p'] and, of record arrays, a.p."""
    form = function.source.names.get(name, "")
    found: list[ast.Subscript | ast.Attribute] = []
    for node in function.nodes:
        value = getattr(node, "value", None)
        if not isinstance(value, ast.Name) or value.id != name:
            continue
        if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant):
            if isinstance(node.slice.value, str):
                found.append(node)
        elif isinstance(node, ast.Attribute) and f"'{node.attr}'" in form:
            found.append(node)
    return found


@rule(
    "layout",
    looks_for="fields of a record array as attributes, looked up in Python",
    rewrite="a.p → a['p']",
    exact="always",
    thread="https://github.com/numpy/numpy/issues/8353",
)
def record_attribute(seen: Observation) -> Iterator[Finding]:
    """Attribute access to the fields of record arrays."""
    for function in seen.functions:
        for name in seen.parameters(function, lambda f: "record" in f.dtype):
            edits = [
                rewriting.edit(function, node, f"{name}['{node.attr}']")
                for node in _fields(function, name)
                if isinstance(node, ast.Attribute)
            ]
            lines = {
                node.lineno + function.shift
                for node in _fields(function, name)
                if isinstance(node, ast.Attribute)
            }
            if edits:
                yield from seen.edited(
                    function,
                    edits,
                    title=f"index the fields of {name} by name: attributes of record arrays "
                    "are looked up in Python",
                    lines=lines,
                )


@rule(
    "layout",
    looks_for="an index array that counts up: every element is fetched by its own number",
    rewrite="x[np.arange(n)] → x[:n]",
    exact="as long as n is not larger than the array, and the result is not written to",
    thread="https://github.com/numpy/numpy/issues/9450",
)
def counting_index(seen: Observation) -> Iterator[Finding]:
    """Index arrays that are ranges."""
    table = []
    for made in ("np.arange({})", "list(range({}))", "range({})"):
        for args, part in (("N", ":N"), ("M, N", "M:N"), ("M, N, S", "M:N:S")):
            index = made.format(args)
            table += [
                (f"X[{index}]", f"X[{part}]"),
                (f"X[:, {index}]", f"X[:, {part}]"),
                (f"np.take(X, {index}, axis=0)", f"X[{part}]"),
            ]
    return seen.rewrites(*table, title="take a slice: the indices count up")


@rule(
    "layout",
    looks_for="rows or columns picked by an index array",
    rewrite="x[i] → np.take(x, i, axis=0)",
    exact="always for integer indices",
    thread="https://github.com/chyikwei/recommend/issues/21",
)
def take(seen: Observation) -> Iterator[Finding]:
    """Fancy indexing that take does faster."""

    def by_integers(m: Match) -> bool:
        index, array = m.form("I"), m.form("X")
        loads = isinstance(getattr(m.node, "ctx", None), ast.Load)
        return (
            loads
            and index is not None
            and index.kind == "array"
            and index.letter in "iu"
            and array is not None
            and array.kind == "array"
        )

    return seen.rewrites(
        ("X[I]", "np.take(X, I, axis=0)"),
        ("X[:, I]", "np.take(X, I, axis=1)"),
        where=by_integers,
        title="np.take picks them faster than an index array",
    )


@rule(
    "layout",
    looks_for="a mask turned into indices to index with",
    rewrite="x[np.where(m)] → x[m], len(np.where(m)[0]) → np.count_nonzero(m)",
    exact="always",
    thread="https://github.com/numpy/numpy/issues/23781",
)
def mask(seen: Observation) -> Iterator[Finding]:
    """Masks, and what counts their elements."""
    counts = [
        (pattern, "np.count_nonzero(M)")
        for pattern in (
            "len(np.where(M)[0])",
            "len(np.argwhere(M))",
            "np.argwhere(M).shape[0]",
            "len(np.nonzero(M)[0])",
            "len(np.flatnonzero(M))",
            "np.where(M)[0].size",
            "np.flatnonzero(M).size",
            "np.nonzero(M)[0].shape[0]",
            "np.where(M)[0].shape[0]",
            "len(X[M])",
        )
    ]
    return seen.rewrites(
        *counts,
        ("X[np.where(M)]", "X[M]"),
        ("X[np.nonzero(M)]", "X[M]"),
        ("X[np.flatnonzero(M)]", "X[M]"),
        ("X[np.where(M)[0]]", "X[M]"),
        ("X[M].size", "np.count_nonzero(M)"),
        where=lambda m: (
            seen.holds(m, "b", "M", kinds="array") or isinstance(m["M"], ast.Compare)
        ),
        title="use the mask itself",
    )


@rule(
    "layout",
    looks_for="truth values added up as integers",
    rewrite="np.sum(x > 0) → np.count_nonzero(x > 0)",
    exact="always",
    thread="https://github.com/numpy/numpy/issues/8913",
)
def count_nonzero(seen: Observation) -> Iterator[Finding]:
    """Sums of truth values."""

    def truth(m: Match) -> bool:
        form = m.form("M")
        compared = isinstance(m["M"], ast.Compare) and form is None
        return compared or (form is not None and form.kind == "array" and form.letter == "b")

    return seen.rewrites(
        ("np.sum(M)", "np.count_nonzero(M)"),
        ("M.sum()", "np.count_nonzero(M)"),
        ("np.sum(M, axis=K)", "np.count_nonzero(M, axis=K)"),
        ("M.sum(axis=K)", "np.count_nonzero(M, axis=K)"),
        ("sum(M)", "np.count_nonzero(M)"),
        where=truth,
        title="count the truth values instead of adding them as integers",
    )


@rule(
    "layout",
    looks_for="truth values counted only to ask whether there are any",
    rewrite="np.sum(mask, axis=1) > 0 → np.any(mask, axis=1)",
    exact="always",
    thread="https://github.com/cta-observatory/ctapipe/pull/1133",
)
def any_by_count(seen: Observation) -> Iterator[Finding]:
    """Counts that are compared with nothing, or with all."""

    def truth(m: Match) -> bool:
        form = m.form("M")
        return form is not None and form.kind == "array" and form.letter == "b"

    table = []
    for count, more in (
        ("np.sum", ", axis=K"),
        ("np.sum", ""),
        ("np.count_nonzero", ", axis=K"),
    ):
        counted = f"{count}(M{more})"
        table += [(f"{counted} {s}", f"np.any(M{more})") for s in ("> 0", ">= 1", "!= 0")]
        table += [(f"{counted} == 0", f"~np.any(M{more})")]
    for more in ("axis=K", "K", ""):
        table += [(f"M.sum({more}) {s}", f"M.any({more})") for s in ("> 0", ">= 1", "!= 0")]
        table += [(f"M.sum({more}) == 0", f"~M.any({more})")]
    table.append(("np.sum(M) == M.size", "np.all(M)"))
    return seen.rewrites(*table, where=truth, title="stop counting: ask for any")


@rule(
    "layout",
    looks_for="a flattened copy where a view would do",
    rewrite="x.flatten() → x.ravel()",
    exact="as long as nothing is written to it",
    thread="https://stackoverflow.com/questions/28930465/what-is-the-difference-between-"
    "flatten-and-ravel-functions-in-numpy",
)
def flatten(seen: Observation) -> Iterator[Finding]:
    """Copies that ravel spares."""
    return seen.rewrites(
        ("X.flatten()", "X.ravel()"),
        title="ravel gives a view of what lies side by side, flatten always copies",
    )


@rule(
    "layout",
    looks_for="a transposed array laid out anew, by reshape or ravel",
    rewrite="x.T.ravel() → x.ravel(order='F'); x.T.copy().T → np.asfortranarray(x)",
    exact="always",
    thread="https://github.com/mehta-lab/recOrder/pull/322",
)
def reshape_copies(seen: Observation) -> Iterator[Finding]:
    """Reshapes that copy."""
    return seen.rewrites(
        ("np.sum(X.T.ravel())", "np.sum(X.ravel())"),
        ("np.sum(X.T.reshape(-1))", "np.sum(X.ravel())"),
        ("np.dot(X.T.ravel(), Y.T.ravel())", "np.vdot(X, Y)"),
        ("X.T.ravel() @ Y.T.ravel()", "np.vdot(X, Y)"),
        ("np.ascontiguousarray(X.T) @ Y", "X.T @ Y"),
        ("X.T.copy() @ Y", "X.T @ Y"),
        ("X @ np.ascontiguousarray(Y.T)", "X @ Y.T"),
        ("X @ Y.T.copy()", "X @ Y.T"),
        title="BLAS and sums take the transposed array as it is",
    )


@rule(
    "layout",
    looks_for="a loop over the columns of an array in row order",
    rewrite="x = np.asfortranarray(x) before the loop",
    exact="always, unless the array is written to",
    thread="https://github.com/pydata/bottleneck/issues/70",
)
def column_loop(seen: Observation) -> Iterator[Finding]:
    """Columns taken one by one from rows."""
    for function in seen.functions:
        for loop in (n for n in function.nodes if isinstance(n, ast.For)):
            if not isinstance(loop.target, ast.Name):
                continue
            columns = _columns(function, loop, loop.target.id)
            for name in columns:
                line = loop.lineno
                yield from seen.edited(
                    function,
                    rewriting.inserted(
                        function, {line: [f"{name} = {function.numpy}.asfortranarray({name})"]}
                    ),
                    title=f"lay {name} out column by column before the loop over its columns",
                    lines=range(
                        line + function.shift, (loop.end_lineno or line) + function.shift + 1
                    ),
                    evidence=f"{at([line + function.shift])} goes over the columns of {name}, "
                    "whose elements lie a row apart",
                )


def _columns(function: Function, loop: ast.For, index: str) -> set[str]:
    """Names of arrays in row order whose columns a loop takes: x[:, j]."""
    found = set()
    stored = {
        n.id for n in ast.walk(loop) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)
    }
    for node in ast.walk(loop):
        one = patterns.match(function, node, "X[:, J]") if isinstance(node, ast.expr) else None
        if one is None or not isinstance(one["X"], ast.Name) or one["X"].id in stored:
            continue
        form = one.form("X")
        by_index = isinstance(one["J"], ast.Name) and one["J"].id == index
        read = isinstance(getattr(node, "ctx", None), ast.Load)
        if by_index and read and form is not None and form.order == "" and len(form.shape) == 2:
            found.add(one["X"].id)
    return found

"""Slow paths of sparse matrices: filled, taken apart or made dense against their kind."""

import ast
from collections.abc import Iterator
from functools import partial

from profiler_suite.analysis.explain import rewriting, syntax
from profiler_suite.analysis.explain.rewrites import (
    compressed_rows,
    forms,
    names_in_place,
    patterns,
    scaled_rows,
    sparse_elements,
)
from profiler_suite.analysis.explain.rewriting import Function
from profiler_suite.analysis.explain.rules.observed import Finding, Observation
from profiler_suite.analysis.explain.rules.registry import rule
from profiler_suite.measure.explain.records import Edit


@rule(
    "sparse",
    looks_for="a compressed sparse matrix filled element by element: moved at every insertion",
    rewrite="csr_matrix(shape) → lil_matrix(shape), and tocsr() after the loop",
    exact="always",
    thread="https://github.com/scipy/scipy/pull/3582",
)
def sparse_filled(seen: Observation) -> Iterator[Finding]:
    """Sparse matrices filled in loops."""
    for function in seen.functions:
        for node in function.nodes:
            if not isinstance(node, ast.Assign) or not isinstance(node.value, ast.Call):
                continue
            qualified = function.qualified(node.value.func)
            kind = qualified.rpartition(".")[2]
            target = node.targets[0]
            if not qualified.startswith("scipy.sparse.") or kind[:3] not in ("csr", "csc"):
                continue
            loop = _filling(function, target)
            if loop is None or not isinstance(target, ast.Name):
                continue
            called = node.value.func
            text = function.text_of(called).replace(kind, f"lil{kind[3:]}")
            imports: tuple[str, ...] = ()
            if isinstance(called, ast.Name):
                text, imports = f"scipy.sparse.lil{kind[3:]}", ("import scipy.sparse",)
            start, end = function.span(called)
            yield from seen.edited(
                function,
                [
                    Edit(start=start, end=end, text=text),
                    syntax.after(function, loop, [f"{target.id} = {target.id}.to{kind[:3]}()"]),
                ],
                title=f"fill {target.id} as a list of lists, then compress it",
                lines=syntax.span_of(function, loop),
                helpers=imports,
                evidence="a compressed matrix moves its elements at every insertion",
            )


def _filling(function: Function, target: ast.expr) -> syntax.Loop | None:
    for loop in syntax.loops_of(function):
        for n in ast.walk(loop):
            if (
                isinstance(n, ast.Subscript)
                and isinstance(n.ctx, ast.Store)
                and ast.unparse(n.value) == ast.unparse(target)
            ):
                return loop
    return None


@rule(
    "sparse",
    looks_for="rows or columns of a sparse matrix taken in a loop against its order",
    rewrite="A = A.tocsc() before a loop over columns, A.tocsr() before one over rows",
    exact="always",
    thread="https://github.com/scipy/scipy/pull/3338",
)
def sparse_slices(seen: Observation) -> Iterator[Finding]:
    """Sparse matrices sliced across their order."""
    for function in seen.functions:
        for loop in syntax.loops_of(function):
            wanted: dict[str, str] = {}
            for node in ast.walk(loop):
                if not isinstance(node, ast.Subscript) or not isinstance(node.value, ast.Name):
                    continue
                form = forms.of(function, node.value)
                kind = form.dtype[:3] if form is not None and form.kind == "other" else ""
                if kind not in ("csr", "csc", "coo", "lil", "dok"):
                    continue
                by_column = patterns.match(function, node, "X[:, J]") is not None
                to = "csc" if by_column else "csr"
                if kind != to:
                    wanted[node.value.id] = to
            changed = syntax.stored_in(loop)
            lines = [f"{n} = {n}.to{to}()" for n, to in wanted.items() if n not in changed]
            if lines:
                yield from seen.edited(
                    function,
                    rewriting.inserted(function, {loop.lineno: lines}),
                    title="turn the sparse matrix to the order in which it is taken apart",
                    lines=syntax.span_of(function, loop),
                    evidence="a slice across the order of a sparse matrix looks at all of it",
                )


@rule(
    "sparse",
    looks_for="a sparse matrix made dense to be multiplied",
    rewrite="A.toarray() @ x → A @ x",
    exact="up to rounding",
    thread="https://github.com/scipy/scipy/issues/25345",
)
def sparse_made_dense(seen: Observation) -> Iterator[Finding]:
    """Products that stay sparse."""
    return seen.rewrites(
        ("A.toarray() @ X", "A @ X"),
        ("A.toarray().dot(X)", "A @ X"),
        ("np.dot(A.toarray(), X)", "A @ X"),
        ("X @ A.toarray()", "X @ A"),
        ("A.todense() @ X", "A @ X"),
        ("A.toarray().sum()", "A.sum()"),
        ("A.toarray().sum(axis=K)", "np.asarray(A.sum(axis=K)).ravel()"),
        title="multiply the sparse matrix as it is",
    )


# ------------------------------------------------------- filled element by element


@rule(
    "sparse",
    looks_for="a sparse matrix of any format set element by element in a loop",
    rewrite="m[i, j] += v → rows, columns and values in lists, one coo_matrix after the loop",
    exact="it begins empty; elements are added up, or set (of one place the last counts)",
    thread="https://github.com/glorotxa/SME/pull/1",
)
def sparse_assembled(seen: Observation) -> Iterator[Finding]:
    """Sparse matrices assembled in loops."""
    for function in seen.functions:
        for node in function.nodes:
            if not isinstance(node, ast.Assign) or not isinstance(node.value, ast.Call):
                continue
            owner, _, kind = function.qualified(node.value.func).rpartition(".")
            target = node.targets[0]
            if not owner.startswith("scipy.sparse") or not isinstance(target, ast.Name):
                continue
            if kind[:3] not in ("lil", "dok", "csr", "csc"):
                continue
            loop = _filling(function, target)
            if loop is not None:
                yield from _assembled(seen, function, loop, node, kind)
        for loop in syntax.loops_of(function):
            for name in sorted(syntax.stored_in(loop)):
                yield from _set_at_once(seen, function, loop, name)


_ONE_BY_ONE = "every element that is set is looked for in the matrix, in Python"


def _set_at_once(
    seen: Observation, function: Function, loop: syntax.Loop, name: str
) -> Iterator[Finding]:
    """A matrix that was there before, whose elements are set: all of them in one statement."""
    form = forms.of(function, ast.Name(name, ast.Load()))
    if form is None or form.dtype[:3] not in _SPARSE_KINDS:
        return
    found = sparse_elements.collected(function, loop, name)
    if found is None or found.added:
        return
    rows, columns, values = found.joined.values()
    whole = [
        *found.edits,
        *sparse_elements.before_loop(function, loop, found),
        syntax.after(function, loop, [f"{name}[{rows}, {columns}] = {values}"]),
    ]
    yield from seen.edited(
        function,
        whole,
        title=f"collect the elements of {name} in lists and set them all at once",
        lines=syntax.span_of(function, loop),
        evidence=_ONE_BY_ONE,
    )


def _assembled(
    seen: Observation, function: Function, loop: syntax.Loop, begun: ast.Assign, kind: str
) -> Iterator[Finding]:
    """A matrix that begins empty, made of all its elements after the loop."""
    name = ast.unparse(begun.targets[0])
    lines = syntax.span_of(function, loop)
    for to in sparse_elements.formats_after(function, loop, name, kind):
        for apart in (False, True):
            found = sparse_elements.collected(function, loop, name, apart=apart)
            if found is None:
                return
            # Lists of one statement are in the order in which it ran.
            ordered = len(found.lists) == len(found.joined)
            made, text = sparse_elements.maker(found, kind, to, ordered=ordered)
            whole = [
                *found.edits,
                *sparse_elements.only_shaped(function, loop, begun, name),
                *sparse_elements.before_loop(function, loop, found),
                syntax.after(function, loop, sparse_elements.after_loop(found, made, name)),
            ]
            helpers = ("import scipy.sparse", text)
            if not apart:
                yield from seen.edited(
                    function,
                    whole,
                    title=f"collect the elements of {name} in lists and make the matrix of "
                    "them once",
                    lines=lines,
                    helpers=helpers,
                    evidence=_ONE_BY_ONE,
                )
                continue
            changed = rewriting.spliced(function, whole)
            if changed is None:
                continue
            for title, lifted in seen.lifted_again(function, changed.source, {}):
                yield from seen.whole(
                    function,
                    sparse_elements.without_copies(lifted, found),
                    title=f"{title}, and the matrix made of them once",
                    lines=lines,
                    helpers=helpers,
                    evidence=f"{_ONE_BY_ONE}{seen.provided(lifted)}",
                )


# ------------------------------------------------------- read row by row

# What is computed of a row in each iteration → of all rows before the loop, an element of it.
_AXES = (("A[I]", 1), ("A[I, :]", 1), ("A.getrow(I)", 1), ("A[:, I]", 0), ("A.getcol(I)", 0))
_OF_ROWS = {
    f"{row}.{method}()": (made, "{name}[{i}]")
    for row, axis in _AXES
    for method, made in (
        ("sum", f"np.asarray({{a}}.sum(axis={axis})).ravel()"),
        ("mean", f"np.asarray({{a}}.mean(axis={axis})).ravel()"),
        ("max", f"{{a}}.max(axis={axis}).toarray().ravel()"),
        ("min", f"{{a}}.min(axis={axis}).toarray().ravel()"),
        ("getnnz", f"{{a}}.getnnz(axis={axis})"),
    )
} | {
    **{
        f"{row}{tail}": ("{a}.toarray()", text)
        for row in ("A[I]", "A[I, :]", "A.getrow(I)")
        for tail, text in (
            (".toarray()", "{name}[{i}:{i} + 1]"),
            (".toarray().ravel()", "{name}[{i}]"),
            (".toarray()[0]", "{name}[{i}]"),
            (".toarray().flatten()", "{name}[{i}].copy()"),
        )
    },
    **{
        f"{row}{times}{tail}": ("{a} @ {x}", text)
        for row in ("A[I]", "A[I, :]", "A.getrow(I)")
        for times in (".dot(X)", " @ X")
        for tail, text in (("", "{name}[{i}:{i} + 1]"), ("[0]", "{name}[{i}]"))
        if not (times == " @ X" and tail)
    },
    **{
        f"({row} @ X)[0]": ("{a} @ {x}", "{name}[{i}]")
        for row in ("A[I]", "A[I, :]", "A.getrow(I)")
    },
    **{
        f"{row}.{squared}.sum()": (
            f"np.asarray({{a}}.multiply({{a}}).sum(axis={axis})).ravel()",
            "{name}[{i}]",
        )
        for row, axis in _AXES
        for squared in (f"multiply({row})", "power(2)")
    },
    "A[:, I].toarray()": ("{a}.toarray()", "{name}[:, {i}:{i} + 1]"),
    "A[:, I].toarray().ravel()": ("{a}.toarray()", "{name}[:, {i}]"),
    "A[I, J]": ("{a}.toarray()", "{name}[{i}, {j}]"),
    "A[I].nnz": ("{a}.getnnz(axis=1)", "{name}[{i}]"),
    "A.getrow(I).nnz": ("{a}.getnnz(axis=1)", "{name}[{i}]"),
    "A[:, I].nnz": ("{a}.getnnz(axis=0)", "{name}[{i}]"),
}
_SPARSE_KINDS = ("csr", "csc", "coo", "lil", "dok", "bsr", "dia")
_MEMORY_SHARE = 0.1


@rule(
    "sparse",
    looks_for="rows, columns or elements of a sparse matrix taken one by one: a matrix each",
    rewrite="m[i].sum() → np.asarray(m.sum(axis=1)).ravel()[i]; m[i, j] → m.toarray()[i, j] "
    "where memory allows",
    exact="up to rounding; the matrix does not change in the loop",
    thread="https://github.com/scipy/scipy/pull/311",
)
def sparse_rows(seen: Observation) -> Iterator[Finding]:
    """What each row gives, of all rows at once."""
    for function in seen.functions:
        yield from _of_all_rows(seen, function, function)
        named = names_in_place.in_place(function, partial(_is_row, function))
        if named is not None:
            yield from _of_all_rows(seen, function, named)


def _of_all_rows(seen: Observation, function: Function, written: Function) -> Iterator[Finding]:
    """Findings for the function, by its text as it is or with rows where their names stood."""
    found: dict[tuple[ast.stmt, str, str], list[tuple[patterns.Match, str]]] = {}
    for pattern, (made, text) in _OF_ROWS.items():
        for one in patterns.found(written, [pattern], lambda m: _of_sparse(seen, m)):
            around = [p for p in written.around(one.node) if _repeats(one, p)]
            if around and not (".toarray()" in made and not _fits(seen, one)):
                x = written.text_of(one["X"]) if "X" in one.captures else ""
                whole = made.replace("{x}", x)
                key = written.statement_of(around[-1]), written.text_of(one["A"]), whole
                found.setdefault(key, []).append((one, text))
    for (statement, matrix, made), places in found.items():
        outermost = [
            (one, text)
            for one, text in places
            if not any(one.node in list(ast.walk(o.node))[1:] for o, _ in places)
        ]
        what = "rows" if ".toarray()" not in made else "array"
        name = f"{matrix}_{what}"
        edits = [
            rewriting.edit(written, one.node, _element(written, one, text, name))
            for one, text in outermost
        ]
        edits += rewriting.inserted(
            written, {statement.lineno: [f"{name} = {made.format(a=matrix)}"]}
        )
        changed = rewriting.spliced(written, edits)
        if changed is None:
            continue
        lines = _lines_of(function, written, statement)
        yield from seen.whole(
            function,
            changed.source,
            title=f"compute it for all of {matrix} before the loop",
            lines=lines,
            helpers=("import numpy as np",) if "np." in made else (),
            evidence=_MATRIX_EACH,
        )
        held = written.source.names.get(f"{matrix}.toarray()", "")
        if what == "rows":
            held = _held_of_rows(held, made)
        yield from _lifted(seen, function, changed.source, {name: held}, (matrix, lines))


_ROW = ("A.getrow(I)", "A[I]", "A[I, :]", "A.getcol(I)", "A[:, I]")


def _is_row(function: Function, node: ast.expr) -> bool:
    found = (patterns.match(function, node, each) for each in _ROW)
    return any(one is not None and isinstance(one["A"], ast.Name) for one in found)


def _lines_of(function: Function, written: Function, statement: ast.stmt) -> range:
    """Lines of the file of a statement, which another text of the function may have moved."""
    if written is function:
        return syntax.span_of(function, statement)
    more = len(function.lines) - len(written.lines)
    own = syntax.span_of(written, statement)
    return range(own.start, own.stop + more)


def _held_of_rows(whole: str, made: str) -> str:
    """What a number of each row or column is, in words; empty where that is not known."""
    form = forms.in_form(whole)
    if form is None or len(form.shape) != 2:
        return ""
    if "axis=" not in made:
        return f"{form.dtype} ({form.shape[0]},)" if "@" not in made else ""
    count = form.shape[0] if "axis=1" in made else form.shape[1]
    dtype = "int32" if "getnnz" in made else "float64" if ".mean(" in made else form.dtype
    return f"{dtype} ({count},)"


@rule(
    "sparse",
    looks_for="rows of a CSR matrix taken in a loop for their data and indices: a matrix each",
    rewrite="row = m.getrow(i); row.data → m.data[m.indptr[i]:m.indptr[i + 1]]",
    exact="the places are not negative; nothing is written to the row",
    thread="https://stackoverflow.com/questions/24665269/how-do-you-edit-cells-in-a-sparse-matrix-"
    "using-scipy",
)
def compressed_row(seen: Observation) -> Iterator[Finding]:
    """Parts of rows without the rows."""
    for function in seen.functions:
        for loop in syntax.loops_of(function):
            for edits in compressed_rows.of_rows(function, loop):
                yield from seen.edited(
                    function,
                    edits,
                    title="take the data and indices of a row out of the matrix's own arrays",
                    lines=syntax.span_of(function, loop),
                    evidence=_MATRIX_EACH,
                )


@rule(
    "sparse",
    looks_for="rows or columns of a sparse matrix scaled one by one, each set anew",
    rewrite="m[i] = m[i] / m[i].sum() → m.data / np.repeat(sums, np.diff(m.indptr))",
    exact="up to rounding, for every row of the matrix",
    thread="https://stackoverflow.com/questions/12305021/efficient-way-to-normalize-a-scipy-sparse-"
    "matrix",
)
def scaled_rows_of_sparse(seen: Observation) -> Iterator[Finding]:
    """Sparse matrices whose rows are scaled in a loop."""
    for function in seen.functions:
        for loop in syntax.loops_of(function):
            if not isinstance(loop, ast.For):
                continue
            for edits in scaled_rows.of_loop(function, loop, _OF_ROWS):
                yield from seen.edited(
                    function,
                    edits,
                    title="scale all numbers of the matrix at once",
                    lines=syntax.span_of(function, loop),
                    helpers=("import numpy as np",),
                    evidence="every row is taken out of the matrix and put into it again",
                )


_MATRIX_EACH = (
    "every row, column or element of a sparse matrix is a search and a matrix of its own"
)


def _lifted(
    seen: Observation,
    function: Function,
    text: str,
    names: dict[str, str],
    about: tuple[str, range],
) -> Iterator[Finding]:
    """The loop over what is an array now, as array expressions."""
    matrix, lines = about
    if not all(names.values()):
        return
    for title, lifted in seen.lifted_again(function, text, names):
        yield from seen.whole(
            function,
            lifted,
            title=f"{title}, with {matrix} as an array",
            lines=lines,
            helpers=("import numpy as np",) if "np." in lifted else (),
            evidence=_MATRIX_EACH,
        )


def _element(function: Function, one: patterns.Match, text: str, name: str) -> str:
    given = {"i": rewriting.written(function, one["I"]), "name": name}
    if "J" in one.captures:
        given["j"] = function.text_of(one["J"])
    return text.format(**given)


def _of_sparse(seen: Observation, one: patterns.Match) -> bool:
    form = one.form("A")
    kind = form.dtype[:3] if form is not None and form.kind == "other" else ""
    places = [one[n] for n in ("I", "J") if n in one.captures]
    several = (ast.Slice, ast.Tuple, ast.List, ast.Compare)
    whole = any(isinstance(each, several) for each in places)
    read = isinstance(getattr(one.node, "ctx", ast.Load()), ast.Load)
    return kind in _SPARSE_KINDS and isinstance(one["A"], ast.Name) and not whole and read


def _repeats(one: patterns.Match, node: ast.AST) -> bool:
    """Whether something repeats it without changing the matrix, or what it is multiplied by."""
    names = syntax.names_in(one["A"])
    if "X" in one.captures:
        names |= syntax.names_in(one["X"])
    return isinstance(node, syntax.REPEATING) and not names & syntax.changed_in(node)


def _fits(seen: Observation, one: patterns.Match) -> bool:
    """Whether the matrix may be held as an array."""
    words = one.function.source.names.get(f"{one.function.text_of(one['A'])}.toarray()", "")
    form = forms.in_form(words)
    most = _MEMORY_SHARE * seen.machine.facts.memory_bytes
    return form is not None and 8 * form.size <= most

"""Double loops over all pairs that a faster algorithm does: fewer steps, not faster ones."""

import ast
from collections.abc import Iterator

import msgspec

from profiler_suite.analysis.explain import rewriting, syntax
from profiler_suite.analysis.explain.rewrites import (
    fourier_loops,
    fourier_matrices,
    nearest_rows,
    patterns,
)
from profiler_suite.analysis.explain.rewrites.patterns import Match
from profiler_suite.analysis.explain.rewriting import Function
from profiler_suite.analysis.explain.rules.observed import Finding, Observation
from profiler_suite.analysis.explain.rules.registry import rule
from profiler_suite.measure.explain.records import Edit

_MOST_LIFTED = 1
DISTANCE_SUM = '''
def sum_of_distances(x, twice=True):
    """The sum of abs(x[i] - x[j]) over all i and j, or each pair once, by gaps of sorted x."""
    k = np.arange(1, len(x))
    once = (np.diff(np.sort(x)) * (k * (len(x) - k))).sum()
    return 2 * once + (x - x).sum() if twice else once
'''.strip()
_DIFFERENCES = ("A[:, None] - A", "A - A[:, None]", "np.subtract.outer(A, A)")
# What loops over each pair once become.
_TRIANGLES = (
    "np.where(np.arange(1, {n}) >= np.arange(1, {n} + 1)[:, None], "
    "np.abs(A[:, None] - A[1:]), 0).sum()",
    "np.where(np.arange({n} - 1) < np.arange({n})[:, None], "
    "np.abs(A[:, None] - A[:{n} - 1]), 0).sum()",
)
# What loops over all pairs become that choose among them.
_CHOSEN = (
    "np.where(np.arange({n})[:, None] {sign} np.arange({n}), np.abs(A[:, None] - A), 0).sum()"
)


def _distance_sums() -> Iterator[tuple[str, str]]:
    """Sums of the distances of all pairs, and what takes none of them one by one."""
    for differences in _DIFFERENCES:
        for total in ("np.abs({}).sum()", "np.sum(np.abs({}))"):
            yield total.format(differences), "sum_of_distances(A)"
        for mean in ("np.abs({}).mean()", "np.mean(np.abs({}))"):
            yield mean.format(differences), "(sum_of_distances(A) / len(A) ** 2)"
    once = "sum_of_distances(A, twice=False)"
    for n in ("N", "len(A)"):
        for sign, total in (("<", once), (">", once), ("!=", f"(2 * {once})")):
            yield _CHOSEN.format(n=n, sign=sign), total
        for triangle in _TRIANGLES:
            yield triangle.format(n=n), once


@rule(
    "faster_algorithms",
    looks_for="the sum of the distances of all pairs of numbers",
    rewrite="np.abs(x[:, None] - x).sum() → of np.diff(np.sort(x)), each gap times how many "
    "pairs it lies between",
    exact="up to rounding, for floats",
    thread="https://stackoverflow.com/questions/39512260/calculating-gini-coefficient-in-"
    "python-numpy",
)
def distances_of_all_pairs(seen: Observation) -> Iterator[Finding]:
    """Sums of distances by sorting, also of what a loop becomes first."""
    words = {
        "title": "sort, and count each gap for all pairs that it lies between",
        "evidence": "n * n distances, where sorting takes n * log(n) steps",
    }
    helpers = ("import numpy as np", DISTANCE_SUM)
    yield from seen.rewrites(
        *_distance_sums(), where=_is_float_vector, helpers=helpers, **words
    )
    for function in seen.functions:
        for edits, lines in _by_indices(function):
            yield from seen.edited(function, edits, lines=lines, helpers=helpers, **words)
        for lifted in seen.lifting(function).lifted:
            changed = rewriting.parsed(
                msgspec.structs.replace(function.source, text=lifted.source)
            )
            if changed is None:
                continue
            made = patterns.edits(changed, (*_distance_sums(),), _is_float_vector)
            again = rewriting.spliced(changed, [each for _, each in made])
            if again is not None:
                yield from seen.whole(
                    function,
                    again.source,
                    lines=range(lifted.first_line, lifted.last_line + 1),
                    helpers=helpers,
                    **words,
                )


_OF_PAIRS = (
    *(f"np.abs({each}).sum()" for each in ("A[I] - A[J]", "A[J] - A[I]")),
    *(f"np.sum(np.abs({each}))" for each in ("A[I] - A[J]", "A[J] - A[I]")),
    *(f"np.abs({each}).mean()" for each in ("A[I] - A[J]", "A[J] - A[I]")),
    *(f"np.mean(np.abs({each}))" for each in ("A[I] - A[J]", "A[J] - A[I]")),
)


def _by_indices(function: Function) -> Iterator[tuple[list[Edit], list[int]]]:
    """Distances of all pairs that i, j = np.triu_indices(n, 1) pick."""
    for statement in function.nodes:
        match statement:
            case ast.Assign([ast.Tuple([ast.Name(i), ast.Name(j)])], ast.Call() as call):
                triangle = patterns.match(function, call, "np.triu_indices(N, 1)")
                triangle = triangle or patterns.match(function, call, "np.triu_indices(N, k=1)")
            case _:
                continue
        for one in patterns.found(function, _OF_PAIRS, _is_float_vector):
            picked = {ast.unparse(one[each]) for each in "IJ"}
            once = all(len(function.uses(name)) == 2 for name in (i, j))
            array = function.text_of(one["A"])
            if triangle is None or picked != {i, j} or not once:
                continue
            if not syntax.is_length(function, triangle["N"], array):
                continue
            text = f"sum_of_distances({array}, twice=False)"
            if "mean" in function.text_of(one.node):
                text = f"{text} / (len({array}) * (len({array}) - 1) / 2)"
            edits = [
                rewriting.edit(function, one.node, text, ast.parse(text, mode="eval").body),
                syntax.without(function, statement),
            ]
            yield edits, [statement.lineno + function.shift, one.line]


def _is_float_vector(one: Match) -> bool:
    form = one.form("A")
    named = isinstance(one["A"], ast.Name) and form is not None and form.kind == "array"
    return named and form is not None and form.dtype == "float64" and len(form.shape) == 1


@rule(
    "faster_algorithms",
    looks_for="a discrete Fourier transform written out: a sum of waves for each frequency",
    rewrite="for k: for t: s[k] += x[t] * exp(-2j * pi * k * t / n) → np.fft.fft(x)",
    exact="up to rounding relative to the largest element; no element is infinite",
    thread="https://numpy.org/doc/stable/reference/generated/numpy.fft.fft.html",
)
def fourier_written_out(seen: Observation) -> Iterator[Finding]:
    """Double loops that are a Fourier transform."""
    for function in seen.functions:
        for made in fourier_loops.fourier_loops(function):
            every = [text for _, text in seen.lifted_again(function, made.text, made.held)]
            for text in (*every[:_MOST_LIFTED], made.text):
                yield from seen.whole(
                    function,
                    text,
                    title="one fast Fourier transform instead of a sum for each frequency",
                    lines=syntax.span_of(function, made.loop),
                    helpers=("import numpy as np", fourier_loops.FOURIER),
                    evidence=f"n sums of n waves are n * n terms; provided that no element of "
                    f"{made.array} is infinite",
                )


@rule(
    "faster_algorithms",
    looks_for="a matrix of waves made in full to be multiplied with a vector: a discrete "
    "Fourier transform of n * n terms",
    rewrite="np.exp(-2j * np.pi * np.outer(k, k) / n) @ x → np.fft.fft(x)",
    exact="up to rounding relative to the largest element; no element is infinite",
    thread="https://scipython.com/book/chapter-6-numpy/questions/direct-implementation-of-the-"
    "discrete-fourier-transform/",
)
def fourier_matrix(seen: Observation) -> Iterator[Finding]:
    """Products with the matrix of a Fourier transform."""
    for function in seen.functions:
        for made in fourier_matrices.fourier_products(function):
            yield from seen.edited(
                function,
                made.edits,
                title="one fast Fourier transform instead of a matrix of waves",
                lines=made.lines,
                helpers=("import numpy as np", fourier_loops.FOURIER),
                evidence="a matrix of n * n waves, each computed; a fast transform takes "
                "n * log(n) steps",
            )


@rule(
    "faster_algorithms",
    looks_for="distances of each row to all points, sorted for the nearest: a k-d tree "
    "compares with few of them",
    rewrite="for i, p in enumerate(rows): np.argsort(np.linalg.norm(points - p, axis=1))[:k] → "
    "cKDTree(points).query(rows, k)[1]",
    exact="up to rounding; of points that are equally near others may come first",
    thread="https://docs.scipy.org/doc/scipy/reference/generated/scipy.spatial.cKDTree.query.html",
)
def nearest_by_tree(seen: Observation) -> Iterator[Finding]:
    """The nearest points of many rows, by comparing all."""
    for function in seen.functions:
        for made in nearest_rows.nearest_before(function):
            texts = [("ask a k-d tree for the nearest of all rows", made.text)]
            if made.held:
                texts = [
                    *(
                        (f"ask a k-d tree for the nearest of all rows; {title}", text)
                        for title, text in seen.lifted_again(function, made.text, made.held)
                    ),
                    *texts,
                ]
            for title, text in texts[:_MOST]:
                yield from seen.whole(
                    function,
                    text,
                    title=title,
                    lines=syntax.span_of(function, made.statement),
                    helpers=(
                        "import numpy as np",
                        "import scipy.spatial",
                        nearest_rows.NEAREST,
                    ),
                    evidence="every row is compared with all points, and all distances sorted",
                )


_MOST = 4

"""Slow paths of sorting: short integers in no stable order, rows compared as wholes."""

import ast
from collections.abc import Iterator

from profiler_suite.analysis.explain import rewriting, syntax
from profiler_suite.analysis.explain.rewrites import patterns
from profiler_suite.analysis.explain.rewrites.patterns import Match
from profiler_suite.analysis.explain.rewriting import Function
from profiler_suite.analysis.explain.rules.observed import Finding, Observation
from profiler_suite.analysis.explain.rules.registry import rule

_SHORT = ("int8", "uint8", "int16", "uint16")


@rule(
    "ordering",
    looks_for="np.argsort of integers of 8 or 16 bits: compared, where a stable sort counts",
    rewrite="np.argsort(x) → np.argsort(x, kind='stable')",
    exact="where the order of equal elements does not matter, which the default leaves open",
    thread="https://github.com/numpy/numpy/issues/17362",
)
def stable_order(seen: Observation) -> Iterator[Finding]:
    """Orders of short integers, and of what is put in order by itself."""

    def short(one: Match) -> bool:
        form = one.form("X")
        return form is not None and form.kind == "array" and form.dtype in _SHORT

    yield from seen.rewrites(
        ("np.argsort(X)", "np.argsort(X, kind='stable')"),
        ("X.argsort()", "X.argsort(kind='stable')"),
        where=short,
        title="ask for a stable order, which NumPy finds by counting",
    )
    yield from seen.rewrites(
        ("X[np.argsort(X)]", "np.sort(X)"),
        ("X[X.argsort()]", "np.sort(X)"),
        where=_is_vector,
        title=_SORTED,
    )
    for function in seen.functions:
        yield from _sorted_by_name(seen, function)


SHORT_KEYS = '''
def order_of_integers(x):
    """np.argsort(x, kind='stable'): by counting, where 16 bits hold all the values."""
    if x.size and -(2**15) <= x.min() and x.max() < 2**15:
        x = x.astype(np.int16)
    return np.argsort(x, kind="stable")
'''.strip()


@rule(
    "ordering",
    looks_for="a stable order of long integers, by merging, where their values fit 16 bits",
    rewrite="np.argsort(x, kind='stable') → np.argsort(x.astype(np.int16), kind='stable')",
    exact="always; the code shown looks whether the values fit",
    thread="https://github.com/numpy/numpy/pull/12586",
)
def order_of_short_values(seen: Observation) -> Iterator[Finding]:
    """Orders of labels, of groups, of hours."""

    def long(one: Match) -> bool:
        form = one.form("X")
        known = form is not None and (form.kind, len(form.shape)) == ("array", 1)
        return known and form is not None and form.letter in "iu" and form.dtype not in _SHORT

    return seen.rewrites(
        *(
            (pattern.format(kind), "order_of_integers(X)")
            for pattern in ("np.argsort(X, kind={!r})", "X.argsort(kind={!r})")
            for kind in ("stable", "mergesort")
        ),
        where=long,
        title="order the values as 16 bits, by counting",
        helpers=(SHORT_KEYS,),
    )


_SORTED = "sort the values themselves, without their order"


def _sorted_by_name(seen: Observation, function: Function) -> Iterator[Finding]:
    """order = np.argsort(x) of which only x[order] is used."""
    for node in function.nodes:
        if not isinstance(node, ast.Subscript) or not isinstance(node.ctx, ast.Load):
            continue
        made = syntax.set_for_one_use(function, node.slice)
        if made is None or not isinstance(node.value, ast.Name):
            continue
        order = _first_match(function, made.value, ("np.argsort(X)", "X.argsort()"))
        name = node.value.id
        if order is None or function.text_of(order["X"]) != name or not _is_vector(order):
            continue
        if name in syntax.changed_in(function.node):
            continue
        sort = rewriting.edit(function, node, f"{function.numpy}.sort({name})")
        yield from seen.edited(
            function,
            [syntax.without(function, made), sort],
            title=_SORTED,
            lines=[made.lineno + function.shift, node.lineno + function.shift],
        )


def _first_match(function: Function, node: ast.expr, table: tuple[str, ...]) -> Match | None:
    found = (patterns.match(function, node, pattern) for pattern in table)
    return next((one for one in found if one is not None), None)


def _is_vector(one: Match) -> bool:
    form = one.form("X")
    return form is not None and form.kind == "array" and len(form.shape) == 1


UNIQUE_ROWS = '''
def unique_rows(rows, **returns):
    """np.unique(rows, axis=0, **returns) of integers, by one number for each row."""
    low = [int(column.min()) for column in rows.T] if len(rows) else []
    spans = [int(column.max()) - least + 1 for column, least in zip(rows.T, low)]
    if not low or math.prod(spans) > 2**62:
        return np.unique(rows, axis=0, **returns)
    keys = np.zeros(len(rows), np.int64)
    for column, least, span in zip(rows.T, low, spans):
        keys = keys * span + (column.astype(np.int64) - least)
    found = np.unique(keys, **returns)
    keys = found[0] if returns else found
    unique = np.empty((len(keys), len(spans)), rows.dtype)
    for k, (least, span) in reversed(list(enumerate(zip(low, spans)))):
        keys, unique[:, k] = keys // span, keys % span + least
    return (unique, *found[1:]) if returns else unique
'''.strip()


def _are_integers(one: Match, rank: int) -> bool:
    """Whether X is an array with so many axes, of integers that 64 bits with a sign hold."""
    form = one.form("X")
    whole = form is not None and form.kind == "array" and form.letter in "iu"
    return whole and form is not None and form.dtype != "uint64" and len(form.shape) == rank


@rule(
    "ordering",
    looks_for="np.unique of rows: each comparison takes a row of an array of records apart",
    rewrite="np.unique(rows, axis=0) → one number for each row, and np.unique of these",
    exact="always for integers; rows that no number of 64 bits can stand for go the old way",
    thread="https://github.com/numpy/numpy/issues/15713",
)
def unique_rows(seen: Observation) -> Iterator[Finding]:
    """Different rows of integers."""

    asked = ("return_counts", "return_inverse", "return_index")
    table = [("np.unique(X, axis=0)", "unique_rows(X)")]
    for one in asked:
        table.append((f"np.unique(X, axis=0, {one}=True)", f"unique_rows(X, {one}=True)"))
        table += [
            (
                f"np.unique(X, axis=0, {one}=True, {other}=True)",
                f"unique_rows(X, {one}=True, {other}=True)",
            )
            for other in asked
            if other != one
        ]
    return seen.rewrites(
        *table,
        where=lambda one: _are_integers(one, 2),
        title="sort one number for each row",
        helpers=("import math", UNIQUE_ROWS),
    )


SORTED_RECORDS = '''
def sorted_records(records, field):
    """np.sort(records, order=field): where this field is equal, by the others in turn."""
    order = np.argsort(records[field], kind="stable")
    keys = records[field][order]
    equal = keys[1:] == keys[:-1]
    tied = np.flatnonzero(np.append(equal, False) | np.append(False, equal))
    if len(tied):
        others = [name for name in records.dtype.names if name != field]
        rows = records[order[tied]]
        by_all = np.lexsort([rows[name] for name in (*reversed(others), field)])
        order[tied] = order[tied][by_all]
    return records[order]
'''.strip()


@rule(
    "ordering",
    looks_for="records sorted by a field: each comparison takes two records apart",
    rewrite="np.sort(r, order='a') → r[np.argsort(r['a'], kind='stable')]",
    exact="always, without NaN in the fields; equal ones by the other fields, as before",
    thread="https://github.com/numpy/numpy/issues/27007",
)
def records_by_field(seen: Observation) -> Iterator[Finding]:
    """Structured arrays in the order of a field."""

    def records(one: Match) -> bool:
        form = one.form("R")
        named = isinstance(one["F"], ast.Constant) and isinstance(one["F"].value, str)
        return named and form is not None and form.letter == "V" and len(form.shape) == 1

    return seen.rewrites(
        ("np.sort(R, order=F)", "sorted_records(R, F)"),
        where=records,
        title="sort the field, and take the records in its order",
        helpers=(SORTED_RECORDS,),
    )


DIGITIZED = '''
def digitized(x, edges):
    """np.digitize(x, edges): of edges of one width by a division, put right beside an edge."""
    n = len(edges)
    step = (edges[-1] - edges[0]) / (n - 1) if n > 1 else 0.0
    off = np.abs(edges - edges[0] - step * np.arange(n)).max()
    if not 0 <= off < 0.01 * step:
        return np.digitize(x, edges)
    place = np.fmin(np.fmax((x - edges[0]) * (1 / step), 0), n - 2).astype(np.intp)
    place += x >= edges[place + 1]
    place -= x < edges[place.clip(max=n - 2)]
    place += 1
    place[x != x] = n
    return place
'''.strip()


@rule(
    "ordering",
    looks_for="numbers looked up among edges of one width: a binary search for each",
    rewrite="np.digitize(x, edges) → a division, put right beside an edge",
    exact="always; the code shown looks whether the edges have one width",
    thread="https://github.com/numpy/numpy/issues/17676",
)
def even_edges(seen: Observation) -> Iterator[Finding]:
    """Bins of one width."""

    def numbers(one: Match) -> bool:
        form, edges = one.form("X"), one.form("E")
        made = isinstance(one["E"], ast.Call) and bool(
            one.function.is_numpy(one["E"], ("linspace",))
        )
        given = edges is not None and edges.dtype == "float64" and len(edges.shape) == 1
        known = form is not None and form.dtype == "float64" and form.kind == "array"
        return known and (made or given)

    return seen.rewrites(
        ("np.digitize(X, E)", "digitized(X, E)"),
        ("np.digitize(X, bins=E)", "digitized(X, E)"),
        ("np.searchsorted(E, X, side='right')", "digitized(X, E)"),
        ("np.searchsorted(E, X, 'right')", "digitized(X, E)"),
        where=numbers,
        title="divide by the width of the bins instead of searching",
        helpers=(DIGITIZED,),
    )


FIRST_TRUE = '''
def first_true(mask):
    """np.where(mask)[0][0], the place of the first True."""
    first = np.argmax(mask)
    if not mask[first]:
        raise IndexError("index 0 is out of bounds for axis 0 with size 0")
    return first
'''.strip()


@rule(
    "ordering",
    looks_for="all places of True found, of which the first is used",
    rewrite="np.where(x > 3)[0][0] → np.argmax(x > 3), where there is one",
    exact="always: without any it raises IndexError, as before",
    thread="https://github.com/numpy/numpy/pull/4668",
)
def first_place(seen: Observation) -> Iterator[Finding]:
    """The first place where a condition holds."""

    def mask(one: Match) -> bool:
        form = one.form("M")
        return (
            form is not None
            and form.kind == "array"
            and form.letter == "b"
            and len(form.shape) == 1
        )

    return seen.rewrites(
        *(
            (each, "first_true(M)")
            for each in (
                "np.where(M)[0][0]",
                "np.nonzero(M)[0][0]",
                "np.flatnonzero(M)[0]",
                "np.argwhere(M)[0][0]",
                "np.argwhere(M)[0, 0]",
                "M.nonzero()[0][0]",
            )
        ),
        where=mask,
        title="stop at the first",
        helpers=(FIRST_TRUE,),
    )


NEAREST_PLACES = '''
def nearest_places(values, x):
    """np.abs(x[:, None] - values).argmin(axis=1), by a sort and a binary search."""
    order = np.argsort(values, kind="stable")
    ordered = values[order]
    right = np.searchsorted(ordered, x).clip(max=len(ordered) - 1)
    left = np.searchsorted(ordered, ordered[np.maximum(right - 1, 0)])
    below, above = np.abs(x - ordered[left]), np.abs(x - ordered[right])
    left, right = order[left], order[right]
    return np.where((below < above) | ((below == above) & (left < right)), left, right)
'''.strip()


@rule(
    "ordering",
    looks_for="all differences of two vectors in one array, to find the nearest of each",
    rewrite="np.abs(x[:, None] - values).argmin(axis=1) → a sort and a binary search",
    exact="always, without NaN; of equally near ones the first, as before",
    thread="https://stackoverflow.com/questions/2566412/find-nearest-value-in-numpy-array",
)
def nearest_value(seen: Observation) -> Iterator[Finding]:
    """The nearest of many values."""
    table = []
    for new in ("None", "np.newaxis"):
        wanted = f"X[:, {new}]"
        for values in ("V", f"V[{new}, :]", f"V[{new}]"):
            for difference in (f"{wanted} - {values}", f"{values} - {wanted}"):
                size = f"np.abs({difference})"
                for axis in ("axis=1", "axis=-1", "1"):
                    table += [f"{size}.argmin({axis})", f"np.argmin({size}, {axis})"]

    def vectors(one: Match) -> bool:
        held = [one.form(name) for name in "XV"]
        return all(
            f is not None and f.kind == "array" and f.letter == "f" and len(f.shape) == 1
            for f in held
        )

    return seen.rewrites(
        *((each, "nearest_places(V, X)") for each in table),
        where=vectors,
        title="search the sorted values",
        helpers=(NEAREST_PLACES,),
    )


UNIQUE_INTEGERS = '''
def unique_integers(x, counts=False):
    """np.unique(x, return_inverse=True), or return_counts=True, by a table of integers."""
    low, high = (int(x.min()), int(x.max())) if x.size else (0, -1)
    if high - low >= 4 * x.size:
        return np.unique(x, return_counts=True) if counts else np.unique(x, return_inverse=True)
    shifted = np.subtract(x, low, dtype=np.intp)
    found = np.bincount(shifted, minlength=high - low + 1)
    values = np.flatnonzero(found)
    if counts:
        return (values + low).astype(x.dtype), found[values]
    return (values + low).astype(x.dtype), (np.cumsum(found > 0) - 1)[shifted]
'''.strip()


@rule(
    "ordering",
    looks_for="integers of a small span sorted to number or to count the different ones",
    rewrite="np.unique(x, return_inverse=True) → a table of which integers there are",
    exact="always; integers that lie far apart are sorted as before",
    thread="https://github.com/numpy/numpy/pull/31043",
)
def unique_of_integers(seen: Observation) -> Iterator[Finding]:
    """Codes and frequencies of integers."""

    return seen.rewrites(
        ("np.unique(X, return_counts=True)", "unique_integers(X, counts=True)"),
        ("np.unique(X, return_inverse=True)", "unique_integers(X)"),
        where=lambda one: _are_integers(one, 1),
        title="look them up in a table instead of sorting",
        helpers=(UNIQUE_INTEGERS,),
    )

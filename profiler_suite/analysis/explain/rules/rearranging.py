"""Slow paths of putting arrays together and taking them apart: zipped, split, sorted twice."""

import ast
import itertools
from collections.abc import Iterator

from profiler_suite.analysis.explain.rewrites import patterns
from profiler_suite.analysis.explain.rewrites.forms import Form
from profiler_suite.analysis.explain.rewrites.patterns import Match
from profiler_suite.analysis.explain.rules.observed import Finding, Observation
from profiler_suite.analysis.explain.rules.registry import rule

_MOST_ZIPPED = 4


@rule(
    "rearranging",
    looks_for="arrays zipped in Python to be an array again: an object for each element",
    rewrite="np.array(list(zip(a, b))) → np.stack((a, b), axis=-1)",
    exact="always for arrays of numbers of one dtype and length",
    thread="https://stackoverflow.com/questions/5347065/interleaving-two-numpy-arrays-efficiently",
)
def zipped(seen: Observation) -> Iterator[Finding]:
    """Columns and interleaved elements by zip."""
    table = []
    for count in range(2, _MOST_ZIPPED + 1):
        arrays = [f"A{k}" for k in range(count)]
        names = [f"V{k}" for k in range(count)]
        listed, single = ", ".join(arrays), ", ".join(names)
        stacked = f"np.stack(({listed}), axis=-1)"
        every = [f"list(zip({listed}))", f"[*zip({listed})]"]
        every += [f"[{o}{single}{c} for {single} in zip({listed})]" for o, c in ("()", "[]")]
        every.append(f"list(map(list, zip({listed})))")
        made = [f"np.{name}({each})" for each in every for name in ("array", "asarray")]
        table += [(f"{each}.flatten()", f"{stacked}.ravel()") for each in made]
        table += [(f"np.hstack(list(zip({listed})))", f"{stacked}.ravel()")]
        table += [(each, stacked) for each in made]

    def alike(one: Match) -> bool:
        held = [one.form(name) for name in one.captures if name.startswith("A")]
        return (
            all(f is not None and f.kind == "array" and len(f.shape) == 1 for f in held)
            and len({(f.dtype, f.shape) for f in held if f}) == 1
            and all(f is not None and f.letter in "biufc" for f in held)
        )

    return seen.rewrites(*table, where=alike, title="stack the arrays as they are")


RANKS = '''
def ranks(x, axis=-1):
    """np.argsort(np.argsort(x, axis), axis): each place is written where it is looked for."""
    order = np.argsort(x, axis=axis)
    result = np.empty_like(order)
    shape = [1] * x.ndim
    shape[axis] = -1
    places = np.arange(x.shape[axis]).reshape(shape)
    np.put_along_axis(result, order, places, axis=axis)
    return result
'''.strip()


@rule(
    "rearranging",
    looks_for="ranks by sorting twice: the second time it is a permutation that is sorted",
    rewrite="np.argsort(np.argsort(x)) → order = np.argsort(x); ranks[order] = np.arange(n)",
    exact="always",
    thread="https://stackoverflow.com/questions/5284646/rank-items-in-an-array-using-python-numpy-"
    "without-sorting-array-twice",
)
def ranks_by_sorting(seen: Observation) -> Iterator[Finding]:
    """Ranks of elements, of vectors or along an axis."""

    def array(one: Match) -> bool:
        form = one.form("X")
        if form is None or form.kind != "array":
            return False
        return "K" in one.captures or len(form.shape) == 1

    table = [
        ("np.argsort(np.argsort(X))", "ranks(X)"),
        ("X.argsort().argsort()", "ranks(X)"),
        ("np.argsort(X).argsort()", "ranks(X)"),
        ("np.argsort(X.argsort())", "ranks(X)"),
        ("np.argsort(np.argsort(X, K), K)", "ranks(X, K)"),
        ("X.argsort(K).argsort(K)", "ranks(X, K)"),
        ("np.argsort(np.argsort(X, axis=K), axis=K)", "ranks(X, axis=K)"),
        ("X.argsort(axis=K).argsort(axis=K)", "ranks(X, axis=K)"),
    ]
    return seen.rewrites(
        *table, where=array, title="sort once, and number the places", helpers=(RANKS,)
    )


OVER_PARTS = '''
def over_parts(ufunc, x, places):
    """[ufunc.reduce(part) for part in np.split(x, places)] as an array, without the parts."""
    starts = np.concatenate(([0], places)).astype(np.intp)
    if not (np.diff(starts, append=len(x)) > 0).all():
        return np.array([ufunc.reduce(part) for part in np.split(x, places)])
    return ufunc.reduceat(x, starts)
'''.strip()
LENGTHS_OF_PARTS = '''
def lengths_of_parts(x, places):
    """[len(part) for part in np.split(x, places)] as an array, without the parts."""
    lengths = np.diff(places, prepend=0, append=len(x))
    if (lengths < 0).any():
        return np.array([len(part) for part in np.split(x, places)])
    return lengths
'''.strip()
_LENGTHS, _OF_ANY = "np.diff(P, prepend=0, append=len(X))", "lengths_of_parts(X, P)"
_HAVING_LENGTH = "biufcMmSU"
# What is asked of each part, what that is of all, dtypes.
_OF_PARTS = (
    *((each, "LENGTHS", _HAVING_LENGTH) for each in ("len(V)", "V.size", "V.shape[0]")),
    *((each, "over_parts(np.add, X, P)", "f") for each in ("V.sum()", "np.sum(V)")),
    *((each, "over_parts(np.maximum, X, P)", "iuf") for each in ("V.max()", "np.max(V)")),
    *((each, "over_parts(np.minimum, X, P)", "iuf") for each in ("V.min()", "np.min(V)")),
    *((each, "over_parts(np.add, X, P) / LENGTHS", "f") for each in ("V.mean()", "np.mean(V)")),
)
# Places that are in order whatever they are computed of.
_IN_ORDER = tuple(
    f"{each}{more}"
    for each in ("np.where(M)[0]", "np.nonzero(M)[0]", "np.flatnonzero(M)")
    for more in (" + 1", "")
)


@rule(
    "rearranging",
    looks_for="an array split into many, to ask each for its length or its sum",
    rewrite="[len(part) for part in np.split(x, places)] → np.diff(places, prepend=0, "
    "append=len(x))",
    exact="always where the places are in order; sums up to rounding",
    thread="https://stackoverflow.com/questions/1066758/find-length-of-sequences-of-identical-"
    "values-in-a-numpy-array-run-length-encodi",
)
def split_to_reduce(seen: Observation) -> Iterator[Finding]:
    """Run lengths and sums of segments."""
    for (each, template, letters), ordered in itertools.product(_OF_PARTS, (True, False)):
        made = template.replace("LENGTHS", _LENGTHS if ordered else _OF_ANY)
        whole = f"({made})" if " / " in made else made
        parts = f"[{each} for V in np.split(X, P)]"

        def suits(one: Match, letters: str = letters, ordered: bool = ordered) -> bool:
            form, places = one.form("X"), one.form("P")
            vector = form is not None and form.kind == "array" and len(form.shape) == 1
            known = vector and form is not None and form.letter in letters
            return known and _are_in_order(one) == ordered and _are_many(places)

        helpers = (("over_parts", OVER_PARTS), ("lengths_of_parts", LENGTHS_OF_PARTS))
        yield from seen.rewrites(
            (f"np.array({parts})", made),
            (f"np.asarray({parts})", made),
            *((f"np.{name}({parts})", f"np.{name}({whole})") for name in ("max", "min")),
            *((f"{name}({parts})", f"np.{name}({whole})") for name in ("max", "min")),
            (parts, f"{whole}.tolist()"),
            where=suits,
            title="by the places alone, without the parts",
            helpers=tuple(text for name, text in helpers if name in made),
        )


def _are_in_order(one: Match) -> bool:
    node = one["P"]
    held = node.value if isinstance(node, ast.NamedExpr) else node
    return any(patterns.match(one.function, held, each) for each in _IN_ORDER)


def _are_many(places: Form | None) -> bool:
    """Whether they are not known to be a number of parts, or next to none."""
    if places is None:
        return True
    return places.kind == "array" and len(places.shape) == 1 and not 0 <= places.shape[0] < 2

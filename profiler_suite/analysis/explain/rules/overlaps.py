"""Slow paths of rows of truth values: what any two have in common, by broadcasting."""

from collections.abc import Iterator

from profiler_suite.analysis.explain.rewrites.patterns import Match
from profiler_suite.analysis.explain.rules.observed import Finding, Observation
from profiler_suite.analysis.explain.rules.registry import rule

# Up to this many ones a sum in float32 is exact.
_LONGEST = 2**24
_COUNT = "({} @ {}.T).astype(int)"
_BOTH = _COUNT.format("A.astype(np.float32)", "B.astype(np.float32)")
_NEITHER = _COUNT.format("(~A).astype(np.float32)", "(~B).astype(np.float32)")
# Of +1 and -1 the product is the number of equal places less the number of others.
_SIGNS = "np.where({}, np.float32(1), np.float32(-1))"
_OTHERS = f"(A.shape[1] - {_COUNT.format(_SIGNS.format('A'), _SIGNS.format('B'))}) // 2"


@rule(
    "overlaps",
    looks_for="rows of truth values compared place by place, each with each, to count the "
    "places that they have in common",
    rewrite="(a[:, None] & b[None]).sum(axis=2) → (a.astype(np.float32) @ "
    "b.astype(np.float32).T).astype(int)",
    exact="always below 2**24 places: sums of ones are exact",
    thread="https://github.com/bacpop/mandrake/issues/8",
)
def overlaps(seen: Observation) -> Iterator[Finding]:
    """Intersections, unions and differences of sets, for all pairs by one product."""
    both = ("{0} & {1}", "{0} * {1}", "np.logical_and({0}, {1})")
    either = ("{0} | {1}", "np.logical_or({0}, {1})")
    others = ("{0} ^ {1}", "{0} != {1}", "np.logical_xor({0}, {1})")
    equal = ("{0} == {1}",)
    count = "A.shape[1] - "
    table = []
    for operations, template in (
        (both, _BOTH),
        (either, f"{count}{_NEITHER}"),
        (others, _OTHERS),
        (equal, f"{count}{_OTHERS}"),
    ):
        for operation in operations:
            for a, b in _PAIRS:
                table += [(s, template) for s in _sums(operation.format(a, b))]
                table += [(s, f"({template}) / A.shape[1]") for s in _means(operation, a, b)]

    return seen.rewrites(
        *table,
        where=lambda one: _are_rows(one, "b"),
        title="count for all pairs by one matrix product",
    )


_PAIRS = (("A[:, None]", "B[None]"), ("A[:, None]", "B"))


def _sums(what: str) -> Iterator[str]:
    yield f"np.sum({what}, axis=K)"
    yield f"np.count_nonzero({what}, axis=K)"
    yield f"({what}).sum(axis=K)"
    yield f"({what}).sum(K)"


def _means(operation: str, a: str, b: str) -> Iterator[str]:
    what = operation.format(a, b)
    yield f"np.mean({what}, axis=K)"
    yield f"({what}).mean(axis=K)"
    yield f"({what}).mean(K)"


def _are_rows(one: Match, letters: str) -> bool:
    """Whether it goes over pairs of rows of matrices of these dtypes."""
    held = [one.form(name) for name in "AB"]
    return one.number("K") in (-1, 2) and all(
        f is not None
        and f.kind == "array"
        and f.letter in letters
        and len(f.shape) == 2
        and 0 < f.shape[1] < _LONGEST
        for f in held
    )


PLACES_ALIKE = '''
def places_alike(a, b):
    """(a[:, None] == b[None]).sum(axis=2) for integers: value by value, by matrix products."""
    low = min(a.min(initial=0), b.min(initial=0))
    high = max(a.max(initial=0), b.max(initial=0))
    if int(high) - int(low) > 50:
        return np.count_nonzero(a[:, None] == b[None], axis=2)
    alike = np.zeros((len(a), len(b)), np.float32)
    for value in range(int(low), int(high) + 1):
        alike += (a == value).astype(np.float32) @ (b == value).astype(np.float32).T
    return alike.astype(int)
'''.strip()


@rule(
    "overlaps",
    looks_for="rows of few different integers compared place by place, each with each, to "
    "count the places that are equal",
    rewrite="(a[:, None] != b[None]).mean(axis=2) → for each value one matrix product of the "
    "places that hold it",
    exact="always below 2**24 places; values that differ much are compared as before",
    thread="https://stackoverflow.com/questions/42752610/python-how-to-generate-the-pairwise-"
    "hamming-distance-matrix",
)
def equal_places(seen: Observation) -> Iterator[Finding]:
    """Hamming distances of rows of codes."""
    table = []
    for sign, template in (
        ("{0} == {1}", "places_alike(A, B)"),
        ("{0} != {1}", "A.shape[1] - places_alike(A, B)"),
    ):
        for a, b in _PAIRS:
            table += [(each, template) for each in _sums(sign.format(a, b))]
            table += [(each, f"({template}) / A.shape[1]") for each in _means(sign, a, b)]

    return seen.rewrites(
        *table,
        where=lambda one: _are_rows(one, "iu"),
        title="count equal places value by value, by matrix products",
        helpers=(PLACES_ALIKE,),
    )

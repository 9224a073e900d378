"""One rule, one decorated function, here or in a plugin; the catalogue is all of them."""

from collections.abc import Callable, Iterable
from typing import Any

from profiler_suite.analysis.explain.rules.observed import Finding, Observation
from profiler_suite.errors import UsageError
from profiler_suite.model.noun import Noun
from profiler_suite.model.trial import TrialKind
from profiler_suite.registry import Registry

CATALOGUE_SCHEMA = 1
FAMILIES = (
    "dtype",
    "powers",
    "elementary",
    "layout",
    "calls",
    "per_element",
    "statistics",
    "reductions",
    "algorithm",
    "matrices",
    "structured",
    "overlaps",
    "sliding",
    "rearranging",
    "counting",
    "dates",
    "padding",
    "images",
    "choices",
    "distances",
    "averages",
    "histograms",
    "triangles",
    "searching",
    "partial_sorts",
    "ordering",
    "signals",
    "spectra",
    "shifts",
    "memory",
    "masked",
    "repeated",
    "one_hot",
    "library",
    "tables",
    "groups",
    "group_rows",
    "aggregations",
    "windows",
    "lookups",
    "tabulations",
    "row_functions",
    "calendars",
    "text",
    "words",
    "list_searches",
    "python",
    "records",
    "sparse",
    "sparse_parts",
    "factors",
    "against_all",
    "labels",
    "solvers",
    "models",
    "draws",
    "blocks",
    "loops",
    "routines",
    "faster_algorithms",
    "threads",
    "not_for_arrays",
)
"""In the order of the catalogue; each is a module of this room."""

HINT = "hint"
"""What is tried gives another answer: a measured cause, not a text to paste."""
_TRIED: dict[str, str] = {
    TrialKind.REWRITE: "the rewritten function against the original",
    TrialKind.ARGUMENTS: "the same function on converted arguments",
    TrialKind.THREADS: "the same function on another number of BLAS threads",
    TrialKind.BATCH: "one call over all operands against the single calls",
    TrialKind.COMPILED: "the function compiled by Numba, where that is installed",
    HINT: "what another answer would cost, shown as a hint",
}

Find = Callable[[Observation], Iterable[Finding]]


class Rule(Noun, frozen=True):
    """A slow path: how it is seen, what to write instead, and when that is right."""

    name: str
    family: str
    looks_for: str
    """The evidence, in words."""
    rewrite: str
    exact: str
    """What must hold for the same answer."""
    thread: str
    """Address of the public discussion that it comes from."""
    tried: str
    """How it is tried, in words."""
    find: Find


_ROOM = __name__.rpartition(".")[0]
_RULES: Registry[Rule] = Registry("rule", tuple(f"{_ROOM}.{family}" for family in FAMILIES))


def rule(
    family: str,
    *,
    looks_for: str,
    rewrite: str,
    exact: str,
    thread: str,
    tried: str = TrialKind.REWRITE,
) -> Callable[[Find], Find]:
    """Enter a function into the catalogue under its own name."""

    def enter(find: Find) -> Find:
        name = find.__name__
        if family not in FAMILIES:
            raise UsageError(
                f"rule {name!r}: there is no family {family!r}; choose {', '.join(FAMILIES)}"
            )
        if not thread.startswith("https://"):
            raise UsageError(f"rule {name!r}: its thread {thread!r} is no https:// address")
        if tried not in _TRIED:
            raise UsageError(
                f"rule {name!r}: nothing is tried as {tried!r}; choose {', '.join(_TRIED)}"
            )
        made = Rule(
            name=name,
            family=family,
            looks_for=looks_for,
            rewrite=rewrite,
            exact=exact,
            thread=thread,
            tried=_TRIED[tried],
            find=find,
        )
        _RULES.add(name, made, find)
        return find

    return enter


def catalogue() -> tuple[Rule, ...]:
    """Every rule, family by family."""
    order = {family: number for number, family in enumerate(FAMILIES)}
    return tuple(sorted(_RULES.entries().values(), key=lambda each: order[each.family]))


def find_rule(name: str) -> Rule:
    """The rule of this name, or an error that names the nearest."""
    return _RULES.find(name)


def document() -> dict[str, Any]:
    """The catalogue as plain values with stable keys, for JSON."""
    fields = [name for name in Rule.__struct_fields__ if name != "find"]
    return {
        "schema": CATALOGUE_SCHEMA,
        "rules": [{name: getattr(each, name) for name in fields} for each in catalogue()],
    }

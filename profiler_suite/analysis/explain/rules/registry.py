"""One rule, one decorated function; the catalogue is what the decorator collected."""

import functools
import importlib
from collections.abc import Callable, Iterable
from typing import Any

from profiler_suite.analysis.explain.rules.observed import Finding, Observation
from profiler_suite.errors import UsageError
from profiler_suite.model.noun import Noun

CATALOGUE_SCHEMA = 1
FAMILIES = (
    "dtype",
    "layout",
    "calls",
    "per_element",
    "algorithm",
    "searching",
    "signals",
    "memory",
    "library",
    "loops",
    "threads",
    "not_for_arrays",
)
"""In the order of the catalogue; each is a module of this room."""

_TRIED = {
    "rewrite": "the rewritten function against the original",
    "arguments": "the same function on converted arguments",
    "threads": "the same function on another number of BLAS threads",
    "batch": "one call over all operands against the single calls",
    "compiled": "the function compiled by Numba, where that is installed",
    "hint": "what another answer would cost, shown as a hint",
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


_RULES: dict[str, Rule] = {}


def rule(
    family: str,
    *,
    looks_for: str,
    rewrite: str,
    exact: str,
    thread: str,
    tried: str = "rewrite",
) -> Callable[[Find], Find]:
    """Enter a function into the catalogue under its own name."""

    def enter(find: Find) -> Find:
        name = find.__name__
        if family not in FAMILIES:
            raise UsageError(
                f"rule {name!r}: there is no family {family!r}; choose {', '.join(FAMILIES)}"
            )
        if name in _RULES:
            raise UsageError(
                f"there are two rules named {name!r}, in {_RULES[name].family} and {family}; "
                "give one of them another name"
            )
        if not thread.startswith("https://"):
            raise UsageError(f"rule {name!r}: its thread {thread!r} is no https:// address")
        _RULES[name] = Rule(
            name=name,
            family=family,
            looks_for=looks_for,
            rewrite=rewrite,
            exact=exact,
            thread=thread,
            tried=_TRIED[tried],
            find=find,
        )
        return find

    return enter


@functools.cache
def catalogue() -> tuple[Rule, ...]:
    """Every rule, family by family."""
    for family in FAMILIES:
        importlib.import_module(f"profiler_suite.analysis.explain.rules.{family}")
    order = {family: number for number, family in enumerate(FAMILIES)}
    return tuple(sorted(_RULES.values(), key=lambda each: order[each.family]))


def find_rule(name: str) -> Rule:
    """The rule of this name."""
    for each in catalogue():
        if each.name == name:
            return each
    raise UsageError(f"there is no rule {name!r}; `list rules` shows them all")


def document() -> dict[str, Any]:
    """The catalogue as plain values with stable keys, for JSON."""
    fields = [name for name in Rule.__struct_fields__ if name != "find"]
    return {
        "schema": CATALOGUE_SCHEMA,
        "rules": [{name: getattr(each, name) for name in fields} for each in catalogue()],
    }

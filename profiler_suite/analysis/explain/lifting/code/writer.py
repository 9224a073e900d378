"""What every part that writes array expressions needs: names, labels, memory, imports."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass

from profiler_suite.analysis.explain.lifting.code.arrays import Array
from profiler_suite.analysis.explain.lifting.code.memory import Memory
from profiler_suite.analysis.explain.lifting.normal_form.scope import Scope
from profiler_suite.analysis.explain.lifting.normal_form.terms import (
    Label,
    Recursion,
    Reduce,
    Term,
)
from profiler_suite.analysis.explain.own_names import unused

_COUNTERS = "kmnpqr"
"""Of loops that had no name."""


@dataclass(frozen=True)
class Style:
    """Which of several ways is taken where there are some."""

    product: str = "broadcast"
    """Sums of products: 'broadcast', 'einsum', 'matmul' or 'tensordot'."""
    distance: str = ""
    """Sums of squared differences: '', 'cdist' or 'matmul'."""
    scatter: str = "bincount"
    """out[index] += value: 'bincount' or 'at'."""
    steps: bool = False
    """Short reductions as a few operations on shifted arrays."""
    sorted: bool = False
    """The first element of an array above a number is searched for as in a sorted one."""
    packed: bool = False
    """Loops that stay only go on with what has not ended yet."""
    clipped: bool = False
    """Where a condition rules an index out, it is brought into range before it is used."""


class Writer(ABC):
    """Writes terms as array expressions in one style, and notes what they need."""

    def __init__(self, scope: Scope, style: Style) -> None:
        self.scope = scope
        self.style = style
        self.facts = scope.facts
        self.np = scope.facts.numpy
        self.memory = Memory(scope.facts)
        self.imports: dict[str, None] = {}
        self.before: list[str] = []
        """Statements that must stand before the one that is written."""
        self.found_with: dict[str, dict[str, str]] = {}
        """Names of what np.unique finds beside different values, by its options."""
        self.places: dict[str, str] = {}
        """Names of index arrays that are made before what is written next."""
        self._taken: set[str] = set()

    @abstractmethod
    def lower(self, term: Term) -> Array:
        """The array expression of a term."""

    @abstractmethod
    def any_order(self, term: Term) -> Array:
        """With its axes in any order: einsum and reshape don't mind."""

    @abstractmethod
    def reduction(self, term: Reduce, inner: Array, over: Sequence[Label]) -> Array:
        """A reduction of an array over some of its axes."""

    @abstractmethod
    def read_after(self, term: Recursion) -> frozenset[str]:
        """Names whose values after a loop that stays are used."""

    @abstractmethod
    def body(
        self, terms: Sequence[Term], known: dict[Term, Array]
    ) -> AbstractContextManager[list[str]]:
        """Within, statements go to lines of their own: the body of a loop for these terms."""

    @abstractmethod
    def nothing_named(self) -> AbstractContextManager[None]:
        """Within, every part is written where it stands: a counter changes it."""

    def size(self, label: Label) -> str:
        """How many iterations a loop has: none where its range ends before it begins."""
        text = self.facts.text(label.count)
        sure = all(coefficient > 0 for _, coefficient in label.count.monomials)
        return text if sure else f"max({text}, 0)"

    def local_name(self, hint: str) -> str:
        """A name of the loop itself, where it is only the loop's; else a free one."""
        own = hint in self.facts.definitions and hint in self.scope.varying
        if own and hint not in self._taken and hint not in self.facts.parameters:
            self._taken.add(hint)
            return hint
        return self.free_name(hint)

    def counter(self, label: Label, others: Sequence[str] = ()) -> str:
        """A name for the counter of an axis: the loop's own where it has one."""
        hint = label.name.lstrip("@").rstrip("0123456789")
        if hint in self.scope.varying and hint not in others:
            return hint
        if hint in ("", "axis"):
            taken = {*self.facts.used, *others, *self._taken}
            hint = next((each for each in _COUNTERS if each not in taken), _COUNTERS[0])
        return self.free_name(hint, others)

    def free_name(self, hint: str, others: Sequence[str] = ()) -> str:
        """A name that the function does not use."""
        taken = {*self.facts.used, *self.facts.definitions, *others, *self._taken}
        name = unused(hint, taken)
        if not others:
            self._taken.add(name)
        return name

    def dims(self, term: Term, given: Sequence[Array] = ()) -> tuple[Label, ...]:
        """The axes of a term in order: loops from the outside, then its own."""
        own = term.own
        names = set(term.loops)
        present = {label.name for each in given for label in each.dims} if given else names
        loops = [self.scope.labels[name] for name in names if name in present]
        loops = [each for each in loops if each not in own]
        loops.sort(key=lambda label: label.depth)
        return (*loops, *(each for each in own if not given or each.name in present))

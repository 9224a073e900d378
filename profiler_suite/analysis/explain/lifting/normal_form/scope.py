"""What is known while the statements of a nest are read."""

from __future__ import annotations

import ast
import itertools
import math
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from profiler_suite.analysis.explain.lifting.normal_form.facts import Facts
from profiler_suite.analysis.explain.lifting.normal_form.held import Held
from profiler_suite.analysis.explain.lifting.normal_form.polynomials import Poly
from profiler_suite.analysis.explain.lifting.normal_form.terms import (
    Access,
    Index,
    Label,
    Leaf,
    Outside,
    Refusal,
    Slab,
    Term,
)
from profiler_suite.analysis.explain.own_names import names_like, unused

# How many different values are taken for granted where nobody has counted them.
_MOST_VALUES = 1000


_BESIDE_VALUES = ("return_inverse", "return_counts")
"""Options of np.unique, in the order in which it gives what they ask for."""


@dataclass(frozen=True)
class Gone(Term):
    """A name whose value after a loop is not known to the lifter."""


@dataclass(frozen=True)
class Pad:
    """An array with zeros, or with its other side, around it."""

    name: str
    base: str
    widths: tuple[tuple[Poly, Poly], ...]
    """How many before and after, in each axis."""
    mode: str = ""
    """'wrap' for its other side."""


@dataclass(frozen=True)
class Curve:
    """An interpolating function that an iteration makes."""

    call: ast.Call
    places: Term
    row: Term


class Scope:
    """What is known while the statements of a nest are read."""

    def __init__(self, facts: Facts, varying: frozenset[str]) -> None:
        self.facts = facts
        self.varying = varying
        """Names that the nest assigns."""
        self.env: dict[str, Term] = {}
        self.meanings: dict[Term, str] = {}
        """Names that the nest gave to values."""
        self.loops: list[Label] = []
        self.guards: list[Term] = []
        self.helpers: Mapping[str, ast.FunctionDef] = {}
        """Functions of the module whose source is known."""
        self.local_helpers: frozenset[str] = frozenset()
        """Those of them that are defined in the function itself."""
        self.inlining: list[str] = []
        self.interior = False
        """Whether max(0, …) and min(n, …) in slices are taken for what they cut off."""
        self.curves: dict[str, Curve] = {}
        """Interpolating functions that an iteration makes, by name."""
        self.searched = False
        """Whether a while loop that only counts is a search of all places at once."""
        self.summed = False
        """Whether sums of parts with any bounds are differences of running sums."""
        self.constraints: list[Poly] = []
        """What must not be negative for that."""
        self.conditional = 0
        """How many expressions around the one that is read may not be evaluated."""
        self.draws: list[Any] = []
        """Where random numbers are drawn, in the order of execution."""
        self.grown: frozenset[str] = frozenset()
        """Lists whose length changes in the function."""
        self.lists: dict[str, str] = {}
        """Arrays that are made of lists before the loops, with the names of the lists."""
        self.fits: dict[str, None] = {}
        """Under which no window is cut off, and no condition of `never` ever holds."""
        self.never: dict[Term, None] = {}
        self.windows: set[str] = set()
        """Loops that place windows which must fit into their array, by name."""
        self.pads: dict[str, Pad] = {}
        """Arrays with zeros around them, by what they are made of."""
        self.places: dict[str, tuple[str, ...]] = {}
        """Variables that hold the places along several axes, with names for each."""
        self.values: dict[str, str] = {}
        """Arrays of the different values of others, with how they are found."""
        self.unsure: dict[str, Term] = {}
        """What names hold that only one side of a condition has set."""
        self.made: set[str] = set()
        """Names of arrays that an iteration has made, of which elements are set."""
        self.dicts: set[str] = set()
        """Names of dictionaries that get an entry in each iteration."""
        self.unset: set[str] = set()
        """Names that are None before the loop that sets them."""
        self.time = 0
        self.unordered: set[str] = set()
        """Loops over sets, by name: their iterations come in an order that nobody knows."""
        self.endless: set[str] = set()
        """Loops that only a condition ends, by name."""
        self.assumptions: dict[str, None] = {}
        self.labels: dict[str, Label] = {}
        """Every label by name."""
        self._numbers = itertools.count()

    def label(self, count: Poly, hint: str = "", depth: int = -1) -> Label:
        """A new label."""
        name = f"@{hint or 'axis'}{next(self._numbers)}"
        self.labels[name] = Label(name, count, count, Poly.number(1), depth)
        return self.labels[name]

    def assume(self, words: str) -> None:
        """Notes what must hold."""
        self.assumptions[words] = None

    def assume_extremes(self) -> None:
        """Notes what the place of a least or largest value needs."""
        self.assume("there is at least one iteration")
        self.assume("no NaN is compared")

    @contextmanager
    def under(self, *tests: Term) -> Iterator[None]:
        """Within, what is read is only read where these conditions hold."""
        self.guards += tests
        try:
            yield
        finally:
            del self.guards[len(self.guards) - len(tests) :]

    def array(self, name: str) -> Access | Outside | Leaf | Index:
        """What a name that the nest does not assign stands for."""
        kind = self.facts.kind(name)
        if kind == "int":
            value = self.facts.integer(ast.Name(name, ast.Load()))
            return Index(value if value is not None else Poly.atom(name))
        if kind in ("float", "bool", "complex", "str"):
            return Leaf(name, weak=kind)
        if kind == "number":
            return Leaf(name, dtype=self.facts.dtype(name))
        if kind == "Series":
            extent = self.facts.extent(name, 0)
            base = f"{name}.to_numpy()"
            return Access(base, (self.whole(extent),), tuple(self.loops), "", self.time)
        if kind == "list":
            return self._list(name)
        if not kind and self.facts.is_outer(name):
            self.assume(f"{name} is a number")
            return Leaf(name)
        rank = self.facts.rank(name)
        subs = tuple(self.whole(self.facts.extent(name, axis)) for axis in range(rank))
        if not subs:
            return Leaf(name)
        dtype, of_python = self.facts.dtype(name), self.facts.names.get(f"{name}[]")
        weak = "" if of_python is None else of_python.kind
        return Access(name, subs, tuple(self.loops), dtype, self.time, (), weak)

    def _list(self, name: str) -> Access:
        """A list of numbers, as the array that is made of it before the loops."""
        held = self.facts.names.get(name)
        if held is None or not held.shape or name in self.grown:
            raise Refusal(f"{name} is a list, not an array")
        made = next((k for k, v in self.facts.arrays_of.items() if v == name), "")
        if not made:
            taken = {*self.facts.definitions, *self.facts.parameters}
            made = unused(f"{name.rpartition('.')[2]}_array", taken)
            self.facts.arrays_of[made] = name
            self.facts.names[made] = Held("array", held.dtype, held.shape)
        self.lists[made] = name
        if held.dtype.startswith("int"):
            self.assume("whole numbers stay within 64 bits")
        weak = {"i": "int", "f": "float", "b": "bool"}[held.dtype[0]]
        subs = tuple(self.whole(self.facts.extent(name, k)) for k in range(len(held.shape)))
        return Access(made, subs, tuple(self.loops), held.dtype, self.time, (), weak)

    def different_values(self, name: str) -> str:
        """A name for the different values of an array, found before the loops; '' for none."""
        facts = self.facts
        known = facts.names.get(name)
        if known is None or known.kind != "array" or name in self.varying:
            return ""
        text = f"{facts.numpy}.unique({name})"
        made = next((each for each, was in self.values.items() if was == text), "")
        if not made:
            for made in names_like(f"{name}_values"):
                if made not in facts.definitions and made not in facts.parameters:
                    break
                given = facts.single(made)
                same = given is not None and ast.unparse(given) == text
                if same and made not in self.varying:
                    break
            facts.definitions[made] = [ast.parse(text, mode="eval").body]
            facts.stored[made] = [0]
            count = min(math.prod(known.shape), _MOST_VALUES)
            facts.names[made] = Held("array", known.dtype, (count,))
            self.values[made] = text
        return made

    def made_of_lists(self, found_with: Mapping[str, Mapping[str, str]]) -> list[str]:
        """The statements that make arrays of lists, and of different values.

        `found_with` are names for what np.unique finds beside those, by its options.
        """
        lines = []
        for made, text in self.values.items():
            more = {k: found_with.get(made, {}).get(k, "") for k in _BESIDE_VALUES}
            names = ", ".join([made, *filter(None, more.values())])
            options = "".join(f", {option}=True" for option, name in more.items() if name)
            lines.append(f"{names} = {text.removesuffix(')')}{options})")
        for array, name in self.lists.items():
            dtype = self.facts.dtype(name).rstrip("0123456789")
            lines.append(f"{array} = {self.facts.numpy}.array({name}, {dtype})")
        return lines

    def whole(self, extent: Poly) -> Slab:
        """A full slice."""
        return Slab(Poly(), 1, self.label(extent), ":")

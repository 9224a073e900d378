"""The memory that the intermediates of an array expression take."""

from __future__ import annotations

from collections.abc import Sequence

from profiler_suite.analysis.explain.lifting.normal_form.dtypes import dtype_of
from profiler_suite.analysis.explain.lifting.normal_form.facts import Facts
from profiler_suite.analysis.explain.lifting.normal_form.polynomials import Poly
from profiler_suite.analysis.explain.lifting.normal_form.terms import Label, Term


class Memory:
    """The largest array that an expression makes on its way."""

    def __init__(self, facts: Facts) -> None:
        self.facts = facts
        self.largest = Poly()
        """Bytes."""
        self._size = (-1, 0)

    def note(self, dims: Sequence[Label], term: Term) -> None:
        """An operation makes a new array with these axes."""
        if not dims:
            return
        dtype = dtype_of(term)
        self.add(dims, 8 if dtype is None else dtype.itemsize)

    def add(self, dims: Sequence[Label], itemsize: int = 8) -> None:
        """A new array of these axes."""
        bytes_ = Poly.number(itemsize)
        for each in dims:
            bytes_ = bytes_ * each.count
        known = bytes_.value(self.facts.at_hand)
        size = (known if known is not None else 0, len(dims))
        if size > self._size:
            self._size, self.largest = size, bytes_

"""Elements that are looked up: set or added to at indices that are no affine ones."""

from __future__ import annotations

import ast

import numpy as np

from profiler_suite.analysis.explain.lifting.code.accesses import Axis
from profiler_suite.analysis.explain.lifting.code.arrays import (
    Array,
    closed,
    expanded,
    fitting,
    full,
)
from profiler_suite.analysis.explain.lifting.code.statements import Statements
from profiler_suite.analysis.explain.lifting.normal_form.dtypes import dtype_of
from profiler_suite.analysis.explain.lifting.normal_form.stores import Store, own_loops, summed
from profiler_suite.analysis.explain.lifting.normal_form.terms import (
    At,
    By,
    Label,
    Refusal,
    Term,
)


class Scatter:
    """Writes stores whose elements are looked up."""

    def __init__(self, out: Statements) -> None:
        self.out = out
        self.lowering = out.lowering
        self.facts = out.facts
        self.np = out.np

    def write(self, store: Store, axes: list[Axis]) -> None:
        """Elements that are looked up get a value."""
        made = self.lowering.accesses._gathered(store.target.base, axes)
        looked = any(isinstance(each, By) for each in store.target.subs)
        if store.op == "=":
            value = self.lowering.lower(store.term)
            if looked:
                self.lowering.scope.assume("of equal indices the last one counts")
            text = expanded(fitting(value, made.dims), made.dims).text
            self.out.line(f"{made.text} = {text}")
            return
        value = self.lowering.lower(summed(store))
        if not looked and len(made.dims) == len(own_loops(store)):
            self.out.line(f"{made.text} {store.op}= {expanded(value, made.dims).text}")
            return
        if store.op not in ("+", "-"):
            raise Refusal(f"looked-up elements of {store.target.base} change by {store.op}=")
        self._add_at(store, axes, made, value)

    def selected(self, store: Store) -> bool:
        """Looked-up elements under a condition: only where it holds is anything looked up.

        False where that can't be written.
        """
        places = [each.index for each in store.target.subs if isinstance(each, By)]
        if store.guard is None or len(places) != len(store.target.subs):
            return False
        if store.op not in ("=", "+", "-") or store.term.own:
            return False
        mask = self.lowering.lower(store.guard)
        indices = [self.lowering.lower(each) for each in places]
        value = self.lowering.lower(store.term)
        parts = (mask, value, *indices)
        dims = tuple(dict.fromkeys(each for part in parts for each in part.dims))
        if set(mask.dims) != set(dims) or any(each not in dims for each in store.labels):
            return False
        name = self.lowering.free_name("chosen")
        self.out.line(f"{name} = {full(mask, dims)}")

        def chosen(part: Array) -> str:
            if not part.dims:
                return part.text
            return f"{closed(self._spread(part, dims))}[{name}]"

        self._looked_up(store, [chosen(each) for each in indices], chosen(value))
        return True

    def _looked_up(self, store: Store, texts: list[str], weight: str) -> None:
        """One statement that sets or adds to these elements, all along one axis."""
        base, place = store.target.base, dtype_of(store.target)
        inside = ", ".join(texts)
        if store.op == "=":
            self.lowering.scope.assume("of equal indices the last one counts")
            self.out.line(f"{base}[{inside}] = {weight}")
            return
        counts = weight == "1" and place is not None and place.kind in "iuf"
        if counts and len(texts) == 2 and self._counted_flat(store, texts[0], texts[1]):
            return
        if self.lowering.style.scatter == "bincount" and len(texts) == 1 and counts:
            size = self.facts.text(self.facts.extent(base, 0))
            self.lowering.scope.assume(f"no index of {base} is negative")
            text = f"{self.np}.bincount({texts[0]}, minlength={size})"
            if str(place) != "int64":
                text += f".astype({base}.dtype)"
            self.out.line(f"{base}[:] {store.op}= {text}")
            return
        how = "add" if store.op == "+" else "subtract"
        index = f"({inside})" if len(texts) > 1 else inside
        self.out.line(f"{self.np}.{how}.at({base}, {index}, {weight})")

    def _spread(self, part: Array, dims: tuple[Label, ...]) -> str:
        """A value along all of these axes."""
        if all(each in part.dims for each in dims):
            return full(part, dims)
        sizes = ", ".join(self.facts.text(each.count) for each in dims)
        wide = expanded(part, list(dims)).text
        return f"{self.np}.broadcast_to({wide}, ({sizes},))"

    def _add_at(self, store: Store, axes: list[Axis], made: Array, value: Array) -> None:
        base, sign = store.target.base, store.op
        place_text, inside = _taken_apart(made.text)
        weight = expanded(value, made.dims).text
        place = dtype_of(store.target)
        one_axis = len(axes) == 1 and place is not None and place.kind in "iuf"
        if self.lowering.style.scatter == "bincount" and one_axis:
            index = axes[0].index
            assert index is not None
            where = self.lowering.lower(index)
            flat = where.text if len(where.dims) == 1 else f"{where.atom}.ravel()"
            size = self.facts.text(self.facts.extent(base, 0))
            self.lowering.scope.assume(f"no index of {base} is negative")
            kind = dtype_of(index)
            if kind is not None and kind.kind == "u" and kind.itemsize == 8:
                flat = f"{closed(flat)}.astype({self.np}.intp)"
            if weight == "1":
                text = f"{self.np}.bincount({flat}, minlength={size})"
                if place is not None and str(place) != "int64":
                    text += f".astype({base}.dtype)"
            elif place is not None and place.kind == "f":
                if len(value.dims) < len(where.dims):
                    sizes = ", ".join(self.facts.text(d.count) for d in where.dims)
                    weight = f"{self.np}.broadcast_to({weight}, ({sizes},))"
                if len(where.dims) > 1:
                    weight = f"({weight}).ravel()"
                text = f"{self.np}.bincount({flat}, weights={weight}, minlength={size})"
                if str(place) != "float64":
                    text += f".astype({base}.dtype)"
            else:
                text = ""
            if text:
                self.out.line(f"{base}[:] {sign}= {text}")
                return
        if self._counted_pairs(store, axes, weight, made):
            return
        if self._rows_added(store, axes, made, value):
            return
        name = "add" if sign == "+" else "subtract"
        index_text = f"({inside})" if "," in inside else inside
        if _has_slices(inside):
            index_text = f"{self.np}.s_[{inside}]"
        self.out.line(f"{self.np}.{name}.at({place_text}, {index_text}, {weight})")

    def _rows_added(self, store: Store, axes: list[Axis], made: Array, value: Array) -> bool:
        """`out[k[i]] += rows[i]`: a sparse matrix of ones times the rows; False for others."""
        base, kinds = store.target.base, (dtype_of(store.target), dtype_of(store.term))
        if self.lowering.style.scatter != "bincount" or len(axes) != 2 or len(made.dims) != 2:
            return False
        if [str(each) for each in kinds] != ["float64"] * 2 or value.dims != made.dims:
            return False
        index = axes[0].index
        if axes[0].kind != "gather" or axes[1].kind != "slice" or index is None:
            return False
        if axes[1].text != ":" or dtype_of(index) is None:
            return False
        where = self.lowering.lower(index)
        if where.dims != made.dims[:1]:
            return False
        self.lowering.imports["import scipy.sparse"] = None
        self.lowering.scope.assume(f"no index of {base} is negative")
        count, size = (
            self.facts.text(made.dims[0].count),
            self.facts.text(self.facts.extent(base, 0)),
        )
        ones = f"({self.np}.ones({count}), {where.text}, {self.np}.arange({count} + 1))"
        matrix = f"scipy.sparse.csr_matrix({ones}, shape=({count}, {size}))"
        self.out.line(f"{base} {store.op}= {matrix}.T @ {closed(value.text)}")
        return True

    def _counted_pairs(self, store: Store, axes: list[Axis], weight: str, made: Array) -> bool:
        """Elements of a matrix counted by their place in a row of all; False where it can't."""
        place = dtype_of(store.target)
        if self.lowering.style.scatter != "bincount" or len(axes) != 2 or weight != "1":
            return False
        if place is None or place.kind not in "iuf":
            return False
        if any(each.index is None for each in axes):
            return False
        rows, columns = (self.lowering.lower(each.index) for each in axes if each.index)
        if {*rows.dims, *columns.dims} != {*made.dims}:
            return False
        parts = [expanded(each, made.dims).text for each in (rows, columns)]
        return self._counted_flat(store, *parts)

    def _counted_flat(self, store: Store, rows: str, columns: str) -> bool:
        """Counts of a matrix from the places that its elements have in a row of all."""
        place, base = dtype_of(store.target), store.target.base
        indices = [each.index for each in store.target.subs if isinstance(each, By | At)]
        if self.lowering.style.scatter != "bincount" or len(indices) != 2 or place is None:
            return False
        for each in indices:
            kind = dtype_of(each) if isinstance(each, Term) else np.dtype(int)
            if (
                kind is None
                or kind.kind not in "iu"
                or (kind.kind == "u" and kind.itemsize == 8)
            ):
                return False
        if any(isinstance(e, Term) and str(dtype_of(e)) != "int64" for e in indices):
            rows = f"{closed(rows)}.astype({self.np}.intp)"  # their product must fit into it
        width = self.facts.text(self.facts.extent(base, 1))
        size = self.facts.text(self.facts.extent(base, 0) * self.facts.extent(base, 1))
        self.lowering.scope.assume(f"the indices of {base} are in range and not negative")
        flat = f"({closed(rows)} * {closed(width)} + {closed(columns)}).ravel()"
        text = f"{self.np}.bincount({flat}, minlength={size}).reshape({base}.shape)"
        if str(place) != "int64":
            text += f".astype({base}.dtype)"
        self.out.line(f"{base}[...] {store.op}= {text}")
        return True


def _taken_apart(text: str) -> tuple[str, str]:
    """'h[i][x]' as what is indexed last, 'h[i]', and the index."""
    node = ast.parse(text, mode="eval").body
    if not isinstance(node, ast.Subscript) or not text.isascii():
        raise Refusal(f"{text} is no place in an array")
    end = node.value.end_col_offset or 0
    return text[:end], text[end + 1 : -1]


def _has_slices(subscript: str) -> bool:
    """Whether one of its indices is a slice."""
    node = ast.parse(f"a[{subscript}]", mode="eval").body
    assert isinstance(node, ast.Subscript)
    parts = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
    return any(isinstance(each, ast.Slice) for each in parts)

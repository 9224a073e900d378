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
from profiler_suite.analysis.explain.lifting.normal_form.stores import (
    EXTREMES,
    Store,
    own_loops,
    summed,
)
from profiler_suite.analysis.explain.lifting.normal_form.terms import (
    At,
    By,
    Label,
    Refusal,
    Term,
)

_UFUNCS = {"+": "add", "-": "subtract"}
"""What the at() of an operator belongs to."""


class Scatter:
    """Writes stores whose elements are looked up."""

    def __init__(self, out: Statements) -> None:
        self.out = out
        self.lowering = out.lowering
        self.facts = out.facts
        self.np = out.np
        self.mirrored = False
        """Whether the same is to be done across the diagonal; False as soon as it is."""

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
        if store.op not in ("=", "+", "-", *EXTREMES) or store.term.own:
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

        texts = [chosen(each) for each in indices]
        self._looked_up(store, texts, chosen(value), moves=bool(value.dims))
        return True

    def _looked_up(self, store: Store, texts: list[str], weight: str, *, moves: bool) -> None:
        """One statement that sets or adds to these elements, all along one axis.

        `moves`: whether the value differs from element to element.
        """
        base, place = store.target.base, dtype_of(store.target)
        inside = ", ".join(texts)
        if store.op == "=":
            self.lowering.scope.assume("of equal indices the last one counts")
            self.out.line(f"{base}[{inside}] = {weight}")
            return
        adds_numbers = store.op in ("+", "-") and place is not None and place.kind in "iuf"
        counts = adds_numbers and weight == "1"
        sums = adds_numbers and moves and str(dtype_of(store.term)) == "float64"
        pair = len(texts) == 2 and (
            counts or (sums and place is not None and place.kind == "f")
        )
        if pair and self._counted_flat(store, texts[0], texts[1], weight):
            return
        if self.lowering.style.scatter == "bincount" and len(texts) == 1 and counts:
            size = self.facts.text(self.facts.extent(base, 0))
            self.lowering.scope.assume(f"no index of {base} is negative")
            text = f"{self.np}.bincount({texts[0]}, minlength={size})"
            if str(place) != "int64":
                text += f".astype({base}.dtype)"
            self.out.line(f"{base}[:] {store.op}= {text}")
            return
        how = _UFUNCS.get(store.op, store.op)
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
        if self._counted_pairs(store, axes, value, made):
            return
        if self._rows_added(store, axes, made, value):
            return
        self._at(store, made, weight)

    def extreme(self, store: Store) -> None:
        """Looked-up elements that keep the largest or smallest of what comes to them."""
        if store.guard is not None or any(
            each.name not in store.target.loops for each in store.labels
        ):
            raise Refusal(f"elements of {store.target.base} keep extremes on a condition")
        axes = self.lowering.accesses.settled(self.lowering.accesses.axes(store.target))
        made = self.lowering.accesses._gathered(store.target.base, axes)
        value = self.lowering.lower(store.term)
        if not self._rows_of_each_key(store, axes, made, value):
            self._at(store, made, expanded(value, made.dims).text)

    def _rows_of_each_key(
        self, store: Store, axes: list[Axis], made: Array, value: Array
    ) -> bool:
        """`m[k[i]] = maximum(m[k[i]], rows[i])`: by one sort of the keys; False for others."""
        if self.lowering.style.scatter != "bincount" or len(made.dims) != 2:
            return False
        index = axes[0].index
        if axes[0].kind != "gather" or index is None or value.dims != made.dims:
            return False
        keys = self.lowering.lower(index)
        if keys.dims != made.dims[:1] or [each.text for each in axes[1:]] != [":"]:
            return False
        base, np = store.target.base, self.np
        order, different, first = map(self.lowering.free_name, ("order", "different", "first"))
        self.lowering.scope.assume(f"no index of {base} is negative")
        self.out.line(f"{order} = {np}.argsort({keys.text}, kind='stable')")
        unique = f"{np}.unique({keys.atom}[{order}], return_index=True)"
        self.out.line(f"{different}, {first} = {unique}")
        rows = f"{np}.{store.op}.reduceat({value.atom}[{order}], {first})"
        self.out.line(f"{base}[{different}] = {np}.{store.op}({base}[{different}], {rows})")
        return True

    def _at(self, store: Store, made: Array, weight: str) -> None:
        """A ufunc's at(), which takes equal indices one after the other."""
        place_text, inside = _taken_apart(made.text)
        name = _UFUNCS.get(store.op, store.op)
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

    def _counted_pairs(self, store: Store, axes: list[Axis], value: Array, made: Array) -> bool:
        """Elements of a matrix counted by their place in a row of all; False where it can't."""
        place = dtype_of(store.target)
        if self.lowering.style.scatter != "bincount" or len(axes) != 2:
            return False
        if place is None or place.kind not in "iuf":
            return False
        if any(each.index is None for each in axes):
            return False
        rows, columns = (self.lowering.lower(each.index) for each in axes if each.index)
        if {*rows.dims, *columns.dims} != {*made.dims}:
            return False
        parts = [expanded(each, made.dims).text for each in (rows, columns)]
        weight = "1"
        if value.text != "1":
            if place.kind != "f" or str(dtype_of(store.term)) not in ("float64", "float32"):
                return False
            weight = f"{closed(self._spread(value, made.dims))}.ravel()"
        return self._counted_flat(store, parts[0], parts[1], weight)

    def _counted_flat(self, store: Store, rows: str, columns: str, weight: str = "1") -> bool:
        """Counts or sums of a matrix from the places of its elements in a row of all."""
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
        options = f"minlength={size}"
        if weight != "1":
            options = f"weights={weight}, {options}"
        text = f"{self.np}.bincount({flat}, {options}).reshape({base}.shape)"
        if str(place) != ("int64" if weight == "1" else "float64"):
            text += f".astype({base}.dtype)"
        if self.mirrored and self.facts.extent(base, 0) == self.facts.extent(base, 1):
            self.mirrored = False
            name = self.lowering.free_name("counts" if weight == "1" else "sums")
            self.out.line(f"{name} = {text}")
            text = f"{name} + {name}.T"
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

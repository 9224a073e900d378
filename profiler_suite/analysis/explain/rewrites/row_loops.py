"""Loops over the rows of a table, written over its columns.

A loop, or a comprehension, that reads and sets elements of a table by row and column becomes
one over columns, however it names them: `row.a`, `df.loc[i, 'a']` and `df['a'].iloc[i]`
are `df_a[i]`. Columns that are lists spare it the index of the table; with columns that are
arrays it is a loop that `lifting` knows.
"""

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field

from profiler_suite.analysis.explain import rewriting, syntax
from profiler_suite.analysis.explain.rewrites import forms, patterns
from profiler_suite.analysis.explain.rewriting import Function
from profiler_suite.measure.explain.names_in_words import COUNTING
from profiler_suite.measure.explain.records import Edit

LISTS, ARRAYS = "lists", "arrays"
Unit = ast.For | ast.While | ast.Assign | ast.Expr | ast.Return | ast.AnnAssign
_PLACES = ("loc", "at", "iloc", "iat")
_BY_LABEL = ("loc", "at")
_NUMBERS = "biuf"


class NotOverRowsError(Exception):
    """The loop does something else with a table, for this reason."""


@dataclass(frozen=True)
class Element:
    """One element of a table that the loop reads or sets; a whole column without an index."""

    node: ast.expr
    table: str
    column: object
    index: str = ""
    stored: bool = False
    sliced: bool = False


@dataclass(frozen=True)
class _Row:
    """A name that stands for a row."""

    table: str
    index: str
    named: bool = False
    """A named tuple, whose first element is the index."""


@dataclass
class Columns:
    """What is put before a loop and after it, and the names that columns have in it."""

    names: dict[tuple[str, object], str] = field(default_factory=dict)
    before: list[str] = field(default_factory=list)
    after: list[str] = field(default_factory=list)
    held: dict[str, str] = field(default_factory=dict)
    """What the new names hold, in words."""


class RowLoop:
    """A loop over rows: its elements, and what stands in its heads instead."""

    def __init__(self, function: Function, unit: Unit) -> None:
        """Raises NotOverRowsError where a table is used in another way."""
        self.function = function
        self.unit = unit
        self.rows: dict[str, _Row] = {}
        self.heads: list[Edit] = []
        self._in_heads: set[ast.AST] = set()
        for target, iterated in _heads(unit):
            self._enter(target, iterated)
        self._name_rows()
        self.elements = self._elements()
        if not self.elements:
            raise NotOverRowsError("it reads no element of a table")
        inside = [n for e in self.elements for n in ast.walk(e.node) if n is not e.node]
        if any(each.node in inside for each in self.elements):
            raise NotOverRowsError("an element of the table is the place of another")

    # ------------------------------------------------------------- its heads

    def _enter(self, target: ast.expr, iterated: ast.expr) -> None:
        """Notes what a loop over rows binds; 'for i in range(len(df))' is what it becomes."""
        counter, table = "", None
        rows = patterns.match(self.function, iterated, "DF.iterrows()")
        tuples = patterns.match(self.function, iterated, "DF.itertuples(**KW)")
        if rows is not None:
            table = self._table(rows["DF"])
            if not isinstance(target, ast.Tuple) or not isinstance(target.elts[1], ast.Name):
                raise NotOverRowsError("its rows have no name")
            label = target.elts[0]
            counter = label.id if isinstance(label, ast.Name) else ""
            counter = self._counter(table, counter)
            self.rows[target.elts[1].id] = _Row(table, counter)
        elif tuples is not None:
            table = self._table(tuples["DF"])
            if not isinstance(target, ast.Name):
                raise NotOverRowsError("its rows have no name")
            counter = rewriting.new_name(self.function, f"{target.id}_number")
            self.rows[target.id] = _Row(table, counter, named=True)
        elif isinstance(iterated, ast.Attribute) and iterated.attr == "index":
            if not self._is_table(iterated.value) or not isinstance(target, ast.Name):
                return
            table = self._table(iterated.value)
            counter = self._counter(table, target.id)
        if table is None:
            return
        self._in_heads |= set(ast.walk(iterated)) | set(ast.walk(target))
        start, _ = self.function.span(target)
        _, end = self.function.span(iterated)
        self.heads.append(Edit(start=start, end=end, text=f"{counter} in range(len({table}))"))

    def _counter(self, table: str, label: str) -> str:
        """The name that counts rows: the label's, where labels are places."""
        uses = [
            n
            for n in ast.walk(self.unit)
            if isinstance(n, ast.Name) and n.id == label and isinstance(n.ctx, ast.Load)
        ]
        if uses and not self._counts(table):
            raise NotOverRowsError(f"the index of {table} does not count 0, 1, 2, …")
        if uses and label:
            return label
        return rewriting.new_name(self.function, "row_number")

    def _counts(self, table: str) -> bool:
        return self.function.source.names.get(f"{table}.index", "") == COUNTING

    def _is_table(self, node: ast.expr) -> bool:
        form = forms.of(self.function, node)
        named = isinstance(node, ast.Name) and not node.id.startswith("__")
        return named and form is not None and form.dtype == "DataFrame"

    def _is_column(self, node: ast.expr) -> bool:
        """Whether it is the name of a Series: a column without a table."""
        form = forms.of(self.function, node)
        return isinstance(node, ast.Name) and form is not None and form.dtype == "Series"

    def _table(self, node: ast.expr) -> str:
        if not self._is_table(node) or not isinstance(node, ast.Name):
            raise NotOverRowsError(f"{ast.unparse(node)} is no name of a table")
        return node.id

    def _name_rows(self) -> None:
        """'row = df.iloc[i]' inside of the loop names a row, too."""
        for node in ast.walk(self.unit):
            if not isinstance(node, ast.Assign) or not isinstance(node.targets[0], ast.Name):
                continue
            place = node.value
            if not isinstance(place, ast.Subscript) or node is self.unit:
                continue
            owner = place.value
            if not isinstance(owner, ast.Attribute) or owner.attr not in _PLACES:
                continue
            whole = isinstance(place.slice, ast.Tuple | ast.Slice | ast.Constant)
            if whole or not self._is_table(owner.value):
                continue
            table, name = self._table(owner.value), node.targets[0].id
            if name in self.rows or not patterns.pure(place.slice):
                raise NotOverRowsError(f"{name} is set more than once")
            if owner.attr in _BY_LABEL and not self._counts(table):
                raise NotOverRowsError(f"the index of {table} does not count 0, 1, 2, …")
            self.rows[name] = _Row(table, self.function.text_of(place.slice))
            self._in_heads |= set(ast.walk(node))
            self.heads.append(
                Edit(
                    start=self.function.line_start(node.lineno),
                    end=self.function.line_start((node.end_lineno or node.lineno) + 1),
                    text="",
                )
            )

    # ---------------------------------------------------------- its elements

    def _names(self) -> Iterator[ast.Name]:
        """Every use of a table or of a row in the loop; not of what an iteration makes."""
        made = syntax.bound_names(self.unit) - {*self.rows}
        held = {each.table for each in self.rows.values()}
        for node in ast.walk(self.unit):
            if not isinstance(node, ast.Name) or node in self._in_heads:
                continue
            if node.id in made - held and not isinstance(self.unit, ast.Assign):
                continue
            if node.id in self.rows or self._is_table(node) or self._is_column(node):
                if not isinstance(node.ctx, ast.Load):
                    raise NotOverRowsError(f"it sets {node.id} itself")
                if any(isinstance(p, ast.JoinedStr) for p in self.function.around(node)):
                    raise NotOverRowsError("an element stands in a formatted string")
                yield node

    def _elements(self) -> list[Element]:
        """Elements of the tables; tables of which none is set may be used otherwise, too."""
        found: list[Element] = []
        others: set[str] = set()
        for name in self._names():
            try:
                found += self._element(name)
            except NotOverRowsError:
                if name.id in self.rows or self._may_change(name):
                    raise
                others.add(name.id)
        if others & {each.table for each in found if each.stored}:
            raise NotOverRowsError("a table of which elements are set is used as a whole")
        return found

    def _may_change(self, name: ast.Name) -> bool:
        """Whether what is done with a table may set or change it."""
        node: ast.AST = name
        while isinstance(node, ast.expr):
            if isinstance(getattr(node, "ctx", None), ast.Store | ast.Del):
                return True
            if isinstance(node, ast.Call):
                method = node.func.attr if isinstance(node.func, ast.Attribute) else ""
                changing = method in ("insert", "update", "pop", "set_flags")
                if changing or any(k.arg == "inplace" for k in node.keywords):
                    return True
            node = self.function.parents[node]
        return False

    def _element(self, name: ast.Name) -> Iterator[Element]:
        parent = self.function.parents[name]
        if name.id in self.rows:
            yield self._of_row(name, self.rows[name.id])
        elif self._asks_its_length(name, parent):
            return
        elif self._is_column(name):
            yield self._of_column(name, name.id, None)
        elif isinstance(parent, ast.Subscript) and parent.value is name:
            yield self._of_column(parent, name.id, self._column(name.id, parent.slice))
        elif isinstance(parent, ast.Attribute) and parent.attr in _PLACES:
            yield self._of_place(parent, name.id)
        elif isinstance(parent, ast.Attribute) and self._has(name.id, parent.attr):
            yield self._of_column(parent, name.id, parent.attr)
        else:
            raise NotOverRowsError(f"it uses {ast.unparse(parent)[:40]}")

    def _asks_its_length(self, name: ast.Name, parent: ast.AST) -> bool:
        if isinstance(parent, ast.Attribute):
            return parent.attr in ("shape", "index", "columns")
        return (
            isinstance(parent, ast.Call)
            and self.function.qualified(parent.func) == "builtins.len"
        )

    def _has(self, table: str, column: object) -> bool:
        key = f"{table}.values" if column is None else f"{table}[{column!r}]"
        return key in self.function.source.names

    def _made(self, table: str) -> set[object]:
        """Columns that the function makes, or of which it sets elements."""
        found: set[object] = set()
        for node in ast.walk(self.function.node):
            if not isinstance(node, ast.Subscript) or isinstance(node.ctx, ast.Load):
                continue
            parts = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
            owner = node.value.value if isinstance(node.value, ast.Attribute) else node.value
            if isinstance(owner, ast.Name) and owner.id == table:
                found |= {p.value for p in parts if isinstance(p, ast.Constant)}
        return found

    def _columns(self, table: str) -> list[object]:
        """Names of its columns, in order."""
        begin = f"{table}["
        return [
            ast.literal_eval(key[len(begin) : -1])
            for key in self.function.source.names
            if key.startswith(begin) and key[len(begin)] in "'\"-0123456789"
        ]

    def _column(self, table: str, key: ast.expr, *, by_place: bool = False) -> object:
        """The column that a constant names or counts."""
        asked = patterns.match(self.function, key, "DF.columns.get_loc(C)")
        if asked is not None and ast.unparse(asked["DF"]) == table:
            key, by_place = asked["C"], False
        if not isinstance(key, ast.Constant) or not isinstance(key.value, str | int):
            raise NotOverRowsError(f"which column of {table} it uses is not written out")
        if not by_place:
            return key.value
        known = self._columns(table)
        if not isinstance(key.value, int) or key.value >= len(known):
            raise NotOverRowsError(f"what column {key.value} of {table} is, is not known")
        return known[key.value]

    def _of_row(self, name: ast.Name, row: _Row) -> Element:
        parent = self.function.parents[name]
        if isinstance(parent, ast.Attribute) and row.named and parent.attr == "Index":
            raise NotOverRowsError("it uses the index of the table")
        if isinstance(parent, ast.Attribute) and self._has(row.table, parent.attr):
            column: object = parent.attr
        elif isinstance(parent, ast.Subscript) and parent.value is name and not row.named:
            column = self._column(row.table, parent.slice)
            if not isinstance(column, str):
                raise NotOverRowsError("an element of a row is counted")
        else:
            raise NotOverRowsError(f"it uses {name.id} as a whole")
        if not isinstance(parent.ctx, ast.Load):
            raise NotOverRowsError("it sets an element of a row, which is a copy")
        return Element(parent, row.table, column, row.index)

    def _of_column(self, node: ast.expr, table: str, column: object) -> Element:
        """df['a'][i], df['a'].iloc[i], df.a.values[i]; df['a'] in the head of a loop."""
        if not self._has(table, column) or not isinstance(getattr(node, "ctx", None), ast.Load):
            raise NotOverRowsError(f"{column!r} is no column, or is set as a whole")
        place: ast.expr = node
        by_label = True
        parent = self.function.parents[node]
        if isinstance(parent, ast.Attribute) and parent.attr in (*_PLACES, "values"):
            by_label = parent.attr in _BY_LABEL
            place, parent = parent, self.function.parents[parent]
        elif isinstance(parent, ast.Attribute) and parent.attr == "to_numpy":
            by_label = False
            place = self.function.parents[parent]  # type: ignore[assignment]
            parent = self.function.parents[place]
        if isinstance(parent, ast.Subscript) and parent.value is place:
            if not isinstance(parent.ctx, ast.Load) and column is not None:
                raise NotOverRowsError("it sets an element of a copy of the column")
            return self._at(parent, table, column, parent.slice, by_label=by_label)
        if place is node and self._is_iterated(node):
            return Element(node, table, column)
        raise NotOverRowsError(f"it uses the whole column {column!r}")

    def _is_iterated(self, node: ast.expr) -> bool:
        """Whether it stands in the head of a loop: as it is, in zip() or in enumerate()."""
        heads = [iterated for _, iterated in _heads(self.unit)]
        parent = self.function.parents[node]
        inside = isinstance(parent, ast.Call) and self.function.qualified(parent.func) in (
            "builtins.zip",
            "builtins.enumerate",
        )
        return node in heads or (inside and parent in heads)

    def _of_place(self, owner: ast.Attribute, table: str) -> Element:
        """df.loc[i, 'a'], df.iloc[i, 0], df.iloc[i]['a']."""
        node = self.function.parents[owner]
        if not isinstance(node, ast.Subscript) or node.value is not owner:
            raise NotOverRowsError(f"it uses {ast.unparse(owner)}")
        by_label = owner.attr in _BY_LABEL
        if isinstance(node.slice, ast.Tuple) and len(node.slice.elts) == 2:
            index, key = node.slice.elts
            column = self._column(table, key, by_place=not by_label)
            return self._at(node, table, column, index, by_label=by_label)
        outer = self.function.parents[node]
        if isinstance(outer, ast.Subscript) and outer.value is node:
            column = self._column(table, outer.slice)
        elif isinstance(outer, ast.Attribute) and self._has(table, outer.attr):
            column = outer.attr
        else:
            raise NotOverRowsError(f"it uses {ast.unparse(node)} as a whole")
        if not isinstance(outer.ctx, ast.Load):
            raise NotOverRowsError("it sets an element of a row, which is a copy")
        return self._at(outer, table, column, node.slice, by_label=by_label)

    def _at(
        self,
        node: ast.Subscript | ast.Attribute,
        table: str,
        column: object,
        index: ast.expr,
        *,
        by_label: bool,
    ) -> Element:
        sliced = isinstance(index, ast.Slice)
        masks = isinstance(index, ast.BinOp) and isinstance(index.op, ast.BitAnd | ast.BitOr)
        if masks or isinstance(index, ast.Compare | ast.Tuple) or (sliced and by_label):
            raise NotOverRowsError("it picks several rows at once")
        if by_label and not self._counts(table):
            raise NotOverRowsError(f"the index of {table} does not count 0, 1, 2, …")
        stored = not isinstance(node.ctx, ast.Load)
        # A column that the function makes is not there yet where only arguments were seen.
        if not self._has(table, column) and not stored and column not in self._made(table):
            raise NotOverRowsError(f"{column!r} is no column of {table}")
        text = self.function.text_of(index) if not sliced else ast.unparse(index)
        return Element(node, table, column, text, stored=stored, sliced=sliced)

    # ------------------------------------------------------------- rewritten

    @property
    def sets(self) -> list[tuple[str, object]]:
        """Columns of which it sets elements."""
        return list(dict.fromkeys((e.table, e.column) for e in self.elements if e.stored))

    def holds(self, table: str, column: object) -> str:
        """What a column holds, such as 'float64 (1000,)'."""
        key = f"{table}.values" if column is None else f"{table}[{column!r}]"
        return self.function.source.names.get(key, "")

    def length(self, table: str) -> str:
        """How many rows a table had, as one of its columns tells."""
        begin = f"{table}["
        held = [w for k, w in self.function.source.names.items() if k.startswith(begin)]
        return held[0].rpartition("(")[2].rstrip(",)") if held else "0"

    @staticmethod
    def place_of(table: str, column: object) -> str:
        """How a column is written."""
        return table if column is None else f"{table}[{column!r}]"

    @staticmethod
    def put_back(table: str, column: object, value: str) -> str:
        """The line that sets a column."""
        return (
            f"{table}.iloc[:] = {value}" if column is None else f"{table}[{column!r}] = {value}"
        )

    def is_number(self, element: Element) -> bool:
        """Whether its column holds numbers."""
        form = forms.in_form(self.holds(element.table, element.column))
        return form is not None and form.kind == "array" and form.letter in _NUMBERS

    def name_of(self, columns: Columns, table: str, column: object) -> str:
        """The name that a column has in the loop."""
        plain = "".join(c if c.isalnum() else "_" for c in str(column or "values"))
        key = table, column
        if key not in columns.names:
            columns.names[key] = rewriting.new_name(
                self.function, f"{table}_{plain}", columns.names.values()
            )
        return columns.names[key]

    def element_edits(self, columns: Columns) -> list[Edit]:
        """Every element as one of a column's."""
        made = []
        for each in self.elements:
            name = self.name_of(columns, each.table, each.column)
            text = f"{name}[{each.index}]" if each.index else name
            start, end = self.function.span(each.node)
            made.append(Edit(start=start, end=end, text=text))
        return made

    def whole(self, columns: Columns, edits: list[Edit]) -> str | None:
        """The text of the function with these edits, and what stands before and after."""
        function, unit = self.function, self.unit
        last = unit.end_lineno or unit.lineno
        indent = function.indent_of(unit.lineno)
        made = [
            *self.heads,
            *edits,
            *rewriting.inserted(function, {unit.lineno: columns.before}),
        ]
        if columns.after:
            place = function.line_start(last + 1)
            begin = "\n" if place == len(function.text) and function.text[-1] != "\n" else ""
            text = begin + "".join(f"{indent}{line}\n" for line in columns.after)
            made.append(Edit(start=place, end=place, text=text))
        found = rewriting.spliced(function, made)
        return found.source if found is not None else None


def _heads(unit: ast.AST) -> Iterator[tuple[ast.expr, ast.expr]]:
    """What each loop and comprehension binds, and what it goes over."""
    for node in ast.walk(unit):
        if isinstance(node, ast.For | ast.comprehension):
            yield node.target, node.iter


def row_loops(function: Function) -> Iterator[RowLoop]:
    """The outermost loops, and statements with comprehensions, that go through tables."""
    kinds = (ast.For, ast.While, ast.Assign, ast.Expr, ast.Return, ast.AnnAssign)
    units = [n for n in function.nodes if isinstance(n, kinds)]
    for unit in units:
        if any(isinstance(p, ast.For | ast.While) for p in function.around(unit)):
            continue
        if not isinstance(unit, ast.While) and not any(_heads(unit)):
            continue
        try:
            yield RowLoop(function, unit)
        except NotOverRowsError:
            continue

"""The columns of a loop over rows: as lists, as arrays, as arrays that `lifting` takes over."""

import ast
from collections.abc import Iterator

from profiler_suite.analysis.explain.rewrites.row_loops import Columns, Element, RowLoop
from profiler_suite.measure.explain.records import Edit


def as_lists(loop: RowLoop) -> Iterator[str]:
    """The function with every column that the loop uses as a list."""
    if any(each.sliced for each in loop.elements):
        return
    for fresh in (False, True) if loop.sets else (False,):
        columns = Columns()
        edits = loop.element_edits(columns)
        for (table, column), name in columns.names.items():
            place = loop.place_of(table, column)
            new = fresh and column is not None and (table, column) in loop.sets
            np = loop.function.numpy
            made = f"[{np}.nan] * len({table})" if new else f"{place}.tolist()"
            columns.before.append(f"{name} = {made}")
            if (table, column) in loop.sets:
                columns.after.append(loop.put_back(table, column, name))
        text = loop.whole(columns, edits)
        if text is not None:
            yield text


def as_arrays(loop: RowLoop) -> Iterator[tuple[str, dict[str, str]]]:
    """The function with every column as an array, and what the new names hold."""
    for fresh in (False, True) if loop.sets else (False,):
        made = _as_arrays(loop, fresh)
        if made is not None:
            yield made


def _as_arrays(loop: RowLoop, fresh: bool) -> tuple[str, dict[str, str]] | None:
    """The function with every column as an array, and what the new names hold."""
    np, columns = loop.function.numpy, Columns()
    codes = _Codes(loop, columns)
    texts = []
    for each in loop.elements:
        known = bool(loop.holds(each.table, each.column))
        if loop.is_number(each):
            continue
        edits_before = len(codes.edits)
        if codes.encode(each):
            texts.append(each)
            continue
        if known:
            return None
        del codes.edits[edits_before:]
        codes.labels.pop((each.table, each.column), None)
    codes.encode_lists()
    encoded = {each.node for each in texts if not each.stored}
    edits = [
        edit
        for edit, each in zip(loop.element_edits(columns), loop.elements, strict=True)
        if each.node not in encoded
    ]
    read = {(e.table, e.column) for e in loop.elements if e.node not in encoded}
    for (table, column), name in columns.names.items():
        if (table, column) not in read:
            continue
        place = loop.place_of(table, column)
        stored = (table, column) in loop.sets
        labels = codes.labels.get((table, column))
        columns.held[name] = loop.holds(table, column) or f"float64 ({loop.length(table)},)"
        if labels is not None:
            columns.held[name] = f"int64 {columns.held[name].partition(' ')[2]}"
            columns.before.append(f"{name} = {np}.full(len({table}), -1)")
            texts_of = f"{np}.array({labels!r}, dtype=object)[{name}]"
            columns.after.append(loop.put_back(table, column, texts_of))
            continue
        if stored and fresh:
            columns.before.append(f"{name} = {np}.full(len({table}), {np}.nan)")
        else:
            made = f"{np}.array({place})" if stored else f"{place}.to_numpy()"
            columns.before.append(f"{name} = {made}")
        if stored:
            columns.after.append(loop.put_back(table, column, name))
    text = loop.whole(columns, [*edits, *codes.edits, *_as_made(loop)])
    return (text, columns.held) if text is not None else None


def _as_made(loop: RowLoop) -> list[Edit]:
    """A list that a comprehension makes as one that an array makes: such arrays are lifted."""
    function, made = loop.function, []
    for node in ast.walk(loop.unit):
        parent = function.parents.get(node)
        if not isinstance(node, ast.ListComp) or isinstance(parent, ast.Call | ast.ListComp):
            continue
        start, end = function.span(node)
        made.append(Edit(start=start, end=start, text=f"{function.numpy}.array("))
        made.append(Edit(start=end, end=end, text=").tolist()"))
    return made


class _Codes:
    """Texts that a loop compares with or chooses among, as truth values and numbers."""

    def __init__(self, loop: RowLoop, columns: Columns) -> None:
        self.loop = loop
        self.columns = columns
        self.edits: list[Edit] = []
        self.labels: dict[tuple[str, object], list[str]] = {}
        self._compared: dict[str, str] = {}

    def encode(self, element: Element) -> bool:
        """Whether an element that is no number could be written as one."""
        return self._chosen(element) if element.stored else self._comparison(element)

    def _comparison(self, element: Element) -> bool:
        """`df.loc[i, 'k'] == 'x'`: an element of what is true for the whole column."""
        function = self.loop.function
        parent = function.parents[element.node]
        if not isinstance(parent, ast.Compare) or parent.left is not element.node:
            return False
        if len(parent.ops) != 1 or not element.index:
            return False
        op, other = parent.ops[0], parent.comparators[0]
        place = self.loop.place_of(element.table, element.column)
        if isinstance(op, ast.Eq | ast.NotEq) and _is_text(other):
            sign = "==" if isinstance(op, ast.Eq) else "!="
            truth = f"({place} {sign} {function.text_of(other)}).to_numpy()"
        elif isinstance(op, ast.In) and isinstance(other, ast.Tuple | ast.List | ast.Set):
            if not all(_is_text(each) for each in other.elts):
                return False
            values = ", ".join(function.text_of(each) for each in other.elts)
            truth = f"{place}.isin([{values}]).to_numpy()"
        else:
            return False
        if truth not in self._compared:
            named = self.loop.name_of(Columns(), element.table, element.column)
            name = f"{named}_{len(self._compared) + 1}"
            self._compared[truth] = name
            self.columns.before.append(f"{name} = {truth}")
            words = self.loop.holds(element.table, element.column)
            self.columns.held[name] = f"bool {words.partition(' ')[2]}"
        start, end = function.span(parent)
        text = f"{self._compared[truth]}[{element.index}]"
        self.edits.append(Edit(start=start, end=end, text=text))
        return True

    def _chosen(self, element: Element) -> bool:
        """`df.loc[i, 'k'] = 'x'`: the number of the text."""
        parent = self.loop.function.parents[element.node]
        if not isinstance(parent, ast.Assign):
            return False
        labels = self.labels.setdefault((element.table, element.column), [])
        return self._numbered(parent.value, labels)

    def _numbered(self, value: ast.expr, labels: list[str]) -> bool:
        if isinstance(value, ast.IfExp):
            return self._numbered(value.body, labels) and self._numbered(value.orelse, labels)
        text = value.value if isinstance(value, ast.Constant) else None
        if not isinstance(text, str):
            return False
        if text not in labels:
            labels.append(text)
        start, end = self.loop.function.span(value)
        self.edits.append(Edit(start=start, end=end, text=str(labels.index(text))))
        return True

    def encode_lists(self) -> None:
        """Lists of texts that the loop fills: of their numbers, and of texts after it."""
        if not isinstance(self.loop.unit, ast.For):
            return
        found: dict[str, list[ast.expr]] = {}
        for node in ast.walk(self.loop.unit):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Attribute)
                and node.func.attr == "append"
                and isinstance(node.func.value, ast.Name)
                and len(node.args) == 1
            ):
                found.setdefault(node.func.value.id, []).append(node.args[0])
        for name, values in found.items():
            labels: list[str] = []
            before = len(self.edits)
            if not all(self._numbered(each, labels) for each in values):
                del self.edits[before:]
                continue
            np = self.loop.function.numpy
            self.columns.after.append(
                f"{name} = {np}.array({labels!r}, dtype=object)[{name}].tolist()"
            )


def _is_text(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)

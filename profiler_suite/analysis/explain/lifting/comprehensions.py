"""Calls on comprehensions as array expressions."""

from __future__ import annotations

import ast

from profiler_suite.analysis.explain.lifting.code.arrays import closed, full
from profiler_suite.analysis.explain.lifting.code.lowering import ArrayWriter
from profiler_suite.analysis.explain.lifting.expressions.expressions import Reader
from profiler_suite.analysis.explain.lifting.loops.iteration import comprehended
from profiler_suite.analysis.explain.lifting.normal_form.dtypes import dtype_of, weak_of
from profiler_suite.analysis.explain.lifting.normal_form.terms import Refusal, Stack, Term, View
from profiler_suite.analysis.explain.lifting.source.units import is_mapping


class Comprehensions(ast.NodeTransformer):
    """Calls on comprehensions as array expressions."""

    def __init__(self, reader: Reader, lowering: ArrayWriter, reasons: list[str]) -> None:
        self.reader = reader
        self.lowering = lowering
        self.reasons = reasons
        self.changed = False
        self.item: Term | None = None
        """What one iteration of the last comprehension gives."""

    def array(self, node: ast.expr) -> str:
        """The text of a value; refused where it is none."""
        listed = self._made_array(node)
        if isinstance(listed, ast.ListComp) and any(each.ifs for each in listed.generators):
            return self._chosen(listed)
        term = self.reader.read(node)
        self.item = term.arg if isinstance(term, View) else None
        array = self.lowering.lower(term)
        if any(each not in array.dims for each in term.own):
            sizes = ", ".join(self.lowering.facts.text(each.count) for each in term.own)
            text = f"{self.lowering.np}.broadcast_to({full(array, term.own)}, ({sizes},))"
        else:
            text = array.text
        self.changed = True
        return text

    def _made_array(self, node: ast.expr) -> ast.expr:
        """The list that np.array makes an array, as it is; or the node."""
        if not isinstance(node, ast.Call) or len(node.args) != 1 or node.keywords:
            return node
        owner, _, name = ast.unparse(node.func).rpartition(".")
        numpy = owner in ("np", "numpy", self.lowering.np)
        return node.args[0] if numpy and name in ("array", "asarray") else node

    def _chosen(self, node: ast.ListComp) -> str:
        """`[f(v) for v in x if c(v)]`: all of them, and then those."""
        item, labels, mask = comprehended(self.reader, node)
        self.item = item
        if mask is None or len(labels) != 1 or mask.own:
            raise Refusal("how long a list becomes depends on a condition")
        value, test = self.lowering.lower(item), self.lowering.lower(mask)
        if labels[0] not in value.dims or test.dims != labels:
            raise Refusal("how long a list becomes depends on a condition")
        self.changed = True
        return f"{closed(full(value, (*labels, *item.own)))}[{test.text}]"

    def as_list(self, node: ast.ListComp) -> str:
        """A list of what the comprehension gives."""
        text = self.array(node)
        inner = self.item
        while isinstance(inner, View):
            inner = inner.arg
        if inner is None or inner.own:
            raise Refusal("its elements are no numbers")
        if self.item is not inner:  # lists of lists
            if not weak_of(inner) and str(dtype_of(inner)) not in ("float64", "int64", "bool"):
                raise Refusal("the dtype of its elements would be another")
            return f"{closed(text)}.tolist()"
        return f"{closed(text)}.tolist()" if weak_of(self.item) else f"list({text})"

    def visit_DictComp(self, node: ast.DictComp) -> ast.AST:
        """`{k: f(k) for k in x}` as a dictionary of two arrays side by side."""
        entry = ast.Tuple([node.key, node.value], ast.Load())
        try:
            text = self._entries(ast.ListComp(entry, node.generators))
        except Refusal as refusal:
            self.reasons.append(str(refusal))
            return self.generic_visit(node)
        self.changed = True
        return ast.parse(text, mode="eval").body

    def _entries(self, node: ast.ListComp) -> str:
        item, labels, mask = comprehended(self.reader, node)
        if mask is not None or len(labels) != 1 or not isinstance(item, Stack):
            raise Refusal("how many entries there are depends on a condition")
        parts = []
        for each in item.args:
            array = self.lowering.lower(each)
            if each.own or array.dims != labels:
                raise Refusal("its entries are no numbers")
            parts.append(f"{array.atom}.tolist()" if weak_of(each) else array.text)
        return f"dict(zip({', '.join(parts)}))"

    def _maps(self, node: ast.Call) -> bool:
        if is_mapping(node) or (node.args and is_mapping(node.args[0])):
            return not ast.unparse(node.func).endswith("vectorize")
        if isinstance(node.func, ast.Call):
            return is_mapping(node.func)
        made = node.func.id if isinstance(node.func, ast.Name) else ""
        value = self.lowering.facts.single(made)
        return value is not None and is_mapping(value) and isinstance(value, ast.Call)

    def visit_Call(self, node: ast.Call) -> ast.AST:
        """Replaces calls that call something for each element."""
        if self._maps(node):
            try:
                return ast.parse(self.array(node), mode="eval").body
            except Refusal as refusal:
                self.reasons.append(str(refusal))
        return self.generic_visit(node)

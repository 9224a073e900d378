"""The source of one function, and the same with some of its characters replaced.

Source text in, source text out: nothing is run here. Only what is replaced changes;
comments, names and formatting stay. A rewrite need not be right: it is tried, and
given only where the answer stays the same.
"""

import ast
import builtins
import difflib
import functools
import itertools
import textwrap
from collections.abc import Collection, Iterable, Iterator, Sequence

import msgspec

from profiler_suite.analysis.explain.expressions import ExpressionIndex
from profiler_suite.analysis.explain.function_names import USUAL, mentioned, usual_name
from profiler_suite.analysis.explain.own_names import unused, with_own_names
from profiler_suite.measure.explain.records import Edit, Rewrite, SourceText

_SIMPLE = (ast.Assign, ast.AugAssign, ast.AnnAssign, ast.Expr, ast.Return)
_ATOMS = (
    *(ast.Name, ast.Constant, ast.Call, ast.Attribute, ast.Subscript, ast.List, ast.Dict),
    *(ast.ListComp, ast.SetComp, ast.DictComp, ast.JoinedStr, ast.Set),
)
_BINDING_TIGHTLY = (ast.BinOp, ast.UnaryOp, ast.Attribute, ast.Subscript, ast.Compare)


class _PlainAssignments(ast.NodeTransformer):
    """`x: float = 0.0` as `x = 0.0`, where it stands: no rule asks for the annotation."""

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.stmt:
        """The plain assignment; an annotation that sets nothing stays."""
        if node.value is None:
            return node
        return ast.copy_location(ast.Assign([node.target], node.value), node)


class Function:
    """The parsed source of one function."""

    def __init__(self, source: SourceText, seen_through: Collection[str] = ()) -> None:
        """`seen_through`: names of `(name := value)` in which patterns see the value."""
        self.source = source
        self.seen_through = frozenset(seen_through)
        self.text = textwrap.dedent(source.text)
        self.lines = self.text.splitlines()
        tree = ast.parse(self.text)
        if len(tree.body) != 1 or not isinstance(tree.body[0], ast.FunctionDef):
            raise ValueError("not one plain function")
        self.node: ast.FunctionDef = _PlainAssignments().visit(tree.body[0])
        self.shift = source.first_line - 1
        """Line in the file = line in the text + shift."""
        self._starts = [0]
        for line in self.text.splitlines(keepends=True):
            self._starts.append(self._starts[-1] + len(line))
        self.nodes = tuple(ast.walk(self.node))
        """All that it is made of, outer nodes first: nobody changes them."""
        self.parents: dict[ast.AST, ast.AST] = {
            child: node for node in self.nodes for child in ast.iter_child_nodes(node)
        }
        self.bound = self._bound()
        self.siblings: dict[str, Function] = {}
        """Other functions of its module, by name."""
        self.numpy = next((k for k, v in self.bound.items() if v == "numpy"), "np")
        self.pandas = next((k for k, v in self.bound.items() if v == "pandas"), "pd")

    def _bound(self) -> dict[str, str]:
        """What global and imported names stand for, without those it assigns itself."""
        own = _own_names(self.nodes)
        used = {node.id for node in self.nodes if isinstance(node, ast.Name)}
        found = {k: v for k, v in {**USUAL, **self.source.bound}.items() if k in used - own}
        for node in self.nodes:
            if isinstance(node, ast.Import):
                for alias in node.names:
                    top = alias.name.partition(".")[0]
                    found[alias.asname or top] = alias.name if alias.asname else top
            elif isinstance(node, ast.ImportFrom) and not node.level:
                for alias in node.names:
                    found[alias.asname or alias.name] = f"{node.module}.{alias.name}"
        for name in used - own - set(found):
            if hasattr(builtins, name) and name not in self.source.names:
                found[name] = f"builtins.{name}"
        return found

    @functools.cached_property
    def taken(self) -> frozenset[str]:
        """Names that what a rewrite defines beside the function must not have."""
        return frozenset({self.node.name, *_own_names(self.nodes), *self.source.module_names})

    @functools.cached_property
    def words(self) -> frozenset[str]:
        """Every word of its source, of what its names stand for, and other names of these."""
        return mentioned(" ".join([self.text, *self.bound.values()]))

    @functools.cached_property
    def expressions(self) -> ExpressionIndex:
        """Its expressions, found by what they are."""
        return ExpressionIndex(self.node, lambda node: self.qualified(self.unmarked(node)))

    # ------------------------------------------------------------- its text

    def offset(self, line: int, column: int) -> int:
        """Place in the text of a column, which the syntax tree counts in bytes."""
        before = self.lines[line - 1].encode()[:column].decode()
        return self._starts[line - 1] + len(before)

    def span(self, node: ast.expr | ast.stmt) -> tuple[int, int]:
        """First character of a node and the one after its last."""
        return (
            self.offset(node.lineno, node.col_offset),
            self.offset(node.end_lineno or node.lineno, node.end_col_offset or 0),
        )

    def text_of(self, node: ast.expr | ast.stmt) -> str:
        """A node as it is written; of another function, as it may be written."""
        if node not in self.parents and node is not self.node:
            return ast.unparse(node)
        start, end = self.span(node)
        text = self.text[start:end]
        return f"({text})" if isinstance(node, ast.NamedExpr) else text

    def indent_of(self, line: int) -> str:
        """The white space at the beginning of a text line."""
        text = self.lines[line - 1]
        return text[: len(text) - len(text.lstrip())]

    def line_start(self, line: int) -> int:
        """Place in the text where a text line begins; the one after the last is its end."""
        return self._starts[min(line - 1, len(self._starts) - 1)]

    # ------------------------------------------------------------- its names

    def qualified(self, node: ast.AST) -> str:
        """'numpy.linalg.inv' for what a dotted name stands for; empty when it is not known."""
        parts: list[str] = []
        while isinstance(node, ast.Attribute):
            parts.append(node.attr)
            node = node.value
        base = self.bound.get(node.id, "") if isinstance(node, ast.Name) else ""
        if not base:
            return ""
        return usual_name(".".join([base, *reversed(parts)]))

    def unmarked(self, node: ast.AST) -> ast.AST:
        """The value of `(name := value)` where patterns see it; else the node itself."""
        marked = isinstance(node, ast.NamedExpr) and node.target.id in self.seen_through
        return node.value if marked and isinstance(node, ast.NamedExpr) else node

    def is_numpy(self, node: ast.AST, names: Collection[str]) -> str:
        """The name of a NumPy function that a call calls, if it is one of these; else ''."""
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute | ast.Name):
            owner, _, name = self.qualified(node.func).rpartition(".")
            written = node.func.attr if isinstance(node.func, ast.Attribute) else name
            if owner == "numpy":
                return next((n for n in (written, name) if n in names), "")
        return ""

    def call(self, name: str, arguments: Sequence[ast.expr], **keywords: ast.expr) -> ast.Call:
        """A call of a NumPy function, dots allowed in its name."""
        function: ast.expr = ast.Name(self.numpy, ast.Load())
        for part in name.split("."):
            function = ast.Attribute(function, part, ast.Load())
        return ast.Call(
            function, list(arguments), [ast.keyword(k, v) for k, v in keywords.items()]
        )

    def as_lambda(self, name: str) -> ast.Lambda | None:
        """A function of this name that only returns an expression, without its name."""
        inner = {n.name: n for n in self.nodes if isinstance(n, ast.FunctionDef)}
        other = self.siblings.get(name)
        found = inner.get(name, other.node if other is not None else None)
        if found is None or found.decorator_list or found is self.node:
            return None
        value = only_value(found)
        return None if value is None else ast.Lambda(found.args, value)

    @functools.cached_property
    def _uses(self) -> dict[str, list[ast.Name]]:
        found: dict[str, list[ast.Name]] = {}
        for node in self.nodes:
            if isinstance(node, ast.Name):
                found.setdefault(node.id, []).append(node)
        return found

    def uses(self, name: str) -> list[ast.Name]:
        """Every place at which the name is read, set or deleted."""
        return list(self._uses.get(name, ()))

    def statement_of(self, node: ast.AST) -> ast.stmt:
        """The innermost statement around a node."""
        while not isinstance(node, ast.stmt):
            node = self.parents[node]
        return node

    def around(self, node: ast.AST) -> Iterator[ast.AST]:
        """What stands around a node, from the inside out."""
        while node in self.parents:
            node = self.parents[node]
            yield node


def _own_names(nodes: Sequence[ast.AST]) -> set[str]:
    """What a function of these nodes assigns, and its parameters."""
    own = {n.id for n in nodes if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
    return own | {n.arg for n in nodes if isinstance(n, ast.arg)}


def only_value(function: ast.FunctionDef | ast.Lambda) -> ast.expr | None:
    """The expression of a function that only returns one; None of others."""
    if isinstance(function, ast.Lambda):
        return function.body
    body = [
        s
        for s in function.body
        if not (isinstance(s, ast.Expr) and isinstance(s.value, ast.Constant))
    ]
    returned = body[0] if len(body) == 1 else None
    return returned.value if isinstance(returned, ast.Return) else None


def number(node: ast.expr) -> float | None:
    """The value of a number written out; None for anything else."""
    negative = isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub)
    inner = node.operand if isinstance(node, ast.UnaryOp) and negative else node
    if isinstance(inner, ast.Constant) and isinstance(inner.value, int | float):
        return -float(inner.value) if negative else float(inner.value)
    return None


def parsed(source: SourceText, seen_through: Collection[str] = ()) -> Function | None:
    """The function, or None when it is a lambda or has no readable source."""
    try:
        return Function(source, seen_through)
    except (SyntaxError, ValueError):
        return None


def statements(function: Function) -> list[ast.stmt]:
    """Its simple statements that have their lines for themselves."""
    found = []
    for node in function.nodes:
        if not isinstance(node, _SIMPLE):
            continue
        first, last = (
            function.lines[node.lineno - 1],
            function.lines[(node.end_lineno or 1) - 1],
        )
        after = last.encode()[node.end_col_offset or 0 :].decode().strip()
        before = first.encode()[: node.col_offset].decode().strip()
        if not before and (not after or after.startswith("#")):
            found.append(node)
    return sorted(found, key=lambda node: node.lineno)


# ------------------------------------------------------------------- rewriting


def spliced(
    function: Function, edits: Sequence[Edit], prelude: Sequence[str] = ()
) -> Rewrite | None:
    """The function with these characters replaced; None where they overlap or say nothing.

    What goes before it gets other names where the module has these already.
    """
    own = with_own_names(function.text, edits, prelude, function.taken)
    if own is None:
        return None
    edits, prelude = own
    ordered = sorted(dict.fromkeys(edits), key=lambda each: (each.start, each.end))
    if any(b.start < a.end for a, b in itertools.pairwise(ordered)):
        return None
    text = function.text
    for each in reversed(ordered):
        text = text[: each.start] + each.text + text[each.end :]
    if text == function.text and not prelude:
        return None
    source = "".join(_before_it(each) for each in prelude) + text
    try:
        ast.parse(source)
    except SyntaxError:
        return None
    inserted = [(0, "", line) for each in prelude for line in each.rstrip().splitlines()]
    return Rewrite(
        function=function.source.function,
        source=source,
        lines=(*inserted, *_changed_lines(function, text)),
        edits=tuple(ordered),
        prelude=tuple(prelude),
        file=function.source.file,
        first_line=function.source.first_line,
    )


def changed(function: Function, edits: Sequence[Edit]) -> Function | None:
    """The function with these edits, parsed again; None where they come to nothing."""
    made = spliced(function, edits) if edits else None
    if made is None:
        return None
    other = parsed(msgspec.structs.replace(function.source, text=made.source))
    if other is not None:
        other.siblings = function.siblings
    return other


def line_edits(function: Function, text: str) -> list[Edit]:
    """The blocks of lines in which another text of the function differs from its own."""
    old, new = function.lines, text.splitlines()
    matcher = difflib.SequenceMatcher(None, old, new, autojunk=False)
    return [
        Edit(
            start=function.line_start(first + 1),
            end=function.line_start(last + 1),
            text="".join(f"{line}\n" for line in new[begin:end]),
        )
        for what, first, last, begin, end in matcher.get_opcodes()
        if what != "equal"
    ]


def _before_it(text: str) -> str:
    """A piece of the prelude, with two empty lines after a definition."""
    return f"{text.rstrip()}\n" + ("\n\n" if text.startswith("def ") else "")


def _changed_lines(function: Function, text: str) -> Iterator[tuple[int, str, str]]:
    old, new = function.lines, text.splitlines()
    matcher = difflib.SequenceMatcher(None, old, new, autojunk=False)
    for what, first, last, begin, end in matcher.get_opcodes():
        if what == "equal":
            continue
        was = [each.strip() for each in old[first:last]]
        now = [each.strip() for each in new[begin:end]]
        if what == "insert":
            block = textwrap.dedent("\n".join(new[begin:end]))
            yield from ((0, "", line) for line in block.splitlines())
        elif _same_indents(old[first:last], new[begin:end]):
            for number, (before, after) in enumerate(zip(was, now, strict=True), first + 1):
                yield number + function.shift, before, after
        else:
            # Several lines for one keep how they are indented under each other.
            blocks = (old[first:last], new[begin:end])
            was_text, now_text = (textwrap.dedent("\n".join(each)) for each in blocks)
            yield first + 1 + function.shift, was_text, now_text


def _same_indents(old: Sequence[str], new: Sequence[str]) -> bool:
    """Whether each line stands for the one in its place."""
    sides = [[len(line) - len(line.lstrip()) for line in lines] for lines in (old, new)]
    return sides[0] == sides[1]


def together(functions: Sequence[Function], rewrites: Sequence[Rewrite]) -> list[Rewrite]:
    """One rewrite per function with the edits of all, as far as they do not overlap."""
    found = []
    for function in functions:
        edits: list[Edit] = []
        prelude: list[str] = []
        for each in rewrites:
            if (each.file, each.first_line) != (
                function.source.file,
                function.source.first_line,
            ):
                continue
            if any(a.start < b.end and b.start < a.end for a in each.edits for b in edits):
                continue
            edits += [edit for edit in each.edits if edit not in edits]
            prelude += [line for line in each.prelude if line not in prelude]
        made = spliced(function, edits, prelude) if edits or prelude else None
        if made is not None:
            found.append(made)
    return found


def rewritten(
    function: Function,
    changes: dict[int, ast.stmt],
    *,
    before: dict[int, list[str]] | None = None,
    prelude: Sequence[str] = (),
) -> Rewrite | None:
    """The function with statements replaced.

    `changes` gives the new statement by the text line where the old one begins,
    `before` lines to put before a text line, `prelude` lines before the function.
    """
    by_line = {node.lineno: node for node in statements(function)}
    edits = []
    for line, new in changes.items():
        start, end = function.span(by_line[line])
        text = ast.unparse(ast.fix_missing_locations(new))
        edits.append(Edit(start=start, end=end, text=text))
    edits += inserted(function, before or {})
    return spliced(function, edits, prelude)


def inserted(function: Function, before: dict[int, list[str]]) -> list[Edit]:
    """Lines put before a text line, with its indentation."""
    return [
        Edit(
            start=function.line_start(line),
            end=function.line_start(line),
            text="".join(f"{function.indent_of(line)}{each}\n" for each in lines),
        )
        for line, lines in before.items()
    ]


def edit(function: Function, node: ast.expr, text: str, new: ast.expr | None = None) -> Edit:
    """Text in the place of an expression, in parentheses where its place needs them."""
    start, end = function.span(node)
    if new is None:
        new = ast.parse(text, mode="eval").body
    parent = function.parents.get(node)
    tight = isinstance(parent, _BINDING_TIGHTLY) and not (
        isinstance(parent, ast.Subscript) and parent.slice is node
    )
    if isinstance(parent, ast.Call):
        tight = parent.func is node
    enclosed = text.startswith("(") and isinstance(new, ast.Tuple)
    if tight and not isinstance(new, _ATOMS) and not enclosed and _binds_less(new, node):
        text = f"({text})"
    elif isinstance(new, ast.Call) and _has_parentheses(function, node):
        start, end = start - 1, end + 1
    return Edit(start=start, end=end, text=text)


def _has_parentheses(function: Function, node: ast.expr) -> bool:
    """Whether an operand stands in parentheses that it could do without."""
    if isinstance(node, ast.NamedExpr):
        return False
    parent = function.parents.get(node)
    start, end = function.span(node)
    around = function.text[start - 1 : start] + function.text[end : end + 1]
    return isinstance(parent, ast.BinOp) and around == "()"


BINDING: dict[type[ast.operator], int] = {
    **dict.fromkeys((ast.BitOr,), 1),
    **dict.fromkeys((ast.BitXor,), 2),
    **dict.fromkeys((ast.BitAnd,), 3),
    **dict.fromkeys((ast.LShift, ast.RShift), 4),
    **dict.fromkeys((ast.Add, ast.Sub), 5),
    **dict.fromkeys((ast.Mult, ast.Div, ast.MatMult, ast.FloorDiv, ast.Mod), 6),
    **dict.fromkeys((ast.Pow,), 8),
}
"""How tightly operators bind: a number for each, the tighter the larger."""


def _binds_less(new: ast.expr, old: ast.expr) -> bool:
    """Whether an expression needs parentheses where the other needed none."""
    if isinstance(new, ast.BinOp) and isinstance(old, ast.BinOp):
        return BINDING[type(new.op)] < BINDING[type(old.op)]
    return True


def written(function: Function, node: ast.expr) -> str:
    """An expression as it is written, in parentheses unless nothing can tear it apart."""
    text = function.text_of(node)
    return text if isinstance(node, _ATOMS) else f"({text})"


def new_name(function: Function, hint: str, others: Iterable[str] = ()) -> str:
    """A name like `hint` that neither the function uses yet nor is among the others."""
    used = {node.id for node in function.nodes if isinstance(node, ast.Name)}
    used |= {node.arg for node in function.nodes if isinstance(node, ast.arg)}
    return unused(hint, used | set(others))

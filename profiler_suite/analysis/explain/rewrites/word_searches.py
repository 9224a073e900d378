"""Python functions of one text that look for words in it, as searches of whole columns.

`any(word in text for word in words)`, the same as a loop that returns, and a loop over pairs
that returns what belongs to the first word that is found.
"""

import ast
from dataclasses import dataclass

from profiler_suite.analysis.explain import syntax

CONTAINS_ANY = '''
def contains_any(texts, words):
    """Whether each text contains one of the words."""
    return texts.str.contains("|".join(map(re.escape, words)) or "(?!)")
'''.strip()
FIRST_FOUND = '''
def first_found(texts, table, otherwise):
    """What belongs to the first key that each text contains."""
    found = pd.Series([otherwise] * len(texts), texts.index, name=texts.name)
    for key, value in reversed(list(table.items())):
        found = found.mask(texts.str.contains(key, regex=False), value)
    return found
'''.strip()
_LOOKS = ("lower", "upper", "casefold", "strip")


@dataclass(frozen=True)
class WordSearch:
    """A search of a whole column: its text, the function that it calls, names it needs."""

    text: str
    helper: str
    free: frozenset[str]


def of_column(callee: ast.FunctionDef | ast.Lambda, column: str) -> WordSearch | None:
    """The search of all texts of a column; None where the function does something else."""
    names = [each.arg for each in callee.args.args]
    if len(names) != 1:
        return None
    body: list[ast.stmt] = (
        [ast.Return(callee.body)] if isinstance(callee, ast.Lambda) else [*callee.body]
    )
    texts = column
    while len(body) > 1 and isinstance(body[0], ast.Assign | ast.Expr):
        first, *body = body
        if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant):
            continue
        if (
            not isinstance(first, ast.Assign)
            or [ast.unparse(t) for t in first.targets] != names
        ):
            return None
        texts = _looked_at(first.value, names[0], texts)
        if not texts:
            return None
    return _returned(body, names[0], texts)


def _returned(body: list[ast.stmt], name: str, texts: str) -> WordSearch | None:
    if len(body) == 1 and isinstance(body[0], ast.Return) and body[0].value is not None:
        return _any(body[0].value, name, texts)
    if len(body) != 2 or not isinstance(body[0], ast.For) or body[0].orelse:
        return None
    loop, last = body
    tested = loop.body[0] if isinstance(loop, ast.For) and len(loop.body) == 1 else None
    if not isinstance(last, ast.Return) or last.value is None:
        return None
    if not isinstance(tested, ast.If) or tested.orelse or len(tested.body) != 1:
        return None
    found = tested.body[0]
    assert isinstance(loop, ast.For)
    if not isinstance(found, ast.Return) or found.value is None:
        return None
    if isinstance(loop.target, ast.Name):
        if [ast.unparse(found.value), ast.unparse(last.value)] != ["True", "False"]:
            return None
        return _search(tested.test, loop.target.id, loop.iter, (name, texts))
    return _first(loop, tested.test, (found.value, last.value), (name, texts))


def _any(node: ast.expr, name: str, texts: str) -> WordSearch | None:
    """`any(…)`, `not any(…)`, `1 if any(…) else 0`, `int(any(…))`."""
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        inner = _any(node.operand, name, texts)
        return WordSearch(f"(~{inner.text})", inner.helper, inner.free) if inner else None
    numbered = None
    if isinstance(node, ast.IfExp) and [ast.unparse(n) for n in (node.body, node.orelse)] == [
        "1",
        "0",
    ]:
        numbered = node.test
    called = ast.unparse(node.func) if isinstance(node, ast.Call) else ""
    if called == "int" and isinstance(node, ast.Call) and len(node.args) == 1:
        numbered = node.args[0]
    if numbered is not None:
        inner = _any(numbered, name, texts)
        if inner is None:
            return None
        return WordSearch(f"{inner.text}.astype('int64')", inner.helper, inner.free)
    if called != "any" or not isinstance(node, ast.Call) or len(node.args) != 1:
        return None
    each = node.args[0]
    if not isinstance(each, ast.GeneratorExp | ast.ListComp) or len(each.generators) > 1:
        return None
    head = each.generators[0]
    if head.ifs or not isinstance(head.target, ast.Name):
        return None
    return _search(each.elt, head.target.id, head.iter, (name, texts))


def _search(
    test: ast.expr, word: str, words: ast.expr, of: tuple[str, str]
) -> WordSearch | None:
    """`word in text` for one of the words."""
    name, texts = of
    looked = _contains(test, word, name, texts)
    if not looked or name in syntax.names_in(words):
        return None
    free = frozenset(syntax.names_in(words))
    return WordSearch(f"contains_any({looked}, {ast.unparse(words)})", CONTAINS_ANY, free)


def _contains(test: ast.expr, word: str, name: str, texts: str) -> str:
    """The texts that are searched for the word; empty where the test is another."""
    if not isinstance(test, ast.Compare) or len(test.ops) != 1:
        return ""
    if not isinstance(test.ops[0], ast.In) or ast.unparse(test.left) != word:
        return ""
    return _looked_at(test.comparators[0], name, texts)


def _looked_at(node: ast.expr, name: str, texts: str) -> str:
    """`text.lower()` of the column; empty where it is something else."""
    if isinstance(node, ast.Name) and node.id == name:
        return texts
    method = node.func if isinstance(node, ast.Call) else None
    if not isinstance(method, ast.Attribute) or method.attr not in _LOOKS:
        return ""
    assert isinstance(node, ast.Call)
    inner = "" if node.args or node.keywords else _looked_at(method.value, name, texts)
    return f"{inner}.str.{method.attr}()" if inner else ""


def _first(
    loop: ast.For, test: ast.expr, values: tuple[ast.expr, ast.expr], of: tuple[str, str]
) -> WordSearch | None:
    """`for word, value in table.items(): if word in text: return value`."""
    name, texts = of
    found, otherwise = values
    target, items = loop.target, loop.iter
    if not isinstance(target, ast.Tuple) or len(target.elts) != 2:
        return None
    key, value = (ast.unparse(each) for each in target.elts)
    table = _of_items(items)
    if table is None or ast.unparse(found) != value or name in syntax.names_in(table):
        return None
    looked = _contains(test, key, name, texts)
    if not looked or {name, key, value} & syntax.names_in(otherwise):
        return None
    free = frozenset(syntax.names_in(table) | syntax.names_in(otherwise))
    given = f"{looked}, {ast.unparse(table)}, {ast.unparse(otherwise)}"
    return WordSearch(f"first_found({given})", FIRST_FOUND, free)


def _of_items(node: ast.expr) -> ast.expr | None:
    """The dictionary of `table.items()`."""
    method = node.func if isinstance(node, ast.Call) and not node.args else None
    if isinstance(method, ast.Attribute) and method.attr == "items":
        return method.value
    return None

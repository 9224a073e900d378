"""Headers of loops in their plain form."""

from __future__ import annotations

import ast

from profiler_suite.analysis.explain.lifting.normal_form.facts import Facts

_WRAPPERS = ("list", "tuple", "iter", "tqdm", "tqdm.tqdm", "trange")
PAIRS = {
    "combinations": "<",
    "itertools.combinations": "<",
    "combinations_with_replacement": "<=",
    "itertools.combinations_with_replacement": "<=",
    "permutations": "!=",
    "itertools.permutations": "!=",
}
"""What holds for the places of two elements that itertools gives together."""


def plain_header(node: ast.expr) -> ast.expr:
    """list(range(n)), tqdm(range(n)) and np.arange(n) as range(n); x.tolist() as x."""
    while isinstance(node, ast.Call):
        name = ast.unparse(node.func)
        if name in _WRAPPERS and name != "trange" and node.args and _is_wrapped(node):
            node = node.args[0]
        elif name in ("np.arange", "numpy.arange", "trange") and _counts(node):
            return ast.Call(ast.Name("range", ast.Load()), node.args, [])
        elif name.endswith((".tolist", ".flatten", ".ravel")) and not node.args:
            assert isinstance(node.func, ast.Attribute)
            if not name.endswith(".tolist"):
                return node
            node = node.func.value
        elif (
            name in ("np.nditer", "numpy.nditer") and len(node.args) == 1 and not node.keywords
        ):
            return _flat(node.args[0])
        else:
            return node
    if isinstance(node, ast.Attribute) and node.attr == "flat":
        return _flat(node.value)
    return node


def _flat(node: ast.expr) -> ast.expr:
    return ast.Call(ast.Attribute(node, "ravel", ast.Load()), [], [])


def _is_wrapped(node: ast.Call) -> bool:
    """Whether a call only hands on what its first argument gives."""
    return "tqdm" in ast.unparse(node.func) or (len(node.args) == 1 and not node.keywords)


def _counts(node: ast.Call) -> bool:
    """Whether it counts in whole numbers."""
    numbers = [each for each in node.args if isinstance(each, ast.Constant)]
    whole = all(isinstance(each.value, int) for each in numbers)
    divides = any(isinstance(each, ast.Div) for one in node.args for each in ast.walk(one))
    return whole and not divides and 0 < len(node.args) < 4 and not node.keywords


def different(node: ast.expr) -> str:
    """The array whose different values np.unique(x) or sorted(set(x)) gives; '' for others."""
    if not isinstance(node, ast.Call) or len(node.args) != 1 or node.keywords:
        return ""
    only, name = node.args[0], ast.unparse(node.func)
    if name in ("np.sort", "numpy.sort", "sorted") and different(only):
        return different(only)
    if name == "sorted" and isinstance(only, ast.Call) and ast.unparse(only.func) == "set":
        only, name = only.args[0] if len(only.args) == 1 else only, "np.unique"
    named = name in ("np.unique", "numpy.unique") and isinstance(only, ast.Name)
    return ast.unparse(only) if named else ""


def of_set(node: ast.expr, facts: Facts) -> ast.expr | None:
    """The different values in order, for `set(x)` of an array of whole numbers or text."""
    if not isinstance(node, ast.Call) or ast.unparse(node.func) != "set" or node.keywords:
        return None
    only = node.args[0] if len(node.args) == 1 else None
    if isinstance(only, ast.Call) and ast.unparse(only.func).endswith((".tolist", ".ravel")):
        assert isinstance(only.func, ast.Attribute)
        only = only.func.value
    if not isinstance(only, ast.Name) or facts.dtype(only.id)[:3] not in _EXACT:
        return None
    module = ast.Name(facts.numpy, ast.Load())
    return ast.Call(ast.Attribute(module, "unique", ast.Load()), [only], [])


_EXACT = ("int", "uin", "boo", "<U")
"""How dtypes begin of which equal values are one, as NaN is not."""

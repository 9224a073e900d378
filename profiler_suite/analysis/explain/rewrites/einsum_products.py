"""einsum calls as matrix products, and sums of products as einsum."""

import ast
import itertools

from profiler_suite.analysis.explain.rewrites import forms, patterns
from profiler_suite.analysis.explain.rewriting import Function, written

_LETTERS = "ijklmn"
_FLOATS = "fc"
_PATTERNS = (
    "np.sum(A * B, axis=K)",
    "np.sum(A * B, K)",
    "(A * B).sum(axis=K)",
    "(A * B).sum(K)",
    "np.sum(A ** 2, axis=K)",
    "np.sum(A ** 2, K)",
    "(A ** 2).sum(axis=K)",
    "(A ** 2).sum(K)",
    "np.sum(np.square(A), axis=K)",
)


def written_out(function: Function, node: ast.AST) -> str | None:
    """np.einsum('ij,jk->ik', a, b) as a @ b; None where it is no matrix product."""
    if not isinstance(node, ast.Call) or function.qualified(node.func) != "numpy.einsum":
        return None
    if not node.args or any(each.arg != "optimize" for each in node.keywords):
        return None
    subscripts = node.args[0]
    if not isinstance(subscripts, ast.Constant) or not isinstance(subscripts.value, str):
        return None
    before, arrow, out = subscripts.value.replace(" ", "").partition("->")
    terms = before.split(",")
    if not arrow or "." in before or len(terms) != len(node.args) - 1 or len(terms) < 2:
        return None
    if any(len(set(each)) != len(each) for each in (*terms, out)):
        return None
    texts = [written(function, each) for each in node.args[1:]]
    return _chain(terms, out, texts) if len(terms) > 2 else _pair(terms, out, texts)


def _chain(terms: list[str], out: str, texts: list[str]) -> str | None:
    """ij,jk,kl->il: every index but the first and the last joins two neighbours."""
    if any(len(each) != 2 for each in terms):
        return None
    joined = all(a[1] == b[0] for a, b in itertools.pairwise(terms))
    ends = (terms[0][0], terms[-1][1])
    inner = [each[1] for each in terms[:-1]]
    if not joined or tuple(out) != ends or len({*ends, *inner}) != len(terms) + 1:
        return None
    return " @ ".join(texts)


def _pair(terms: list[str], out: str, texts: list[str]) -> str | None:
    """Two operands with one common index, and leading ones that all have."""
    first, second = terms
    summed = [each for each in first if each in second and each not in out]
    both = [each for each in first if each in second and each in out]
    batch = "".join(both)
    if len(summed) != 1 or not all(each.startswith(batch) for each in (first, second, out)):
        return None
    a, b, c = (each.removeprefix(batch) for each in (first, second, out))
    if len(a) != 2 or len(b) != 2 or len(c) != 2:
        return None
    row, column = a.replace(summed[0], ""), b.replace(summed[0], "")
    turn = ".T" if not batch else ".swapaxes(-1, -2)"
    left = texts[0] if a[1] == summed[0] else f"{texts[0]}{turn}"
    right = texts[1] if b[0] == summed[0] else f"{texts[1]}{turn}"
    if c == row + column:
        return f"{left} @ {right}"
    return f"({left} @ {right}){turn}" if c == column + row else None


def summed(function: Function, node: ast.AST) -> str | None:
    """np.sum(a * b, axis=1) as an einsum; None where ranks and dtypes are not known."""
    if not isinstance(node, ast.Call):
        return None
    found = next(
        (m for each in _PATTERNS if (m := patterns.match(function, node, each)) is not None),
        None,
    )
    if found is None:
        return None
    axis = found.number("K")
    squared = "B" not in found.captures
    held = [forms.of(function, found[name]) for name in ("A" if squared else "AB")]
    if axis is None or any(f is None or f.letter not in _FLOATS for f in held):
        return None
    ranks = {len(f.shape) for f in held if f is not None}
    (rank,) = ranks if len(ranks) == 1 else (0,)
    place = int(axis)
    if not 2 <= rank <= len(_LETTERS) or not -rank <= place < rank:
        return None
    letters = _LETTERS[:rank]
    out = letters.replace(letters[place], "")
    texts = [function.text_of(found[name]) for name in ("AA" if squared else "AB")]
    return f"{function.numpy}.einsum('{letters},{letters}->{out}', {', '.join(texts)})"

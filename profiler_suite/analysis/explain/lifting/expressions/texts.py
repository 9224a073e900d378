"""Methods of strings, for all strings of an array at once."""

from __future__ import annotations

import ast
from collections.abc import Callable

from profiler_suite.analysis.explain.lifting.normal_form.dtypes import dtype_of
from profiler_suite.analysis.explain.lifting.normal_form.terms import Apply, Leaf, Term

_TRUTHS = ("startswith", "endswith", "isdigit", "isalpha", "isnumeric", "isupper", "islower")
_NUMBERS = ("find", "rfind", "count")
_TEXTS = ("upper", "lower", "strip", "lstrip", "rstrip", "replace", "title", "capitalize")


def is_text(term: Term) -> bool:
    """Whether a term is a string of an array of strings."""
    dtype = dtype_of(term)
    return dtype is not None and dtype.kind == "U" and not term.own and bool(term.loops)


def method_of_text(
    node: ast.Call, name: str, inner: Term, read: Callable[[ast.expr], Term]
) -> Term | None:
    """t.startswith('a'), t.count(part), t.upper(): of all by np.char; None for others.

    What a method is given is the same for all of them: `read` gives the term of a name.
    """
    fixed = [_fixed(each, read) for each in node.args]
    if node.keywords or not all(fixed):
        return None
    given = "".join(f", {each}" for each in fixed)
    written = given.replace("{", "{{").replace("}", "}}")
    form = f"NP.char.{name}({{0}}{written})"
    if name in _TRUTHS:
        return Apply(form, (inner,), "startswith")
    if name in _NUMBERS:
        return Apply(form, (inner,), "astype int64")
    return Apply(form, (inner,), f"text {name}") if name in _TEXTS else None


def _fixed(given: ast.expr, read: Callable[[ast.expr], Term]) -> str:
    """What is the same for all strings, in words; empty for anything else."""
    if isinstance(given, ast.Constant):
        return ast.unparse(given)
    term = read(given) if isinstance(given, ast.Name) else None
    return term.text if isinstance(term, Leaf) and term.weak else ""


def beginning(part: ast.expr, inner: Term) -> Term | None:
    """t[:3] of strings: those of a shorter dtype; None for other parts."""
    if not isinstance(part, ast.Slice) or part.lower or part.step:
        return None
    last = part.upper
    if not isinstance(last, ast.Constant) or not isinstance(last.value, int) or last.value < 1:
        return None
    return Apply(f"({{0}}).astype('U{last.value}')", (inner,), f"astype U{last.value}")

"""Digits and bits that are read from a number's text, as arithmetic of the number."""

from __future__ import annotations

import ast
import copy
import re
from typing import TypeVar

from profiler_suite.analysis.explain.lifting.expressions.expressions import (
    Comprehension,
    Reader,
)
from profiler_suite.analysis.explain.lifting.normal_form.dtypes import dtype_of
from profiler_suite.analysis.explain.lifting.normal_form.terms import Apply, Term

_BITS = re.compile(r"0(\d+)b")
_OfDigits = TypeVar("_OfDigits", bound=ast.ListComp | ast.GeneratorExp)


def digit_sum(reader: Reader, given: ast.expr) -> Term | None:
    """What sum() makes of `int(c) for c in str(v)` or `map(int, str(v))`; else None."""
    text = _text_of_digits(given)
    if not isinstance(text, ast.Call) or ast.unparse(text.func) != "str" or text.keywords:
        return None
    (value,) = text.args
    inner = reader.read(value)
    dtype = dtype_of(inner)
    if inner.own or dtype is None or dtype.kind not in "iu":
        return None
    reader.scope.assume("no number of which digits are taken is negative")
    count = "len(str(NP.max({0}, initial=0)))"
    form = f"(sum(({{0}}) // 10**digit % 10 for digit in range({count}))).astype(int)"
    return Apply(form, (inner,), "astype int64")


def bits_as_numbers(reader: Reader, node: _OfDigits) -> _OfDigits:
    """`int(c) for c in format(v, '08b')` as `int(v >> 7 - k & 1) for k in range(8)`.

    Anything else stays as it is.
    """
    text = _text_of_digits(node)
    found = _bits(text) if text is not None else None
    if found is None:
        return node
    value, width = found
    reader.scope.assume(f"no number of which bits are taken has more than {ast.unparse(width)}")
    changed = copy.deepcopy(node)
    (head,) = changed.generators
    place = ast.unparse(head.target)
    shifted = f"int(({ast.unparse(value)}) >> ({ast.unparse(width)}) - 1 - {place} & 1)"
    changed.elt = ast.parse(shifted, mode="eval").body
    head.iter = ast.parse(f"range({ast.unparse(width)})", mode="eval").body
    return ast.fix_missing_locations(changed)


def _text_of_digits(node: ast.expr) -> ast.expr | None:
    """The text whose characters become numbers one by one."""
    if isinstance(node, Comprehension) and len(node.generators) == 1:
        (head,) = node.generators
        own = not head.ifs and isinstance(head.target, ast.Name)
        as_numbers = own and ast.unparse(node.elt) == f"int({ast.unparse(head.target)})"
        return head.iter if as_numbers else None
    if isinstance(node, ast.Call) and len(node.args) == 2:
        mapped = [ast.unparse(each) for each in (node.func, node.args[0])] == ["map", "int"]
        return node.args[1] if mapped else None
    return None


def _bits(text: ast.expr) -> tuple[ast.expr, ast.expr] | None:
    """The number of a text of its bits, and how many there are; None for other texts."""
    if isinstance(text, ast.JoinedStr) and len(text.values) == 1:
        (part,) = text.values
        spec = part.format_spec if isinstance(part, ast.FormattedValue) else None
        words = ast.literal_eval(spec) if isinstance(spec, ast.Constant) else ""
        if isinstance(spec, ast.JoinedStr) and len(spec.values) == 1:
            (only,) = spec.values
            words = only.value if isinstance(only, ast.Constant) else ""
        width = _BITS.fullmatch(str(words))
        if isinstance(part, ast.FormattedValue) and part.conversion == -1 and width:
            return part.value, ast.Constant(int(width[1]))
        return None
    if not isinstance(text, ast.Call):
        return None
    given = [*text.args, *(each.value for each in text.keywords)]
    name = ast.unparse(text.func)
    if name == "format" and len(given) == 2 and isinstance(given[1], ast.Constant):
        width = _BITS.fullmatch(str(given[1].value))
        return (given[0], ast.Constant(int(width[1]))) if width else None
    if name in ("np.binary_repr", "numpy.binary_repr") and len(given) == 2:
        return given[0], given[1]
    filled = isinstance(text.func, ast.Attribute) and text.func.attr == "zfill"
    if filled and len(given) == 1 and isinstance(text.func, ast.Attribute):
        bits = text.func.value
        shown = bits.value if isinstance(bits, ast.Subscript) else None
        cut = isinstance(bits, ast.Subscript) and ast.unparse(bits.slice) == "2:"
        if cut and isinstance(shown, ast.Call) and ast.unparse(shown.func) == "bin":
            return shown.args[0], given[0]
    return None

"""Loops that count the bits of a number that are set, as one call."""

from __future__ import annotations

import ast

import numpy as np

_TESTS = ("{0}", "{0} != 0", "{0} > 0")
_SHIFTS = ("{0} >>= 1", "{0} = {0} >> 1", "{0} //= 2", "{0} = {0} // 2")
_CLEARED = ("{0} &= {0} - 1", "{0} = {0} & {0} - 1")
_LAST_BIT = ("{0} & 1", "{0} % 2")
_WORD = 64


def counted_bits(node: ast.For | ast.While) -> list[ast.stmt] | None:
    """`while v: c += v & 1; v >>= 1` as `c += bin(v).count('1'); v = 0`.

    Also `v &= v - 1` and a loop over a fixed number of bits; None for other loops, and with
    a NumPy that has no np.bitwise_count.
    """
    if not hasattr(np, "bitwise_count") or node.orelse:
        return None
    text = _of_while(node) if isinstance(node, ast.While) else _of_for(node)
    if not text:
        return None
    made = ast.parse(text).body
    for each in made:
        ast.copy_location(each, node)
        ast.fix_missing_locations(each)
    return made


def _of_while(node: ast.While) -> str:
    test = ast.unparse(node.test)
    name = test.partition(" ")[0]
    if not name.isidentifier() or test not in _filled(_TESTS, name) or len(node.body) != 2:
        return ""
    first, second = map(ast.unparse, node.body)
    counter = _counter(node.body[0], _filled(_LAST_BIT, name))
    if not (counter and second in _filled(_SHIFTS, name)):
        if second in _filled(_CLEARED, name):
            first, second = second, first
        counter = second.removesuffix(" += 1")
        if first not in _filled(_CLEARED, name) or not _is_place(counter):
            return ""
    if name in _names(counter):
        return ""
    value = f"max({name}, 0)" if test.endswith("> 0") else name
    return f"{counter} += bin({value}).count('1')\n{name} = 0"


def _of_for(node: ast.For) -> str:
    counts = ast.unparse(node.iter)
    size = counts.removeprefix("range(").removesuffix(")")
    if not size.isdecimal() or not isinstance(node.target, ast.Name) or len(node.body) != 1:
        return ""
    bit = node.target.id
    value = _value(node.body[0], bit)
    if value is None:
        return ""
    counter = _counter(node.body[0], _asked(ast.unparse(value), bit))
    shown = ast.unparse(value)
    array = counter.partition("[")[0]
    if not counter or array in _names(shown) or bit in _names(shown) | _names(counter):
        return ""
    if int(size) < _WORD - 1:
        shown = f"({shown}) & {2 ** int(size) - 1}"
    return f"{counter} += bin({shown}).count('1')"


def _value(node: ast.stmt, bit: str) -> ast.expr | None:
    """What is shifted by the number of the bit, or masked by it."""
    for each in ast.walk(node):
        if not isinstance(each, ast.BinOp):
            continue
        if isinstance(each.op, ast.RShift) and ast.unparse(each.right) == bit:
            return each.left
        if isinstance(each.op, ast.BitAnd):
            sides = (each.left, each.right)
            mask = [k for k, one in enumerate(sides) if ast.unparse(one) == f"1 << {bit}"]
            if mask:
                return sides[1 - mask[0]]
    return None


def _asked(value: str, bit: str) -> tuple[str, ...]:
    """The ways to ask for one bit of a value."""
    texts = (
        f"({value}) >> {bit} & 1",
        f"({value}) & (1 << {bit})",
        f"(1 << {bit}) & ({value})",
    )
    return tuple(ast.unparse(ast.parse(each)) for each in texts)


def _counter(node: ast.stmt, asked: tuple[str, ...]) -> str:
    """The name that grows by one where the bit is set; '' for anything else."""
    if isinstance(node, ast.If) and len(node.body) == 1 and not node.orelse:
        tests = [f"({each}){sign}" for each in asked for sign in ("", " != 0", " > 0")]
        tests += [f"({each}) == 1" for each in asked if "1 <<" not in each]
        name = ast.unparse(node.body[0]).removesuffix(" += 1")
        written = {ast.unparse(ast.parse(each)) for each in tests}
        return name if ast.unparse(node.test) in written and _is_place(name) else ""
    name, _, more = ast.unparse(node).partition(" += ")
    whole = [each for each in asked if "1 <<" not in each]
    return name if _is_place(name) and more in whole else ""


def _names(text: str) -> set[str]:
    return {each.id for each in ast.walk(ast.parse(text)) if isinstance(each, ast.Name)}


def _is_place(text: str) -> bool:
    """A name or an element of an array."""
    parsed = ast.parse(text).body
    only = parsed[0].value if len(parsed) == 1 and isinstance(parsed[0], ast.Expr) else None
    return isinstance(only, ast.Name | ast.Subscript)


def _filled(forms: tuple[str, ...], name: str) -> tuple[str, ...]:
    return tuple(each.format(name) for each in forms)

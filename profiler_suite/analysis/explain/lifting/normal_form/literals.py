"""Small arrays that a function writes out: np.array([[1, 0, -1], …]), its transpose."""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable
from typing import Any

import numpy as np

from profiler_suite.analysis.explain.lifting.normal_form.facts import Facts

_MOST_ELEMENTS = 49
_DEEPEST = 8
_SIGNS: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
}
_MADE: dict[str, Callable[..., Any]] = {
    "array": np.array,
    "asarray": np.array,
    "ones": np.ones,
    "outer": np.outer,
}
_DTYPES = {"int": int, "float": float}

Numbers = np.ndarray[Any, np.dtype[Any]]


def written_out(facts: Facts, name: str) -> Numbers | None:
    """The numbers of an array that is set once, from what is written there; else None."""
    name = facts.arrays_of.get(name, name)
    made = facts.single(name)
    if made is None:
        return None
    try:
        with np.errstate(all="ignore"):
            found = np.asarray(_value(facts, made, 0))
    except (ValueError, TypeError, ArithmeticError):
        return None
    plain = found.dtype.kind in "if" and found.ndim and 0 < found.size <= _MOST_ELEMENTS
    return found if plain and bool(np.all(np.isfinite(found))) else None


def _value(facts: Facts, node: ast.expr, depth: int) -> Any:
    """The value of an expression of numbers; raises ValueError where it is any other."""
    if depth > _DEEPEST:
        raise ValueError("too deep")

    def inner(each: ast.expr) -> Any:
        return _value(facts, each, depth + 1)

    match node:
        case ast.Constant(value=int() | float() as number) if type(number) is not bool:
            return number
        case ast.List(elts=parts) | ast.Tuple(elts=parts):
            return [inner(each) for each in parts]
        case ast.Name(id=name) if facts.single(name) is not None:
            return inner(facts.single(name) or node)
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return -inner(operand)
        case ast.BinOp(left=left, op=op, right=right) if type(op) in _SIGNS:
            return _SIGNS[type(op)](_number(inner(left)), _number(inner(right)))
        case ast.Attribute(value=value, attr="T"):
            return np.asarray(inner(value)).T
        case ast.Call(func=ast.Attribute(value=ast.Name(id=owner), attr=name), args=args):
            if owner == facts.numpy and name in _MADE and len(args) <= 2:
                return _made(name, [inner(each) for each in args if not _is_dtype(each)], node)
    raise ValueError("not written out")


def _number(value: Any) -> Any:
    if isinstance(value, list):
        raise TypeError("a list is no array")
    return value


def _is_dtype(node: ast.expr) -> bool:
    return isinstance(node, ast.Name) and node.id in _DTYPES


def _made(name: str, args: list[Any], call: ast.Call) -> Any:
    given = [each.value for each in call.keywords if each.arg == "dtype"]
    if len(given) != len(call.keywords):
        raise ValueError("options that are not known")
    given += [each for each in call.args if _is_dtype(each)]
    dtypes = [ast.unparse(each).rpartition(".")[2] for each in given]
    if any(each not in ("int", "float", "float64", "int64") for each in dtypes):
        raise ValueError("a dtype of another kind")
    if name == "ones" and np.prod(args[0]) > _MOST_ELEMENTS:
        raise ValueError("too many")
    made = np.asarray(_MADE[name](*args))
    return made.astype(dtypes[0]) if dtypes else made
